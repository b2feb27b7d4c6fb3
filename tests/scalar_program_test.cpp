// Functions of scalars: gradient, jacobian and hessian in one call, and programs recorded once.
#include <xgrad/error.hpp>
#include <xgrad/functional/scalar_program.hpp>
#include <xgrad/ops/bridge.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <span>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace {

using namespace xgrad;
using Scalars = std::vector<Scalar>;
using Point = std::vector<double>;

/// f = x^2 y^3: f_x = 2 x y^3, f_y = 3 x^2 y^2, f_xx = 2 y^3, f_xy = 6 x y^2, f_yy = 6 x^2 y.
Scalar powers(const Scalars& x) { return x[0] * x[0] * x[1] * x[1] * x[1]; }

Scalar everything(const Scalars& x)
{
    const Scalar a = tanh(x[0]) * exp(-x[1]) + log(x[2] + 3.0) / x[1];
    const Scalar b = pow(x[2], 1.5) + sqrt(x[1] * x[2]) - sin(x[0]) * cos(a);
    return maximum(a, b) + minimum(a, x[0]) + sigmoid(b) * abs(x[0]) + relu(a - 10.0) + 2.0 / x[2] + square(b);
}

TEST(ScalarForms, GradientOfAProductOfPowers)
{
    EXPECT_EQ(gradient(powers, Point{1, 2}), (Point{16, 12}));
    const auto [value, g] = value_and_gradient([](std::span<const Scalar> x) { return x[0] * x[1]; }, Point{3, 4});
    EXPECT_EQ(value, 12);
    EXPECT_EQ(g, (Point{4, 3}));
    EXPECT_EQ(gradient([](const Scalars&) { return Scalar(5.0); }, Point{3, 4}), (Point{0, 0}));
    EXPECT_EQ(gradient([](const Scalars& x) { return x[1]; }, Point{3, 4}), (Point{0, 1}));
}

TEST(ScalarForms, GradientInsideATapeTakesItsScalarsAsConstants)
{
    Tape tape;
    const Scalar c = tape.variable(10.0);
    EXPECT_EQ(gradient([&](const Scalars& x) { return c * x[0]; }, Point{3}), (Point{10}));
    EXPECT_EQ(gradient([&](const Scalars&) { return c; }, Point{3}), (Point{0}));
    tape.backward(c * c);
    EXPECT_EQ(c.grad(), 20);
}

TEST(ScalarForms, JacobianHasARowForEachOutput)
{
    const auto f = [](const Scalars& x) { return Scalars{x[0] * x[1], x[0] + x[1], Scalar(7.0), x[1]}; };
    EXPECT_TENSOR_EQ(jacobian(f, Point{3, 4}), tensor({4, 2}, {4, 3, 1, 1, 0, 0, 0, 1}, f64));
    EXPECT_TENSOR_EQ(jacobian(powers, Point{1, 2}), tensor({1, 2}, {16, 12}, f64));
}

TEST(ScalarForms, HessianOfAProductOfPowers)
{
    EXPECT_TENSOR_EQ(hessian(powers, Point{1, 2}), tensor({2, 2}, {16, 24, 24, 12}, f64));
    EXPECT_TENSOR_EQ(hessian([](const Scalars& x) { return x[0] + 2.0 * x[1]; }, Point{1, 2}), zeros({2, 2}, f64));
    EXPECT_TENSOR_EQ(hessian([](const Scalars&) { return Scalar(1.0); }, Point{1, 2}), zeros({2, 2}, f64));
}

TEST(ScalarForms, HessianAgreesWithDifferencesOfGradients)
{
    const Point at{0.5, 1.25, 2};
    const std::vector<double> h = hessian(everything, at).to_vector<double>();
    for (std::size_t i = 0; i < 3; ++i) {
        Point up = at, down = at;
        up[i] += 1e-6;
        down[i] -= 1e-6;
        const Point a = gradient(everything, up), b = gradient(everything, down);
        for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(h[i * 3 + j], (a[j] - b[j]) / 2e-6, 1e-7) << i << ", " << j;
    }
}

TEST(ScalarProgram, ComputesTheFunctionElsewhere)
{
    int calls = 0;
    const auto f = [&](const Scalars& x) {
        ++calls;
        return everything(x);
    };
    const ScalarProgram program(f, Point{0.5, 1.25, 2});
    for (const Point& at : {Point{0.5, 1.25, 2}, Point{-0.75, 2, 0.5}, Point{2, 0.5, 1}}) {
        const auto [value, g] = value_and_gradient(everything, at);
        EXPECT_NEAR(program(at)[0], value, 1e-14 * std::abs(value));
        const Point again = program.gradient(at);
        for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(again[i], g[i], 1e-13 * std::max(1.0, std::abs(g[i])));
    }
    EXPECT_EQ(calls, 1);
}

