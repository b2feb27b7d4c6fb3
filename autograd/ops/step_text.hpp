#pragma once

// Steps as a formula, for explanations.

#include <string>

#include "autograd/kernels/steps.hpp"

namespace xgrad::detail {

/// The output in terms of the inputs x0, x1 ...: "tanh(x0 * x1 + x2) * x0". What is used more than once has a name of
/// its own: "t0 = x0 * x1; exp(t0) / t0".
std::string text_of(const kernels::Steps& steps);

}  // namespace xgrad::detail
