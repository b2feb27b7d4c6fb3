// How long values and tapes live: ended, nested, isolated and out-of-order tapes, other threads, reused memory.
#include <xgrad/error.hpp>
#include <xgrad/ops/bridge.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/parameter.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace {

using namespace xgrad;

const Tensor kValues = tensor({3}, {1, 2, 3}, f64);

TEST(TapeScope, ValueOfAnEndedTapeIsAConstant)
{
    Tensor hidden;
    Scalar carried;
    {
        Tape tape;
        const Tensor a = tape.variable(kValues);
        const Scalar x = tape.variable(2.0);
        hidden = a * 2;
        carried = x * 2;
    }
    EXPECT_TENSOR_EQ(hidden, tensor({3}, {2, 4, 6}, f64));
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Scalar x = tape.variable(5.0);
    EXPECT_THROW((void)hidden.grad(), TapeError);
    EXPECT_THROW((void)carried.grad(), TapeError);
    EXPECT_THROW(tape.backward(sum(hidden)), TapeError);
    EXPECT_THROW(tape.backward(carried), TapeError);
    EXPECT_THROW((void)tape.grad(sum(a), {hidden}), TapeError);
    tape.backward(sum(a * hidden));
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {2, 4, 6}, f64));
    tape.backward(x * carried);
    EXPECT_EQ(x.grad(), 4);
}

TEST(TapeScope, LeafOfAnEndedTapeIsAConstantOnTheNextOne)
{
    Tensor a;
    {
        Tape tape;
        a = tape.variable(kValues);
        tape.backward(sum(a));
    }
    Tape tape;
    const Tensor b = tape.variable(kValues);
    tape.backward(sum(a * b));
    EXPECT_TENSOR_EQ(a.grad(), ones({3}, f64));
    EXPECT_TENSOR_EQ(b.grad(), kValues);
}

TEST(TapeScope, SmallerTapeReusesSlotsThatWereLeaves)
{
    {
        Tape tape;
        std::vector<Scalar> leaves;
        for (int i = 0; i < 100; ++i) leaves.push_back(tape.variable(double(i)));
        Scalar sum_of_all = 0.0;
        for (const Scalar& x : leaves) sum_of_all += x * x;
        tape.backward(sum_of_all);
        EXPECT_EQ(leaves[99].grad(), 198);
    }
    for (int round = 0; round < 3; ++round) {
        Tape tape;
        const Scalar x = tape.variable(3.0);
        Scalar y = x;
        for (int i = 0; i < 20; ++i) y = y + x;  // statements where there were leaves with gradients
        tape.backward(y);
        EXPECT_EQ(x.grad(), 21);
    }
}

TEST(TapeScope, NestedTapeIsAScopeOnTheSameRecording)
{
    // f = x^3: inside, f' = 3 x^2 by grad; outside, its derivative 6 x.
    Tape outer;
    const Tensor x = outer.variable(tensor(2, f64));
    Tensor slope;
    {
        Tape inner;
        slope = inner.grad(x * x * x, {x})[0];
    }
    EXPECT_EQ(slope.item(), 12);
    outer.backward(slope);
    EXPECT_EQ(x.grad().item(), 12);
}

TEST(TapeScope, ValueEscapingANestedTapeStaysOnTheOuterOne)
{
    Tape outer;
    const Tensor x = outer.variable(kValues);
    const Scalar s = outer.variable(3.0);
    Tensor y;
    Scalar t;
    {
        Tape inner;
        y = x * x;
        t = s * s;
    }
    for (int i = 0; i < 10; ++i) (void)(x + 1);
    outer.backward(sum(y));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {2, 4, 6}, f64));
    outer.backward(t);
    EXPECT_EQ(s.grad(), 6);
}

