// Where gradients by hand are not to blame: kinks, rough functions, operations with a wrong vjp. Functions of numbers, and what
// is said of bad input.
#include <xgrad/error.hpp>
#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/dropout.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/record.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/teach/check_by_hand.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "teach/numeric.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

const Tensor kMatrix = tensor({2, 3}, {0.5, -1.25, 2, 0.75, -0.5, 1.5}, f64);

bool contains(const CheckReport& report, const std::string& text)
{
    std::string flat = report.message;
    for (std::size_t at; (at = flat.find("\n  ")) != std::string::npos;) flat.replace(at, 3, " ");
    return flat.find(text) != std::string::npos;
}

// ---- kinks ------------------------------------------------------------------------------------------------------------

TEST(CheckByHandKinks, WhatLiesBetweenBothSlopesIsRight)
{
    // sum |x| at (0, 2, -1): slopes -1 and 1 at 0, for which autograd takes 0.
    const Tensor x = tensor({3}, {0, 2, -1}, f64);
    const auto loss = [](const Tensor& v) { return sum(abs(v)); };
    for (const double at_kink : {-1.0, 0.0, 0.5, 1.0}) {
        const CheckReport report = check_by_hand(loss, x, tensor({3}, {at_kink, 1, -1}, f64));
        EXPECT_TRUE(report) << report.message;
        EXPECT_EQ(report.gradients[0].kinks, (std::vector<std::int64_t>{0}));
        EXPECT_TRUE(contains(report, "a kink at element 0: the slope is -1 from the left and 1 from the right"))
            << report.message;
    }
    EXPECT_FALSE(check_by_hand(loss, x, tensor({3}, {1.5, 1, -1}, f64)));
}

TEST(CheckByHandKinks, ReluAtZero)
{
    const Tensor x = tensor({3}, {0, 2, -1}, f64);
    const auto loss = [](const Tensor& v) { return sum(relu(v)); };
    for (const double at_kink : {0.0, 0.5, 1.0}) {
        const CheckReport report = check_by_hand(loss, x, tensor({3}, {at_kink, 1, 0}, f64));
        EXPECT_TRUE(report) << report.message;
        EXPECT_EQ(report.gradients[0].kinks, (std::vector<std::int64_t>{0}));
    }
}

TEST(CheckByHandKinks, AMistakeElsewhereIsStillNamed)
{
    const Tensor x = tensor({3}, {0, 2, -1}, f64);
    const CheckReport report =
        check_by_hand([](const Tensor& v) { return sum(relu(v)); }, x, tensor({3}, {1, 2, 0}, f64));
    EXPECT_EQ(report.gradients[0].mistake(), Mistake::factor_two) << report.message;
    EXPECT_EQ(report.gradients[0].element, 1);
}

TEST(CheckByHandKinks, NearAKinkThereIsNone)
{
    const Tensor x = tensor({3}, {1e-3, 2, -1e-2}, f64);
    const CheckReport report = check_by_hand([](const Tensor& v) { return sum(abs(v) * exp(v)); }, x,
                                             abs(x) * exp(x) + (2 * to(x > 0, f64) - 1) * exp(x));
    EXPECT_TRUE(report) << report.message;
    EXPECT_TRUE(report.gradients[0].kinks.empty()) << report.message;
    EXPECT_NEAR(report.gradients[0].numeric, report.gradients[0].autograd, 1e-6);
}

TEST(CheckByHandKinks, SmoothFunctionsHaveNone)
{
    const auto loss = [](const Tensor& v) { return sum(exp(3 * v) + sin(5 * v) + square(square(v))); };
    const Tensor by_hand = 3 * exp(3 * kMatrix) + 5 * cos(5 * kMatrix) + 4 * square(kMatrix) * kMatrix;
    const CheckReport report = check_by_hand(loss, kMatrix, by_hand);
    EXPECT_TRUE(report) << report.message;
    EXPECT_TRUE(report.gradients[0].notes.empty()) << report.message;
}

// ---- rough functions, domains, wrong operations -----------------------------------------------------------------------

TEST(CheckByHandNumbers, RoughFunctionsAreSaidToBe)
{
    // The steps of a stair 1e-5 wide: derivatives of the smooth rest are below their noise.
    const Tensor x = tensor({1}, {0.3}, f64);
    const auto stairs = [](const Tensor& v) {
        const Tensor smooth = sum(square(v));
        return smooth + 1e-3 * detach(sin(sum(v) * 1e6));
    };
    const CheckReport report = check_by_hand(stairs, x, 2 * x);
    EXPECT_TRUE(report) << report.message;
    EXPECT_TRUE(contains(report, "too rough for a numeric derivative at element 0")) << report.message;
}

