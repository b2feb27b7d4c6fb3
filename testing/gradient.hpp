#pragma once

// GoogleTest for gradients derived by hand: link xgrad::testing.
//
//   EXPECT_GRADIENT(loss, w, dw);                       // a function of one tensor, or of one number
//   EXPECT_GRADIENTS(loss, {w, b}, {dw, db});           // of several; all that check_by_hand takes
//   EXPECT_GRADIENTS(loss, {{"W", w}}, {{"W", dw}, {"u1", delta1}}, {.samples = 32});
//
// A failure says what the report of check_by_hand says: which element, by hand, autograd, numeric, and what is likely wrong.

#include <xgrad/teach/check_by_hand.hpp>

#include <gtest/gtest.h>

namespace xgrad::detail {

/// For EXPECT_PRED_FORMAT1.
inline ::testing::AssertionResult report_passes(const char* expression, const CheckReport& report)
{
    if (report) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << expression << "\n" << report.message;
}

}  // namespace xgrad::detail

/// The gradient of f at x is `by_hand`: EXPECT_GRADIENT(f, x, by_hand), with CheckOptions behind them if wanted.
#define EXPECT_GRADIENT(...) EXPECT_PRED_FORMAT1(::xgrad::detail::report_passes, ::xgrad::check_by_hand(__VA_ARGS__))
#define ASSERT_GRADIENT(...) ASSERT_PRED_FORMAT1(::xgrad::detail::report_passes, ::xgrad::check_by_hand(__VA_ARGS__))

/// The same for several inputs: EXPECT_GRADIENTS(f, inputs, by_hands).
#define EXPECT_GRADIENTS(...) EXPECT_PRED_FORMAT1(::xgrad::detail::report_passes, ::xgrad::check_by_hand(__VA_ARGS__))
#define ASSERT_GRADIENTS(...) ASSERT_PRED_FORMAT1(::xgrad::detail::report_passes, ::xgrad::check_by_hand(__VA_ARGS__))
