// Scalars as users see them: operators, functions, auto, templates written for double, tapes and their errors.
#include <xgrad/error.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "expect_throw.hpp"

namespace {

using xgrad::Scalar;
using xgrad::Tape;
using xgrad::TapeError;

static_assert(sizeof(Scalar) <= 16);
static_assert(std::is_trivially_copyable_v<Scalar>);

/// Derivative of f at x by a tape.
template <class F>
double derivative(const F& f, double at)
{
    Tape tape;
    const Scalar x = tape.variable(at);
    const Scalar y = f(x);
    tape.backward(y);
    return x.grad();
}

TEST(Scalar, FirstExample)
{
    // f = (x + y) z at (-2, 5, -4): df/dx = df/dy = z = -4, df/dz = x + y = 3.
    Tape tape;
    auto x = tape.variable("x", -2.0), y = tape.variable("y", 5.0), z = tape.variable("z", -4.0);
    auto f = (x + y) * z;
    tape.backward(f);
    EXPECT_EQ(f.value(), -12);
    EXPECT_EQ(x.grad(), -4);
    EXPECT_EQ(y.grad(), -4);
    EXPECT_EQ(z.grad(), 3);
}

TEST(Scalar, ValueThatFeedsTwoOperands)
{
    // y = (x + 1)(x + 1) + (x + 1): y' = 2 (x + 1) + 1 = 9 at 3.
    EXPECT_EQ(derivative(
                  [](const Scalar& x) {
                      const Scalar a = x + 1.0;
                      return Scalar(a * a + a);
                  },
                  3),
              9);
}

TEST(Scalar, AutoExpressionIsRecordedOnce)
{
    Tape tape;
    const Scalar x = tape.variable(3), y = tape.variable(4);
    auto q = x * y;
    const Scalar f = q * q, g = q + x;
    EXPECT_EQ(q.serial() + 1, f.serial());
    EXPECT_EQ(f.serial() + 1, g.serial());
    tape.backward(f, {.retain = true});
    EXPECT_EQ(x.grad(), 2 * 12 * 4);
    EXPECT_EQ(y.grad(), 2 * 12 * 3);
}

TEST(Scalar, AutoExpressionKeepsTheValuesItWasMadeOf)
{
    Tape tape;
    Scalar x = tape.variable(3);
    const Scalar start = x;
    auto q = x * x;
    x = 100.0;
    EXPECT_EQ(q.value(), 9);
    tape.backward(q);
    EXPECT_EQ(start.grad(), 6);
}

TEST(Scalar, NestedTemporaries)
{
    // y = exp(sin(x) x) / (1 + x^2); y' = y (cos(x) x + sin x) - y 2 x / (1 + x^2).
    const double x = 0.7, y = std::exp(std::sin(x) * x) / (1 + x * x);
    EXPECT_NEAR(derivative([](const Scalar& v) { return Scalar(exp(sin(v) * v) / (1.0 + v * v)); }, x),
                y * (std::cos(x) * x + std::sin(x)) - y * 2 * x / (1 + x * x), 1e-15);
}

TEST(Scalar, AssignmentsToItself)
{
    Tape tape;
    const Scalar start = tape.variable(3);
    Scalar x = start;
    x = *&x;
    EXPECT_EQ(x.serial(), start.serial());
    x = x + x;
    x = x * x;
    EXPECT_EQ(x.value(), 36);
    tape.backward(x);
    EXPECT_EQ(start.grad(), 24);  // (2 x)^2: 8 x
}

TEST(Scalar, CompoundAssignments)
{
    const auto f = [](const Scalar& x) {
        Scalar y = x;
        y += x;        // 2 x
        y -= 1.0;      // 2 x - 1
        y *= x + 1.0;  // 2 x^2 + x - 1
        y /= 2;        // x^2 + x / 2 - 1/2
        y *= x;
        y -= x * x;
        y /= x;
        y += 3;
        return y;  // x^2 - x / 2 + 5/2
    };
    EXPECT_EQ(f(Scalar(3.0)).value(), 9 - 1.5 + 2.5);
    EXPECT_DOUBLE_EQ(derivative(f, 3), 5.5);
}

TEST(Scalar, NumbersOfEveryTypeMixWithScalars)
{
    const auto f = [](const Scalar& x) { return Scalar(2 * x + x * 3.0f - 1L + (7u - x) / 2 + (1 + x * x) * 2); };
    EXPECT_EQ(f(Scalar(1.0)).value(), 2 + 3 - 1 + 3 + 4);
    EXPECT_EQ(derivative(f, 1), 2 + 3 - 0.5 + 4);
}

TEST(Scalar, ComparesByValue)
{
    Tape tape;
    const Scalar x = tape.variable(1), y = tape.variable(2);
    EXPECT_TRUE(x < y && x < 2 && 1.5 < y && x + 1.0 <= y && x * 2.0 >= y && x != y && x + 1 == y && !(x > y));
    EXPECT_TRUE(x == 1 && 1 == x && x != 2.5 && -x < x);
}

/// Written for double, used with both.
template <class T>
T logistic(const T& x)
{
    using std::exp;
    return T(1.0 / (1.0 + exp(-x)));
}

template <class T>
T everything(const T& x, const T& y)
{
    using std::abs, std::cos, std::exp, std::log, std::max, std::min, std::pow, std::sin, std::sqrt, std::tanh;
    T a = exp(x) + log(y) * sqrt(x * y), b = sin(a) + cos(x - y) / tanh(y);
    T c = pow(x, 3) + pow(x, y) + pow(2.0, y) + abs(-b);
    return max(a, b) * min(b, c) + logistic(c) - b / x;
}

TEST(Scalar, WorksInTemplatesWrittenForDouble)
{
    const double x = 1.3, y = 0.8, h = 1e-6;
    Tape tape;
    const Scalar a = tape.variable(x), b = tape.variable(y);
    const Scalar f = everything(a, b);
    EXPECT_DOUBLE_EQ(f.value(), everything(x, y));
    tape.backward(f);
    EXPECT_NEAR(a.grad(), (everything(x + h, y) - everything(x - h, y)) / (2 * h), 1e-7);
    EXPECT_NEAR(b.grad(), (everything(x, y + h) - everything(x, y - h)) / (2 * h), 1e-7);
}

TEST(Scalar, FunctionsHaveTheirHandDerivatives)
{
    const double x = 0.6, s = 1 / (1 + std::exp(-x)), t = std::tanh(x);
    EXPECT_DOUBLE_EQ(derivative([](const Scalar& v) { return sigmoid(v); }, x), s * (1 - s));
    EXPECT_DOUBLE_EQ(derivative([](const Scalar& v) { return tanh(v); }, x), 1 - t * t);
    EXPECT_DOUBLE_EQ(derivative([](const Scalar& v) { return square(v); }, x), 1.2);
    EXPECT_DOUBLE_EQ(derivative([](const Scalar& v) { return reciprocal(v); }, x), -1 / 0.36);
    EXPECT_DOUBLE_EQ(derivative([](const Scalar& v) { return pow(v, 2.5); }, x), 2.5 * std::pow(x, 1.5));
    EXPECT_DOUBLE_EQ(derivative([](const Scalar& v) { return pow(2.0, v); }, x), std::pow(2, x) * std::log(2));
    EXPECT_DOUBLE_EQ(derivative([](const Scalar& v) { return log(v) / sqrt(v); }, x),
                     (1 - std::log(x) / 2) / std::pow(x, 1.5));
    EXPECT_EQ(derivative([](const Scalar& v) { return relu(v); }, -1), 0);
    EXPECT_EQ(derivative([](const Scalar& v) { return relu(v); }, 1), 1);
}

TEST(Scalar, FunctionsWithParametersTakeTheBranchOfTheValue)
{
    const auto slope = [](auto f) { return [f](double x) { return derivative(f, x); }; };
    const auto leaky = slope([](const Scalar& v) { return leaky_relu(v, 0.25); });
    EXPECT_EQ(leaky(-2), 0.25);
    EXPECT_EQ(leaky(2), 1);
    const auto exponential = slope([](const Scalar& v) { return elu(v, 3); });
    EXPECT_DOUBLE_EQ(exponential(-2), 3 * std::exp(-2));
    EXPECT_EQ(exponential(2), 1);
    const auto smooth = slope([](const Scalar& v) { return softplus(v, 2, 6); });
    EXPECT_DOUBLE_EQ(smooth(1), 1 / (1 + std::exp(-2)));
    EXPECT_EQ(smooth(4), 1);
    const auto bounded = slope([](const Scalar& v) { return clamp(v, -1, 1); });
    EXPECT_EQ(bounded(-1.5), 0);
    EXPECT_EQ(bounded(1), 1);
    EXPECT_EQ(bounded(1.5), 0);
}

TEST(Scalar, KinksFollowTheDocumentedChoice)
{
    EXPECT_EQ(derivative([](const Scalar& x) { return relu(x); }, 0), 0);
    EXPECT_EQ(derivative([](const Scalar& x) { return abs(x); }, 0), 0);
    EXPECT_EQ(derivative([](const Scalar& x) { return maximum(x, 0.0); }, 0), 0.5);
    EXPECT_EQ(derivative([](const Scalar& x) { return minimum(x, x); }, 0), 1);
    EXPECT_EQ(derivative([](const Scalar& x) { return pow(x, 0.0); }, 0), 0);
}

TEST(Scalar, UnusedVariableHasGradientZero)
{
    Tape tape;
    const Scalar x = tape.variable(1), y = tape.variable(2);
    tape.backward(x * 2.0);
    EXPECT_EQ(y.grad(), 0);
}

TEST(Scalar, RootMayBeALeaf)
{
    Tape tape;
    const Scalar x = tape.variable(1);
    tape.backward(x, 3.0);
    EXPECT_EQ(x.grad(), 3);
}

TEST(Scalar, ValueOfAnEndedTapeIsAConstant)
{
    Scalar carried;
    {
        Tape tape;
        carried = tape.variable(2) * 3.0;
    }
    Tape tape;
    const Scalar x = tape.variable(5);
    const Scalar y = carried * x + carried;
    EXPECT_EQ(y.value(), 36);
    tape.backward(y);
    EXPECT_EQ(x.grad(), 6);
    EXPECT_THROW_TEXT((void)carried.grad(), TapeError,
                      "grad: the scalar's tape has ended or belongs to another thread.\n"
                      "  rule: a scalar's gradient lives in its tape, between backward and the tape's end.\n"
                      "  try:  read grad() while the tape is open, in the thread that opened it.");
    EXPECT_THROW(tape.backward(carried), TapeError);
}

TEST(Scalar, ValueOfAnotherThreadIsAConstant)
{
    Tape tape;
    const Scalar x = tape.variable(5);
    std::thread([&x] {
        Tape inner;
        const Scalar z = inner.variable(2);
        const Scalar y = x * z;
        inner.backward(y);
        EXPECT_EQ(z.grad(), 5);
        EXPECT_THROW((void)x.grad(), TapeError);
    }).join();
    const Scalar f = x * x;
    tape.backward(f);
    EXPECT_EQ(x.grad(), 10);
}

TEST(Scalar, GradOfConstantsAndIntermediatesThrows)
{
    Tape tape;
    const Scalar x = tape.variable(5), c = 3.0;
    const Scalar y = x * c;
    tape.backward(y);
    EXPECT_THROW_TEXT(
        (void)c.grad(), TapeError,
        "grad: the scalar is a constant.\n"
        "  rule: only values that a tape recorded have a gradient.\n"
        "  try:  make it with tape.variable(value), or compute it from tracked values while the tape is open.");
    EXPECT_THROW_TEXT((void)y.grad(), TapeError,
                      "grad: the scalar is an intermediate value.\n"
                      "  rule: a plain tape keeps the gradients of its variables; others are used up by the walk.\n"
                      "  try:  open the tape with Tape tape{{.explain = true}}, which keeps every gradient.");
}

TEST(Scalar, GradIsReadableWhileNothingRecords)
{
    Tape tape;
    const Scalar x = tape.variable(5);
    tape.backward(x * x);
    const xgrad::NoGrad pause;
    EXPECT_EQ(x.grad(), 10);
    EXPECT_EQ(Scalar(x * x).serial(), 0u);
    Tape isolated{{.isolated = true}};
    EXPECT_EQ(x.grad(), 10);
}

TEST(Scalar, ManyVariablesAtOnce)
{
    for (const bool explain : {false, true}) {
        Tape tape{{.explain = explain}};
        std::vector<Scalar> x(20);
        tape.variables(std::vector<double>(20, 3.0), x);
        Scalar sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * x[i] * double(i);
        tape.backward(sum);
        for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(x[i].grad(), 6.0 * double(i));
        EXPECT_THROW_TEXT(tape.variables(std::vector<double>(2), x), xgrad::ShapeError,
                          "variables: 2 values for 20 leaves.\n  rule: each value becomes one leaf.\n"
                          "  try:  give leaves the size of values.");
    }
}

TEST(Scalar, SecondWalkWithRetainAccumulates)
{
    Tape tape;
    const Scalar x = tape.variable(3);
    const Scalar y = x * x;
    tape.backward(y, {.retain = true});
    tape.backward(y);
    EXPECT_EQ(x.grad(), 12);
    EXPECT_THROW(tape.backward(y), TapeError);
    EXPECT_EQ(x.grad(), 12);  // as it was
    const Scalar z = x * 2.0;
    tape.backward(z);
    EXPECT_EQ(x.grad(), 14);
}

}  // namespace
