// More functions of scalars, in the forms of scalar_functions.hpp. Included by scalar.hpp.
#pragma once

#include <xgrad/scalar.hpp>

#include <utility>

namespace xgrad {

[[gnu::always_inline]] inline auto exp2(detail::Leaf x) { return detail::apply<elementary::Exp2>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto exp2(X&& x)
{
    return detail::apply<elementary::Exp2>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto expm1(detail::Leaf x) { return detail::apply<elementary::Expm1>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto expm1(X&& x)
{
    return detail::apply<elementary::Expm1>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto log2(detail::Leaf x) { return detail::apply<elementary::Log2>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto log2(X&& x)
{
    return detail::apply<elementary::Log2>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto log10(detail::Leaf x) { return detail::apply<elementary::Log10>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto log10(X&& x)
{
    return detail::apply<elementary::Log10>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto log1p(detail::Leaf x) { return detail::apply<elementary::Log1p>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto log1p(X&& x)
{
    return detail::apply<elementary::Log1p>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto rsqrt(detail::Leaf x) { return detail::apply<elementary::Rsqrt>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto rsqrt(X&& x)
{
    return detail::apply<elementary::Rsqrt>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto cbrt(detail::Leaf x) { return detail::apply<elementary::Cbrt>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto cbrt(X&& x)
{
    return detail::apply<elementary::Cbrt>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto tan(detail::Leaf x) { return detail::apply<elementary::Tan>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto tan(X&& x)
{
    return detail::apply<elementary::Tan>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto asin(detail::Leaf x) { return detail::apply<elementary::Asin>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto asin(X&& x)
{
    return detail::apply<elementary::Asin>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto acos(detail::Leaf x) { return detail::apply<elementary::Acos>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto acos(X&& x)
{
    return detail::apply<elementary::Acos>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto atan(detail::Leaf x) { return detail::apply<elementary::Atan>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto atan(X&& x)
{
    return detail::apply<elementary::Atan>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto sinh(detail::Leaf x) { return detail::apply<elementary::Sinh>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto sinh(X&& x)
{
    return detail::apply<elementary::Sinh>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto cosh(detail::Leaf x) { return detail::apply<elementary::Cosh>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto cosh(X&& x)
{
    return detail::apply<elementary::Cosh>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto asinh(detail::Leaf x) { return detail::apply<elementary::Asinh>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto asinh(X&& x)
{
    return detail::apply<elementary::Asinh>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto acosh(detail::Leaf x) { return detail::apply<elementary::Acosh>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto acosh(X&& x)
{
    return detail::apply<elementary::Acosh>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto atanh(detail::Leaf x) { return detail::apply<elementary::Atanh>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto atanh(X&& x)
{
    return detail::apply<elementary::Atanh>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto sinc(detail::Leaf x) { return detail::apply<elementary::Sinc>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto sinc(X&& x)
{
    return detail::apply<elementary::Sinc>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto erf(detail::Leaf x) { return detail::apply<elementary::Erf>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto erf(X&& x)
{
    return detail::apply<elementary::Erf>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto erfc(detail::Leaf x) { return detail::apply<elementary::Erfc>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto erfc(X&& x)
{
    return detail::apply<elementary::Erfc>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto erfinv(detail::Leaf x) { return detail::apply<elementary::Erfinv>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto erfinv(X&& x)
{
    return detail::apply<elementary::Erfinv>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto lgamma(detail::Leaf x) { return detail::apply<elementary::Lgamma>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto lgamma(X&& x)
{
    return detail::apply<elementary::Lgamma>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto digamma(detail::Leaf x) { return detail::apply<elementary::Digamma>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto digamma(X&& x)
{
    return detail::apply<elementary::Digamma>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto trigamma(detail::Leaf x) { return detail::apply<elementary::Trigamma>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto trigamma(X&& x)
{
    return detail::apply<elementary::Trigamma>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto i0(detail::Leaf x) { return detail::apply<elementary::I0>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto i0(X&& x)
{
    return detail::apply<elementary::I0>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto i0e(detail::Leaf x) { return detail::apply<elementary::I0e>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto i0e(X&& x)
{
    return detail::apply<elementary::I0e>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto i1(detail::Leaf x) { return detail::apply<elementary::I1>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto i1(X&& x)
{
    return detail::apply<elementary::I1>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto i1e(detail::Leaf x) { return detail::apply<elementary::I1e>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto i1e(X&& x)
{
    return detail::apply<elementary::I1e>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto erfcx(detail::Leaf x) { return detail::apply<elementary::Erfcx>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto erfcx(X&& x)
{
    return detail::apply<elementary::Erfcx>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto ndtri(detail::Leaf x) { return detail::apply<elementary::Ndtri>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto ndtri(X&& x)
{
    return detail::apply<elementary::Ndtri>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto logit(detail::Leaf x) { return detail::apply<elementary::Logit>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto logit(X&& x)
{
    return detail::apply<elementary::Logit>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto sign(detail::Leaf x) { return detail::apply<elementary::Sign>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto sign(X&& x)
{
    return detail::apply<elementary::Sign>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto floor(detail::Leaf x) { return detail::apply<elementary::Floor>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto floor(X&& x)
{
    return detail::apply<elementary::Floor>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto ceil(detail::Leaf x) { return detail::apply<elementary::Ceil>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto ceil(X&& x)
{
    return detail::apply<elementary::Ceil>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto trunc(detail::Leaf x) { return detail::apply<elementary::Trunc>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto trunc(X&& x)
{
    return detail::apply<elementary::Trunc>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto round(detail::Leaf x) { return detail::apply<elementary::Round>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto round(X&& x)
{
    return detail::apply<elementary::Round>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto frac(detail::Leaf x) { return detail::apply<elementary::Frac>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto frac(X&& x)
{
    return detail::apply<elementary::Frac>(detail::operand(std::forward<X>(x)));
}

}  // namespace xgrad

// Behind what they build on, whichever header comes first.
#include <xgrad/scalar_activations.hpp>
