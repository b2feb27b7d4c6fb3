#pragma once

// Matrix products.

#include <xgrad/record.hpp>

namespace xgrad {

/// The matrix product, as PyTorch's matmul: (m, k) x (k, n) -> (m, n). Leading axes are batches and broadcast; a 1-D
/// operand is a row on the left, a column on the right, and the axis it gets for that is dropped from the result, so
/// two of them give a 0-dimensional tensor. Operands promote to a common dtype. Throws ShapeError for sizes that do not
/// fit and for 0-dimensional operands, DtypeError for booleans.
Tensor matmul(const Input& a, const Input& b);

/// y = x W^T + b.   x: (..., in)   weight: (out, in)   bias: (out) or undefined   y: (..., out)
/// A weight (in) is one output without its axis.   bias: () or undefined   y: (...)
Tensor linear(const Input& x, const Input& weight);
Tensor linear(const Input& x, const Input& weight, const Input& bias);

}  // namespace xgrad
