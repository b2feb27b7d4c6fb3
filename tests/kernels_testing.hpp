// What the tests of kernels share: every instruction set in turn, odd sizes, awkward numbers.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "autograd/kernels/table.hpp"

namespace xgrad::kernels::testing {

/// Runs the body once for each instruction set of this machine; leaves the best one chosen.
template <class F>
void for_each_isa(F&& body)
{
    const std::string before = active.isa;
    for (const char* isa : {"generic", "avx2", "avx512"}) {
        if (!use_isa(isa)) continue;
        SCOPED_TRACE(isa);
        body();
    }
    use_isa(before.c_str());
}

template <class T>
std::vector<T> uniform(std::size_t n, double low, double high, unsigned seed)
{
    std::mt19937_64 engine(seed);
    std::vector<T> x(n);
    for (T& value : x) value = static_cast<T>(low + (high - low) * static_cast<double>(engine() >> 11) * 0x1p-53);
    return x;
}

/// Distance of `got` from `wanted` in units of the last place of T; 0 for equal infinities and for two NaN.
template <class T>
double ulps(T got, long double wanted)
{
    const T rounded = static_cast<T>(wanted);
    if (std::isnan(rounded) || std::isnan(got)) return std::isnan(rounded) && std::isnan(got) ? 0 : HUGE_VAL;
    if (std::isinf(rounded) || std::isinf(got)) return rounded == got ? 0 : HUGE_VAL;
    const T size = std::abs(rounded), unit = std::nextafter(size, std::numeric_limits<T>::infinity()) - size;
    return static_cast<double>(std::abs(static_cast<long double>(got) - wanted) / static_cast<long double>(unit));
}

template <class T>
std::vector<T> special_values()
{
    using L = std::numeric_limits<T>;
    return {T(0),         T(-0.0),  L::infinity(), -L::infinity(), L::quiet_NaN(), L::denorm_min(), -L::denorm_min(),
            L::min() / 4, L::max(), -L::max(),     T(1),           T(-1),          T(0.5),          T(2),
            T(-3),        T(1e-3)};
}

}  // namespace xgrad::kernels::testing
