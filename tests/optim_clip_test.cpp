// What happens to gradients before a step, the rules of perceptrons, and the test of learning rates.
#include <xgrad/error.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/clip.hpp>
#include <xgrad/optim/perceptron.hpp>
#include <xgrad/optim/range_test.hpp>
#include <xgrad/optim/sgd.hpp>

#include <cmath>
#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/optim_testing.hpp"

using namespace xgrad;
using namespace optim_testing;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// AND: x0 = 1 is the bias
Tensor corners() { return tensor({4, 3}, {1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1}, f64); }

}  // namespace

TEST(ClipGradNorm, ScalesAllGradientsByOneFactor)
{
    // The norm of (3, 0) and (0, 4) is 5: both times 2.5 / (5 + 1e-6)
    const Parameter a = pair(0, 0), b = pair(0, 0), none = pair(0, 0);
    give(a, 3, 0);
    give(b, 0, 4);
    EXPECT_EQ(optim::clip_grad_norm({a, b, none}, 2.5), 5);
    EXPECT_TENSOR_NEAR(a.grad(), tensor({2}, {3 * 2.5 / (5 + 1e-6), 0}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(b.grad(), tensor({2}, {0, 4 * 2.5 / (5 + 1e-6)}, f64), 1e-15);
    EXPECT_FALSE(none.grad().defined());
    const Tensor before = a.grad();
    optim::clip_grad_norm({a, b}, 10);
    EXPECT_TENSOR_EQ(a.grad(), before);
}

TEST(ClipGradNorm, TakesOtherNorms)
{
    const Parameter a = pair(0, 0), b = pair(0, 0);
    give(a, 3, -1);
    give(b, 0, -4);
    EXPECT_EQ(optim::grad_norm({a, b}, kInfinity), 4);
    EXPECT_EQ(optim::grad_norm({a, b}, 1), 8);
}

TEST(ClipGradNorm, RefusesWhatIsNotFiniteWhenAsked)
{
    const Parameter a = pair(0, 0);
    give(a, kInfinity, 1);
    EXPECT_THROW(optim::clip_grad_norm({a}, 1, {.error_if_nonfinite = true}), AnomalyError);
    EXPECT_TENSOR_EQ(a.grad(), tensor({2}, {kInfinity, 1}, f64));
    EXPECT_THROW_TEXT(optim::clip_grad_norm({a}, -1), std::invalid_argument,
                      "clip_grad_norm: max_norm is -1.\n  rule: it is at least 0.\n  try:  check it.");
}

TEST(ClipGradNorm, OfEachParameterLeavesTheShortOnes)
{
    const Parameter a = pair(0, 0), b = pair(0, 0);
    give(a, 3, 4);
    give(b, 0.3, 0.4);
    optim::clip_grad_norm_each({a, b}, 1);
    EXPECT_TENSOR_NEAR(a.grad(), tensor({2}, {0.6, 0.8}, f64), 1e-6);
    EXPECT_TENSOR_EQ(b.grad(), tensor({2}, {0.3, 0.4}, f64));
}

TEST(ClipGradValue, CutsElements)
{
    const Parameter a = pair(0, 0);
    give(a, 3, -0.25);
    optim::clip_grad_value({a}, 0.5);
    EXPECT_TENSOR_EQ(a.grad(), tensor({2}, {0.5, -0.25}, f64));
}

TEST(Accumulation, StepsOnceWithTheMeanOfTheMicroBatches)
{
    const Parameter p = pair(0, 0);
    optim::SGD sgd{{p}, {.lr = 1}};
    optim::Accumulation accumulation{sgd, 2};
    give(p, 1, 0);
    EXPECT_FALSE(accumulation.step());
    give(p, 1 + 3, 2);  // what a second backward pass adds
    EXPECT_TRUE(accumulation.step());
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {-2, -1}, f64));
    EXPECT_FALSE(p.grad().defined());
    EXPECT_FALSE(accumulation.finish());
    give(p, 1, 1);
    accumulation.step();
    EXPECT_EQ(accumulation.pending(), 1);
    EXPECT_TRUE(accumulation.finish());  // one batch alone
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {-3, -2}, f64));
    EXPECT_THROW((optim::Accumulation{sgd, 0}), std::invalid_argument);
}

