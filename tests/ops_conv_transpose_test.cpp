#include <xgrad/error.hpp>
#include <xgrad/ops/conv.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/numbers.hpp"

namespace xgrad {
namespace {

using testing::numbers;

TEST(ConvTranspose, EveryElementAddsTheKernel)
{
    // x = (1, 2), w = (3, 4, 5): 1 (3 4 5 0) + 2 (0 3 4 5) = (3, 10, 13, 10), with stride 2
    // 1 (3 4 5 0 0) + 2 (0 0 3 4 5) = (3, 4, 11, 8, 10), of which padding 1 leaves (4, 11, 8), output_padding 1 again
    // (4, 11, 8, 10); with dilation 2 it is 1 (3 0 4 0 5 0) + 2 (0 3 0 4 0 5).
    const Tensor x = tensor({1, 1, 2}, {1, 2}, f64), w = tensor({1, 1, 3}, {3, 4, 5}, f64);
    EXPECT_TENSOR_EQ(conv_transpose1d(x, w), tensor({1, 1, 4}, {3, 10, 13, 10}, f64));
    EXPECT_TENSOR_EQ(conv_transpose1d(x, w, {.stride = 2}), tensor({1, 1, 5}, {3, 4, 11, 8, 10}, f64));
    EXPECT_TENSOR_EQ(conv_transpose1d(x, w, {.stride = 2, .padding = 1}), tensor({1, 1, 3}, {4, 11, 8}, f64));
    EXPECT_TENSOR_EQ(conv_transpose1d(x, w, {.stride = 2, .padding = 1, .output_padding = 1}),
                     tensor({1, 1, 4}, {4, 11, 8, 10}, f64));
    EXPECT_TENSOR_EQ(conv_transpose1d(x, w, {.dilation = 2}), tensor({1, 1, 6}, {3, 6, 4, 8, 5, 10}, f64));
    EXPECT_TENSOR_EQ(conv_transpose1d(x, w, tensor({1}, {100}, f64)), tensor({1, 1, 4}, {103, 110, 113, 110}, f64));
    EXPECT_TENSOR_EQ(conv_transpose1d(reshape(x, {1, 2}), w), tensor({1, 4}, {3, 10, 13, 10}, f64));
}

TEST(ConvTranspose, OutputPaddingBeyondTheReachIsTheBiasAlone)
{
    // Stride 2 and dilation 3 let output_padding be 2; kernel (3, 4) reaches 0, 3 and 2, 5 of 8.
    const Tensor x = tensor({1, 1, 2}, {1, 2}, f64), w = tensor({1, 1, 2}, {3, 4}, f64);
    EXPECT_TENSOR_EQ(conv_transpose1d(x, w, tensor({1}, {1}, f64), {.stride = 2, .output_padding = 2, .dilation = 3}),
                     tensor({1, 1, 8}, {4, 1, 7, 5, 1, 9, 1, 1}, f64));
}

TEST(ConvTranspose, GroupsDoNotMixChannels)
{
    // Channel 0 of x goes to channels 0 and 1 of y with weights 1 and 2, channel 1 to 2 and 3 with 3 and 4.
    const Tensor x = tensor({1, 2, 1, 1}, {1, 10}, f64), w = tensor({2, 2, 1, 1}, {1, 2, 3, 4}, f64);
    EXPECT_TENSOR_EQ(conv_transpose2d(x, w, {.groups = 2}), tensor({1, 4, 1, 1}, {1, 2, 30, 40}, f64));
}

TEST(ConvTranspose, IsTheAdjointOfTheConvolution)
{
    // <conv(x, w), z> = <x, conv_transpose(z, w)>: the derivative of the left side with respect to x.
    const Tensor x = numbers({2, 4, 3, 5, 4}), w = numbers({6, 2, 2, 3, 2});
    const Tensor y = conv3d(x, w, {.stride = {1, 2, 2}, .padding = {0, 1, 1}, .groups = 2});
    const Tensor z = numbers(y.sizes());
    const Tensor back =
        conv_transpose3d(z, w, {.stride = {1, 2, 2}, .padding = {0, 1, 1}, .output_padding = {0, 0, 0}, .groups = 2});
    ASSERT_TRUE(back.sizes() == x.sizes()) << to_string(back.sizes());
    EXPECT_NEAR(sum(y * z).item(), sum(x * back).item(), 1e-11);
}

TEST(ConvTranspose, GradientsByHand)
{
    // y = (w0 x0, w1 x0 + w0 x1, w1 x1) + b for x, w of two elements; L = y0 + 2 y1 + 3 y2:
    //   dx = (w0 + 2 w1, 2 w0 + 3 w1),  dw = (x0 + 2 x1, 2 x0 + 3 x1),  db = 6
    Tape tape;
    const Tensor x = tape.variable(tensor({1, 1, 2}, {5, 7}, f64)), w = tape.variable(tensor({1, 1, 2}, {1, 4}, f64)),
                 b = tape.variable(tensor({1}, {9}, f64));
    tape.backward(sum(conv_transpose1d(x, w, b) * tensor({3}, {1, 2, 3}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({1, 1, 2}, {9, 14}, f64));
    EXPECT_TENSOR_EQ(w.grad(), tensor({1, 1, 2}, {19, 31}, f64));
    EXPECT_TENSOR_EQ(b.grad(), tensor({1}, {6}, f64));
}

TEST(ConvTranspose, OfNoImagesIsEmpty)
{
    EXPECT_TRUE(conv_transpose2d(zeros({0, 3, 4, 4}), zeros({3, 2, 3, 3})).sizes() == Sizes({0, 2, 6, 6}));
}

TEST(ConvTranspose, SaysWhatDoesNotFit)
{
    EXPECT_THROW_TEXT(conv_transpose2d(zeros({1, 3, 8, 8}), zeros({4, 3, 3, 3})), ShapeError,
                      "conv_transpose2d: x of shape (1, 3, 8, 8) and weight of shape (4, 3, 3, 3) with groups 1.\n"
                      "  rule: channels of x equal weight's first axis, which groups divide.\n"
                      "  try:  check the layer's in_channels and groups.");
    EXPECT_THROW_TEXT(conv_transpose1d(zeros({1, 3, 8}), zeros({3, 3, 3}), {.groups = 2}), ShapeError,
                      "conv_transpose1d: x of shape (1, 3, 8) and weight of shape (3, 3, 3) with groups 2.\n"
                      "  rule: channels of x equal weight's first axis, which groups divide.\n"
                      "  try:  check the layer's in_channels and groups.");
    EXPECT_THROW_TEXT(conv_transpose2d(zeros({1, 1, 2, 2}), zeros({1, 1, 3, 3}), {.stride = 2, .output_padding = 2}),
                      ShapeError,
                      "conv_transpose2d: output_padding (2, 2) with stride (2, 2) and dilation (1, 1).\n"
                      "  rule: output_padding is at least 0 and less than the stride or the dilation.\n"
                      "  try:  use a smaller output_padding; it tells sizes apart that one stride maps to one size.");
    EXPECT_THROW_TEXT(conv_transpose1d(zeros({1, 1, 2}), zeros({1, 1, 3}), {.padding = 2}), ShapeError,
                      "conv_transpose1d: x of shape (1, 1, 2) and weight of shape (1, 1, 3) with padding (2,).\n"
                      "  rule: (size - 1) stride + dilation (kernel - 1) + output_padding + 1 is more than twice the "
                      "padding, and x has elements.\n"
                      "  try:  use less padding.");
    EXPECT_THROW_TEXT(conv_transpose3d(zeros({1, 1, 2}), zeros({1, 1, 3, 3, 3})), ShapeError,
                      "conv_transpose3d: x of shape (1, 1, 2) and weight of shape (1, 1, 3, 3, 3).\n"
                      "  rule: x: (N, C, D, H, W) or (C, D, H, W), weight: (C, O / groups, KD, KH, KW).\n"
                      "  try:  reshape to these axes, unsqueeze(x, 1) for volumes without channels.");
    EXPECT_THROW_TEXT(conv_transpose1d(zeros({1, 1, 2}), zeros({1, 1, 3}), {.dilation = 0}), ShapeError,
                      "conv_transpose1d: stride (1,), padding (0,), dilation (0,), groups 1.\n"
                      "  rule: stride, dilation and groups are at least 1, padding at least 0, all below 2^31.\n"
                      "  try:  correct the option.");
    EXPECT_THROW_TEXT(conv_transpose1d(zeros({1, 1, 2}), zeros({1, 2, 3}), zeros({1})), ShapeError,
                      "conv_transpose1d: bias of shape (1,) beside weight of shape (1, 2, 3).\n"
                      "  rule: bias: (O) for weight: (C, O / groups, K).\n"
                      "  try:  give the bias one element an output channel.");
    EXPECT_THROW_TEXT(conv_transpose1d(zeros({1, 1, 2}), zeros({1, 2, 3}, f64)), DtypeError,
                      "conv_transpose1d: x f32 (1, 1, 2) and weight f64 (1, 2, 3).\n"
                      "  rule: x, weight and bias are of one floating dtype.\n"
                      "  try:  convert the input with to(x, dtype), or the module.");
    // A size that no number holds.
    EXPECT_THROW((void)conv_transpose1d(expand(zeros({1, 1, 1}), {1, 1, std::int64_t{1} << 40}), zeros({1, 1, 1}),
                                        {.stride = (std::int64_t{1} << 31) - 1}),
                 std::exception);
}

}  // namespace
}  // namespace xgrad
