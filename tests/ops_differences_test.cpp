#include <xgrad/error.hpp>
#include <xgrad/ops/differences.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

const Tensor kSquares = tensor({4}, {0, 1, 4, 9}, f64);
const Tensor kRows = tensor({2, 3}, {1, 2, 6, 3, 1, 2}, f64);

TEST(Diff, TakenSeveralTimes)
{
    EXPECT_TENSOR_EQ(diff(kSquares), tensor({3}, {1, 3, 5}, f64));
    EXPECT_TENSOR_EQ(diff(kSquares, 2), tensor({2}, {2, 2}, f64));
    EXPECT_TENSOR_EQ(diff(kSquares, 0), kSquares);
    EXPECT_TENSOR_EQ(diff(kSquares, 9), zeros({0}, f64));
    EXPECT_TENSOR_EQ(diff(kRows, 1, 0), tensor({1, 3}, {2, -1, -4}, f64));
    EXPECT_TENSOR_EQ(diff(tensor({3}, {1, 4, 2}, i64)), tensor({2}, {3, -2}, i64));
    EXPECT_TENSOR_EQ(diff(tensor({3}, {1, 1, 0}, boolean)), tensor({2}, {0, 1}, boolean));
    EXPECT_THROW_TEXT(diff(kSquares, -1), ShapeError,
                      "diff: n = -1.\n  rule: differences are taken 0 times or more.\n"
                      "  try:  cumsum undoes a difference.");
    EXPECT_THROW(diff(tensor(1, f64)), ShapeError);
}

TEST(Trapezoid, PointsEvenlyAndUnevenlyApart)
{
    EXPECT_TENSOR_EQ(trapezoid(kSquares), tensor(9.5, f64));  // 0/2 + 1 + 4 + 9/2
    EXPECT_TENSOR_EQ(trapezoid(kSquares, 2), tensor(19, f64));
    EXPECT_TENSOR_EQ(trapezoid(kRows, tensor({2}, {0, 3}, f64), 0), tensor({3}, {6, 4.5, 12}, f64));
    EXPECT_TENSOR_EQ(trapezoid(kRows, tensor({2, 3}, {0, 1, 3, 0, 2, 2}, f64)), tensor({2}, {9.5, 4}, f64));
    EXPECT_TENSOR_EQ(cumulative_trapezoid(kSquares), tensor({3}, {0.5, 3, 9.5}, f64));
    EXPECT_TENSOR_EQ(cumulative_trapezoid(kRows, tensor({3}, {0, 1, 3}, f64)), tensor({2, 2}, {1.5, 9.5, 2, 5}, f64));
    EXPECT_TENSOR_EQ(trapezoid(tensor({1}, {5}, f64)), tensor(0, f64));
    EXPECT_THROW_TEXT(trapezoid(kRows, tensor({2}, {0, 3}, f64)), ShapeError,
                      "trapezoid: points (2,) along axis -1 of shape (2, 3).\n  rule: there is one point a position.\n"
                      "  try:  give as many points as the axis has positions.");
    // The weight of each height: half at the ends.
    Tape tape;
    const Tensor y = tape.variable(kSquares);
    tape.backward(trapezoid(y));
    EXPECT_TENSOR_EQ(y.grad(), tensor({4}, {0.5, 1, 1, 0.5}, f64));
}

TEST(Cov, OfRowsWithWeights)
{
    // Deviations (-2, -1, 3) and (1, -1, 0): products 14, -1, 2, divided by 2.
    EXPECT_TENSOR_NEAR(cov(kRows), tensor({2, 2}, {7, -0.5, -0.5, 1}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(cov(kRows, {.correction = 0}), tensor({2, 2}, {14 / 3.0, -1 / 3.0, -1 / 3.0, 2 / 3.0}, f64),
                       1e-15);
    EXPECT_TENSOR_NEAR(cov(kSquares), tensor(49.0 / 3, f64), 1e-14);  // mean 7/2; 98 - 4 (7/2)^2 = 49
    // Counted once, twice, not at all: 1, 2, 2 and 3, 1, 1.
    const Tensor counts = tensor({3}, {1, 2, 0}, i64);
    EXPECT_TENSOR_NEAR(cov(kRows, {.fweights = counts}), tensor({2, 2}, {1 / 3.0, -2 / 3.0, -2 / 3.0, 4 / 3.0}, f64),
                       1e-15);
    // Weights 1, 2, 1: means 11/4 and 7/4; W = 4, divisor 4 - 6/4 = 5/2; sums of squares 59/4 and 11/4, of products -1/4.
    EXPECT_TENSOR_NEAR(cov(kRows, {.aweights = tensor({3}, {1, 2, 1}, f64)}),
                       tensor({2, 2}, {5.9, -0.1, -0.1, 1.1}, f64), 1e-14);
    EXPECT_THROW_TEXT(cov(kRows, {.fweights = ones({3}, f64)}), ShapeError,
                      "cov: fweights f64 (3,) for 3 observations.\n"
                      "  rule: one weight an observation: fweights i64, aweights f32 or f64.\n"
                      "  try:  give a weight for each column of x.");
    EXPECT_THROW(cov(zeros({1, 1, 1})), ShapeError);
}

TEST(Corrcoef, DividesByTheDeviations)
{
    const double r = -0.5 / std::sqrt(7);
    EXPECT_TENSOR_NEAR(corrcoef(kRows), tensor({2, 2}, {1, r, r, 1}, f64), 1e-15);
    EXPECT_TENSOR_EQ(corrcoef(kSquares), tensor(1, f64));
}

}  // namespace
}  // namespace xgrad
