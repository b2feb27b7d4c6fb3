// What explaining tapes keep of scalars, and derivatives of derivatives by way of it.
#include <xgrad/error.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/scalar_explain.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "expect_throw.hpp"

namespace {

using xgrad::Scalar;
using xgrad::Tape;
using xgrad::TapeError;
using xgrad::detail::ScalarRecord;

/// The record of a value on the running tape.
const ScalarRecord& record_of(const Scalar& x)
{
    xgrad::detail::ScalarTape& tape = *xgrad::detail::current;
    return (*tape.records)[tape.slot_of(x.serial())];
}

TEST(ScalarExplain, EveryOperationIsKept)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", -2.0), y = tape.variable("y", 5.0), z = tape.variable("z", -4.0);
    const auto f = (x + y) * z;
    const int line = __LINE__ - 1;
    tape.backward(f);
    const ScalarRecord& product = record_of(f);
    EXPECT_STREQ(product.operation->name, "mul");
    EXPECT_EQ(product.value, -12);
    EXPECT_EQ(product.partials[0], -4);
    EXPECT_EQ(product.partials[1], 3);
    EXPECT_EQ(product.adjoint, 1);
    EXPECT_EQ(product.place.line, line);
    EXPECT_NE(std::string(product.place.file).find("scalar_explain_test.cpp"), std::string::npos);
    const ScalarRecord& sum = record_of(Scalar::from_tape(3, product.operands[0].serial));
    EXPECT_STREQ(sum.operation->name, "add");
    EXPECT_STREQ(sum.operation->formula, "a + b");
    EXPECT_EQ(sum.operands[0].serial, x.serial());
    EXPECT_EQ(sum.adjoint, -4);
    EXPECT_EQ(sum.place.line, line);
    EXPECT_EQ(record_of(x).name, "x");
    EXPECT_EQ(record_of(x).operation, nullptr);
    EXPECT_EQ(x.grad(), -4);
    EXPECT_EQ(z.grad(), 3);
}

TEST(ScalarExplain, LinesOfEveryFormOfStatement)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable(2), y = tape.variable(3);
    Scalar a = x * y;
    EXPECT_EQ(record_of(a).place.line, __LINE__ - 1);
    a = exp(x);
    EXPECT_EQ(record_of(a).place.line, __LINE__ - 1);
    a += y;
    EXPECT_EQ(record_of(a).place.line, __LINE__ - 1);
    a *= 2;
    EXPECT_EQ(record_of(a).place.line, __LINE__ - 1);
    a -= x * y;
    EXPECT_EQ(record_of(a).place.line, __LINE__ - 1);
    a = 1.0 - (x + y);
    EXPECT_EQ(record_of(a).place.line, __LINE__ - 1);
    a = -x;
    EXPECT_EQ(record_of(a).place.line, __LINE__ - 1);
    a = max(x, y);
    EXPECT_EQ(record_of(a).place.line, __LINE__ - 1);
}

TEST(ScalarExplain, IntermediateGradientsAreKeptAndAccumulate)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable(3);
    const Scalar y = x * x, z = y * 2.0;
    tape.backward(z, {.retain = true});
    EXPECT_EQ(y.grad(), 2);
    EXPECT_EQ(z.grad(), 1);
    tape.backward(z);
    EXPECT_EQ(y.grad(), 4);
    EXPECT_EQ(x.grad(), 24);
}

TEST(ScalarExplain, RecordedWalksKeepIntermediateGradientsToo)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable(3);
    const Scalar y = x * x, z = y * y;
    tape.backward(z, {.create_graph = true});
    EXPECT_EQ(y.grad(), 18);
    EXPECT_EQ(x.grad(), 108);
}

TEST(ScalarExplain, ConstantsAndStrangersAreOperandsWithoutAPlaceOnTheTape)
{
    Scalar stranger;
    {
        Tape ended;
        stranger = ended.variable(4) * 1.0;
    }
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable(3);
    const Scalar y = x * 2.0, z = y + stranger;
    EXPECT_EQ(record_of(y).operands[1].serial, 0u);
    EXPECT_EQ(record_of(y).operands[1].value, 2);
    EXPECT_EQ(record_of(z).operands[1].serial, stranger.serial());  // shows that it was tracked once
    tape.backward(z);
    EXPECT_EQ(x.grad(), 2);
}

TEST(ScalarExplain, SameGradientsAsAPlainTape)
{
    const auto f = [](const Scalar& x, const Scalar& y) {
        Scalar s = 0;
        for (int i = 1; i < 20; ++i) s += sin(x * i) / (1.0 + exp(-y)) + pow(y, x) - relu(x - y) * tanh(s);
        return s;
    };
    double expected[3];
    for (const bool explain : {false, true}) {
        Tape tape{{.explain = explain}};
        const Scalar x = tape.variable(0.8), y = tape.variable(0.3);
        const Scalar s = f(x, y);
        tape.backward(s);
        if (explain) {
            EXPECT_EQ(s.value(), expected[0]);
            EXPECT_DOUBLE_EQ(x.grad(), expected[1]);
            EXPECT_DOUBLE_EQ(y.grad(), expected[2]);
        }
        expected[0] = s.value();
        expected[1] = x.grad();
        expected[2] = y.grad();
    }
}

