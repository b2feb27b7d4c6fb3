// Parameters: cells that are copied, moved, assigned and tied; versions; frozen ones.
#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/parameter.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace {

using namespace xgrad;

const Tensor kValues = tensor({3}, {1, 2, 3});

TEST(Parameter, HoldsACopyAndCountsWrites)
{
    Parameter w(kValues, "w");
    EXPECT_NE(w.value().data<float>(), kValues.data<float>());
    EXPECT_EQ(w.version(), 0u);
    w = tensor({3}, {4, 5, 6});
    EXPECT_EQ(w.version(), 1u);
    EXPECT_TENSOR_EQ(w.value(), tensor({3}, {4, 5, 6}));
    EXPECT_EQ(w.name(), "w");
}

TEST(Parameter, HandleToTheValueShowsLaterWritesAndACloneDoesNot)
{
    Parameter w(kValues);
    const Tensor handle = w, kept = clone(w);
    w = tensor({3}, {4, 5, 6});
    EXPECT_TENSOR_EQ(handle, tensor({3}, {4, 5, 6}));
    EXPECT_TENSOR_EQ(kept, kValues);
}

TEST(Parameter, CopyIsANewCell)
{
    Parameter w(kValues, "w");
    Parameter copy = w;
    w = zeros({3});
    EXPECT_FALSE(same(w, copy));
    EXPECT_TENSOR_EQ(copy.value(), kValues);
    EXPECT_EQ(copy.name(), "w");
    Tape tape;
    tape.backward(sum(w * copy));
    EXPECT_TENSOR_EQ(w.grad(), kValues);
    EXPECT_TENSOR_EQ(copy.grad(), zeros({3}));
}

TEST(Parameter, MoveKeepsTheCell)
{
    Parameter w(kValues);
    const ParameterRef cell = w;
    const Parameter moved = std::move(w);
    EXPECT_TRUE(same(cell, moved));
    EXPECT_FALSE(w.defined());
}

TEST(Parameter, AssignmentWritesIntoTheCell)
{
    Parameter w(kValues);
    const ParameterRef held = w;
    const float* storage = w.value().data<float>();
    const Parameter other(tensor({3}, {4, 5, 6}));
    w = other;
    EXPECT_TRUE(same(held, w));
    EXPECT_EQ(held.value().data<float>(), storage);
    EXPECT_TENSOR_EQ(held.value(), tensor({3}, {4, 5, 6}));
    w = Parameter(tensor({3}, {7, 8, 9}));
    EXPECT_TRUE(same(held, w));
    EXPECT_TENSOR_EQ(held.value(), tensor({3}, {7, 8, 9}));
    w = w.value();  // itself
    EXPECT_TENSOR_EQ(held.value(), tensor({3}, {7, 8, 9}));
}

TEST(Parameter, DefaultConstructedOneTakesOverACopy)
{
    Parameter w;
    EXPECT_FALSE(w.defined());
    EXPECT_THROW((void)w.value(), ShapeError);
    w = kValues;
    EXPECT_TENSOR_EQ(w.value(), kValues);
}

TEST(Parameter, TiedOnesAreOneAndStayOneInACopy)
{
    struct Model {
        Parameter encoder{kValues}, decoder{kValues};
    };
    Model model;
    model.decoder.tie(model.encoder);
    Tape tape;
    tape.backward(sum(model.encoder * model.decoder));
    EXPECT_TENSOR_EQ(model.encoder.grad(), tensor({3}, {2, 4, 6}));
    const Model copy = model;
    EXPECT_TRUE(same(copy.encoder, copy.decoder));
    EXPECT_FALSE(same(copy.encoder, model.encoder));
}

TEST(Parameter, FrozenOneIsAConstant)
{
    Parameter w(kValues), frozen(kValues);
    frozen.requires_grad(false);
    Tape tape;
    tape.backward(sum(w * frozen));
    EXPECT_TENSOR_EQ(w.grad(), kValues);
    EXPECT_FALSE(frozen.grad().defined());
    EXPECT_THROW(tape.backward(sum(frozen * 2)), TapeError);
}

TEST(Parameter, GradsAccumulateAndAreReset)
{
    Parameter w(kValues);
    for (int i = 0; i < 2; ++i) {
        Tape tape;
        tape.backward(sum(w * w));
    }
    EXPECT_TENSOR_EQ(w.grad(), tensor({3}, {4, 8, 12}));
    w.zero_grad();
    EXPECT_FALSE(w.grad().defined());
}

TEST(Parameter, DiesBeforeItsTape)
{
    Tape tape;
    const Tensor x = tape.variable(kValues);
    Tensor y;
    {
        const Parameter w(kValues);
        y = sum(x * w);
    }
    tape.backward(y);
    EXPECT_TENSOR_EQ(x.grad(), kValues);
}

TEST(Parameter, ValueOutlivesIt)
{
    Tensor value;
    {
        const Parameter w(kValues);
        value = w;
    }
    Tape tape;
    const Tensor x = tape.variable(kValues);
    tape.backward(sum(x * value));
    EXPECT_TENSOR_EQ(x.grad(), kValues);
    EXPECT_TENSOR_EQ(value, kValues);
}

TEST(Parameter, NewOneDoesNotInheritTheLeafOfADeadOneOnTheSameTape)
{
    Tape tape;
    const Tensor x = tape.variable(kValues);
    Tensor y = sum(x);
    for (int i = 0; i < 3; ++i) {
        const Parameter w(kValues);
        y = y + sum(x * w);
    }
    const Parameter last(tensor({3}, {10, 20, 30}));
    y = y + sum(x * last);
    tape.backward(y);
    EXPECT_TENSOR_EQ(last.grad(), kValues);
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {14, 27, 40}));
}

TEST(Parameter, AssignedAnotherShapeOrDtypeIsAnotherLeafValue)
{
    Parameter w(kValues);
    w = tensor({2, 2}, {1, 2, 3, 4}, f64);
    Tape tape;
    tape.backward(sum(w * w));
    EXPECT_TENSOR_EQ(w.grad(), tensor({2, 2}, {2, 4, 6, 8}, f64));
}

TEST(Parameter, IntegersAreRefused)
{
    EXPECT_THROW_TEXT(Parameter(tensor({2}, {1, 2}, i64)), DtypeError,
                      "Parameter: a value of type i64 (2,).\n"
                      "  rule: parameters are f32 or f64, since gradients flow into them.\n"
                      "  try:  convert the value first, or keep integers in a plain Tensor member.");
    Parameter w(kValues);
    EXPECT_THROW(w = tensor({2}, {1, 2}, i64), DtypeError);
    EXPECT_TENSOR_EQ(w.value(), kValues);
}

}  // namespace
