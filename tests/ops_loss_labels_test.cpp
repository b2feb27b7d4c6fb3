#include <xgrad/error.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/tape.hpp>

#include <cmath>
#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Tensor integers(std::initializer_list<double> values)
{
    return tensor({static_cast<std::int64_t>(values.size())}, values, i64);
}

// ---- CTC ------------------------------------------------------------------------------------------------------------

// Two steps, blank and "a" with probabilities (0.4, 0.6), then (0.7, 0.3). Ways to write "a": aa 0.18, a- 0.42, -a 0.12,
// together 0.72.
const Tensor kTwoSteps = log(tensor({2, 1, 2}, {0.4, 0.6, 0.7, 0.3}, f64));

TEST(CtcLoss, AddsUpAllWaysToWriteTheLabels)
{
    const Tensor loss = ctc_loss(kTwoSteps, integers({1}), integers({2}), integers({1}));
    EXPECT_TENSOR_NEAR(loss, tensor(-std::log(0.72), f64), 1e-15);
}

TEST(CtcLoss, GradientIsTheShareOfTheWaysThroughASymbol)
{
    // d/dlog p1(a) = -(0.18 + 0.42) / 0.72, p1(-): -0.12 / 0.72, p2(a): -(0.18 + 0.12) / 0.72, p2(-): -0.42 / 0.72
    Tape tape;
    const Tensor x = tape.variable(kTwoSteps);
    tape.backward(ctc_loss(x, integers({1}), integers({2}), integers({1})));
    EXPECT_TENSOR_NEAR(x.grad(), tensor({2, 1, 2}, {-0.12, -0.6, -0.42, -0.3}, f64) / 0.72, 1e-14);
}

TEST(CtcLoss, EqualLabelsNeedABlankBetweenThem)
{
    const Tensor steps = log(tensor({3, 1, 2}, {0.4, 0.6, 0.7, 0.3, 0.5, 0.5}, f64));
    // a-a alone: 0.6 * 0.7 * 0.5; in two steps there is no way
    EXPECT_TENSOR_NEAR(ctc_loss(steps, integers({1, 1}), integers({3}), integers({2}), {.reduction = Reduction::sum}),
                       tensor(-std::log(0.21), f64), 1e-15);
    EXPECT_TENSOR_EQ(ctc_loss(kTwoSteps, integers({1, 1}), integers({2}), integers({2})), tensor(kInfinity, f64));
    EXPECT_TENSOR_EQ(ctc_loss(kTwoSteps, integers({1, 1}), integers({2}), integers({2}), {.zero_infinity = true}),
                     tensor(0.0, f64));
}

TEST(CtcLoss, AnImpossibleSampleHasNoGradient)
{
    Tape tape;
    const Tensor x = tape.variable(kTwoSteps);
    tape.backward(ctc_loss(x, integers({1, 1}), integers({2}), integers({2})));
    EXPECT_TENSOR_EQ(x.grad(), zeros({2, 1, 2}, f64));
}

TEST(CtcLoss, NoLabelsAreBlanksAlone)
{
    EXPECT_TENSOR_NEAR(ctc_loss(kTwoSteps, zeros({1, 0}, i64), integers({2}), integers({0})),
                       tensor(-std::log(0.4 * 0.7), f64), 1e-15);
}

TEST(CtcLoss, EqualsPyTorchForSamplesOfSeveralLengths)
{
    // torch.nn.functional.ctc_loss of log_softmax(sin(0 ... 59)), PyTorch 1.13
    const Tensor scores = reshape(sin(arange(0.0, 60.0, 1.0, f64)), {5, 3, 4});
    const Tensor padded = tensor({3, 3}, {1, 2, 0, 3, 3, 0, 2, 1, 3}, i64), flat = integers({1, 2, 3, 3, 2, 1, 3});
    const Tensor steps = integers({5, 4, 5}), counts = integers({2, 2, 3});
    const Tensor wanted = tensor({3}, {4.292838428962913, 3.0843526996925696, 3.61374096160894}, f64);
    EXPECT_TENSOR_NEAR(ctc_loss(log_softmax(scores, 2), padded, steps, counts, {.reduction = Reduction::none}), wanted,
                       1e-14);
    EXPECT_TENSOR_NEAR(ctc_loss(log_softmax(scores, 2), flat, steps, counts, {.reduction = Reduction::none}), wanted,
                       1e-14);
    Tape tape;
    const Tensor x = tape.variable(scores);
    const Tensor loss = ctc_loss(log_softmax(x, 2), padded, steps, counts);
    EXPECT_TENSOR_NEAR(loss, tensor(1.6310586282880182, f64), 1e-14);
    tape.backward(loss);
    EXPECT_TENSOR_NEAR(
        select(x.grad(), 0, 4),
        tensor({3, 4},
               {-0.04501827085565188, 0.01797229433426976, -0.06413198310013155, 0.09117795962151366, 0.0, 0.0, 0.0,
                0.0, 0.00426938614923005, 0.02553814495962857, 0.04456198351832375, -0.07436951462718237},
               f64),
        1e-14);
}

