// Each diagnosis from curves made by a formula, and one from a net that really overfits.
#include <xgrad/nn/models.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/random.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/train/diagnosis.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>

#include "tests/expect_throw.hpp"

using namespace xgrad;
using train::diagnose;
using train::Fit;

namespace {

/// f(0), f(1), ..., f(epochs - 1).
std::vector<double> curve(int epochs, const std::function<double(double)>& f)
{
    std::vector<double> losses;
    for (int t = 0; t < epochs; ++t) losses.push_back(f(t));
    return losses;
}

/// From 2 down to `floor`.
std::vector<double> falling_to(double floor, int epochs = 40)
{
    return curve(epochs, [=](double t) { return floor + (2 - floor) * std::exp(-t / 4); });
}

/// +1, -1, +1, ...
double alternating(double t) { return std::fmod(t, 2) == 0 ? 1 : -1; }

std::string what(const train::Diagnosis& d) { return to_string(d); }

}  // namespace

TEST(Diagnosis, SmallTrainingErrorWithoutAWedgeIsGood)
{
    const auto d = diagnose(falling_to(0.05), falling_to(0.15));
    EXPECT_EQ(d.fit, Fit::good) << what(d);
    EXPECT_EQ(d.best_epoch, 39);
    EXPECT_EQ(what(d),
              "good: small training error and no wedge: training loss 0.05, validation loss 0.15\n"
              "  - keep the weights of the best epoch (S1, how many epochs)\n"
              "  - not much overfitting: a larger network may do better still (S1, validation/training accuracy)\n");
}

TEST(Diagnosis, AWedgeBetweenTrainingAndValidationIsOverfitting)
{
    const auto d = diagnose(falling_to(0.02), falling_to(0.6));
    EXPECT_EQ(d.fit, Fit::overfitting) << what(d);
    EXPECT_NE(what(d).find("a wedge between training and validation: training loss 0.02"), std::string::npos)
        << what(d);
    EXPECT_NE(what(d).find("early stopping"), std::string::npos);
    EXPECT_NE(what(d).find("decrease complexity"), std::string::npos);
    EXPECT_NE(what(d).find("get more data"), std::string::npos);
}

TEST(Diagnosis, AValidationLossThatRisesAgainIsOverfittingWithItsBestEpoch)
{
    // (t - 10)^2 is smallest in epoch 10
    const auto validation = curve(40, [](double t) { return 0.5 + (t - 10) * (t - 10) / 2000; });
    const auto d = diagnose(falling_to(0.3), validation);
    EXPECT_EQ(d.fit, Fit::overfitting) << what(d);
    EXPECT_EQ(d.best_epoch, 10);
    EXPECT_NE(what(d).find("the validation loss was 0.5 in epoch 10 and rose to 0.91"), std::string::npos) << what(d);
}

TEST(Diagnosis, AFlatHighTrainingLossIsUnderfitting)
{
    const auto d = diagnose(falling_to(1.2), falling_to(1.25));
    EXPECT_EQ(d.fit, Fit::underfitting) << what(d);
    EXPECT_NE(what(d).find("more layers or neurons"), std::string::npos);
    EXPECT_NE(what(d).find("lower dropout or L2 penalty"), std::string::npos);
}

TEST(Diagnosis, ALossThatStillFallsWantsMoreEpochs)
{
    const auto slowly = curve(40, [](double t) { return 2 - t / 100; });  // 0.09 of 2 in the last ten
    const auto d = diagnose(slowly, slowly);
    EXPECT_EQ(d.fit, Fit::still_falling) << what(d);
    EXPECT_NE(what(d).find("train longer"), std::string::npos);
    EXPECT_NE(what(d).find("increase the learning rate"), std::string::npos);
}