TEST(CheckByHandNumbers, ShortStepsAreTakenAtTheEdgeOfADomain)
{
    const Tensor p = tensor({2}, {0.99, 0.01}, f64), y = tensor({2}, {1, 0}, f64);
    const auto loss = [&](const Tensor& q) { return binary_cross_entropy(q, y, {.reduction = Reduction::sum}); };
    const CheckReport report = check_by_hand(loss, p, tensor({2}, {-1 / 0.99, 1 / 0.99}, f64));
    EXPECT_TRUE(report) << report.message;
    EXPECT_TRUE(report.gradients[0].notes.empty()) << report.message;
}

TEST(CheckByHandNumbers, NoNumericDerivativeBeyondADomain)
{
    const Tensor x = tensor({1}, {0}, f64);
    const CheckReport report = check_by_hand([](const Tensor& v) { return sum(sqrt(v) * v); }, x, zeros({1}, f64));
    EXPECT_TRUE(contains(report, "no numeric derivative at element 0")) << report.message;
}

/// The sine with the derivative of its negative.
Tensor wrong_sine(const Tensor& x)
{
    Tensor y;
    {
        const NoGrad off;
        y = sin(x);
    }
    return record("wrong_sine", {x}, y, [x](const Tensor& gy, Adjoints& gx) { gx.add(0, gy * -cos(x)); });
}

TEST(CheckByHandNumbers, AnOperationWithAWrongVjpIsNotBlamedOnTheHand)
{
    const auto loss = [](const Tensor& v) { return sum(wrong_sine(v)); };
    const CheckReport report = check_by_hand(loss, kMatrix, cos(kMatrix));
    EXPECT_FALSE(report.passed);
    EXPECT_TRUE(report.gradients[0].passed) << report.message;
    EXPECT_FALSE(report.gradients[0].autograd_agrees);
    EXPECT_EQ(report.gradients[0].mistake(), Mistake::none);
    EXPECT_TRUE(contains(report, "1 of 1 gradients by hand are right; autograd and the numeric derivative disagree"))
        << report.message;
    EXPECT_TRUE(contains(report, "An operation has a wrong vjp; the function's own are: wrong_sine")) << report.message;
    // A hand that repeats the operation's mistake is wrong.
    EXPECT_EQ(check_by_hand(loss, kMatrix, -cos(kMatrix)).gradients[0].mistake(), Mistake::sign_flipped);
}

TEST(CheckByHandNumbers, RandomFunctionsAreRefused)
{
    const CheckReport report =
        check_by_hand([](const Tensor& v) { return sum(dropout(v, 0.5)); }, kMatrix, ones({2, 3}, f64));
    EXPECT_FALSE(report.passed);
    EXPECT_EQ(report.message.find("the function is not deterministic\n  called twice for the same inputs, it gives "),
              0u)
        << report.message;
}

TEST(CheckByHandNumbers, SinglePrecisionIsCheckedInDouble)
{
    const Tensor x = tensor({3}, {0.5, -1.5, 2}, f32), w = tensor({3}, {1, 2, 3}, f32);
    const auto loss = [&](const Tensor& v) { return sum(exp(v) * w); };
    const CheckReport report = check_by_hand(loss, x, exp(x) * w);
    EXPECT_TRUE(report) << report.message;
    EXPECT_NEAR(report.gradients[0].numeric, report.gradients[0].autograd, 1e-8);
    EXPECT_EQ(check_by_hand(loss, x, -exp(x) * w).gradients[0].mistake(), Mistake::sign_flipped);
    // A function that takes nothing but f32 is checked as it is.
    const auto refuses = [&](const Tensor& v) {
        if (v.dtype() != f32) throw DtypeError("f32 alone");
        return sum(exp(v) * w);
    };
    const CheckReport coarse = check_by_hand(refuses, x, exp(x) * w);
    EXPECT_TRUE(coarse) << coarse.message;
    EXPECT_EQ(check_by_hand(refuses, x, -exp(x) * w).gradients[0].mistake(), Mistake::sign_flipped);
}

TEST(CheckByHandNumbers, ForgottenResultOfTheProbeIsSaid)
{
    const auto loss = [](const std::vector<Tensor>& x, Probe& probe) {
        const Tensor u = square(x[0]);
        (void)probe("u", u);
        return sum(exp(u));
    };
    const CheckReport report = check_by_hand(loss, {{"x", kMatrix}}, {{"u", exp(square(kMatrix))}});
    EXPECT_FALSE(report.passed);
    EXPECT_TRUE(contains(report, "write u = probe(\"u\", u)")) << report.message;
}

