#include <xgrad/ops/differences.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/cumulative.hpp>
#include <xgrad/ops/diagonal.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include <algorithm>

namespace xgrad {

using detail::Dims;
using detail::error_text;
using detail::normal_axis;

namespace {

Tensor as_fractions(const Tensor& x) { return is_floating(x.dtype()) ? x : to(x, default_dtype()); }

Tensor all_but_first(const Tensor& x, std::int64_t axis) { return slice(x, axis, 1); }
Tensor all_but_last(const Tensor& x, std::int64_t axis) { return slice(x, axis, 0, -1); }

/// y_k + y_{k+1}: twice the heights of the trapezoids.
Tensor sums_of_neighbours(const Tensor& y, std::int64_t axis) { return all_but_first(y, axis) + all_but_last(y, axis); }

/// The distances of the points x, seen beside y.
Tensor widths(const char* operation, const Tensor& y, const Tensor& x, std::int64_t axis)
{
    const std::size_t at = normal_axis(operation, axis, y.ndim());
    if (x.ndim() != 1) return diff(x, 1, axis);
    if (x.numel() != y.sizes()[at])
        throw ShapeError(error_text(operation,
                                    "points " + to_string(x.sizes()) + " along axis " + std::to_string(axis) +
                                        " of shape " + to_string(y.sizes()),
                                    "there is one point a position", "give as many points as the axis has positions"));
    Dims sizes(y.ndim(), 1);
    sizes[at] = std::max<std::int64_t>(x.numel() - 1, 0);
    return reshape(diff(x), sizes);
}

/// y as fractions, whose axis exists.
Tensor heights(const char* operation, const Tensor& y, std::int64_t axis)
{
    normal_axis(operation, axis, y.ndim());
    return as_fractions(y);
}

void check_weights(const Tensor& weights, const char* name, std::int64_t observations, bool whole)
{
    if (!weights.defined()) return;
    if (weights.ndim() != 1 || weights.numel() != observations || (weights.dtype() == i64) != whole)
        throw ShapeError(error_text(
            "cov",
            std::string(name) + " " + describe(weights) + " for " + std::to_string(observations) + " observations",
            "one weight an observation: fweights i64, aweights f32 or f64", "give a weight for each column of x"));
}

}  // namespace

Tensor diff(const Input& x, std::int64_t n, std::int64_t axis)
{
    const std::int64_t size = x->sizes()[normal_axis("diff", axis, x->ndim())];
    if (n < 0)
        throw ShapeError(error_text("diff", "n = " + std::to_string(n), "differences are taken 0 times or more",
                                    "cumsum undoes a difference"));
    if (n > 0 && n >= size) return slice(x, axis, 0, 0);
    Tensor y = *x;
    for (std::int64_t k = 0; k < n; ++k) {
        const Tensor first = all_but_last(y, axis), second = all_but_first(y, axis);
        y = y.dtype() == boolean ? ne(second, first) : second - first;
    }
    return y;
}

Tensor trapezoid(const Input& y, double dx, std::int64_t axis)
{
    return sum(sums_of_neighbours(heights("trapezoid", y, axis), axis), axis) * (dx / 2);
}

Tensor trapezoid(const Input& y, const Tensor& x, std::int64_t axis)
{
    const Tensor height = heights("trapezoid", y, axis);
    return sum(sums_of_neighbours(height, axis) * widths("trapezoid", height, x, axis), axis) * 0.5;
}

Tensor cumulative_trapezoid(const Input& y, double dx, std::int64_t axis)
{
    return cumsum(sums_of_neighbours(heights("cumulative_trapezoid", y, axis), axis), axis) * (dx / 2);
}

Tensor cumulative_trapezoid(const Input& y, const Tensor& x, std::int64_t axis)
{
    const Tensor height = heights("cumulative_trapezoid", y, axis);
    return cumsum(sums_of_neighbours(height, axis) * widths("cumulative_trapezoid", height, x, axis), axis) * 0.5;
}

Tensor cov(const Input& x, const CovOptions& options)
{
    if (x->ndim() > 2)
        throw ShapeError(error_text("cov", "shape " + to_string(x->sizes()), "x is (variables, observations)",
                                    "reshape it to two axes"));
    const Tensor given = as_fractions(x), rows = given.ndim() == 2 ? given : reshape(given, {1, -1});
    const std::int64_t observations = rows.sizes()[1];
    check_weights(options.fweights, "fweights", observations, true);
    check_weights(options.aweights, "aweights", observations, false);
    Tensor w = ones({observations}, rows.dtype());
    if (options.fweights.defined()) w = w * options.fweights;
    if (options.aweights.defined()) w = w * options.aweights;
    const Tensor total = sum(w);
    Tensor divisor = total - options.correction;
    if (options.aweights.defined() && options.correction != 0)
        divisor = total - options.correction * sum(w * options.aweights) / total;
    const Tensor deviations = rows - sum(rows * w, 1, true) / total;
    const Tensor products = matmul(deviations * w, transpose(deviations)) / maximum(divisor, 0);
    return given.ndim() == 2 && rows.sizes()[0] != 1 ? products : reshape(products, {});
}

Tensor corrcoef(const Input& x)
{
    const Tensor c = cov(x);
    if (c.ndim() == 0) return c / c;
    const Tensor deviations = sqrt(diagonal(c));
    return clamp(c / unsqueeze(deviations, 1) / deviations, -1.0, 1.0);
}

}  // namespace xgrad
