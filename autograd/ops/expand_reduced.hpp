#pragma once

// What the vjps of reductions share.

#include <xgrad/ops/shape.hpp>

#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/reduce_kernels.hpp"

namespace xgrad::detail {

/// Expands the adjoint of a reduction over `axes` (with or without them) to the sizes of what was reduced.
Tensor expand_reduced(const Tensor& gy, const AxisSet& axes, Sizes sizes);

}  // namespace xgrad::detail
