#pragma once

// Diagonals and triangles of matrices, which lie in two axes of a tensor. Diagonal 0 is the main one, positive ones lie
// above it.

#include <xgrad/record.hpp>

namespace xgrad {

/// The diagonal of the matrices in two axes, which go away; it becomes the last axis. A view.
Tensor diagonal(const Input& x, std::int64_t offset = 0, std::int64_t axis0 = 0, std::int64_t axis1 = 1);

/// Square matrices, in two axes of the result, that have the last axis of x on a diagonal and 0 elsewhere.
Tensor diag_embed(const Input& x, std::int64_t offset = 0, std::int64_t axis0 = -2, std::int64_t axis1 = -1);

/// A vector as the diagonal of a square matrix, or the diagonal of a matrix. Throws ShapeError for other shapes.
Tensor diag(const Input& x, std::int64_t diagonal = 0);

/// x on and below (above) a diagonal of the last two axes, 0 elsewhere.
Tensor tril(const Input& x, std::int64_t diagonal = 0);
Tensor triu(const Input& x, std::int64_t diagonal = 0);

/// The indices of what tril (triu) keeps of a (rows, columns) matrix: row numbers, then column numbers. i64.
Tensor tril_indices(std::int64_t rows, std::int64_t columns, std::int64_t offset = 0);
Tensor triu_indices(std::int64_t rows, std::int64_t columns, std::int64_t offset = 0);

}  // namespace xgrad
