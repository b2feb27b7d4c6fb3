// Operators and functions of scalars. Included by scalar.hpp.
//
// Each comes in the forms that keep the user's line: Scalars convert to Leaf at the call; an expression already holds
// the line of one of its operands.
#pragma once

#include <xgrad/scalar.hpp>

#include <utility>

namespace xgrad {

// ---- operator+ -----------------------------------------------------------------------------------------------------

[[gnu::always_inline]] inline auto operator+(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Add>(a, b);
}
[[gnu::always_inline]] inline auto operator+(detail::Leaf a, double b)
{
    return detail::apply<elementary::Add>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto operator+(double a, detail::Leaf b)
{
    return detail::apply<elementary::Add>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto operator+(A&& a, B&& b)
{
    return detail::apply<elementary::Add>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

// ---- operator- -----------------------------------------------------------------------------------------------------

[[gnu::always_inline]] inline auto operator-(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Sub>(a, b);
}
[[gnu::always_inline]] inline auto operator-(detail::Leaf a, double b)
{
    return detail::apply<elementary::Sub>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto operator-(double a, detail::Leaf b)
{
    return detail::apply<elementary::Sub>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto operator-(A&& a, B&& b)
{
    return detail::apply<elementary::Sub>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

// ---- operator* -----------------------------------------------------------------------------------------------------

[[gnu::always_inline]] inline auto operator*(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Mul>(a, b);
}
[[gnu::always_inline]] inline auto operator*(detail::Leaf a, double b)
{
    return detail::apply<elementary::Mul>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto operator*(double a, detail::Leaf b)
{
    return detail::apply<elementary::Mul>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto operator*(A&& a, B&& b)
{
    return detail::apply<elementary::Mul>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

// ---- operator/ -----------------------------------------------------------------------------------------------------

[[gnu::always_inline]] inline auto operator/(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Div>(a, b);
}
[[gnu::always_inline]] inline auto operator/(detail::Leaf a, double b)
{
    return detail::apply<elementary::Div>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto operator/(double a, detail::Leaf b)
{
    return detail::apply<elementary::Div>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto operator/(A&& a, B&& b)
{
    return detail::apply<elementary::Div>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

// ---- pow -----------------------------------------------------------------------------------------------------------

[[gnu::always_inline]] inline auto pow(detail::Leaf a, detail::Leaf b) { return detail::apply<elementary::Pow>(a, b); }
[[gnu::always_inline]] inline auto pow(detail::Leaf a, double b)
{
    return detail::apply<elementary::Pow>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto pow(double a, detail::Leaf b)
{
    return detail::apply<elementary::Pow>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto pow(A&& a, B&& b)
{
    return detail::apply<elementary::Pow>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

// ---- maximum -------------------------------------------------------------------------------------------------------

[[gnu::always_inline]] inline auto maximum(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Maximum>(a, b);
}
[[gnu::always_inline]] inline auto maximum(detail::Leaf a, double b)
{
    return detail::apply<elementary::Maximum>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto maximum(double a, detail::Leaf b)
{
    return detail::apply<elementary::Maximum>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto maximum(A&& a, B&& b)
{
    return detail::apply<elementary::Maximum>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

// ---- minimum -------------------------------------------------------------------------------------------------------

[[gnu::always_inline]] inline auto minimum(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Minimum>(a, b);
}
[[gnu::always_inline]] inline auto minimum(detail::Leaf a, double b)
{
    return detail::apply<elementary::Minimum>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto minimum(double a, detail::Leaf b)
{
    return detail::apply<elementary::Minimum>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto minimum(A&& a, B&& b)
{
    return detail::apply<elementary::Minimum>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

// ---- max -----------------------------------------------------------------------------------------------------------

[[gnu::always_inline]] inline auto max(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Maximum>(a, b);
}
[[gnu::always_inline]] inline auto max(detail::Leaf a, double b)
{
    return detail::apply<elementary::Maximum>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto max(double a, detail::Leaf b)
{
    return detail::apply<elementary::Maximum>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto max(A&& a, B&& b)
{
    return detail::apply<elementary::Maximum>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

// ---- min -----------------------------------------------------------------------------------------------------------

[[gnu::always_inline]] inline auto min(detail::Leaf a, detail::Leaf b)
{
    return detail::apply<elementary::Minimum>(a, b);
}
[[gnu::always_inline]] inline auto min(detail::Leaf a, double b)
{
    return detail::apply<elementary::Minimum>(a, detail::Constant(b));
}
[[gnu::always_inline]] inline auto min(double a, detail::Leaf b)
{
    return detail::apply<elementary::Minimum>(detail::Constant(a), b);
}
template <class A, class B>
requires detail::MixedOperands<A, B>
[[gnu::always_inline]] inline auto min(A&& a, B&& b)
{
    return detail::apply<elementary::Minimum>(detail::operand(std::forward<A>(a)), detail::operand(std::forward<B>(b)));
}

// ---- one operand
// -----------------------------------------------------------------------------------------------------

[[gnu::always_inline]] inline auto operator-(detail::Leaf x) { return detail::apply<elementary::Neg>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto operator-(X&& x)
{
    return detail::apply<elementary::Neg>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto exp(detail::Leaf x) { return detail::apply<elementary::Exp>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto exp(X&& x)
{
    return detail::apply<elementary::Exp>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto log(detail::Leaf x) { return detail::apply<elementary::Log>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto log(X&& x)
{
    return detail::apply<elementary::Log>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto sqrt(detail::Leaf x) { return detail::apply<elementary::Sqrt>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto sqrt(X&& x)
{
    return detail::apply<elementary::Sqrt>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto sin(detail::Leaf x) { return detail::apply<elementary::Sin>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto sin(X&& x)
{
    return detail::apply<elementary::Sin>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto cos(detail::Leaf x) { return detail::apply<elementary::Cos>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto cos(X&& x)
{
    return detail::apply<elementary::Cos>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto tanh(detail::Leaf x) { return detail::apply<elementary::Tanh>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto tanh(X&& x)
{
    return detail::apply<elementary::Tanh>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto sigmoid(detail::Leaf x) { return detail::apply<elementary::Sigmoid>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto sigmoid(X&& x)
{
    return detail::apply<elementary::Sigmoid>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto relu(detail::Leaf x) { return detail::apply<elementary::Relu>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto relu(X&& x)
{
    return detail::apply<elementary::Relu>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto abs(detail::Leaf x) { return detail::apply<elementary::Abs>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto abs(X&& x)
{
    return detail::apply<elementary::Abs>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto square(detail::Leaf x) { return detail::apply<elementary::Square>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto square(X&& x)
{
    return detail::apply<elementary::Square>(detail::operand(std::forward<X>(x)));
}

[[gnu::always_inline]] inline auto reciprocal(detail::Leaf x) { return detail::apply<elementary::Reciprocal>(x); }
template <detail::ScalarExpression X>
[[gnu::always_inline]] inline auto reciprocal(X&& x)
{
    return detail::apply<elementary::Reciprocal>(detail::operand(std::forward<X>(x)));
}

// ---- comparisons: by value
// -------------------------------------------------------------------------------------------

template <class A, class B>
requires detail::Comparable<A, B>
bool operator==(const A& a, const B& b) { return detail::value_of(a) == detail::value_of(b); }
template <class A, class B>
requires detail::Comparable<A, B>
bool operator<(const A& a, const B& b) { return detail::value_of(a) < detail::value_of(b); }
template <class A, class B>
requires detail::Comparable<A, B>
bool operator>(const A& a, const B& b) { return detail::value_of(a) > detail::value_of(b); }
template <class A, class B>
requires detail::Comparable<A, B>
bool operator<=(const A& a, const B& b) { return detail::value_of(a) <= detail::value_of(b); }
template <class A, class B>
requires detail::Comparable<A, B>
bool operator>=(const A& a, const B& b) { return detail::value_of(a) >= detail::value_of(b); }

// ---- compound assignment
// ---------------------------------------------------------------------------------------------

[[gnu::always_inline]] inline Scalar& Scalar::operator+=(detail::Leaf x)
{
    return *this = detail::Leaf(*this, x.place().file, x.place().line) + x;
}
[[gnu::always_inline]] inline Scalar& Scalar::operator+=(detail::PlacedNumber x)
{
    return *this = detail::Leaf(*this, x.file, x.line) + x.value;
}
template <detail::ScalarExpression E>
[[gnu::always_inline]] inline Scalar& Scalar::operator+=(E&& x)
{
    return *this = detail::operand(*this) + std::forward<E>(x);
}
[[gnu::always_inline]] inline Scalar& Scalar::operator-=(detail::Leaf x)
{
    return *this = detail::Leaf(*this, x.place().file, x.place().line) - x;
}
[[gnu::always_inline]] inline Scalar& Scalar::operator-=(detail::PlacedNumber x)
{
    return *this = detail::Leaf(*this, x.file, x.line) - x.value;
}
template <detail::ScalarExpression E>
[[gnu::always_inline]] inline Scalar& Scalar::operator-=(E&& x)
{
    return *this = detail::operand(*this) - std::forward<E>(x);
}
[[gnu::always_inline]] inline Scalar& Scalar::operator*=(detail::Leaf x)
{
    return *this = detail::Leaf(*this, x.place().file, x.place().line) * x;
}
[[gnu::always_inline]] inline Scalar& Scalar::operator*=(detail::PlacedNumber x)
{
    return *this = detail::Leaf(*this, x.file, x.line) * x.value;
}
template <detail::ScalarExpression E>
[[gnu::always_inline]] inline Scalar& Scalar::operator*=(E&& x)
{
    return *this = detail::operand(*this) * std::forward<E>(x);
}
[[gnu::always_inline]] inline Scalar& Scalar::operator/=(detail::Leaf x)
{
    return *this = detail::Leaf(*this, x.place().file, x.place().line) / x;
}
[[gnu::always_inline]] inline Scalar& Scalar::operator/=(detail::PlacedNumber x)
{
    return *this = detail::Leaf(*this, x.file, x.line) / x.value;
}
template <detail::ScalarExpression E>
[[gnu::always_inline]] inline Scalar& Scalar::operator/=(E&& x)
{
    return *this = detail::operand(*this) / std::forward<E>(x);
}

// ---- what elementary.hpp asks of a type
// ------------------------------------------------------------------------------

inline Scalar select(bool condition, const Scalar& a, const Scalar& b) { return condition ? a : b; }
inline Scalar constant_like(const Scalar&, double number) { return number; }

}  // namespace xgrad

// Behind what they build on, whichever header comes first.
#include <xgrad/scalar_math.hpp>
