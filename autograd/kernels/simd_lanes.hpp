// Functions of Vec<T> computed one element after the other, in double, by the C library and special_functions.hpp.
#pragma once

#include <xgrad/special_functions.hpp>

#include "autograd/kernels/simd.hpp"

extern "C" {
double tan(double) noexcept;
double fmod(double, double) noexcept;
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
Vec<T> trigamma(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return static_cast<double>(elementary::wide::trigamma(v)); }, x);
}

template <class T>
Vec<T> i0(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return static_cast<double>(elementary::wide::i0(v)); }, x);
}

template <class T>
Vec<T> i0e(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return static_cast<double>(elementary::wide::i0e(v)); }, x);
}

template <class T>
Vec<T> i1(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return static_cast<double>(elementary::wide::i1(v)); }, x);
}

template <class T>
Vec<T> i1e(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return static_cast<double>(elementary::wide::i1e(v)); }, x);
}

template <class T>
Vec<T> erfcx(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return static_cast<double>(elementary::wide::erfcx(v)); }, x);
}

template <class T>
Vec<T> ndtri(const Vec<T>& x)
{
    return lane_by_lane([](double v) { return static_cast<double>(elementary::wide::ndtri(v)); }, x);
}

template <class T>
Vec<T> polygamma(const Vec<T>& n, const Vec<T>& x)
{
    return lane_by_lane([](double v, double w) { return static_cast<double>(elementary::wide::polygamma(v, w)); }, n,
                        x);
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
