#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

const Tensor kMatrix = tensor({2, 3}, {1, 5, 2, 7, 3, 4}, f64);

TEST(Sum, OverAllOverAxesAndKept)
{
    EXPECT_TENSOR_EQ(sum(kMatrix), tensor(22, f64));
    EXPECT_TENSOR_EQ(sum(kMatrix, 0), tensor({3}, {8, 8, 6}, f64));
    EXPECT_TENSOR_EQ(sum(kMatrix, -1), tensor({2}, {8, 14}, f64));
    EXPECT_TENSOR_EQ(sum(kMatrix, 1, true), tensor({2, 1}, {8, 14}, f64));
    EXPECT_TENSOR_EQ(sum(kMatrix, {0, 1}, true), tensor({1, 1}, {22}, f64));
    EXPECT_TENSOR_EQ(sum(kMatrix, Sizes()), kMatrix);
    EXPECT_TENSOR_EQ(sum(tensor(3, f64)), tensor(3, f64));
}

TEST(Sum, OverOuterAxesOfThree)
{
    // x[i, j, k] = 6 i + 3 j + k, summed over i = 0, 1 and k = 0, 1, 2: 6 * 3 + 3 j * 6 + 3 * 2 = 24 + 18 j
    const Tensor x = reshape(tensor({12}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, f64), {2, 2, 3});
    EXPECT_TENSOR_EQ(sum(x, {0, 2}), tensor({2}, {24, 42}, f64));
}

TEST(Sum, OfViewsReadsTheirStrides)
{
    EXPECT_TENSOR_EQ(sum(transpose(kMatrix), 0), tensor({2}, {8, 14}, f64));
    EXPECT_TENSOR_EQ(sum(expand(tensor({1, 2}, {1, 2}, f64), {3, 2}), 0), tensor({2}, {3, 6}, f64));
    EXPECT_TENSOR_EQ(sum(transpose(kMatrix)), tensor(22, f64));
}

TEST(Sum, CountsBooleansAndKeepsIntegers)
{
    EXPECT_TENSOR_EQ(sum(kMatrix > 2.0), tensor(4, i64));
    EXPECT_TENSOR_EQ(sum(tensor({2}, {3, 4}, i64)), tensor(7, i64));
}

TEST(Sum, OfNothingIsZero)
{
    EXPECT_TENSOR_EQ(sum(zeros({0, 3}, f32)), tensor(0, f32));
    EXPECT_TENSOR_EQ(sum(zeros({0, 3}, f32), 0), zeros({3}, f32));
    EXPECT_TENSOR_EQ(sum(zeros({0, 3}, f32), 1), zeros({0}, f32));
}

// In no time: the long axis has nothing in it.
TEST(Sum, OfALongAxisOfNothingIsZero)
{
    const Tensor x = expand(zeros({1, 0, 3}), {std::int64_t{1} << 40, 0, 3});
    EXPECT_TENSOR_EQ(sum(x), tensor(0));
    EXPECT_TENSOR_EQ(sum(x, {0, 1}), zeros({3}));
    EXPECT_TENSOR_EQ(mean(x, 0), zeros({0, 3}));
    Tape tape;
    const Tensor v = tape.variable(zeros({1, 0, 3}));
    tape.backward(sum(expand(v, x.sizes())));
    EXPECT_TENSOR_EQ(v.grad(), zeros({1, 0, 3}));
}

TEST(Sum, GradientIsTheAdjointEverywhere)
{
    // L = sum_j w_j sum_i x_ij with w = (1, 2, 3): dL/dx_ij = w_j
    Tape tape;
    const Tensor x = tape.variable(kMatrix), w = tensor({3}, {1, 2, 3}, f64);
    tape.backward(sum(w * sum(x, 0)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2, 3}, {1, 2, 3, 1, 2, 3}, f64));
}

TEST(Sum, SecondDerivativeGoesThroughTheExpandedAdjoint)
{
    // L = (sum x)^2: dL/dx_i = 2 sum x; the sum of that over i, M = 6 * 2 sum x, has dM/dx_i = 12
    Tape tape;
    const Tensor x = tape.variable(kMatrix);
    const Tensor g = tape.grad(square(sum(x)), {x}, {.create_graph = true})[0];
    EXPECT_TENSOR_EQ(g, full({2, 3}, 44, f64));
    tape.backward(sum(g));
    EXPECT_TENSOR_EQ(x.grad(), full({2, 3}, 12, f64));
}

