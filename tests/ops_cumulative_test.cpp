#include <xgrad/error.hpp>
#include <xgrad/ops/cumulative.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include <cmath>
#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const Tensor kMatrix = tensor({2, 3}, {1, 2, 3, 4, 5, 6}, f64);

TEST(Cumsum, AlongEachAxis)
{
    EXPECT_TENSOR_EQ(cumsum(kMatrix, 1), tensor({2, 3}, {1, 3, 6, 4, 9, 15}, f64));
    EXPECT_TENSOR_EQ(cumsum(transpose(kMatrix), -1), tensor({3, 2}, {1, 5, 2, 7, 3, 9}, f64));
    EXPECT_TENSOR_EQ(cumsum(tensor({3}, {1, 0, 1}, boolean), 0), tensor({3}, {1, 1, 2}, i64));
    EXPECT_TENSOR_EQ(cumsum(tensor(2.0), 0), tensor(2.0));
    EXPECT_TENSOR_EQ(cumsum(zeros({0, 2}), 0), zeros({0, 2}));
    EXPECT_THROW(cumsum(kMatrix, 2), ShapeError);
}

TEST(Cumsum, AccumulatesFloatsInDouble)
{
    // 2^24 + 1 is no float: in float the ones would be lost.
    EXPECT_TENSOR_EQ(cumsum(tensor({3}, {16777216, 1, 1}, f32), 0), tensor({3}, {16777216, 16777216, 16777218}, f32));
}

TEST(Cumsum, GradientSumsFromTheEnd)
{
    Tape tape;
    const Tensor x = tape.variable(tensor({3}, {1, 1, 1}, f64));
    tape.backward(sum(cumsum(x, 0) * tensor({3}, {1, 10, 100}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {111, 110, 100}, f64));
}

TEST(Cumprod, GradientHoldsAtZeros)
{
    // y = (a, a b, a b c) at (2, 0, 3): da = 1 + b + b c = 1, db = a + a c = 8, dc = a b = 0.
    Tape tape;
    const Tensor x = tape.variable(tensor({3}, {2, 0, 3}, f64));
    const Tensor y = cumprod(x, 0);
    EXPECT_TENSOR_EQ(y, tensor({3}, {2, 0, 0}, f64));
    tape.backward(sum(y));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {1, 8, 0}, f64));
}

TEST(Prod, GradientIsTheProductOfTheOthers)
{
    const auto gradient = [](const Tensor& at) {
        Tape tape;
        const Tensor x = tape.variable(at);
        tape.backward(prod(x));
        return x.grad();
    };
    EXPECT_TENSOR_EQ(gradient(tensor({3}, {2, 3, 4}, f64)), tensor({3}, {12, 8, 6}, f64));
    EXPECT_TENSOR_EQ(gradient(tensor({3}, {2, 0, 4}, f64)), tensor({3}, {0, 8, 0}, f64));
    EXPECT_TENSOR_EQ(gradient(tensor({3}, {0, 0, 4}, f64)), tensor({3}, {0, 0, 0}, f64));
}

TEST(Prod, OfNothingIsOne)
{
    EXPECT_TENSOR_EQ(prod(zeros({0}, f64)), tensor(1, f64));
    EXPECT_TENSOR_EQ(prod(zeros({2, 0}), 1, true), ones({2, 1}));
    EXPECT_TENSOR_EQ(prod(kMatrix, 0), tensor({3}, {4, 10, 18}, f64));
    EXPECT_TENSOR_EQ(prod(tensor({2}, {1, 1}, boolean)), tensor(1, i64));
    EXPECT_TENSOR_EQ(prod(tensor({2}, {3, 5}, i64)), tensor(15, i64));
    EXPECT_THROW(prod(kMatrix, 2), ShapeError);
}

TEST(Cummax, TheLastOfEqualOnesIsMeant)
{
    const auto [values, indices] = cummax(tensor({5}, {1, 3, 3, 2, 4}, f64), 0);
    EXPECT_TENSOR_EQ(values, tensor({5}, {1, 3, 3, 3, 4}, f64));
    EXPECT_TENSOR_EQ(indices, tensor({5}, {0, 1, 2, 2, 4}, i64));
    EXPECT_TENSOR_EQ(cummin(tensor({4}, {2, 1, kNan, 0}, f64), 0).values, tensor({4}, {2, 1, kNan, kNan}, f64));
    EXPECT_TENSOR_EQ(cummin(tensor({2, 2}, {1, 5, 0, 6}, i64), 0).values, tensor({2, 2}, {1, 5, 0, 5}, i64));
}

TEST(Cummax, GradientGoesToTheElementThatIsSeen)
{
    Tape tape;
    const Tensor x = tape.variable(tensor({4}, {1, 3, 2, 4}, f64));
    tape.backward(sum(cummax(x, 0).values * tensor({4}, {1, 10, 100, 1000}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({4}, {1, 110, 0, 1000}, f64));
}

TEST(Logcumsumexp, StaysFiniteForLargeInput)
{
    const double log2 = std::log(2.0), log3 = std::log(3.0);
    EXPECT_TENSOR_NEAR(logcumsumexp(tensor({3}, {1000, 1000, 1000}, f64), 0),
                       tensor({3}, {1000, 1000 + log2, 1000 + log3}, f64), 1e-15);
    EXPECT_THROW_TEXT(logcumsumexp(tensor({1}, {1}, i64), 0), DtypeError,
                      "logcumsumexp: a tensor i64 (1,).\n  rule: f32 or f64.\n  try:  convert it first: to(x, f32).");
}

TEST(Logcumsumexp, GradientIsASoftmaxOfThePrefix)
{
    // L = y_1 at (0, log 3): the softmax is (1/4, 3/4).
    Tape tape;
    const Tensor x = tape.variable(tensor({2}, {0, std::log(3.0)}, f64));
    tape.backward(sum(logcumsumexp(x, 0) * tensor({2}, {0, 1}, f64)));
    EXPECT_TENSOR_NEAR(x.grad(), tensor({2}, {0.25, 0.75}, f64), 1e-15);
}

TEST(Logcumsumexp, AnInfinityTakesTheGradientOfWhatFollows)
{
    // y = (2, inf, inf): only y_0 depends on x_0, on the infinity in a way that is no number, and on x_2 nothing.
    const double infinity = std::numeric_limits<double>::infinity();
    Tape tape;
    const Tensor x = tape.variable(tensor({3}, {2, infinity, 3}, f64));
    tape.backward(sum(logcumsumexp(x, 0)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {1, std::numeric_limits<double>::quiet_NaN(), 0}, f64));
}

TEST(Logcumsumexp, SecondDerivativeIsFiniteWhereExpIsNot)
{
    // y_1 = log(exp x_0 + exp x_1) at (0, 1000) is x_1 to the last place: a line, without second derivative.
    Tape tape;
    const Tensor x = tape.variable(tensor({2}, {0, 1000}, f64));
    const Tensor y = sum(logcumsumexp(x, 0) * tensor({2}, {0, 1}, f64));
    const Tensor gradient = tape.grad(y, {x}, {.create_graph = true})[0];
    EXPECT_TENSOR_EQ(gradient, tensor({2}, {0, 1}, f64));
    EXPECT_TENSOR_EQ(tape.grad(sum(gradient * tensor({2}, {1, 2}, f64)), {x})[0], tensor({2}, {0, 0}, f64));
}

}  // namespace
}  // namespace xgrad
