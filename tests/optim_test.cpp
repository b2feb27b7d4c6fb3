#include <xgrad/error.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/sgd.hpp>
#include <xgrad/tape.hpp>

#include <cmath>
#include <memory>
#include <stdexcept>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/optim_testing.hpp"

using namespace xgrad;

using optim_testing::give;
using optim_testing::pair;

namespace {

// Has a constructor, so it is no aggregate: a forgotten member is found when it is trained.
struct Forgetful {
    explicit Forgetful(int width) : first{1, width}, second{width, 1} {}
    Tensor operator()(const Input& x) const { return second(first(x)); }

    nn::Linear first, second;
    XGRAD_MODULE(Forgetful, first)
};

}  // namespace

TEST(SGD, StepsAgainstTheGradient)
{
    Parameter p = pair(1, 2);
    optim::SGD sgd{{p}, {.lr = 0.5}};
    give(p, 2, -4);
    sgd.step();
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {0, 4}, f64));
    EXPECT_EQ(p.version(), 1U);
    sgd.set_lr(0.25);
    sgd.step();
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {-0.5, 5}, f64));
    EXPECT_EQ(sgd.lr(), 0.25);
    sgd.zero_grad();
    EXPECT_FALSE(p.grad().defined());
}

TEST(SGD, MomentumStartsAsTheGradientAndIsDampenedAfterwards)
{
    Parameter p = pair(0, 0);
    optim::SGD sgd{{p}, {.lr = 1, .momentum = 0.5, .dampening = 0.25}};
    give(p, 4, 8);
    sgd.step();  // m = (4, 8)
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {-4, -8}, f64));
    give(p, 4, 0);
    sgd.step();  // m = (2, 4) + 0.75 (4, 0) = (5, 4)
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {-9, -12}, f64));
}

TEST(SGD, NesterovLooksAheadAndWeightDecayJoinsTheGradient)
{
    Parameter p = pair(2, 0);
    optim::SGD sgd{{p}, {.lr = 1, .momentum = 0.5, .weight_decay = 0.5, .nesterov = true}};
    give(p, 1, 1);
    sgd.step();  // g = (1 + 1, 1), m = g, step g + 0.5 m = (3, 1.5)
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {-1, -1.5}, f64));
}

TEST(SGD, MaximizesWhenAsked)
{
    Parameter p = pair(0, 0);
    optim::SGD sgd{{p}, {.lr = 1, .maximize = true}};
    give(p, 1, -2);
    sgd.step();
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {1, -2}, f64));
}

TEST(Adam, FirstStepsFollowTheFormula)
{
    // Step 1: m / (1 - b1) = g, v / (1 - b2) = g^2, so p moves by lr g / (|g| + eps): lr towards -sign g.
    Parameter p = pair(1, 1);
    optim::Adam adam{{p}, {.lr = 0.5, .betas = {0.5, 0.75}, .eps = 0}};
    give(p, 3, -0.125);
    adam.step();
    EXPECT_TENSOR_NEAR(p.value(), tensor({2}, {0.5, 1.5}, f64), 1e-15);
    // Step 2 with g = (0, 0.125):
    //   m = (0.75, -0.03125 + 0.0625) = (0.75, 0.03125), over 1 - 0.25: (1, 1/24)
    //   v = (0.75 * 2.25, 1/64 * (0.1875 + 0.25)) = (1.6875, 0.0068359375), over 1 - 0.5625: (27/7, 1/64)
    //   p = (0.5 - 0.5 sqrt(7/27), 1.5 - 0.5 (1/24) / (1/8)) = (..., 1.5 - 1/6)
    give(p, 0, 0.125);
    adam.step();
    EXPECT_TENSOR_NEAR(p.value(), tensor({2}, {0.5 - 0.5 * std::sqrt(7.0 / 27), 1.5 - 1.0 / 6}, f64), 1e-15);
}

TEST(Adam, AmsgradDividesByTheLargestMeanSquare)
{
    // betas 0: m = g, v = g^2. After g = 4, g = 2 is divided by 4 instead of 2.
    Parameter p = pair(0, 0);
    optim::Adam adam{{p}, {.lr = 1, .betas = {0, 0}, .eps = 0, .amsgrad = true}};
    give(p, 4, 4);
    adam.step();
    give(p, 2, -2);
    adam.step();
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {-1.5, -0.5}, f64));
}

TEST(Optimizer, SkipsParametersWithoutGradient)
{
    Parameter p = pair(1, 1), q = pair(2, 2);
    optim::Adam adam{{p, q}, {.lr = 0.5}};
    give(p, 1, 1);
    adam.step();
    EXPECT_TENSOR_EQ(q.value(), tensor({2}, {2, 2}, f64));
    EXPECT_EQ(q.version(), 0U);
    give(q, 1, 1);
    adam.step();  // the first step of q: half down
    EXPECT_TENSOR_NEAR(q.value(), tensor({2}, {1.5, 1.5}, f64), 1e-7);
}

