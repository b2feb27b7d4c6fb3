#include <xgrad/ops/vector_norm.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/statistics.hpp>
#include <xgrad/tape.hpp>

#include <cmath>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/reduce_kernels.hpp"

namespace xgrad {
namespace linalg {
namespace {

using detail::AxisSet;
using detail::Dims;
using detail::error_text;

void check(const char* operation, const Tensor& x, double ord, const AxisSet& axes)
{
    if (!is_floating(x.dtype()))
        throw DtypeError(error_text(operation, "a tensor " + describe(x), "a norm is a fraction: f32 or f64",
                                    "convert it first: to(x, f32)"));
    if (std::isnan(ord))
        throw ShapeError(error_text(operation, "ord is NaN", "ord is a number or +-infinity", "give ord = 2"));
    if ((ord < 0 || std::isinf(ord)) && axes.count(x.sizes()) == 0)
        throw ShapeError(error_text(operation, "ord " + std::to_string(ord) + " of shape " + to_string(x.sizes()),
                                    "the extremum of nothing has no value", "reduce over axes that are not empty"));
}

/// -1, 0 or 1, a constant.
Tensor sign(const Tensor& x) { return to(gt(x, 0), x.dtype()) - to(lt(x, 0), x.dtype()); }

/// a / b, and 0 where b is 0, also in the derivatives.
Tensor divide_or_zero(const Tensor& a, const Tensor& b)
{
    const Tensor zero = eq(b, 0);
    return where(zero, 0, a / where(zero, 1, b));
}

/// The norm; the reduced axes stay with size 1.
Tensor value(const Tensor& x, double ord, Sizes axes)
{
    if (ord == 0) return to(sum(ne(x, 0), axes, true), x.dtype());
    if (ord == 1) return sum(abs(x), axes, true);
    if (ord == 2) return sqrt(sum(square(x), axes, true));
    if (std::isinf(ord)) return ord > 0 ? amax(abs(x), axes, true) : amin(abs(x), axes, true);
    return pow(sum(pow(abs(x), ord), axes, true), 1 / ord);
}

/// The vjp in operations; gy and y have the reduced axes with size 1.
Tensor vjp(const Tensor& gy, const Tensor& x, const Tensor& y, double ord, Sizes axes)
{
    if (ord == 0) return zeros_like(x);
    if (ord == 1) return sign(x) * gy;
    if (ord == 2) return x * divide_or_zero(gy, y);
    if (std::isinf(ord)) {
        const Tensor share = to(eq(abs(x), y), x.dtype()) + to(ne(x, x), x.dtype());  // NaN are where y is NaN
        return sign(x) * share * (gy / sum(share, axes, true));
    }
    const Tensor zero = eq(x, 0);
    const Tensor slope = where(zero, 0, sign(x) * pow(where(zero, 1, abs(x)), ord - 1));
    return slope * (ord < 1 ? gy * pow(y, 1 - ord) : divide_or_zero(gy, pow(y, ord - 1)));
}

}  // namespace

const Op kVectorNorm{.name = "linalg.vector_norm",
                     .formula = "pow(sum(pow(abs(x), p), axes), 1 / p)",
                     .shapes = "x: S -> y: S without the axes (keepdim: with size 1)",
                     .derivatives = {"gy * x * pow(abs(x), p - 2) / pow(y, p - 1)"}};

namespace {

/// The value with another order than the gradient.
Tensor norm_of(const char* operation, const Input& x, double value_ord, double ord, const AxisSet& set, bool keepdim)
{
    check(operation, *x, ord, set);
    if (detail::is_batched(*x))
        return detail::of_all(
            x, [&](const Input& all) { return norm_of(operation, all, value_ord, ord, set.behind_one(), keepdim); });
    const Tensor kept = value(detach(*x), value_ord, set.list(x->ndim()));
    const Tensor y = reshape(kept, set.result_sizes(x->sizes(), keepdim));
    return record(kVectorNorm, {x}, y, [x = *x, y, ord, set](const Tensor& gy, Adjoints& gx) {
        const Dims sizes = set.kept_sizes(x.sizes());
        gx.add(0, vjp(reshape(gy, sizes), x, reshape(y, sizes), ord, set.list(x.ndim())));
    });
}

Tensor norm_of(const char* operation, const Input& x, double ord, const AxisSet& set, bool keepdim)
{
    // PyTorch's kernel takes the order as f32, which shows in the eighth digit; its gradient takes it as given.
    return norm_of(operation, x, static_cast<float>(ord), ord, set, keepdim);
}

}  // namespace

Tensor vector_norm(const Input& x, double ord, Sizes axes, bool keepdim)
{
    return norm_of("linalg.vector_norm", x, ord, AxisSet("linalg.vector_norm", axes, x->ndim()), keepdim);
}

Tensor vector_norm(const Input& x, double ord, std::int64_t axis, bool keepdim)
{
    return vector_norm(x, ord, Sizes(&axis, 1), keepdim);
}

Tensor vector_norm(const Input& x, double ord)
{
    return norm_of("linalg.vector_norm", x, ord, AxisSet::all(x->ndim()), false);
}

}  // namespace linalg

Tensor norm(const Input& x, double p) { return norm(x, p, {}, false); }

Tensor norm(const Input& x, double p, Sizes axes, bool keepdim)
{
    const auto set = axes.empty() ? detail::AxisSet::all(x->ndim()) : detail::AxisSet("norm", axes, x->ndim());
    const double order = set.count(x->sizes()) == 0 && !std::isnan(p) ? 1 : p;
    return linalg::norm_of("norm", x, order, set, keepdim);
}

Tensor cdist(const Input& x1, const Input& x2, double p)
{
    if (x1->ndim() < 2 || x2->ndim() < 2 || x1->sizes().back() != x2->sizes().back())
        throw ShapeError(detail::error_text(
            "cdist", "shapes " + to_string(x1->sizes()) + " and " + to_string(x2->sizes()) + " do not fit",
            "(..., p, k) and (..., r, k): rows of one length", "unsqueeze a single vector to a matrix of one row"));
    if (!(p >= 0))
        throw ShapeError(
            detail::error_text("cdist", "p = " + std::to_string(p), "a distance has a norm p >= 0", "use p = 2"));
    const Tensor differences = unsqueeze(x1, -2) - unsqueeze(x2, -3);
    return linalg::norm_of("cdist", differences, p, p, detail::AxisSet("cdist", {-1}, differences.ndim()), false);
}

Tensor pairwise_distance(const Input& x1, const Input& x2, PairwiseDistanceOptions options)
{
    return linalg::vector_norm(x1 - x2 + options.eps, options.p, -1, options.keepdim);
}

Tensor cosine_similarity(const Input& x1, const Input& x2, CosineSimilarityOptions options)
{
    const detail::Dims sizes = detail::broadcast_sizes("cosine_similarity", x1->sizes(), x2->sizes());
    const auto unit = [&](const Input& x) {  // each by its own norm: their product could overflow
        const Tensor wide = expand(x, sizes), norm = linalg::vector_norm(wide, 2, options.dim, true);
        return wide / where(lt(norm, options.eps), options.eps, norm);
    };
    return sum(unit(x1) * unit(x2), options.dim);
}

}  // namespace xgrad
