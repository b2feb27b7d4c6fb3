#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/tape.hpp>

#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const double kLog3 = std::log(3.0);

// Both rows have the probabilities (1/4, 3/4), so the losses are log 4 for label 0 and log 4/3 for label 1.
const Tensor kScores = tensor({2, 2}, {0, kLog3, 0, kLog3}, f64);
const Tensor kLabels = tensor({2}, {0, 1}, i64);
const double kLoss0 = std::log(4.0), kLoss1 = std::log(4.0 / 3);

Tensor gradient(const Tensor& labels, const CrossEntropyOptions& options)
{
    Tape tape;
    const Tensor x = tape.variable(kScores);
    tape.backward(sum(cross_entropy(x, labels, options)));
    return x.grad();
}

TEST(CrossEntropy, MeanSumAndNone)
{
    EXPECT_TENSOR_NEAR(cross_entropy(kScores, kLabels), tensor((kLoss0 + kLoss1) / 2, f64), 1e-15);
    EXPECT_TENSOR_NEAR(cross_entropy(kScores, kLabels, {.reduction = Reduction::sum}), tensor(kLoss0 + kLoss1, f64),
                       1e-15);
    EXPECT_TENSOR_NEAR(cross_entropy(kScores, kLabels, {.reduction = Reduction::none}),
                       tensor({2}, {kLoss0, kLoss1}, f64), 1e-15);
}

TEST(CrossEntropy, GradientIsSoftmaxMinusTheLabel)
{
    // (p - onehot) / 2 = ((1/4 - 1, 3/4), (1/4, 3/4 - 1)) / 2; without the division for sum and none
    EXPECT_TENSOR_NEAR(gradient(kLabels, {}), tensor({2, 2}, {-0.375, 0.375, 0.125, -0.125}, f64), 1e-15);
    const Tensor undivided = tensor({2, 2}, {-0.75, 0.75, 0.25, -0.25}, f64);
    EXPECT_TENSOR_NEAR(gradient(kLabels, {.reduction = Reduction::sum}), undivided, 1e-15);
    EXPECT_TENSOR_NEAR(gradient(kLabels, {.reduction = Reduction::none}), undivided, 1e-15);
}

TEST(CrossEntropy, WeightsMultiplyAndTheMeanDividesByThem)
{
    // w = (1, 3): (log 4 + 3 log 4/3) / (1 + 3); rows of the gradient (p - onehot) w[label] / 4
    const CrossEntropyOptions options{.weight = tensor({2}, {1, 3})};
    EXPECT_TENSOR_NEAR(cross_entropy(kScores, kLabels, options), tensor((kLoss0 + 3 * kLoss1) / 4, f64), 1e-15);
    EXPECT_TENSOR_NEAR(gradient(kLabels, options), tensor({2, 2}, {-3, 3, 3, -3}, f64) / 16.0, 1e-15);
}

TEST(CrossEntropy, SmoothingSpreadsTheLabel)
{
    // Half of the label spread over two classes: t = (3/4, 1/4) and (1/4, 3/4); dx = (p - t) / 2
    const CrossEntropyOptions options{.label_smoothing = 0.5};
    EXPECT_TENSOR_NEAR(cross_entropy(kScores, kLabels, options),
                       tensor((0.75 * kLoss0 + 0.25 * kLoss1 + 0.25 * kLoss0 + 0.75 * kLoss1) / 2, f64), 1e-15);
    EXPECT_TENSOR_NEAR(gradient(kLabels, options), tensor({2, 2}, {-0.25, 0.25, 0, 0}, f64), 1e-15);
}

