#pragma once

// Functions of mathematics that <cmath> lacks or has otherwise: the std::lgamma of glibc writes a global variable, its
// std::cbrt (2.36) is 3 units in the last place off. For float, double and long double; computed in long double.

#include <concepts>

namespace xgrad::elementary {
namespace wide {
long double cbrt(long double x) noexcept;
long double lgamma(long double x) noexcept;
long double digamma(long double x) noexcept;
long double trigamma(long double x) noexcept;
long double polygamma(long double n, long double x) noexcept;
long double erfinv(long double x) noexcept;
long double i0(long double x) noexcept;
long double i0e(long double x) noexcept;
long double i1(long double x) noexcept;
long double i1e(long double x) noexcept;
long double erfcx(long double x) noexcept;
long double ndtri(long double x) noexcept;
}  // namespace wide

/// The cube root, also of negative numbers.
template <std::floating_point T>
T cbrt(T x)
{
    return static_cast<T>(wide::cbrt(x));
}

/// The logarithm of the absolute value of the gamma function.
template <std::floating_point T>
T lgamma(T x)
{
    return static_cast<T>(wide::lgamma(x));
}

/// The logarithmic derivative of the gamma function: +-infinity at +-0, NaN at negative integers.
template <std::floating_point T>
T digamma(T x)
{
    return static_cast<T>(wide::digamma(x));
}

/// The derivative of digamma by six steps upwards and three terms of its series, exact to 1e-9. That is how PyTorch
/// computes it where lgamma is differentiated twice, and second derivatives agree with PyTorch's only so;
/// polygamma(1, x) has all digits.
template <std::floating_point T>
T trigamma(T x)
{
    return static_cast<T>(wide::trigamma(x));
}

/// The n-th derivative of digamma, for whole n >= 0. Infinite at 0 and at negative integers for n >= 1.
template <std::floating_point N, std::floating_point T>
T polygamma(N n, T x)
{
    return static_cast<T>(wide::polygamma(n, x));
}

/// The inverse of erf: +-infinity at +-1, NaN beyond.
template <std::floating_point T>
T erfinv(T x)
{
    return static_cast<T>(wide::erfinv(x));
}

/// The modified Bessel functions of the first kind of orders 0 and 1, and the same times exp(-|x|).
template <std::floating_point T>
T i0(T x)
{
    return static_cast<T>(wide::i0(x));
}
template <std::floating_point T>
T i0e(T x)
{
    return static_cast<T>(wide::i0e(x));
}
template <std::floating_point T>
T i1(T x)
{
    return static_cast<T>(wide::i1(x));
}
template <std::floating_point T>
T i1e(T x)
{
    return static_cast<T>(wide::i1e(x));
}

/// exp(x^2) erfc(x).
template <std::floating_point T>
T erfcx(T x)
{
    return static_cast<T>(wide::erfcx(x));
}

/// The inverse of the distribution function of normal numbers: +-infinity at 1 and 0, NaN beyond.
template <std::floating_point T>
T ndtri(T x)
{
    return static_cast<T>(wide::ndtri(x));
}

}  // namespace xgrad::elementary
