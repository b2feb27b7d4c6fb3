// Groups, options by name, saved state, gradients that are not finite, and what describe() says.
#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/asgd.hpp>
#include <xgrad/optim/layerwise.hpp>
#include <xgrad/optim/lbfgs.hpp>
#include <xgrad/optim/muon.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/sgd.hpp>
#include <xgrad/optim/signs.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <memory>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/optim_testing.hpp"

using namespace xgrad;
using namespace optim_testing;
using optim::NanGradients;

namespace {

using Made = std::unique_ptr<optim::Optimizer>;

struct Kind {
    const char* name;
    std::function<Made(const Parameter&)> make;
};

template <class O, class Options>
Kind kind(const char* name, Options options)
{
    return {name, [options](const Parameter& p) { return std::make_unique<O>(std::vector<ParameterRef>{p}, options); }};
}

std::vector<Kind> all_kinds()
{
    return {
        kind<optim::SGD>("SGD", optim::SGDOptions{.lr = 0.1, .momentum = 0.9}),
        kind<optim::Adagrad>("Adagrad", optim::AdagradOptions{.lr = 0.1, .lr_decay = 0.1}),
        kind<optim::Adadelta>("Adadelta", optim::AdadeltaOptions{}),
        kind<optim::RMSprop>("RMSprop", optim::RMSpropOptions{.momentum = 0.5, .centered = true}),
        kind<optim::Adam>("Adam", optim::AdamOptions{.lr = 0.1, .amsgrad = true}),
        kind<optim::AdamW>("AdamW", optim::AdamWOptions{.lr = 0.1}),
        kind<optim::Adamax>("Adamax", optim::AdamaxOptions{.lr = 0.1}),
        kind<optim::NAdam>("NAdam", optim::NAdamOptions{.lr = 0.1}),
        kind<optim::RAdam>("RAdam", optim::RAdamOptions{.lr = 0.1}),
        kind<optim::ASGD>("ASGD", optim::ASGDOptions{.lr = 0.1, .lambd = 0.01, .t0 = 2}),
        kind<optim::Rprop>("Rprop", optim::RpropOptions{.lr = 0.1}),
        kind<optim::Lion>("Lion", optim::LionOptions{.lr = 0.1}),
        kind<optim::LAMB>("LAMB", optim::LAMBOptions{.lr = 0.1}),
        kind<optim::LARS>("LARS", optim::LARSOptions{.lr = 0.1}),
        kind<optim::Muon>("Muon", optim::MuonOptions{.lr = 0.1}),
        kind<optim::LBFGS>("LBFGS", optim::LBFGSOptions{.lr = 0.1, .max_iter = 2}),
    };
}

Tensor start() { return tensor({2, 2}, {1, -0.7, 0.4, 2}, f64); }

// sum (w^4 / 4 + w^2 / 2): far from a parabola, so that every state matters
Tensor bend(const Parameter& p)
{
    p.zero_grad();
    Tape tape;
    const Tensor square_ = square(p.value()), loss = sum(square(square_)) / 4.0 + sum(square_) / 2.0;
    tape.backward(loss);
    return loss;
}

void train(optim::Optimizer& optimizer, const Parameter& p, int steps)
{
    for (int i = 0; i < steps; ++i) optimizer.step([&] { return bend(p); });
}

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN(), kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST(OptimizerState, GoesOnBitForBitInANewOptimizer)
{
    for (const Kind& kind : all_kinds()) {
        SCOPED_TRACE(kind.name);
        const Parameter p(start(), "w");
        const Made first = kind.make(p);
        train(*first, p, 3);
        const Parameter copy(p.value(), "w");
        const Made second = kind.make(copy);
        second->load_state_dict(first->state_dict());
        train(*first, p, 4);
        train(*second, copy, 4);
        EXPECT_TENSOR_EQ(copy.value(), p.value());
        // and not because nothing happens
        const Parameter fresh(copy.value(), "w");
        EXPECT_FALSE(xgrad::testing::tensors_agree(fresh.value(), start(), 1e-6));
    }
}

TEST(OptimizerState, ANewOptimizerWithoutTheStateGoesElsewhere)
{
    for (const Kind& kind : all_kinds()) {
        SCOPED_TRACE(kind.name);
        const Parameter p(start(), "w");
        const Made first = kind.make(p);
        train(*first, p, 3);
        const Parameter copy(p.value(), "w");
        const Made second = kind.make(copy);
        train(*first, p, 4);
        train(*second, copy, 4);
        EXPECT_FALSE(xgrad::testing::tensors_agree(copy.value(), p.value(), 1e-9));
    }
}

TEST(OptimizerState, HasPyTorchsNames)
{
    const Parameter p = number(1);
    optim::Adam adam{{p}, {.lr = 0.5}};
    path(adam, 1);
    std::string names;
    for (const auto& [name, x] : adam.state_dict()) names += name + " ";
    EXPECT_EQ(names,
              "optimizer.Adam state.0.sizes state.0.step state.0.exp_avg state.0.exp_avg_sq param_groups.0.params "
              "param_groups.0.lr param_groups.0.betas.0 param_groups.0.betas.1 param_groups.0.eps "
              "param_groups.0.amsgrad param_groups.0.eps_inside_sqrt param_groups.0.weight_decay "
              "param_groups.0.maximize param_groups.0.l1 param_groups.0.decoupled param_groups.0.decay_biases "
              "param_groups.0.max_norm ");
}

TEST(OptimizerState, OfAnotherModelOrOptimizerIsRefusedWithAllDifferences)
{
    const Parameter p = number(1), q = pair(1, 2);
    optim::SGD small{{p}, {.lr = 0.1, .momentum = 0.9}}, large{{q}, {.lr = 0.2, .momentum = 0.9}};
    path(small, 1);
    EXPECT_THROW_TEXT(large.load_state_dict(small.state_dict()), std::invalid_argument,
                      "SGD::load_state_dict: the state differs in 2 places\n"
                      "        'state.0.sizes' is (1,), expected (2,)\n"
                      "        'state.0.momentum_buffer' is f64 (1,), expected f64 (2,).\n"
                      "  rule: a state is taken over as a whole, by what it was saved from, or not at all.\n"
                      "  try:  build model, optimizer and schedule as they were when the state was saved.");
    EXPECT_EQ(large.lr(), 0.2);
    optim::Lion lion{{p}};
    EXPECT_THROW(lion.load_state_dict(small.state_dict()), std::invalid_argument);
    NamedTensors state = small.state_dict();
    state.emplace_back("state.1.step", tensor(1, f64));
    EXPECT_THROW(small.load_state_dict(state), std::invalid_argument);
    state = small.state_dict();
    for (auto& [name, x] : state)
        if (name == "param_groups.0.lr") x = tensor(-1, f64);
    EXPECT_THROW(small.load_state_dict(state), std::invalid_argument);
    EXPECT_EQ(small.lr(), 0.1);
}

TEST(OptimizerState, IsRefusedWhenAnyOfItIsMissingOrHasAnotherShapeOrType)
{
    for (const Kind& kind : all_kinds()) {
        const Parameter p(start(), "w"), copy(start(), "w");
        const Made first = kind.make(p), second = kind.make(copy);
        train(*first, p, 3);
        train(*second, copy, 1);
        const NamedTensors before = second->state_dict();
        for (std::size_t i = 0; i < first->state_dict().size(); ++i) {
            NamedTensors missing = first->state_dict(), other_type = missing, other_shape = missing;
            SCOPED_TRACE(std::string(kind.name) + " " + missing[i].first);
            missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(i));
            Tensor &x = other_type[i].second, &y = other_shape[i].second;
            x = to(x, x.dtype() == f64 ? i64 : f64);
            y = unsqueeze(y, 0);
            for (const NamedTensors& wrong : {missing, other_type, other_shape})
                EXPECT_THROW(second->load_state_dict(wrong), std::invalid_argument);
        }
        const NamedTensors after = second->state_dict();
        ASSERT_EQ(after.size(), before.size());
        for (std::size_t i = 0; i < after.size(); ++i) EXPECT_TENSOR_EQ(after[i].second, before[i].second);
        second->load_state_dict(first->state_dict());
    }
}

