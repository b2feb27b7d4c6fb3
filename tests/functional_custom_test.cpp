// Functions whose backward is special: checkpoint, custom_vjp, custom_jvp, and hooks.
#include <xgrad/error.hpp>
#include <xgrad/functional/checkpoint.hpp>
#include <xgrad/functional/custom.hpp>
#include <xgrad/functional/gradients.hpp>
#include <xgrad/functional/hooks.hpp>
#include <xgrad/gradcheck.hpp>
#include <xgrad/ops/bridge.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/parameter.hpp>
#include <xgrad/random.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace {

using namespace xgrad;

const Tensor kX = tensor({3}, {1, 2, 3}, f64);
const Tensor kV = tensor({3}, {1, -1, 2}, f64);

// ---- checkpoint -----------------------------------------------------------------------------------------------------

TEST(Checkpoint, GivesTheGradientsOfTheFunction)
{
    // f = x^2 w: df/dx = 2 x w, df/dw = x^2.
    Tape tape;
    const Tensor x = tape.variable(kX), w = tape.variable(kV);
    int calls = 0;
    const auto f = [&](const Tensor& a, const Tensor& b) {
        ++calls;
        return a * a * b;
    };
    const Tensor y = checkpoint(f, x, w);
    EXPECT_TENSOR_EQ(y, tensor({3}, {1, -4, 18}, f64));
    EXPECT_EQ(calls, 1);
    tape.backward(sum(y));
    EXPECT_EQ(calls, 2);
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {2, -4, 12}, f64));
    EXPECT_TENSOR_EQ(w.grad(), tensor({3}, {1, 4, 9}, f64));
}

TEST(Checkpoint, ReachesParametersAndCapturedValues)
{
    // y = x p h with h = 2 c recorded before: all of them get their gradients, h's going on to c.
    const Parameter p(kV);
    Tape tape;
    const Tensor x = tape.variable(kX), c = tape.variable(kX);
    const Tensor h = c * 2;
    const Tensor y = checkpoint([&](const Tensor& a) { return a * p * h; }, x);
    tape.backward(sum(y + c));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {2, -4, 12}, f64));
    EXPECT_TENSOR_EQ(p.grad(), tensor({3}, {2, 8, 18}, f64));
    EXPECT_TENSOR_EQ(c.grad(), tensor({3}, {1 + 2, 1 - 4, 1 + 12}, f64));
}

TEST(Checkpoint, CapturedValuesThatDependOnEachOtherAreCountedOnce)
{
    // y = x h with h = x^2, both read: dy/dx = 3 x^2.
    Tape tape;
    const Tensor x = tape.variable(kX);
    const Tensor h = x * x;
    tape.backward(sum(checkpoint([&](const Tensor& a) { return a * h; }, x)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {3, 12, 27}, f64));
}

TEST(Checkpoint, ChainsAndNests)
{
    const auto step = [](const Tensor& x) { return tanh(x * 1.5); };
    const auto chain = [&](const Tensor& x) {
        Tensor h = x;
        for (int i = 0; i < 5; ++i) h = checkpoint([&](const Tensor& a) { return step(checkpoint(step, a)); }, h);
        return sum(h);
    };
    const auto plain = [&](const Tensor& x) {
        Tensor h = x;
        for (int i = 0; i < 10; ++i) h = step(h);
        return sum(h);
    };
    EXPECT_TENSOR_EQ(grad(chain)(kX), grad(plain)(kX));
    EXPECT_TENSOR_NEAR(hvp(chain, kX, kV), hvp(plain, kX, kV), 1e-14);
}

TEST(Checkpoint, RepeatsRandomNumbers)
{
    manual_seed(7);
    const auto noisy = [](const Tensor& x) {
        std::vector<double> noise(static_cast<std::size_t>(x.numel()));
        fill_uniform(std::span<double>(noise), 0.5, 1.5);
        return x * from_values(x.sizes(), noise);
    };
    Tape tape;
    const Tensor x = tape.variable(kX);
    const Tensor y = checkpoint(noisy, x);
    const std::uint64_t position = default_generator().position();
    tape.backward(sum(y));
    EXPECT_TENSOR_EQ(x.grad() * kX, y);
    EXPECT_EQ(default_generator().position(), position);
}

