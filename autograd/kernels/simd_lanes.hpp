// Functions of Vec<T> computed one element after the other, in double, by the C library and special_functions.hpp.
#pragma once

#include <xgrad/special_functions.hpp>

#include "autograd/kernels/simd.hpp"

extern "C" {
double exp2(double) noexcept;
double expm1(double) noexcept;
double log2(double) noexcept;
double log10(double) noexcept;
double log1p(double) noexcept;
double sinh(double) noexcept;
double cosh(double) noexcept;
double asinh(double) noexcept;
double acosh(double) noexcept;
double atanh(double) noexcept;
double tan(double) noexcept;
double asin(double) noexcept;
double acos(double) noexcept;
double atan(double) noexcept;
double atan2(double, double) noexcept;
double hypot(double, double) noexcept;
double fmod(double, double) noexcept;
double erf(double) noexcept;
double erfc(double) noexcept;
double lgamma_r(double, int*) noexcept;
}

namespace xgrad::kernels::XGRAD_ISA_NAME {

template <class T>
[[gnu::noinline]] Vec<T> lane_by_lane(double (*f)(double), const Vec<T>& x)
{
    alignas(64) T lanes[Vec<T>::size];
    x.store(lanes);
    for (Index i = 0; i < Vec<T>::size; ++i) lanes[i] = static_cast<T>(f(static_cast<double>(lanes[i])));
    return Vec<T>::load(lanes);
}

template <class T>
[[gnu::noinline]] Vec<T> lane_by_lane(double (*f)(double, double), const Vec<T>& a, const Vec<T>& b)
{
    alignas(64) T lanes[Vec<T>::size], others[Vec<T>::size];
    a.store(lanes);
    b.store(others);
    for (Index i = 0; i < Vec<T>::size; ++i)
        lanes[i] = static_cast<T>(f(static_cast<double>(lanes[i]), static_cast<double>(others[i])));
    return Vec<T>::load(lanes);
}

template <class T>
Vec<T> exp2(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::exp2(v); }, x);
}
template <class T>
Vec<T> expm1(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::expm1(v); }, x);
}
template <class T>
Vec<T> log2(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::log2(v); }, x);
}
template <class T>
Vec<T> log10(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::log10(v); }, x);
}
template <class T>
Vec<T> log1p(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::log1p(v); }, x);
}
template <class T>
Vec<T> sinh(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::sinh(v); }, x);
}
template <class T>
Vec<T> cosh(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::cosh(v); }, x);
}
template <class T>
Vec<T> asinh(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::asinh(v); }, x);
}
template <class T>
Vec<T> acosh(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::acosh(v); }, x);
}
template <class T>
Vec<T> atanh(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::atanh(v); }, x);
}
template <class T>
Vec<T> tan(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::tan(v); }, x);
}
template <class T>
Vec<T> asin(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::asin(v); }, x);
}
template <class T>
Vec<T> acos(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::acos(v); }, x);
}
template <class T>
Vec<T> atan(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::atan(v); }, x);
}
template <class T>
Vec<T> erf(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::erf(v); }, x);
}
template <class T>
Vec<T> erfc(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return ::erfc(v); }, x);
}
template <class T>
Vec<T> atan2(const Vec<T>& a, const Vec<T>& b)
{
    return lane_by_lane([](double v, double w) { return ::atan2(v, w); }, a, b);
}
template <class T>
Vec<T> hypot(const Vec<T>& a, const Vec<T>& b)
{
    return lane_by_lane([](double v, double w) { return ::hypot(v, w); }, a, b);
}
template <class T>
Vec<T> lgamma(const Vec<T>& x)
{
    return lane_by_lane(
        [](double v) {
            int sign = 0;
            return ::lgamma_r(v, &sign);
        },
        x);
}
template <class T>
Vec<T> digamma(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return static_cast<double>(elementary::wide::digamma(v)); }, x);
}
template <class T>
Vec<T> trigamma(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return static_cast<double>(elementary::wide::trigamma(v)); }, x);
}
template <class T>
Vec<T> erfinv(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return static_cast<double>(elementary::wide::erfinv(v)); }, x);
}

template <class T>
Vec<T> polygamma(const Vec<T>& n, const Vec<T>& x)
{
    return lane_by_lane([](double v, double w) { return static_cast<double>(elementary::wide::polygamma(v, w)); }, n,
                        x);
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
