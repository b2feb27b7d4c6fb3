// What throws leaves tape and grads as they were and usable: vjps, custom operations, overwritten parameters,
// anomalies.
#include <xgrad/error.hpp>
#include <xgrad/ops/bridge.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/parameter.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace {

using namespace xgrad;

const Tensor kValues = tensor({3}, {1, 2, 3}, f64);

struct Trouble : std::runtime_error {
    Trouble() : std::runtime_error("trouble") {}
};

/// The identity, whose vjp throws while `armed`.
Tensor fragile(const Tensor& x, const bool& armed)
{
    return record("fragile", {x}, clone(detach(x)), [&armed](const Tensor& gy, Adjoints& gx) {
        if (armed) throw Trouble();
        gx.add(0, gy);
    });
}

TEST(Failure, ExceptionInAVjpLeavesGradsAndTapeUsable)
{
    bool armed = true;
    Tape tape;
    const Tensor a = tape.variable(kValues), b = tape.variable(kValues);
    const Scalar s = tape.variable(2.0);
    tape.backward(sum(a * b) * 10);
    tape.backward(s * s);
    // b's adjoint is complete when the vjp of `fragile` throws, a's is not.
    const Tensor scaled = b * tensor({1}, std::vector<Scalar>{s * s});
    const Tensor y = sum(fragile(a, armed) * scaled);
    EXPECT_THROW(tape.backward(y, {.retain = true}), Trouble);
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {10, 20, 30}, f64));
    EXPECT_TENSOR_EQ(b.grad(), tensor({3}, {10, 20, 30}, f64));
    EXPECT_EQ(s.grad(), 4);
    armed = false;
    tape.backward(y);
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {14, 28, 42}, f64));
    EXPECT_TENSOR_EQ(b.grad(), tensor({3}, {14, 28, 42}, f64));
    EXPECT_EQ(s.grad(), 4 + 14 * 4);
}

TEST(Failure, ExceptionLeavesTheGradsOfIntermediateScalarsOnAnExplainingTape)
{
    bool armed = true;
    Tape tape{{.explain = true}};
    const Scalar s = tape.variable(2.0);
    const Tensor a = fragile(stack(std::vector<Scalar>{s}), armed);
    const Scalar h = s * s;
    const Scalar e = a.scalar(0);
    const Scalar y = e * e + h * 3.0;
    EXPECT_THROW(tape.backward(y), Trouble);
    EXPECT_EQ(h.grad(), 0);
    armed = false;
    tape.backward(y, {.retain = true});
    EXPECT_EQ(h.grad(), 3);
    EXPECT_EQ(e.grad(), 4);
    EXPECT_EQ(s.grad(), 4 + 3 * 4);
    tape.backward(y, {.create_graph = true});
    EXPECT_EQ(h.grad(), 6);
    EXPECT_EQ(e.grad(), 8);
    EXPECT_EQ(s.grad(), 32);
    (void)tape.grad(y, {h});
    EXPECT_EQ(h.grad(), 6);
}

TEST(Failure, ExceptionInAWalkWithoutRetainLosesNothing)
{
    bool armed = true;
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Tensor y = sum(fragile(a * a, armed));
    EXPECT_THROW(tape.backward(y), Trouble);
    armed = false;
    tape.backward(y);
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {2, 4, 6}, f64));
}

TEST(Failure, ExceptionTakesBackWhatHasArrivedAtAScalarOfATensor)
{
    bool armed = true;
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Scalar e = a.scalar(1);  // every slot is a tensor's: no scalar statement, no scalar leaf
    const Tensor b = fragile(a, armed);
    const Tensor y = sum(stack(std::vector<Scalar>{e})) + sum(b);
    EXPECT_THROW(tape.backward(y, {.retain = true}), Trouble);
    armed = false;
    tape.backward(y);
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {1, 2, 1}, f64));
}

TEST(Failure, ExceptionInGradLosesNothing)
{
    bool armed = true;
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Tensor y = sum(fragile(a * a, armed));
    EXPECT_THROW((void)tape.grad(y, {a}), Trouble);
    EXPECT_THROW((void)tape.grad(y, {a}, {.create_graph = true}), Trouble);
    armed = false;
    EXPECT_TENSOR_EQ(tape.grad(y, {a})[0], tensor({3}, {2, 4, 6}, f64));
    EXPECT_FALSE(a.grad().defined());
}

TEST(Failure, ExceptionInACustomOperationIsForgotten)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const auto throwing = [](const Tensor& x) -> Tensor {
        const Tensor half = x * 0.5;
        if (half.defined()) throw Trouble();
        return half;
    };
    const Tensor y = a * a;
    EXPECT_THROW((void)throwing(y), Trouble);
    tape.backward(sum(y));
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {2, 4, 6}, f64));
}

TEST(Failure, ClosureThatThrowsWhileItIsStoredLeavesNoRecord)
{
    struct ThrowsWhenMoved {
        ThrowsWhenMoved() = default;
        ThrowsWhenMoved(const ThrowsWhenMoved&) { throw Trouble(); }
        void operator()(const Tensor&, Adjoints&) const {}
    };
    for (const bool explain : {false, true}) {
        Tape tape{{.explain = explain}};
        const Tensor a = tape.variable(kValues);
        const ThrowsWhenMoved vjp;
        const Tensor value = clone(kValues);
        EXPECT_THROW((void)record("unstorable", {a}, value, vjp), Trouble);
        EXPECT_THROW(tape.backward(sum(value)), TapeError);
        tape.backward(sum(a * a));
        EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {2, 4, 6}, f64));
    }
}

