// vmap in one batch: what it calls, what it composes with.
#include <xgrad/error.hpp>
#include <xgrad/functional/checkpoint.hpp>
#include <xgrad/functional/custom.hpp>
#include <xgrad/functional/gradients.hpp>
#include <xgrad/functional/hooks.hpp>
#include <xgrad/functional/jacobian.hpp>
#include <xgrad/functional/vmap.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/parameter.hpp>
#include <xgrad/random.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include "autograd/recording.hpp"
#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace {

using namespace xgrad;

const Tensor kX = tensor({2}, {1, 2}, f64);
const Tensor kMatrix = tensor({2, 3}, {0.5, -1.25, 2, 0.75, -0.625, 1.5}, f64);
const Tensor kCube = tensor({2, 2, 3}, {0.5, -1.25, 2, 0.75, -0.625, 1.5, 1.25, 0.375, -0.875, -1.5, 0.25, 2.25}, f64);

constexpr VmapOptions kLoop{.in_axes = {}, .loop = true};

/// vmap of f, in a batch and as a loop, at x; both agree, and the batch calls f once.
template <class F>
void expect_one_call(F f, const Tensor& x)
{
    int calls = 0;
    const Tensor y = vmap([&](const Tensor& one) {
        ++calls;
        return f(one);
    })(x);
    EXPECT_EQ(calls, 1);
    EXPECT_TENSOR_NEAR(y, vmap(f, kLoop)(x), 1e-13);
}

TEST(VmapBatch, CallsTheFunctionOnceWithTheShapeOfASample)
{
    int calls = 0;
    const Tensor y = vmap([&](const Tensor& x) {
        ++calls;
        EXPECT_EQ(x.sizes(), Sizes({3}));
        EXPECT_EQ(x.numel(), 3);
        EXPECT_EQ(x.dtype(), f64);
        return sum(x);
    })(kMatrix);
    EXPECT_EQ(calls, 1);
    EXPECT_TENSOR_EQ(y, tensor({2}, {1.25, 1.625}, f64));
}

TEST(VmapBatch, RecordsEachOperationOnce)
{
    Tape tape;
    const Tensor x = tape.variable(kMatrix);
    const std::size_t before = tape.recording("test").nodes.size();
    (void)vmap([](const Tensor& one) { return sum(tanh(one) * one); })(x);
    EXPECT_EQ(tape.recording("test").nodes.size() - before, 3u);  // tanh, mul, sum
}

TEST(VmapBatch, AlignsOperandsOfDifferentNumbersOfAxes)
{
    // (3) of a sample beside a shared (2, 1) and a sample's ().
    const Tensor column = tensor({2, 1}, {10, 20}, f64);
    const auto f = [&](const Tensor& row, const Tensor& number) { return row * column + number; };
    EXPECT_TENSOR_EQ(vmap(f)(kMatrix, kX), vmap(f, {.loop = true})(kMatrix, kX));
    EXPECT_EQ(vmap(f)(kMatrix, kX).sizes(), Sizes({2, 2, 3}));
}

TEST(VmapBatch, ValuesThatAllSamplesShareAreRepeated)
{
    const Tensors y = vmap([](const Tensor& x) { return Tensors{x, kX * 2}; })(kMatrix);
    ASSERT_EQ(y.size(), 2u);
    EXPECT_TENSOR_EQ(y[1], tensor({2, 2}, {2, 4, 2, 4}, f64));
}

TEST(VmapBatch, NestedLevelsKeepTheirAxesApart)
{
    // y[i][j] = a_i b_j + sum of row j of the matrix, with a and b at different levels.
    const auto inner = [](const Tensor& a) {
        return vmap([a](const Tensor& b, const Tensor& row) { return a * b + sum(row); })(kX, kMatrix);
    };
    const Tensor a = tensor({3}, {1, 10, 100}, f64);
    EXPECT_TENSOR_EQ(vmap(inner)(a), vmap(inner, {.loop = true})(a));
    EXPECT_TENSOR_EQ(vmap(inner)(a), tensor({3, 2}, {2.25, 3.625, 11.25, 21.625, 101.25, 201.625}, f64));
    const auto swapped = [](const Tensor& x) {
        return vmap([](const Tensor& t) { return t * 2; }, {.in_axes = {1}})(x);
    };
    EXPECT_TENSOR_EQ(vmap(swapped)(kCube), permute(kCube * 2, {0, 2, 1}));
}

