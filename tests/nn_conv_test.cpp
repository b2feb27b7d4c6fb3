#include <xgrad/error.hpp>
#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

using namespace xgrad;

TEST(Conv2d, SlidesTheKernelOverTheImage)
{
    nn::Conv2d layer{1, 1, 2};
    layer.weight = tensor({1, 1, 2, 2}, {1, 2, 3, 4});
    layer.bias = tensor({1}, {100});
    // [1 2 3; 4 5 6]: 1 + 4 + 12 + 20 = 37 and 2 + 6 + 15 + 24 = 47
    EXPECT_TENSOR_EQ(layer(tensor({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6})), tensor({1, 1, 1, 2}, {137, 147}));
}

TEST(Conv2d, PassesItsOptionsOn)
{
    const nn::Conv2d layer{
        4, 6, {3, 5}, {.stride = {2, 1}, .padding = {1, 2}, .dilation = 2, .groups = 2, .bias = false}};
    EXPECT_FALSE(layer.bias.defined());
    EXPECT_EQ(layer.weight.sizes(), (Sizes{6, 2, 3, 5}));
    // height (9 + 2 - 2*2 - 1) / 2 + 1 = 4, width (11 + 4 - 2*4 - 1) / 1 + 1 = 7
    EXPECT_EQ(layer(zeros({2, 4, 9, 11})).sizes(), (Sizes{2, 6, 4, 7}));
    EXPECT_EQ(nn::parameter_count(layer), 6 * 2 * 15);
}

TEST(Conv2d, StartsWithinOneOverRootOfFanIn)
{
    const nn::Conv2d layer{4, 50, 5};  // 1 / sqrt(4 * 25) = 0.1
    double most = 0;
    for (const double w : layer.weight.value().to_vector<double>()) most = std::max(most, std::abs(w));
    EXPECT_LE(most, 0.1);
    EXPECT_GT(most, 0.099);
}

TEST(Conv2d, GradientOfTheBiasCountsPositions)
{
    // L = sum y: db = number of positions = 2 images * 2 * 2; dW[u, v] = sum of x under it = 8 ones
    nn::Conv2d layer{1, 1, 2};
    Tape tape;
    tape.backward(sum(layer(ones({2, 1, 3, 3}))));
    EXPECT_TENSOR_EQ(layer.bias.grad(), tensor({1}, {8}));
    EXPECT_TENSOR_EQ(layer.weight.grad(), full({1, 1, 2, 2}, 8));
}

TEST(Conv2d, RefusesWhatDoesNotFit)
{
    const nn::Conv2d layer{3, 2, 3};
    EXPECT_THROW_TEXT(layer(zeros({2, 28, 28})), ShapeError,
                      "Conv2d: input of shape (2, 28, 28) into Conv2d(3, 2, ...).\n"
                      "  rule: x: (N, in_channels, H, W) or (in_channels, H, W).\n"
                      "  try:  unsqueeze(x, 1) for images without a channel axis, or check in_channels.");
    EXPECT_THROW_TEXT(layer(zeros({2, 3, 8, 8}, f64)), DtypeError,
                      "Conv2d: input f64 (2, 3, 8, 8) into a layer of f32.\n  rule: a module refuses a dtype that is "
                      "not its own.\n  try:  to(x, f32), or nn::to(module, f64).");
    EXPECT_THROW_TEXT((nn::Conv2d{3, 2, 3, {.groups = 2}}), ShapeError,
                      "Conv2d: 3 channels in, 2 out, 2 groups.\n  rule: both are multiples of groups.\n"
                      "  try:  change groups.");
    EXPECT_THROW_TEXT((nn::Conv2d{3, 2, 3, {.stride = 0}}), ShapeError,
                      "Conv2d: stride is 0.\n  rule: it is at least 1.\n  try:  check the order of the arguments.");
    EXPECT_THROW_TEXT((nn::Conv2d{3, 2, 3, {.padding = -1}}), ShapeError,
                      "Conv2d: padding is negative.\n  rule: it is at least 0.\n"
                      "  try:  cut the input with slice instead.");
}
