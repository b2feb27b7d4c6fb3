// Whole numbers for Vec<T>: rounding in all directions, and the remainders of division.
#pragma once

#include "autograd/kernels/simd_lanes.hpp"
#include "autograd/kernels/simd_math.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

/// The nearest whole number; of two the even one.
template <class T>
Vec<T> round(const Vec<T>& x)
{
    const Vec<T> a = abs(x), unit_is_one(Constants<T>::kTwoToMantissaBits);
    return with_sign_of(x, select(a < unit_is_one, (a + unit_is_one) - unit_is_one, a));
}

template <class T>
Vec<T> floor(const Vec<T>& x)
{
    const Vec<T> nearest = round(x);
    return select(nearest > x, nearest - 1.0, nearest);
}

template <class T>
Vec<T> ceil(const Vec<T>& x)
{
    const Vec<T> nearest = round(x);
    return with_sign_of(x, abs(select(nearest < x, nearest + 1.0, nearest)));
}

template <class T>
Vec<T> trunc(const Vec<T>& x)
{
    return with_sign_of(x, floor(abs(x)));
}

template <class T>
Vec<T> copysign(const Vec<T>& a, const Vec<T>& b)
{
    return with_sign_of(b, abs(a));
}

/// What a division leaves, with the sign of a. Exact.
template <class T>
[[gnu::noinline]] Vec<T> fmod(const Vec<T>& a, const Vec<T>& b)
{
    const Vec<T> x = abs(a), y = abs(b), quotient = x / y;
    // With a quotient of which all digits are known, rounded by one at the most, the rest is a fused product and exact.
    if (kFused && all((quotient < Constants<T>::kTwoToMantissaBits) & (y > Constants<T>::kMinNormal))) {
        Vec<T> rest = fma(-floor(quotient), y, x);
        rest = select(rest < 0.0, rest + y, rest);
        return with_sign_of(a, select(y == Constants<T>::kInfinity, x, rest));
    }
    return lane_by_lane([](double v, double w) { return ::fmod(v, w); }, a, b);
}

template <class T>
Mask<T> signs_differ(const Vec<T>& rest, const Vec<T>& b)
{
    return ((rest < 0.0) & (b > 0.0)) | ((rest > 0.0) & (b < 0.0));
}

template <class T>
Vec<T> remainder(const Vec<T>& a, const Vec<T>& b)
{
    const Vec<T> rest = fmod(a, b);
    return select(signs_differ(rest, b), rest + b, rest);
}

template <class T>
Vec<T> floor_divide(const Vec<T>& a, const Vec<T>& b)
{
    const Vec<T> rest = fmod(a, b), quotient = round((a - rest) / b);
    return select(b == 0.0, a / b, select(signs_differ(rest, b), quotient - 1.0, quotient));
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
