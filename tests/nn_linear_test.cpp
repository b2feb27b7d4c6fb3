#include <xgrad/error.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/random.hpp>
#include <xgrad/tape.hpp>

#include <algorithm>
#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

using namespace xgrad;

TEST(Linear, IsXTimesTransposedWeightPlusBias)
{
    nn::Linear layer{2, 3};
    layer.weight = tensor({3, 2}, {1, 2, 3, 4, 5, 6});
    layer.bias = tensor({3}, {10, 20, 30});
    // row (1, -1): (1 - 2, 3 - 4, 5 - 6) + bias = (9, 19, 29)
    EXPECT_TENSOR_EQ(layer(tensor({1, 2}, {1, -1})), tensor({1, 3}, {9, 19, 29}));
    EXPECT_TENSOR_EQ(layer(tensor({2}, {1, -1})), tensor({3}, {9, 19, 29}));
    EXPECT_EQ(layer(zeros({4, 5, 2})).sizes(), (Sizes{4, 5, 3}));
    EXPECT_EQ(layer.in_features(), 2);
    EXPECT_EQ(layer.out_features(), 3);
}

TEST(Linear, HasNoBiasWhenAskedForNone)
{
    nn::Linear layer{2, 1, {.bias = false}};
    layer.weight = tensor({1, 2}, {3, 4});
    EXPECT_FALSE(layer.bias.defined());
    EXPECT_TENSOR_EQ(layer(tensor({1, 2}, {1, 1})), tensor({1, 1}, {7}));
}

TEST(Linear, StartsUniformWithinOneOverRootOfInFeaturesAndRepeatsWithTheSeed)
{
    manual_seed(1);
    const nn::Linear a{100, 400};
    manual_seed(1);
    const nn::Linear b{100, 400};
    EXPECT_TENSOR_EQ(a.weight.value(), b.weight.value());
    EXPECT_TENSOR_EQ(a.bias.value(), b.bias.value());
    const std::vector<double> w = a.weight.value().to_vector<double>();
    double sum = 0, squares = 0;
    for (const double v : w) {
        EXPECT_LE(std::abs(v), 0.1);
        sum += v;
        squares += v * v;
    }
    // uniform in +-0.1: mean 0 with standard error 0.0003, variance 0.01 / 3
    EXPECT_NEAR(sum / 40000, 0, 0.0015);
    EXPECT_NEAR(squares / 40000, 0.01 / 3, 0.0001);
}

TEST(Linear, RefusesAnotherDtype)
{
    const nn::Linear layer{2, 1};
    EXPECT_THROW_TEXT(layer(zeros({3, 2}, f64)), DtypeError,
                      "Linear: input f64 (3, 2) into a layer of f32.\n  rule: a module refuses a dtype that is not its "
                      "own.\n  try:  to(x, f32), or nn::to(module, f64).");
    EXPECT_THROW_TEXT(layer(zeros({3, 2}, i64)), DtypeError,
                      "Linear: input i64 (3, 2) into a layer of f32.\n  rule: a module refuses a dtype that is not its "
                      "own.\n  try:  to(x, f32).");
}

TEST(Linear, RefusesAnotherNumberOfFeatures)
{
    const nn::Linear layer{2, 1};
    EXPECT_THROW_TEXT(layer(zeros({2, 3})), ShapeError,
                      "Linear: input of shape (2, 3) into Linear(2, 1).\n  rule: x: (..., in_features).\n"
                      "  try:  check in_features, or flatten(x, 1) before the layer.");
    EXPECT_THROW_TEXT(layer(tensor(1.0)), ShapeError,
                      "Linear: input of shape () into Linear(2, 1).\n  rule: x: (..., in_features).\n"
                      "  try:  check in_features, or flatten(x, 1) before the layer.");
    EXPECT_THROW_TEXT(
        (nn::Linear{0, 3}), ShapeError,
        "Linear: in_features is 0.\n  rule: it is at least 1.\n  try:  check the order of the arguments.");
}

TEST(Init, FansCountTheKernel)
{
    const nn::init::Fans fans = nn::init::fans({8, 3, 5, 5});
    EXPECT_EQ(fans.in, 75);
    EXPECT_EQ(fans.out, 200);
    EXPECT_THROW_TEXT(nn::init::fans({8}), ShapeError,
                      "init::fans: a weight of shape (8,).\n  rule: (out, in) or (out, in, kernel...).\n"
                      "  try:  use uniform or normal for biases.");
}

TEST(Init, BoundsAreThoseOfThePapers)
{
    const auto largest = [](const Tensor& x) {
        double most = 0;
        for (const double v : x.to_vector<double>()) most = std::max(most, std::abs(v));
        return most;
    };
    // sqrt(6 / 96) = 0.25;  sqrt(6 / (96 + 54)) = 0.2
    const double kaiming = largest(nn::init::kaiming_uniform({300, 96}));
    EXPECT_LE(kaiming, 0.25);
    EXPECT_GT(kaiming, 0.2499);
    const double xavier = largest(nn::init::xavier_uniform({54, 96}));
    EXPECT_LE(xavier, 0.2);
    EXPECT_GT(xavier, 0.199);
    EXPECT_EQ(nn::init::xavier_normal({2, 3}, {.dtype = f64}).dtype(), f64);
    EXPECT_THROW_TEXT(nn::init::normal({2}, 0, 1, i64), DtypeError,
                      "init::normal: start values of type i64.\n  rule: parameters are f32 or f64.\n"
                      "  try:  ask for one of these.");
}

TEST(Init, NormalHasTheAskedDeviation)
{
    Generator generator(3);
    double squares = 0;
    for (const double v :
         nn::init::kaiming_normal({100, 200}, {.dtype = f64, .generator = generator}).to_vector<double>())
        squares += v * v;
    EXPECT_NEAR(squares / 20000, 2.0 / 200, 0.0004);  // standard error sqrt(2 / 20000) of 0.01
}
