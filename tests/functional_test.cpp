// Derivatives as functions of functions: grad, value_and_grad, vjp, jvp, hvp, nested in each other and in tapes.
#include <xgrad/error.hpp>
#include <xgrad/functional/gradients.hpp>
#include <xgrad/gradcheck.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/parameter.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <memory>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace {

using namespace xgrad;

const Tensor kX = tensor({3}, {1, 2, 3}, f64);
const Tensor kV = tensor({3}, {1, -1, 2}, f64);

const auto kCube = [](const Tensor& x) { return sum(x * x * x); };

TEST(Functional, GradOfACubeIsThreeXSquared)
{
    EXPECT_TENSOR_EQ(grad(kCube)(kX), tensor({3}, {3, 12, 27}, f64));
    EXPECT_TENSOR_EQ(grad(kCube)(tensor({2}, {1, 2}, f32)), tensor({2}, {3, 12}, f32));
}

TEST(Functional, GradOfGradAndOfThat)
{
    // f = sum x^3: f' = 3 x^2; d sum(f') = 6 x; d sum(f'') = 6.
    const auto first = [](const Tensor& x) { return sum(grad(kCube)(x)); };
    const auto second = [&](const Tensor& x) { return sum(grad(first)(x)); };
    EXPECT_TENSOR_EQ(grad(first)(kX), tensor({3}, {6, 12, 18}, f64));
    EXPECT_TENSOR_EQ(grad(second)(kX), full({3}, 6, f64));
}

TEST(Functional, GradTakesTheArgumentsItIsAskedFor)
{
    // f = sum(a b^2): df/da = b^2, df/db = 2 a b.
    const auto f = [](const Tensor& a, const Tensor& b) { return sum(a * b * b); };
    const Tensor a = kV, b = kX;
    EXPECT_TENSOR_EQ(grad(f)(a, b), tensor({3}, {1, 4, 9}, f64));
    EXPECT_TENSOR_EQ(grad(f, 1)(a, b), tensor({3}, {2, -4, 12}, f64));
    const Tensors both = grad(f, {1, 0})(a, b);
    ASSERT_EQ(both.size(), 2u);
    EXPECT_TENSOR_EQ(both[0], tensor({3}, {2, -4, 12}, f64));
    EXPECT_TENSOR_EQ(both[1], tensor({3}, {1, 4, 9}, f64));
    const Tensors twice = grad(f, {0, 0})(a, b);
    EXPECT_TENSOR_EQ(twice[0], both[1]);
    EXPECT_TENSOR_EQ(twice[1], both[1]);
    const auto [value, gradient] = value_and_grad(f, 1)(a, b);
    EXPECT_EQ(value.item(), 1 - 4 + 18);
    EXPECT_TENSOR_EQ(gradient, both[0]);
    const auto [same, gradients] = value_and_grad(f, {1, 0})(a, b);
    EXPECT_EQ(same.item(), value.item());
    EXPECT_TENSOR_EQ(gradients[1], both[1]);
}

TEST(Functional, GradOfAListIsAList)
{
    const auto f = [](const Tensors& x) { return sum(x[0] * x[1]); };
    const Tensors g = grad(f)({kX, kV});
    ASSERT_EQ(g.size(), 2u);
    EXPECT_TENSOR_EQ(g[0], kV);
    EXPECT_TENSOR_EQ(g[1], kX);
    const auto [value, gradients] = value_and_grad(f)(Tensors{kX, kV});
    EXPECT_EQ(value.item(), 1 - 2 + 6);
    EXPECT_TENSOR_EQ(gradients[0], kV);
}

TEST(Functional, IntegersAreArgumentsThatNobodyDifferentiates)
{
    const auto f = [](const Tensor& x, const Tensor& n) { return sum(x * n); };
    const Tensor n = tensor({3}, {4, 5, 6}, i64);
    EXPECT_TENSOR_EQ(grad(f)(kX, n), tensor({3}, {4, 5, 6}, f64));
    EXPECT_THROW_TEXT((void)grad(f, 1)(kX, n), DtypeError,
                      "grad: argument 1 is i64 (3,).\n"
                      "  rule: derivatives are taken with respect to f32 or f64 values.\n"
                      "  try:  convert it, to(x, f64), or take the derivative with respect to another argument.");
}

