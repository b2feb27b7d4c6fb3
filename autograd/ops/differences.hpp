#pragma once

// Differences and integrals along an axis, and how variables vary together. Integers become the default dtype but for
// diff. Axes may be negative; one out of range throws ShapeError.

#include <xgrad/record.hpp>

namespace xgrad {

/// The differences of neighbours, x_{k+1} - x_k, taken `n` times: n positions fewer, none when there are not so many.
/// Of booleans: whether they differ. Throws ShapeError for n < 0.
Tensor diff(const Input& x, std::int64_t n = 1, std::int64_t axis = -1);

/// The integral of y along an axis by the trapezoidal rule, at points dx apart or at the points x: one axis as long, or
/// a shape that broadcasts with y's.
Tensor trapezoid(const Input& y, double dx = 1, std::int64_t axis = -1);
Tensor trapezoid(const Input& y, const Tensor& x, std::int64_t axis = -1);

/// The same up to each point but the first.
Tensor cumulative_trapezoid(const Input& y, double dx = 1, std::int64_t axis = -1);
Tensor cumulative_trapezoid(const Input& y, const Tensor& x, std::int64_t axis = -1);

struct CovOptions {
    double correction = 1;  ///< taken from the number of observations, by which the sums are divided
    Tensor fweights = {};   ///< how often each observation counts (i64)
    Tensor aweights = {};   ///< how much weight each observation has
};

/// Covariances of the variables in the rows of x, (variables, observations) -> (variables, variables); of one variable
/// (at most one axis) its variance. Throws ShapeError for more axes and weights that do not fit.
Tensor cov(const Input& x, const CovOptions& options = {});

/// Correlations of the same, from -1 to 1.
Tensor corrcoef(const Input& x);

}  // namespace xgrad
