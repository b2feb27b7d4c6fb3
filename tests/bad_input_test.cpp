// What the tape refuses, word for word, and that it can be used afterwards. Sizes, axes and overwritten parameters have
// their tests beside tensors, tapes and limits.
#include <xgrad/error.hpp>
#include <xgrad/ops/bridge.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/parameter.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

#include "autograd/recording.hpp"
#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace {

using namespace xgrad;

const Tensor kValues = tensor({3}, {1, 2, 3}, f64);

std::string not_on_tape(const std::string& operation, const std::string& what)
{
    return operation + ": " + what +
           " is not recorded on this tape.\n"
           "  rule: a root or input is computed from tracked values (a Parameter, tape.variable) while the tape is "
           "alive, in its thread; values of ended tapes are constants.\n"
           "  try:  compute it again under this tape, and check that nothing was detached or under NoGrad.";
}

/// A walk over fresh values gives what it should, and nothing reached `untouched`.
void expect_usable(Tape& tape, const Tensor& untouched)
{
    EXPECT_FALSE(untouched.grad().defined());
    const Tensor a = tape.variable(kValues);
    const Scalar s = tape.variable(3.0);
    tape.backward(sum(a * a));
    tape.backward(s * s);
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {2, 4, 6}, f64));
    EXPECT_EQ(s.grad(), 6);
}

TEST(BadInput, RootsThatAreConstants)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    EXPECT_THROW_TEXT(tape.backward(sum(kValues)), TapeError, not_on_tape("backward", "a tensor f64 ()"));
    EXPECT_THROW_TEXT(tape.backward(sum(detach(a))), TapeError, not_on_tape("backward", "a tensor f64 ()"));
    EXPECT_THROW_TEXT(tape.backward(Scalar(2.0)), TapeError, not_on_tape("backward", "a scalar of value 2.000000"));
    EXPECT_THROW_TEXT((void)tape.grad(sum(a), {kValues}), TapeError, not_on_tape("grad", "a tensor f64 (3,)"));
    expect_usable(tape, a);
}

TEST(BadInput, RootsThatAreIntegersOrUndefined)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    EXPECT_THROW_TEXT(tape.backward(sum(to(a, i64))), TapeError, not_on_tape("backward", "a tensor i64 ()"));
    EXPECT_THROW_TEXT((void)tape.grad(sum(a), {to(a, i64)}), TapeError, not_on_tape("grad", "a tensor i64 (3,)"));
    EXPECT_THROW_TEXT(tape.backward(Tensor()), ShapeError,
                      "tensor: the tensor is undefined.\n"
                      "  rule: a default-constructed or moved-from Tensor holds no value.\n"
                      "  try:  assign a value first; defined() tells.");
    EXPECT_THROW_TEXT(Parameter(tensor({1}, {1}, i64)), DtypeError,
                      "Parameter: a value of type i64 (1,).\n"
                      "  rule: parameters are f32 or f64, since gradients flow into them.\n"
                      "  try:  convert the value first, or keep integers in a plain Tensor member.");
    expect_usable(tape, a);
}

TEST(BadInput, ValuesOfAnEndedTape)
{
    Tensor hidden;
    Scalar carried;
    {
        Tape ended;
        hidden = ended.variable(kValues) * 2;
        carried = ended.variable(2.0) * 2;
    }
    Tape tape;
    const Tensor a = tape.variable(kValues);
    EXPECT_THROW_TEXT((void)hidden.grad(), TapeError,
                      "grad: a tensor f64 (3,) that keeps no gradient.\n"
                      "  rule: after backward only leaves (tape.variable, parameters) have one, and values named to "
                      "retain_grad; values of ended tapes are constants.\n"
                      "  try:  make it a leaf with tape.variable, or call retain_grad(x) before backward.");
    EXPECT_THROW_TEXT((void)carried.grad(), TapeError,
                      "grad: the scalar's tape has ended or belongs to another thread.\n"
                      "  rule: a scalar's gradient lives in its tape, between backward and the tape's end.\n"
                      "  try:  read grad() while the tape is open, in the thread that opened it.");
    EXPECT_THROW_TEXT(tape.backward(sum(hidden)), TapeError, not_on_tape("backward", "a tensor f64 ()"));
    EXPECT_THROW_TEXT(tape.backward(carried), TapeError, not_on_tape("backward", "a scalar of value 4.000000"));
    EXPECT_THROW_TEXT((void)tape.grad(sum(a), {hidden}), TapeError, not_on_tape("grad", "a tensor f64 (3,)"));
    expect_usable(tape, a);
}

