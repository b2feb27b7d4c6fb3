// What a tape promises: gradients of scalars and tensors, accumulation, seeds, second walks, both in one order. (The
// first example in scalars: scalar_test.cpp.)
#include <xgrad/error.hpp>
#include <xgrad/ops/bridge.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace {

using namespace xgrad;

const Tensor kValues = tensor({3}, {1, 2, 3}, f64);

TEST(Tape, AutoExpressionUsedTwiceIsOneValue)
{
    // q = x + y, f = q q: df/dx = 2 q = 6.
    Tape tape;
    auto x = tape.variable(-2.0), y = tape.variable(5.0);
    auto q = x + y;
    auto f = q * q;
    tape.backward(f);
    EXPECT_EQ(x.grad(), 6);
    EXPECT_EQ(y.grad(), 6);
}

TEST(Tape, TensorsTheProductRule)
{
    Tape tape;
    const Tensor a = tape.variable("a", kValues), b = tape.variable("b", tensor({3}, {4, 5, 6}, f64));
    tape.backward(sum(a * b));
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {4, 5, 6}, f64));
    EXPECT_TENSOR_EQ(b.grad(), kValues);
}

TEST(Tape, GradsAccumulateOverBackwardPasses)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    tape.backward(sum(a * a));
    tape.backward(sum(a * 3));
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {2 + 3, 4 + 3, 6 + 3}, f64));
}

TEST(Tape, GradOfALeafOutlivesTheTape)
{
    Tensor a;
    {
        Tape tape;
        a = tape.variable(kValues);
        tape.backward(sum(a * a));
    }
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {2, 4, 6}, f64));
}

TEST(Tape, LeafAsRootGetsTheSeed)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    tape.backward(a, tensor({3}, {7, 8, 9}, f64));
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {7, 8, 9}, f64));
}

TEST(Tape, SeedWeightsTheElementsOfTheRoot)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    tape.backward(a * a, tensor({3}, {1, 10, 100}, f64));
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {2, 40, 600}, f64));
    const Scalar x = tape.variable(3.0);
    tape.backward(x * x, 0.5);
    EXPECT_EQ(x.grad(), 3);
}

TEST(Tape, OneElementOfAnyShapeIsARoot)
{
    Tape tape;
    const Tensor a = tape.variable(tensor({1, 1}, {3}, f64));
    tape.backward(a * a);
    EXPECT_TENSOR_EQ(a.grad(), tensor({1, 1}, {6}, f64));
}

TEST(Tape, NonScalarRootNeedsASeed)
{
    Tape tape;
    const Tensor a = tape.variable(zeros({3, 3}));
    EXPECT_THROW_TEXT(tape.backward(a * a), ShapeError,
                      "backward: needs a scalar, got shape (3, 3).\n"
                      "  rule: without a seed the root has exactly one element.\n"
                      "  try:  reduce it first, for example backward(sum(y)), or give a seed of its shape.");
    EXPECT_FALSE(a.grad().defined());
}

TEST(Tape, SeedHasTheShapeAndDtypeOfTheRoot)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Tensor y = a * a;
    EXPECT_THROW_TEXT(tape.backward(y, zeros({4}, f64)), ShapeError,
                      "backward: a seed of shape (4,) for a root of shape (3,).\n"
                      "  rule: the seed holds one weight for each element of the root.\n"
                      "  try:  reshape the seed, or use ones_like(root).");
    EXPECT_THROW_TEXT(tape.backward(y, zeros({3}, f32)), DtypeError,
                      "backward: a seed f32 (3,) for a root f64 (3,).\n"
                      "  rule: the seed has the root's dtype.\n"
                      "  try:  convert it: to(seed, dtype).");
    tape.backward(y, ones_like(y));
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {2, 4, 6}, f64));
}

TEST(Tape, SecondBackwardWithoutRetainThrows)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Tensor y = sum(a * a);
    tape.backward(y);
    EXPECT_THROW_TEXT(tape.backward(y), TapeError,
                      "backward: 'sum' was walked by an earlier backward.\n"
                      "  rule: a backward without retain frees what the records saved.\n"
                      "  try:  give the earlier call {.retain = true}, or compute the value again.");
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {2, 4, 6}, f64));
    tape.backward(sum(a * a));
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {4, 8, 12}, f64));
}

