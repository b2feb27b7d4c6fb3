// A training step that has run before asks nothing of the system: every malloc of the process is counted.
#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/fuse.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/asgd.hpp>
#include <xgrad/optim/clip.hpp>
#include <xgrad/optim/layerwise.hpp>
#include <xgrad/optim/muon.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/schedules.hpp>
#include <xgrad/optim/sgd.hpp>
#include <xgrad/optim/signs.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstddef>

#include "autograd/ops/lstm_sequence.hpp"

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define XGRAD_COUNTS_MALLOC 1

namespace {
std::atomic<long> g_allocations{0};
}

// operator new and all libraries end here.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size)
{
    ++g_allocations;
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size)
{
    ++g_allocations;
    return __libc_calloc(count, size);
}
void* realloc(void* block, std::size_t size)
{
    ++g_allocations;
    return __libc_realloc(block, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size)
{
    ++g_allocations;
    return __libc_memalign(alignment, size);
}
int posix_memalign(void** block, std::size_t alignment, std::size_t size)
{
    ++g_allocations;
    *block = __libc_memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}
}
#endif

using namespace xgrad;

namespace {

struct Mlp {
    nn::Linear first{20, 32}, second{32, 5};
    XGRAD_MODULE(Mlp, first, second)

    Tensor operator()(const Input& x) const { return second(tanh(first(x))); }
};

struct Cnn {
    nn::Conv2d conv{1, 4, 3, {.padding = 1}};
    nn::Linear fc{64, 5};
    XGRAD_MODULE(Cnn, conv, fc)

    Tensor operator()(const Input& x) const { return fc(flatten(max_pool2d(relu(conv(x)), 2), 1)); }
};

#ifdef XGRAD_COUNTS_MALLOC
template <class Step>
long allocations_of(Step step)
{
    for (int i = 0; i < 5; ++i) step();
    const long before = g_allocations;
    for (int i = 0; i < 20; ++i) step();
    return g_allocations - before;
}

template <class Optimizer, class Model>
void expect_none(Optimizer& optimizer, const Model& model, Sizes sizes)
{
    const Tensor x = nn::init::normal(sizes, 0, 1);
    const Tensor labels = from_values({16}, std::vector<std::int64_t>(16, 3));
    EXPECT_EQ(allocations_of([&] {
                  Tape tape;
                  const Tensor loss = nn::cross_entropy(model(x), labels);
                  optimizer.zero_grad();
                  tape.backward(loss);
                  optimizer.step();
              }),
              0);
}
#endif

}  // namespace

TEST(SteadyStep, OfSgdAllocatesNothing)
{
#ifdef XGRAD_COUNTS_MALLOC
    const Mlp model;
    optim::SGD sgd{nn::parameters(model), {.lr = 0.1, .momentum = 0.9}};
    expect_none(sgd, model, {16, 20});
#endif
}

TEST(SteadyStep, OfAdamAllocatesNothing)
{
#ifdef XGRAD_COUNTS_MALLOC
    const Mlp model;
    optim::Adam adam{nn::parameters(model), {.amsgrad = true}};
    expect_none(adam, model, {16, 20});
#endif
}

TEST(SteadyStep, OfTheOtherOptimizersAllocatesNothing)
{
#ifdef XGRAD_COUNTS_MALLOC
    const auto check = [](auto options) {
        const Mlp model;
        optim::OptimizerOf<decltype(options)> optimizer{nn::parameters(model), options};
        expect_none(optimizer, model, {16, 20});
    };
    check(optim::AdamWOptions{.penalty = {.l1 = 0.01, .biases = false}});
    check(optim::AdamaxOptions{});
    check(optim::NAdamOptions{});
    check(optim::RAdamOptions{});
    check(optim::AdagradOptions{});
    check(optim::AdadeltaOptions{});
    check(optim::RMSpropOptions{.momentum = 0.5, .centered = true});
    check(optim::ASGDOptions{});
    check(optim::RpropOptions{});
    check(optim::LionOptions{});
    check(optim::LAMBOptions{});
    check(optim::LARSOptions{});
#endif
}

TEST(SteadyStep, OfMuonAllocatesNothing)
{
#ifdef XGRAD_COUNTS_MALLOC
    const Parameter w(nn::init::normal({24, 16}, 0, 1));
    w.set_grad(ones({24, 16}));
    optim::Muon muon{{w}};
    EXPECT_EQ(allocations_of([&] { muon.step(); }), 0);
#endif
}

TEST(SteadyStep, WithClippingAScheduleAndAWatchForNanAllocatesNothing)
{
#ifdef XGRAD_COUNTS_MALLOC
    const Mlp model;
    optim::Adam adam{nn::parameters(model)};
    adam.nan_gradients(optim::NanGradients::skip);
    optim::OneCycleLR schedule{adam, {.max_lr = 0.1, .total_steps = 1000}};
    const Tensor x = nn::init::normal({16, 20}, 0, 1), labels = from_values({16}, std::vector<std::int64_t>(16, 3));
    EXPECT_EQ(allocations_of([&] {
                  Tape tape;
                  const Tensor loss = nn::cross_entropy(model(x), labels);
                  adam.zero_grad();
                  tape.backward(loss);
                  optim::clip_grad_norm(adam.parameters(), 0.01);
                  adam.step();
                  schedule.step();
              }),
              0);
#endif
}

TEST(SteadyStep, OfConvolutionsAllocatesNothing)
{
#ifdef XGRAD_COUNTS_MALLOC
    const Cnn model;
    optim::SGD sgd{nn::parameters(model), {.lr = 0.1}};
    expect_none(sgd, model, {16, 1, 8, 8});
#endif
}

TEST(SteadyStep, OfGradientsThatAreAccumulatedAllocatesNothing)
{
#ifdef XGRAD_COUNTS_MALLOC
    const Parameter w(nn::init::normal({8, 8}, 0, 1));
    const Tensor x = ones({8, 8});
    EXPECT_EQ(allocations_of([&] {
                  Tape tape;
                  tape.backward(nn::mse_loss(x * w, x));
              }),
              0);
#endif
}

TEST(SteadyStep, OfAFusedExpressionAllocatesNothing)
{
#ifdef XGRAD_COUNTS_MALLOC
    const Parameter a(nn::init::normal({300, 200}, 0, 1)), row(nn::init::normal({200}, 0, 1));
    const Tensor x = nn::init::normal({200, 300}, 0, 1);
    const auto f = [](auto p, auto q, auto b) { return where(p > 0.5, tanh(p * q + b) * 2.0, leaky_relu(b)); };
    EXPECT_EQ(allocations_of([&] {
                  a.zero_grad();
                  row.zero_grad();
                  Tape tape;
                  tape.backward(sum(fuse(f, a, transpose(x, 0, 1), row)));
              }),
              0);
#endif
}

TEST(SteadyStep, OfAnLstmOverASequenceAllocatesNothing)
{
#ifdef XGRAD_COUNTS_MALLOC
    const Parameter w(nn::init::normal({80, 20}, 0, 1));
    const Tensor x = nn::init::normal({5, 7, 80}, 0, 1), state = zeros({7, 20});
    EXPECT_EQ(allocations_of([&] {
                  w.zero_grad();
                  Tape tape;
                  tape.backward(sum(detail::lstm_sequence(x, w, state, state, false)));
              }),
              0);
#endif
}

// The counter works.
TEST(SteadyStep, TheCounterSeesAnAllocation)
{
#ifdef XGRAD_COUNTS_MALLOC
    std::vector<std::vector<int>> kept;
    EXPECT_GE(allocations_of([&] { kept.emplace_back(100); }), 20);
#endif
}