TEST(VmapBatch, GradientsOfSamplesWithRespectToAValueThatTheyShare)
{
    int calls = 0;
    const auto loss = [&](const Tensor& w, const Tensor& x) {
        ++calls;
        return square(sum(w * x));
    };
    // 2 (w . x) x: w . x = 5 and 11 for the rows.
    const Tensor x = tensor({2, 2}, {1, 2, 3, 4}, f64);
    EXPECT_TENSOR_EQ(vmap(grad(loss), {.in_axes = {kNoAxis, 0}})(kX, x), tensor({2, 2}, {10, 20, 66, 88}, f64));
    EXPECT_EQ(calls, 1);
    // And of a vmap the sum over samples.
    const auto total = [&](const Tensor& w) { return sum(vmap(loss, {.in_axes = {kNoAxis, 0}})(w, x)); };
    EXPECT_TENSOR_EQ(grad(total)(kX), tensor({2}, {76, 108}, f64));
    EXPECT_EQ(calls, 2);
}

TEST(VmapBatch, ComposesWithAllForms)
{
    const auto f = [](const Tensor& x) { return sum(tanh(x) * x * x); };
    const auto vector = [](const Tensor& x) { return tanh(x) * sum(x); };
    const Tensor v = tensor({3}, {1, -2, 0.5}, f64);
    expect_one_call(grad(f), kMatrix);
    expect_one_call(grad([&](const Tensor& x) { return sum(square(grad(f)(x))); }), kMatrix);
    expect_one_call(hessian(f), kMatrix);
    expect_one_call(jacobian(vector), kMatrix);
    expect_one_call(jacobian(vector, {.forward = true}), kMatrix);
    expect_one_call([&](const Tensor& x) { return hvp(f, x, v); }, kMatrix);
    expect_one_call([&](const Tensor& x) { return jvp(vector, x, v).second; }, kMatrix);
    expect_one_call([&](const Tensor& x) { return vjp(vector, x).second(v); }, kMatrix);
    const auto mapped = [&](const Tensor& x) { return vmap(vector)(x); };
    const auto looped = [&](const Tensor& x) { return vmap(vector, kLoop)(x); };
    EXPECT_TENSOR_NEAR(jacobian(mapped)(kMatrix), jacobian(looped)(kMatrix), 1e-14);
    EXPECT_TENSOR_NEAR(jacobian(mapped, {.forward = true})(kMatrix), jacobian(looped)(kMatrix), 1e-14);
    const auto total = [&](const Tensor& x) { return sum(square(mapped(x))); };
    const auto total_of_loop = [&](const Tensor& x) { return sum(square(looped(x))); };
    EXPECT_TENSOR_NEAR(hessian(total)(kMatrix), hessian(total_of_loop)(kMatrix), 1e-13);
    EXPECT_TENSOR_NEAR(grad(total)(kMatrix), grad(total_of_loop)(kMatrix), 1e-13);
}

TEST(VmapBatch, PullbackOfTheOutsideTakesBatchedAdjoints)
{
    // Rows of the Jacobian of tanh(x) sum(x), by mapping the pull-back over the unit vectors.
    const auto f = [](const Tensor& x) { return tanh(x) * sum(x); };
    const Tensor x = tensor({3}, {0.5, -1, 0.25}, f64);
    const auto pull = vjp(f, x).second;
    EXPECT_TENSOR_NEAR(vmap([&](const Tensor& e) { return pull(e); })(eye(3, f64)), jacobian(f)(x), 1e-14);
}

TEST(VmapBatch, JacobiansWalkForAllElementsTogether)
{
    int walks = 0;
    const auto counted = custom_vjp(
        "counted", [](const Tensor& x) { return x * x; },
        [&](const Tensor& x, const Tensor&, const Tensor& gy) {
            ++walks;
            return 2 * x * gy;
        });
    const Tensor x = tensor({4}, {1, 2, 3, 4}, f64);
    const auto f = [&](const Tensor& t) { return tanh(t) * sum(counted(t)); };
    const Tensor j = jacobian(f)(x);
    EXPECT_EQ(walks, 1);
    EXPECT_TENSOR_NEAR(j, jacobian([](const Tensor& t) { return tanh(t) * sum(t * t); }, {.forward = true})(x), 1e-14);
}

