#include <xgrad/error.hpp>
#include <xgrad/gradcheck.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include <functional>
#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/numbers.hpp"

namespace xgrad {
namespace {

using testing::numbers;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

const Tensor kImage = tensor({1, 1, 4, 4}, {1, 2, 3, 4, 8, 7, 6, 5, 9, 1, 2, 8, 3, 4, 7, 6}, f64);

TEST(MaxPool2d, TakesTheLargestOfEachWindow)
{
    EXPECT_TENSOR_EQ(max_pool2d(kImage, 2), tensor({1, 1, 2, 2}, {8, 6, 9, 8}, f64));
    EXPECT_TENSOR_EQ(max_pool2d(kImage, 3, {.stride = 1}), tensor({1, 1, 2, 2}, {9, 8, 9, 8}, f64));
    EXPECT_TENSOR_EQ(max_pool2d(reshape(kImage, {1, 4, 4}), {4, 2}), tensor({1, 1, 2}, {9, 8}, f64));
    // Padded by 1, stride 3: windows of rows and columns {0}, {2, 3}.
    EXPECT_TENSOR_EQ(max_pool2d(kImage, 2, {.stride = 3, .padding = 1}), tensor({1, 1, 2, 2}, {1, 4, 9, 8}, f64));
}

TEST(MaxPool2d, CeilModeAddsAWindowThatReachesBeyondTheEnd)
{
    const Tensor x = tensor({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, f64);
    EXPECT_TENSOR_EQ(max_pool2d(x, 2), tensor({1, 1, 1, 1}, {5}, f64));
    EXPECT_TENSOR_EQ(max_pool2d(x, 2, {.ceil_mode = true}), tensor({1, 1, 2, 2}, {5, 6, 8, 9}, f64));
}

TEST(MaxPool2d, GradientGoesToTheMaximum)
{
    // The maxima of the four windows are 8, 6, 9, 8 at (1,0), (1,2), (2,0), (2,3); L = y_0 + 2 y_1 + 3 y_2 + 4 y_3.
    Tape tape;
    const Tensor x = tape.variable(kImage);
    tape.backward(max_pool2d(x, 2), tensor({1, 1, 2, 2}, {1, 2, 3, 4}, f64));
    EXPECT_TENSOR_EQ(x.grad(), tensor({1, 1, 4, 4}, {0, 0, 0, 0, 1, 0, 2, 0, 3, 0, 0, 4, 0, 0, 0, 0}, f64));
}

TEST(MaxPool2d, TiesGoToTheFirstAndNanWins)
{
    Tape tape;
    const Tensor x = tape.variable(ones({1, 2, 2}, f64));
    tape.backward(sum(max_pool2d(x, 2)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({1, 2, 2}, {1, 0, 0, 0}, f64));
    EXPECT_TENSOR_EQ(max_pool2d(tensor({1, 2, 2}, {1, kNan, 3, 2}, f64), 2), tensor({1, 1, 1}, {kNan}, f64));
}

TEST(AvgPool2d, TakesTheMeanOfEachWindow)
{
    EXPECT_TENSOR_EQ(avg_pool2d(kImage, 2), tensor({1, 1, 2, 2}, {4.5, 4.5, 4.25, 5.75}, f64));
    const Tensor x = tensor({1, 2, 2}, {1, 2, 3, 4}, f64);
    // Padded by 1, stride 2: each window has one element of x; three zeros count, or not, or the divisor is given.
    EXPECT_TENSOR_EQ(avg_pool2d(x, 2, {.padding = 1}), tensor({1, 2, 2}, {0.25, 0.5, 0.75, 1}, f64));
    EXPECT_TENSOR_EQ(avg_pool2d(x, 2, {.padding = 1, .count_include_pad = false}), x);
    EXPECT_TENSOR_EQ(avg_pool2d(x, 2, {.padding = 1, .divisor_override = 2}), tensor({1, 2, 2}, {0.5, 1, 1.5, 2}, f64));
}

TEST(AvgPool2d, GradientIsSpreadEvenly)
{
    Tape tape;
    const Tensor x = tape.variable(kImage);
    tape.backward(avg_pool2d(x, 2), tensor({1, 1, 2, 2}, {4, 8, 12, 16}, f64));
    EXPECT_TENSOR_EQ(x.grad(), tensor({1, 1, 4, 4}, {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4}, f64));
}

TEST(Pool2d, GradientsOfAllKinds)
{
    const Tensor x = numbers({2, 2, 5, 6});
    const std::pair<const char*, std::function<Tensor(const Tensor&)>> cases[] = {
        {"max", [](const Tensor& t) { return max_pool2d(t, 2); }},
        {"max overlapping", [](const Tensor& t) { return max_pool2d(t, 3, {.stride = 1, .padding = 1}); }},
        {"max dilated", [](const Tensor& t) { return max_pool2d(t, 2, {.dilation = 2}); }},
        {"max ceil",
         [](const Tensor& t) {
             return max_pool2d(t, {2, 4}, {.ceil_mode = true});
         }},
        {"max squared", [](const Tensor& t) { return square(max_pool2d(t, 2)); }},
        {"avg", [](const Tensor& t) { return avg_pool2d(t, 2); }},
        {"avg squared", [](const Tensor& t) { return square(avg_pool2d(t, 3, {.stride = 2, .padding = 1})); }},
        {"avg ceil", [](const Tensor& t) { return avg_pool2d(t, 2, {.ceil_mode = true, .count_include_pad = false}); }},
        {"avg of a view", [](const Tensor& t) { return avg_pool2d(transpose(t), 2); }},
    };
    for (const auto& [name, f] : cases) {
        const auto first = gradcheck(f, {x}), second = gradgradcheck(f, {x});
        EXPECT_TRUE(first.ok) << name << ": " << first.message;
        EXPECT_TRUE(second.ok) << name << ": " << second.message;
    }
}

TEST(Pool2d, SaysWhatDoesNotFit)
{
    EXPECT_THROW_TEXT(max_pool2d(zeros({4, 4}), 2), ShapeError,
                      "max_pool2d: x of shape (4, 4).\n"
                      "  rule: x: (N, C, H, W) or (C, H, W).\n"
                      "  try:  reshape to these axes, unsqueeze(x, 1) where there are no channels.");
    EXPECT_THROW_TEXT(
        max_pool2d(zeros({1, 4, 4}), 2, {.padding = 2}), ShapeError,
        "max_pool2d: kernel (2, 2), stride (2, 2), padding (2, 2), dilation (1, 1).\n"
        "  rule: kernel, stride and dilation are at least 1 and below 2^31, padding is from 0 to half of the "
        "kernel.\n"
        "  try:  correct the option.");
    EXPECT_THROW_TEXT(avg_pool2d(zeros({1, 2, 2}), 3), ShapeError,
                      "avg_pool2d: x of shape (1, 2, 2) and kernel (3, 3).\n"
                      "  rule: the padded image is at least as large as the dilated kernel.\n"
                      "  try:  use a smaller kernel or more padding.");
    EXPECT_THROW_TEXT(avg_pool2d(zeros({1, 2, 2}, i64), 2), DtypeError,
                      "avg_pool2d: x i64 (1, 2, 2).\n"
                      "  rule: x is f32 or f64.\n"
                      "  try:  convert it: to(x, f32).");
}

}  // namespace
}  // namespace xgrad