TEST(Checkpoint, PassesGradcheckTwice)
{
    const Tensor m = tensor({2, 2}, {0.5, -0.25, 0.75, 1}, f64);
    const auto f = [](const Tensor& a, const Tensor& b) {
        return checkpoint([](const Tensor& p, const Tensor& q) { return matmul(tanh(p), q * q); }, a, b);
    };
    for (const bool explain : {false, true}) {
        const auto first = gradcheck(f, {m, m + 1}, {.explain = explain});
        EXPECT_TRUE(first) << first.message;
        const auto second = gradgradcheck(f, {m, m + 1}, {.explain = explain});
        EXPECT_TRUE(second) << second.message;
    }
}

TEST(Checkpoint, FunctionThatReturnsItsInputOrAConstant)
{
    Tape tape;
    const Tensor x = tape.variable(kX);
    tape.backward(sum(checkpoint([](const Tensor& a) { return a; }, x) * 2));
    EXPECT_TENSOR_EQ(x.grad(), full({3}, 2, f64));
    const Tensor c = checkpoint([](const Tensor&) { return kV; }, x);
    EXPECT_THROW(tape.backward(sum(c)), TapeError);
}

TEST(Checkpoint, OutsideOfTapesItIsJustTheFunction)
{
    EXPECT_TENSOR_EQ(checkpoint([](const Tensor& a) { return a * 2; }, kX), kX * 2);
    EXPECT_TENSOR_EQ(checkpoint([](const Tensors& a) { return a[0] + a[1]; }, Tensors{kX, kX}), kX * 2);
}

TEST(Checkpoint, ScalarsOfTheTapeAreRefused)
{
    Tape tape;
    const Tensor x = tape.variable(kX);
    const Scalar s = tape.variable(2.0), t = s * s;
    const Tensor y = checkpoint([=](const Tensor& a) { return a * tensor({1}, std::vector<Scalar>{t * 3.0}); }, x);
    EXPECT_THROW_TEXT(tape.backward(sum(y)), TapeError,
                      "checkpoint: the function reads scalars of the tape that it captures.\n"
                      "  rule: gradients reach what a checkpointed function reads through tensors alone.\n"
                      "  try:  give the scalars as an input: stack({s}).");
    EXPECT_EQ(s.grad(), 0);
    EXPECT_FALSE(x.grad().defined());
}

TEST(Checkpoint, FunctionThatDoesNotRepeatIsFound)
{
    Tape tape;
    const Tensor x = tape.variable(kX);
    int calls = 0;
    const Tensor y = checkpoint([&](const Tensor& a) { return ++calls == 1 ? a * 2 : reshape(a, {3, 1}) * 2; }, x);
    EXPECT_THROW_TEXT(tape.backward(sum(y)), ShapeError,
                      "checkpoint: called again, the function gives f64 (3, 1) in place of a value of shape (3,).\n"
                      "  rule: a checkpointed function computes the same when it is called again.\n"
                      "  try:  let it depend on its inputs alone, and on the default generator.");
    EXPECT_FALSE(x.grad().defined());
}

TEST(Checkpoint, OverwrittenParameterIsFound)
{
    Parameter p(kV);
    Tape tape;
    const Tensor x = tape.variable(kX);
    const Tensor y = sum(checkpoint([&](const Tensor& a) { return a * a * p; }, x));
    p = kX;
    EXPECT_THROW(tape.backward(y), TapeError);
}

// ---- custom rules ---------------------------------------------------------------------------------------------------

