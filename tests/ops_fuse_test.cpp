// fuse: an expression as one operation.
#include <xgrad/error.hpp>
#include <xgrad/functional/checkpoint.hpp>
#include <xgrad/functional/gradients.hpp>
#include <xgrad/functional/vmap.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/fuse.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/threads.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "autograd/recording.hpp"
#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/fuse_testing.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing;

const auto kExpression = [](const auto& a, const auto& b, const auto& c) { return tanh(a * b + c) * a; };

/// Both ways of computing kExpression.
Tensor fused(const Tensors& x) { return fuse(kExpression, x[0], x[1], x[2]); }
Tensor by_operations(const Tensors& x) { return kExpression(x[0], x[1], x[2]); }

// ---- values and gradients -------------------------------------------------------------------------------------------

TEST(Fuse, GradientsByHand)
{
    // y = t a with t = tanh(a b + c): dy/da = t + a b (1 - t^2), dy/db = a^2 (1 - t^2), dy/dc = a (1 - t^2).
    const double a = 0.5, b = -1.25, c = 0.75, t = std::tanh(a * b + c), d = 1 - t * t;
    Tape tape;
    const Tensor x = tape.variable(tensor(a, f64)), y = tape.variable(tensor(b, f64)),
                 z = tape.variable(tensor(c, f64));
    const Tensor out = fuse(kExpression, x, y, z);
    tape.backward(out);
    EXPECT_NEAR(out.item(), t * a, 1e-15);
    EXPECT_NEAR(x.grad().item(), t + a * b * d, 1e-15);
    EXPECT_NEAR(y.grad().item(), a * a * d, 1e-15);
    EXPECT_NEAR(z.grad().item(), a * d, 1e-15);
}

TEST(Fuse, IsOneRecord)
{
    Tape tape;
    const Tensor x = tape.variable(tensor({2}, {1, 2}));
    (void)fuse([](auto a) { return tanh(a * a + 1) * a; }, x);
    EXPECT_EQ(tape.recording("test").nodes.size(), 2u);  // with the leaf
    const Tensor constant = fuse([](auto a) { return a * a; }, tensor({2}, {1, 2}));
    EXPECT_EQ(tape.recording("test").nodes.size(), 2u);
    EXPECT_TENSOR_EQ(constant, tensor({2}, {1, 4}));
}

TEST(Fuse, GivesTheBitsOfTheOperations)
{
    for (const Dtype dtype : {f32, f64})
        for (const std::int64_t n : {1, 7, 511, 512, 513, 100003}) {
            const Tensors x{numbers({n}, dtype, 1), numbers({n}, dtype, 2), numbers({n}, dtype, 3)};
            expect_equal(value_and_gradients(fused, x), value_and_gradients(by_operations, x));
        }
}

TEST(Fuse, LargeResultsThatGoPastTheCachesHaveTheSameBits)
{
    const std::int64_t n = 300007;  // of f64: more than 2 MiB
    const Tensors x{numbers({n}, f64, 1), numbers({n}, f64, 2), numbers({n}, f64, 3)};
    const Tensors wanted = value_and_gradients(by_operations, x);
    for (const int threads : {1, 2, 3}) {
        set_num_threads(threads);
        expect_equal(value_and_gradients(fused, x), wanted);
    }
    set_num_threads(0);
}

TEST(Fuse, ThreadsGiveTheSameBits)
{
    const Tensors x{numbers({300, 701}, f32, 1), numbers({701}, f32, 2), numbers({300, 1}, f32, 3)};
    set_num_threads(1);
    const Tensors wanted = value_and_gradients(fused, x);
    for (const int threads : {2, 3}) {
        set_num_threads(threads);
        expect_equal(value_and_gradients(fused, x), wanted);
    }
    set_num_threads(0);
}

TEST(Fuse, Broadcasts)
{
    const std::vector<std::vector<std::vector<std::int64_t>>> shapes{{{4, 600}, {600}, {}},
                                                                     {{4, 600}, {4, 1}, {1}},
                                                                     {{600}, {4, 1}, {4, 600}},
                                                                     {{}, {}, {2, 3}},
                                                                     {{2, 1, 5}, {3, 1}, {1, 5}},
                                                                     {{1, 7}, {3, 1}, {1, 1}},
                                                                     {{2, 3, 1, 4}, {3, 5, 1}, {1}},
                                                                     {{1}, {1}, {1}},
                                                                     {{}, {}, {}},
                                                                     {{3, 1, 1}, {1, 4, 1}, {1, 1, 5}}};
    for (const auto& shape : shapes) {
        const Tensors x{numbers(shape[0], f64, 1), numbers(shape[1], f64, 2), numbers(shape[2], f64, 3)};
        expect_equal(value_and_gradients(fused, x), value_and_gradients(by_operations, x), 1e-12);
    }
}