TEST(Tape, SecondBackwardOfScalarsWithoutRetainThrows)
{
    Tape tape;
    const Scalar x = tape.variable(3.0);
    const Scalar y = x * x;
    tape.backward(y);
    EXPECT_THROW_TEXT(tape.backward(y), TapeError,
                      "backward: it needs scalars that lie before the root of an earlier backward.\n"
                      "  rule: a backward without retain uses up all scalars recorded before its root.\n"
                      "  try:  give the earlier call {.retain = true}, or compute the values again.");
    EXPECT_EQ(x.grad(), 6);
    EXPECT_THROW(tape.backward(x * y), TapeError);
    EXPECT_EQ(x.grad(), 6);
    const Scalar again = x * x;
    tape.backward(again, {.retain = true});
    tape.backward(again);
    EXPECT_EQ(x.grad(), 18);
}

TEST(Tape, TwoLossesShareATrunkWithRetain)
{
    // t = a^2, l1 = sum t, l2 = sum 3 t: the grads add up to 8 a.
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Tensor trunk = square(a);
    const Tensor l1 = sum(trunk), l2 = sum(trunk * 3);
    tape.backward(l1, {.retain = true});
    tape.backward(l2);
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {8, 16, 24}, f64));
}

TEST(Tape, DetachStopsGradientsAndSharesStorage)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Tensor d = detach(a * a);
    tape.backward(sum(a * d));
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {1, 4, 9}, f64));
    EXPECT_EQ(detach(a).data<double>(), a.data<double>());
}

TEST(Tape, CloneLetsGradientsThroughAndOwnsItsStorage)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Tensor c = clone(a);
    EXPECT_NE(c.data<double>(), a.data<double>());
    tape.backward(sum(c * c));
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {2, 4, 6}, f64));
}

TEST(Tape, NothingIsRecordedUnderNoGrad)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Scalar x = tape.variable(2.0);
    Tensor y;
    Scalar s;
    {
        const NoGrad off;
        y = a * a;
        s = x * x;
    }
    EXPECT_THROW(tape.backward(sum(y)), TapeError);
    EXPECT_THROW(tape.backward(s), TapeError);
    tape.backward(sum(a * y));
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {1, 4, 9}, f64));
}

TEST(Tape, GradsAreReadUnderNoGrad)
{
    Tape tape;
    const Scalar x = tape.variable(3.0);
    tape.backward(x * x);
    const NoGrad off;
    EXPECT_EQ(x.grad(), 6);
    const Tape inner{{.isolated = true}};
    EXPECT_EQ(x.grad(), 6);
}

TEST(Tape, VariableOfIntegersIsRefused)
{
    Tape tape;
    EXPECT_THROW_TEXT((void)tape.variable(tensor({2}, {1, 2}, i64)), DtypeError,
                      "variable: a value of type i64 (2,).\n"
                      "  rule: only f32 and f64 have gradients; integers and booleans are constants.\n"
                      "  try:  convert it first: to(x, f64).");
}

TEST(Tape, BackwardWithoutATapeThrows)
{
    EXPECT_THROW_TEXT(backward(kValues), TapeError,
                      "backward: no tape is alive in this thread.\n"
                      "  rule: a Tape object records what backward walks.\n"
                      "  try:  declare `xgrad::Tape tape;` before the forward computation.");
    EXPECT_THROW(backward(Scalar(1.0)), TapeError);
}

TEST(Tape, FreeBackwardUsesTheInnermostTape)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    backward(sum(a * a));
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {2, 4, 6}, f64));
    backward(a * a, ones({3}, f64));
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {4, 8, 12}, f64));
}

TEST(Tape, ConstantRootIsRefused)
{
    Tape tape;
    EXPECT_THROW(tape.backward(sum(kValues)), TapeError);
    EXPECT_THROW(tape.backward(Scalar(2.0)), TapeError);
    EXPECT_THROW((void)tape.grad(sum(kValues), {kValues}), TapeError);
}

