#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>

#include <limits>
#include <numbers>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/weighted_gradient.hpp"

namespace xgrad {
namespace {

using testing::gradient_of_sum;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

// a - b = (0, -1/2, 3)
const Tensor kA = tensor({3}, {1, 0, 4}, f64), kB = tensor({3}, {1, 0.5, 1}, f64);

TEST(L1Loss, GradientIsTheSign)
{
    EXPECT_TENSOR_EQ(l1_loss(kA, kB, {.reduction = Reduction::sum}), tensor(3.5, f64));
    EXPECT_TENSOR_EQ(l1_loss(kA, kB, {.reduction = Reduction::none}), tensor({3}, {0, 0.5, 3}, f64));
    EXPECT_TENSOR_NEAR(l1_loss(kA, kB), tensor(3.5 / 3, f64), 1e-15);
    EXPECT_TENSOR_NEAR(gradient_of_sum(kA, [](const Tensor& a) { return l1_loss(a, kB); }) * 3,
                       tensor({3}, {0, -1, 1}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(gradient_of_sum(kB, [](const Tensor& b) { return l1_loss(kA, b); }) * 3,
                       tensor({3}, {0, 1, -1}, f64), 1e-15);
}

TEST(SmoothL1Loss, IsASquareBelowBetaAndALineBeyond)
{
    // beta = 2: (0, 1/4 / 4, 3 - 1) and the slopes d / beta = -1/4, then 1
    const SmoothL1Options options{.beta = 2, .reduction = Reduction::none};
    EXPECT_TENSOR_EQ(smooth_l1_loss(kA, kB, options), tensor({3}, {0, 0.0625, 2}, f64));
    EXPECT_TENSOR_EQ(gradient_of_sum(kA, [&](const Tensor& a) { return smooth_l1_loss(a, kB, options); }),
                     tensor({3}, {0, -0.25, 1}, f64));
    EXPECT_TENSOR_EQ(smooth_l1_loss(kA, kB, {.beta = 0}), l1_loss(kA, kB));
}

TEST(HuberLoss, IsASquareUpToDeltaAndALineBeyond)
{
    // delta = 2: (0, 1/8, 2 (3 - 1)) and the slopes d = -1/2, then delta
    const HuberOptions options{.delta = 2, .reduction = Reduction::none};
    EXPECT_TENSOR_EQ(huber_loss(kA, kB, options), tensor({3}, {0, 0.125, 4}, f64));
    EXPECT_TENSOR_EQ(gradient_of_sum(kA, [&](const Tensor& a) { return huber_loss(a, kB, options); }),
                     tensor({3}, {0, -0.5, 2}, f64));
}

TEST(HuberLoss, SlopeAtInfinityIsThatOfTheLine)
{
    const Tensor x = tensor({3}, {kInf, -kInf, kNan}, f64), zero = zeros({3}, f64);
    const auto slope_of = [&](auto f) { return gradient_of_sum(x, f); };
    EXPECT_TENSOR_EQ(slope_of([&](const Tensor& a) { return huber_loss(a, zero, {.reduction = Reduction::none}); }),
                     tensor({3}, {1, -1, kNan}, f64));
    EXPECT_TENSOR_EQ(slope_of([&](const Tensor& a) { return smooth_l1_loss(a, zero, {.reduction = Reduction::sum}); }),
                     tensor({3}, {1, -1, kNan}, f64));
}

TEST(RegressionLosses, OfNothing)
{
    const Tensor none = zeros({0, 3});
    EXPECT_TENSOR_EQ(huber_loss(none, none), tensor(kNan, f32));
    EXPECT_TENSOR_EQ(l1_loss(none, none, {.reduction = Reduction::sum}), tensor(0, f32));
    EXPECT_TENSOR_EQ(kl_div(none, none, {.reduction = KlReduction::none}), none);
}

TEST(RegressionLosses, ErrorsNameTheLoss)
{
    const Tensor labels = zeros({3}, i64);
    EXPECT_THROW_TEXT(l1_loss(labels, labels), DtypeError,
                      "l1_loss: operands i64 (3,) and i64 (3,).\n  rule: one of them is f32 or f64.\n"
                      "  try:  convert one first: to(x, f32).");
    EXPECT_THROW_TEXT(huber_loss(kA, zeros({2})), ShapeError,
                      "huber_loss: shapes (3,) and (2,) do not fit.\n"
                      "  rule: aligned at the last axis, sizes must be equal or 1; here 3 meets 2.\n"
                      "  try:  reshape one operand so that the differing axis has size 1.");
    EXPECT_THROW_TEXT(huber_loss(kA, kB, {.delta = 0}), ShapeError,
                      "huber_loss: delta 0.\n  rule: it is where the square ends, above 0.\n  try:  for example 1.");
    EXPECT_THROW_TEXT(smooth_l1_loss(kA, kB, {.beta = -1}), ShapeError,
                      "smooth_l1_loss: beta -1.\n  rule: it is where the square ends, 0 or more.\n"
                      "  try:  for example 1.");
}

TEST(KlDiv, IsZeroForEqualDistributionsAndWithoutProbability)
{
    // t log t - t x with x = log of (1/2, 1/2): t = (1/2, 1/2) gives 0, t = (0, 1) gives log 2
    const double log2 = std::numbers::ln2;
    const Tensor x = tensor({2, 2}, {-log2, -log2, -log2, -log2}, f64), t = tensor({2, 2}, {0.5, 0.5, 0, 1}, f64);
    EXPECT_TENSOR_NEAR(kl_div(x, t, {.reduction = KlReduction::none}), tensor({2, 2}, {0, 0, 0, log2}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(kl_div(x, t), tensor(log2 / 4, f64), 1e-15);
    EXPECT_TENSOR_NEAR(kl_div(x, t, {.reduction = KlReduction::batchmean}), tensor(log2 / 2, f64), 1e-15);
    EXPECT_TENSOR_NEAR(kl_div(x, x, {.log_target = true}), tensor(0, f64), 0);
    EXPECT_TENSOR_EQ(
        gradient_of_sum(x, [&](const Tensor& at) { return kl_div(at, t, {.reduction = KlReduction::sum}); }), -t);
    // Without an axis for it there is a batch of one: 1 (0 - x).
    EXPECT_TENSOR_EQ(kl_div(tensor(-3, f64), tensor(1, f64), {.reduction = KlReduction::batchmean}), tensor(3, f64));
}

TEST(PoissonNllLoss, OfCounts)
{
    // exp(x) - t x at x = 0 is 1, with slope 1 - t; Stirling's term counts for t = 2 alone
    const Tensor x = zeros({3}, f64), t = tensor({3}, {0, 1, 2}, i64);
    EXPECT_TENSOR_EQ(poisson_nll_loss(x, t), tensor(1, f64));
    EXPECT_TENSOR_EQ(gradient_of_sum(x, [&](const Tensor& at) { return poisson_nll_loss(at, t); }) * 3,
                     tensor({3}, {1, 0, -1}, f64));
    const double stirling = 2 * std::log(2.0) - 2 + 0.5 * std::log(4 * std::numbers::pi);
    EXPECT_TENSOR_NEAR(poisson_nll_loss(x, t, {.full = true, .reduction = Reduction::none}),
                       tensor({3}, {1, 1, 1 + stirling}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(poisson_nll_loss(ones({3}, f64), t, {.log_input = false, .eps = 1}),
                       tensor(1 - std::log(2.0), f64), 1e-15);
}

TEST(GaussianNllLoss, SmallVariancesCountAsEpsWithTheSlopeThere)
{
    // v = 1/4 from 0 and from 1/4: (log v + d^2 / v) / 2 with d = 1; dv = (1/v - d^2 / v^2) / 2 = (4 - 16) / 2
    const Tensor x = ones({2}, f64), t = zeros({2}, f64), var = tensor({2}, {0, 0.25}, f64);
    const GaussianNllOptions options{.eps = 0.25, .reduction = Reduction::none};
    EXPECT_TENSOR_NEAR(gaussian_nll_loss(x, t, var, options), full({2}, 0.5 * std::log(0.25) + 2, f64), 1e-15);
    EXPECT_TENSOR_EQ(gradient_of_sum(var, [&](const Tensor& v) { return gaussian_nll_loss(x, t, v, options); }),
                     tensor({2}, {-6, -6}, f64));
    EXPECT_TENSOR_NEAR(gaussian_nll_loss(x, t, ones({2}, f64), {.full = true}),
                       tensor(0.5 + 0.5 * std::log(2 * std::numbers::pi), f64), 1e-15);
}

TEST(GaussianNllLoss, VarianceMayLackTheLastAxis)
{
    const Tensor x = ones({2, 3}, f64), var = tensor({2}, {1, 4}, f64);
    const Tensor wanted = gaussian_nll_loss(x, zeros({2, 3}, f64), tensor({2, 1}, {1, 4}, f64));
    EXPECT_TENSOR_EQ(gaussian_nll_loss(x, zeros({2, 3}, f64), var), wanted);
    EXPECT_THROW_TEXT(gaussian_nll_loss(x, x, ones({1, 3}, f64)), ShapeError,
                      "gaussian_nll_loss: variance (1, 3) for input (2, 3).\n"
                      "  rule: it has the input's shape, or lacks its last axis, or has 1 there.\n"
                      "  try:  expand(var, input.sizes()).");
    EXPECT_THROW_TEXT(gaussian_nll_loss(x, x, -x), ShapeError,
                      "gaussian_nll_loss: a negative variance.\n  rule: variances are 0 or more.\n"
                      "  try:  exp or softplus of what gives them.");
    EXPECT_THROW(gaussian_nll_loss(x, x, x, {.eps = 0}), ShapeError);
}

}  // namespace
}  // namespace xgrad
