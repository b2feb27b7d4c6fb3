#pragma once

// Sums, means and extrema over axes. Without axes: over all elements, giving a 0-dimensional tensor. An empty list of
// axes reduces nothing. With keepdim the reduced axes stay with size 1. Axes may be negative; one listed twice or out
// of range throws ShapeError. A 0-dimensional tensor is reduced to itself along 0 and -1, as if it had an axis.

#include <xgrad/record.hpp>

namespace xgrad {

/// Integers and booleans are summed as i64. The sum over an empty axis is 0.
Tensor sum(const Input& x);
Tensor sum(const Input& x, Sizes axes, bool keepdim = false);
Tensor sum(const Input& x, std::int64_t axis, bool keepdim = false);

/// The mean over an empty axis is NaN. Throws DtypeError unless x is floating.
Tensor mean(const Input& x);
Tensor mean(const Input& x, Sizes axes, bool keepdim = false);
Tensor mean(const Input& x, std::int64_t axis, bool keepdim = false);

/// What max and min along an axis give: the extrema, and where along the axis each was found (i64).
struct ValuesAndIndices {
    Tensor values, indices;
};

/// Largest and smallest values along an axis; of equal ones the first, which gets the whole gradient. NaN counts as
/// larger (smaller) than everything. An empty axis throws ShapeError.
ValuesAndIndices max(const Input& x, std::int64_t axis, bool keepdim = false);
ValuesAndIndices min(const Input& x, std::int64_t axis, bool keepdim = false);

/// The same over all elements, or over several axes. Equal elements share the gradient evenly. Where the result is NaN, max
/// and min give the gradient to the NaN among x, amax and amin give NaN to all of x, as PyTorch does.
Tensor max(const Input& x);
Tensor min(const Input& x);
Tensor amax(const Input& x, Sizes axes, bool keepdim = false);
Tensor amin(const Input& x, Sizes axes, bool keepdim = false);
Tensor amax(const Input& x, std::int64_t axis, bool keepdim = false);
Tensor amin(const Input& x, std::int64_t axis, bool keepdim = false);

/// Position of the first largest (smallest) element: along an axis, or in row-major order of all elements. i64.
Tensor argmax(const Input& x);
Tensor argmax(const Input& x, std::int64_t axis, bool keepdim = false);
Tensor argmin(const Input& x);
Tensor argmin(const Input& x, std::int64_t axis, bool keepdim = false);

}  // namespace xgrad