TEST(Functional, GradSaysWhatItNeeds)
{
    const auto square = [](const Tensor& x) { return x * x; };
    EXPECT_THROW_TEXT((void)grad(square)(kX), ShapeError,
                      "grad: the function returns a value of shape (3,).\n"
                      "  rule: the function returns one element.\n"
                      "  try:  reduce it in the function, for example with sum, or use jacobian or vjp.");
    EXPECT_THROW_TEXT((void)value_and_grad(kCube, 2)(kX), ShapeError,
                      "value_and_grad: argnum 2 for a function called with 1 arguments.\n"
                      "  rule: arguments are counted from 0.\n"
                      "  try:  correct argnum.");
    const auto counts = [](const Tensor& x) { return sum(to(x, i64)); };
    EXPECT_THROW_TEXT((void)grad(counts)(kX), DtypeError,
                      "grad: the function returns i64 ().\n"
                      "  rule: only f32 and f64 have derivatives.\n"
                      "  try:  convert the inputs, not the result: integers have no derivative.");
}

TEST(Functional, GradientWithRespectToWhatTheFunctionDoesNotUseIsZero)
{
    const Tensor c = tensor(3, f64);
    EXPECT_TENSOR_EQ(grad([&](const Tensor&) { return c; })(kX), zeros({3}, f64));
    EXPECT_TENSOR_EQ(grad([](const Tensor& x) { return x; })(c), tensor(1, f64));
    EXPECT_TENSOR_EQ(
        grad([](const Tensor& x, const Tensor& y) { return sum(x + stop_gradient(x * y)); }, {0, 1})(kX, kV)[1],
        zeros({3}, f64));
}

TEST(Functional, InnerVariableIsNotTheOuterOne)
{
    // d/dx (x * d/dy (x + y)) = d/dx (x * 1) = 1: a system that confuses the two gives 2.
    const auto outer = [](const Tensor& x) {
        const auto inner = [&](const Tensor& y) { return x + y; };
        return x * grad(inner)(tensor(1, f64));
    };
    EXPECT_EQ(grad(outer)(tensor(1, f64)).item(), 1);
    // The same value captured and given: d/dy (x y) at y = x is x, whose derivative is 1.
    const auto captured = [](const Tensor& x) { return grad([&](const Tensor& y) { return x * y; })(x); };
    EXPECT_EQ(grad(captured)(tensor(5, f64)).item(), 1);
}

TEST(Functional, TapeAroundDifferentiatesTheGradient)
{
    // L = sum(f'(x)^2 w), f = sum x^3: dL/dx = 2 * 3 x^2 * 6 x * w = 36 x^3 w, dL/dw = 9 x^4.
    const Parameter w(kV);
    Tape tape;
    const Tensor x = tape.variable(kX);
    const Tensor g = grad(kCube)(x);
    tape.backward(sum(g * g * w));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {36, -36 * 8, 2 * 36 * 27}, f64));
    EXPECT_TENSOR_EQ(w.grad(), tensor({3}, {9, 9 * 16, 9 * 81}, f64));
}

TEST(Functional, CapturedParametersAreDifferentiatedByTheTapeAround)
{
    // d/dx sum(w x^2) = 2 w x; its sum's derivative by w is 2 x. The inner grad leaves w's grad alone.
    const Parameter w(kV);
    const auto f = [&](const Tensor& x) { return sum(w * x * x); };
    EXPECT_TENSOR_EQ(grad(f)(kX), tensor({3}, {2, -4, 12}, f64));
    EXPECT_FALSE(w.grad().defined());
    Tape tape;
    tape.backward(sum(grad(f)(kX)));
    EXPECT_TENSOR_EQ(w.grad(), tensor({3}, {2, 4, 6}, f64));
}

TEST(Functional, ParametersAreArgumentsLikeOthers)
{
    const Parameter w(kX);
    EXPECT_TENSOR_EQ(grad(kCube)(w), tensor({3}, {3, 12, 27}, f64));
    Tape tape;
    tape.backward(sum(grad(kCube)(w)));
    EXPECT_TENSOR_EQ(w.grad(), tensor({3}, {6, 12, 18}, f64));
}

TEST(Functional, GradWorksUnderNoGradAndGivesAConstant)
{
    Tape tape;
    const Tensor x = tape.variable(kX);
    Tensor g;
    {
        const NoGrad off;
        g = grad(kCube)(x);
    }
    EXPECT_TENSOR_EQ(g, tensor({3}, {3, 12, 27}, f64));
    EXPECT_THROW(tape.backward(sum(g)), TapeError);
}

TEST(Functional, ExceptionInTheFunctionLeavesNothingBehind)
{
    const auto wrong = [](const Tensor& x) { return matmul(x, x); };
    EXPECT_THROW((void)grad(wrong)(tensor({2, 3}, {1, 2, 3, 4, 5, 6}, f64)), ShapeError);
    EXPECT_THROW(backward(Scalar(1.0)), TapeError);  // no tape is open
    EXPECT_TENSOR_EQ(grad(kCube)(kX), tensor({3}, {3, 12, 27}, f64));
}

// ---- vjp ------------------------------------------------------------------------------------------------------------

