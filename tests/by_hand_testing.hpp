#pragma once

// What the tests of check_by_hand share.

#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/teach/check_by_hand.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace xgrad::by_hand_testing {

/// Numbers between -1 and 1 that look random, the same every time.
inline Tensor numbers(std::initializer_list<std::int64_t> sizes, int seed)
{
    const Tensor out = zeros(sizes, f64);
    for (std::int64_t i = 0; i < out.numel(); ++i)
        detail::mutable_data<double>(out)[i] = std::sin(1.7 * static_cast<double>(i) + seed);
    return out;
}

inline void expect_only(const CheckReport& report, const std::string& name, Mistake mistake)
{
    EXPECT_FALSE(report.passed);
    EXPECT_STREQ(name_of(report[name].mistake()), name_of(mistake)) << report.message;
    EXPECT_TRUE(report[name].autograd_agrees) << report.message;
}

inline Tensor half_squares(const Tensor& a, const Tensor& y) { return sum(square(a - y)) / 2; }

}  // namespace xgrad::by_hand_testing