TEST(Fuse, ReadsViewsThroughTheirStrides)
{
    const Tensor base = numbers({40, 60}, f32, 1), other = numbers({60, 40}, f32, 2), row = numbers({60}, f32, 3);
    const auto both = [&](const auto& f) {
        return value_and_gradients(
            [&](const Tensors& x) {
                const Tensor transposed = transpose(x[1], 0, 1), expanded = expand(x[2], {40, 60});
                const Tensor part = slice(x[0], 1, 0, 60, 2), same_part = slice(transposed, 1, 0, 60, 2);
                const Tensor whole = f({x[0], transposed, expanded});
                const Tensor some = f({part, same_part, slice(expanded, 1, 1, 60, 2)});
                return cat({whole, some}, 1);
            },
            {base, other, row});
    };
    expect_equal(both(fused), both(by_operations), 1e-6);
}

TEST(Fuse, OfEmptyTensorsIsEmpty)
{
    const Tensors x{numbers({0, 3}, f32, 1), numbers({3}, f32, 2), numbers({}, f32, 3)};
    const Tensors out = value_and_gradients(fused, x);
    EXPECT_EQ(out[0].sizes(), (Sizes{0, 3}));
    EXPECT_EQ(out[1].sizes(), (Sizes{0, 3}));
    EXPECT_TENSOR_EQ(out[2], zeros({3}));
    EXPECT_TENSOR_EQ(out[3], tensor(0.0));
}

TEST(Fuse, ComputesInTheLargerDtype)
{
    // In f64, 1 + 1e-9 is not 1.
    const auto f = [](auto a, auto b) { return (a + 1e-9) * b; };
    const Tensors out = value_and_gradients([&](const Tensors& x) { return fuse(f, x[0], x[1]); },
                                            {tensor({1}, {1}, f32), tensor({1}, {2}, f64)});
    EXPECT_EQ(out[0].dtype(), f64);
    EXPECT_EQ(out[0].item(), (1 + 1e-9) * 2);
    EXPECT_EQ(out[1].dtype(), f32);
    EXPECT_EQ(out[2].dtype(), f64);
    EXPECT_EQ(fuse([](auto a) { return a * 0.1; }, tensor({1}, {1}, f32)).dtype(), f32);
}

TEST(Fuse, TheSameOperandTwice)
{
    // y = x x + x: dy/dx = 2 x + 1.
    Tape tape;
    const Tensor x = tape.variable(tensor({2}, {3, -4}, f64));
    tape.backward(sum(fuse([](auto a, auto b) { return a * b + a; }, x, x)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2}, {7, -7}, f64));
}

TEST(Fuse, OfAnArgumentIsATensorOfItsOwn)
{
    const Tensor x = tensor({2}, {1, -0.0});
    const Tensor y = fuse([](auto a) { return a; }, x);
    EXPECT_NE(y.raw(), x.raw());
    EXPECT_TENSOR_EQ(y, x);
    EXPECT_TRUE(std::signbit(y.to_vector<double>()[1]));
}

TEST(Fuse, AnArgumentThatIsNotUsedHasTheGradientZero)
{
    // What is computed for nothing is dropped.
    const auto f = [](auto a, auto b) {
        const auto unused = exp(b) + a;
        (void)unused;
        return a * a;
    };
    const Tensors out = value_and_gradients([&](const Tensors& x) { return fuse(f, x[0], x[1]); },
                                            {tensor({2}, {1, 2}, f64), tensor({2}, {1000, 1000}, f64)});
    EXPECT_TENSOR_EQ(out[0], tensor({2}, {1, 4}, f64));
    EXPECT_TENSOR_EQ(out[2], zeros({2}, f64));
}

TEST(Fuse, CompoundAssignmentGivesTheNameAnotherValue)
{
    const auto f = [](auto a, auto b) {
        auto t = a;
        t += b;
        t *= 2;
        t -= a;
        t /= b;
        t -= 1;
        t /= a;
        t += 3.0;
        t *= b;
        return t;
    };
    // ((((a + b) 2 - a) / b - 1) / a + 3) b at a = 2, b = 4: ((10 / 4 - 1) / 2 + 3) 4 = 15.
    EXPECT_EQ(fuse(f, tensor(2.0), tensor(4.0)).item(), 15);
}