TEST(ScalarProgram, ManySamplesAreTheSameAsOneAtATime)
{
    const ScalarProgram program(everything, Point{0.5, 1.25, 2});
    for (const std::int64_t samples : {0, 1, 7, 512, 1300}) {
        std::vector<double> x;
        for (std::int64_t i = 0; i < samples * 3; ++i) x.push_back(0.25 + std::abs(std::sin(0.7 * double(i))) * 2);
        const Tensor batch = from_values({samples, 3}, x);
        const std::vector<double> y = program.values(batch).to_vector<double>();
        const std::vector<double> gx = program.gradients(batch).to_vector<double>();
        ASSERT_EQ(y.size(), std::size_t(samples));
        ASSERT_EQ(gx.size(), x.size());
        for (std::size_t s = 0; s < y.size(); ++s) {
            const std::span<const double> at(x.data() + 3 * s, 3);
            EXPECT_EQ(program(at)[0], y[s]);
            EXPECT_EQ(program.gradient(at),
                      Point(gx.begin() + 3 * std::ptrdiff_t(s), gx.begin() + 3 * std::ptrdiff_t(s) + 3));
        }
    }
}

TEST(ScalarProgram, SeveralOutputsAndTheirJacobian)
{
    const auto f = [](const Scalars& x) { return Scalars{x[0] * x[1], x[0], Scalar(7.0)}; };
    const ScalarProgram program(f, Point{1, 1});
    EXPECT_EQ(program.input_count(), 2u);
    EXPECT_EQ(program.output_count(), 3u);
    EXPECT_EQ(program.operation_count(), 1u);
    EXPECT_EQ(program(Point{3, 4}), (Point{12, 3, 7}));
    EXPECT_TENSOR_EQ(program.jacobian(Point{3, 4}), tensor({3, 2}, {4, 3, 1, 0, 0, 0}, f64));
    EXPECT_TENSOR_EQ(program.values(tensor({2, 2}, {3, 4, 5, 6}, f64)), tensor({2, 3}, {12, 3, 7, 30, 5, 7}, f64));
}

TEST(ScalarProgram, BranchesAreFrozen)
{
    const ScalarProgram program(
        [](const Scalars& x) { return x[0].value() > 0 ? Scalar(x[0] * 2.0) : Scalar(x[0] * 3.0); }, Point{1});
    EXPECT_EQ(program(Point{5})[0], 10);
    EXPECT_EQ(program(Point{-5})[0], -10);
    const ScalarProgram kinks([](const Scalars& x) { return relu(x[0]) + abs(x[0]); }, Point{1});
    EXPECT_EQ(kinks(Point{-5})[0], 5);  // those are operations
    EXPECT_EQ(kinks.gradient(Point{-5}), Point{-1});
}

TEST(ScalarProgram, LongProgramsRunInSmallBlocks)
{
    // x_0 + 1000 times 0.001 x_0, in 1000 steps and more than one block of the smallest size.
    const auto f = [](const Scalars& x) {
        Scalar y = x[0];
        for (int i = 0; i < 50000; ++i) y = y + x[0] * 0.001;
        return y;
    };
    const ScalarProgram program(f, Point{1});
    const Tensor x = full({40, 1}, 2, f64);
    for (const double g : program.gradients(x).to_vector<double>()) EXPECT_NEAR(g, 51, 1e-9);
}

TEST(ScalarProgram, SaysWhatItNeeds)
{
    const ScalarProgram program(powers, Point{1, 2});
    EXPECT_THROW_TEXT((void)program(Point{1}), ShapeError,
                      "ScalarProgram: 1 values for a program of 2 inputs.\n"
                      "  rule: one value for each input that it was recorded with.\n"
                      "  try:  give as many, or record the function again.");
    EXPECT_THROW_TEXT((void)program.values(zeros({2}, f64)), ShapeError,
                      "ScalarProgram: samples of shape (2,) for a program of 2 inputs.\n"
                      "  rule: samples have the shape (samples, inputs).\n"
                      "  try:  reshape them.");
    EXPECT_THROW_TEXT((void)program.gradients(zeros({2, 2}, f32)), DtypeError,
                      "ScalarProgram: samples f32 (2, 2).\n"
                      "  rule: scalars are f64.\n"
                      "  try:  convert: to(x, f64).");
    const auto two = [](const Scalars& x) { return Scalars{x[0], x[1]}; };
    EXPECT_THROW_TEXT((void)ScalarProgram(two, Point{1, 2}).gradient(Point{1, 2}), ShapeError,
                      "ScalarProgram: a gradient of 2 outputs.\n"
                      "  rule: only a function with one output has a gradient.\n"
                      "  try:  use jacobian.");
    const auto tensors = [](const Scalars& x) { return (tensor({1}, Scalars{x[0]}) * 2).scalar(0); };
    EXPECT_THROW_TEXT(ScalarProgram(tensors, Point{1}), TapeError,
                      "ScalarProgram: a value that the outputs need comes from a tensor.\n"
                      "  rule: a program holds operations on scalars alone.\n"
                      "  try:  compute with scalars from the inputs to the outputs.");
}

}  // namespace
