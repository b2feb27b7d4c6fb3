#pragma once

// Diagonals and triangles of the last two axes.

#include <xgrad/record.hpp>

namespace xgrad::detail {

/// The diagonal of the last two axes, (..., m, n) -> (..., min(m, n)); a view.
Tensor take_diagonal(const Input& x);

/// Zeros of shape (..., m, n) with d, of shape (..., min(m, n)), on the diagonal.
Tensor put_diagonal(const Input& d, std::int64_t m, std::int64_t n);

enum class Triangle : bool { lower, upper };
inline Triangle opposite(Triangle side) { return side == Triangle::lower ? Triangle::upper : Triangle::lower; }

/// x where it lies on the side of the diagonal, 0 elsewhere; `strict`: without the diagonal itself.
Tensor keep_triangle(const Input& x, Triangle side, bool strict = false);

/// The identity, (n, n).
Tensor identity(std::int64_t n, Dtype dtype);

}  // namespace xgrad::detail