TEST(VmapBatch, JacobiansOfWhatHasNoBatchWalkOneByOne)
{
    // y_i = x_i^2, with a rule that reads elements.
    const auto reads = custom_vjp(
        "reads", [](const Tensor& x) { return x * x; },
        [](const Tensor& x, const Tensor&, const Tensor& gy) { return gy * x * (2 + 0 * gy.to_vector<double>()[0]); });
    EXPECT_TENSOR_EQ(jacobian(reads)(kX), tensor({2, 2}, {2, 0, 0, 4}, f64));
}

TEST(VmapBatch, CheckpointInsideAndOutside)
{
    const auto f = [](const Tensor& x) { return tanh(x) * sum(x); };
    const auto inside = [&](const Tensor& x) {
        return sum(square(vmap([&](const Tensor& r) { return checkpoint(f, r); })(x)));
    };
    const auto outside = [&](const Tensor& x) {
        return sum(square(checkpoint([&](const Tensor& all) { return vmap(f)(all); }, x)));
    };
    const auto plain = [&](const Tensor& x) { return sum(square(vmap(f, kLoop)(x))); };
    EXPECT_TENSOR_NEAR(grad(inside)(kMatrix), grad(plain)(kMatrix), 1e-14);
    EXPECT_TENSOR_NEAR(grad(outside)(kMatrix), grad(plain)(kMatrix), 1e-14);
    EXPECT_TENSOR_NEAR(hessian(inside)(kMatrix), hessian(plain)(kMatrix), 1e-13);
    expect_one_call(grad([&](const Tensor& x) { return sum(square(checkpoint(f, x))); }), kMatrix);
}

TEST(VmapBatch, CheckpointDrawsTheSameNumbersForEachSampleAgain)
{
    manual_seed(3);
    const auto noisy = [](const Tensor& x) { return x * rand({3}, {f64}); };
    Tape tape;
    const Tensor x = tape.variable(ones({2, 3}, f64));
    const Tensor y = vmap([&](const Tensor& r) { return checkpoint(noisy, r); })(x);
    tape.backward(sum(y));
    EXPECT_TENSOR_EQ(x.grad(), y);  // d(x r)/dx = r = y at x = 1
}

TEST(VmapBatch, RulesOfOnesOwnSeeOneSample)
{
    const auto soft = custom_vjp(
        "soft", [](const Tensor& x) { return log(1 + exp(x)); },
        [](const Tensor& x, const Tensor&, const Tensor& gy) {
            EXPECT_EQ(x.ndim(), 1u);
            EXPECT_EQ(gy.ndim(), 1u);
            return gy * sigmoid(x);
        });
    const auto scaled = custom_vjp(
        "scaled", [](const Tensor& x, const Tensor& w) { return x * w; },
        [](const Tensor& x, const Tensor& w, const Tensor&, const Tensor& gy) {
            return Tensors{gy * w, sum(gy * x)};
        });
    const auto sine = custom_jvp(
        "sine", [](const Tensor& x) { return sin(x); },
        [](const Tensor& x, const Tensor&, const Tensor& t) { return t * cos(x); });
    const Tensor w = tensor(1.5, f64);
    const auto f = [&](const Tensor& x, const Tensor& v) { return sum(square(scaled(soft(x), v)) * sine(x)); };
    const VmapOptions shared{.in_axes = {0, kNoAxis}}, loop{.in_axes = {0, kNoAxis}, .loop = true};
    for (const std::size_t argnum : {0u, 1u}) {
        EXPECT_TENSOR_NEAR(vmap(grad(f, argnum), shared)(kMatrix, w), vmap(grad(f, argnum), loop)(kMatrix, w), 1e-14);
        const auto sums = [&](const VmapOptions& options) {
            return grad([&](const Tensor& x, const Tensor& v) { return sum(vmap(f, options)(x, v)); }, argnum)(kMatrix,
                                                                                                               w);
        };
        EXPECT_TENSOR_NEAR(sums(shared), sums(loop), 1e-14);
    }
    expect_one_call(hessian([&](const Tensor& x) { return f(x, w); }), kMatrix);
    const auto nested = [&](const VmapOptions& options) {
        return grad([&](const Tensor& x) {
            return sum(vmap([&](const Tensor& m) { return vmap(f, options)(m, w); }, {.loop = options.loop})(x));
        })(kCube);
    };
    EXPECT_TENSOR_NEAR(nested(shared), nested(loop), 1e-14);
}

