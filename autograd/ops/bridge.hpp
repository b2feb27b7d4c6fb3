#pragma once

// Between scalars and tensors of one tape; gradients flow through both ways. The way back is Tensor::scalar(i, j).

#include <xgrad/scalar.hpp>
#include <xgrad/tensor.hpp>

#include <vector>

namespace xgrad {

/// The scalars as an f64 tensor of shape (n).
Tensor stack(const std::vector<Scalar>& scalars);

/// The scalars in row-major order as an f64 tensor of the given shape. Throws ShapeError when the count is wrong.
Tensor tensor(Sizes sizes, const std::vector<Scalar>& scalars);

}  // namespace xgrad