TEST(TapeScope, IsolatedTapeTakesOuterValuesAsConstants)
{
    Tape outer;
    const Tensor x = outer.variable(kValues);
    const Tensor h = x * x;
    Tensor escaped;
    {
        Tape inner{{.isolated = true}};
        const Tensor z = inner.variable(kValues);
        escaped = z * h;
        inner.backward(sum(escaped));
        EXPECT_TENSOR_EQ(z.grad(), tensor({3}, {1, 4, 9}, f64));
        EXPECT_THROW(inner.backward(sum(h)), TapeError);
        EXPECT_THROW((void)inner.grad(sum(escaped), {x}), TapeError);
    }
    EXPECT_FALSE(x.grad().defined());
    outer.backward(sum(h * escaped));  // escaped is the constant x0^3
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {2 * 1, 4 * 8, 6 * 27}, f64));
}

TEST(TapeScope, ParameterIsALeafOfEachRecordingItIsUsedIn)
{
    const Parameter w(kValues);
    Tape outer;
    const Tensor y = sum(w * 2);
    {
        Tape inner{{.isolated = true}};
        inner.backward(sum(w * w));
    }
    EXPECT_TENSOR_EQ(w.grad(), tensor({3}, {2, 4, 6}, f64));
    outer.backward(y);
    EXPECT_TENSOR_EQ(w.grad(), tensor({3}, {4, 6, 8}, f64));
}

TEST(TapeScope, NestedTapeAsksForNoMoreThanItsOuterOne)
{
    Tape outer;
    EXPECT_THROW_TEXT(Tape inner({.explain = true}), TapeError,
                      "Tape: a nested tape asks for explain or detect_anomaly, its outer tape has not.\n"
                      "  rule: what a tape records is chosen when the outermost one is opened.\n"
                      "  try:  open the outer tape with the option, or this one with {.isolated = true}.");
    const Scalar x = outer.variable(3.0);
    outer.backward(x * x);
    EXPECT_EQ(x.grad(), 6);
}

TEST(TapeScope, TapesEndedOutOfOrderAreFoundAndLeaveNothingBehind)
{
    auto outer = std::make_unique<Tape>();
    const Tensor x = outer->variable(kValues);
    auto inner = std::make_unique<Tape>();
    const Tensor y = sum(x * x);
    outer.reset();
    EXPECT_THROW_TEXT(inner->backward(y), TapeError,
                      "backward: tapes ended out of order: an outer tape ended before this one.\n"
                      "  rule: tapes end in the reverse order of their beginning.\n"
                      "  try:  make tapes local variables of nested blocks.");
    inner.reset();
    EXPECT_THROW(backward(y), TapeError);  // no tape is left
    Tape tape;
    const Tensor z = tape.variable(kValues);
    tape.backward(sum(z * z));
    EXPECT_TENSOR_EQ(z.grad(), tensor({3}, {2, 4, 6}, f64));
}

TEST(TapeScope, ThreeTapesEndedOutOfOrder)
{
    auto first = std::make_unique<Tape>();
    auto second = std::make_unique<Tape>(TapeOptions{.isolated = true});
    auto third = std::make_unique<Tape>(TapeOptions{.isolated = true});
    second.reset();
    EXPECT_THROW((void)third->variable(1.0), TapeError);
    third.reset();
    const Scalar x = first->variable(3.0);
    first->backward(x * x);
    EXPECT_EQ(x.grad(), 6);
    first.reset();
    EXPECT_THROW(backward(x), TapeError);
}

TEST(TapeScope, TapeDestroyedInAnotherThreadEndsWhenItsOwnThreadOpensTheNextOne)
{
    auto outer = std::make_unique<Tape>();
    auto inner = std::make_unique<Tape>(TapeOptions{.isolated = true});
    const Tensor x = inner->variable(kValues), y = sum(x * x);
    std::thread([&] { inner.reset(); }).join();
    EXPECT_THROW(backward(y), TapeError);  // the outer tape is the innermost one now, and y is not on it
    const Scalar s = outer->variable(3.0);
    outer->backward(s * s);
    EXPECT_EQ(s.grad(), 6);
    std::thread([&] { outer.reset(); }).join();
    Tape tape;
    EXPECT_THROW((void)s.grad(), TapeError);
    const Tensor z = tape.variable(kValues);
    backward(sum(z * z));
    EXPECT_TENSOR_EQ(z.grad(), tensor({3}, {2, 4, 6}, f64));
}

