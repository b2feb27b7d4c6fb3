// Schedules: what PyTorch's closed forms say, state, and errors. tests/training compares the rest, the lecture's numbers stand
// in curriculum_schedules_test.cpp.
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/plateau.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/schedules.hpp>
#include <xgrad/optim/sequences.hpp>
#include <xgrad/optim/sgd.hpp>

#include <cmath>
#include <functional>
#include <memory>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/optim_testing.hpp"

using namespace xgrad;
using namespace optim_testing;

namespace {

optim::SGD with_rate(double lr) { return optim::SGD{{number(1)}, {.lr = lr, .momentum = 0.9}}; }

std::vector<double> rates(optim::Optimizer& optimizer, optim::Scheduler& schedule, int steps)
{
    std::vector<double> list = {optimizer.lr()};
    for (int i = 0; i < steps; ++i) {
        schedule.step();
        list.push_back(optimizer.lr());
    }
    return list;
}

using Made = std::shared_ptr<optim::Scheduler>;
struct Kind {
    const char* name;
    std::function<Made(optim::Optimizer&)> make;
};

template <class S, class Options>
Kind kind(const char* name, Options options)
{
    return {name, [options](optim::Optimizer& o) { return std::make_shared<S>(o, options); }};
}

std::vector<Kind> all_kinds()
{
    using namespace optim;
    const auto half = [](std::int64_t t) { return 1 / static_cast<double>(t + 1); };
    return {
        kind<LambdaLR>("LambdaLR", LambdaLROptions{{half}}),
        kind<MultiplicativeLR>("MultiplicativeLR", MultiplicativeLROptions{{half}}),
        kind<StepLR>("StepLR", StepLROptions{3, 0.5}),
        kind<MultiStepLR>("MultiStepLR", MultiStepLROptions{{2, 5}, 0.5}),
        kind<ConstantLR>("ConstantLR", ConstantLROptions{0.5, 4}),
        kind<LinearLR>("LinearLR", LinearLROptions{0.25, 1, 6}),
        kind<ExponentialLR>("ExponentialLR", ExponentialLROptions{0.9}),
        kind<PolynomialLR>("PolynomialLR", PolynomialLROptions{8, 2}),
        kind<ExponentialDecayLR>("ExponentialDecayLR", ExponentialDecayLROptions{0.1}),
        kind<InverseTimeLR>("InverseTimeLR", InverseTimeLROptions{0.1}),
        kind<CosineAnnealingLR>("CosineAnnealingLR", CosineAnnealingLROptions{4, 0.01}),
        kind<CosineAnnealingWarmRestarts>("CosineAnnealingWarmRestarts", CosineAnnealingWarmRestartsOptions{2, 2}),
        kind<CyclicLR>("CyclicLR", CyclicLROptions{.base_lr = 0.01, .max_lr = 0.1, .step_size_up = 3}),
        kind<OneCycleLR>("OneCycleLR", OneCycleLROptions{.max_lr = 0.1, .total_steps = 12}),
        {"SequentialLR",
         [](Optimizer& o) {
             return std::make_shared<SequentialLR>(
                 o, Schedules{LinearLR{o, {.total_iters = 3}}, ExponentialLR{o, {.gamma = 0.9}}},
                 std::vector<std::int64_t>{3});
         }},
        {"ChainedScheduler",
         [](Optimizer& o) {
             return std::make_shared<ChainedScheduler>(
                 o, Schedules{ConstantLR{o, {.factor = 0.5, .total_iters = 3}}, ExponentialLR{o, {.gamma = 0.9}}});
         }},
    };
}

}  // namespace

TEST(Schedules, AreWhatTheirClosedFormsSay)
{
    optim::SGD a = with_rate(0.8), b = with_rate(0.8), c = with_rate(0.8), d = with_rate(0.8);
    optim::PolynomialLR polynomial{a, {.total_iters = 4, .power = 2}};
    optim::CosineAnnealingLR cosine{b, {.T_max = 4}};
    optim::CosineAnnealingWarmRestarts restarts{c, {.T_0 = 2, .T_mult = 2}};
    optim::LinearLR linear{d, {.start_factor = 0.5, .total_iters = 2}};
    expect_near(rates(a, polynomial, 5), {0.8, 0.45, 0.2, 0.05, 0, 0}, 1e-15);
    const double high = 0.4 * (1 + std::sqrt(0.5)), low = 0.4 * (1 - std::sqrt(0.5));
    expect_near(rates(b, cosine, 8), {0.8, high, 0.4, low, 0, low, 0.4, high, 0.8}, 1e-14);
    expect_near(rates(c, restarts, 6), {0.8, 0.4, 0.8, high, 0.4, low, 0.8}, 1e-14);
    expect_near(rates(d, linear, 3), {0.4, 0.6, 0.8, 0.8}, 1e-15);
}

