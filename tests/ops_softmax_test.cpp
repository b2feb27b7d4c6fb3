#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/tape.hpp>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

const double kLog3 = std::log(3.0);

// exp(0) : exp(log 3) = 1 : 3, so softmax(0, log 3) = (1/4, 3/4).
const Tensor kScores = tensor({2}, {0, kLog3}, f64);

TEST(Softmax, SumsToOneAlongItsAxis)
{
    const Tensor x = tensor({2, 2}, {0, kLog3, kLog3, 0}, f64);
    EXPECT_TENSOR_NEAR(softmax(x, 1), tensor({2, 2}, {0.25, 0.75, 0.75, 0.25}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(softmax(x, 0), tensor({2, 2}, {0.25, 0.75, 0.75, 0.25}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(softmax(tensor({1, 2}, {0, 1000}), -1), tensor({1, 2}, {0, 1}), 1e-6);
    EXPECT_TENSOR_EQ(softmax(tensor({2}, {5, 5}, i64), 0), tensor({2}, {0.5, 0.5}));
    EXPECT_TENSOR_EQ(softmax(zeros({0, 3}), 1), zeros({0, 3}));
}

TEST(Softmax, OfATransposedTensor)
{
    const Tensor x = tensor({2, 2}, {0, 5, kLog3, 5}, f64);
    EXPECT_TENSOR_NEAR(softmax(transpose(x), 1), tensor({2, 2}, {0.25, 0.75, 0.5, 0.5}, f64), 1e-15);
}

TEST(Softmax, GradientIsYTimesTheDeviationFromTheMeanAdjoint)
{
    // L = 16 y_0: gy = (16, 0), sum gy y = 4, dx = (1/4 (16 - 4), 3/4 (0 - 4)) = (3, -3)
    Tape tape;
    const Tensor x = tape.variable(kScores);
    tape.backward(select(softmax(x, 0), 0, 0) * 16.0);
    EXPECT_TENSOR_NEAR(x.grad(), tensor({2}, {3, -3}, f64), 1e-14);
}

TEST(Softmax, SecondDerivative)
{
    // d y_0 / d x_0 = y_0 (1 - y_0), and of that: y_0 (1 - y_0) (1 - 2 y_0) = 3/16 * 1/2; the other one is its negative
    Tape tape;
    const Tensor x = tape.variable(kScores);
    const Tensor g = tape.grad(select(softmax(x, 0), 0, 0), {x}, {.create_graph = true})[0];
    tape.backward(select(g, 0, 0));
    EXPECT_TENSOR_NEAR(x.grad(), tensor({2}, {3.0 / 32, -3.0 / 32}, f64), 1e-15);
}

TEST(LogSoftmax, StaysFiniteWhereSoftmaxUnderflows)
{
    EXPECT_TENSOR_NEAR(log_softmax(kScores, 0), tensor({2}, {-std::log(4.0), kLog3 - std::log(4.0)}, f64), 1e-15);
    EXPECT_TENSOR_EQ(log_softmax(tensor({2}, {0, 1000}, f64), 0), tensor({2}, {-1000, 0}, f64));
}

TEST(LogSoftmax, GradientTakesTheProbabilitiesAway)
{
    // L = 4 y_0: dx = 4 (1 - 1/4, -3/4) = (3, -3)
    Tape tape;
    const Tensor x = tape.variable(kScores);
    tape.backward(select(log_softmax(x, 0), 0, 0) * 4.0);
    EXPECT_TENSOR_NEAR(x.grad(), tensor({2}, {3, -3}, f64), 1e-14);
}

TEST(LogSoftmax, SecondDerivative)
{
    // d y_0 / d x_0 = 1 - p_0, whose derivatives are -p_0 (1 - p_0) and p_0 p_1
    Tape tape;
    const Tensor x = tape.variable(kScores);
    const Tensor g = tape.grad(select(log_softmax(x, 0), 0, 0), {x}, {.create_graph = true})[0];
    tape.backward(select(g, 0, 0));
    EXPECT_TENSOR_NEAR(x.grad(), tensor({2}, {-3.0 / 16, 3.0 / 16}, f64), 1e-15);
}

TEST(Softmax, ErrorNamesTheAxis)
{
    EXPECT_THROW_TEXT(softmax(kScores, 1), ShapeError,
                      "softmax: axis 1 of a tensor with 1 axis.\n  rule: axes run from -1 to 0.\n"
                      "  try:  count the axes of the operand; -1 is the last one.");
}

}  // namespace
}  // namespace xgrad
