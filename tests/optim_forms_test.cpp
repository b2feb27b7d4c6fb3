// The lecture's forms of the update rules beside PyTorch's. Its numbers stand in curriculum_schedules_test.cpp.
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/presets.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/sgd.hpp>

#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/optim_testing.hpp"

using namespace xgrad;
using namespace optim_testing;

TEST(NesterovForms, TheReparameterisedFormKeepsThePointAhead)
{
    optim::SGDOptions options{.lr = 0.1, .momentum = 0.9, .nesterov = true, .form = optim::MomentumForm::classical};
    optim::SGD reparameterised{{number(1)}, options};
    options.look_ahead = true;
    optim::SGD ahead{{number(1)}, options};
    double before = 1;
    for (int i = 0; i < 5; ++i) {
        const double stored = path(reparameterised, 1)[0], w = path(ahead, 1)[0], v = before - w;
        EXPECT_NEAR(stored, w - 0.9 * v, 1e-15);
        before = w;
    }
}

TEST(NesterovForms, LookingAheadNeedsTheClosureAndRestoresTheParameterWhenItThrows)
{
    const Parameter w = number(1);
    optim::SGD sgd{{w}, {.lr = 0.1, .momentum = 0.9, .nesterov = true, .look_ahead = true}};
    path(sgd, 2);
    EXPECT_THROW_TEXT(sgd.step(), std::logic_error,
                      "SGD::step: look_ahead is on and there is no closure.\n"
                      "  rule: the gradient is taken at the point ahead, to which step(closure) goes.\n"
                      "  try:  call step(closure), or use nesterov without look_ahead.");
    EXPECT_THROW(sgd.step([]() -> Tensor { throw std::runtime_error("stop"); }), std::runtime_error);
    EXPECT_NEAR(w.value().item(), 0.729, 1e-15);
    expect_near(path(sgd, 1), {0.51759}, 1e-15);
}

TEST(EpsForms, AreEqualWithoutEps)
{
    optim::Adam inside{{number(1)}, {.lr = 0.1, .eps = 0, .eps_inside_sqrt = true}},
        outside{{number(1)}, {.lr = 0.1, .eps = 0}};
    expect_near(path(inside, 5), path(outside, 5), 1e-15);
    optim::RMSprop in{{number(1)}, {.lr = 0.1, .eps = 0, .eps_inside_sqrt = true}},
        out{{number(1)}, {.lr = 0.1, .eps = 0}};
    expect_near(path(in, 5), path(out, 5), 1e-15);
}

TEST(L2Forms, BecomeWeightDecay)
{
    // d/dw lambda/2 w^2 = lambda w;  d/dw lambda w^2 = 2 lambda w;  d/dw lambda/(2n) w^2 = lambda/n w
    using optim::L2Form;
    EXPECT_EQ(optim::l2(0.5), 0.5);
    EXPECT_EQ(optim::l2(0.5, L2Form::full), 1);
    EXPECT_EQ(optim::l2(0.5, L2Form::over_2n, 10), 0.05);
    EXPECT_THROW_TEXT(optim::l2(0.5, L2Form::over_2n), std::invalid_argument,
                      "l2: n is 0.\n  rule: lambda / (2n) needs the number of samples.\n"
                      "  try:  check the options of the optimizer.");
}

TEST(L2Forms, TheElasticNetIsTheDerivativeOfItsPenalty)
{
    // lambda (beta w^2 + |w|) with lambda 0.1, beta 2 at w = 3 and -1, 0: 0.1 (4 w + sign w) = 1.3, -0.5, 0
    const auto [weight_decay, l1] = optim::elastic_net(0.1, 2);
    const Parameter w(tensor({3}, {3, -1, 0}, f64));
    w.set_grad(zeros({3}, f64));
    optim::SGD sgd{{w}, {.lr = 1, .weight_decay = weight_decay, .penalty = {.l1 = l1}}};
    sgd.step();
    EXPECT_TENSOR_NEAR(w.value(), tensor({3}, {1.7, -0.5, 0}, f64), 1e-15);
}

