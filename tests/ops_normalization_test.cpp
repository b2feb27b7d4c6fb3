#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/normalization.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

// Mean 2, variance (4 + 0 + 4 + 0) / 4 = 2; with eps = 2 the deviation is 2.
const Tensor kX = tensor({1, 4}, {0, 2, 4, 2}, f64), kY = tensor({1, 4}, {-1, 0, 1, 0}, f64);
const Tensor kOne = ones({1}, f64);

TEST(LayerNorm, FreesFromMeanAndDeviationAndScales)
{
    const Tensor w = tensor({4}, {3, 4, 5, 6}, f64), b = tensor({4}, {10, 20, 30, 40}, f64);
    EXPECT_TENSOR_NEAR(layer_norm(kX, {4}, {.eps = 2}), kY, 1e-15);
    EXPECT_TENSOR_NEAR(layer_norm(kX, {4}, {.weight = w, .bias = b, .eps = 2}), tensor({1, 4}, {7, 20, 35, 40}, f64),
                       1e-15);
    EXPECT_TENSOR_NEAR(layer_norm(kX, {1, 4}, {.eps = 2}), kY, 1e-15);
    EXPECT_TENSOR_EQ(layer_norm(full({2, 3}, 7, f64), {3}), zeros({2, 3}, f64));
    EXPECT_TENSOR_EQ(layer_norm(zeros({0, 3}, f64), {3}), zeros({0, 3}, f64));
}

TEST(LayerNorm, GradientIsFreeOfMeanAndDeviation)
{
    // gy = (4, 0, 0, 0): mean gy = 1, mean gy y = -1, dx = (gy - 1 + y) / 2
    Tape tape;
    const Tensor x = tape.variable(kX);
    tape.backward(layer_norm(x, {4}, {.eps = 2}), tensor({1, 4}, {4, 0, 0, 0}, f64));
    EXPECT_TENSOR_NEAR(x.grad(), tensor({1, 4}, {1, -0.5, 0, -0.5}, f64), 1e-15);
}

TEST(LayerNorm, ALargeMeanCostsNoDigits)
{
    // The numbers are exact in f32, their mean 10000001.5 is not. Variance 1.25.
    const Tensor x = tensor({1, 4}, {10000000, 10000001, 10000002, 10000003}, f32);
    const double s = std::sqrt(1.25);
    EXPECT_TENSOR_NEAR(layer_norm(x, {4}, {.eps = 0}), tensor({1, 4}, {-1.5 / s, -0.5 / s, 0.5 / s, 1.5 / s}, f32),
                       1e-6);
}