TEST(Schedules, WarmUpRisesAndThenFallsAlongACosine)
{
    optim::SGD sgd = with_rate(0.8);
    optim::SequentialLR schedule = optim::warmup_cosine(sgd, 2, 6);
    const double high = 0.4 * (1 + std::sqrt(0.5)), low = 0.4 * (1 - std::sqrt(0.5));
    expect_near(rates(sgd, schedule, 6), {0, 0.4, 0.8, high, 0.4, low, 0}, 1e-15);
}

TEST(Schedules, GoOnBitForBitFromASavedState)
{
    for (const Kind& kind : all_kinds()) {
        SCOPED_TRACE(kind.name);
        optim::SGD first = with_rate(0.3), second = with_rate(0.3);
        const Made before = kind.make(first), after = kind.make(second);
        rates(first, *before, 4);
        second.load_state_dict([&] {
            parabola(first.parameters());
            return first.state_dict();
        }());
        after->load_state_dict(before->state_dict());
        EXPECT_EQ(rates(second, *after, 6), rates(first, *before, 6));
        EXPECT_EQ(after->last_lr()[0], first.lr());
    }
}

TEST(Schedules, DescribeThemselvesByName)
{
    for (const Kind& kind : all_kinds()) {
        optim::SGD sgd = with_rate(0.3);
        EXPECT_EQ(kind.make(sgd)->describe().rfind(kind.name, 0), 0U);
    }
    optim::SGD sgd = with_rate(0.1);
    EXPECT_EQ((optim::ExponentialDecayLR{sgd, {.k = 0.5}}.describe()),
              "ExponentialDecayLR\n  lr = lr_0 e^(-0.5 t)\n  PyTorch: ExponentialLR(gamma=0.6065306597126334)\n"
              "  lecture: alpha_0 e^(-k t) (S1:875)\n");
}

TEST(Schedules, FollowAnOptimizerThatMovesAndRefuseOneThatIsGone)
{
    auto sgd = std::make_unique<optim::SGD>(with_rate(0.8));
    optim::ExponentialLR schedule{*sgd, {.gamma = 0.5}};
    optim::SGD moved = std::move(*sgd);
    sgd.reset();
    schedule.step();
    EXPECT_EQ(moved.lr(), 0.4);
    {
        const optim::SGD last = std::move(moved);
    }
    EXPECT_THROW_TEXT(
        schedule.step(), std::logic_error,
        "ExponentialLR: its optimizer is gone.\n  rule: a schedule sets the options of a living optimizer.\n"
        "  try:  keep the optimizer as long as the schedule.");
    EXPECT_EQ(schedule.last_epoch(), 1);
}

TEST(Schedules, SetTheRateOfEachGroup)
{
    optim::SGD sgd{{{{number(1)}, {.lr = 0.5}}, {{number(1)}, {.lr = 0.25}}}};
    optim::LambdaLR schedule{sgd,
                             {{[](std::int64_t) { return 0.5; }, [](std::int64_t t) { return t == 0 ? 1.0 : 2.0; }}}};
    schedule.step();
    EXPECT_EQ(schedule.last_lr(), (std::vector<double>{0.25, 0.5}));
}

TEST(Schedules, RefuseBadOptions)
{
    optim::SGD sgd = with_rate(0.1), other = with_rate(0.1);
    optim::Adagrad adagrad{{number(1)}};
    EXPECT_THROW_TEXT((optim::StepLR{sgd, {.step_size = 0}}), std::invalid_argument,
                      "StepLR: step_size is 0.\n  rule: it is at least 1.\n  try:  check the options of the schedule.");
    EXPECT_THROW((optim::CyclicLR{adagrad, {}}), std::invalid_argument);
    EXPECT_THROW((optim::OneCycleLR{adagrad, {.total_steps = 5}}), std::invalid_argument);
    EXPECT_THROW((optim::OneCycleLR{sgd, {}}), std::invalid_argument);
    EXPECT_THROW((optim::LambdaLR{sgd, {}}), std::invalid_argument);
    EXPECT_THROW((optim::LinearLR{sgd, {.start_factor = 0}}), std::invalid_argument);
    EXPECT_THROW((optim::CosineAnnealingLR{sgd, {.T_max = 0}}), std::invalid_argument);
    EXPECT_THROW((optim::ReduceLROnPlateau{sgd, {.factor = 1}}), std::invalid_argument);
    EXPECT_THROW((optim::SequentialLR{sgd, optim::Schedules{optim::ExponentialLR{sgd, {}}}, {3}}),
                 std::invalid_argument);
    EXPECT_THROW((optim::ChainedScheduler{sgd, optim::Schedules{optim::ExponentialLR{other, {}}}}),
                 std::invalid_argument);
    EXPECT_EQ(sgd.lr(), 0.1);
    optim::OneCycleLR cycle{sgd, {.max_lr = 0.1, .total_steps = 2}};
    cycle.step();
    cycle.step();
    EXPECT_THROW(cycle.step(), std::logic_error);
    optim::ReduceLROnPlateau plateau{other};
    EXPECT_THROW(static_cast<optim::Scheduler&>(plateau).step(), std::logic_error);
    EXPECT_THROW(plateau.load_state_dict(cycle.state_dict()), std::invalid_argument);
}