TEST(Failure, WrongAdjointShapeNamesTheOperation)
{
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Tensor y = record("odd", {a}, clone(kValues), [](const Tensor&, Adjoints& gx) {
        gx.add(0, zeros({2, 2}, f64));
    });
    EXPECT_THROW_TEXT(tape.backward(sum(y)), ShapeError,
                      "odd: its vjp gave an adjoint of shape (2, 2) for an input of shape (3,).\n"
                      "  rule: an adjoint has the shape of its input, or one that the input broadcasts to.\n"
                      "  try:  sum or reshape it in the vjp before gx.add.");
    EXPECT_FALSE(a.grad().defined());
}

TEST(Failure, OverwrittenParameterIsFoundByBackward)
{
    Parameter w(kValues, "Linear.weight");
    const Parameter other(kValues, "other");
    Tape tape;
    const Tensor y = sum(w * w * other);
    w = tensor({3}, {5, 5, 5}, f64);
    EXPECT_THROW_TEXT(tape.backward(y, {.retain = true}), TapeError,
                      "backward: parameter 'Linear.weight' of shape (3,) was overwritten after the forward pass that "
                      "needs its value.\n"
                      "  rule: what an operation saved for its vjp stays as it was until backward.\n"
                      "  try:  call step(), load or assign after backward, or run the forward pass again.");
    EXPECT_FALSE(w.grad().defined());
    EXPECT_FALSE(other.grad().defined());
    tape.backward(sum(w * other));
    EXPECT_TENSOR_EQ(w.grad(), kValues);
    EXPECT_TENSOR_EQ(other.grad(), tensor({3}, {5, 5, 5}, f64));
}

TEST(Failure, OverwrittenParameterIsFoundThroughViews)
{
    Parameter w(tensor({2, 2}, {1, 2, 3, 4}), "w");
    Tape tape;
    const Tensor x = tape.variable(tensor({2, 2}, {1, 0, 0, 1}));
    const Tensor y = sum(matmul(x, transpose(w)));
    w = zeros({2, 2});
    EXPECT_THROW(tape.backward(y), TapeError);
    EXPECT_FALSE(x.grad().defined());
}

TEST(Failure, OverwritingAValueThatNoVjpReadsIsHarmless)
{
    Parameter w(kValues, "w");
    Tape tape;
    const Tensor y = sum(w + 1);
    w = zeros({3}, f64);
    tape.backward(y);
    EXPECT_TENSOR_EQ(w.grad(), ones({3}, f64));
}

TEST(Failure, AnomalyInTheForwardPassIsNamed)
{
    Tape tape{{.detect_anomaly = true}};
    const Tensor a = tape.variable(tensor({2}, {1, -1}, f64));
    EXPECT_THROW_TEXT((void)log(a), AnomalyError,
                      "log: the value of shape (2,) has nan at element 1.\n"
                      "  rule: a tape with detect_anomaly stops at the first NaN or infinity.\n"
                      "  try:  look at the inputs of this operation; open the tape with explain for lines.");
    tape.backward(sum(a * a));
    EXPECT_TENSOR_EQ(a.grad(), tensor({2}, {2, -2}, f64));
}

TEST(Failure, AnomalyInTheBackwardPassIsNamed)
{
    Tape tape{{.detect_anomaly = true}};
    const Tensor a = tape.variable(tensor({2}, {4, 0}, f64));
    const Tensor y = sum(sqrt(a));  // finite at 0, where the derivative is not
    EXPECT_THROW_TEXT(tape.backward(y), AnomalyError,
                      "sqrt: an adjoint from its vjp of shape (2,) has inf at element 1.\n"
                      "  rule: a tape with detect_anomaly stops at the first NaN or infinity.\n"
                      "  try:  look at the inputs of this operation; open the tape with explain for lines.");
    EXPECT_FALSE(a.grad().defined());
}

TEST(Failure, AnomalyOfScalarsIsNamedForwardAndBackward)
{
    Tape tape{{.detect_anomaly = true}};
    const Scalar x = tape.variable(-1.0);
    try {
        const Scalar y = log(x);
        ADD_FAILURE() << "log(-1) throws nothing, it is " << y.value();
    } catch (const AnomalyError& error) {
        EXPECT_EQ(std::string(error.what()).find("log: "), 0u) << error.what();
    }
    const Scalar z = tape.variable(0.0);
    const Scalar root = sqrt(z);
    try {
        tape.backward(root);
        ADD_FAILURE() << "the derivative of sqrt at 0 throws nothing, it is " << z.grad();
    } catch (const AnomalyError& error) {
        EXPECT_EQ(std::string(error.what()).find("sqrt: "), 0u) << error.what();
    }
    EXPECT_EQ(z.grad(), 0);
    tape.backward(x * x);
    EXPECT_EQ(x.grad(), -2);
}

}  // namespace