TEST(OptimizerState, KnowsWhatTheNextStepMakes)
{
    // Switched on behind a step: the buffer is made by the next one, which takes g as it is.
    const Parameter p = number(1), copy = number(1);
    optim::SGD first{{p}, {.lr = 0.25}}, second{{copy}, {.lr = 1, .momentum = 0.5, .dampening = 0.5}};
    path(first, 1);
    path(second, 1);
    first.set_option("momentum", 0.5);
    first.set_option("dampening", 0.5);
    second.load_state_dict(first.state_dict());
    copy.set_value(p.value());
    EXPECT_EQ(path(second, 2), path(first, 2));
}

TEST(OptimizerState, ARunThatNanStoppedStaysStopped)
{
    const Parameter p = pair(1, 1);
    optim::SGD first{{p}, {.lr = 0.5}}, second{{p}, {.lr = 0.5}};
    first.nan_gradients(NanGradients::stop);
    give(p, 1, kNaN);
    first.step();
    second.load_state_dict(first.state_dict());
    EXPECT_TRUE(second.stopped());
    EXPECT_EQ(second.skipped_steps(), 1);
    give(p, 1, 1);
    second.step();
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {1, 1}, f64));
}

TEST(OptimizerGroups, HaveOptionsOfTheirOwn)
{
    const Parameter a = number(1), b = number(1);
    optim::SGD sgd{{{{a}, {.lr = 0.5}}, {{b}, {.lr = 0.25, .weight_decay = 1}}}};
    parabola({a, b});
    sgd.step();
    EXPECT_EQ(a.value().item(), 0.5);
    EXPECT_EQ(b.value().item(), 0.5);  // 1 - 0.25 (1 + 1)
    sgd.set_lr(0.125, 1);
    EXPECT_EQ(sgd.lr(0), 0.5);
    EXPECT_EQ(sgd.options(1).lr, 0.125);
    EXPECT_EQ(sgd.group_count(), 2U);
    sgd.set_lr(1);
    EXPECT_EQ(sgd.lr(0) + sgd.lr(1), 2);
}

