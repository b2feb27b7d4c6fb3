// Convolutions over one and three axes, and padding by rule.
#include <xgrad/error.hpp>
#include <xgrad/ops/conv.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/numbers.hpp"

namespace xgrad {
namespace {

using testing::numbers;

TEST(Conv1d, ByHand)
{
    // (1 2 3 4) * (1 10): 1 + 20, 2 + 30, 3 + 40; with stride 2 and padding 1: 10, 2 + 30, 4; with dilation 2: 31, 42.
    const Tensor x = tensor({1, 1, 4}, {1, 2, 3, 4}, f64), w = tensor({1, 1, 2}, {1, 10}, f64);
    EXPECT_TENSOR_EQ(conv1d(x, w), tensor({1, 1, 3}, {21, 32, 43}, f64));
    EXPECT_TENSOR_EQ(conv1d(x, w, tensor({1}, {100}, f64)), tensor({1, 1, 3}, {121, 132, 143}, f64));
    EXPECT_TENSOR_EQ(conv1d(x, w, {.stride = 2, .padding = 1}), tensor({1, 1, 3}, {10, 32, 4}, f64));
    EXPECT_TENSOR_EQ(conv1d(x, w, {.dilation = 2}), tensor({1, 1, 2}, {31, 42}, f64));
    EXPECT_TENSOR_EQ(conv1d(reshape(x, {1, 4}), w), tensor({1, 3}, {21, 32, 43}, f64));
}

TEST(Conv1d, GradientsByHand)
{
    // y = (x0 w0 + x1 w1, x1 w0 + x2 w1), L = y0 + 2 y1:  dx = (w0, w1 + 2 w0, 2 w1),  dw = (x0 + 2 x1, x1 + 2 x2)
    Tape tape;
    const Tensor x = tape.variable(tensor({1, 1, 3}, {1, 2, 3}, f64)),
                 w = tape.variable(tensor({1, 1, 2}, {5, 7}, f64));
    tape.backward(sum(conv1d(x, w) * tensor({2}, {1, 2}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({1, 1, 3}, {5, 17, 14}, f64));
    EXPECT_TENSOR_EQ(w.grad(), tensor({1, 1, 2}, {5, 8}, f64));
}

TEST(Conv3d, IsASumOfConvolutionsOfLayers)
{
    const Tensor x = numbers({2, 3, 4, 5, 6}), w = numbers({2, 3, 2, 3, 2}), b = numbers({2});
    const Tensor y = conv3d(x, w, b, {.stride = {2, 1, 2}, .padding = {0, 1, 0}});
    ASSERT_TRUE(y.sizes() == Sizes({2, 2, 2, 5, 3}));
    for (int d = 0; d < 2; ++d) {
        Tensor layers = reshape(b, {2, 1, 1});
        for (int k = 0; k < 2; ++k)
            layers = layers + conv2d(select(x, 2, 2 * d + k), select(w, 2, k), {.stride = {1, 2}, .padding = {1, 0}});
        EXPECT_TENSOR_NEAR(select(y, 2, d), layers, 1e-12);
    }
}

TEST(ConvPadding, SameKeepsTheSizeAndPutsTheOddZeroBehind)
{
    // (1 2 3 4) * (1 10) with one zero behind; (1 10 100) with one at each end; dilation 3 of (1 10): one zero before
    // and two behind.
    const Tensor x = tensor({1, 1, 4}, {1, 2, 3, 4}, f64), w = tensor({1, 1, 2}, {1, 10}, f64);
    EXPECT_TENSOR_EQ(conv1d(x, w, {.padding = Padding::same}), tensor({1, 1, 4}, {21, 32, 43, 4}, f64));
    EXPECT_TENSOR_EQ(conv1d(x, tensor({1, 1, 3}, {1, 10, 100}, f64), {.padding = Padding::same}),
                     tensor({1, 1, 4}, {210, 321, 432, 43}, f64));
    EXPECT_TENSOR_EQ(conv1d(x, w, {.padding = Padding::same, .dilation = 3}), tensor({1, 1, 4}, {30, 41, 2, 3}, f64));
    EXPECT_TENSOR_EQ(conv1d(x, w, {.padding = Padding::valid}), conv1d(x, w));
    EXPECT_TRUE(conv2d(zeros({1, 1, 2, 3}), zeros({1, 1, 4, 5}), {.padding = Padding::same}).sizes() ==
                Sizes({1, 1, 2, 3}));
}

TEST(ConvPadding, SameGoesWithStrideOneAlone)
{
    EXPECT_THROW_TEXT(conv2d(zeros({1, 1, 4, 4}), zeros({1, 1, 3, 3}), {.stride = {1, 2}, .padding = Padding::same}),
                      ShapeError,
                      "conv2d: padding same with stride (1, 2).\n"
                      "  rule: padding same keeps the sizes of x, so its stride is 1.\n"
                      "  try:  give the padding in numbers.");
}

TEST(ConvOfOtherAxes, SaysWhatDoesNotFit)
{
    EXPECT_THROW_TEXT(conv1d(zeros({1, 4, 8, 8}), zeros({1, 1, 3})), ShapeError,
                      "conv1d: x of shape (1, 4, 8, 8) and weight of shape (1, 1, 3).\n"
                      "  rule: x: (N, C, L) or (C, L), weight: (O, C / groups, K).\n"
                      "  try:  reshape to these axes, unsqueeze(x, 1) for signals without channels.");
    EXPECT_THROW_TEXT(conv1d(zeros({1, 1, 2}), zeros({1, 1, 3})), ShapeError,
                      "conv1d: x of shape (1, 1, 2) and weight of shape (1, 1, 3).\n"
                      "  rule: the padded signal is at least as large as the dilated kernel.\n"
                      "  try:  use a smaller kernel or more padding.");
    EXPECT_THROW_TEXT(conv3d(zeros({1, 3, 4, 4, 4}), zeros({4, 1, 3, 3, 3}), {.groups = 3}), ShapeError,
                      "conv3d: x of shape (1, 3, 4, 4, 4) and weight of shape (4, 1, 3, 3, 3) with groups 3.\n"
                      "  rule: channels of x equal weight's second axis times groups, and groups divide weight's first "
                      "axis.\n"
                      "  try:  check the layer's in_channels and groups.");
    EXPECT_THROW_TEXT(conv3d(zeros({1, 1, 4, 4, 4}), zeros({1, 1, 1, 1, 1}), {.padding = {0, 0, -1}}), ShapeError,
                      "conv3d: stride (1, 1, 1), padding (0, 0, -1), dilation (1, 1, 1), groups 1.\n"
                      "  rule: stride, dilation and groups are at least 1, padding at least 0, all below 2^31.\n"
                      "  try:  correct the option.");
    EXPECT_THROW_TEXT(conv1d(zeros({1, 1, 2}), zeros({2, 1, 1}), zeros({1})), ShapeError,
                      "conv1d: bias of shape (1,) beside weight of shape (2, 1, 1).\n"
                      "  rule: bias: (O) for weight: (O, C / groups, K).\n"
                      "  try:  give the bias one element an output channel.");
}

}  // namespace
}  // namespace xgrad