TEST(VmapBatch, ARuleMayGiveAConstantOrNothing)
{
    // y does not depend on the rule's inputs in the forward pass, and the adjoint not on gy: samples count each.
    const auto odd = custom_vjp(
        "odd", [](const Tensor& x, const Tensor&) { return zeros_like(x); },
        [](const Tensor& x, const Tensor&, const Tensor&, const Tensor&) {
            return Tensors{ones_like(x) * 3, ones({3}, f64)};
        });
    Tape tape;
    const Tensor x = tape.variable(kMatrix), w = tape.variable(ones({3}, f64));
    tape.backward(sum(vmap([&](const Tensor& r) { return odd(r, w); })(x)));
    EXPECT_TENSOR_EQ(x.grad(), full({2, 3}, 3, f64));
    EXPECT_TENSOR_EQ(w.grad(), full({3}, 2, f64));
}

TEST(VmapBatch, RecordedOperationsOfUsersBroadcast)
{
    const auto mine = [](const Tensor& a, const Tensor& b) {
        Tensor y;
        {
            const NoGrad off;
            y = a * b;
        }
        return record("my_mul", {a, b}, y, [a, b](const Tensor& gy, Adjoints& gx) {
            if (gx.wants(0)) gx.add(0, gy * b);
            if (gx.wants(1)) gx.add(1, gy * a);
        });
    };
    const Tensor row = tensor({3}, {1, 2, 3}, f64);
    const auto of = [&](const VmapOptions& options, std::size_t argnum) {
        return grad([&](const Tensor& x, const Tensor& r) { return sum(square(vmap(mine, options)(x, r))); }, argnum)(
            kCube, row);
    };
    for (const std::size_t argnum : {0u, 1u})
        EXPECT_TENSOR_NEAR(of({.in_axes = {0, kNoAxis}}, argnum), of({.in_axes = {0, kNoAxis}, .loop = true}, argnum),
                           1e-13);
}

TEST(VmapBatch, TapesInsideGiveGradientsOfSamples)
{
    const auto f = [](const Tensor& given) {
        Tape tape;
        const Tensor x = tape.variable(given), w = tape.variable(ones({3}, f64));
        const Tensor h = x * w;
        retain_grad(h);
        tape.backward(sum(square(h)));
        EXPECT_EQ(x.grad().sizes(), Sizes({3}));
        return Tensors{x.grad(), w.grad(), h.grad()};
    };
    const Tensors y = vmap(f)(kMatrix), wanted = vmap(f, {.loop = true})(kMatrix);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_TENSOR_EQ(y[i], wanted[i]);
    // And Tape::grad.
    const auto g = [](const Tensor& given) {
        Tape tape;
        const Tensor x = tape.variable(given);
        return tape.grad(sum(x * x * x), {x}).front();
    };
    expect_one_call(g, kMatrix);
}

TEST(VmapBatch, AGradientWithRespectToASharedValueComesFromTheLoop)
{
    Tape tape;
    const Tensor w = tape.variable(kX);
    const auto f = [&](const Tensor& x) { return tape.grad(square(sum(w * x)), {w}).front(); };
    EXPECT_TENSOR_EQ(vmap(f)(tensor({2, 2}, {1, 2, 3, 4}, f64)), tensor({2, 2}, {10, 20, 66, 88}, f64));
}

TEST(VmapBatch, ParametersGetTheSumOverSamples)
{
    Parameter w(kX);
    const Tensor x = tensor({2, 2}, {1, 2, 3, 4}, f64);
    Tape tape;
    tape.backward(sum(vmap([&](const Tensor& r) { return square(sum(w * r)); })(x)));
    EXPECT_TENSOR_EQ(w.grad(), tensor({2}, {76, 108}, f64));
    Tape again;
    w.zero_grad();
    again.backward(
        sum(vmap([](const Tensor& v, const Tensor& r) { return v * sum(r); })(w, x)));  // the samples are w's
    EXPECT_TENSOR_EQ(w.grad(), tensor({2}, {3, 7}, f64));
}

