#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>

#include "autograd/kernels/reduce.hpp"
#include "autograd/ops/along.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/expand_reduced.hpp"

namespace xgrad {

using detail::AxisSet;
using detail::Dims;
using detail::Nest;

const Op kMax{.name = "max",
              .formula = "max(x, axis)",
              .shapes = "x: S -> y, indices: S without the axis (keepdim: with size 1)",
              .derivatives = {"put_along(gy, argmax(x, axis), axis, x)"}};
const Op kMin{.name = "min",
              .formula = "min(x, axis)",
              .shapes = "x: S -> y, indices: S without the axis (keepdim: with size 1)",
              .derivatives = {"put_along(gy, argmin(x, axis), axis, x)"}};

const Op kAmax{.name = "amax",
               .formula = "max(x, axes)",
               .shapes = "x: S -> y: S without the axes (keepdim: with size 1)",
               .derivatives = {"expand(gy, x, axes) * (x == max(x, axes)) / sum(x == max(x, axes), axes)"}};
const Op kAmin{.name = "amin",
               .formula = "min(x, axes)",
               .shapes = "x: S -> y: S without the axes (keepdim: with size 1)",
               .derivatives = {"expand(gy, x, axes) * (x == min(x, axes)) / sum(x == min(x, axes), axes)"}};

const Op kArgmax{
    .name = "argmax", .formula = "argmax(x, axes)", .shapes = "x: S -> y: S without the axes (keepdim: with size 1)"};
const Op kArgmin{
    .name = "argmin", .formula = "argmin(x, axes)", .shapes = "x: S -> y: S without the axes (keepdim: with size 1)"};

namespace {

using Kernel = void(Dtype, std::int64_t, std::int64_t, std::int64_t, const void*, void*, std::int64_t*);

/// One of the two kinds: its kernel and what its operations are called.
struct Kind {
    Kernel* kernel;
    const Op& along;
    const Op& over;
    const Op& position;
};
const Kind kLargest{kernels::maximum, kMax, kAmax, kArgmax}, kSmallest{kernels::minimum, kMin, kAmin, kArgmin};

void check_not_empty(const Op& op, const Tensor& x, const AxisSet& axes)
{
    if (axes.count(x.sizes()) > 0) return;
    throw ShapeError(detail::error_text(op.name, "shape " + to_string(x.sizes()) + " has nothing to choose from",
                                        "every reduced axis has at least one element",
                                        "check the tensor's size before, or leave the empty axis out"));
}

ValuesAndIndices along(const Kind& kind, const Input& x, std::int64_t given_axis, bool keepdim)
{
    if (x->dtype() == boolean) {
        const auto [values, indices] = along(kind, to(x, i64), given_axis, keepdim);
        return {to(values, boolean), indices};
    }
    const AxisSet axes(kind.along.name, Sizes(&given_axis, 1), x->ndim());
    if (x->ndim() == 0) return {*x, zeros({}, i64)};
    check_not_empty(kind.along, *x, axes);
    if (detail::is_batched(*x)) {
        const std::int64_t axis = detail::from_back(kind.along.name, given_axis, *x);
        return detail::pair_of_all<ValuesAndIndices>(x,
                                                     [&](const Input& all) { return along(kind, all, axis, keepdim); });
    }
    const Nest nest(*x, axes);
    const Dims sizes = axes.result_sizes(x->sizes(), keepdim);
    const Tensor y = detail::empty(x->dtype(), sizes), indices = detail::empty(i64, sizes);
    kind.kernel(x->dtype(), nest.outer, nest.n, nest.inner, nest.x.raw(), detail::mutable_data(y),
                detail::mutable_data<std::int64_t>(indices));
    if (!is_floating(x->dtype())) return {record_constant(kind.along, {x}, y), indices};
    const std::size_t axis = detail::normal_axis(kind.along.name, given_axis, x->ndim());
    const auto vjp = [indices, axis](const Tensor& gy, Adjoints& gx) {
        gx.add(0, detail::put_along(gy, indices, axis, gx.sizes(0)));
    };
    return {record(kind.along, {x}, y, vjp), indices};
}

/// Who gets the gradient of an extremum that is NaN.
enum class NanGradient : bool { to_nan, nan_to_all };

/// 1 / m where x equals its extremum y over the axes and m elements do, 0 elsewhere.
Tensor equal_shares(const Tensor& x, const Tensor& y, const AxisSet& axes, NanGradient nan_gradient)
{
    const Nest nest(x, axes);
    const Tensor one = ones_like(y), shares = detail::empty_like(nest.x);
    kernels::share_among_equal(x.dtype(), nest.outer, nest.n, nest.inner, one.raw(), nest.x.raw(), y.raw(),
                               nan_gradient == NanGradient::nan_to_all, detail::mutable_data(shares));
    return nest.restore(shares);
}

Tensor over(const Kind& kind, const Input& x, const AxisSet& axes, bool keepdim, NanGradient nan_gradient)
{
    if (x->dtype() == boolean) return to(over(kind, to(x, i64), axes, keepdim, nan_gradient), boolean);
    check_not_empty(kind.over, *x, axes);
    if (detail::is_batched(*x))
        return detail::of_all(
            x, [&](const Input& all) { return over(kind, all, axes.behind_one(), keepdim, nan_gradient); });
    const Nest nest(*x, axes);
    const Tensor y = detail::empty(x->dtype(), axes.result_sizes(x->sizes(), keepdim));
    kind.kernel(x->dtype(), nest.outer, nest.n, nest.inner, nest.x.raw(), detail::mutable_data(y), nullptr);
    if (!is_floating(x->dtype())) return record_constant(kind.over, {x}, y);
    return record(kind.over, {x}, y, [x = *x, y, axes, nan_gradient](const Tensor& gy, Adjoints& gx) {
        gx.add(0, detail::expand_reduced(gy, axes, gx.sizes(0)) * equal_shares(x, y, axes, nan_gradient));
    });
}

Tensor position(const Kind& kind, const Input& x, const AxisSet& axes, bool keepdim)
{
    if (x->dtype() == boolean) return position(kind, to(x, i64), axes, keepdim);
    check_not_empty(kind.position, *x, axes);
    if (detail::is_batched(*x))
        return detail::of_all(x, [&](const Input& all) { return position(kind, all, axes.behind_one(), keepdim); });
    const Nest nest(*x, axes);
    const Tensor y = detail::empty(i64, axes.result_sizes(x->sizes(), keepdim));
    kind.kernel(x->dtype(), nest.outer, nest.n, nest.inner, nest.x.raw(), nullptr,
                detail::mutable_data<std::int64_t>(y));
    return record_constant(kind.position, {x}, y);
}

Tensor over(const Kind& kind, const Input& x, Sizes axes, bool keepdim)
{
    return over(kind, x, AxisSet(kind.over.name, axes, x->ndim()), keepdim, NanGradient::nan_to_all);
}

Tensor position(const Kind& kind, const Input& x, std::int64_t axis, bool keepdim)
{
    return position(kind, x, AxisSet(kind.position.name, Sizes(&axis, 1), x->ndim()), keepdim);
}

}  // namespace

ValuesAndIndices max(const Input& x, std::int64_t axis, bool keepdim) { return along(kLargest, x, axis, keepdim); }
ValuesAndIndices min(const Input& x, std::int64_t axis, bool keepdim) { return along(kSmallest, x, axis, keepdim); }

Tensor max(const Input& x) { return over(kLargest, x, AxisSet::all(x->ndim()), false, NanGradient::to_nan); }
Tensor min(const Input& x) { return over(kSmallest, x, AxisSet::all(x->ndim()), false, NanGradient::to_nan); }
Tensor amax(const Input& x, Sizes axes, bool keepdim) { return over(kLargest, x, axes, keepdim); }
Tensor amin(const Input& x, Sizes axes, bool keepdim) { return over(kSmallest, x, axes, keepdim); }
Tensor amax(const Input& x, std::int64_t axis, bool keepdim) { return amax(x, Sizes(&axis, 1), keepdim); }
Tensor amin(const Input& x, std::int64_t axis, bool keepdim) { return amin(x, Sizes(&axis, 1), keepdim); }

Tensor argmax(const Input& x) { return position(kLargest, x, AxisSet::all(x->ndim()), false); }
Tensor argmin(const Input& x) { return position(kSmallest, x, AxisSet::all(x->ndim()), false); }
Tensor argmax(const Input& x, std::int64_t axis, bool keepdim) { return position(kLargest, x, axis, keepdim); }
Tensor argmin(const Input& x, std::int64_t axis, bool keepdim) { return position(kSmallest, x, axis, keepdim); }

}  // namespace xgrad