TEST(PerceptronRule, LearnsAndButNotXor)
{
    const Tensor conjunction = tensor({4}, {0, 0, 0, 1}, f64), parity = tensor({4}, {0, 1, 1, 0}, f64);
    optim::PerceptronRule rule{3};
    EXPECT_TRUE(rule.fit(corners(), conjunction));
    EXPECT_EQ(rule.predict(corners()).to_vector<double>(), conjunction.to_vector<double>());
    optim::PerceptronRule other{3, {.max_epochs = 200}};
    EXPECT_FALSE(other.fit(corners(), parity));
    EXPECT_EQ(other.epochs(), 200);
}

TEST(PerceptronRule, AddsAndSubtractsTheInputs)
{
    // theta = 0 says 1 for all: the sample (1, 2) of label 0 is subtracted, half of it
    optim::PerceptronRule rule{2, {.lr = 0.5}};
    EXPECT_EQ(rule.epoch(tensor({1, 2}, {1, 2}, f64), tensor({1}, {0}, f64)), 1);
    EXPECT_TENSOR_EQ(rule.theta(), tensor({2}, {-0.5, -1}, f64));
    EXPECT_EQ(rule.epoch(tensor({1, 2}, {1, 2}, f64), tensor({1}, {1}, f64)), 1);
    EXPECT_TENSOR_EQ(rule.theta(), tensor({2}, {0, 0}, f64));
}

TEST(PerceptronRule, RefusesTheOtherLabelsAndShapes)
{
    optim::PerceptronRule rule{3};
    EXPECT_THROW_TEXT(rule.fit(corners(), tensor({4}, {-1, -1, -1, 1}, f64)), std::invalid_argument,
                      "PerceptronRule: there is a label -1.\n  rule: labels are 0 and 1.\n"
                      "  try:  use the rule for the other labels, or map them.");
    EXPECT_THROW(rule.epoch(corners(), tensor({3}, {0, 0, 1}, f64)), ShapeError);
    EXPECT_THROW(rule.predict(ones({2, 2})), ShapeError);
    EXPECT_THROW((optim::BatchPerceptron{0}), std::invalid_argument);
}

TEST(RangeTest, RaisesTheRateAndBringsEverythingBack)
{
    const Parameter w = number(1);
    optim::SGD sgd{{w}, {.lr = 0.3, .momentum = 0.9}};
    path(sgd, 2);
    const Tensor before = xgrad::detail::contiguous_copy(w.value());
    const optim::RangeTest test =
        optim::lr_range_test(sgd, [&] { return parabola({w}); }, {.min_lr = 1e-3, .max_lr = 1000, .steps = 41});
    EXPECT_TENSOR_EQ(w.value(), before);
    EXPECT_EQ(sgd.lr(), 0.3);
    ASSERT_GE(test.lr.size(), 10U);
    EXPECT_EQ(test.lr[0], 1e-3);
    EXPECT_NEAR(test.lr[1] / test.lr[0], std::pow(1e6, 1 / 40.0), 1e-12);
    EXPECT_LT(test.lr.size(), 41U);  // it diverged and stopped
    EXPECT_GT(test.steepest, 1e-3);
    EXPECT_LT(test.steepest, test.lr.back());
    const std::vector<double> after = path(sgd, 1);
    const Parameter other = number(1);
    optim::SGD same{{other}, {.lr = 0.3, .momentum = 0.9}};
    EXPECT_EQ(path(same, 3)[2], after[0]);
}

TEST(RangeTest, RestoresWhenTheClosureThrows)
{
    const Parameter w = number(1);
    optim::SGD sgd{{w}, {.lr = 0.3}};
    int calls = 0;
    const auto closure = [&] {
        if (++calls == 3) throw std::runtime_error("no more data");
        return parabola({w});
    };
    EXPECT_THROW(optim::lr_range_test(sgd, closure), std::runtime_error);
    EXPECT_EQ(w.value().item(), 1);
    EXPECT_EQ(sgd.lr(), 0.3);
    EXPECT_THROW(optim::lr_range_test(sgd, closure, {.min_lr = 1, .max_lr = 0.5}), std::invalid_argument);
}