TEST(Vjp, PullsAdjointsBackAgainAndAgain)
{
    // y = x^2: gx = 2 x gy.
    const auto [y, pull_back] = vjp([](const Tensor& x) { return x * x; }, kX);
    EXPECT_TENSOR_EQ(y, tensor({3}, {1, 4, 9}, f64));
    EXPECT_TENSOR_EQ(pull_back(ones({3}, f64)), tensor({3}, {2, 4, 6}, f64));
    {
        Tape tape;  // a tape that opens later does not matter
        const Tensor z = tape.variable(kX);
        EXPECT_TENSOR_EQ(pull_back(kV), tensor({3}, {2, -4, 12}, f64));
        tape.backward(sum(z * y));
        EXPECT_TENSOR_EQ(z.grad(), y);
    }
    EXPECT_TENSOR_EQ(pull_back(kV), tensor({3}, {2, -4, 12}, f64));
}

TEST(Vjp, SeveralInputsAndSeveralValues)
{
    // u = a b, v = a + b: ga = gu b + gv, gb = gu a + gv.
    const auto f = [](const Tensor& a, const Tensor& b) { return Tensors{a * b, a + b}; };
    const auto [values, pull_back] = vjp(f, kX, kV);
    ASSERT_EQ(values.size(), 2u);
    EXPECT_TENSOR_EQ(values[0], tensor({3}, {1, -2, 6}, f64));
    const Tensors g = pull_back(Tensors{ones({3}, f64), full({3}, 10, f64)});
    EXPECT_TENSOR_EQ(g[0], tensor({3}, {11, 9, 12}, f64));
    EXPECT_TENSOR_EQ(g[1], tensor({3}, {11, 12, 13}, f64));
}

TEST(Vjp, TapeAroundDifferentiatesThroughPullBackAndValue)
{
    // gx = 2 x v: d sum(gx)/dx = 2 v, by v: 2 x; and y = x^2.
    Tape tape;
    const Tensor x = tape.variable(kX), v = tape.variable(kV);
    const auto [y, pull_back] = vjp([](const Tensor& t) { return t * t; }, x);
    tape.backward(sum(pull_back(v)) + sum(y));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {2 + 2, -2 + 4, 4 + 6}, f64));
    EXPECT_TENSOR_EQ(v.grad(), tensor({3}, {2, 4, 6}, f64));
}

TEST(Vjp, PullBackMadeBeforeTheTapeIsDifferentiableToo)
{
    const auto made = vjp([](const Tensor& t) { return t * t; }, kX);
    Tape tape;
    const Tensor v = tape.variable(kV);
    tape.backward(sum(made.second(v)));
    EXPECT_TENSOR_EQ(v.grad(), tensor({3}, {2, 4, 6}, f64));
}

TEST(Vjp, PullBackOfAnEndedTapeThrows)
{
    const auto square = [](const Tensor& t) { return t * t; };
    using Pull = decltype(vjp(square, kX).second);
    std::unique_ptr<Pull> pull_back;
    {
        Tape tape;
        pull_back = std::make_unique<Pull>(vjp(square, tape.variable(kX)).second);
    }
    EXPECT_THROW_TEXT((void)(*pull_back)(kV), TapeError,
                      "vjp: the tape that was open when vjp was called has ended, or does not record.\n"
                      "  rule: inside a tape, a pull-back lives as long as that tape.\n"
                      "  try:  call it before the tape ends, or call vjp where no tape is open.");
}

TEST(Vjp, AdjointsMustLookLikeTheValues)
{
    const auto made = vjp([](const Tensor& t) { return t * t; }, kX);
    EXPECT_THROW_TEXT((void)made.second(ones({2}, f64)), ShapeError,
                      "vjp: an adjoint of shape (2,) for a value of shape (3,).\n"
                      "  rule: an adjoint has the shape of its value.\n"
                      "  try:  reshape it, or use ones_like(value).");
    EXPECT_THROW((void)made.second(ones({3}, f32)), DtypeError);
    EXPECT_THROW((void)made.second(Tensors{}), ShapeError);
    EXPECT_THROW((void)vjp([](const Tensor& t) { return t; }, tensor({1}, {1}, i64)), DtypeError);
}

// ---- jvp ------------------------------------------------------------------------------------------------------------

TEST(Jvp, IsTheJacobianTimesTheTangent)
{
    // y = x^3: 3 x^2 t.
    const auto [y, t] = jvp([](const Tensor& x) { return x * x * x; }, kX, kV);
    EXPECT_TENSOR_EQ(y, tensor({3}, {1, 8, 27}, f64));
    EXPECT_TENSOR_EQ(t, tensor({3}, {3, -12, 54}, f64));
}