TEST(CheckByHandNumbers, ConstantsCanBeProbed)
{
    const auto loss = [](const Tensor& x, Probe& probe) { return sum(x * probe("c", square(kMatrix))); };
    const CheckReport report = check_by_hand(loss, {{"x", kMatrix}}, {{"c", kMatrix}, {"x", square(kMatrix)}});
    EXPECT_TRUE(report) << report.message;
}

TEST(CheckByHandNumbers, LeavesARunningTapeAlone)
{
    Tape tape;
    const Tensor x = tape.variable("x", kMatrix);
    EXPECT_TRUE(check_by_hand([](const Tensor& v) { return sum(exp(v)); }, x, exp(detach(x))));
    EXPECT_FALSE(x.grad().defined());
    tape.backward(sum(x));
    EXPECT_EQ(x.grad().to_vector<double>(), std::vector<double>(6, 1.0));
}

// ---- functions of numbers ---------------------------------------------------------------------------------------------

// N1 of the lectures: f = (x + y) z at (-2, 5, -4): df/dx = df/dy = -4, df/dz = 3; the slide prints -4 for it.
TEST(CheckByHandScalars, TheSlide)
{
    const auto f = [](auto x, auto y, auto z) { return (x + y) * z; };
    EXPECT_TRUE(check_by_hand(f, {-2, 5, -4}, {-4, -4, 3}));
    const CheckReport report = check_by_hand(f, {-2, 5, -4}, {-4, -4, -4});
    EXPECT_TRUE(report.gradients[1].passed);
    EXPECT_FALSE(report.gradients[2].passed);
    EXPECT_EQ(report.gradients[2].mistake(), Mistake::unknown) << report.message;
    EXPECT_EQ(report.gradients[2].numeric, 3);
}

TEST(CheckByHandScalars, ProgramsOfManyKinds)
{
    const auto plain = [](const Scalar& x) { return Scalar(exp(sin(x)) / x); };
    const double slope = std::exp(std::sin(0.7)) * (std::cos(0.7) / 0.7 - 1 / 0.49);
    EXPECT_TRUE(check_by_hand(plain, 0.7, slope));
    EXPECT_TRUE(check_by_hand([](auto x) { return exp(sin(x)) / x; }, 0.7, slope));
    const auto list = [](const std::vector<Scalar>& x) { return x[0] * x[1] * x[2] * x[3] * x[4]; };
    EXPECT_TRUE(check_by_hand(list, {1, 2, 3, 4, 5}, {120, 60, 40, 30, 24}));
    const auto any_list = []<class T>(const std::vector<T>& x) {
        T sum = 0;
        for (const T& one : x) sum += one * one;
        return sum;
    };
    EXPECT_TRUE(check_by_hand(any_list, {1, 2, 3, 4, 5}, {2, 4, 6, 8, 10}));
    // lgamma' = digamma; it has no double-double form, and is checked in double.
    EXPECT_TRUE(check_by_hand([](auto x) { return lgamma(x); }, 1.0, -0.57721566490153286));
}

// S0:318-369 at x = 1 with dE/dw of the true forward pass; then each mistake alone.
TEST(CheckByHandScalars, MistakesOfTheExercise)
{
    // E = 1/2 (g(w x) - t)^2 at w = 0.5, x = 2, t = 1: a = g(1), delta = (a - t) a (1 - a), dE/dw = delta x.
    const auto f = [](auto w) {
        const auto a = sigmoid(w * 2.0);
        return 0.5 * square(a - 1.0);
    };
    const double a = 1 / (1 + std::exp(-1.0)), right = (a - 1) * a * (1 - a) * 2, ga = 1 / (1 + std::exp(-a));
    const auto mistake = [&](double by_hand) { return check_by_hand(f, 0.5, by_hand).gradients[0].mistake(); };
    EXPECT_EQ(mistake(right), Mistake::none);
    EXPECT_EQ(mistake(-right), Mistake::sign_flipped);
    EXPECT_EQ(mistake((a - 1) * 2), Mistake::slope_missing);
    EXPECT_EQ(mistake((a - 1) * ga * (1 - ga) * 2), Mistake::slope_at_output);
    EXPECT_EQ(mistake(0), Mistake::slope_at_target);  // 1 (1 - 1)
    EXPECT_EQ(mistake(right * a * (1 - a)), Mistake::slope_twice);
    EXPECT_EQ(mistake(right / 7), Mistake::unknown);
    const CheckReport two = check_by_hand(f, 0.5, a - 1);  // S0:409: neither g' nor x
    EXPECT_EQ(two.gradients[0].mistake(), Mistake::slope_missing) << two.message;
}

