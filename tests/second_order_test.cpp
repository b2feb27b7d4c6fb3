// Gradients of gradients: of tensors on any tape, of scalars on explaining ones, across the bridge, of custom
// operations.
#include <xgrad/error.hpp>
#include <xgrad/ops/bridge.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace {

using namespace xgrad;

TEST(SecondOrder, CubeOfATensor)
{
    // f = x^3 at 2: f' = 12, f'' = 12, f''' = 6. x feeds several operands: added up in place, f'' would be too small.
    Tape tape;
    const Tensor x = tape.variable(tensor(2, f64));
    const Tensor first = tape.grad(x * x * x, {x}, {.create_graph = true})[0];
    EXPECT_EQ(first.item(), 12);
    const Tensor second = tape.grad(first, {x}, {.create_graph = true})[0];
    EXPECT_EQ(second.item(), 12);
    const Tensor third = tape.grad(second, {x})[0];
    EXPECT_EQ(third.item(), 6);
    EXPECT_FALSE(x.grad().defined());
}

TEST(SecondOrder, CubeThroughBackwardAccumulatesDifferentiableGrads)
{
    Tape tape;
    const Tensor x = tape.variable(tensor(2, f64));
    tape.backward(x * x * x, {.create_graph = true});
    const Tensor first = x.grad();
    EXPECT_EQ(first.item(), 12);
    EXPECT_EQ(tape.grad(first, {x}, {.retain = true})[0].item(), 12);
    tape.backward(first);
    EXPECT_EQ(x.grad().item(), 24);  // 12 of the first walk, 12 of the second
}

TEST(SecondOrder, CubeOfAScalar)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable(2.0);
    const Scalar first = tape.grad(x * x * x, {x}, {.create_graph = true})[0];
    EXPECT_EQ(first.value(), 12);
    const Scalar second = tape.grad(first, {x}, {.create_graph = true})[0];
    EXPECT_EQ(second.value(), 12);
    EXPECT_EQ(tape.grad(second, {x})[0].value(), 6);
}

TEST(SecondOrder, ScalarsOfAPlainTapeSayWhichTapeTheyNeed)
{
    Tape tape;
    const Scalar x = tape.variable(2.0);
    const Scalar y = x * x * x;
    EXPECT_THROW_TEXT((void)tape.grad(y, {x}, {.create_graph = true}), TapeError,
                      "backward: create_graph asks for gradients of scalars that can be differentiated again.\n"
                      "  rule: a plain tape keeps first-order partials of scalar statements only.\n"
                      "  try:  open the tape with Tape tape{{.explain = true}}.");
    EXPECT_THROW(tape.backward(y, {.create_graph = true}), TapeError);
    EXPECT_EQ(x.grad(), 0);
    tape.backward(y, {.retain = true});
    EXPECT_THROW((void)tape.grad(y, {x}, {.create_graph = true}), TapeError);
    EXPECT_EQ(x.grad(), 12);
}

TEST(SecondOrder, StagedExponential)
{
    // exp(1 / x) at 2: second derivative (1 + 2 x) exp(1 / x) / x^4 = 0.515225...
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable(2.0);
    const Scalar first = tape.grad(exp(1.0 / x), {x}, {.create_graph = true})[0];
    EXPECT_NEAR(first.value(), -0.412180317675032, 1e-14);
    EXPECT_NEAR(tape.grad(first, {x})[0].value(), 5 * std::exp(0.5) / 16, 1e-14);
}

TEST(SecondOrder, HessianTimesVector)
{
    // f = sum(x^2 y), v = (1, 0, 0): H v has 2 y_0 for x_0 and 2 x_0 for y_0.
    Tape tape;
    const Tensor x = tape.variable(tensor({3}, {1, 2, 3}, f64)), y = tape.variable(tensor({3}, {4, 5, 6}, f64));
    const auto g = tape.grad(sum(x * x * y), {x, y}, {.create_graph = true});
    const auto h = tape.grad(sum(g[0] * tensor({3}, {1, 0, 0}, f64)), {x, y});
    EXPECT_TENSOR_EQ(h[0], tensor({3}, {8, 0, 0}, f64));
    EXPECT_TENSOR_EQ(h[1], tensor({3}, {2, 0, 0}, f64));
}

TEST(SecondOrder, GradientPenalty)
{
    // L = |d(w x)/dx|^2 = w^2: dL/dw = 2 w.
    const Parameter w(tensor(3, f64));
    Tape tape;
    const Tensor x = tape.variable(tensor(5, f64));
    const Tensor slope = tape.grad(w * x, {x}, {.create_graph = true})[0];
    tape.backward(slope * slope);
    EXPECT_EQ(w.grad().item(), 6);
}

TEST(SecondOrder, MatrixProduct)
{
    // f = sum((A B)^2): the derivative of dA = 2 A B B^T in the direction V is 2 V B B^T.
    Tape tape;
    const Tensor a = tape.variable(tensor({1, 2}, {1, 2}, f64)), b = tensor({2, 2}, {1, 2, 3, 4}, f64);
    const Tensor g = tape.grad(sum(square(matmul(a, b))), {a}, {.create_graph = true})[0];
    EXPECT_TENSOR_EQ(g, tensor({1, 2}, {2 * (7 * 1 + 10 * 2), 2 * (7 * 3 + 10 * 4)}, f64));
    EXPECT_TENSOR_EQ(tape.grad(g, {a}, tensor({1, 2}, {1, 0}, f64))[0], tensor({1, 2}, {10, 22}, f64));
}