TEST(Tape, ScalarsEnterTensorsAndTensorElementsLeaveAsScalars)
{
    // s_i = stack(x, y)_i^2, f = s_0 y: f = x^2 y at (3, 2): df/dx = 2 x y = 12, df/dy = x^2 = 9.
    Tape tape;
    const Scalar x = tape.variable(3.0), y = tape.variable(2.0);
    const Tensor s = square(stack(std::vector<Scalar>{x, y}));
    const Scalar f = s.scalar(0) * y;
    tape.backward(f);
    EXPECT_EQ(f.value(), 18);
    EXPECT_EQ(x.grad(), 12);
    EXPECT_EQ(y.grad(), 9);
}

TEST(Tape, TensorRootReachesScalarLeaves)
{
    Tape tape;
    const Scalar x = tape.variable(3.0);
    const Tensor w = tape.variable(kValues);
    const Tensor t = tensor({1}, std::vector<Scalar>{x * x});
    tape.backward(sum(w * t));
    EXPECT_EQ(x.grad(), 6 * 6);  // sum of w times 2 x
    EXPECT_TENSOR_EQ(w.grad(), tensor({3}, {9, 9, 9}, f64));
}

TEST(Tape, ScalarsOfAnExpandedAdjointAllReceiveIt)
{
    // sum's adjoint is one number seen three times.
    Tape tape;
    const Scalar x = tape.variable(3.0), y = tape.variable(2.0), z = tape.variable(1.0);
    tape.backward(sum(stack(std::vector<Scalar>{x * x, y, z * 5})));
    EXPECT_EQ(x.grad(), 6);
    EXPECT_EQ(y.grad(), 1);
    EXPECT_EQ(z.grad(), 5);
}

TEST(Tape, SameElementReadTwiceAddsUp)
{
    Tape tape;
    const Tensor w = tape.variable(tensor({2, 2}, {1, 2, 3, 4}));
    const Scalar a = w.scalar(1, 0), b = w.scalar(-1, -2);
    tape.backward(a * b + w.scalar(0, 0));
    EXPECT_TENSOR_EQ(w.grad(), tensor({2, 2}, {1, 0, 6, 0}));
}

TEST(Tape, BroadcastAdjointsAreSummedAndConvertedByTheSink)
{
    Tape tape;
    const Tensor row = tape.variable(tensor({3}, {1, 2, 3}, f32));
    const Tensor y = record("spread", {row}, zeros({2, 3}, f64), [](const Tensor& gy, Adjoints& gx) { gx.add(0, gy); });
    tape.backward(y, tensor({2, 3}, {1, 2, 3, 10, 20, 30}, f64));
    EXPECT_TENSOR_EQ(row.grad(), tensor({3}, {11, 22, 33}, f32));
}

TEST(Tape, AdjointsOfOneRowReachTheSinkWithoutItsAxisAndStayTheirOwn)
{
    // L = sum(3 a) + sum(w (a + b)) for a: (1, 2) and b: (2). Both get w from the sum, which comes first in the walk:
    //   db = w = (5, 7),   da = w + 3 = (8, 10), where the 3 must not reach b.
    Tape tape;
    const Tensor a = tape.variable(tensor({1, 2}, {1, 2})), b = tape.variable(tensor({2}, {3, 4}));
    const Tensor early = a * 3, w = tensor({1, 2}, {5, 7});
    tape.backward(sum(early) + sum(w * (a + b)), {.retain = true});
    EXPECT_TENSOR_EQ(a.grad(), tensor({1, 2}, {8, 10}));
    EXPECT_TENSOR_EQ(b.grad(), tensor({2}, {5, 7}));
    tape.backward(sum(early) + sum(w * (a + b)));
    EXPECT_TENSOR_EQ(a.grad(), tensor({1, 2}, {16, 20}));
    EXPECT_TENSOR_EQ(b.grad(), tensor({2}, {10, 14}));
}

}  // namespace
