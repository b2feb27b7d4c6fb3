#include <xgrad/error.hpp>
#include <xgrad/gradcheck.hpp>
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

TEST(Conv2d, IsACrossCorrelation)
{
    // x = (1 2 3; 4 5 6; 7 8 9), w = (1 2; 3 4): y_00 = 1 + 4 + 12 + 20 = 37, each step right adds 10, each down 30.
    const Tensor x = tensor({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, f64),
                 w = tensor({1, 1, 2, 2}, {1, 2, 3, 4}, f64);
    EXPECT_TENSOR_EQ(conv2d(x, w), tensor({1, 1, 2, 2}, {37, 47, 67, 77}, f64));
    EXPECT_TENSOR_EQ(conv2d(x, w, tensor({1}, {100}, f64)), tensor({1, 1, 2, 2}, {137, 147, 167, 177}, f64));
    EXPECT_TENSOR_EQ(conv2d(reshape(x, {1, 3, 3}), w), tensor({1, 2, 2}, {37, 47, 67, 77}, f64));
}

TEST(Conv2d, PaddingStrideAndDilation)
{
    const Tensor x = tensor({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}, f64),
                 w = tensor({1, 1, 2, 2}, {1, 2, 3, 4}, f64);
    // Padded by one and with stride 2 the windows are (0 0; 0 1), (0 0; 2 3), (0 4; 0 7), (5 6; 8 9).
    EXPECT_TENSOR_EQ(conv2d(x, w, {.stride = 2, .padding = 1}),
                     tensor({1, 1, 2, 2}, {4, 18, 36, 5 + 12 + 24 + 36}, f64));
    // Dilated by two the only window is the four corners (1 3; 7 9).
    EXPECT_TENSOR_EQ(conv2d(x, w, {.dilation = 2}), tensor({1, 1, 1, 1}, {1 + 6 + 21 + 36}, f64));
    // Padding of the height alone: (4, 2) windows.
    EXPECT_TRUE(conv2d(x, w, {.padding = {1, 0}}).sizes() == Sizes({1, 1, 4, 2}));
}

TEST(Conv2d, GroupsDoNotMixChannels)
{
    const Tensor x = numbers({2, 4, 5, 5}), w = numbers({6, 2, 3, 3});
    const Tensor y = conv2d(x, w, {.groups = 2});
    // Depthwise: channel c of y is channel c of x times its own number.
    const Tensor scale = tensor({4, 1, 1, 1}, {1, 2, 3, 4}, f64);
    EXPECT_TENSOR_EQ(conv2d(x, scale, {.groups = 4}), x * reshape(scale, {4, 1, 1}));
    EXPECT_TRUE(y.sizes() == Sizes({2, 6, 3, 3}));
}

TEST(Conv2d, GradientsByHand)
{
    // y = x * w without padding on a 2 x 2 image with a 2 x 2 kernel is one number, the sum of x_uv w_uv:
    //   dx = gy w,  dw = gy x,  db = gy, with gy = 1 for L = y
    Tape tape;
    const Tensor x = tape.variable(tensor({1, 1, 2, 2}, {1, 2, 3, 4}, f64));
    const Tensor w = tape.variable(tensor({1, 1, 2, 2}, {5, 6, 7, 8}, f64)), b = tape.variable(tensor({1}, {9}, f64));
    tape.backward(sum(conv2d(x, w, b)));
    EXPECT_TENSOR_EQ(x.grad(), detach(w));
    EXPECT_TENSOR_EQ(w.grad(), detach(x));
    EXPECT_TENSOR_EQ(b.grad(), tensor({1}, {1}, f64));
}

struct ConvCase {
    const char* name;
    Tensor x, w;
    Conv2dOptions options;
};

class Conv2dGradient : public ::testing::TestWithParam<ConvCase> {};

TEST_P(Conv2dGradient, FirstAndSecondAgreeWithDifferences)
{
    const ConvCase& c = GetParam();
    const auto f = [&](const Tensor& x, const Tensor& w, const Tensor& b) { return conv2d(x, w, b, c.options); };
    const std::vector<Tensor> inputs = {c.x, c.w, numbers({c.w.sizes()[0]})};
    const auto first = gradcheck(f, inputs), second = gradgradcheck(f, inputs);
    EXPECT_TRUE(first.ok) << first.message;
    EXPECT_TRUE(second.ok) << second.message;
}

INSTANTIATE_TEST_SUITE_P(
    All, Conv2dGradient,
    ::testing::Values(ConvCase{"Plain", numbers({2, 2, 4, 5}), numbers({3, 2, 2, 3}), {}},
                      ConvCase{"Padded", numbers({1, 2, 3, 3}), numbers({2, 2, 3, 3}), {.padding = {1, 2}}},
                      ConvCase{"Strided", numbers({2, 1, 6, 5}), numbers({2, 1, 3, 2}), {.stride = {2, 3}}},
                      ConvCase{"StridedWithRest", numbers({1, 1, 6, 6}), numbers({1, 1, 3, 3}), {.stride = 2}},
                      ConvCase{"Dilated", numbers({1, 2, 5, 6}), numbers({2, 2, 2, 3}), {.dilation = {2, 1}}},
                      ConvCase{"Grouped", numbers({2, 4, 3, 3}), numbers({2, 2, 2, 2}), {.groups = 2}},
                      ConvCase{"Depthwise", numbers({1, 3, 4, 4}), numbers({3, 1, 2, 2}), {.padding = 1, .groups = 3}},
                      ConvCase{"OneByOne", numbers({2, 3, 2, 2}), numbers({4, 3, 1, 1}), {}},
                      ConvCase{"ViewedInput", permute(numbers({4, 5, 2, 1}), {3, 2, 0, 1}), numbers({1, 2, 2, 2}), {}},
                      ConvCase{"SingleImage", numbers({2, 4, 4}), numbers({2, 2, 3, 3}), {.padding = 1}}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(Conv2d, OfNoImagesIsEmpty)
{
    EXPECT_TRUE(conv2d(zeros({0, 1, 4, 4}), zeros({2, 1, 3, 3})).sizes() == Sizes({0, 2, 2, 2}));
}

TEST(Conv2d, SaysWhatDoesNotFit)
{
    EXPECT_THROW_TEXT(conv2d(zeros({1, 3, 8, 8}), zeros({4, 2, 3, 3})), ShapeError,
                      "conv2d: x of shape (1, 3, 8, 8) and weight of shape (4, 2, 3, 3) with groups 1.\n"
                      "  rule: channels of x equal weight's second axis times groups, and groups divide weight's first "
                      "axis.\n"
                      "  try:  check the layer's in_channels and groups.");
    EXPECT_THROW_TEXT(conv2d(zeros({1, 1, 2, 2}), zeros({1, 1, 3, 3})), ShapeError,
                      "conv2d: x of shape (1, 1, 2, 2) and weight of shape (1, 1, 3, 3).\n"
                      "  rule: the padded image is at least as large as the dilated kernel.\n"
                      "  try:  use a smaller kernel or more padding.");
    EXPECT_THROW_TEXT(conv2d(zeros({8, 8}), zeros({1, 1, 3, 3})), ShapeError,
                      "conv2d: x of shape (8, 8) and weight of shape (1, 1, 3, 3).\n"
                      "  rule: x: (N, C, H, W) or (C, H, W), weight: (O, C / groups, KH, KW).\n"
                      "  try:  reshape to these axes, unsqueeze(x, 1) for images without channels.");
    EXPECT_THROW_TEXT(conv2d(zeros({1, 1, 8, 8}), zeros({1, 1, 3, 3}), {.dilation = {1, 0}}), ShapeError,
                      "conv2d: stride (1, 1), padding (0, 0), dilation (1, 0), groups 1.\n"
                      "  rule: stride, dilation and groups are at least 1, padding at least 0, all below 2^31.\n"
                      "  try:  correct the option.");
    EXPECT_THROW_TEXT(conv2d(zeros({1, 1, 8, 8}), zeros({1, 1, 3, 3}), {.stride = 0}), ShapeError,
                      "conv2d: stride (0, 0), padding (0, 0), dilation (1, 1), groups 1.\n"
                      "  rule: stride, dilation and groups are at least 1, padding at least 0, all below 2^31.\n"
                      "  try:  correct the option.");
    EXPECT_THROW_TEXT(conv2d(zeros({1, 1, 8, 8}), zeros({1, 1, 3, 3}, f64)), DtypeError,
                      "conv2d: x f32 (1, 1, 8, 8) and weight f64 (1, 1, 3, 3).\n"
                      "  rule: x, weight and bias are of one floating dtype.\n"
                      "  try:  convert the input with to(x, dtype), or the module.");
}

}  // namespace
}  // namespace xgrad
