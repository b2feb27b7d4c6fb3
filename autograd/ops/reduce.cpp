#include <xgrad/ops/reduce.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>

#include "autograd/kernels/elementwise.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/expand_reduced.hpp"

namespace xgrad {

using detail::AxisSet;

const Op kSum{.name = "sum",
              .formula = "sum(x, axes)",
              .shapes = "x: S -> y: S without the axes (keepdim: with size 1)",
              .derivatives = {"expand(gy, x, axes)"}};

const Op kMean{.name = "mean",
               .formula = "sum(x, axes) / count(x, axes)",
               .shapes = "x: S -> y: S without the axes (keepdim: with size 1)",
               .derivatives = {"expand(gy, x, axes) / count(x, axes)"}};

namespace {

Tensor sum(const Input& x, const AxisSet& axes, bool keepdim)
{
    if (!is_floating(x->dtype()) && x->dtype() != i64) return sum(to(x, i64), axes, keepdim);
    if (detail::is_batched(*x))
        return detail::of_all(x, [&](const Input& all) { return sum(all, axes.behind_one(), keepdim); });
    const Tensor y = detail::run_sum(*x, axes, keepdim);
    if (!is_floating(y.dtype())) return record_constant(kSum, {x}, y);
    return record(kSum, {x}, y,
                  [axes](const Tensor& gy, Adjoints& gx) { gx.add(0, detail::expand_reduced(gy, axes, gx.sizes(0))); });
}

Tensor mean(const Input& x, const AxisSet& axes, bool keepdim)
{
    if (!is_floating(x->dtype()))
        throw DtypeError(detail::error_text("mean", "a tensor " + describe(*x), "a mean is a fraction: f32 or f64",
                                            "convert it first: mean(to(x, f32))"));
    if (detail::is_batched(*x))
        return detail::of_all(x, [&](const Input& all) { return mean(all, axes.behind_one(), keepdim); });
    return record(kMean, {x}, detail::run_mean(*x, axes, keepdim), [axes](const Tensor& gy, Adjoints& gx) {
        const auto count = static_cast<double>(axes.count(gx.sizes(0)));
        gx.add(0, detail::expand_reduced(gy / count, axes, gx.sizes(0)));
    });
}

}  // namespace

Tensor sum(const Input& x) { return sum(x, AxisSet::all(x->ndim()), false); }
Tensor sum(const Input& x, Sizes axes, bool keepdim) { return sum(x, AxisSet("sum", axes, x->ndim()), keepdim); }
Tensor sum(const Input& x, std::int64_t axis, bool keepdim) { return sum(x, Sizes(&axis, 1), keepdim); }

Tensor mean(const Input& x) { return mean(x, AxisSet::all(x->ndim()), false); }
Tensor mean(const Input& x, Sizes axes, bool keepdim) { return mean(x, AxisSet("mean", axes, x->ndim()), keepdim); }
Tensor mean(const Input& x, std::int64_t axis, bool keepdim) { return mean(x, Sizes(&axis, 1), keepdim); }

namespace detail {

Tensor expand_reduced(const Tensor& gy, const AxisSet& axes, Sizes sizes)
{
    if (is_tracked(gy) || is_batched(gy)) return expand(reshape(gy, axes.kept_sizes(sizes)), sizes);
    if (gy.numel() == 1 && checked_numel("sum", sizes) <= kernels::kGrain) {
        // What reads it mostly wants an array; a short one is filled faster than a view is copied.
        const Tensor g = empty(gy.dtype(), sizes);
        kernels::fill(g.dtype(), g.numel(), gy.item(), mutable_data(g));
        return g;
    }
    // One view in place of two operations.
    Dims strides(sizes.size(), 0);
    const Tensor from = contiguous_data(gy);
    std::int64_t stride = 1;
    for (std::size_t i = sizes.size(); i-- > 0;)
        if (!axes.contains(i)) strides[i] = std::exchange(stride, stride * sizes[i]);
    return view(from, sizes, strides, 0);
}

}  // namespace detail
}  // namespace xgrad
