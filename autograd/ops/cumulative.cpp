#include <xgrad/ops/cumulative.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/pad.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include <limits>

#include "autograd/kernels/scan.hpp"
#include "autograd/ops/along.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"

namespace xgrad {

using detail::Along;
using detail::contiguous_data;
using detail::Dims;

const Op kCumsum{.name = "cumsum",
                 .formula = "cumsum(x, axis, step)",
                 .shapes = "x: S -> y: S",
                 .derivatives = {"cumsum(gy, axis, -step)"},
                 .where = "step is 1, or -1 for the sum that runs from the other end"};

// Without a division, so that zeros do no harm.
const Op kCumprod{.name = "cumprod",
                  .formula = "cumprod(x, axis, step)",
                  .shapes = "x: S -> y: S",
                  .derivatives = {"linear_scan(shift(x, axis, -step, 0), gy, axis, -step) * shift(y, axis, step, 1)"},
                  .where = "step is 1, or -1 for the product that runs from the other end"};

const Op kLinearScan{.name = "linear_scan",
                     .formula = "linear_scan(a, b, axis, step)",
                     .shapes = "a, b: S -> y: S",
                     .derivatives = {"linear_scan(shift(a, axis, -step, 0), gy, axis, -step) * shift(y, axis, step, 0)",
                                     "linear_scan(shift(a, axis, -step, 0), gy, axis, -step)"},
                     .where = "y[k] = a[k] y[k - step] + b[k], and 0 before the first"};

// The vjp computes no exponent above 0: dx_k = exp(x_k - y_k) t_k with t_k = gy_k + exp(y_k - y_{k+1}) t_{k+1}.
const Op kLogcumsumexp{.name = "logcumsumexp",
                       .formula = "log(cumsum(exp(x), axis, 1))",
                       .shapes = "x: S -> y: S",
                       .derivatives = {"exp(x) * cumsum(gy / exp(y), axis, -1)"}};

const Op kProd{
    .name = "prod",
    .formula = "prod(x, axis)",
    .shapes = "x: S -> y: S without the axis (keepdim: with size 1)",
    .derivatives = {"gy * shift(cumprod(x, axis, 1), axis, 1, 1) * shift(cumprod(x, axis, -1), axis, -1, 1)"},
    .where = "the two cumprod are of what stands before an element and of what stands behind it"};

const Op kCummax{.name = "cummax", .formula = "running_argmax(x, axis)", .shapes = "x: S -> y: S"};
const Op kCummin{.name = "cummin", .formula = "running_argmin(x, axis)", .shapes = "x: S -> y: S"};

namespace {

/// x seen with at least one axis.
Tensor with_axis(const Input& x) { return x->ndim() == 0 ? reshape(x, {1}) : *x; }

std::size_t axis_of(const char* operation, std::int64_t axis, const Tensor& x)
{
    return detail::normal_axis(operation, axis, std::max<std::size_t>(x.ndim(), 1));
}

/// x moved by one position along an axis, towards its end or its start; `value` comes in.
Tensor shifted(const Tensor& x, std::size_t axis, bool towards_end, double value)
{
    const auto signed_axis = static_cast<std::int64_t>(axis);
    const std::int64_t n = x.sizes()[axis];
    if (n == 0) return x;
    Dims amounts(2 * (x.ndim() - axis));
    amounts[amounts.size() - (towards_end ? 2 : 1)] = 1;
    return pad(narrow(x, signed_axis, towards_end ? 0 : 1, n - 1), amounts, {.value = value});
}

Tensor cumsum(const Input& x, std::size_t axis, bool reverse)
{
    if (detail::is_batched(*x))
        return detail::of_all(x, [&](const Input& all) { return cumsum(all, axis + 1, reverse); });
    const Tensor from = contiguous_data(*x), y = detail::empty_like(from);
    const Along nest(x->sizes(), axis);
    kernels::cumsum(x->dtype(), nest.outer, nest.n, nest.inner, from.raw(), detail::mutable_data(y), reverse);
    if (!is_floating(y.dtype())) return record_constant(kCumsum, {x}, y);
    return record(kCumsum, {x}, y,
                  [axis, reverse](const Tensor& gy, Adjoints& gx) { gx.add(0, cumsum(gy, axis, !reverse)); });
}

Tensor linear_scan(const Tensor& a, const Tensor& b, std::size_t axis, bool reverse)
{
    if (detail::is_batched(a, b)) {
        const detail::Batch batch({&a, &b});
        return batch.result(linear_scan(batch.expanded(a), batch.expanded(b), axis + 1, reverse));
    }
    const Tensor from_a = contiguous_data(a), from_b = contiguous_data(b), y = detail::empty_like(from_b);
    const Along nest(b.sizes(), axis);
    kernels::linear_scan(b.dtype(), nest.outer, nest.n, nest.inner, from_a.raw(), from_b.raw(), detail::mutable_data(y),
                         reverse);
    return record(kLinearScan, {a, b}, y, [a, y, axis, reverse](const Tensor& gy, Adjoints& gx) {
        const Tensor s = linear_scan(shifted(a, axis, reverse, 0), gy, axis, !reverse);
        if (gx.wants(0)) gx.add(0, s * shifted(y, axis, !reverse, 0));
        if (gx.wants(1)) gx.add(1, s);
    });
}

Tensor cumprod(const Input& x, std::size_t axis, bool reverse)
{
    if (detail::is_batched(*x))
        return detail::of_all(x, [&](const Input& all) { return cumprod(all, axis + 1, reverse); });
    const Tensor from = contiguous_data(*x), y = detail::empty_like(from);
    const Along nest(x->sizes(), axis);
    kernels::cumprod(x->dtype(), nest.outer, nest.n, nest.inner, from.raw(), detail::mutable_data(y), reverse);
    if (!is_floating(y.dtype())) return record_constant(kCumprod, {x}, y);
    return record(kCumprod, {x}, y, [x = *x, y, axis, reverse](const Tensor& gy, Adjoints& gx) {
        const Tensor s = linear_scan(shifted(x, axis, reverse, 0), gy, axis, !reverse);
        gx.add(0, s * shifted(y, axis, !reverse, 1));
    });
}

ValuesAndIndices cumulative(const Op& op, const Input& x, std::int64_t given_axis, bool largest)
{
    if (x->dtype() == boolean) {
        const auto [values, indices] = cumulative(op, to(x, i64), given_axis, largest);
        return {to(values, boolean), indices};
    }
    const std::size_t axis = axis_of(op.name, given_axis, *x);
    if (x->ndim() == 0) return {*x, zeros({}, i64)};
    if (detail::is_batched(*x))
        return detail::pair_of_all<ValuesAndIndices>(
            x, [&](const Input& all) { return cumulative(op, all, static_cast<std::int64_t>(axis) + 1, largest); });
    const Tensor from = contiguous_data(*x), indices = detail::empty(i64, x->sizes());
    const Along nest(x->sizes(), axis);
    kernels::cumulative_extremum(x->dtype(), nest.outer, nest.n, nest.inner, from.raw(),
                                 detail::mutable_data<std::int64_t>(indices), largest);
    return {gather(x, given_axis, indices), record_constant(op, {x}, indices)};
}

/// The product along the axis, which stays with size 1.
Tensor product(const Input& x, std::size_t axis)
{
    if (detail::is_batched(*x)) return detail::of_all(x, [&](const Input& all) { return product(all, axis + 1); });
    const Tensor from = contiguous_data(*x);
    const Along nest(x->sizes(), axis);
    Dims sizes = x->sizes();
    sizes[axis] = 1;
    const Tensor y = detail::empty(x->dtype(), sizes);
    kernels::product(x->dtype(), nest.outer, nest.n, nest.inner, from.raw(), detail::mutable_data(y));
    if (!is_floating(y.dtype())) return record_constant(kProd, {x}, y);
    return record(kProd, {x}, y, [x = *x, axis](const Tensor& gy, Adjoints& gx) {
        const Tensor before = shifted(cumprod(x, axis, false), axis, true, 1);
        const Tensor behind = shifted(cumprod(x, axis, true), axis, false, 1);
        gx.add(0, gy * before * behind);
    });
}

}  // namespace

Tensor cumsum(const Input& x, std::int64_t axis)
{
    if (x->dtype() == boolean) return cumsum(to(x, i64), axis);
    return reshape(cumsum(with_axis(x), axis_of("cumsum", axis, *x), false), x->sizes());
}

Tensor cumprod(const Input& x, std::int64_t axis)
{
    if (x->dtype() == boolean) return cumprod(to(x, i64), axis);
    return reshape(cumprod(with_axis(x), axis_of("cumprod", axis, *x), false), x->sizes());
}

ValuesAndIndices cummax(const Input& x, std::int64_t axis) { return cumulative(kCummax, x, axis, true); }
ValuesAndIndices cummin(const Input& x, std::int64_t axis) { return cumulative(kCummin, x, axis, false); }

Tensor logcumsumexp(const Input& x, std::int64_t given_axis)
{
    if (!is_floating(x->dtype()))
        throw DtypeError(detail::error_text("logcumsumexp", "a tensor " + describe(*x), "f32 or f64",
                                            "convert it first: to(x, f32)"));
    const std::size_t axis = axis_of("logcumsumexp", given_axis, *x);
    if (x->ndim() == 0) return *x;
    if (detail::is_batched(*x))
        return detail::of_all(x,
                              [&](const Input& all) { return logcumsumexp(all, static_cast<std::int64_t>(axis) + 1); });
    const Tensor from = contiguous_data(*x), y = detail::empty_like(from);
    const Along nest(x->sizes(), axis);
    kernels::logcumsumexp(x->dtype(), nest.outer, nest.n, nest.inner, from.raw(), detail::mutable_data(y));
    return record(kLogcumsumexp, {x}, y, [x = *x, y, axis](const Tensor& gy, Adjoints& gx) {
        // What comes in at the end belongs to no element: exp makes it 0, which no vjp turns into NaN.
        const Tensor next = shifted(y, axis, false, std::numeric_limits<double>::infinity());
        // Equal sums pass all on, infinite ones, whose difference is no number, too.
        const Tensor step = where(eq(y, next), 0.0, y - next);
        const Tensor t = linear_scan(exp(step), gy, axis, true);
        gx.add(0, exp(x - y) * t);
    });
}

Tensor prod(const Input& x, std::int64_t given_axis, bool keepdim)
{
    if (x->dtype() == boolean) return prod(to(x, i64), given_axis, keepdim);
    const std::size_t axis = axis_of("prod", given_axis, *x);
    if (x->ndim() == 0) return *x;
    const Tensor y = product(x, axis);
    return keepdim ? y : squeeze(y, static_cast<std::int64_t>(axis));
}

Tensor prod(const Input& x) { return prod(reshape(x, {-1}), 0); }

}  // namespace xgrad
