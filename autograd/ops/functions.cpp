#include <xgrad/ops/functions.hpp>

#include <xgrad/error.hpp>
#include <xgrad/tape.hpp>

#include <cmath>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_impl.hpp"

namespace xgrad {

using detail::parametric;
using detail::unary;
namespace el = elementary;

Tensor exp2(const Input& x) { return unary<el::Exp2>(x); }
Tensor expm1(const Input& x) { return unary<el::Expm1>(x); }
Tensor log2(const Input& x) { return unary<el::Log2>(x); }
Tensor log10(const Input& x) { return unary<el::Log10>(x); }
Tensor log1p(const Input& x) { return unary<el::Log1p>(x); }
Tensor entr(const Input& x) { return where(lt(x, 0), -std::numeric_limits<double>::infinity(), neg(xlogy(x, x))); }
Tensor deg2rad(const Input& x) { return mul(x, 0.017453292519943296); }
Tensor rad2deg(const Input& x) { return mul(x, 57.295779513082323); }
Tensor heaviside(const Input& x, const Operand& values) { return where(eq(x, 0), values, to(gt(x, 0), x->dtype())); }
Tensor cbrt(const Input& x) { return unary<el::Cbrt>(x); }
Tensor rsqrt(const Input& x) { return unary<el::Rsqrt>(x); }

Tensor tan(const Input& x) { return unary<el::Tan>(x); }
Tensor asin(const Input& x) { return unary<el::Asin>(x); }
Tensor acos(const Input& x) { return unary<el::Acos>(x); }
Tensor atan(const Input& x) { return unary<el::Atan>(x); }
Tensor sinh(const Input& x) { return unary<el::Sinh>(x); }
Tensor cosh(const Input& x) { return unary<el::Cosh>(x); }
Tensor asinh(const Input& x) { return unary<el::Asinh>(x); }
Tensor acosh(const Input& x) { return unary<el::Acosh>(x); }
Tensor atanh(const Input& x) { return unary<el::Atanh>(x); }
Tensor sinc(const Input& x) { return unary<el::Sinc>(x); }

Tensor erf(const Input& x) { return unary<el::Erf>(x); }
Tensor erfc(const Input& x) { return unary<el::Erfc>(x); }
Tensor erfinv(const Input& x) { return unary<el::Erfinv>(x); }
Tensor lgamma(const Input& x) { return unary<el::Lgamma>(x); }
Tensor digamma(const Input& x) { return unary<el::Digamma>(x); }

Tensor trigamma(const Input& x) { return unary<el::Trigamma>(x); }

Tensor i0(const Input& x) { return unary<el::I0>(x); }
Tensor i0e(const Input& x) { return unary<el::I0e>(x); }
Tensor i1(const Input& x) { return unary<el::I1>(x); }
Tensor i1e(const Input& x) { return unary<el::I1e>(x); }
Tensor erfcx(const Input& x) { return unary<el::Erfcx>(x); }
Tensor ndtri(const Input& x) { return unary<el::Ndtri>(x); }

namespace {
constexpr double kRootOfHalf = 0.70710678118654752;
}

Tensor ndtr(const Input& x) { return mul(0.5, erfc(mul(x, -kRootOfHalf))); }

// Below -1 by log(erfcx(u) exp(-u^2) / 2) with u = -x / sqrt 2; where that is not taken, both sides read another x.
Tensor log_ndtr(const Input& x)
{
    const Tensor below = lt(x, -1), tail = where(below, x, -1.0), body = where(below, -1.0, x);
    return where(below, log(mul(0.5, erfcx(mul(tail, -kRootOfHalf)))) - 0.5 * square(tail),
                 log1p(mul(-0.5, erfc(mul(body, kRootOfHalf)))));
}

Tensor logit(const Input& x) { return unary<el::Logit>(x); }
Tensor logit(const Input& x, double eps) { return parametric<el::BoundedLogit>(x, {eps}); }

// Of one operand kernels exist for floating dtypes alone; integers are whole already.
Tensor sign(const Input& x) { return is_floating(x->dtype()) ? unary<el::Sign>(x) : maximum(minimum(x, 1), -1); }
Tensor floor(const Input& x) { return is_floating(x->dtype()) ? unary<el::Floor>(x) : *x; }
Tensor ceil(const Input& x) { return is_floating(x->dtype()) ? unary<el::Ceil>(x) : *x; }
Tensor trunc(const Input& x) { return is_floating(x->dtype()) ? unary<el::Trunc>(x) : *x; }
Tensor round(const Input& x) { return is_floating(x->dtype()) ? unary<el::Round>(x) : *x; }
Tensor round(const Input& x, std::int64_t decimals)
{
    if (decimals == 0) return round(x);
    if (!is_floating(x->dtype())) return decimals > 0 ? *x : to(round(to(x, f64), decimals), x->dtype());
    const double power = std::pow(10.0, std::abs(static_cast<double>(decimals)));
    return decimals > 0 ? div(round(mul(x, power)), power) : mul(round(div(x, power)), power);
}
Tensor frac(const Input& x) { return unary<el::Frac>(x); }
Tensor sign_straight_through(const Input& x) { return unary<el::SignStraightThrough>(x); }

// ---- bounds, NaN and infinities -------------------------------------------------------------------------------------

namespace {

[[noreturn]] void throw_no_bound()
{
    throw ShapeError(detail::error_text("clamp", "neither min nor max", "at least one bound is given",
                                        "clamp(x, 0.0) for x >= 0, clamp(x, std::nullopt, 1.0) for x <= 1"));
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

detail::Parameters detail::clamp_parameters(std::optional<double> min, std::optional<double> max)
{
    if (!min && !max) throw_no_bound();
    return {min.value_or(-kInfinity), max.value_or(kInfinity)};
}

Tensor clamp(const Input& x, std::optional<double> min, std::optional<double> max)
{
    const detail::Parameters bounds = detail::clamp_parameters(min, max);
    if (std::isnan(bounds[0]) || std::isnan(bounds[1])) return add(mul(x, 0.0), bounds[0] + bounds[1]);  // NaN
    if (is_floating(x->dtype())) return parametric<el::Clamp>(x, bounds);
    if ((min && *min != std::floor(*min)) || (max && *max != std::floor(*max)))
        return clamp(to(x, default_dtype()), min, max);
    const Tensor above = min ? maximum(x, static_cast<std::int64_t>(*min)) : *x;
    return max ? minimum(above, static_cast<std::int64_t>(*max)) : above;
}

// Of tensors it is a choice and not maximum and minimum, which share the gradient at a tie. A NaN, also among the
// bounds, stays NaN and passes no gradient on.
Tensor clamp(const Input& x, const Tensor& min, const Tensor& max)
{
    if (!min.defined() && !max.defined()) throw_no_bound();
    const auto chosen = [](const Tensor& keeps, const Tensor& value, const Tensor& bound) {
        const Tensor joined = where(keeps, value, bound);
        return where(logical_or(isnan(value), isnan(bound)), detach(value + bound), joined);
    };
    const Tensor above = min.defined() ? chosen(*x >= min, x, min) : *x;
    return max.defined() ? chosen(above <= max, above, max) : above;
}

detail::Parameters detail::nan_to_num_parameters(const NanToNumOptions& options, Dtype dtype)
{
    const double largest =
        dtype == f64 ? std::numeric_limits<double>::max() : static_cast<double>(std::numeric_limits<float>::max());
    return {options.nan, options.posinf.value_or(largest), options.neginf.value_or(-largest)};
}

Tensor nan_to_num(const Input& x, NanToNumOptions options)
{
    if (!is_floating(x->dtype())) return *x;
    return parametric<el::NanToNum>(x, detail::nan_to_num_parameters(options, x->dtype()));
}

namespace {

const Op kIsNan{"isnan", "x != x", detail::kOneShape};
const Op kIsInf{"isinf", "where(x == x, x - x != x - x, 0)", detail::kOneShape};
const Op kIsFinite{"isfinite", "x - x == x - x", detail::kOneShape};
const Op kLogicalAnd{"logical_and", "where(a != 0, b != 0, 0)", detail::kBroadcast};
const Op kLogicalOr{"logical_or", "where(a != 0, 1, b != 0)", detail::kBroadcast};
const Op kLogicalXor{"logical_xor", "where(a != 0, b == 0, b != 0)", detail::kBroadcast};
const Op kLogicalNot{"logical_not", "x == 0", detail::kOneShape};

using detail::Operands;
using kernels::Comparison;

Tensor truth(const Tensor& x) { return x.dtype() == boolean ? x : detail::run_cast(x, boolean); }

/// For an operation on the truth of its operands: f(a, b) of bool tensors.
template <class F>
Tensor logical(const Op& op, const Operand& a_operand, const Operand& b_operand, F f)
{
    const Operands x(a_operand, b_operand, false);
    if (detail::is_batched(x.a(), x.b()))
        return detail::of_aligned(op.name, x.a(), x.b(),
                                  [&](const Tensor& a, const Tensor& b) { return logical(op, a, b, f); });
    return record_constant(op, {x.a_ref(), x.b_ref()}, f(truth(x.a()), truth(x.b())));
}

/// |x| compared with infinity; integers, which are finite, compared with themselves.
Tensor by_size(const Tensor& x, Comparison floating, Comparison whole)
{
    if (!is_floating(x.dtype())) return detail::run_compare("isinf", whole, x, x);
    const Tensor size = detail::run_unary(el::UnaryOps::index<el::Abs>(), x);
    return detail::run_compare("isinf", floating, size, tensor(kInfinity, x.dtype()));
}

Tensor number(bool value) { return tensor(value ? 1 : 0, boolean); }

}  // namespace

Tensor isnan(const Input& x)
{
    if (detail::is_batched(*x)) return detail::of_all(x, isnan);
    return record_constant(kIsNan, {x}, detail::run_compare("isnan", Comparison::ne, x, x));
}

Tensor isinf(const Input& x)
{
    if (detail::is_batched(*x)) return detail::of_all(x, isinf);
    return record_constant(kIsInf, {x}, by_size(x, Comparison::eq, Comparison::ne));
}

Tensor isfinite(const Input& x)
{
    if (detail::is_batched(*x)) return detail::of_all(x, isfinite);
    return record_constant(kIsFinite, {x}, by_size(x, Comparison::lt, Comparison::eq));
}

Tensor logical_and(const Operand& a, const Operand& b)
{
    return logical(kLogicalAnd, a, b,
                   [](const Tensor& p, const Tensor& q) { return detail::run_where(p, q, number(false)); });
}

Tensor logical_or(const Operand& a, const Operand& b)
{
    return logical(kLogicalOr, a, b,
                   [](const Tensor& p, const Tensor& q) { return detail::run_where(p, number(true), q); });
}

Tensor logical_xor(const Operand& a, const Operand& b)
{
    return logical(kLogicalXor, a, b, [](const Tensor& p, const Tensor& q) {
        return detail::run_compare("logical_xor", Comparison::ne, p, q);
    });
}

Tensor logical_not(const Input& x)
{
    if (detail::is_batched(*x)) return detail::of_all(x, logical_not);
    return record_constant(kLogicalNot, {x},
                           detail::run_compare("logical_not", Comparison::eq, truth(x), number(false)));
}

}  // namespace xgrad