TEST(Fuse, NumbersOfTheCallCount)
{
    double factor = 2;
    const auto f = [&](auto a) { return a * factor; };
    EXPECT_EQ(fuse(f, tensor(3.0)).item(), 6);
    factor = 5;
    EXPECT_EQ(fuse(f, tensor(3.0)).item(), 15);
}

TEST(Fuse, ParametersAreArguments)
{
    const Parameter w(tensor({2}, {2, 3}));
    Tape tape;
    tape.backward(sum(fuse([](auto x, auto p) { return x * square(p); }, tensor({2}, {1, -1}), w)));
    EXPECT_TENSOR_EQ(w.grad(), tensor({2}, {4, -6}));
}

// ---- functions ------------------------------------------------------------------------------------------------------
// ---- derivatives of derivatives -------------------------------------------------------------------------------------

TEST(Fuse, SecondDerivativeOfACube)
{
    Tape tape;
    const Tensor x = tape.variable(tensor({3}, {1, 2, 3}, f64));
    const Tensor y = sum(fuse([](auto a) { return a * a * a; }, x));
    const Tensor first = tape.grad(y, {x}, {.create_graph = true})[0];
    EXPECT_TENSOR_EQ(first, tensor({3}, {3, 12, 27}, f64));
    const Tensor second = tape.grad(sum(first), {x}, {.create_graph = true})[0];
    EXPECT_TENSOR_EQ(second, tensor({3}, {6, 12, 18}, f64));
    EXPECT_TENSOR_EQ(tape.grad(sum(second), {x})[0], tensor({3}, {6, 6, 6}, f64));
}

TEST(Fuse, ComposesWithTheFunctionalForms)
{
    const Tensors x{numbers({3, 4}, f64, 1), numbers({4}, f64, 2), numbers({}, f64, 3)};
    const Tensors t{numbers({3, 4}, f64, 4), numbers({4}, f64, 5), numbers({}, f64, 6)};
    expect_equal({jvp(fused, x, t).second}, {jvp(by_operations, x, t).second}, 1e-12);
    const auto total = [](const auto& f) {
        return [&f](const Tensor& a, const Tensor& b, const Tensor& c) { return sum(square(f({a, b, c}))); };
    };
    expect_equal(hvp(total(fused), x, t), hvp(total(by_operations), x, t), 1e-12);
    const auto over_rows = [&](const auto& f) {
        return vmap([&](const Tensor& a) { return f(Tensors{a, x[1], x[2]}); })(x[0]);
    };
    expect_equal({over_rows(fused)}, {over_rows(by_operations)});
    const auto frugal = [](const Tensors& v) {
        return checkpoint(
            [](const Tensor& a, const Tensor& b, const Tensor& c) {
                return fused({a, b, c});
            },
            v[0], v[1], v[2]);
    };
    expect_equal(value_and_gradients(frugal, x), value_and_gradients(fused, x));
}

TEST(Fuse, CallsItsFunctionOnceForAllSamples)
{
    int calls = 0;
    const auto f = [&](const auto& a) {
        ++calls;
        return a * a;
    };
    const Tensor y = vmap([&](const Tensor& row) { return fuse(f, row); })(tensor({3, 1}, {1, 2, 3}));
    EXPECT_TENSOR_EQ(y, tensor({3, 1}, {1, 4, 9}));
    EXPECT_EQ(calls, 1);
}

TEST(Fuse, InsideAFunctionThatIsFused)
{
    // Another call inside, on a tensor that gives a number.
    const Tensor half = tensor(0.25);
    const auto f = [&](auto a) { return a * fuse([](auto b) { return sqrt(b); }, half).item(); };
    EXPECT_EQ(fuse(f, tensor(6.0)).item(), 3);
}

// ---- what is kept and computed --------------------------------------------------------------------------------------

TEST(Fuse, ComputesWantedGradientsAlone)
{
    Tape tape;
    const Tensor a = tape.variable(tensor({2}, {1, 2}, f64)), b = tape.variable(tensor({2}, {3, 4}, f64));
    const Tensor y = sum(fuse([](auto p, auto q, auto r) { return p * q * r; }, a, b, tensor({2}, {5, 6}, f64)));
    EXPECT_TENSOR_EQ(tape.grad(y, {b}, {.retain = true})[0], tensor({2}, {5, 12}, f64));
    EXPECT_FALSE(a.grad().defined());
    tape.backward(y);
    EXPECT_TENSOR_EQ(a.grad(), tensor({2}, {15, 24}, f64));
}