TEST(CheckByHandScalars, MistakesOfSamplesAndPenalties)
{
    // J = ((w - 1)^2 + (w - 2)^2 + (w - 6)^2) / 3 + lambda w^2
    const auto f = [](auto w) { return (square(w - 1.0) + square(w - 2.0) + square(w - 6.0)) / 3.0 + 0.1 * (w * w); };
    const double w = 0.5, data = 2 * (3 * w - 9) / 3;
    const auto mistake = [&](double by_hand, CheckOptions options = {}) {
        return check_by_hand(f, w, by_hand, options).gradients[0].mistake();
    };
    EXPECT_EQ(mistake(data + 0.2 * w), Mistake::none);
    EXPECT_EQ(mistake(3 * (data + 0.2 * w)), Mistake::one_over_n_missing);
    EXPECT_EQ(mistake(data), Mistake::penalty_missing);
    EXPECT_EQ(mistake(data + 0.1 * w), Mistake::penalty_factor);
    EXPECT_EQ(mistake(data + 0.6 * w), Mistake::lambda_against_lambda_over_n);
    EXPECT_EQ(mistake((data + 0.2 * w) / 11, {.samples = 11}), Mistake::sum_against_mean);
}

TEST(CheckByHandScalars, KinksAreFound)
{
    const CheckReport report = check_by_hand([](auto x) { return abs(x) + 2.0 * relu(x); }, 0.0, 3.0);
    EXPECT_TRUE(report) << report.message;
    EXPECT_TRUE(contains(report, "the slope is -1 from the left and 3 from the right")) << report.message;
}

// The numeric derivative of 1 / (1 + exp(-x)) x^3 at 0.3 has more digits than a double.
TEST(NumericDerivative, HasMoreThanTwentyDigitsInDoubleDoubles)
{
    const DoubleDouble x = 0.3;
    DoubleDouble found;
    const auto f = [&](const DoubleDouble& t) { return sigmoid(x + t) * pow(x + t, 3); };
    const auto derivative = detail::numeric_derivative<DoubleDouble>(f, detail::kDoubleDoubleSteps, &found);
    const DoubleDouble s = sigmoid(x), right = s * (1.0 - s) * pow(x, 3) + 3.0 * s * x * x;
    EXPECT_LE(std::abs((found - right).hi()), 1e-24);
    EXPECT_LE(derivative.error, 1e-23);
    EXPECT_FALSE(derivative.has_kink);
}

TEST(NumericDerivative, HasTenDigitsInDoubles)
{
    const auto derivative =
        detail::numeric_derivative<double>([](double t) { return std::exp(std::sin(0.3 + t)); }, detail::kDoubleSteps);
    const double right = std::cos(0.3) * std::exp(std::sin(0.3));
    EXPECT_NEAR(derivative.value, right, 1e-10);
    EXPECT_LE(std::abs(derivative.value - right), 4 * derivative.error + 1e-12);
}

// ---- bad input --------------------------------------------------------------------------------------------------------

TEST(CheckByHandErrors, GradientOfAnotherShape)
{
    const auto loss = [](const Tensor& v) { return sum(v); };
    EXPECT_THROW_TEXT((void)check_by_hand(loss, {{"W", kMatrix}}, {{"W", ones({3, 2}, f64)}}), ShapeError,
                      "check_by_hand: the gradient of W has the shape (3, 2), W itself (2, 3).\n"
                      "  rule: a gradient has the shape of what it belongs to.\n"
                      "  try:  transpose it: dW = X^T delta for a product X W, delta X^T for W X.");
    EXPECT_THROW_TEXT((void)check_by_hand(loss, {{"W", kMatrix}}, {{"W", ones({5, 2, 3}, f64)}}), ShapeError,
                      "check_by_hand: the gradient of W has the shape (5, 2, 3), W itself (2, 3).\n"
                      "  rule: a gradient has the shape of what it belongs to.\n"
                      "  try:  add it up over axis 0, the samples: sum(delta, 0).");
    EXPECT_THROW_TEXT((void)check_by_hand(loss, kMatrix, ones({6}, f64)), ShapeError,
                      "check_by_hand: the gradient of input 0 has the shape (6,), input 0 itself (2, 3).\n"
                      "  rule: a gradient has the shape of what it belongs to.\n"
                      "  try:  write the shape below each factor of the formula.");
}