TEST(CtcLoss, RefusesLabelsAndLengthsThatDoNotFit)
{
    EXPECT_THROW_TEXT(ctc_loss(kTwoSteps, integers({0}), integers({2}), integers({1})), ShapeError,
                      "ctc_loss: a label of 0 for 2 classes.\n  rule: labels are classes other than the blank.\n"
                      "  try:  log_probs (T, N, C), targets (N, S) or (sum of target_lengths), lengths (N).");
    EXPECT_THROW(ctc_loss(kTwoSteps, integers({1}), integers({3}), integers({1})), ShapeError);
    EXPECT_THROW(ctc_loss(kTwoSteps, integers({1}), integers({2}), integers({2})), ShapeError);
    EXPECT_THROW(ctc_loss(kTwoSteps, integers({1}), integers({2}), integers({1}), {.blank = 2}), ShapeError);
    EXPECT_THROW(ctc_loss(kTwoSteps, tensor({1}, {1.0}, f64), integers({2}), integers({1})), DtypeError);
}

// ---- several labels -------------------------------------------------------------------------------------------------

TEST(MultilabelMarginLoss, ComparesEachLabelWithEachOtherClass)
{
    // Labels 3 and 0 (0.8 and 0.1) against 1 and 2 (0.2 and 0.4):
    // (1 - 0.8 + 0.2) + (1 - 0.8 + 0.4) + (1 - 0.1 + 0.2) + (1 - 0.1 + 0.4) = 3.4, over 4 classes 0.85
    // Label 2 (0.5) against 0.3, -0.2, 0.1: 0.8 + 0.3 + 0.6 = 1.7, over 4 classes 0.425
    const Tensor values = tensor({2, 4}, {0.1, 0.2, 0.4, 0.8, 0.3, -0.2, 0.5, 0.1}, f64);
    const Tensor labels = tensor({2, 4}, {3, 0, -1, 1, 2, -1, 0, 0}, i64);
    Tape tape;
    const Tensor x = tape.variable(values);
    const Tensor losses = multilabel_margin_loss(x, labels, {.reduction = Reduction::none});
    EXPECT_TENSOR_NEAR(losses, tensor({2}, {0.85, 0.425}, f64), 1e-15);
    tape.backward(sum(losses));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2, 4}, {-0.5, 0.5, 0.5, -0.5, 0.25, 0.25, -0.75, 0.25}, f64));
}

TEST(MultilabelMarginLoss, WithoutLabelsIsZero)
{
    EXPECT_TENSOR_EQ(multilabel_margin_loss(tensor({2}, {1.0, 2.0}, f64), integers({-1, 0})), tensor(0.0, f64));
}

TEST(MultilabelMarginLoss, RefusesALabelThatIsNoClass)
{
    EXPECT_THROW_TEXT(multilabel_margin_loss(tensor({2}, {1.0, 2.0}, f64), integers({2, -1})), ShapeError,
                      "multilabel_margin_loss: a label of 2 for 2 classes.\n  rule: labels are classes, and -1 ends a "
                      "list.\n  try:  check the labels.");
}

// ---- masks ----------------------------------------------------------------------------------------------------------

TEST(SigmoidFocalLoss, CountsLittleWhatIsRightAlready)
{
    // x = log 3: p = 3/4. Target 1: 1/4 (1 - 3/4)^2 log(4/3); target 0: 3/4 (3/4)^2 log 4
    const Tensor x = full({2}, std::log(3.0), f64), t = tensor({2}, {1, 0}, f64);
    EXPECT_TENSOR_NEAR(sigmoid_focal_loss(x, t), tensor({2}, {std::log(4.0 / 3) / 64, 27.0 / 64 * std::log(4.0)}, f64),
                       1e-15);
    // without alpha and gamma it is cross entropy
    EXPECT_TENSOR_NEAR(sigmoid_focal_loss(x, t, {.alpha = -1, .gamma = 0}),
                       tensor({2}, {std::log(4.0 / 3), std::log(4.0)}, f64), 1e-15);
}

TEST(DiceLoss, IsOneLessTheShareOfTheOverlap)
{
    // x t = 0.5 + 1 = 1.5; sums 2 and 2: 1 - (3 + 1) / (4 + 1); squares 1.5 and 2: 1 - 3 / 3.5
    const Tensor x = tensor({1, 3}, {0.5, 1, 0.5}, f64), t = tensor({1, 3}, {1, 1, 0}, f64);
    EXPECT_TENSOR_NEAR(dice_loss(x, t), tensor(0.2, f64), 1e-15);
    EXPECT_TENSOR_NEAR(dice_loss(x, t, {.smooth = 0, .squared = true}), tensor(1 - 3 / 3.5, f64), 1e-15);
    EXPECT_TENSOR_EQ(dice_loss(zeros({1, 2}, f64), zeros({1, 2}, f64)), tensor(0.0, f64));
}

}  // namespace
}  // namespace xgrad