TEST(CustomVjp, RuleIsTheGradient)
{
    // A gradient that is turned round: y = 2 x, rule -gy.
    const auto f = custom_vjp(
        "turned_round", [](const Tensor& x) { return x * 2; },
        [](const Tensor&, const Tensor&, const Tensor& gy) { return -gy; });
    EXPECT_TENSOR_EQ(f(kX), kX * 2);
    EXPECT_TENSOR_EQ(grad([&](const Tensor& x) { return sum(f(x) * kV); })(kX), -kV);
}

TEST(CustomVjp, OfSeveralInputsAndOfALists)
{
    const auto two = custom_vjp(
        "two", [](const Tensor& a, const Tensor& b) { return a * b; },
        [](const Tensor& a, const Tensor& b, const Tensor&, const Tensor& gy) {
            return Tensors{gy * b, gy * a};
        });
    const auto list = custom_vjp(
        "list", [](const Tensors& x) { return x[0] * x[1]; },
        [](const Tensors& x, const Tensor&, const Tensor& gy) {
            return Tensors{gy * x[1], gy * x[0]};
        });
    EXPECT_TRUE(gradcheck([&](const Tensor& a, const Tensor& b) { return two(a, b); }, {kX, kV}));
    EXPECT_TRUE(gradgradcheck([&](const Tensor& a, const Tensor& b) { return two(a, b); }, {kX, kV}));
    EXPECT_TRUE(gradgradcheck([&](const Tensors& x) { return list(x); }, {kX, kV}));
}

TEST(CustomVjp, MayUseItsValueAndBeDifferentiatedTwice)
{
    const auto f = custom_vjp(
        "exponential", [](const Tensor& x) { return exp(x); },
        [](const Tensor&, const Tensor& y, const Tensor& gy) { return gy * y; });
    EXPECT_TRUE(gradcheck([&](const Tensor& x) { return f(x); }, {kX}));
    EXPECT_TRUE(gradgradcheck([&](const Tensor& x) { return f(x); }, {kX}));
}

TEST(CustomVjp, WrongRulesAreFound)
{
    const auto f = custom_vjp(
        "too_many", [](const Tensor& x) { return x * 2; },
        [](const Tensor&, const Tensor&, const Tensor& gy) {
            return Tensors{gy, gy};
        });
    EXPECT_THROW_TEXT((void)grad([&](const Tensor& x) { return sum(f(x)); })(kX), ShapeError,
                      "too_many: its rule gave 2 adjoints for 1 inputs.\n"
                      "  rule: a rule gives one adjoint for each input.\n"
                      "  try:  return an undefined Tensor for an input that has none.");
    const auto wrong = custom_vjp(
        "wrong", [](const Tensor& x) { return x * x; },
        [](const Tensor& x, const Tensor&, const Tensor& gy) { return gy * x; });
    EXPECT_FALSE(gradcheck([&](const Tensor& x) { return wrong(x); }, {kX}));
}

TEST(CustomJvp, IsTransposedForReverseMode)
{
    const auto f = custom_jvp(
        "product", [](const Tensor& a, const Tensor& b) { return a * b; },
        [](const Tensor& a, const Tensor& b, const Tensor&, const Tensor& ta, const Tensor& tb) {
            return ta * b + a * tb;
        });
    EXPECT_TENSOR_EQ(jvp([&](const Tensor& a) { return f(a, kV); }, kX, kX).second, kX * kV);
    EXPECT_TRUE(gradcheck([&](const Tensor& a, const Tensor& b) { return f(a, b); }, {kX, kV}));
    EXPECT_TRUE(gradgradcheck([&](const Tensor& a, const Tensor& b) { return f(a, b); }, {kX, kV}));
    const auto list = custom_jvp(
        "list_product", [](const Tensors& x) { return x[0] * x[1]; },
        [](const Tensors& x, const Tensor&, const Tensors& t) { return t[0] * x[1] + x[0] * t[1]; });
    EXPECT_TRUE(gradgradcheck([&](const Tensors& x) { return list(x); }, {kX, kV}));
}

