// Activations of scalars, and functions of two. Included by scalar.hpp.
#pragma once

#include <xgrad/scalar.hpp>
#include <xgrad/scalar_functions.hpp>
#include <xgrad/scalar_math.hpp>

#include <utility>

namespace xgrad {

[[gnu::always_inline]] inline auto sign_straight_through(detail::Leaf x)
{
    return detail::apply<elementary::SignStraightThrough>(x);
}
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto sign_straight_through(X&& x)
{
    return detail::apply<elementary::SignStraightThrough>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto gelu(detail::Leaf x) { return detail::apply<elementary::Gelu>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto gelu(X&& x)
{
    return detail::apply<elementary::Gelu>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto gelu_tanh(detail::Leaf x) { return detail::apply<elementary::GeluTanh>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto gelu_tanh(X&& x)
{
    return detail::apply<elementary::GeluTanh>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto silu(detail::Leaf x) { return detail::apply<elementary::Silu>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto silu(X&& x)
{
    return detail::apply<elementary::Silu>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto mish(detail::Leaf x) { return detail::apply<elementary::Mish>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto mish(X&& x)
{
    return detail::apply<elementary::Mish>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto logsigmoid(detail::Leaf x) { return detail::apply<elementary::LogSigmoid>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto logsigmoid(X&& x)
{
    return detail::apply<elementary::LogSigmoid>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto softsign(detail::Leaf x) { return detail::apply<elementary::Softsign>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto softsign(X&& x)
{
    return detail::apply<elementary::Softsign>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto tanhshrink(detail::Leaf x) { return detail::apply<elementary::Tanhshrink>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto tanhshrink(X&& x)
{
    return detail::apply<elementary::Tanhshrink>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto hardsigmoid(detail::Leaf x) { return detail::apply<elementary::Hardsigmoid>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto hardsigmoid(X&& x)
{
    return detail::apply<elementary::Hardsigmoid>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto hardswish(detail::Leaf x) { return detail::apply<elementary::Hardswish>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto hardswish(X&& x)
{
    return detail::apply<elementary::Hardswish>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto atan2(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Atan2>(a, b);
}
[[gnu::always_inline]] inline auto atan2(detail::Leaf a, double b)
{
    return detail::apply<elementary::Atan2>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto atan2(double a, detail::Leaf b)
{
    return detail::apply<elementary::Atan2>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto atan2(A&& a, B&& b)
{
    return detail::apply<elementary::Atan2>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

[[gnu::always_inline]] inline auto hypot(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Hypot>(a, b);
}
[[gnu::always_inline]] inline auto hypot(detail::Leaf a, double b)
{
    return detail::apply<elementary::Hypot>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto hypot(double a, detail::Leaf b)
{
    return detail::apply<elementary::Hypot>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto hypot(A&& a, B&& b)
{
    return detail::apply<elementary::Hypot>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

[[gnu::always_inline]] inline auto logaddexp(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Logaddexp>(a, b);
}
[[gnu::always_inline]] inline auto logaddexp(detail::Leaf a, double b)
{
    return detail::apply<elementary::Logaddexp>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto logaddexp(double a, detail::Leaf b)
{
    return detail::apply<elementary::Logaddexp>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto logaddexp(A&& a, B&& b)
{
    return detail::apply<elementary::Logaddexp>(detail::operand(std::forward<A>(a)),
                                                detail::operand(std::forward<B>(b)));
}

[[gnu::always_inline]] inline auto xlogy(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Xlogy>(a, b);
}
[[gnu::always_inline]] inline auto xlogy(detail::Leaf a, double b)
{
    return detail::apply<elementary::Xlogy>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto xlogy(double a, detail::Leaf b)
{
    return detail::apply<elementary::Xlogy>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto xlogy(A&& a, B&& b)
{
    return detail::apply<elementary::Xlogy>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

[[gnu::always_inline]] inline auto fmax(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Fmax>(a, b);
}
[[gnu::always_inline]] inline auto fmax(detail::Leaf a, double b)
{
    return detail::apply<elementary::Fmax>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto fmax(double a, detail::Leaf b)
{
    return detail::apply<elementary::Fmax>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto fmax(A&& a, B&& b)
{
    return detail::apply<elementary::Fmax>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

[[gnu::always_inline]] inline auto fmin(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Fmin>(a, b);
}
[[gnu::always_inline]] inline auto fmin(detail::Leaf a, double b)
{
    return detail::apply<elementary::Fmin>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto fmin(double a, detail::Leaf b)
{
    return detail::apply<elementary::Fmin>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto fmin(A&& a, B&& b)
{
    return detail::apply<elementary::Fmin>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

[[gnu::always_inline]] inline auto fmod(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Fmod>(a, b);
}
[[gnu::always_inline]] inline auto fmod(detail::Leaf a, double b)
{
    return detail::apply<elementary::Fmod>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto fmod(double a, detail::Leaf b)
{
    return detail::apply<elementary::Fmod>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto fmod(A&& a, B&& b)
{
    return detail::apply<elementary::Fmod>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

[[gnu::always_inline]] inline auto remainder(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Remainder>(a, b);
}
[[gnu::always_inline]] inline auto remainder(detail::Leaf a, double b)
{
    return detail::apply<elementary::Remainder>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto remainder(double a, detail::Leaf b)
{
    return detail::apply<elementary::Remainder>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto remainder(A&& a, B&& b)
{
    return detail::apply<elementary::Remainder>(detail::operand(std::forward<A>(a)),
                                                detail::operand(std::forward<B>(b)));
}

[[gnu::always_inline]] inline auto floor_divide(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::FloorDivide>(a, b);
}
[[gnu::always_inline]] inline auto floor_divide(detail::Leaf a, double b)
{
    return detail::apply<elementary::FloorDivide>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto floor_divide(double a, detail::Leaf b)
{
    return detail::apply<elementary::FloorDivide>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto floor_divide(A&& a, B&& b)
{
    return detail::apply<elementary::FloorDivide>(detail::operand(std::forward<A>(a)),
                                                  detail::operand(std::forward<B>(b)));
}

[[gnu::always_inline]] inline auto div_trunc(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::DivTrunc>(a, b);
}
[[gnu::always_inline]] inline auto div_trunc(detail::Leaf a, double b)
{
    return detail::apply<elementary::DivTrunc>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto div_trunc(double a, detail::Leaf b)
{
    return detail::apply<elementary::DivTrunc>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto div_trunc(A&& a, B&& b)
{
    return detail::apply<elementary::DivTrunc>(detail::operand(std::forward<A>(a)),
                                               detail::operand(std::forward<B>(b)));
}

[[gnu::always_inline]] inline auto copysign(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Copysign>(a, b);
}
[[gnu::always_inline]] inline auto copysign(detail::Leaf a, double b)
{
    return detail::apply<elementary::Copysign>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto copysign(double a, detail::Leaf b)
{
    return detail::apply<elementary::Copysign>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto copysign(A&& a, B&& b)
{
    return detail::apply<elementary::Copysign>(detail::operand(std::forward<A>(a)),
                                               detail::operand(std::forward<B>(b)));
}

[[gnu::always_inline]] inline auto prelu(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Prelu>(a, b);
}
[[gnu::always_inline]] inline auto prelu(detail::Leaf a, double b)
{
    return detail::apply<elementary::Prelu>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto prelu(double a, detail::Leaf b)
{
    return detail::apply<elementary::Prelu>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto prelu(A&& a, B&& b)
{
    return detail::apply<elementary::Prelu>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

[[gnu::always_inline]] inline auto polygamma(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Polygamma>(a, b);
}
[[gnu::always_inline]] inline auto polygamma(detail::Leaf a, double b)
{
    return detail::apply<elementary::Polygamma>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto polygamma(double a, detail::Leaf b)
{
    return detail::apply<elementary::Polygamma>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto polygamma(A&& a, B&& b)
{
    return detail::apply<elementary::Polygamma>(detail::operand(std::forward<A>(a)),
                                                detail::operand(std::forward<B>(b)));
}

// With parameters: the branch that the value lies on.

inline Scalar leaky_relu(const Scalar& x, double negative_slope = 0.01) { return prelu(x, negative_slope); }
inline Scalar elu(const Scalar& x, double alpha = 1) { return x <= 0.0 ? Scalar(alpha * expm1(x)) : x; }
inline Scalar softplus(const Scalar& x, double beta = 1, double threshold = 20)
{
    return beta * x > threshold ? x : Scalar(log1p(exp(beta * x)) / beta);
}
inline Scalar clamp(const Scalar& x, double min, double max)
{
    return x == x ? Scalar(fmin(fmax(x, min), max)) : x;  // NaN stays; at a bound the gradient goes to x
}

}  // namespace xgrad
