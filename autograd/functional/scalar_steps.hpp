#pragma once

// A recorded scalar function as steps (kernels/steps.hpp).

#include <xgrad/scalar.hpp>

#include <vector>

#include "autograd/kernels/steps.hpp"

namespace xgrad::detail {

/// What leads from the leaves to the outputs on the explaining tape that is current. Throws TapeError where a tensor
/// lies between.
kernels::Steps compile(const std::vector<Scalar>& leaves, const std::vector<Scalar>& outputs);

}  // namespace xgrad::detail