Tensor custom_square(const Tensor& x)
{
    Tensor y;
    {
        const NoGrad off;
        y = x * x;
    }
    return record("custom_square", {x}, y, [x](const Tensor& gy, Adjoints& gx) { gx.add(0, gy * 2 * x); });
}

TEST(SecondOrder, CustomOperation)
{
    // x^4 by two custom squares: 4 x^3 = 32, 12 x^2 = 48, 24 x = 48 at 2.
    Tape tape;
    const Tensor x = tape.variable(tensor(2, f64));
    const Tensor first = tape.grad(custom_square(custom_square(x)), {x}, {.create_graph = true})[0];
    EXPECT_EQ(first.item(), 32);
    const Tensor second = tape.grad(first, {x}, {.create_graph = true})[0];
    EXPECT_EQ(second.item(), 48);
    EXPECT_EQ(tape.grad(second, {x})[0].item(), 48);
}

/// x^3, whose vjp takes the gradient of x^3 computed again on a tape of its own.
Tensor cube_computed_again(const Tensor& x)
{
    Tensor y;
    {
        const NoGrad off;
        y = x * x * x;
    }
    return record("cube_computed_again", {x}, y, [x](const Tensor& gy, Adjoints& gx) {
        Tape inner;
        const Tensor again = detail::is_tracked(x) ? x * 1 : inner.variable(x);
        gx.add(0, inner.grad(again * again * again, {again}, gy)[0]);
    });
}

TEST(SecondOrder, VjpThatWalksTheSameRecordingLeavesTheOuterWalkAlone)
{
    // x^3 x = x^4: 4 x^3 = 32 and 12 x^2 = 48 at 2; x has half of its adjoint when the inner walk runs.
    for (const bool explain : {false, true}) {
        Tape tape{{.explain = explain}};
        const Tensor x = tape.variable(tensor(2, f64));
        const Tensor y = cube_computed_again(x) * x;
        EXPECT_EQ(tape.grad(y, {x}, {.retain = true})[0].item(), 32);
        const Tensor first = tape.grad(y, {x}, {.create_graph = true})[0];
        EXPECT_EQ(first.item(), 32);
        EXPECT_EQ(tape.grad(first, {x}, {.retain = true})[0].item(), 48);
        tape.backward(y, {.create_graph = true});
        EXPECT_EQ(x.grad().item(), 32);
    }
}

TEST(SecondOrder, AcrossTheBridgeOnAnExplainingTape)
{
    // s = (x^2)_0 y, at x = (3), y = 2: ds/dy = x^2 = 9, d2s/(dy dx) = 2 x = 6.
    Tape tape{{.explain = true}};
    const Tensor x = tape.variable(tensor({1}, {3}, f64));
    const Scalar y = tape.variable(2.0);
    const Scalar s = square(x).scalar(0) * y;
    const Scalar by_y = tape.grad(s, {y}, {.create_graph = true})[0];
    EXPECT_EQ(by_y.value(), 9);
    tape.backward(by_y, {.retain = true});
    EXPECT_TENSOR_EQ(x.grad(), tensor({1}, {6}, f64));

    // t = sum(stack(y, y)^2 x): dt/dx = 2 y^2 = 8, d2t/(dx dy) = 4 y = 8.
    const Tensor by_x = tape.grad(sum(square(stack(std::vector<Scalar>{y, y})) * x), {x}, {.create_graph = true})[0];
    EXPECT_TENSOR_EQ(by_x, tensor({1}, {8}, f64));
    tape.backward(sum(by_x));
    EXPECT_EQ(y.grad(), 8);
}

TEST(SecondOrder, AcrossTheBridgeOnAPlainTapeThrowsAndLeavesItUsable)
{
    Tape tape;
    const Tensor x = tape.variable(tensor({1}, {3}, f64));
    const Scalar y = tape.variable(2.0);
    const Scalar s = square(x).scalar(0) * y;
    EXPECT_THROW(tape.backward(s, {.create_graph = true}), TapeError);
    const Tensor t = sum(x * tensor({1}, std::vector<Scalar>{y * y}));
    EXPECT_THROW(tape.backward(t, {.create_graph = true}), TapeError);
    EXPECT_EQ(y.grad(), 0);
    EXPECT_FALSE(x.grad().defined());
    tape.backward(s);
    EXPECT_EQ(y.grad(), 9);
    EXPECT_TENSOR_EQ(x.grad(), tensor({1}, {12}, f64));
}

TEST(SecondOrder, SeedIsDifferentiableToo)
{
    // g = v * 2 x: dg/dv = 2 x.
    Tape tape;
    const Tensor x = tape.variable(tensor({2}, {3, 4}, f64)), v = tape.variable(ones({2}, f64));
    const Tensor g = tape.grad(x * x, {x}, v, {.create_graph = true})[0];
    tape.backward(sum(g));
    EXPECT_TENSOR_EQ(v.grad(), tensor({2}, {6, 8}, f64));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2}, {2, 2}, f64));
}

}  // namespace
