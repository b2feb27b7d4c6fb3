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

TEST(EarlyStopping, RefusesNoPatience)
{
    nn::Linear model(1, 1);
    EXPECT_THROW(train::EarlyStopping(model, {.patience = 0}), std::invalid_argument);
    EXPECT_THROW(train::EarlyStopping(model, {.min_delta = -1}), std::invalid_argument);
}

}  // namespace
}  // namespace xgrad
