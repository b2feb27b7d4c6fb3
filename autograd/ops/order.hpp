#pragma once

// Elements in order of size. NaN counts as larger than everything; of equal elements the one that stands first comes
// first, so that results repeat. Gradients go to the elements that were chosen. Axes may be negative; one out of range
// throws ShapeError.

#include <xgrad/ops/operand.hpp>
#include <xgrad/ops/reduce.hpp>

namespace xgrad {

struct SortOptions {
    bool descending = false;
    bool stable = true;  ///< sorting is stable whatever is asked for
};

/// The elements along the axis in order, and where each came from (i64).
ValuesAndIndices sort(const Input& x, std::int64_t axis = -1, SortOptions options = {});
Tensor argsort(const Input& x, std::int64_t axis = -1, SortOptions options = {});

struct TopkOptions {
    std::int64_t axis = -1;
    bool largest = true;
    bool sorted = true;  ///< the result is in order whatever is asked for
};

/// The k largest (smallest) elements along an axis, in order. Throws ShapeError when there are fewer.
ValuesAndIndices topk(const Input& x, std::int64_t k, TopkOptions options = {});

/// The k-th smallest element along an axis, counted from 1.
ValuesAndIndices kthvalue(const Input& x, std::int64_t k, std::int64_t axis = -1, bool keepdim = false);

/// The middle element along an axis, the lower one of two; NaN where there is one (nanmedian leaves them out). Over all
/// elements equal ones share the gradient. Nothing to choose from throws ShapeError along an axis, and gives NaN over all.
ValuesAndIndices median(const Input& x, std::int64_t axis, bool keepdim = false);
ValuesAndIndices nanmedian(const Input& x, std::int64_t axis, bool keepdim = false);
Tensor median(const Input& x);
Tensor nanmedian(const Input& x);

/// The most frequent element along an axis, of equally frequent ones the smallest.
ValuesAndIndices mode(const Input& x, std::int64_t axis = -1, bool keepdim = false);

/// How quantile goes between two elements.
enum class Interpolation : unsigned char { linear, lower, higher, nearest, midpoint };

/// The element at position q (n - 1) of the sorted axis, or between two; NaN where there is one. Over all elements
/// without an axis. q is a number, or a tensor of one axis, which comes first in the result; with linear interpolation it
/// gets a gradient, 0 where it meets an element. Throws ShapeError unless 0 <= q <= 1.
Tensor quantile(const Input& x, const Operand& q, std::int64_t axis, bool keepdim = false,
                Interpolation interpolation = Interpolation::linear);
Tensor quantile(const Input& x, const Operand& q);

/// For each value the number of elements of the sorted axis that are smaller (`right`: not larger): where it would go.
/// `sorted` has one axis, or those of `values` but for the last. i64.
Tensor searchsorted(const Tensor& sorted, const Input& values, bool right = false);

/// The different elements in ascending order; for each element of x where it is among them; how often each occurs.
struct Unique {
    Tensor values, inverse, counts;
};
Unique unique(const Input& x);

/// The elements in row-major order without those that equal the one before; `inverse` and `counts` as of unique.
Unique unique_consecutive(const Input& x);

/// How often each of 0, 1, 2, ... occurs in x (i64, one axis, none negative), or the sum of their weights; as many as
/// the largest has, or `minlength` if that is more.
Tensor bincount(const Tensor& x, std::int64_t minlength = 0);
Tensor bincount(const Tensor& x, const Input& weights, std::int64_t minlength = 0);

/// How many elements lie in each of so many intervals of equal width from low to high; high belongs to the last one. Of x's
/// dtype. What lies outside, and NaN, is not counted. Where low equals high, they are the extrema of x, and, where these
/// are equal too, one less and one more. Throws DtypeError unless x is floating, ShapeError for bounds that are not finite.
Tensor histc(const Tensor& x, std::int64_t bins = 100, double low = 0, double high = 0);

struct HistogramOptions {
    double low = 0, high = 0;  ///< as of histc; not read where edges are given
    Tensor weight = {};        ///< what each element counts, in the shape of x; undefined: 1
    bool density = false;      ///< counts divided by their sum and by the widths
};

/// The same, with the edges of the intervals, one more than there are; they may be given: ascending, in x's dtype.
/// Gradients go to the weights.
struct Histogram {
    Tensor counts, edges;
};
Histogram histogram(const Tensor& x, std::int64_t bins, const HistogramOptions& options = {});
Histogram histogram(const Tensor& x, const Tensor& edges, const HistogramOptions& options = {});

}  // namespace xgrad
