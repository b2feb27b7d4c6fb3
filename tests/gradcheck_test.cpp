// The checker is checked: right operations pass, each deliberately wrong one must be rejected.
#include <xgrad/error.hpp>
#include <xgrad/gradcheck.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/record.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/expect_throw.hpp"

namespace {

using namespace xgrad;

const Tensor kMatrix = tensor({2, 3}, {0.5, -1.25, 2, 0.75, -0.5, 1.5}, f64);
const Tensor kSquare = tensor({2, 2}, {0.5, -1.25, 2, 0.75}, f64);
const Tensor kRow = tensor({3}, {1.5, -0.25, 0.75}, f64);

/// The sine with a vjp of the test's choice.
template <class Vjp>
Tensor sine_with(const Tensor& x, Vjp vjp)
{
    Tensor y;
    {
        const NoGrad off;
        y = sin(x);
    }
    return record("sine", {x}, y, [x, vjp](const Tensor& gy, Adjoints& gx) { vjp(x, gy, gx); });
}

TEST(Gradcheck, RightOperationPasses)
{
    const auto report = gradcheck([](const Tensor& x) { return sum(tanh(x) * x); }, {kMatrix});
    EXPECT_TRUE(report.ok) << report.message;
    EXPECT_TRUE(report);
    EXPECT_LE(report.error, 1e-8);
    EXPECT_EQ(report.message.find("input 0 of shape (2, 3), element "), 0u) << report.message;
}

TEST(Gradcheck, TakesFunctionsOfSeveralTensorsAndOfAVector)
{
    const auto two = [](const Tensor& a, const Tensor& b) { return a * b; };
    EXPECT_TRUE(gradcheck(two, {kMatrix, kRow}).ok);
    const auto three = [](const Tensor& a, const Tensor& b, const Tensor& c) { return a * b + c; };
    EXPECT_TRUE(gradcheck(three, {kMatrix, kRow, kRow}).ok);
    const auto list = [](const std::vector<Tensor>& x) { return x[0] * x[1] * x[0]; };
    EXPECT_TRUE(gradcheck(list, {kMatrix, kRow}).ok);
    EXPECT_TRUE(gradgradcheck(list, {kMatrix, kRow}).ok);
}

TEST(Gradcheck, CountsTheInputs)
{
    const auto two = [](const Tensor& a, const Tensor& b) { return a * b; };
    EXPECT_THROW_TEXT((void)gradcheck(two, {kMatrix}), ShapeError,
                      "gradcheck: 1 inputs for a function of 2 tensors.\n"
                      "  rule: one input for each argument.\n"
                      "  try:  give as many tensors as the function takes.");
}

TEST(Gradcheck, ComputesInF64WhateverTheInputsAre)
{
    const auto f = [](const Tensor& x) { return exp(x); };
    EXPECT_TRUE(gradcheck(f, {tensor({2}, {0.5, 1.5}, f32)}).ok);
    const auto to_single = [](const Tensor& x) { return to(x, f32); };
    EXPECT_THROW_TEXT((void)gradcheck(to_single, {kRow}), DtypeError,
                      "gradcheck: the function gives f32 (3,) for f64 inputs.\n"
                      "  rule: gradients are compared in f64: other types are too coarse, or have none.\n"
                      "  try:  write constants as f64, and reduce or convert the result in the function.");
}

TEST(Gradcheck, IntegerInputsAreConstants)
{
    const auto f = [](const Tensor& x, const Tensor& n) { return x * n; };
    EXPECT_TRUE(gradcheck(f, {kRow, tensor({3}, {1, 2, 3}, i64)}).ok);
    EXPECT_TRUE(gradgradcheck(f, {kRow, tensor({3}, {1, 2, 3}, i64)}).ok);
}

TEST(Gradcheck, InputsKeepTheirStrides)
{
    // Reads six elements in the order of memory: right for contiguous input alone.
    const auto reads_memory = [](const Tensor& x) {
        return record("blind", {x}, from_values({6}, x.data<double>(), 6),
                      [](const Tensor& gy, Adjoints& gx) { gx.add(0, reshape(gy, gx.sizes(0))); });
    };
    EXPECT_TRUE(gradcheck(reads_memory, {kMatrix}).ok);
    const auto report = gradcheck(reads_memory, {transpose(kMatrix)});
    EXPECT_FALSE(report.ok);
    EXPECT_EQ(report.message,
              "the function gives other values for the same input in contiguous form: -1.25 and 0.75 at element 1 of "
              "the output");
    EXPECT_TRUE(gradcheck([](const Tensor& x) { return exp(x); }, {transpose(kMatrix)}).ok);
    EXPECT_TRUE(gradcheck([](const Tensor& x) { return exp(x); }, {expand(kRow, {2, 3})}).ok);
}

TEST(Gradcheck, EmptyAndZeroDimensionalInputsPass)
{
    EXPECT_TRUE(gradcheck([](const Tensor& x) { return exp(x); }, {zeros({0, 3}, f64)}).ok);
    EXPECT_TRUE(gradgradcheck([](const Tensor& x) { return exp(x); }, {zeros({0, 3}, f64)}).ok);
    EXPECT_TRUE(gradcheck([](const Tensor& x) { return exp(x); }, {tensor(0.5, f64)}).ok);
}

TEST(Gradcheck, LeavesARunningTapeAlone)
{
    Tape tape;
    const Tensor x = tape.variable("x", kRow);
    EXPECT_TRUE(gradcheck([](const Tensor& v) { return exp(v); }, {x}).ok);
    EXPECT_TRUE(gradgradcheck([](const Tensor& v) { return exp(v); }, {x}).ok);
    EXPECT_FALSE(x.grad().defined());
    tape.backward(sum(x));
    EXPECT_EQ(x.grad().to_vector<double>(), (std::vector<double>{1, 1, 1}));
}

// ---- wrong operations -----------------------------------------------------------------------------------------------

TEST(GradcheckRejects, WrongSign)
{
    const auto f = [](const Tensor& x) {
        return sine_with(x, [](const Tensor& v, const Tensor& gy, Adjoints& gx) { gx.add(0, gy * neg(cos(v))); });
    };
    const auto report = gradcheck(f, {kMatrix});
    EXPECT_FALSE(report.ok);
    EXPECT_FALSE(report);
    EXPECT_GT(report.error, 0.5);
    EXPECT_NEAR(report.autograd, -report.numeric, 1e-8);
}

TEST(GradcheckRejects, WrongSignOfALinearOperationWithAReadableReport)
{
    // y = x, and a vjp that says -1: with 0-dimensional tensors the weight of the output is all that remains.
    const auto f = [](const Tensor& x) {
        return record("minus", {x}, clone(detach(x)),
                      [](const Tensor& gy, Adjoints& gx) { gx.add(0, where(gy == gy, -1.0, gy)); });
    };
    const auto sums_to_one = [&f](const Tensor& x) { return f(x); };
    const auto report = gradcheck(sums_to_one, {kMatrix});
    EXPECT_FALSE(report.ok);
    EXPECT_EQ(report.autograd, -1);
    EXPECT_EQ(report.message.find("input 0 of shape (2, 3), element "), 0u) << report.message;
    EXPECT_NE(report.message.find(": autograd -1, numeric "), std::string::npos) << report.message;
    EXPECT_EQ(report.message.rfind(" > 1e-06"), report.message.size() - 8) << report.message;
}

TEST(GradcheckRejects, WrongFactor)
{
    const auto f = [](const Tensor& x) {
        return sine_with(x, [](const Tensor& v, const Tensor& gy, Adjoints& gx) { gx.add(0, 5.0 * gy * cos(v)); });
    };
    EXPECT_FALSE(gradcheck(f, {kMatrix}).ok);
}

TEST(GradcheckRejects, ForgottenTransposeOfASquareMatrix)
{
    const auto f = [](const Tensor& x) {
        Tensor y;
        {
            const NoGrad off;
            y = transpose(x);
        }
        return record("transposed", {x}, y, [](const Tensor& gy, Adjoints& gx) { gx.add(0, gy); });
    };
    EXPECT_FALSE(gradcheck(f, {kSquare}).ok);
}

TEST(GradcheckRejects, ForgottenBroadcastingTerm)
{
    // a + b with a row b: the adjoint of b is the sum of both rows, not the first one.
    const auto f = [](const Tensor& a, const Tensor& b) {
        Tensor y;
        {
            const NoGrad off;
            y = a + b;
        }
        return record("sum_of_rows", {a, b}, y, [](const Tensor& gy, Adjoints& gx) {
            gx.add(0, gy);
            gx.add(1, detail::view(gy, {3}, {1}, 0));
        });
    };
    const auto report = gradcheck(f, {kMatrix, kRow});
    EXPECT_FALSE(report.ok);
    EXPECT_EQ(report.input, 1u);
}

TEST(GradcheckRejects, ForgottenInput)
{
    const auto f = [](const Tensor& a, const Tensor& b) {
        Tensor y;
        {
            const NoGrad off;
            y = a * b;
        }
        return record("product", {a, b}, y, [b](const Tensor& gy, Adjoints& gx) { gx.add(0, gy * b); });
    };
    const auto report = gradcheck(f, {kRow, kRow});
    EXPECT_FALSE(report.ok);
    EXPECT_EQ(report.input, 1u);
    EXPECT_EQ(report.autograd, 0);
}

TEST(GradcheckRejects, DetachedResult)
{
    EXPECT_FALSE(gradcheck([](const Tensor& x) { return detach(exp(x)); }, {kRow}).ok);
}

TEST(GradcheckRejects, WrongSecondDerivativeBehindARightFirstOne)
{
    const auto f = [](const Tensor& x) {
        return sine_with(x, [](const Tensor& v, const Tensor& gy, Adjoints& gx) { gx.add(0, gy * cos(detach(v))); });
    };
    EXPECT_TRUE(gradcheck(f, {kMatrix}).ok);
    const auto report = gradgradcheck(f, {kMatrix});
    EXPECT_FALSE(report.ok);
    EXPECT_EQ(report.input, 0u);
}

TEST(GradcheckRejects, AdjointOfTheOutputLostInTheSecondDerivative)
{
    const auto f = [](const Tensor& x) {
        return sine_with(x, [](const Tensor& v, const Tensor& gy, Adjoints& gx) { gx.add(0, detach(gy) * cos(v)); });
    };
    EXPECT_TRUE(gradcheck(f, {kMatrix}).ok);
    const auto report = gradgradcheck(f, {kMatrix});
    EXPECT_FALSE(report.ok);
    EXPECT_EQ(report.message.find("the adjoint of the output, of shape (2, 3), element "), 0u) << report.message;
}

TEST(GradcheckRejects, NotANumber)
{
    const auto f = [](const Tensor& x) {
        return sine_with(x, [](const Tensor&, const Tensor& gy, Adjoints& gx) {
            gx.add(0, gy * std::numeric_limits<double>::quiet_NaN());
        });
    };
    const auto report = gradcheck(f, {kRow});
    EXPECT_FALSE(report.ok);
    EXPECT_TRUE(std::isnan(report.error));
    EXPECT_NE(report.message.find("autograd nan"), std::string::npos) << report.message;
}

TEST(GradcheckRejects, AdjointOfAWrongShape)
{
    const auto f = [](const Tensor& x) {
        return sine_with(x, [](const Tensor&, const Tensor&, Adjoints& gx) { gx.add(0, zeros({4}, f64)); });
    };
    const auto report = gradcheck(f, {kRow});
    EXPECT_FALSE(report.ok);
    EXPECT_EQ(without_autopsy(report.message),
              "the walk back threw: sine: its vjp gave an adjoint of shape (4,) for an input of shape (3,).\n"
              "  rule: an adjoint has the shape of its input, or one that the input broadcasts to.\n"
              "  try:  sum or reshape it in the vjp before gx.add.");
}

TEST(GradcheckRejects, FunctionThatIgnoresAnInput)
{
    const auto f = [](const Tensor& a, const Tensor&) { return exp(a); };
    const auto report = gradcheck(f, {kRow, kRow});
    EXPECT_FALSE(report.ok);
    EXPECT_EQ(report.message, "input 1 of shape (3,): the output does not depend on it");
    EXPECT_TRUE(gradcheck(f, {kRow, kRow}, {.allow_unused = true}).ok);
}

TEST(GradcheckRejects, FunctionThatIsNotDeterministic)
{
    double calls = 0;
    const auto report = gradcheck([&calls](const Tensor& x) { return x * ++calls; }, {kRow});
    EXPECT_FALSE(report.ok);
    EXPECT_EQ(report.message,
              "the function is not deterministic: called twice for the same input, it gives other values");
}

// ---- scalars --------------------------------------------------------------------------------------------------------

TEST(GradcheckOfScalars, RightFunctionsPass)
{
    const auto f = [](const std::vector<Scalar>& x) { return (x[0] + x[1]) * x[2] + tanh(x[0] * x[2]); };
    const auto report = gradcheck(f, std::vector<double>{-0.5, 1.5, 0.75});
    EXPECT_TRUE(report.ok) << report.message;
    const auto second = gradgradcheck(f, std::vector<double>{-0.5, 1.5, 0.75});
    EXPECT_TRUE(second.ok) << second.message;
}

TEST(GradcheckOfScalars, TemplatesServeBothKinds)
{
    const auto f = []<class T>(const std::vector<T>& x) -> T { return exp(x[0] * x[1]) / x[1]; };
    EXPECT_TRUE(gradcheck(f, std::vector<double>{0.5, 1.5}).ok);
    EXPECT_TRUE(gradcheck(f, std::vector<Tensor>{kRow, kRow}).ok);
}

TEST(GradcheckOfScalars, ValueTakenFromTheTapeIsRejected)
{
    const auto f = [](const std::vector<Scalar>& x) -> Scalar { return x[0] * x[1].value(); };
    const auto report = gradcheck(f, std::vector<double>{0.5, 1.5});
    EXPECT_FALSE(report.ok);
    EXPECT_EQ(report.input, 1u);
    EXPECT_EQ(report.message.find("input 1 of shape (), element 0: autograd 0, numeric "), 0u) << report.message;
}

}  // namespace