TEST(Diagnosis, NanGrowthAndOscillationAreALearningRateThatIsTooHigh)
{
    std::vector<double> broken = falling_to(0.1, 6);
    broken[2] = std::numeric_limits<double>::quiet_NaN();
    const auto nan = diagnose(broken, falling_to(0.1, 6));
    EXPECT_EQ(nan.fit, Fit::learning_rate_too_high);
    EXPECT_EQ(nan.best_epoch, 1);
    EXPECT_NE(what(nan).find("in epoch 2 the training loss is nan"), std::string::npos) << what(nan);
    const auto growing = curve(12, [](double t) { return 2 + 0.2 * t; });
    EXPECT_EQ(diagnose(growing, growing).fit, Fit::learning_rate_too_high);
    const auto thrown_up = curve(12, [](double t) { return t == 0 ? 2.0 : 3.0; });
    EXPECT_EQ(diagnose(thrown_up, thrown_up).fit, Fit::learning_rate_too_high);
    const auto stuck = curve(12, [](double) { return 2.0; });
    EXPECT_EQ(diagnose(stuck, stuck).fit, Fit::underfitting);
    const auto swinging = curve(24, [](double t) { return 1.5 + 0.5 * alternating(t); });
    const auto d = diagnose(swinging, swinging);
    EXPECT_EQ(d.fit, Fit::learning_rate_too_high) << what(d);
    EXPECT_NE(what(d).find("oscillates by 32 % around 1.5"), std::string::npos) << what(d);
    EXPECT_NE(what(d).find("between 1e-2 and 1e-5"), std::string::npos);
}

TEST(Diagnosis, AFlatHighLossThatJittersIsAnErrorFloor)
{
    const auto jitters = curve(40, [](double t) { return 0.6 + 1.4 * std::exp(-t / 2) + 0.03 * alternating(t); });
    const auto d = diagnose(jitters, jitters);
    EXPECT_EQ(d.fit, Fit::error_floor) << what(d);
    EXPECT_NE(what(d).find("factor of 5 when the curve flattens"), std::string::npos);
}

TEST(Diagnosis, ALossIsHighBesideThatOfAModelThatKnowsNothing)
{
    // The first epoch ends at 0.05 already: beside itself the loss stays high, beside log 10 it is low.
    const auto easy = curve(12, [](double t) { return 0.04 + 0.01 * std::exp(-t); });
    EXPECT_EQ(diagnose(easy, easy).fit, Fit::underfitting);
    EXPECT_EQ(diagnose(easy, easy, {.of_nothing = std::log(10.0)}).fit, Fit::good);
}

TEST(Diagnosis, BadInputIsNamed)
{
    EXPECT_THROW_TEXT(diagnose({1, 1}, {1}), std::invalid_argument,
                      "diagnose: 2 training and 1 validation losses.\n  rule: both have one a epoch.\n"
                      "  try:  leave out epochs that lack one of them.");
    EXPECT_THROW_TEXT(diagnose({1, 1, 1}, {1, 1, 1}), std::invalid_argument,
                      "diagnose: 3 epochs.\n  rule: a curve has at least 4.\n  try:  train for some more.");
}

TEST(Diagnosis, OfANetThatLearnsNoiseByHeartIsOverfitting)
{
    // 24 points of two classes that nothing tells apart, and 64 weights a point to remember them with.
    manual_seed(4);
    Generator generator(9);
    const auto points = [&](std::int64_t n) { return randn({n, 8}, {.generator = generator}); };
    const auto labels = [&](std::int64_t n) { return randint(0, 2, {n}, generator); };
    const Tensor x = points(24), y = labels(24), other_x = points(64), other_y = labels(64);
    nn::MLP model({8, 128, 2});
    optim::Adam adam{nn::parameters(model), {.lr = 0.01}};
    std::vector<double> training, validation;
    for (int epoch = 0; epoch < 60; ++epoch) {
        Tape tape;
        const Tensor loss = cross_entropy(model(x), y);
        adam.zero_grad();
        tape.backward(loss);
        adam.step();
        training.push_back(loss.item());
        validation.push_back(cross_entropy(model(other_x), other_y).item());
    }
    const auto d = diagnose(training, validation);
    EXPECT_EQ(d.fit, Fit::overfitting) << what(d);
    EXPECT_LT(d.best_epoch, 20);
    EXPECT_LT(training.back(), 0.1);
}
