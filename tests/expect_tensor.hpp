#pragma once

#include <gtest/gtest.h>
#include <xgrad/tensor.hpp>

#include <cmath>
#include <string>
#include <vector>

// EXPECT_TENSOR_EQ(actual, wanted): the same dtype, shape and values; NaN equals NaN, -0 equals 0.
// EXPECT_TENSOR_NEAR(actual, wanted, tolerance): the same dtype and shape, values within tolerance * max(1, |wanted|).

namespace xgrad::testing {

inline ::testing::AssertionResult tensors_agree(const Tensor& actual, const Tensor& wanted, double tolerance)
{
    const auto failure = [&](const std::string& what) {
        return ::testing::AssertionFailure()
               << what << "\n  actual  " << to_string(actual) << "\n  wanted  " << to_string(wanted);
    };
    if (!actual.defined() || !wanted.defined()) return failure("undefined tensor");
    if (actual.dtype() != wanted.dtype()) return failure("dtypes differ");
    if (!(actual.sizes() == wanted.sizes())) return failure("shapes differ");
    const std::vector<double> a = actual.to_vector<double>(), b = wanted.to_vector<double>();
    for (std::size_t i = 0; i < a.size(); ++i) {
        const bool same = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])) ||
                          std::abs(a[i] - b[i]) <= tolerance * std::max(1.0, std::abs(b[i]));
        if (!same) return failure("element " + std::to_string(i) + " differs");
    }
    return ::testing::AssertionSuccess();
}

}  // namespace xgrad::testing

#define EXPECT_TENSOR_EQ(actual, wanted) EXPECT_TRUE(::xgrad::testing::tensors_agree(actual, wanted, 0))
#define EXPECT_TENSOR_NEAR(actual, wanted, tolerance) \
    EXPECT_TRUE(::xgrad::testing::tensors_agree(actual, wanted, tolerance))