TEST(OptimizerGroups, AParameterStandsInOneOnly)
{
    const Parameter a = number(1), b = number(1);
    optim::SGD sgd{{a}};
    EXPECT_THROW_TEXT(sgd.add_group({b, a}), std::invalid_argument,
                      "SGD: parameter 'w' f64 (1,) stands in two groups.\n  rule: a step changes each parameter once.\n"
                      "  try:  nn::parameters(model) lists each once.");
    EXPECT_THROW(sgd.add_group({}), std::invalid_argument);
    EXPECT_THROW(sgd.add_group({b}, {.lr = -1}), std::invalid_argument);
    EXPECT_EQ(sgd.parameters().size(), 1U);
    EXPECT_EQ(sgd.group_count(), 1U);
    EXPECT_THROW((optim::SGD{std::vector<optim::SGD::Group>{}}), std::invalid_argument);
}

TEST(OptimizerOptions, AreFoundByName)
{
    optim::Adam adam{{number(1)}, {.betas = {0.5, 0.75}}};
    EXPECT_EQ(adam.option("betas.1"), 0.75);
    adam.set_option("betas.0", 0.25);
    EXPECT_EQ(adam.options().betas[0], 0.25);
    adam.set_option("amsgrad", 1);
    EXPECT_TRUE(adam.options().amsgrad);
    EXPECT_FALSE(adam.has_option("momentum"));
    EXPECT_THROW_TEXT(adam.option("beta"), std::invalid_argument,
                      "Adam: there is no option 'beta'.\n"
                      "  rule: the options are lr, betas.0, betas.1, eps, amsgrad, eps_inside_sqrt, weight_decay, "
                      "maximize, l1, decoupled, decay_biases, max_norm.\n  try:  check the spelling.");
    EXPECT_THROW(adam.set_option("betas.0", 1), std::invalid_argument);
    EXPECT_EQ(adam.options().betas[0], 0.25);
    EXPECT_THROW((void)adam.lr(1), std::invalid_argument);
}