TEST(CheckByHandErrors, ResultThatIsNotRecorded)
{
    const char* const text =
        "check_by_hand: the result of the function is not recorded.\n"
        "  rule: the result is computed by operations on the tensors that the function gets.\n"
        "  try:  use its arguments instead of tensors that it captures, and no detach, NoGrad or item().";
    EXPECT_THROW_TEXT((void)check_by_hand([](const Tensor& v) { return sum(detach(v)); }, kMatrix, kMatrix), TapeError,
                      text);
    EXPECT_THROW_TEXT((void)check_by_hand([](const Tensor&) { return sum(kMatrix); }, kMatrix, kMatrix), TapeError,
                      text);
    EXPECT_THROW_TEXT((void)check_by_hand([](const Scalar& x) { return Scalar(x.value()); }, 1.0, 1.0), TapeError,
                      "check_by_hand: the result of the function is not recorded.\n"
                      "  rule: the result is computed by operations on the numbers that the function gets.\n"
                      "  try:  use its arguments instead of numbers that it captures, and not their value().");
}

TEST(CheckByHandErrors, ResultsThatAreNoNumber)
{
    EXPECT_THROW_TEXT((void)check_by_hand([](const Tensor& v) { return exp(v); }, kMatrix, kMatrix), ShapeError,
                      "check_by_hand: the function gives f64 (2, 3).\n"
                      "  rule: gradients are those of one number.\n"
                      "  try:  add its elements up, sum(y), or take their mean.");
}

TEST(CheckByHandErrors, CountsAndNames)
{
    const auto loss = [](const Tensor& a, const Tensor& b) { return sum(a * b); };
    EXPECT_THROW_TEXT((void)check_by_hand(loss, {kMatrix, kMatrix}, {kMatrix}), ShapeError,
                      "check_by_hand: 1 gradients for 2 inputs.\n"
                      "  rule: one gradient for each input, in their order.\n"
                      "  try:  give an undefined Tensor for an input that is not to be checked, or give names.");
    EXPECT_THROW_TEXT((void)check_by_hand(loss, {{"a", kMatrix}, {"b", kMatrix}}, {{"c", kMatrix}}), ShapeError,
                      "check_by_hand: a gradient of \"c\", which is no input and not probed.\n"
                      "  rule: gradients belong to inputs, or to values that the function hands to its probe.\n"
                      "  try:  use one of these names: a, b.");
    EXPECT_THROW_TEXT((void)check_by_hand([](auto x, auto y) { return x * y; }, {1, 2, 3}, {1, 2, 3}), ShapeError,
                      "check_by_hand: 3 inputs for a function of another number of them.\n"
                      "  rule: one input for each argument.\n"
                      "  try:  give as many numbers as the function takes.");
    const auto twice = [](const Tensor& v, Probe& probe) { return sum(probe("u", v) * probe("u", v)); };
    EXPECT_THROW_TEXT((void)check_by_hand(twice, {{"x", kMatrix}}, {{"u", kMatrix}}), ShapeError,
                      "probe: the name \"u\" for two values.\n"
                      "  rule: each value has a name of its own.\n"
                      "  try:  number the layers: u1, u2; in a loop, name the step.");
    EXPECT_TRUE(check_by_hand(loss, {kMatrix, kMatrix}, {Tensor(), kMatrix}));
}

TEST(CheckByHandErrors, DtypesWithoutAGradient)
{
    const Tensor whole = tensor({2, 3}, {1, 2, 3, 4, 5, 6}, i64);
    const auto loss = [](const Tensor& a, const Tensor& b) { return sum(a * b); };
    EXPECT_TRUE(check_by_hand(loss, {kMatrix, whole}, {to(whole, f64), Tensor()}));
    EXPECT_THROW_TEXT((void)check_by_hand(loss, {kMatrix, whole}, {to(whole, f64), kMatrix}), DtypeError,
                      "check_by_hand: a gradient of input 1, i64 (2, 3).\n"
                      "  rule: gradients are those of floating inputs; others are constants.\n"
                      "  try:  give an undefined Tensor in its place, or make the input f64.");
    EXPECT_THROW_TEXT((void)check_by_hand(loss, {kMatrix, whole}, {whole, Tensor()}), DtypeError,
                      "check_by_hand: the gradient of input 0 is i64 (2, 3).\n"
                      "  rule: gradients are f32 or f64.\n"
                      "  try:  write tensor(sizes, values, f64).");
}

TEST(CheckByHandReport, FitsAHundredColumns)
{
    const Tensor x = tensor({4}, {0, 2, -1, 0.3}, f64);
    const auto loss = [](const Tensor& v) { return sum(sigmoid(abs(v))) / 4; };
    for (const Tensor& by_hand : {-x, x, x * x}) {
        std::istringstream lines(check_by_hand(loss, {{"x", x}}, {{"x", by_hand}}).message);
        for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
    }
}

}  // namespace
}  // namespace xgrad