TEST(CustomJvp, TangentMustLookLikeTheValue)
{
    const auto f = custom_jvp(
        "short_tangent", [](const Tensor& x) { return x * 2; },
        [](const Tensor&, const Tensor&, const Tensor& t) { return sum(t); });
    EXPECT_THROW_TEXT((void)grad([&](const Tensor& x) { return sum(f(x)); })(kX), ShapeError,
                      "short_tangent: a tangent of shape () for a value of shape (3,).\n"
                      "  rule: a tangent has the shape of its value.\n"
                      "  try:  reshape it, or use ones_like(value).");
}

// ---- hooks ----------------------------------------------------------------------------------------------------------

TEST(Hooks, SeeAndReplaceTheAdjoint)
{
    Tape tape;
    const Tensor x = tape.variable(kX);
    const Tensor h = x * 2;
    Tensor seen;
    register_hook(h, [&](const Tensor& gh) { seen = gh; });
    register_hook(h, [](const Tensor& gh) { return gh * 10; });
    tape.backward(sum(h * kV) + sum(h));  // the adjoint is complete: both uses
    EXPECT_TENSOR_EQ(seen, kV + 1);
    EXPECT_TENSOR_EQ(x.grad(), (kV + 1) * 20);
}

TEST(Hooks, OfLeavesAndParameters)
{
    const Parameter p(kX);
    Tape tape;
    const Tensor x = tape.variable(kX);
    register_hook(x, [](const Tensor& g) { return -g; });
    register_hook(p, [](const Tensor& g) { return g * 2; });
    tape.backward(sum(x * p), {.retain = true});
    EXPECT_TENSOR_EQ(x.grad(), -kX);
    EXPECT_TENSOR_EQ(p.grad(), kX * 2);
    EXPECT_TENSOR_EQ(tape.grad(sum(x * x), {x})[0], kX * -2);
}

TEST(Hooks, EndWhenTheyAreRemovedAndWithTheTape)
{
    HookHandle handle;
    const Parameter p(kX);
    int calls = 0;
    {
        Tape tape;
        handle = register_hook(p, [&](const Tensor&) { ++calls; });
        tape.backward(sum(p * 2));
        handle.remove();
        handle.remove();
        tape.backward(sum(p * 2));
        EXPECT_EQ(calls, 1);
        handle = register_hook(p, [&](const Tensor&) { ++calls; });
    }
    Tape tape;
    tape.backward(sum(p * 2));
    handle.remove();
    EXPECT_EQ(calls, 1);
}

TEST(Hooks, AreDifferentiatedWithTheWalk)
{
    // f = h^3 at h = x, with the adjoint of h replaced by its product with x: f' = 3 h^2 x. Walking back over that, x
    // gets 3 h^2 directly, and h the adjoint 6 h x, which the hook multiplies by x again: 3 x^2 + 6 x^3.
    const auto f = [](const Tensor& x) {
        const Tensor h = x * 1;
        register_hook(h, [x](const Tensor& g) { return g * x; });
        return sum(h * h * h);
    };
    EXPECT_TENSOR_EQ(grad([&](const Tensor& x) { return sum(grad(f)(x)); })(kX), tensor({3}, {9, 60, 189}, f64));
}

TEST(Hooks, SayWhatTheyNeed)
{
    EXPECT_THROW(register_hook(kX, [](const Tensor&) {}), TapeError);
    Tape tape;
    const Tensor x = tape.variable(kX);
    register_hook(x, [](const Tensor& g) { return sum(g); });
    EXPECT_THROW_TEXT(tape.backward(sum(x * 2)), ShapeError,
                      "register_hook: a hook gave f64 () in place of an adjoint f64 (3,).\n"
                      "  rule: an adjoint has the shape and dtype of its value.\n"
                      "  try:  reshape or convert it in the hook, or return nothing to keep the adjoint.");
    EXPECT_FALSE(x.grad().defined());
}

}  // namespace