TEST(Jvp, SeveralInputsAndValues)
{
    // u = a b, v = a + b, w a constant: du = ta b + a tb.
    const auto f = [](const Tensor& a, const Tensor& b) { return Tensors{a * b, a + b, tensor(1, f64)}; };
    const auto [values, t] = jvp(f, {kX, kV}, {kV, kX});
    ASSERT_EQ(t.size(), 3u);
    EXPECT_TENSOR_EQ(t[0], tensor({3}, {2, 5, 13}, f64));
    EXPECT_TENSOR_EQ(t[1], kX + kV);
    EXPECT_TENSOR_EQ(t[2], tensor(0, f64));
    EXPECT_TENSOR_EQ(jvp([](const Tensor& x) { return x; }, kX, kV).second, kV);
}

TEST(Jvp, ForwardOverReverseIsTheHessianTimesTheVector)
{
    // f = sum x^3: H = diag(6 x).
    const Tensor wanted = tensor({3}, {6, -12, 36}, f64);
    EXPECT_TENSOR_EQ(jvp(grad(kCube), kX, kV).second, wanted);
    EXPECT_TENSOR_EQ(hvp(kCube, kX, kV), wanted);
    const auto slope = [](const Tensor& x) { return sum(jvp(kCube, x, kV).second); };  // v . 3 x^2
    EXPECT_TENSOR_EQ(grad(slope)(kX), wanted);                                         // reverse over forward
    EXPECT_TENSOR_EQ(jvp([](const Tensor& x) { return jvp(kCube, x, kV).second; }, kX, kV).second,
                     tensor(6 + 12 + 72, f64));  // v H v
}

TEST(Jvp, TangentsMustLookLikeTheInputs)
{
    EXPECT_THROW_TEXT((void)jvp(kCube, kX, ones({2}, f64)), ShapeError,
                      "jvp: a tangent of shape (2,) for a value of shape (3,).\n"
                      "  rule: a tangent has the shape of its value.\n"
                      "  try:  reshape it, or use ones_like(value).");
    EXPECT_THROW((void)jvp(kCube, kX, ones({3}, f32)), DtypeError);
    EXPECT_THROW_TEXT((void)jvp(kCube, Tensors{kX, kX}, Tensors{kX, kX}), ShapeError,
                      "jvp: 2 inputs for a function of 1 tensors.\n"
                      "  rule: one input for each argument.\n"
                      "  try:  give as many tensors as the function takes.");
    EXPECT_THROW((void)hvp(kCube, kX, ones({2}, f64)), ShapeError);
    EXPECT_THROW((void)hvp([](const Tensor& x) { return x; }, kX, kX), ShapeError);
}

TEST(Hvp, OfSeveralInputsAtOnce)
{
    // f = sum(a^2 b): the products are 2 b va + 2 a vb and 2 a va.
    const auto f = [](const Tensor& a, const Tensor& b) { return sum(a * a * b); };
    const Tensors h = hvp(f, {kX, kV}, {ones({3}, f64), kX});
    EXPECT_TENSOR_EQ(h[0], tensor({3}, {2 + 2, -2 + 8, 4 + 18}, f64));
    EXPECT_TENSOR_EQ(h[1], tensor({3}, {2, 4, 6}, f64));
    EXPECT_TENSOR_EQ(hvp([](const Tensor& x) { return sum(x); }, kX, kV), zeros({3}, f64));  // linear
}

TEST(Functional, FormsPassGradcheckThemselves)
{
    const auto f = [](const Tensor& x) { return sum(tanh(x) * exp(x)); };
    const Tensor x = tensor({2, 2}, {0.5, -0.25, 0.75, -1}, f64), v = tensor({2, 2}, {1, -0.5, 0.25, 2}, f64);
    EXPECT_TRUE(gradcheck([&](const Tensor& t) { return grad(f)(t); }, {x}));
    EXPECT_TRUE(gradgradcheck([&](const Tensor& t) { return grad(f)(t); }, {x}));
    EXPECT_TRUE(gradcheck([&](const Tensor& t, const Tensor& u) { return hvp(f, t, u); }, {x, v}));
    EXPECT_TRUE(gradcheck([&](const Tensor& t, const Tensor& u) { return jvp(f, t, u).second; }, {x, v}));
    EXPECT_TRUE(gradgradcheck([&](const Tensor& t, const Tensor& u) { return jvp(f, t, u).second; }, {x, v}));
    EXPECT_TRUE(gradcheck(
        [](const Tensor& t, const Tensor& u) { return vjp([](const Tensor& a) { return tanh(a); }, t).second(u); },
        {x, v}));
}

TEST(Functional, WorkOnAnExplainingTape)
{
    Tape tape{{.explain = true}};
    const Tensor x = tape.variable(kX);
    const Tensor g = grad(kCube)(x);
    tape.backward(sum(g));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {6, 12, 18}, f64));
}

}  // namespace