TEST(BadInput, ValuesOfAnotherThreadsTape)
{
    Tape tape;
    const Tensor x = tape.variable(kValues), y = sum(x * x);
    std::thread([&] {
        EXPECT_THROW_TEXT(backward(y), TapeError,
                          "backward: no tape is alive in this thread.\n"
                          "  rule: a Tape object records what backward walks.\n"
                          "  try:  declare `xgrad::Tape tape;` before the forward computation.");
        Tape own;
        const Tensor a = own.variable(kValues);
        EXPECT_THROW_TEXT(own.backward(y), TapeError, not_on_tape("backward", "a tensor f64 ()"));
        expect_usable(own, a);
    }).join();
    tape.backward(y);
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {2, 4, 6}, f64));
}

TEST(BadInput, TapesEndedOutOfOrderNameTheOperation)
{
    auto first = std::make_unique<Tape>();
    const Tensor a = first->variable(kValues);
    auto second = std::make_unique<Tape>(TapeOptions{.isolated = true});
    auto third = std::make_unique<Tape>(TapeOptions{.isolated = true});
    second.reset();
    EXPECT_THROW_TEXT((void)third->variable(1.0), TapeError,
                      "variable: tapes ended out of order: an outer tape ended before this one.\n"
                      "  rule: tapes end in the reverse order of their beginning.\n"
                      "  try:  make tapes local variables of nested blocks.");
    third.reset();
    expect_usable(*first, a);
}

TEST(BadInput, AFullTapeSaysHowToGoOn)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Scalar s = tape.variable(2.0), y = s * s;
    detail::Recording& recording = tape.recording("test");
    recording.limit = recording.top;
    const std::string slots = std::to_string(recording.slots);
    EXPECT_THROW_TEXT((void)tape.variable(1.0), TapeError,
                      "tape: the tape is full: " + slots +
                          " values recorded.\n"
                          "  rule: one recording holds a fixed number of operands; memory for them is reserved when "
                          "the thread opens its first tape.\n"
                          "  try:  end the tape more often (one for each step), or allow the process more address "
                          "space (ulimit -v).");
    recording.limit = recording.top + 1000;
    tape.backward(y);
    EXPECT_EQ(s.grad(), 4);
    expect_usable(tape, a);
}

TEST(BadInput, TheFirstAnomalyOfAChainIsNamed)
{
    Tape tape{{.detect_anomaly = true}};
    const Tensor a = tape.variable(tensor({2}, {1, 0}, f64));
    EXPECT_THROW_TEXT((void)exp(reciprocal(a) * 2.0), AnomalyError,
                      "reciprocal: the value of shape (2,) has inf at element 1.\n"
                      "  rule: a tape with detect_anomaly stops at the first NaN or infinity.\n"
                      "  try:  look at the inputs of this operation; open the tape with explain for lines.");
    // Backward, sqrt is reached before square, whose vjp would give NaN.
    EXPECT_THROW_TEXT(tape.backward(sum(sqrt(square(a)))), AnomalyError,
                      "sqrt: an adjoint from its vjp of shape (2,) has inf at element 1.\n"
                      "  rule: a tape with detect_anomaly stops at the first NaN or infinity.\n"
                      "  try:  look at the inputs of this operation; open the tape with explain for lines.");
    expect_usable(tape, a);
}

TEST(BadInput, ShapesThatAreNone)
{
    const std::int64_t huge = std::int64_t{1} << 40;
    EXPECT_THROW_TEXT((void)zeros({2, -1}), ShapeError,
                      "tensor: shape (2, -1) has a negative size.\n  rule: every size is 0 or more.\n"
                      "  try:  check how the shape was computed.");
    EXPECT_THROW_TEXT((void)expand(zeros({1}), {huge, huge}), ShapeError,
                      "expand: the number of elements of shape (1099511627776, 1099511627776) overflows.\n"
                      "  rule: the product of all sizes stays below 2^57.\n  try:  use smaller or fewer axes.");
    EXPECT_THROW_TEXT((void)zeros(std::vector<std::int64_t>(65, 1)), ShapeError,
                      "tensor: a shape of 65 axes.\n  rule: a tensor has at most 64 axes.\n"
                      "  try:  merge axes with reshape.");
    EXPECT_THROW_TEXT((void)sum(zeros({2, 3}), 2), ShapeError,
                      "sum: axis 2 of a tensor with 2 axes.\n  rule: axes run from -2 to 1.\n"
                      "  try:  count the axes of the operand; -1 is the last one.");
}

}  // namespace
