#include <xgrad/error.hpp>
#include <xgrad/optim/averaging.hpp>

#include <stdexcept>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

TEST(WeightAverage, WithoutDecayIsTheMeanOfAllUpdates)
{
    Parameter w(zeros({2}, f64));
    optim::WeightAverage average({w});
    for (const double value : {1.0, 2.0, 6.0}) {
        w = full({2}, value, f64);
        average.update();
    }
    average.swap();
    EXPECT_TENSOR_NEAR(w.value(), full({2}, 3, f64), 1e-15);
    average.swap();
    EXPECT_TENSOR_EQ(w.value(), full({2}, 6, f64));
}

TEST(WeightAverage, WithDecayIsANormalisedExponentialAverage)
{
    Parameter w(zeros({}, f64));
    optim::WeightAverage average({w}, {.decay = 0.75});
    for (const double value : {1.0, 2.0, 6.0}) {
        w = full({}, value, f64);
        average.update();
    }
    // 1, then 0.75 + 0.25 * 2 = 1.25, then 0.75 * 1.25 + 0.25 * 6 = 2.4375
    const auto averaged = average.applied();
    EXPECT_TENSOR_EQ(w.value(), tensor(2.4375, f64));
}

TEST(WeightAverage, TheGuardPutsTheWeightsBackAlsoBehindAnException)
{
    Parameter w(ones({}, f64));
    optim::WeightAverage average({w});
    average.update();
    w = full({}, 5, f64);
    try {
        const auto averaged = average.applied();
        EXPECT_TENSOR_EQ(w.value(), tensor(1.0, f64));
        throw std::runtime_error("evaluation failed");
    } catch (const std::runtime_error&) {
    }
    EXPECT_TENSOR_EQ(w.value(), tensor(5.0, f64));
}

TEST(WeightAverage, GoesOnFromItsState)
{
    Parameter w(full({}, 2, f64));
    optim::WeightAverage average({w}), other({w});
    average.update();
    other.load_state_dict(average.state_dict());
    w = full({}, 4, f64);
    other.update();
    other.swap();
    EXPECT_TENSOR_EQ(w.value(), tensor(3.0, f64));
    EXPECT_EQ(other.updates(), 2);
    EXPECT_THROW(other.load_state_dict({{"updates", tensor(1.0, i64)}}), std::invalid_argument);
    EXPECT_THROW(other.load_state_dict({{"0", zeros({2}, f64)}, {"updates", tensor(1.0, i64)}}), std::invalid_argument);
    EXPECT_EQ(other.updates(), 2);
}

TEST(WeightAverage, RefusesWhatItCannotAverage)
{
    Parameter w(ones({2}));
    EXPECT_THROW_TEXT(optim::WeightAverage({}), std::invalid_argument,
                      "WeightAverage: an empty list of parameters.\n  rule: one or more.\n"
                      "  try:  nn::parameters(model).");
    EXPECT_THROW(optim::WeightAverage({w}, {.decay = 1.5}), std::invalid_argument);
    optim::WeightAverage average({w});
    EXPECT_THROW(average.swap(), std::logic_error);
    average.update();
    w = ones({3});
    EXPECT_THROW(average.update(), ShapeError);
}

}  // namespace
}  // namespace xgrad
