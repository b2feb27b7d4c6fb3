// The numeric examples of lectures for learning rates and update rules, with the right numbers. S0 to S4 as in
// curriculum_derivations_test.cpp. Where the lecture gives a formula alone, the problem is f = w^2 / 2 from w = 1, whose
// gradient is w, with eta = 0.1 and gamma = 0.9.
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/perceptron.hpp>
#include <xgrad/optim/plateau.hpp>
#include <xgrad/optim/presets.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/schedules.hpp>
#include <xgrad/optim/sgd.hpp>

#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/optim_testing.hpp"

namespace xgrad {
namespace {

using namespace optim_testing;
using optim::MomentumForm;
namespace lecture = optim::presets::lecture;

optim::SGD with_rate(double lr) { return optim::SGD{{number(1)}, {.lr = lr}}; }

/// The rate after so many epochs.
double rate_after(optim::Optimizer& optimizer, optim::Scheduler& schedule, int epochs)
{
    for (int i = 0; i < epochs; ++i) schedule.step();
    return optimizer.lr();
}

optim::SGDOptions momentum(MomentumForm form, bool look_ahead = false)
{
    return {.lr = 0.1, .momentum = 0.9, .nesterov = look_ahead, .form = form, .look_ahead = look_ahead};
}

std::vector<double> five_steps(optim::SGDOptions options)
{
    optim::SGD sgd{{number(1)}, options};
    return path(sgd, 5);
}

/// The same, with eta halved after every step.
std::vector<double> five_steps_with_halved_rate(optim::SGDOptions options)
{
    optim::SGD sgd{{number(1)}, options};
    std::vector<double> points;
    for (int i = 0; i < 5; ++i) {
        points.push_back(path(sgd, 1)[0]);
        sgd.set_lr(sgd.lr() / 2);
    }
    return points;
}

// N11 (S0:449-456). "Start with eta = 0.1, wait till the training loss flattens, reduce by a factor of 5, and again":
// 0.1 / 5 = 0.02, 0.02 / 5 = 0.004. A loss that stays is flat when it has not become better for more than `patience` epochs.
TEST(Numbers, ThePlateauGoesFromATenthTo0004)
{
    optim::SGD sgd = with_rate(0.1);
    optim::ReduceLROnPlateauOptions options = lecture::plateau();
    options.patience = 1;
    optim::ReduceLROnPlateau plateau{sgd, options};
    std::vector<double> rates;
    for (const double loss : {1.0, 1.0, 1.0, 1.0, 1.0}) {  // the first is the best, every second one behind it too many
        plateau.step(loss);
        rates.push_back(sgd.lr());
    }
    expect_near(rates, {0.1, 0.1, 0.02, 0.02, 0.004}, 1e-15);
    EXPECT_EQ(plateau.best(), 1);
}

// N12 (S1:872-878), alpha_0 = 0.1, k = 0.1, t counts epochs. Step decay by 0.5 every 5 epochs: 0.1 * 0.5^2 = 0.025 at t = 10;
// by 0.1 every 20: 0.01 at t = 20. Exponential alpha_0 e^(-k t) = 0.1 e^-1 at t = 10, where S1:876 has a second alpha behind
// it. 1/t: alpha_0 / (1 + k t) = 0.1 / 2.
TEST(Numbers, SchedulesAtTheTenthEpoch)
{
    optim::SGD a = with_rate(0.1), b = with_rate(0.1), c = with_rate(0.1), d = with_rate(0.1);
    optim::StepLR half{a, lecture::half_every_5_epochs()}, tenth{b, lecture::tenth_every_20_epochs()};
    optim::ExponentialDecayLR exponential{c, {.k = 0.1}};
    optim::InverseTimeLR inverse{d, {.k = 0.1}};
    EXPECT_NEAR(rate_after(a, half, 10), 0.025, 1e-15);
    EXPECT_NEAR(rate_after(b, tenth, 20), 0.01, 1e-15);
    EXPECT_NEAR(rate_after(c, exponential, 10), 0.0367879, 1e-7);
    EXPECT_NEAR(rate_after(d, inverse, 10), 0.05, 1e-15);
}

// N13 (S2:268-284), AND with x = (1, x1, x2). Delta sums y x over the samples with y x theta <= 0, over n = 4 in the averaged
// rule; theta += Delta (alpha = 1) until |Delta| < eps. At theta = 0 all four are wrong: Delta = (-1 - 1 - 1 + 1, 0, 0) / 4.
// Then (1, 1, 1) is wrong, Delta = (1, 1, 1) / 4; then (1, 0, 1) and (1, 1, 0), Delta = (-2, -1, -1) / 4, and so on. The labels
// are -1 and 1 here, 0 and 1 in the rule of S2:250-262, which PerceptronRule has.
TEST(Numbers, BatchPerceptronOnAnd)
{
    const Tensor x = tensor({4, 3}, {1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1}, f64), y = tensor({4}, {-1, -1, -1, 1}, f64);
    const double averaged[][3] = {{-0.5, 0, 0},      {-0.25, 0.25, 0.25}, {-0.75, 0, 0},    {-0.5, 0.25, 0.25},
                                  {-0.25, 0.5, 0.5}, {-0.75, 0.25, 0.25}, {-0.5, 0.5, 0.5}, {-1, 0.25, 0.25},
                                  {-0.75, 0.5, 0.5}, {-0.75, 0.5, 0.5}};
    const double fixed_increment[][3] = {{-2, 0, 0}, {-1, 1, 1}, {-3, 0, 0}, {-2, 1, 1}, {-1, 2, 2},
                                         {-3, 1, 1}, {-2, 2, 2}, {-4, 1, 1}, {-3, 2, 2}, {-3, 2, 2}};
    for (const bool average : {true, false}) {
        optim::BatchPerceptron rule{3, {.average = average}};
        for (const auto& [bias, first, second] : average ? averaged : fixed_increment) {
            const double length = rule.epoch(x, y);
            EXPECT_TENSOR_EQ(rule.theta(), tensor({3}, {bias, first, second}, f64));
            EXPECT_EQ(length == 0, rule.epochs() == 10);
        }
        optim::BatchPerceptron again{3, {.average = average}};
        EXPECT_TRUE(again.fit(x, y));
        EXPECT_EQ(again.epochs(), 10);
        EXPECT_EQ(again.predict(x).to_vector<double>(), y.to_vector<double>());
    }
}

// N14 (S0:495): v = gamma v + eta g, w -= v. v = 0.1, w = 0.9; v = 0.09 + 0.09 = 0.18, w = 0.72; v = 0.162 + 0.072 = 0.234,
// w = 0.486; v = 0.2106 + 0.0486 = 0.2592, w = 0.2268; v = 0.23328 + 0.02268 = 0.25596, w = -0.02916.
// Libraries keep eta outside, v = gamma v + g, w -= eta v: their v is this one over eta, as long as eta stays.
TEST(Numbers, MomentumWithEtaInsideAndOutside)
{
    const std::vector<double> wanted = {0.9, 0.72, 0.486, 0.2268, -0.02916};
    expect_near(five_steps(momentum(MomentumForm::classical)), wanted, 1e-15);
    expect_near(five_steps(momentum(MomentumForm::torch)), wanted, 1e-15);
}

// N14 with eta = 0.1, 0.05, 0.025, ...: inside, v keeps what it gathered at the old eta. v = 0.1, w = 0.9; v = 0.09 + 0.045
// = 0.135, w = 0.765; v = 0.1215 + 0.019125 = 0.140625, w = 0.624375. Outside, the whole v goes at the new eta: v = 1, w = 0.9;
// v = 1.8, w = 0.9 - 0.09 = 0.81; v = 2.43, w = 0.81 - 0.06075 = 0.74925.
TEST(Numbers, MomentumFormsDifferWhenEtaIsHalved)
{
    expect_near(five_steps_with_halved_rate(momentum(MomentumForm::classical)),
                {0.9, 0.765, 0.624375, 0.4900078125, 0.3660147949}, 1e-10);
    expect_near(five_steps_with_halved_rate(momentum(MomentumForm::torch)),
                {0.9, 0.81, 0.74925, 0.712546875, 0.6915770508}, 1e-10);
}

// N14 (S1:899): w += (1 - beta) grad L + beta dw, which climbs, has no learning rate and means the step before, dw^t, by
// dw^(t-1). With the minus and alpha = 0.1, beta = 0.9 it is v = beta v + (1 - beta) g, w -= alpha v: v = 0.1, w = 0.99;
// v = 0.09 + 0.099 = 0.189, w = 0.9711; v = 0.1701 + 0.09711 = 0.26721, w = 0.944379. In the other forms they are the
// steps of eta = alpha (1 - beta) = 0.01.
TEST(Numbers, MomentumAsAnAverageOfGradients)
{
    const std::vector<double> points = five_steps(momentum(MomentumForm::ema));
    expect_near(points, {0.99, 0.9711, 0.944379, 0.91088631, 0.87163403}, 1e-8);
    for (const MomentumForm form : {MomentumForm::classical, MomentumForm::torch}) {
        optim::SGDOptions tenth = momentum(form);
        tenth.lr = 0.01;
        expect_near(five_steps(tenth), points, 1e-15);
    }
    // S1:899 as it is printed, with dw of the step before: the loss grows.
    double w = 1, dw = 0;
    for (int i = 0; i < 5; ++i) {
        dw = 0.1 * w + 0.9 * dw;
        w += dw;
    }
    EXPECT_GT(w, 2);
}

// N14 (S0:509): the gradient at w - gamma v. v = 0.1, w = 0.9; at 0.9 - 0.09 = 0.81: v = 0.09 + 0.081 = 0.171, w = 0.729; at
// 0.729 - 0.1539 = 0.5751: v = 0.1539 + 0.05751 = 0.21141, w = 0.51759. Libraries store that point instead of w
// (NesterovForms.TheReparameterisedFormKeepsThePointAhead).
TEST(Numbers, NesterovLooksAhead)
{
    for (const MomentumForm form : {MomentumForm::classical, MomentumForm::torch})
        expect_near(five_steps(momentum(form, true)), {0.9, 0.729, 0.51759, 0.2945889, 0.0844991}, 1e-7);
}

// N15 (S0:463-472): w -= eta / sqrt(s + eps) g, s the sum of the squared gradients. s = 1: w = 0.9; s = 1.81:
// 0.9 - 0.09 / sqrt(1.81) = 0.8331035; s = 1.81 + 0.6940615: 0.8331035 - 0.0833104 / sqrt(2.5040615) = 0.7804562. Libraries add
// eps to the root, which gives 5e-10 to 1e-9 more at eps = 1e-8. (AdaDelta, a fixed window of gradients in S0:475, has
// averages in truth, and no eta: optim/rmsprop.hpp.)
TEST(Numbers, AdaGradWithEpsInsideAndOutsideTheRoot)
{
    optim::Adagrad inside{{number(1)}, {.lr = 0.1, .eps = 1e-8, .eps_inside_sqrt = true}},
        outside{{number(1)}, {.lr = 0.1, .eps = 1e-8}};
    const std::vector<double> a = path(inside, 3), b = path(outside, 3);
    expect_near(a, {0.9, 0.8331035, 0.7804562}, 1e-7);
    expect_near({b[0] - a[0], b[1] - a[1], b[2] - a[2]}, {5.0e-10, 7.9e-10, 9.9e-10}, 1e-11);
}

// N15 (S0:536-545): m and v over 1 - beta^t. The first step is eta g / (|g| + eps) = 0.1 (1 - 1e-8) whatever g is. Then
// m = 0.09 + 0.09 = 0.18 over 0.19, v = 0.000999 + 0.00081 = 0.001809 over 0.001999: 0.1 * 0.947368 / 0.951290 = 0.0995877.
TEST(Numbers, AdamWithCorrectedBias)
{
    optim::Adam adam{{number(1)}, {.lr = 0.1}};
    expect_near(path(adam, 3), {0.9000000010, 0.8004122297, 0.7015862745}, 1e-10);
}

}  // namespace
}  // namespace xgrad
