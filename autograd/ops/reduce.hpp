#pragma once

// Sums, means and extrema over axes. Without axes: over all elements, giving a 0-dimensional tensor. With keepdim the
// reduced axes stay with size 1. Axes may be negative; one listed twice or out of range throws ShapeError.

#include <xgrad/record.hpp>

namespace xgrad {

/// Integers and booleans are summed as i64. The sum over an empty axis is 0.
Tensor sum(const Input& x);
Tensor sum(const Input& x, Sizes axes, bool keepdim = false);
Tensor sum(const Input& x, std::int64_t axis, bool keepdim = false);

}  // namespace xgrad