TEST(Optimizer, AStepBeforeBackwardThrows)
{
    optim::SGD sgd{{number(1)}};
    EXPECT_THROW_TEXT(sgd.step(), std::logic_error,
                      "SGD::step: no parameter has a gradient.\n"
                      "  rule: a step follows a backward pass that reaches the parameters.\n"
                      "  try:  call tape.backward(loss) first, and zero_grad() before it, not after it.");
}

TEST(NanGradients, AreTakenSkippedStoppedOrRaised)
{
    for (const double bad : {kNaN, kInfinity, -kInfinity}) {
        const Parameter p = pair(1, 1), q = pair(2, 2);
        optim::SGD sgd{{p, q}, {.lr = 0.5}};
        give(p, 1, 1);
        give(q, 1, bad);
        sgd.nan_gradients(NanGradients::raise);
        EXPECT_THROW(sgd.step(), AnomalyError);
        sgd.nan_gradients(NanGradients::skip);
        sgd.step();
        EXPECT_EQ(sgd.skipped_steps(), 1);
        EXPECT_FALSE(sgd.stopped());
        EXPECT_TENSOR_EQ(p.value(), tensor({2}, {1, 1}, f64));
        sgd.nan_gradients(NanGradients::stop);
        sgd.step();
        EXPECT_TRUE(sgd.stopped());
        give(q, 1, 1);
        sgd.step();
        EXPECT_EQ(sgd.skipped_steps(), 3);
        EXPECT_TENSOR_EQ(p.value(), tensor({2}, {1, 1}, f64));
        optim::SGD plain{{p, q}, {.lr = 0.5}};
        give(q, 1, bad);
        plain.step();
        EXPECT_TENSOR_EQ(p.value(), tensor({2}, {0.5, 0.5}, f64));
    }
}

TEST(Describe, PrintsTheFormulaAndTheNamesOfPyTorchAndTheLecture)
{
    optim::SGD sgd{{number(1)}, {.lr = 0.01, .momentum = 0.9, .weight_decay = 0.001, .nesterov = true}};
    EXPECT_EQ(sgd.describe(),
              "SGD\n"
              "  g = dL/dp + 0.001 p\n"
              "  v = 0.9 v + 1 g\n"
              "  p = p - 0.01 (1 g + 0.9 v)\n"
              "  PyTorch: torch.optim.SGD(lr=0.01, momentum=0.9, dampening=0, nesterov=True, weight_decay=0.001)\n"
              "  lecture: S0:509, re-parameterised\n");
    optim::AdamW adamw{{number(1)}, {.lr = 0.01, .penalty = {.l1 = 0.5, .max_norm = 3}}};
    EXPECT_EQ(
        adamw.describe(),
        "AdamW\n"
        "  g = dL/dp + 0.5 sign(p)\n"
        "  p = p - 0.01 0.01 p\n"
        "  m = 0.9 m + 0.1 g,  v = 0.999 v + 0.001 g^2\n"
        "  p = p - 0.01 m / (1 - 0.9^t) / (sqrt(v / (1 - 0.999^t)) + 1e-08)\n"
        "  rows w of p with |w| > 3 become 3 w / |w|\n"
        "  PyTorch: torch.optim.AdamW(lr=0.01, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.01), which has no l1, "
        "max_norm\n"
        "  lecture: Adam with bias correction (S0:536)\n");
}

TEST(Describe, SaysSomethingOfEveryOptimizerAndGroup)
{
    for (const Kind& kind : all_kinds()) {
        const Parameter p(start(), "w");
        const std::string text = kind.make(p)->describe();
        EXPECT_EQ(text.rfind(std::string(kind.name) + "\n  ", 0), 0U) << text;
        EXPECT_TRUE(text.find("p = p") != std::string::npos || text.find("p = (1") != std::string::npos) << text;
        EXPECT_NE(text.find("PyTorch"), std::string::npos) << text;
    }
    optim::SGD two{{{{number(1)}, {.lr = 0.5}}, {{number(1)}, {.lr = 0.25}}}};
    EXPECT_NE(two.describe().find("group 1: SGD"), std::string::npos);
}