/// The n-th derivative of f at x, by gradients of gradients.
template <class F>
double nth_derivative(const F& f, double at, int n)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable(at);
    Scalar y = f(x);
    for (int i = 0; i < n; ++i) {
        if (y.serial() == 0) return 0;  // a constant: nothing of it is on the tape
        y = tape.grad(y, {x}, {.create_graph = true})[0];
    }
    return y.value();
}

TEST(ScalarSecondOrder, CubeHasDerivatives3xx6x6)
{
    const auto cube = [](const Scalar& x) { return Scalar(x * x * x); };
    EXPECT_EQ(nth_derivative(cube, 2, 1), 12);
    EXPECT_EQ(nth_derivative(cube, 2, 2), 12);
    EXPECT_EQ(nth_derivative(cube, 2, 3), 6);
    EXPECT_EQ(nth_derivative(cube, 2, 4), 0);
}

TEST(ScalarSecondOrder, ExpOfReciprocal)
{
    // f = exp(1/x): f'' = f (1 + 2 x) / x^4, at 2: 0.515225.
    const auto f = [](const Scalar& x) { return Scalar(exp(1.0 / x)); };
    EXPECT_NEAR(nth_derivative(f, 2, 2), 0.515225, 5e-7);
    EXPECT_NEAR(nth_derivative(f, 2, 2), std::exp(0.5) * 5 / 16, 1e-15);
}

TEST(ScalarSecondOrder, EveryFunctionAgreesWithDifferencesOfItsFirst)
{
    const std::vector<Scalar (*)(const Scalar&)> functions = {
        [](const Scalar& x) { return Scalar(exp(x)); },
        [](const Scalar& x) { return Scalar(log(x)); },
        [](const Scalar& x) { return Scalar(sqrt(x)); },
        [](const Scalar& x) { return Scalar(sin(x)); },
        [](const Scalar& x) { return Scalar(cos(x)); },
        [](const Scalar& x) { return Scalar(tanh(x)); },
        [](const Scalar& x) { return Scalar(sigmoid(x)); },
        [](const Scalar& x) { return Scalar(relu(x) * x); },
        [](const Scalar& x) { return Scalar(abs(x) * x); },
        [](const Scalar& x) { return Scalar(square(x)); },
        [](const Scalar& x) { return Scalar(reciprocal(x)); },
        [](const Scalar& x) { return Scalar(-x * x); },
        [](const Scalar& x) { return Scalar(pow(x, 2.5)); },
        [](const Scalar& x) { return Scalar(pow(2.0, x)); },
        [](const Scalar& x) { return Scalar(pow(x, x)); },
        [](const Scalar& x) { return Scalar(x / (1.0 + x)); },
        [](const Scalar& x) { return Scalar(maximum(x * x, x - 1.0)); },
        [](const Scalar& x) { return Scalar(minimum(x * x, x + 1.0)); }};
    for (std::size_t i = 0; i < functions.size(); ++i)
        for (int n = 1; n <= 3; ++n) {
            const double x = 0.7, h = 1e-5;
            const double difference =
                (nth_derivative(functions[i], x + h, n - 1) - nth_derivative(functions[i], x - h, n - 1)) / (2 * h);
            EXPECT_NEAR(nth_derivative(functions[i], x, n), difference, 2e-7 * std::max(1.0, std::abs(difference)))
                << "function " << i << ", derivative " << n;
        }
}

TEST(ScalarSecondOrder, MixedDerivatives)
{
    // f = x^2 y + sin(x y): fxy = 2 x + cos(xy) - xy sin(xy), fyy = -x^2 sin(xy).
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable(1.2), y = tape.variable(0.4);
    const Scalar f = x * x * y + sin(x * y);
    const Scalar fy = tape.grad(f, {y}, {.create_graph = true})[0];
    const std::vector<Scalar> second = tape.grad(fy, {x, y}, {.create_graph = true});
    EXPECT_NEAR(second[0].value(), 2.4 + std::cos(0.48) - 0.48 * std::sin(0.48), 1e-14);
    EXPECT_NEAR(second[1].value(), -1.44 * std::sin(0.48), 1e-14);
}

TEST(ScalarSecondOrder, GradientsOfIntermediateValues)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable(3);
    const Scalar y = x * x, z = y * y;
    EXPECT_EQ(tape.grad(z, {y})[0].value(), 18);
    EXPECT_EQ(x.grad(), 0);  // grad touches no grad
}

TEST(ScalarSecondOrder, PlainTapeSaysHowToOpenIt)
{
    Tape tape;
    const Scalar x = tape.variable(3);
    const Scalar y = x * x;
    EXPECT_THROW_TEXT((void)tape.grad(y, {x}, {.create_graph = true}), TapeError,
                      "backward: create_graph asks for gradients of scalars that can be differentiated again.\n"
                      "  rule: a plain tape keeps first-order partials of scalar statements only.\n"
                      "  try:  open the tape with Tape tape{{.explain = true}}.");
    tape.backward(y);
    EXPECT_EQ(x.grad(), 6);
}

}  // namespace