TEST(L2Forms, L1AloneTakesTheSameFromLargeAndSmall)
{
    const Parameter w(tensor({3}, {3, -1, 0}, f64));
    w.set_grad(zeros({3}, f64));
    optim::SGD sgd{{w}, {.lr = 1, .penalty = {.l1 = 0.5}}};
    sgd.step();
    EXPECT_TENSOR_EQ(w.value(), tensor({3}, {2.5, -0.5, 0}, f64));
}

TEST(WeightDecay, DecoupledAndCoupledAreEqualForPlainDescentAlone)
{
    const auto decayed = [](bool decoupled) {
        return optim::SGDOptions{.lr = 0.1, .weight_decay = 0.5, .penalty = {.decoupled = decoupled}};
    };
    optim::SGD coupled{{number(1)}, decayed(false)}, decoupled{{number(1)}, decayed(true)};
    expect_near(path(coupled, 4), path(decoupled, 4), 1e-15);
    optim::Adam adam{{number(1)}, {.lr = 0.1, .weight_decay = 0.5}};
    optim::Adam adam_decoupled{{number(1)}, {.lr = 0.1, .weight_decay = 0.5, .penalty = {.decoupled = true}}};
    optim::AdamW adamw{{number(1)}, {.lr = 0.1, .weight_decay = 0.5}};
    const std::vector<double> shrunk = path(adamw, 4);
    expect_near(path(adam_decoupled, 4), shrunk, 0);
    EXPECT_GT(std::abs(path(adam, 4)[3] - shrunk[3]), 0.01);
}

TEST(WeightDecay, LeavesBiasesOutByChoice)
{
    const Parameter weight = pair(1, 1, "Linear.weight"), bias = pair(1, 1, "Linear.bias"),
                    recurrent = pair(1, 1, "LSTM.bias_ih_l0");
    optim::SGD sgd{{weight, bias, recurrent}, {.lr = 1, .weight_decay = 0.5, .penalty = {.l1 = 0.25, .biases = false}}};
    give(weight, 0, 0), give(bias, 0, 0), give(recurrent, 0, 0);
    sgd.step();
    EXPECT_TENSOR_EQ(weight.value(), tensor({2}, {0.25, 0.25}, f64));
    EXPECT_TENSOR_EQ(bias.value(), tensor({2}, {1, 1}, f64));
    EXPECT_TENSOR_EQ(recurrent.value(), tensor({2}, {1, 1}, f64));
}

TEST(MaxNorm, CutsTheRowsOfMatrices)
{
    // Rows (3, 4) and (0.3, 0.4) of lengths 5 and 0.5, cut to 1.
    const Parameter w(tensor({2, 2}, {3, 4, 0.3, 0.4}, f64)), b = pair(3, 4);
    w.set_grad(zeros({2, 2}, f64));
    b.set_grad(zeros({2}, f64));
    optim::SGD sgd{{w, b}, {.lr = 1, .penalty = {.max_norm = 1}}};
    sgd.step();
    EXPECT_TENSOR_NEAR(w.value(), tensor({2, 2}, {0.6, 0.8, 0.3, 0.4}, f64), 1e-15);
    EXPECT_TENSOR_EQ(b.value(), tensor({2}, {3, 4}, f64));
}

TEST(Presets, AreTheLecturesStartingValues)
{
    namespace lecture = optim::presets::lecture;
    EXPECT_EQ(lecture::adam().lr, 1e-3);
    EXPECT_EQ(lecture::rmsprop().lr, 1e-3);
    EXPECT_EQ(lecture::sgd().lr, 1e-2);
    EXPECT_EQ(lecture::momentum().momentum, 0.9);
    EXPECT_EQ(lecture::kL2.from, 1e-4);
    EXPECT_EQ(lecture::kL2.to, 1e-2);
    EXPECT_EQ(lecture::kDropRate.from, 0.2);
    EXPECT_EQ(lecture::kDropRate.to, 0.5);
}
