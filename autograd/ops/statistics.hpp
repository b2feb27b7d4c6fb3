#pragma once

// Moments, norms, truth and log-sum-exp over axes. Without axes: over all elements, giving a 0-dimensional tensor. An
// empty list of axes reduces nothing, but for var, std and norm, which then reduce all. With keepdim the reduced axes
// stay with size 1. Axes may be negative; one listed twice or out of range throws ShapeError.

#include <xgrad/record.hpp>

#include <cstdint>
#include <optional>

namespace xgrad {

struct VarOptions {
    bool unbiased = true;  ///< divide by count - 1, else by count
    bool keepdim = false;
    std::optional<std::int64_t> correction = {};  ///< divide by count - correction, whatever `unbiased` says
};

/// The mean square of the deviations from the mean, and its root. NaN for fewer than two elements, if unbiased; a count
/// below the correction divides by 0. The derivative of std at 0 is 0. Throws DtypeError unless x is floating.
/// (Beside `using namespace xgrad` call it as xgrad::std.)
Tensor var(const Input& x);
Tensor var(const Input& x, Sizes axes, VarOptions options = {});
Tensor std(const Input& x);
Tensor std(const Input& x, Sizes axes, VarOptions options = {});

/// The same with the mean beside it.
struct SpreadAndMean {
    Tensor spread, mean;
};
SpreadAndMean var_mean(const Input& x, Sizes axes, VarOptions options = {});
SpreadAndMean std_mean(const Input& x, Sizes axes, VarOptions options = {});

/// (sum |x|^p)^(1/p); p = infinity: the largest |x|; -infinity: the smallest; 0: the number of elements other than 0.
/// Any other p is rounded to f32 (as in PyTorch). The derivative where the norm is 0 is 0; equal extrema share the gradient.
/// Throws DtypeError unless x is floating. It is linalg::vector_norm, but for an empty list of axes, which stands for all,
/// and for nothing, whose norm is 0 whatever p is.
Tensor norm(const Input& x, double p = 2);
Tensor norm(const Input& x, double p, Sizes axes, bool keepdim = false);

/// log sum exp x, without overflow. Integers are computed in the default dtype.
Tensor logsumexp(const Input& x, Sizes axes, bool keepdim = false);
Tensor logsumexp(const Input& x, std::int64_t axis, bool keepdim = false);

/// Whether any element, or every one, is other than 0: bool. Nothing gives false, or true.
Tensor any(const Input& x);
Tensor any(const Input& x, Sizes axes, bool keepdim = false);
Tensor any(const Input& x, std::int64_t axis, bool keepdim = false);
Tensor all(const Input& x);
Tensor all(const Input& x, Sizes axes, bool keepdim = false);
Tensor all(const Input& x, std::int64_t axis, bool keepdim = false);

/// The number of elements other than 0 (NaN counts). i64.
Tensor count_nonzero(const Input& x);
Tensor count_nonzero(const Input& x, Sizes axes);

/// Sum and mean of what is not NaN; the mean of nothing is NaN.
Tensor nansum(const Input& x);
Tensor nansum(const Input& x, Sizes axes, bool keepdim = false);
Tensor nanmean(const Input& x);
Tensor nanmean(const Input& x, Sizes axes, bool keepdim = false);

}  // namespace xgrad
