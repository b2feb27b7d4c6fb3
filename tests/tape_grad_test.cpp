// Gradients that are asked for by grad() or of intermediate values, and what is not walked because nobody asks.
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

const Tensor kValues = tensor({3}, {1, 2, 3}, f64);

TEST(Tape, RowsOfAJacobianWithRetain)
{
    // y = W x: the rows of dy/dx are those of W.
    Tape tape;
    const Tensor w = tensor({2, 3}, {1, 2, 3, 4, 5, 6}, f64);
    const Tensor x = tape.variable(kValues);
    const Tensor y = matmul(w, x);
    EXPECT_TENSOR_EQ(tape.grad(y, {x}, tensor({2}, {1, 0}, f64), {.retain = true})[0], tensor({3}, {1, 2, 3}, f64));
    EXPECT_TENSOR_EQ(tape.grad(y, {x}, tensor({2}, {0, 1}, f64), {.retain = true})[0], tensor({3}, {4, 5, 6}, f64));
    EXPECT_FALSE(x.grad().defined());
}

TEST(Tape, GradLeavesTheGradsOfLeavesAlone)
{
    Tape tape;
    const Tensor a = tape.variable(kValues), b = tape.variable(kValues);
    tape.backward(sum(a * b));
    const auto g = tape.grad(sum(a * a * b), {a});
    EXPECT_TENSOR_EQ(g[0], tensor({3}, {2, 8, 18}, f64));
    EXPECT_TENSOR_EQ(a.grad(), kValues);
    EXPECT_TENSOR_EQ(b.grad(), kValues);
    const Scalar x = tape.variable(3.0);
    tape.backward(x * x);
    EXPECT_EQ(tape.grad(x * x * x, {x})[0].value(), 27);
    EXPECT_EQ(x.grad(), 6);
}

TEST(Tape, GradWithRespectToAnIntermediateValueAndAnUnusedOne)
{
    Tape tape;
    const Tensor a = tape.variable(kValues), unused = tape.variable(zeros({2}, f64));
    const Tensor h = a * 2;
    const auto g = tape.grad(sum(h * h), {h, unused, a});
    EXPECT_TENSOR_EQ(g[0], tensor({3}, {4, 8, 12}, f64));
    EXPECT_TENSOR_EQ(g[1], zeros({2}, f64));
    EXPECT_TENSOR_EQ(g[2], tensor({3}, {8, 16, 24}, f64));
}

TEST(Tape, IntermediateScalarsHaveGradientsOnExplainingTapesAlone)
{
    Tape tape;
    const Scalar x = tape.variable(3.0);
    const Scalar h = x * x;
    EXPECT_THROW((void)tape.grad(h * h, {h}), TapeError);
    Tape explaining{{.explain = true, .isolated = true}};
    const Scalar z = explaining.variable(3.0);
    const Scalar k = z * z;
    EXPECT_EQ(explaining.grad(k * k, {k})[0].value(), 18);
}

TEST(Tape, RetainGradKeepsTheGradOfAnIntermediateValue)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Tensor h = a * 2;
    retain_grad(h);
    tape.backward(sum(h * h));
    EXPECT_TENSOR_EQ(h.grad(), tensor({3}, {4, 8, 12}, f64));
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {8, 16, 24}, f64));
    EXPECT_THROW_TEXT(retain_grad(kValues), TapeError,
                      "retain_grad: a tensor f64 (3,) is not recorded on this tape.\n"
                      "  rule: a root or input is computed from tracked values (a Parameter, tape.variable) while the "
                      "tape is alive, in its thread; values of ended tapes are constants.\n"
                      "  try:  compute it again under this tape, and check that nothing was detached or under NoGrad.");
}

TEST(Tape, IntermediateValueKeepsNoGradUnlessAsked)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Tensor h = a * 2;
    tape.backward(sum(h));
    EXPECT_THROW((void)h.grad(), TapeError);
    EXPECT_THROW_TEXT((void)kValues.grad(), TapeError,
                      "grad: a tensor f64 (3,) that keeps no gradient.\n"
                      "  rule: a constant has no gradient.\n"
                      "  try:  make it a leaf with tape.variable, or call retain_grad(x) before backward.");
}

TEST(Tape, UnneededBranchesAreNotWalkedByGrad)
{
    int calls = 0;
    const auto counting = [&calls](const Tensor& x) {
        return record("counting", {x}, clone(detach(x)), [&calls](const Tensor& gy, Adjoints& gx) {
            ++calls;
            gx.add(0, gy);
        });
    };
    Tape tape;
    const Tensor a = tape.variable(kValues), b = tape.variable(kValues);
    const Tensor y = sum(counting(a) * counting(b));
    (void)tape.grad(y, {a}, {.retain = true});
    EXPECT_EQ(calls, 1);
    tape.backward(y);
    EXPECT_EQ(calls, 3);
}

TEST(Tape, GradFollowsTensorsThroughScalars)
{
    // y = x_1^2 by way of scalars, times c: gradient 2 x_1 c.
    Tape tape;
    const Tensor x = tape.variable(kValues), c = tape.variable(tensor({1}, {10}, f64));
    const Scalar s = x.scalar(1);
    const Tensor y = sum(tensor({1}, std::vector<Scalar>{s * s}) * c);
    EXPECT_TENSOR_EQ(tape.grad(y, {x}, {.retain = true})[0], tensor({3}, {0, 40, 0}, f64));
    EXPECT_TENSOR_EQ(tape.grad(y, {c})[0], tensor({1}, {4}, f64));
}

TEST(Tape, ConstantInputsAreNotWanted)
{
    bool wanted[2] = {};
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Tensor y = record("two", {a, kValues}, clone(kValues), [&wanted](const Tensor& gy, Adjoints& gx) {
        for (std::size_t i = 0; i < 2; ++i) wanted[i] = gx.wants(i);
        gx.add(0, gy);
        gx.add(1, gy);
    });
    tape.backward(sum(y));
    EXPECT_TRUE(wanted[0]);
    EXPECT_FALSE(wanted[1]);
}

}  // namespace