TEST(TapeScope, OuterTapeDestroyedInAnotherThreadEndsWithItsInnerOne)
{
    auto outer = std::make_unique<Tape>();
    const Tensor x = outer->variable(kValues);
    {
        Tape inner;
        std::thread([&] { outer.reset(); }).join();
        EXPECT_TENSOR_EQ(inner.grad(sum(x * x), {x})[0], tensor({3}, {2, 4, 6}, f64));
    }
    EXPECT_THROW(backward(sum(x * x)), TapeError);  // no tape is left
}

TEST(TapeScope, TapesOutliveTheThreadThatOpenedThem)
{
    std::unique_ptr<Tape> plain, explaining;
    Tensor y;
    std::thread([&] {
        plain = std::make_unique<Tape>();
        y = plain->variable(kValues) * 2;
        explaining = std::make_unique<Tape>(TapeOptions{.explain = true, .isolated = true});
    }).join();
    EXPECT_THROW(plain->backward(sum(y)), TapeError);
    EXPECT_THROW((void)explaining->explains(), TapeError);
    plain.reset();
    explaining.reset();
    EXPECT_TENSOR_EQ(y, tensor({3}, {2, 4, 6}, f64));
}

TEST(TapeScope, TapeThatOutlivesItsOuterOneIsDestroyedInAnotherThread)
{
    auto outer = std::make_unique<Tape>();
    auto middle = std::make_unique<Tape>();
    auto inner = std::make_unique<Tape>();
    std::thread([&] { inner.reset(); }).join();
    outer.reset();
    EXPECT_THROW((void)middle->variable(1.0), TapeError);
    middle.reset();
    EXPECT_THROW(backward(Scalar(1.0)), TapeError);
    Tape tape;
    const Scalar x = tape.variable(3.0);
    tape.backward(x * x);
    EXPECT_EQ(x.grad(), 6);
}

TEST(TapeScope, ValueOfAnotherThreadIsAConstant)
{
    Tape tape;
    const Tensor x = tape.variable(kValues);
    const Scalar s = tape.variable(3.0);
    const Tensor y = x * x;
    std::thread([&] {
        EXPECT_THROW((void)s.grad(), TapeError);
        EXPECT_THROW(backward(sum(y)), TapeError);
        EXPECT_THROW_TEXT(tape.backward(sum(y)), TapeError,
                          "backward: the tape belongs to another thread.\n"
                          "  rule: a tape is used in the thread that opened it.\n"
                          "  try:  open a tape in this thread.");
        Tape own;
        const Tensor z = own.variable(kValues);
        EXPECT_THROW(own.backward(sum(y)), TapeError);
        own.backward(sum(z * y));
        EXPECT_TENSOR_EQ(z.grad(), tensor({3}, {1, 4, 9}, f64));
    }).join();
    EXPECT_FALSE(x.grad().defined());
    tape.backward(sum(y));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {2, 4, 6}, f64));
}

TEST(TapeScope, SerialsOfThreadsNeverMeet)
{
    std::vector<Tensor> values(4);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < values.size(); ++i)
        threads.emplace_back([&values, i] {
            Tape tape;
            values[i] = tape.variable(kValues) * 2;
        });
    for (std::thread& thread : threads) thread.join();
    Tape tape;
    const Tensor x = tape.variable(kValues);
    for (const Tensor& v : values) EXPECT_THROW(tape.backward(sum(v)), TapeError);
    tape.backward(sum(x * values[3]));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {2, 4, 6}, f64));
}

TEST(TapeScope, OneModelIsEvaluatedAndDifferentiatedByManyThreads)
{
    const Parameter w(kValues, "w");
    std::vector<std::thread> threads;
    std::vector<Tensor> results(8);
    for (std::size_t i = 0; i < results.size(); ++i)
        threads.emplace_back([&, i] {
            for (int k = 0; k < 200; ++k) results[i] = sum(tanh(w * w) * w);
        });
    for (std::thread& thread : threads) thread.join();
    for (const Tensor& r : results) EXPECT_TENSOR_EQ(r, results[0]);
    EXPECT_FALSE(w.grad().defined());
}

}  // namespace