TEST(Fuse, IsWalkedAgainWithTheSameResult)
{
    Tape tape;
    const Tensor x = tape.variable(numbers({1000}, f32, 1));
    const Tensor y = fuse([](auto a) { return tanh(a) * exp(a); }, x);
    const Tensor gy = numbers({1000}, f32, 2);
    const Tensor first = tape.grad(y, {x}, gy, {.retain = true})[0];
    EXPECT_TENSOR_EQ(tape.grad(y, {x}, gy, {.retain = true})[0], first);
    EXPECT_TENSOR_EQ(tape.grad(y, {x}, gy)[0], first);
}

TEST(Fuse, AnOverwrittenArgumentThatTheWalkReadsIsReported)
{
    Parameter w(tensor({2}, {1, 2})), bias(tensor({2}, {3, 4}));
    const auto f = [](auto p, auto b) { return square(p) + b; };
    {
        Tape tape;
        const Tensor y = sum(fuse(f, w, bias));
        w = tensor({2}, {5, 6});
        EXPECT_THROW(tape.backward(y), TapeError);
    }
    Tape tape;
    const Tensor y = sum(fuse(f, w, bias));
    bias = tensor({2}, {5, 6});  // is not read: d(p^2 + b)/dp = 2 p
    tape.backward(y);
    EXPECT_TENSOR_EQ(w.grad(), tensor({2}, {10, 12}));
}

TEST(Fuse, ALongSumHandsOnANumber)
{
    // Longer than what a sum fills: its adjoint is one number seen as an array.
    const std::int64_t n = 100000;
    for (const bool leaf_alone : {false, true}) {
        Tape tape;
        const Tensor x = tape.variable(numbers({n}, f64, 1));
        const Tensor y = fuse([](auto a) { return a * 3; }, x);
        tape.backward(leaf_alone ? sum(x) + sum(x) : sum(y) * 2 + sum(x * y));
        const Tensor wanted = leaf_alone ? full({n}, 2, f64) : detach(x) * 6 + 6;
        EXPECT_TENSOR_NEAR(x.grad(), wanted, 1e-15);
        EXPECT_TRUE(x.grad().is_contiguous());
    }
}

// ---- misuse ---------------------------------------------------------------------------------------------------------

TEST(Fuse, RefusesIntegers)
{
    EXPECT_THROW_TEXT(fuse([](auto a, auto b) { return a * b; }, tensor({2}, {1, 2}), tensor({2}, {1, 2}, i64)),
                      DtypeError,
                      "fuse: argument 1 is i64 (2,).\n"
                      "  rule: all is computed in f32 or f64.\n"
                      "  try:  convert it first: to(x, f32); a condition is to(x, f32) > 0 in the function.");
}

TEST(Fuse, ErrorNamesBothShapes)
{
    EXPECT_THROW(fuse([](auto a, auto b) { return a * b; }, zeros({2, 3}), zeros({2})), ShapeError);
}

TEST(Fuse, RefusesATensorThatTheFunctionCaptured)
{
    const Tensor captured = tensor({2}, {1, 2});
    EXPECT_THROW_TEXT(fuse([&](auto a) { return a * captured; }, captured), TapeError,
                      "fuse: the function reads a tensor f32 (2,) that it captured.\n"
                      "  rule: what has an element for each element is an argument; only numbers are captured.\n"
                      "  try:  give the tensor to fuse as one more argument, or take its number with item().");
    const Parameter w(captured);
    EXPECT_THROW(fuse([&](auto a) { return w - a; }, captured), TapeError);
    EXPECT_THROW(fuse([&](auto a) { return maximum(a, w); }, captured), TapeError);
    EXPECT_THROW(fuse([&](auto a) { return where(a > 0, captured, a); }, captured), TapeError);
}

TEST(Fuse, RefusesASymbolOfAnotherCall)
{
    std::optional<Symbol> kept;
    const Tensor x = tensor({2}, {1, 2});
    (void)fuse(
        [&](auto a) {
            kept = a;
            return a * a;
        },
        x);
    EXPECT_THROW_TEXT(fuse([&](auto a) { return a + *kept; }, x), TapeError,
                      "fuse: the function uses a symbol of another call.\n"
                      "  rule: a symbol lives as long as the call of the function that it was given to.\n"
                      "  try:  return what is computed from it, and keep that tensor.");
    EXPECT_THROW(exp(*kept), TapeError);
    EXPECT_THROW(fuse([&](auto) { return *kept; }, x), TapeError);
}

TEST(Fuse, AFunctionThatThrowsLeavesNothingBehind)
{
    const Tensor x = tensor({2}, {1, 2});
    EXPECT_THROW(fuse([](auto a) -> Symbol { return softshrink(a * 2, -1); }, x), ShapeError);
    EXPECT_TENSOR_EQ(fuse([](auto a) { return a * 2; }, x), tensor({2}, {2, 4}));
}

}  // namespace
