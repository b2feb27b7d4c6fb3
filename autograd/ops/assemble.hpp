#pragma once

// Tensors put together and taken apart, as compositions of views, cat and stack.

#include <xgrad/ops/join.hpp>

#include <vector>

namespace xgrad {

/// `sections` parts of an axis whose sizes differ by at most 1, the larger ones first; or parts that begin at 0 and at
/// the indices, which are read as slices are. Views. Throws ShapeError unless there are 1 to 2^24 sections.
std::vector<Tensor> tensor_split(const Input& x, std::int64_t sections, std::int64_t axis = 0);
std::vector<Tensor> tensor_split(const Input& x, Sizes indices, std::int64_t axis = 0);

/// cat along axis 1 (of vectors: axis 0); along axis 0, vectors as rows; along axis 2, matrices as (m, n, 1).
Tensor hstack(const TensorList& tensors);
Tensor vstack(const TensorList& tensors);
Tensor dstack(const TensorList& tensors);

/// cat along axis 1, vectors as columns.
Tensor column_stack(const TensorList& tensors);

/// A matrix that has the tensors (at most two axes; vectors are rows) along its diagonal and 0 elsewhere.
Tensor block_diag(const TensorList& tensors);

/// All choices of one element of each vector, one a row, the last vector's running fastest.
Tensor cartesian_prod(const TensorList& tensors);

/// expand under NumPy's name; and all of one shape, to which they broadcast. Views.
Tensor broadcast_to(const Input& x, Sizes sizes);
std::vector<Tensor> broadcast_tensors(const TensorList& tensors);

/// All elements along one axis.
Tensor ravel(const Input& x);

/// flip along axis 0, and along axis 1.
Tensor flipud(const Input& x);
Tensor fliplr(const Input& x);

}  // namespace xgrad