TEST(VmapBatch, HooksSeeOneSample)
{
    Tape tape;
    const Tensor x = tape.variable(kMatrix);
    int calls = 0;
    const Tensor y = vmap([&](const Tensor& r) {
        const Tensor h = r * 2;
        register_hook(h, [&](const Tensor& gh) {
            ++calls;
            EXPECT_EQ(gh.sizes(), Sizes({3}));
            return gh * 10;
        });
        return sum(h);
    })(x);
    tape.backward(sum(y));
    EXPECT_EQ(calls, 1);
    EXPECT_TENSOR_EQ(x.grad(), full({2, 3}, 20, f64));
}

TEST(VmapBatch, LinearAlgebraOfSquareBatches)
{
    // Two samples of 2 x 2: no rule may take a batch of vectors for a matrix.
    const Tensor a = tensor({2, 2, 2}, {2, 1, 0.5, 3, 4, -1, 1, 2}, f64), b = tensor({2, 2}, {1, 2, 3, 4}, f64);
    const auto solve_both = [](const Tensor& m, const Tensor& r) { return linalg::solve(m, r); };
    const auto check = [&](const VmapOptions& given, const Tensor& m, const Tensor& r) {
        VmapOptions loop = given;
        loop.loop = true;
        EXPECT_TENSOR_NEAR(vmap(solve_both, given)(m, r), vmap(solve_both, loop)(m, r), 1e-13);
    };
    check({.in_axes = {0, 0}}, a, b);
    check({.in_axes = {0, kNoAxis}}, a, b);
    check({.in_axes = {kNoAxis, 0}}, select(a, 0, 0), b);
    check({.in_axes = {kNoAxis, 0}}, select(a, 0, 0), a);
}

TEST(VmapBatch, RandomNumbersAreDrawnForEachSample)
{
    manual_seed(7);
    const Tensor y = vmap([](const Tensor& x) { return x + rand({4}, {f64}); })(zeros({2}, f64));
    EXPECT_EQ(y.sizes(), Sizes({2, 4}));
    EXPECT_NE(to_string(select(y, 0, 0)), to_string(select(y, 0, 1)));
    const Tensor nested = vmap([](const Tensor& r) {
        return vmap([](const Tensor& x) { return x + to(randint(0, 1 << 30, {}), f64); })(r);
    })(zeros({3, 2}, f64));
    const std::vector<double> all = nested.to_vector<double>();
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t k = 0; k < i; ++k) EXPECT_NE(all[i], all[k]);
    const Tensor p = tensor({2}, {0, 1}, f64);
    EXPECT_TENSOR_EQ(vmap([](const Tensor& one) { return bernoulli(expand(one, {5})); })(p),
                     tensor({2, 5}, {0, 0, 0, 0, 0, 1, 1, 1, 1, 1}, f64));
    const Tensor order = vmap([](const Tensor& x) { return to(randperm(3), f64) * x; })(ones({4}, f64));
    EXPECT_TENSOR_EQ(sum(order, 1), full({4}, 3, f64));
}

TEST(VmapBatch, WhatNeedsTheElementsRunsAsALoop)
{
    // The number of elements above 0 is 2 for both rows.
    int calls = 0;
    const auto f = [&](const Tensor& x) {
        ++calls;
        return masked_select(x, x > 0);
    };
    EXPECT_TENSOR_EQ(vmap(f)(kMatrix), tensor({2, 2}, {0.5, 2, 0.75, 1.5}, f64));
    EXPECT_EQ(calls, 3);  // once in vain
    const auto values = [](const Tensor& x) { return x * x.to_vector<double>()[0]; };
    EXPECT_TENSOR_EQ(vmap(values)(kMatrix), vmap(values, kLoop)(kMatrix));
    // A loop inside a batch: the outer function is called once for each sample, too.
    EXPECT_TENSOR_EQ(vmap([&](const Tensor& m) { return vmap(f)(m); })(unsqueeze(kMatrix, 0)),
                     tensor({1, 2, 2}, {0.5, 2, 0.75, 1.5}, f64));
    // Random numbers are those of the loop alone.
    const auto noisy = [](const Tensor& x) { return masked_select(x + rand({3}, {f64}) * 0.25, x > 0); };
    manual_seed(1);
    const Tensor fallen_back = vmap(noisy)(kMatrix);
    manual_seed(1);
    EXPECT_TENSOR_EQ(fallen_back, vmap(noisy, kLoop)(kMatrix));
}

}  // namespace
