#pragma once

// Elements at indices: read, replaced, added. Indices are i64 tensors without gradient; DtypeError otherwise, ShapeError
// for one that lies outside its axis or is negative, unless it says so. Sums go in the order of the indices, so that
// results repeat.

#include <xgrad/ops/operand.hpp>
#include <xgrad/ops/slice.hpp>

namespace xgrad {

/// y[i][j] = x[index[i][j]][j] for axis 0, and so on: the result has the shape of `index`, which has as many axes as x
/// and is no larger along the others.
Tensor gather(const Input& x, std::int64_t axis, const Tensor& index);

/// x with y[index[i][j]][j] = source[i][j] for axis 0, and so on. Of equal indices the last one wins and alone gets a
/// gradient. `source` is a number or at least as large as `index`; no index is larger than x along the other axes.
Tensor scatter(const Input& x, std::int64_t axis, const Tensor& index, const Operand& source);

/// The same with += in place of =.
Tensor scatter_add(const Input& x, std::int64_t axis, const Tensor& index, const Input& source);

/// How scatter_reduce joins what meets in one place.
enum class ScatterReduction : unsigned char { sum, prod, mean, amax, amin };

/// The same with another reduction; without `include_self`, x counts only where no index points. Elements that share
/// an extremum share its gradient evenly. Throws DtypeError unless x is floating.
Tensor scatter_reduce(const Input& x, std::int64_t axis, const Tensor& index, const Input& source,
                      ScatterReduction reduction, bool include_self = true);

/// The positions index[0], index[1], ... of an axis; `index` has one axis (or none, for one position).
Tensor index_select(const Input& x, std::int64_t axis, const Tensor& index);

/// x with alpha source[k] added to position index[k] of the axis; with source[k] in its place; with a number there.
Tensor index_add(const Input& x, std::int64_t axis, const Tensor& index, const Input& source, double alpha = 1);
Tensor index_copy(const Input& x, std::int64_t axis, const Tensor& index, const Input& source);
Tensor index_fill(const Input& x, std::int64_t axis, const Tensor& index, const Operand& value);

/// scatter_reduce of whole positions of an axis: source[k] joined to position index[k].
Tensor index_reduce(const Input& x, std::int64_t axis, const Tensor& index, const Input& source,
                    ScatterReduction reduction, bool include_self = true);

/// x with `source` in the place of slice(x, axis, start, stop, step), of select(x, axis, index), of diagonal(x, offset,
/// axis0, axis1). Throws ShapeError unless it has the shape of what it replaces, DtypeError for another dtype than x.
Tensor slice_scatter(const Input& x, const Input& source, std::int64_t axis, std::int64_t start = 0,
                     std::int64_t stop = kToEnd, std::int64_t step = 1);
Tensor select_scatter(const Input& x, const Input& source, std::int64_t axis, std::int64_t index);
Tensor diagonal_scatter(const Input& x, const Input& source, std::int64_t offset = 0, std::int64_t axis0 = 0,
                        std::int64_t axis1 = 1);

/// Elements by their row-major position, which may count from the back; of the shape of `index`.
Tensor take(const Input& x, const Tensor& index);

/// gather with shapes broadcast along the other axes; without an axis take from all elements.
Tensor take_along_dim(const Input& x, const Tensor& indices, std::int64_t axis);
Tensor take_along_dim(const Input& x, const Tensor& indices);

/// x with `value` where the mask (bool, broadcast) is true.
Tensor masked_fill(const Input& x, const Tensor& mask, const Operand& value);

/// The elements where the mask is true, in row-major order, as one axis. Shapes broadcast.
Tensor masked_select(const Input& x, const Tensor& mask);

/// x with the elements of `source`, in order, where the mask (broadcast to x) is true. Throws ShapeError when there are
/// too few of them.
Tensor masked_scatter(const Input& x, const Tensor& mask, const Input& source);

/// The indices of the elements other than 0: one row an element, one column an axis. i64.
Tensor nonzero(const Input& x);

}  // namespace xgrad
