#include <xgrad/error.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/train/early_stopping.hpp>

#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

TEST(EarlyStopping, StopsAfterItsPatienceAndBringsTheBestWeightsBack)
{
    nn::Linear model(1, 1, {.bias = false});
    train::EarlyStopping stopping(model, {.patience = 2});
    const double losses[] = {1.0, 0.5, 0.7, 0.6};
    for (int epoch = 0; epoch < 4; ++epoch) {
        model.weight = full({1, 1}, epoch);
        EXPECT_EQ(stopping.step(losses[epoch]), epoch == 3);
    }
    EXPECT_EQ(stopping.best(), 0.5);
    EXPECT_EQ(stopping.best_epoch(), 1);
    EXPECT_TENSOR_EQ(model.weight.value(), ones({1, 1}));
}

TEST(EarlyStopping, SmallGainsAndNanAreNoImprovement)
{
    nn::Linear model(1, 1);
    train::EarlyStopping stopping(model, {.patience = 3, .min_delta = 0.1, .maximize = true});
    EXPECT_FALSE(stopping.step(0.5));
    EXPECT_FALSE(stopping.step(0.55));
    EXPECT_FALSE(stopping.step(std::nan("")));
    EXPECT_TRUE(stopping.step(0.59));
    EXPECT_EQ(stopping.best(), 0.5);
}

TEST(EarlyStopping, WithoutASingleNumberItStopsAndChangesNothing)
{
    nn::Linear model(1, 1, {.bias = false});
    model.weight = full({1, 1}, 3);
    train::EarlyStopping stopping(model, {.patience = 1});
    EXPECT_TRUE(stopping.step(std::nan("")));
    EXPECT_TENSOR_EQ(model.weight.value(), full({1, 1}, 3));
}

TEST(EarlyStopping, GoesOnFromItsState)
{
    nn::Linear model(1, 1, {.bias = false}), other(1, 1, {.bias = false}), larger(1, 2, {.bias = false});
    train::EarlyStopping stopping(model, {.patience = 2}), resumed(other, {.patience = 2}), wrong(larger);
    resumed.load_state_dict(stopping.state_dict());  // before the first step
    EXPECT_TRUE(std::isnan(resumed.best()));
    model.weight = full({1, 1}, 4);
    stopping.step(0.5);
    model.weight = full({1, 1}, 5);
    stopping.step(0.7);
    resumed.load_state_dict(stopping.state_dict());
    EXPECT_EQ(resumed.best(), 0.5);
    EXPECT_EQ(resumed.best_epoch(), 0);
    EXPECT_EQ(resumed.epochs(), 2);
    EXPECT_TRUE(resumed.step(0.6));
    EXPECT_TENSOR_EQ(other.weight.value(), full({1, 1}, 4));
    EXPECT_THROW_TEXT(wrong.load_state_dict(stopping.state_dict()), std::invalid_argument,
                      "EarlyStopping::load_state_dict: the state differs in 1 place\n"
                      "        weight: the module has f32 (2, 1), the state f32 (1, 1).\n"
                      "  rule: a state is taken over as a whole, by what it was saved from, or not at all.\n"
                      "  try:  build model, optimizer and schedule as they were when the state was saved.");
    EXPECT_EQ(wrong.epochs(), 0);
}

TEST(EarlyStopping, RefusesNoPatience)
{
    nn::Linear model(1, 1);
    EXPECT_THROW(train::EarlyStopping(model, {.patience = 0}), std::invalid_argument);
    EXPECT_THROW(train::EarlyStopping(model, {.min_delta = -1}), std::invalid_argument);
}

}  // namespace
}  // namespace xgrad
