#pragma once

// The losses under the names that PyTorch's users look for; they are operations.

#include <xgrad/ops/loss.hpp>

namespace xgrad::nn {

using xgrad::cross_entropy;
using xgrad::CrossEntropyOptions;
using xgrad::mse_loss;
using xgrad::MseOptions;
using xgrad::nll_loss;
using xgrad::NllOptions;
using xgrad::Reduction;

}  // namespace xgrad::nn