TEST(Optimizer, GoesOnWhenTheModelMovesAndHoldsWhatDied)
{
    auto model = std::make_unique<nn::Linear>(1, 1);
    optim::SGD sgd{nn::parameters(*model), {.lr = 1}};
    nn::Linear moved = std::move(*model);
    model.reset();
    moved.weight = tensor({1, 1}, {3});
    moved.weight.set_grad(tensor({1, 1}, {1}));
    sgd.step();
    EXPECT_TENSOR_EQ(moved.weight.value(), tensor({1, 1}, {2}));
    {
        const nn::Linear last = std::move(moved);
    }
    sgd.step();
    EXPECT_TENSOR_EQ(sgd.parameters()[0].value(), tensor({1, 1}, {1}));
}

TEST(Optimizer, ThrowsForAParameterThatWasNeverListedAndChangesNothing)
{
    Forgetful model(2);
    optim::SGD sgd{nn::parameters(model), {.lr = 1}};
    {
        Tape tape;
        tape.backward(sum(model(ones({1, 1}))));
    }
    const std::vector<double> before = model.first.weight.value().to_vector<double>();
    EXPECT_THROW_TEXT(
        sgd.step(), std::logic_error,
        "SGD::step: parameter 'Linear.weight' f32 (1, 2) received a gradient, but no list has it.\n"
        "  rule: every parameter that is trained is a member named in its module's XGRAD_MODULE, and that module in "
        "its owner's.\n"
        "  try:  add the member to the list; requires_grad(false) for a parameter that is not to be trained.");
    EXPECT_EQ(model.first.weight.value().to_vector<double>(), before);
    (void)nn::parameters(model.second);
    sgd.step();
    EXPECT_NE(model.first.weight.value().to_vector<double>(), before);
}

TEST(Optimizer, ForgottenParametersThatDiedDoNotMatter)
{
    {
        const Forgetful model(2);
        Tape tape;
        tape.backward(sum(model(ones({1, 1}))));
    }
    Parameter p = pair(1, 1);
    optim::SGD sgd{{p}, {.lr = 1}};
    give(p, 1, 1);
    sgd.step();
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {0, 0}, f64));
}

TEST(Optimizer, StateKeepsTheShape)
{
    Parameter p = pair(1, 1, "w");
    optim::SGD sgd{{p}, {.lr = 1, .momentum = 0.5}};
    give(p, 1, 1);
    sgd.step();
    p = tensor({3}, {1, 2, 3}, f64);
    EXPECT_THROW_TEXT(sgd.step(), ShapeError,
                      "SGD::step: parameter 'w' f64 (3,) has a gradient f64 (2,).\n"
                      "  rule: a gradient has shape and dtype of its parameter.\n"
                      "  try:  call zero_grad() after changing a parameter's shape or dtype.");
    p.set_grad(ones({3}, f64));
    EXPECT_THROW_TEXT(sgd.step(), ShapeError,
                      "SGD::step: parameter 'w' f64 (3,) was f64 (2,) at its first step.\n"
                      "  rule: what the optimizer remembers has shape and dtype of the parameter.\n"
                      "  try:  make a new optimizer after nn::to or after changing a shape.");
    EXPECT_TENSOR_EQ(p.value(), tensor({3}, {1, 2, 3}, f64));
}

TEST(Optimizer, AcceptsAGradientWithStrides)
{
    Parameter p(zeros({2, 2}, f64));
    p.set_grad(detail::view(tensor({4}, {1, 2, 3, 4}, f64), {2, 2}, {1, 2}, 0));
    optim::SGD sgd{{p}, {.lr = 1}};
    sgd.step();
    EXPECT_TENSOR_EQ(p.value(), tensor({2, 2}, {-1, -3, -2, -4}, f64));
}

TEST(Optimizer, RefusesBadListsAndOptions)
{
    Parameter p = pair(1, 1, "w");
    EXPECT_THROW_TEXT((optim::SGD{std::vector<ParameterRef>{}}), std::invalid_argument,
                      "SGD: there are no parameters.\n  rule: an optimizer needs some to improve.\n"
                      "  try:  pass nn::parameters(model), and check the model's XGRAD_MODULE.");
    EXPECT_THROW_TEXT((optim::Adam{{p, p}}), std::invalid_argument,
                      "Adam: parameter 'w' f64 (2,) stands in the list twice.\n  rule: a step changes each parameter "
                      "once.\n  try:  nn::parameters(model) lists each once.");
    EXPECT_THROW_TEXT((optim::SGD{{p}, {.lr = -1}}), std::invalid_argument,
                      "SGD: lr is -1.\n  rule: it is at least 0.\n  try:  check the options of the optimizer.");
    EXPECT_THROW_TEXT((optim::SGD{{p}, {.nesterov = true}}), std::invalid_argument,
                      "SGD: momentum is 0.\n  rule: nesterov needs it.\n  try:  check the options of the optimizer.");
    EXPECT_THROW_TEXT((optim::Adam{{p}, {.betas = {0.9, 1}}}), std::invalid_argument,
                      "Adam: a beta is 1.\n  rule: it lies in [0, 1).\n  try:  check the options of the optimizer.");
    EXPECT_THROW((optim::Adam{{p}, {.lr = std::nan("")}}), std::invalid_argument);
}
