#pragma once

// Lengths of vectors, and distances between them.

#include <xgrad/record.hpp>

namespace xgrad {
namespace linalg {

/// (sum |x|^ord)^(1/ord) over the axes, without axes over all elements. With infinity the largest |x|, with
/// -infinity the smallest, of which equal ones share the gradient evenly; with 0 the number of elements that are
/// not 0. Where the norm is 0 its gradient is 0. Other orders are rounded to f32, as in PyTorch. Throws DtypeError
/// unless x is floating, ShapeError for an infinite or negative `ord` over nothing.
Tensor vector_norm(const Input& x, double ord = 2);
Tensor vector_norm(const Input& x, double ord, Sizes axes, bool keepdim = false);
Tensor vector_norm(const Input& x, double ord, std::int64_t axis, bool keepdim = false);

}  // namespace linalg

/// Distances between the rows of two batches of matrices: (..., p, k), (..., r, k) -> (..., p, r), the leading axes
/// broadcast. The norm `p` is 0 or more. The gradient is 0 where two rows are equal. Throws ShapeError where shapes do
/// not fit or p is negative.
Tensor cdist(const Input& x1, const Input& x2, double p = 2);

struct PairwiseDistanceOptions {
    double p = 2;
    double eps = 1e-6;  ///< added to each difference
    bool keepdim = false;
};

/// The norm of x1 - x2 + eps over the last axis; shapes broadcast.
Tensor pairwise_distance(const Input& x1, const Input& x2, PairwiseDistanceOptions options = {});

struct CosineSimilarityOptions {
    std::int64_t dim = 1;
    double eps = 1e-8;  ///< a norm below this counts as this, a constant
};

/// The cosine of the angle between x1 and x2 along an axis: sum(x1 x2) / (|x1| |x2|). Shapes broadcast.
Tensor cosine_similarity(const Input& x1, const Input& x2, CosineSimilarityOptions options = {});

}  // namespace xgrad