TEST(Sum, NumberIsReducedToItselfAlongTheAxisThatItDoesNotHave)
{
    const Tensor x = tensor(3, f64);
    EXPECT_TENSOR_EQ(sum(x, 0), x);
    EXPECT_TENSOR_EQ(mean(x, -1, true), x);
    EXPECT_TENSOR_EQ(max(x, 0).values, x);
    EXPECT_TENSOR_EQ(max(x, -1).indices, tensor(0, i64));
    EXPECT_THROW(sum(x, 1), ShapeError);
    EXPECT_THROW(max(x, -2), ShapeError);
}

TEST(Sum, ErrorsNameTheAxis)
{
    EXPECT_THROW_TEXT(sum(kMatrix, 2), ShapeError,
                      "sum: axis 2 of a tensor with 2 axes.\n  rule: axes run from -2 to 1.\n"
                      "  try:  count the axes of the operand; -1 is the last one.");
    EXPECT_THROW_TEXT(sum(kMatrix, {1, -1}), ShapeError,
                      "sum: axis -1 is listed twice in (1, -1).\n  rule: an axis is reduced once.\n"
                      "  try:  remove the repetition.");
    EXPECT_THROW(sum(tensor(1.0), 1), ShapeError);
}

TEST(Mean, DividesByTheCountOfTheAxes)
{
    EXPECT_TENSOR_EQ(mean(kMatrix), tensor(22.0 / 6, f64));
    EXPECT_TENSOR_EQ(mean(kMatrix, 0), tensor({3}, {4, 4, 3}, f64));
    EXPECT_TENSOR_EQ(mean(transpose(kMatrix), 0, true), tensor({1, 2}, {8.0 / 3, 14.0 / 3}, f64));
    EXPECT_TENSOR_EQ(mean(tensor({2}, {1, 2}, f32)), tensor(1.5, f32));
}

TEST(Mean, GradientIsTheAdjointOverTheCount)
{
    // L = sum_j w_j m_j with m_j the mean of the 2 elements of column j: dL/dx_ij = w_j / 2
    Tape tape;
    const Tensor x = tape.variable(kMatrix), w = tensor({3}, {2, 4, 6}, f64);
    tape.backward(sum(w * mean(x, 0)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2, 3}, {1, 2, 3, 1, 2, 3}, f64));
}

TEST(Mean, OfNothingIsNan)
{
    EXPECT_TENSOR_EQ(mean(zeros({0}, f64)), tensor(kNan, f64));
    EXPECT_TENSOR_EQ(mean(zeros({2, 0}, f32), 1), tensor({2}, {kNan, kNan}, f32));
}

TEST(Mean, RefusesIntegers)
{
    EXPECT_THROW_TEXT(mean(tensor({2}, {1, 2}, i64)), DtypeError,
                      "mean: a tensor i64 (2,).\n  rule: a mean is a fraction: f32 or f64.\n"
                      "  try:  convert it first: mean(to(x, f32)).");
}

TEST(Max, AlongAnAxisGivesValuesAndFirstIndices)
{
    const auto [values, indices] = max(kMatrix, 1);
    EXPECT_TENSOR_EQ(values, tensor({2}, {5, 7}, f64));
    EXPECT_TENSOR_EQ(indices, tensor({2}, {1, 0}, i64));
    const auto [column_values, column_indices] = min(kMatrix, 0, true);
    EXPECT_TENSOR_EQ(column_values, tensor({1, 3}, {1, 3, 2}, f64));
    EXPECT_TENSOR_EQ(column_indices, tensor({1, 3}, {0, 1, 0}, i64));
    EXPECT_TENSOR_EQ(max(tensor({3}, {2, 2, 1}, f32), 0).indices, tensor(0, i64));
}

TEST(Max, NanWins)
{
    const Tensor x = tensor({2, 3}, {1, kNan, 2, 4, 3, 5}, f64);
    const auto [values, indices] = max(x, 1);
    EXPECT_TENSOR_EQ(values, tensor({2}, {kNan, 5}, f64));
    EXPECT_TENSOR_EQ(indices, tensor({2}, {1, 2}, i64));
    EXPECT_TENSOR_EQ(min(x), tensor(kNan, f64));
    EXPECT_TENSOR_EQ(argmin(x), tensor(1, i64));
}

