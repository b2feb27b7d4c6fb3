#include <xgrad/ops/softmax.hpp>

#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

#include "autograd/kernels/softmax.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/reduce_kernels.hpp"

namespace xgrad {

const Op kSoftmax{.name = "softmax",
                  .formula = "exp(x) / sum(exp(x), axis)",
                  .shapes = "x: S -> y: S",
                  .derivatives = {"y * (gy - sum(gy * y, axis))"}};

const Op kLogSoftmax{.name = "log_softmax",
                     .formula = "x - log(sum(exp(x), axis))",
                     .shapes = "x: S -> y: S",
                     .derivatives = {"gy - exp(y) * sum(gy, axis)"}};

namespace {

using Kernel = void(Dtype, kernels::Index, kernels::Index, kernels::Index, const void*, void*);
using VjpKernel = void(Dtype, kernels::Index, kernels::Index, kernels::Index, const void*, const void*, void*);

Tensor run(Kernel* kernel, const Tensor& x, const detail::AxisSet& axis)
{
    const detail::Nest nest(x, axis);
    const Tensor y = detail::empty_like(x);
    kernel(x.dtype(), nest.outer, nest.n, nest.inner, nest.x.raw(), detail::mutable_data(y));
    return y;
}

Tensor run_vjp(VjpKernel* kernel, const Tensor& gy, const Tensor& y, const detail::AxisSet& axis)
{
    const detail::Nest nest(gy, axis);
    const Tensor gx = detail::empty_like(y);
    kernel(y.dtype(), nest.outer, nest.n, nest.inner, nest.x.raw(), y.raw(), detail::mutable_data(gx));
    return gx;
}

/// What both have in common. `vjp(gy, y, axis)` writes the vjp in operations, for higher orders.
template <class F>
Tensor normalised(const Op& op, Kernel* kernel, VjpKernel* vjp_kernel, const Input& x, std::int64_t given_axis, F vjp)
{
    const std::int64_t axis = static_cast<std::int64_t>(detail::normal_axis(op.name, given_axis, x->ndim()));
    const detail::AxisSet set(op.name, Sizes(&axis, 1), x->ndim());
    if (detail::is_batched(*x))
        return detail::of_all(x, [&](const Input& all) {
            return normalised(op, kernel, vjp_kernel, all, axis - static_cast<std::int64_t>(x->ndim()), vjp);
        });
    const Tensor y = run(kernel, *x, set);
    return record(op, {x}, y, [y, axis, set, vjp_kernel, vjp](const Tensor& gy, Adjoints& gx) {
        const bool again = detail::is_tracked(gy) || detail::is_tracked(y) || detail::is_batched(gy);
        gx.add(0, again ? vjp(gy, y, axis) : run_vjp(vjp_kernel, gy, y, set));
    });
}

}  // namespace

Tensor softmax(const Input& x, std::int64_t given_axis)
{
    if (!is_floating(x->dtype())) return softmax(to(x, default_dtype()), given_axis);
    if (x->ndim() == 0) return reshape(softmax(reshape(x, {1}), given_axis), {});
    return normalised(
        kSoftmax, kernels::softmax, kernels::softmax_vjp, x, given_axis,
        [](const Tensor& gy, const Tensor& y, std::int64_t axis) { return y * (gy - sum(gy * y, axis, true)); });
}

Tensor log_softmax(const Input& x, std::int64_t given_axis)
{
    if (!is_floating(x->dtype())) return log_softmax(to(x, default_dtype()), given_axis);
    if (x->ndim() == 0) return reshape(log_softmax(reshape(x, {1}), given_axis), {});
    return normalised(
        kLogSoftmax, kernels::log_softmax, kernels::log_softmax_vjp, x, given_axis,
        [](const Tensor& gy, const Tensor& y, std::int64_t axis) { return gy - exp(y) * sum(gy, axis, true); });
}

Tensor softmin(const Input& x, std::int64_t axis) { return softmax(neg(x), axis); }

}  // namespace xgrad