TEST(CrossEntropy, IgnoredLabelsCountNothing)
{
    const Tensor labels = tensor({2}, {0, -100}, i64);
    EXPECT_TENSOR_NEAR(cross_entropy(kScores, labels), tensor(kLoss0, f64), 1e-15);
    EXPECT_TENSOR_NEAR(gradient(labels, {}), tensor({2, 2}, {-0.75, 0.75, 0, 0}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(cross_entropy(kScores, kLabels, {.ignore_index = 1}), tensor(kLoss0, f64), 1e-15);
    EXPECT_TENSOR_EQ(cross_entropy(kScores, tensor({2}, {-100, -100}, i64)), tensor(kNan, f64));
    EXPECT_TENSOR_EQ(cross_entropy(kScores, tensor({2}, {-100, -100}, i64), {.reduction = Reduction::sum}),
                     tensor(0, f64));
}

TEST(CrossEntropy, MeanOfIgnoredLabelsHasZeroGradientInOperationsToo)
{
    Tape tape;
    const Tensor x = tape.variable(kScores);
    const Tensor y =
        cross_entropy(x, tensor({2}, {1, 1}, i64), {.weight = tensor({2}, {2, 3}, f64), .ignore_index = 1});
    const Tensor g = tape.grad(y, {x}, {.create_graph = true})[0];
    EXPECT_TENSOR_EQ(g, zeros({2, 2}, f64));
    EXPECT_TENSOR_EQ(tape.grad(sum(g), {x})[0], zeros({2, 2}, f64));
}

TEST(CrossEntropy, ClassesAreTheSecondAxis)
{
    // (N, C, d) = (1, 2, 2): the two positions have the scores (0, log 3) each.
    const Tensor x = tensor({1, 2, 2}, {0, 0, kLog3, kLog3}, f64), labels = tensor({1, 2}, {0, 1}, i64);
    EXPECT_TENSOR_NEAR(cross_entropy(x, labels, {.reduction = Reduction::none}), tensor({1, 2}, {kLoss0, kLoss1}, f64),
                       1e-15);
    EXPECT_TENSOR_NEAR(cross_entropy(transpose(reshape(x, {2, 2})), kLabels), tensor((kLoss0 + kLoss1) / 2, f64),
                       1e-15);
    EXPECT_TENSOR_NEAR(cross_entropy(tensor({2}, {0, kLog3}, f64), tensor(1, i64)), tensor(kLoss1, f64), 1e-15);
}

TEST(CrossEntropy, SecondDerivative)
{
    // One row, label 0: g = (p_0 - 1, p_1); g_1 has the derivatives -p_0 p_1 and p_1 (1 - p_1).
    Tape tape;
    const Tensor x = tape.variable(tensor({1, 2}, {0, kLog3}, f64));
    for (const Reduction reduction : {Reduction::none, Reduction::sum, Reduction::mean}) {
        const Tensor y = cross_entropy(x, tensor({1}, {0}, i64), {.reduction = reduction});
        const Tensor g = tape.grad(sum(y), {x}, {.create_graph = true})[0];
        EXPECT_TENSOR_NEAR(g, tensor({1, 2}, {-0.75, 0.75}, f64), 1e-15);
        EXPECT_TENSOR_NEAR(tape.grad(sum(g * tensor({2}, {0, 1}, f64)), {x})[0],
                           tensor({1, 2}, {-3.0 / 16, 3.0 / 16}, f64), 1e-15);
    }
}

TEST(CrossEntropy, GradientInOperationsIsThatOfTheKernel)
{
    // create_graph takes the vjp in operations; weights, smoothing and an ignored label in it.
    const Tensor scores = tensor({2, 3, 2}, {1, -2, 0.5, 3, 2, 0, -1, 1, 2, 2, 0.25, -0.5}, f64);
    const Tensor labels = tensor({2, 2}, {2, 0, -100, 1}, i64);
    for (const Reduction reduction : {Reduction::none, Reduction::sum, Reduction::mean}) {
        const CrossEntropyOptions options{
            .weight = tensor({3}, {0.5, 2, 1}, f64), .reduction = reduction, .label_smoothing = 0.2};
        Tape tape;
        const Tensor x = tape.variable(scores);
        const Tensor y = sum(cross_entropy(x, labels, options));
        const Tensor by_operations = tape.grad(y, {x}, {.create_graph = true})[0];
        EXPECT_TENSOR_NEAR(tape.grad(y, {x})[0], by_operations, 1e-14);
    }
}

TEST(CrossEntropy, LabelOutOfRangeIsNamedWithItsPosition)
{
    EXPECT_THROW_TEXT(cross_entropy(zeros({2, 3, 2}), tensor({2, 2}, {0, 1, 3, 2}, i64)), ShapeError,
                      "cross_entropy: label 3 at position (1, 0) of labels (2, 2).\n"
                      "  rule: labels run from 0 to 2, or are ignore_index, -100.\n"
                      "  try:  check the labels and the number of classes.");
    EXPECT_THROW(cross_entropy(kScores, tensor({2}, {0, -1}, i64)), ShapeError);
}

TEST(CrossEntropy, ErrorsNameShapesAndDtypes)
{
    EXPECT_THROW_TEXT(cross_entropy(kScores, tensor({3}, {0, 1, 0}, i64)), ShapeError,
                      "cross_entropy: scores (2, 2) and labels (3,) do not fit.\n"
                      "  rule: scores (N, C, ...) go with labels (N, ...), scores (C) with labels ().\n"
                      "  try:  labels of shape (2,).");
    EXPECT_THROW_TEXT(cross_entropy(kScores, tensor({2}, {0, 1}, f32)), DtypeError,
                      "cross_entropy: labels f32 (2,).\n"
                      "  rule: labels are i64 class numbers, from 0 to the number of classes - 1.\n"
                      "  try:  convert them: to(labels, i64), or argmax(labels, 1) where one-hot.");
    EXPECT_THROW_TEXT(cross_entropy(kLabels, kLabels), DtypeError,
                      "cross_entropy: scores i64 (2,).\n  rule: scores are f32 or f64.\n"
                      "  try:  convert them first: to(x, f32).");
    EXPECT_THROW_TEXT(cross_entropy(kScores, kLabels, {.weight = ones({3})}), ShapeError,
                      "cross_entropy: weights (3,) for 2 classes.\n  rule: one weight a class.\n"
                      "  try:  weights of shape (2,).");
    EXPECT_THROW(cross_entropy(kScores, kLabels, {.label_smoothing = kNan}), ShapeError);
    EXPECT_THROW(cross_entropy(tensor(1.0), tensor(0, i64)), ShapeError);
}

TEST(CrossEntropy, OfAnEmptyBatch)
{
    EXPECT_TENSOR_EQ(cross_entropy(zeros({0, 3}), zeros({0}, i64)), tensor(kNan, f32));
    EXPECT_TENSOR_EQ(cross_entropy(zeros({0, 3}), zeros({0}, i64), {.reduction = Reduction::none}), zeros({0}));
}

TEST(CrossEntropy, OfProbabilitiesAddsUpTheLossesOfTheClasses)
{
    // Row 1: t = (1/2, 1/2), row 2: t = (0, 2): losses (log 4 + log 4/3) / 2 and 2 log 4/3.
    //   dx = (p sum(t) - t) / 2 = ((1/4 - 1/2, 3/4 - 1/2), (2/4 - 0, 6/4 - 2)) / 2
    //   dt = -log p / 2 = (log 4, log 4/3) / 2 in both rows
    Tape tape;
    const Tensor x = tape.variable(kScores), t = tape.variable(tensor({2, 2}, {0.5, 0.5, 0, 2}, f64));
    const Tensor y = cross_entropy(x, t);
    EXPECT_TENSOR_NEAR(y, tensor(((kLoss0 + kLoss1) / 2 + 2 * kLoss1) / 2, f64), 1e-15);
    tape.backward(y);
    EXPECT_TENSOR_NEAR(x.grad(), tensor({2, 2}, {-0.125, 0.125, 0.25, -0.25}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(t.grad(), tensor({2, 2}, {kLoss0, kLoss1, kLoss0, kLoss1}, f64) / 2.0, 1e-15);
}

TEST(CrossEntropy, OfOneHotProbabilitiesIsThatOfTheLabels)
{
    // But for the mean with weights, which divides by the number of rows here and by weights there.
    const Tensor weight = tensor({2}, {1, 3}), onehot = tensor({2, 2}, {1, 0, 0, 1}, f64);
    for (const Reduction reduction : {Reduction::none, Reduction::sum}) {
        const CrossEntropyOptions options{.weight = weight, .reduction = reduction, .label_smoothing = 0.25};
        EXPECT_TENSOR_NEAR(cross_entropy(kScores, onehot, options), cross_entropy(kScores, kLabels, options), 1e-15);
    }
    EXPECT_TENSOR_NEAR(cross_entropy(kScores, onehot, {.weight = weight}), tensor((kLoss0 + 3 * kLoss1) / 2, f64),
                       1e-15);
    EXPECT_TENSOR_NEAR(cross_entropy(tensor({2}, {0, kLog3}, f64), tensor({2}, {1, 0}, f64)), tensor(kLoss0, f64),
                       1e-15);
    EXPECT_TENSOR_EQ(cross_entropy(zeros({0, 3}), zeros({0, 3})), tensor(kNan, f32));
}

TEST(CrossEntropy, ProbabilitiesCannotBeIgnored)
{
    EXPECT_THROW_TEXT(cross_entropy(kScores, kScores, {.ignore_index = 1}), ShapeError,
                      "cross_entropy: ignore_index 1 with probabilities.\n  rule: only labels can be ignored.\n"
                      "  try:  give rows that count nothing the probabilities 0.");
    EXPECT_THROW(cross_entropy(kScores, kScores, {.weight = ones({3})}), ShapeError);
    EXPECT_THROW(cross_entropy(kLabels, zeros({2}, f64)), DtypeError);
}

TEST(NllLoss, AfterLogSoftmaxIsCrossEntropy)
{
    const Tensor weight = tensor({2}, {1, 3}, f64), labels = tensor({2, 1}, {1, -100}, i64);
    const Tensor scores = reshape(kScores, {2, 2, 1});
    for (const Reduction reduction : {Reduction::none, Reduction::sum, Reduction::mean}) {
        Tape tape;
        const Tensor x = tape.variable(scores);
        const Tensor y = nll_loss(log_softmax(x, 1), labels, {.weight = weight, .reduction = reduction});
        const Tensor wanted = cross_entropy(x, labels, {.weight = weight, .reduction = reduction});
        EXPECT_TENSOR_NEAR(y, wanted, 1e-15);
        EXPECT_TENSOR_NEAR(tape.grad(sum(y), {x})[0], tape.grad(sum(wanted), {x})[0], 1e-15);
    }
}

TEST(NllLoss, ReadsNothingButTheLabels)
{
    // -inf beside the label and in an ignored row must not become NaN.
    const double inf = std::numeric_limits<double>::infinity();
    const Tensor x = tensor({2, 2}, {-inf, -1, -inf, -inf}, f64);
    EXPECT_TENSOR_EQ(nll_loss(x, tensor({2}, {1, -100}, i64)), tensor(1, f64));
    EXPECT_THROW(nll_loss(x, tensor({2}, {1, 2}, i64)), ShapeError);
}

// a - b = (0, 2, 3): squares 0, 4, 9
const Tensor kA = tensor({3}, {1, 2, 4}, f64), kB = tensor({3}, {1, 0, 1}, f64);

TEST(MseLoss, MeanSumAndNone)
{
    EXPECT_TENSOR_NEAR(mse_loss(kA, kB), tensor(13.0 / 3, f64), 1e-15);
    EXPECT_TENSOR_EQ(mse_loss(kA, kB, {.reduction = Reduction::sum}), tensor(13, f64));
    EXPECT_TENSOR_EQ(mse_loss(kA, kB, {.reduction = Reduction::none}), tensor({3}, {0, 4, 9}, f64));
    EXPECT_TENSOR_EQ(mse_loss(zeros({0}), zeros({0})), tensor(kNan, f32));
}

TEST(MseLoss, GradientIsTwiceTheDifferenceOverTheCount)
{
    // da = 2 (a - b) / 3 = (0, 4/3, 2), db = -da
    Tape tape;
    const Tensor a = tape.variable(kA), b = tape.variable(kB);
    tape.backward(mse_loss(a, b));
    EXPECT_TENSOR_NEAR(a.grad(), tensor({3}, {0, 4.0 / 3, 2}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(b.grad(), tensor({3}, {0, -4.0 / 3, -2}, f64), 1e-15);
}

TEST(MseLoss, HalfOfItHasTheDifferenceAsItsGradient)
{
    // squares 0, 4, 9 and gradients a - b = (0, 2, 3); over three elements for the mean
    const Tensor narrow = tensor({3}, {1, 0, 1}, f32);  // promotes: not the fused operation
    for (const Tensor& b : {kB, narrow}) {
        EXPECT_TENSOR_EQ(mse_loss(kA, b, {.half = true, .reduction = Reduction::none}), tensor({3}, {0, 2, 4.5}, f64));
        for (const Reduction reduction : {Reduction::sum, Reduction::mean}) {
            const double n = reduction == Reduction::mean ? 3 : 1;
            Tape tape;
            const Tensor a = tape.variable(kA);
            const Tensor y = mse_loss(a, b, {.half = true, .reduction = reduction});
            EXPECT_TENSOR_NEAR(y, tensor(6.5 / n, f64), 1e-15);
            const Tensor g = tape.grad(y, {a}, {.create_graph = true})[0];
            EXPECT_TENSOR_NEAR(g, tensor({3}, {0, 2 / n, 3 / n}, f64), 1e-15);
            EXPECT_TENSOR_NEAR(tape.grad(sum(g), {a})[0], full({3}, 1 / n, f64), 1e-15);
        }
    }
}

TEST(MseLoss, SecondDerivative)
{
    // g = 2 (a - b); the sum of g has derivative 2 for a, -2 for b.
    Tape tape;
    const Tensor a = tape.variable(kA), b = tape.variable(kB);
    const Tensor y = mse_loss(a, b, {.reduction = Reduction::sum});
    const Tensor g = tape.grad(y, {a}, {.create_graph = true})[0];
    EXPECT_TENSOR_EQ(g, tensor({3}, {0, 4, 6}, f64));
    tape.backward(sum(g));
    EXPECT_TENSOR_EQ(a.grad(), full({3}, 2, f64));
    EXPECT_TENSOR_EQ(b.grad(), full({3}, -2, f64));
}

TEST(MseLoss, BroadcastsAndPromotes)
{
    // (4 - 1)^2, (4 - 3)^2 in f64
    EXPECT_TENSOR_EQ(mse_loss(tensor({2}, {1, 3}, f32), tensor({1}, {4}, f64)), tensor(5, f64));
    EXPECT_TENSOR_EQ(mse_loss(transpose(tensor({2, 2}, {1, 2, 3, 4})), tensor({2, 2}, {1, 3, 2, 4})), tensor(0.0));
    EXPECT_THROW_TEXT(mse_loss(kLabels, kLabels), DtypeError,
                      "mse_loss: operands i64 (2,) and i64 (2,).\n  rule: one of them is f32 or f64.\n"
                      "  try:  convert one first: to(x, f32).");
    EXPECT_THROW(mse_loss(kA, kLabels), ShapeError);
}

}  // namespace
}  // namespace xgrad
