#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

#include <limits>
#include <numbers>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/weighted_gradient.hpp"

namespace xgrad {
namespace {

using testing::gradient_of_sum;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const double kLog2 = std::numbers::ln2, kLog3 = std::log(3.0);

TEST(BinaryCrossEntropy, GradientIsTheDifferenceOverTheVariance)
{
    // x = (1/2, 1/4), t = (1, 0): losses log 2, log 4/3; dx = (x - t) / (x (1 - x)) = (-2, 4/3)
    const Tensor x = tensor({2}, {0.5, 0.25}, f64), t = tensor({2}, {1, 0}, f64);
    const BinaryCrossEntropyOptions options{.reduction = Reduction::none};
    EXPECT_TENSOR_NEAR(binary_cross_entropy(x, t, options), tensor({2}, {kLog2, std::log(4.0 / 3)}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(gradient_of_sum(x, [&](const Tensor& at) { return binary_cross_entropy(at, t, options); }),
                       tensor({2}, {-2, 4.0 / 3}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(binary_cross_entropy(x, t, {.weight = tensor({2}, {2, 0})}), tensor(kLog2, f64), 1e-15);
}

TEST(BinaryCrossEntropy, IsFiniteAtZeroAndOne)
{
    const Tensor x = tensor({4}, {0, 1, 0, 1}, f64), t = tensor({4}, {0, 1, 1, 0}, f64);
    const BinaryCrossEntropyOptions options{.reduction = Reduction::none};
    EXPECT_TENSOR_EQ(binary_cross_entropy(x, t, options), tensor({4}, {0, 0, 100, 100}, f64));
    EXPECT_TENSOR_NEAR(
        gradient_of_sum(x, [&](const Tensor& at) { return binary_cross_entropy(at, t, options); }) * 1e-12,
        tensor({4}, {0, 0, -1, 1}, f64), 1e-8);
}

TEST(BinaryCrossEntropy, SecondDerivativeIsFiniteAtZeroAndOne)
{
    // -log x has 1 / x^2, -log(1 - x) has 1 / (1 - x)^2; at x = t = 0 or 1 the numerator (x - t)^2 + t (1 - t) is 0.
    Tape tape;
    const Tensor x = tape.variable(tensor({4}, {0.5, 0.25, 0, 1}, f64)), t = tensor({4}, {1, 0, 0, 1}, f64);
    const Tensor y = binary_cross_entropy(x, t, {.reduction = Reduction::sum});
    const Tensor g = tape.grad(y, {x}, {.create_graph = true})[0];
    EXPECT_TENSOR_NEAR(tape.grad(sum(g), {x})[0], tensor({4}, {4, 16.0 / 9, 0, 0}, f64), 1e-10);
}

TEST(BinaryCrossEntropy, TakesProbabilitiesAlone)
{
    const char* text =
        "binary_cross_entropy: a probability outside [0, 1], or NaN.\n"
        "  rule: the input is a probability, from 0 to 1.\n"
        "  try:  binary_cross_entropy_with_logits, which takes raw scores.";
    for (const double wrong : {-0.5, 1.5, kNan})
        EXPECT_THROW_TEXT(binary_cross_entropy(tensor({2}, {0.5, wrong}, f64), zeros({2}, f64)), ShapeError, text);
    EXPECT_THROW_TEXT(binary_cross_entropy(zeros({2, 3}), zeros({3})), ShapeError,
                      "binary_cross_entropy: input (2, 3) and target (3,).\n  rule: both have the same shape.\n"
                      "  try:  expand or reshape the target.");
    EXPECT_TENSOR_EQ(binary_cross_entropy(zeros({0}), zeros({0})), tensor(kNan, f32));
}

TEST(BinaryCrossEntropyWithLogits, GradientIsSigmoidMinusTarget)
{
    // sigmoid(log 3) = 3/4: losses log 4/3 for t = 1 and log 4 for t = 0; dx = 3/4 - t
    const Tensor x = tensor({2}, {kLog3, kLog3}, f64), t = tensor({2}, {1, 0}, f64);
    const BinaryCrossEntropyWithLogitsOptions options{.reduction = Reduction::none};
    const auto f = [&](const Tensor& at) { return binary_cross_entropy_with_logits(at, t, options); };
    EXPECT_TENSOR_NEAR(f(x), tensor({2}, {std::log(4.0 / 3), std::log(4.0)}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(gradient_of_sum(x, f), tensor({2}, {-0.25, 0.75}, f64), 1e-15);
}

TEST(BinaryCrossEntropyWithLogits, PositiveWeightsMultiplyThePositivePart)
{
    // w = 3: 3 log 4/3 with dx = 3 (3/4 - 1) for t = 1, as before for t = 0
    const Tensor x = tensor({2}, {kLog3, kLog3}, f64), t = tensor({2}, {1, 0}, i64);
    const BinaryCrossEntropyWithLogitsOptions options{.pos_weight = tensor({1}, {3}), .reduction = Reduction::none};
    const auto f = [&](const Tensor& at) { return binary_cross_entropy_with_logits(at, t, options); };
    EXPECT_TENSOR_NEAR(f(x), tensor({2}, {3 * std::log(4.0 / 3), std::log(4.0)}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(gradient_of_sum(x, f), tensor({2}, {-0.75, 0.75}, f64), 1e-15);
}

TEST(BinaryCrossEntropyWithLogits, OfLargeScores)
{
    const Tensor x = tensor({4}, {1000, -1000, 1000, -1000}, f64), t = tensor({4}, {1, 0, 0, 1}, f64);
    const auto f = [&](const Tensor& at) {
        return binary_cross_entropy_with_logits(at, t, {.reduction = Reduction::none});
    };
    EXPECT_TENSOR_EQ(f(x), tensor({4}, {0, 0, 1000, 1000}, f64));
    EXPECT_TENSOR_EQ(gradient_of_sum(x, f), tensor({4}, {0, 0, 1, -1}, f64));
}

TEST(SoftMarginLoss, OfBothSigns)
{
    // log(1 + exp(-t x)) at x = log 3: log 4/3 and log 4; dx = -t / (1 + exp(t x)) = -1/4, 3/4; finite far away
    const Tensor x = tensor({3}, {kLog3, kLog3, -1000}, f64), t = tensor({3}, {1, -1, 1}, i64);
    const auto f = [&](const Tensor& at) { return soft_margin_loss(at, t, {.reduction = Reduction::none}); };
    EXPECT_TENSOR_NEAR(f(x), tensor({3}, {std::log(4.0 / 3), std::log(4.0), 1000}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(gradient_of_sum(x, f), tensor({3}, {-0.25, 0.75, -1}, f64), 1e-15);
}

TEST(MultilabelSoftMarginLoss, IsTheMeanOverClasses)
{
    const Tensor x = tensor({1, 2}, {kLog3, kLog3}, f64), t = tensor({1, 2}, {1, 0}, f64);
    EXPECT_TENSOR_NEAR(multilabel_soft_margin_loss(x, t), tensor(std::log(16.0 / 3) / 2, f64), 1e-15);
    EXPECT_TENSOR_NEAR(multilabel_soft_margin_loss(x, t, {.weight = tensor({2}, {2, 0}), .reduction = Reduction::none}),
                       tensor({1}, {std::log(4.0 / 3)}, f64), 1e-15);
    EXPECT_THROW_TEXT(multilabel_soft_margin_loss(tensor(1, f64), tensor(1, f64)), ShapeError,
                      "multilabel_soft_margin_loss: scores of shape ().\n  rule: (..., C) with C classes.\n"
                      "  try:  unsqueeze a single score to (1,).");
}

TEST(MultiMarginLoss, CountsWhatIsMissingToTheMargin)
{
    // Label 0, margin 1: 1 - 2 + (1.5, 0, 1) = (0.5, -1, 0): a margin just kept counts as kept.
    //   p = 1: 0.5 / 4, dx = (-1, 1, 0, 0) / 4;  p = 2: 0.25 / 4, dx = (-1, 1, 0, 0) / 4
    const Tensor x = tensor({1, 4}, {2, 1.5, 0, 1}, f64), label = tensor({1}, {0}, i64);
    for (const int p : {1, 2}) {
        const auto f = [&](const Tensor& at) { return multi_margin_loss(at, label, {.p = p}); };
        EXPECT_TENSOR_EQ(f(x), tensor(p == 1 ? 0.125 : 0.0625, f64));
        EXPECT_TENSOR_EQ(gradient_of_sum(x, f), tensor({1, 4}, {-0.25, 0.25, 0, 0}, f64));
    }
    EXPECT_TENSOR_EQ(multi_margin_loss(x, label, {.weight = tensor({4}, {8, 0, 0, 0})}), tensor(1, f64));
}

TEST(MultiMarginLoss, OneRowOfScoresTakesALabelWithAnAxis)
{
    const Tensor x = tensor({3}, {1, 2, 4}, f64), label = tensor({1}, {1}, i64);
    // 1 - 2 + 1 = 0 and 1 - 2 + 4 = 3, divided by 3 classes
    EXPECT_TENSOR_EQ(multi_margin_loss(x, label, {.reduction = Reduction::none}), tensor({1}, {1}, f64));
    EXPECT_TENSOR_EQ(multi_margin_loss(x, label), tensor(1, f64));
    EXPECT_THROW(multi_margin_loss(x, zeros({2}, i64)), ShapeError);
}

TEST(MultiMarginLoss, ErrorsNameTheRule)
{
    EXPECT_THROW_TEXT(multi_margin_loss(zeros({1, 3}), tensor({1}, {-100}, i64)), ShapeError,
                      "multi_margin_loss: label -100 at position (0,) of labels (1,).\n"
                      "  rule: labels run from 0 to 2.\n  try:  check the labels and the number of classes.");
    EXPECT_THROW_TEXT(multi_margin_loss(zeros({1, 3}), tensor({1}, {0}, i64), {.p = 3}), ShapeError,
                      "multi_margin_loss: p 3.\n  rule: the power is 1 or 2.\n  try:  p = 1.");
    EXPECT_THROW(multi_margin_loss(zeros({1, 3, 2}), zeros({1, 2}, i64)), ShapeError);
    EXPECT_THROW(multi_margin_loss(zeros({1, 3}), zeros({2}, i64)), ShapeError);
}

TEST(HingeEmbeddingLoss, KeepsTheDistanceOrWhatIsMissing)
{
    // Targets 1, -1, -1 and 0, which has both parts: 0.25 + (1 - 0.25)
    const Tensor x = tensor({4}, {0.25, 0.25, 2, 0.25}, f64), t = tensor({4}, {1, -1, -1, 0}, i64);
    const auto f = [&](const Tensor& at) { return hinge_embedding_loss(at, t, {.reduction = Reduction::none}); };
    EXPECT_TENSOR_EQ(f(x), tensor({4}, {0.25, 0.75, 0, 1}, f64));
    EXPECT_TENSOR_EQ(gradient_of_sum(x, f), tensor({4}, {1, -1, 0, 0}, f64));
}

TEST(MarginRankingLoss, CountsWrongOrder)
{
    // margin - t (x1 - x2): 1/2 - 1 < 0, 1/2 + 1
    const Tensor x1 = tensor({2}, {2, 2}, f64), x2 = tensor({2}, {1, 1}, f64), t = tensor({2}, {1, -1}, i64);
    const auto f = [&](const Tensor& at) { return margin_ranking_loss(at, x2, t, {.margin = 0.5}); };
    EXPECT_TENSOR_EQ(f(x1), tensor(0.75, f64));
    EXPECT_TENSOR_EQ(gradient_of_sum(x1, f), tensor({2}, {0, 0.5}, f64));
    EXPECT_THROW_TEXT(margin_ranking_loss(x1, x2, tensor(1, i64)), ShapeError,
                      "margin_ranking_loss: shapes (2,), (2,) and ().\n  rule: all three have as many axes.\n"
                      "  try:  reshape or unsqueeze the one that differs.");
}

TEST(CosineEmbeddingLoss, OfAngles)
{
    // cos = 0 and 1; gradient of 1 - cos at x1 = (1, 0), x2 = (0, 2): -(0, 1)
    const Tensor x1 = tensor({2, 2}, {1, 0, 3, 0}, f64), x2 = tensor({2, 2}, {0, 2, 1, 0}, f64);
    const Tensor t = tensor({2}, {1, -1}, i64);
    const auto f = [&](const Tensor& at) {
        return cosine_embedding_loss(at, x2, t, {.margin = 0.25, .reduction = Reduction::none});
    };
    EXPECT_TENSOR_NEAR(f(x1), tensor({2}, {1, 0.75}, f64), 1e-11);
    EXPECT_TENSOR_NEAR(gradient_of_sum(x1, f), tensor({2, 2}, {0, -1, 0, 0}, f64), 1e-11);
    EXPECT_THROW_TEXT(cosine_embedding_loss(x1, x2, zeros({2, 1}, i64)), ShapeError,
                      "cosine_embedding_loss: inputs (2, 2) and (2, 2) with target (2, 1).\n"
                      "  rule: (N, k) and (N, k) go with (N,), (k,) and (k,) with ().\n"
                      "  try:  unsqueeze or reshape them to one of these.");
}

TEST(CosineEmbeddingLoss, GradientAtZeroShowsThatEpsIsOfF32)
{
    // x1 = 0 and eps added to the squares: d(1 - cos)/dx1 = -x2 / sqrt(eps (25 + eps)), with eps = 1e-12 rounded to f32.
    const Tensor x2 = tensor({1, 2}, {3, 4}, f64), target = tensor({1}, {1}, i64);
    const double slope = -1 / std::sqrt(25 * static_cast<double>(1e-12F));
    EXPECT_TENSOR_NEAR(
        gradient_of_sum(zeros({1, 2}, f64), [&](const Tensor& x1) { return cosine_embedding_loss(x1, x2, target); }),
        x2 * slope, 1e-10);
}

TEST(TripletMarginLoss, ComparesDistances)
{
    // Distances 5 to the positive, 3 to the negative, 4 between them: 1 + 5 - 3
    const Tensor anchor = zeros({1, 2}, f64), positive = tensor({1, 2}, {3, 4}, f64);
    const Tensor negative = tensor({1, 2}, {3, 0}, f64);
    EXPECT_TENSOR_NEAR(triplet_margin_loss(anchor, positive, negative, {.eps = 0}), tensor(3, f64), 1e-15);
    // The negative is 1 from the positive, 6 from the anchor: 1 + 5 - 6, and with swap 1 + 5 - 1
    const Tensor far = tensor({1, 2}, {3.6, 4.8}, f64);
    EXPECT_TENSOR_NEAR(triplet_margin_loss(anchor, positive, far, {.eps = 0, .swap = true}), tensor(5, f64), 1e-15);
    EXPECT_THROW(triplet_margin_loss(anchor, positive, zeros({2}, f64)), ShapeError);
}

}  // namespace
}  // namespace xgrad