TEST(Max, AlongAnAxisGivesTheGradientToTheIndexAlone)
{
    // Row (2, 2, 1): the first 2 stands at index 0. L = 3 max(row 0) + 5 max(row 1).
    Tape tape;
    const Tensor x = tape.variable(tensor({2, 3}, {2, 2, 1, 0, 1, 4}, f64));
    tape.backward(sum(tensor({2}, {3, 5}, f64) * max(x, 1).values));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2, 3}, {3, 0, 0, 0, 0, 5}, f64));
}

TEST(Max, OverAllSharesTheGradientAmongEqualElements)
{
    Tape tape;
    const Tensor x = tape.variable(tensor({4}, {2, 1, 2, 0}, f64));
    tape.backward(max(x) * 6.0);
    EXPECT_TENSOR_EQ(x.grad(), tensor({4}, {3, 0, 3, 0}, f64));
}

TEST(Max, OverSeveralAxesThatAreNoNeighbours)
{
    // x[i, j, k], reduced over i and k. j = 0: 1, 4, 4, 2 -> 4 twice; j = 1: 0, 3, 1, 2 -> 3 once.
    Tape tape;
    const Tensor x = tape.variable(tensor({2, 2, 2}, {1, 4, 0, 3, 4, 2, 1, 2}, f64));
    const Tensor y = amax(x, {0, 2});
    EXPECT_TENSOR_EQ(y, tensor({2}, {4, 3}, f64));
    EXPECT_TENSOR_EQ(amin(x, {0, 2}, true), tensor({1, 2, 1}, {1, 0}, f64));
    tape.backward(sum(y * tensor({2}, {10, 7}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2, 2, 2}, {0, 5, 0, 7, 5, 0, 0, 0}, f64));
}

TEST(Max, SecondDerivativeOfASquaredMaximum)
{
    // L = max(x)^2 at a single maximum 3: dL/dx = (0, 6); the sum of the gradient has derivative 2 there.
    Tape tape;
    const Tensor x = tape.variable(tensor({2}, {1, 3}, f64));
    for (const bool along : {false, true}) {
        const Tensor y = along ? max(x, 0).values : max(x);
        const Tensor g = tape.grad(square(y), {x}, {.create_graph = true})[0];
        EXPECT_TENSOR_EQ(g, tensor({2}, {0, 6}, f64));
        EXPECT_TENSOR_EQ(tape.grad(sum(g), {x})[0], tensor({2}, {0, 2}, f64));
    }
}

TEST(Max, KeepsIntegersAndBooleans)
{
    EXPECT_TENSOR_EQ(max(tensor({3}, {2, 9, 4}, i64)), tensor(9, i64));
    EXPECT_TENSOR_EQ(max(tensor({3}, {0, 1, 0}, boolean)), tensor(1, boolean));
    EXPECT_TENSOR_EQ(min(tensor({3}, {0, 1, 0}, boolean), 0).values, tensor(0, boolean));
}

TEST(Max, OfNothingThrows)
{
    EXPECT_THROW_TEXT(max(zeros({0})), ShapeError,
                      "amax: shape (0,) has nothing to choose from.\n"
                      "  rule: every reduced axis has at least one element.\n"
                      "  try:  check the tensor's size before, or leave the empty axis out.");
    EXPECT_THROW(max(zeros({0, 2}), 0), ShapeError);
    EXPECT_THROW(argmin(zeros({0, 2}), 0), ShapeError);
    EXPECT_TENSOR_EQ(max(zeros({0, 2}), 1).values, zeros({0}));
}

TEST(Argmax, OverAllCountsInRowMajorOrder)
{
    EXPECT_TENSOR_EQ(argmax(kMatrix), tensor(3, i64));
    EXPECT_TENSOR_EQ(argmax(transpose(kMatrix)), tensor(1, i64));  // 7 stands at (0, 1) of 3 x 2
    EXPECT_TENSOR_EQ(argmin(kMatrix), tensor(0, i64));
    EXPECT_TENSOR_EQ(argmax(kMatrix, 0), tensor({3}, {1, 0, 1}, i64));
    EXPECT_TENSOR_EQ(argmin(kMatrix, -1, true), tensor({2, 1}, {0, 1}, i64));
    EXPECT_TENSOR_EQ(argmax(tensor({3}, {0, 1, 1}, boolean)), tensor(1, i64));
}

TEST(Argmax, IsAConstant)
{
    Tape tape;
    const Tensor x = tape.variable(kMatrix);
    EXPECT_THROW(tape.backward(argmax(x)), TapeError);
}

}  // namespace
}  // namespace xgrad