TEST(GroupNorm, NormalisesNeighbouringChannels)
{
    // Groups (1, 3): mean 2, deviation 1; (5, 9): mean 7, deviation 2.
    const Tensor x = tensor({1, 4}, {1, 3, 5, 9}, f64), w = tensor({4}, {1, 2, 3, 4}, f64);
    EXPECT_TENSOR_NEAR(group_norm(x, 2, {.eps = 0}), tensor({1, 4}, {-1, 1, -1, 1}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(group_norm(x, 2, {.weight = w, .bias = w, .eps = 0}), tensor({1, 4}, {0, 4, 0, 8}, f64), 1e-15);
}

TEST(BatchNorm, TrainingUsesTheBatchAndMovesTheRunningStatistics)
{
    // The unbiased variance is 8 / 3.
    const Tensor x = reshape(kX, {4, 1});
    const BatchNormOptions options{.training = true, .momentum = 0.25, .eps = 2};
    const auto y = batch_norm(x, kOne * 10.0, kOne, options);
    EXPECT_TENSOR_NEAR(y.y, reshape(kY, {4, 1}), 1e-15);
    EXPECT_TENSOR_NEAR(y.running_mean, tensor({1}, {8}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(y.running_var, tensor({1}, {0.75 + 0.25 * 8 / 3}, f64), 1e-15);
    const auto without = batch_norm(x, {}, {}, options);
    EXPECT_TENSOR_EQ(without.y, y.y);
    EXPECT_FALSE(without.running_mean.defined() || without.running_var.defined());
    const auto empty = batch_norm(zeros({0, 1}, f64), kOne * 10.0, kOne, options);
    EXPECT_TENSOR_EQ(empty.running_mean, kOne * 10.0);
}

TEST(BatchNorm, EvaluationUsesTheRunningStatistics)
{
    const Tensor x = reshape(kX, {4, 1});
    const auto y = batch_norm(x, kOne * 2.0, kOne * 2.0, {.weight = kOne * 3.0, .bias = kOne, .eps = 2});
    EXPECT_TENSOR_NEAR(y.y, tensor({4, 1}, {-2, 1, 4, 1}, f64), 1e-15);
    EXPECT_TENSOR_EQ(y.running_mean, kOne * 2.0);
}

TEST(BatchNorm, RunningStatisticsAreConstants)
{
    Tape tape;
    const Tensor x = tape.variable(reshape(kX, {4, 1}));
    const auto y = batch_norm(x, kOne, kOne, {.training = true});
    EXPECT_FALSE(detail::is_tracked(y.running_mean) || detail::is_tracked(y.running_var));
}

TEST(InstanceNorm, NormalisesEachChannelOfEachSample)
{
    // Means 2 and 7, deviations 1 and 2, unbiased variances 2 and 8.
    const Tensor x = tensor({2, 1, 2}, {1, 3, 5, 9}, f64);
    EXPECT_TENSOR_NEAR(instance_norm(x, {.eps = 0}), tensor({2, 1, 2}, {-1, 1, -1, 1}, f64), 1e-15);
    const auto y = instance_norm(x, kOne * 0.0, kOne, {.momentum = 0.5});
    EXPECT_TENSOR_NEAR(y.running_mean, tensor({1}, {2.25}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(y.running_var, tensor({1}, {3}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(instance_norm(x, kOne, kOne * 4.0, {.use_input_stats = false, .eps = 0}).y,
                       tensor({2, 1, 2}, {0, 1, 2, 4}, f64), 1e-15);
}

TEST(LocalResponseNorm, DividesByTheNeighbours)
{
    // Sums of squares over three channels: 1 + 4, 1 + 4 + 9, 4 + 9; over one before and itself: 1, 1 + 4, 4 + 9.
    const Tensor x = tensor({1, 3, 1}, {1, 2, 3}, f64);
    EXPECT_TENSOR_NEAR(local_response_norm(x, 3, {.alpha = 3, .beta = 0.5}),
                       x / sqrt(tensor({1, 3, 1}, {6, 15, 14}, f64)), 1e-15);
    EXPECT_TENSOR_NEAR(local_response_norm(x, 2, {.alpha = 2, .beta = 1}), x / tensor({1, 3, 1}, {2, 6, 14}, f64),
                       1e-15);
}

TEST(LocalResponseNorm, AWindowBeyondAllChannelsSeesThem)
{
    // n = 2^62: alpha / n vanishes, so y = x; of nothing, nothing.
    const Tensor x = tensor({1, 2, 1}, {1, 2}, f64);
    EXPECT_TENSOR_EQ(local_response_norm(x, std::int64_t{1} << 62), x);
    EXPECT_TENSOR_EQ(local_response_norm(zeros({0, 2, 1}), std::int64_t{1} << 62), zeros({0, 2, 1}));
}

TEST(Normalize, HasLengthOneOrStaysBelowEps)
{
    const Tensor x = tensor({2, 2}, {3, 4, 0, 0}, f64);
    EXPECT_TENSOR_NEAR(normalize(x), tensor({2, 2}, {0.6, 0.8, 0, 0}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(normalize(x, {.p = 1, .dim = -1}), tensor({2, 2}, {3 / 7., 4 / 7., 0, 0}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(normalize(x, {.eps = 10}), x / 10.0, 1e-15);
    EXPECT_TENSOR_NEAR(normalize(transpose(x), {.dims = {0, 1}}), transpose(x) / 5.0, 1e-15);
    // Below eps the divisor is constant; above, the gradient has no part along x: d(x / |x|) of (1, 0) = (16, -12) / 125.
    Tape tape;
    const Tensor v = tape.variable(x);
    tape.backward(normalize(v, {.eps = 0.5}), tensor({2, 2}, {1, 0, 1, 0}, f64));
    EXPECT_TENSOR_NEAR(v.grad(), tensor({2, 2}, {16 / 125., -12 / 125., 2, 0}, f64), 1e-15);
}

// x = (3, 4), mean square 12.5; dx = w g / r - x (x . w g) / (2 r^3) with r^2 = 12.5, of w g = (1, 0).
TEST(RmsNorm, DividesByTheRootOfTheMeanSquare)
{
    const double r = std::sqrt(12.5);
    Tape tape;
    const Tensor x = tape.variable(tensor({1, 2}, {3, 4}, f64));
    EXPECT_TENSOR_NEAR(rms_norm(x, {2}, {.eps = 0}), tensor({1, 2}, {3 / r, 4 / r}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(rms_norm(x, {2}, {.weight = tensor({2}, {2, 1}, f64), .eps = 3.5}),
                       tensor({1, 2}, {1.5, 1}, f64), 1e-15);
    EXPECT_TENSOR_EQ(rms_norm(zeros({2, 2}), {2}), zeros({2, 2}));
    tape.backward(rms_norm(x, {2}, {.eps = 0}), tensor({1, 2}, {1, 0}, f64));
    EXPECT_TENSOR_NEAR(x.grad(), tensor({1, 2}, {1 / r - 9 / (2 * r * r * r), -12 / (2 * r * r * r)}, f64), 1e-15);
    EXPECT_THROW(rms_norm(x, {3}), ShapeError);
    EXPECT_THROW(rms_norm(x, {2}, {.weight = ones({3}, f64)}), ShapeError);
}

TEST(Norm, BadInput)
{
    const Tensor x = zeros({2, 4, 3}, f64), three = ones({3}, f64);
    EXPECT_THROW_TEXT(layer_norm(x, {4}), ShapeError,
                      "layer_norm: x of shape (2, 4, 3) for the shape (4,).\n"
                      "  rule: normalized_shape has an axis or more and is the shape of the last axes of x.\n"
                      "  try:  the layer's shape, or x, must change.");
    EXPECT_THROW(layer_norm(x, {}), ShapeError);
    EXPECT_THROW(layer_norm(x, {1, 2, 4, 3}), ShapeError);
    EXPECT_THROW(layer_norm(to(x, i64), {3}), DtypeError);
    EXPECT_THROW_TEXT(group_norm(x, 3), ShapeError,
                      "group_norm: 3 groups of 4 channels.\n"
                      "  rule: the number of groups is at least 1 and divides the number of channels.\n"
                      "  try:  for example 1 group, which normalises each sample.");
    EXPECT_THROW(group_norm(x, 0), ShapeError);
    EXPECT_THROW(group_norm(three, 1), ShapeError);
    EXPECT_THROW(group_norm(x, 2, {.weight = three}), ShapeError);
    EXPECT_THROW_TEXT(batch_norm(x, three, three), ShapeError,
                      "batch_norm: running_mean of shape (3,) beside x f64 (2, 4, 3).\n"
                      "  rule: running_mean has the shape (4,).\n  try:  make the layer for this shape.");
    EXPECT_THROW_TEXT(batch_norm(x, {}, {}), ShapeError,
                      "batch_norm: evaluation without running statistics.\n"
                      "  rule: running_mean and running_var come together; without them x gives both.\n"
                      "  try:  give both of shape (4,).");
    EXPECT_THROW(batch_norm(x, ones({4}, f64), {}, {.training = true}), ShapeError);
    EXPECT_THROW_TEXT(batch_norm(zeros({1, 3}, f64), {}, {}, {.training = true}), ShapeError,
                      "batch_norm: x of shape (1, 3) has one element a channel.\n  rule: mean and variance need two "
                      "elements or more: x minus its mean would be 0.\n"
                      "  try:  use a larger batch, or the running statistics.");
    EXPECT_THROW(batch_norm(x, {}, {}, {.weight = ones({4}, f32), .training = true}), DtypeError);
    EXPECT_THROW(instance_norm(zeros({2, 3, 1}, f64)), ShapeError);
    EXPECT_THROW(instance_norm(zeros({2, 3}, f64)), ShapeError);
    EXPECT_THROW(local_response_norm(x, 0), ShapeError);
    EXPECT_THROW(local_response_norm(zeros({2, 3}, f64), 3), ShapeError);
    EXPECT_THROW(normalize(x, {.dim = 3}), ShapeError);
}

}  // namespace
}  // namespace xgrad
