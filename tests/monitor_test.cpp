#include <xgrad/error.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/models.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/random.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/train/monitor.hpp>

#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

using namespace xgrad;
using train::Flow;

namespace {

struct Net {
    nn::Linear first{2, 2}, second{2, 1, {.bias = false}};
    Parameter scale{tensor({1}, {1})};
    XGRAD_MODULE(Net, first, second, scale)
};

/// Gradients of a deep net after one backward pass of its squared outputs.
nn::MLP deep(nn::MlpActivation activation, double weight_factor)
{
    manual_seed(1);
    nn::MLP model(std::vector<std::int64_t>(12, 16), {.activation = activation});
    for (nn::Linear& layer : model.layers) layer.weight = layer.weight * weight_factor;
    Tape tape;
    tape.backward(sum(square(model(randn({8, 16})))));
    return model;
}

}  // namespace

TEST(GradientNorms, AreOfLayersOrOfEachParameter)
{
    // first: (3, 0, 0, 0) and (0, 4), together of length 5 over 6 elements; second: (0.6, 0.8); scale has none
    Net net;
    net.first.weight.set_grad(tensor({2, 2}, {3, 0, 0, 0}));
    net.first.bias.set_grad(tensor({2}, {0, 4}));
    net.second.weight.set_grad(tensor({1, 2}, {0.6, 0.8}));
    const auto layers = train::gradient_norms(net);
    ASSERT_EQ(layers.size(), 3U);
    EXPECT_EQ(layers[0].name, "first");
    EXPECT_EQ(layers[0].elements, 6);
    EXPECT_NEAR(layers[0].norm, 5, 1e-6);
    EXPECT_NEAR(layers[0].rms(), 5 / std::sqrt(6.0), 1e-6);
    EXPECT_EQ(layers[1].name, "second");
    EXPECT_NEAR(layers[1].norm, 1, 1e-6);
    EXPECT_EQ(layers[2].flow, Flow::missing);
    EXPECT_EQ(train::gradient_table(layers),
              "layer   elements  |gradient|         rms\n"
              "first          6   5.000e+00   2.041e+00\n"
              "second         2   1.000e+00   7.071e-01\n"
              "scale          1   0.000e+00   0.000e+00  no gradient\n");
    const auto each = train::gradient_norms(net, {.each_parameter = true});
    ASSERT_EQ(each.size(), 4U);
    EXPECT_EQ(each[1].name, "first.bias");
    EXPECT_NEAR(each[1].norm, 4, 1e-6);
}

TEST(GradientNorms, VanishThroughElevenSigmoids)
{
    // Each sigmoid multiplies by at most 1/4: the first layers get next to nothing.
    const nn::MLP model = deep(nn::MlpActivation::sigmoid, 1);
    const auto norms = train::gradient_norms(model);
    ASSERT_EQ(norms.size(), 11U);
    EXPECT_EQ(norms.front().flow, Flow::vanishing);
    EXPECT_EQ(norms.back().flow, Flow::fine);
    EXPECT_LT(norms.front().rms(), 1e-4 * norms.back().rms());
    EXPECT_NE(train::gradient_table(norms).find("vanishing"), std::string::npos);
}

TEST(GradientNorms, ExplodeWithLargeWeightsAndMayBeNotFinite)
{
    const auto norms = train::gradient_norms(deep(nn::MlpActivation::identity, 8));
    EXPECT_EQ(norms.front().flow, Flow::exploding);
    EXPECT_EQ(train::gradient_norms(deep(nn::MlpActivation::identity, 1e30)).front().flow, Flow::not_finite);
}

TEST(UnitMonitor, CountsUnitsThatAreZeroForAllSamplesOfAllBatches)
{
    // unit 0 fires in the first batch, unit 1 in the second, unit 2 never: of 12 outputs 3 are not 0
    train::UnitMonitor monitor;
    const Tensor h = tensor({2, 3}, {1, 0, 0, 2, 0, 0});
    EXPECT_TENSOR_EQ(monitor.see("fc1", h), h);
    EXPECT_EQ(monitor.layers()[0].dead, 2);
    monitor.see("fc1", tensor({2, 3}, {0, -1, 0, 0, 0, 0}));
    const auto layer = monitor.layers()[0];
    EXPECT_EQ(layer.units, 3);
    EXPECT_EQ(layer.dead, 1);
    EXPECT_DOUBLE_EQ(layer.zeros, 0.75);
    // channels: (1, 2, 2, 2), the second one 0 everywhere
    monitor.see("conv1", tensor({1, 2, 2, 2}, {0, 0, 0, 5, 0, 0, 0, 0}));
    EXPECT_EQ(to_string(monitor),
              "layer   units    dead    share    zeros\n"
              "fc1         3       1   33.3 %   75.0 %\n"
              "conv1       2       1   50.0 %   87.5 %\n");
    monitor.reset();
    EXPECT_TRUE(monitor.layers().empty());
}

TEST(UnitMonitor, FindsReluUnitsThatALargeStepHasKilled)
{
    // A bias of -100 makes every unit but the first dead; gradients go through what see() returns.
    nn::Linear layer{3, 4};
    layer.weight = ones({4, 3});
    layer.bias = tensor({4}, {0, -100, -100, -100});
    train::UnitMonitor monitor;
    Tape tape;
    tape.backward(sum(monitor.see("fc1", relu(layer(ones({5, 3}))))));
    EXPECT_EQ(monitor.layers()[0].dead, 3);
    EXPECT_TENSOR_EQ(layer.bias.grad(), tensor({4}, {5, 0, 0, 0}));
}

TEST(UnitMonitor, BadInputIsNamed)
{
    train::UnitMonitor monitor;
    monitor.see("fc1", ones({2, 3}));
    EXPECT_THROW_TEXT(monitor.see("fc1", ones({2, 4})), ShapeError,
                      "UnitMonitor::see: \"fc1\" has 4 units, before it had 3.\n  rule: a name stands for one layer.\n"
                      "  try:  give each layer its name, or call reset().");
    EXPECT_THROW_TEXT(monitor.see("fc1", ones({3})), ShapeError,
                      "UnitMonitor::see: \"fc1\" is f32 (3,).\n  rule: h: (n, units, ...).\n"
                      "  try:  unsqueeze(h, 0) for one sample.");
}
