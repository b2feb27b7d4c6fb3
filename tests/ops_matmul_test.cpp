#include <xgrad/error.hpp>
#include <xgrad/gradcheck.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/numbers.hpp"

namespace xgrad {
namespace {

using testing::numbers;

const Tensor kA = tensor({2, 2}, {5, 6, 7, 8}, f64), kB = tensor({2, 2}, {1, 2, 3, 4}, f64);

TEST(Matmul, OfMatrices)
{
    // (5 6; 7 8) (1 2; 3 4) = (5+18 10+24; 7+24 14+32)
    EXPECT_TENSOR_EQ(matmul(kA, kB), tensor({2, 2}, {23, 34, 31, 46}, f64));
    EXPECT_TENSOR_EQ(matmul(transpose(kA), kB), tensor({2, 2}, {5 + 21, 10 + 28, 6 + 24, 12 + 32}, f64));
    EXPECT_TENSOR_EQ(matmul(kA, transpose(kB)), tensor({2, 2}, {17, 39, 23, 53}, f64));
}

TEST(Matmul, GradientsAreRowAndColumnSums)
{
    // L = sum(A B), so gY = 1 everywhere.
    //   dA = 1 B^T : every row holds the row sums of B          = (1+2, 3+4) = (3, 7)
    //   dB = A^T 1 : every column holds the column sums of A    = (5+7, 6+8) = (12, 14)
    Tape tape;
    const Tensor a = tape.variable("a", kA), b = tape.variable("b", kB);
    tape.backward(sum(matmul(a, b)));
    EXPECT_TENSOR_EQ(a.grad(), tensor({2, 2}, {3, 7, 3, 7}, f64));
    EXPECT_TENSOR_EQ(b.grad(), tensor({2, 2}, {12, 12, 14, 14}, f64));
}

TEST(Matmul, VectorsAreRowsOnTheLeftAndColumnsOnTheRight)
{
    const Tensor v = tensor({2}, {1, 10}, f64);
    EXPECT_TENSOR_EQ(matmul(v, v), tensor(101, f64));
    EXPECT_TENSOR_EQ(matmul(v, kB), tensor({2}, {31, 42}, f64));
    EXPECT_TENSOR_EQ(matmul(kB, v), tensor({2}, {21, 43}, f64));
    EXPECT_TENSOR_EQ(matmul(numbers({3, 2, 2}), v), sum(numbers({3, 2, 2}) * v, -1));
}

TEST(Matmul, BatchesBroadcast)
{
    const Tensor a = numbers({2, 1, 3, 4}), b = numbers({5, 4, 2}), y = matmul(a, b);
    EXPECT_TRUE(y.sizes() == Sizes({2, 5, 3, 2}));
    // By definition: y[i, j] = a[i, 0] b[j], written with broadcasting multiplication and a sum.
    const Tensor slow = sum(unsqueeze(a, -1) * unsqueeze(b, -3), -2);
    EXPECT_TENSOR_NEAR(y, slow, 1e-14);
}

TEST(Matmul, OfViewsNeedsNoCopyAndIsRight)
{
    const Tensor a = permute(numbers({4, 2, 3}), {1, 2, 0}), b = expand(numbers({1, 4, 5}), {2, 4, 5});
    EXPECT_TENSOR_NEAR(matmul(a, b), matmul(contiguous(a), contiguous(b)), 1e-14);
}

TEST(Matmul, OverNothingIsZero)
{
    EXPECT_TENSOR_EQ(matmul(zeros({2, 0}, f64), zeros({0, 3}, f64)), zeros({2, 3}, f64));
    EXPECT_TENSOR_EQ(matmul(zeros({0, 4}, f64), zeros({4, 3}, f64)), zeros({0, 3}, f64));
    EXPECT_TENSOR_EQ(matmul(zeros({0, 2, 4}, f32), zeros({4, 3}, f32)), zeros({0, 2, 3}, f32));
}

TEST(Matmul, PromotesAndKeepsIntegers)
{
    EXPECT_TENSOR_EQ(matmul(to(kA, f32), kB), matmul(kA, kB));
    EXPECT_TENSOR_EQ(matmul(to(kA, i64), to(kB, i64)), tensor({2, 2}, {23, 34, 31, 46}, i64));
}

TEST(Matmul, GradientsOfAllKinds)
{
    const auto f = [](const Tensor& a, const Tensor& b) { return matmul(a, b); };
    const std::vector<std::pair<Tensor, Tensor>> cases = {
        {numbers({3, 4}), numbers({4, 2})},
        {numbers({4}), numbers({4})},
        {numbers({4}), numbers({4, 3})},
        {numbers({3, 4}), numbers({4})},
        {numbers({2, 3, 4}), numbers({4, 2})},
        {numbers({3, 4}), numbers({2, 4, 2})},
        {numbers({2, 1, 3, 2}), numbers({3, 2, 2})},
        {transpose(numbers({4, 3})), transpose(numbers({2, 4}))},
        {numbers({2, 3, 4}), numbers({4})},
        {expand(numbers({1, 3, 4}), {2, 3, 4}), numbers({2, 4, 1})},
    };
    for (const auto& [a, b] : cases) {
        const auto first = gradcheck(f, {a, b}), second = gradgradcheck(f, {a, b});
        EXPECT_TRUE(first.ok) << describe(a) << " " << describe(b) << " " << first.message;
        EXPECT_TRUE(second.ok) << describe(a) << " " << describe(b) << " " << second.message;
    }
}

TEST(Matmul, OfAMatrixWithItself)
{
    const auto square_of = [](const Tensor& a) { return matmul(a, a); };
    EXPECT_TRUE(gradcheck(square_of, {numbers({3, 3})}).ok);
    EXPECT_TRUE(gradgradcheck(square_of, {numbers({3, 3})}).ok);
}

TEST(Matmul, SaysWhichShapesDoNotFit)
{
    EXPECT_THROW_TEXT(matmul(zeros({2, 3}), zeros({4, 5})), ShapeError,
                      "matmul: shapes (2, 3) and (4, 5) do not fit.\n"
                      "  rule: (m, k) x (k, n) -> (m, n): columns of the left equal rows of the right.\n"
                      "  try:  transpose one operand, or check the layer's in_features.");
    EXPECT_THROW_TEXT(matmul(zeros({2, 2, 3}), zeros({3, 3, 5})), ShapeError,
                      "matmul: shapes (2,) and (3,) do not fit.\n"
                      "  rule: aligned at the last axis, sizes must be equal or 1; here 2 meets 3.\n"
                      "  try:  reshape one operand so that the differing axis has size 1.");
    EXPECT_THROW_TEXT(matmul(tensor(1), zeros({4, 5})), ShapeError,
                      "matmul: shapes () and (4, 5).\n"
                      "  rule: both operands have at least one axis.\n"
                      "  try:  use x * y for 0-dimensional tensors.");
    EXPECT_THROW_TEXT(matmul(zeros({2, 2}, boolean), zeros({2, 2}, boolean)), DtypeError,
                      "matmul: operands bool (2, 2) and bool (2, 2).\n"
                      "  rule: a matrix product has no meaning for bool.\n"
                      "  try:  convert first: to(x, f32).");
}

TEST(Linear, IsXTimesTransposedWeightPlusBias)
{
    const Tensor x = numbers({3, 4}), w = numbers({2, 4}), b = numbers({2});
    EXPECT_TENSOR_NEAR(linear(x, w, b), matmul(x, transpose(w)) + b, 1e-14);
    EXPECT_TENSOR_NEAR(linear(x, w), matmul(x, transpose(w)), 1e-14);
    EXPECT_TENSOR_NEAR(linear(numbers({4}), w, b), matmul(w, numbers({4})) + b, 1e-14);
    EXPECT_TENSOR_NEAR(linear(numbers({2, 3, 4}), w, b), matmul(numbers({2, 3, 4}), transpose(w)) + b, 1e-14);
}

// y = x . w + b: (1 + 4 + 5, 3 + 8 + 5); dw = sum of the rows of x, db = 2.
TEST(Linear, AWeightOfOneAxisIsOneOutputWithoutIt)
{
    Tape tape;
    const Tensor x = tensor({2, 2}, {1, 2, 3, 4}, f64), w = tape.variable(tensor({2}, {1, 2}, f64));
    const Tensor b = tape.variable(tensor(5, f64));
    EXPECT_TENSOR_EQ(linear(x, w), tensor({2}, {5, 11}, f64));
    const Tensor y = linear(x, w, b);
    EXPECT_TENSOR_EQ(y, tensor({2}, {10, 16}, f64));
    tape.backward(y, ones({2}, f64));
    EXPECT_TENSOR_EQ(w.grad(), tensor({2}, {4, 6}, f64));
    EXPECT_TENSOR_EQ(b.grad(), tensor(2, f64));
    EXPECT_THROW(linear(x, w, tensor({1}, {5}, f64)), ShapeError);
}

TEST(Linear, GradientsByHand)
{
    // x = (1, 2), W = (3 4; 5 6), b = (7, 8), y = (3+8+7, 5+12+8) = (18, 25); L = 1 y_0 + 10 y_1, so gy = (1, 10).
    //   dx = gy W = (3+50, 4+60),  dW = gy^T x = (1 2; 10 20),  db = gy
    Tape tape;
    const Tensor x = tape.variable(tensor({1, 2}, {1, 2}, f64)), w = tape.variable(tensor({2, 2}, {3, 4, 5, 6}, f64));
    const Tensor b = tape.variable(tensor({2}, {7, 8}, f64));
    const Tensor y = linear(x, w, b);
    EXPECT_TENSOR_EQ(y, tensor({1, 2}, {18, 25}, f64));
    tape.backward(y, tensor({1, 2}, {1, 10}, f64));
    EXPECT_TENSOR_EQ(x.grad(), tensor({1, 2}, {53, 64}, f64));
    EXPECT_TENSOR_EQ(w.grad(), tensor({2, 2}, {1, 2, 10, 20}, f64));
    EXPECT_TENSOR_EQ(b.grad(), tensor({2}, {1, 10}, f64));
}

TEST(Linear, GradientsOfAllKinds)
{
    const auto f = [](const Tensor& x, const Tensor& w, const Tensor& b) { return linear(x, w, b); };
    for (const Tensor& x : {numbers({3, 4}), numbers({4}), numbers({2, 3, 4}), transpose(numbers({4, 5}))}) {
        const auto first = gradcheck(f, {x, numbers({2, 4}), numbers({2})});
        const auto second = gradgradcheck(f, {x, numbers({2, 4}), numbers({2})});
        EXPECT_TRUE(first.ok) << describe(x) << first.message;
        EXPECT_TRUE(second.ok) << describe(x) << second.message;
    }
}

TEST(Linear, SaysWhatDoesNotFit)
{
    EXPECT_THROW_TEXT(linear(zeros({3, 5}), zeros({2, 4})), ShapeError,
                      "linear: x of shape (3, 5) and weight of shape (2, 4) do not fit.\n"
                      "  rule: x: (..., in) and weight: (out, in).\n"
                      "  try:  check the layer's in_features.");
    EXPECT_THROW_TEXT(linear(zeros({3, 4}), zeros({2, 4}), zeros({3})), ShapeError,
                      "linear: bias of shape (3,) beside weight of shape (2, 4).\n"
                      "  rule: bias: (out) for weight: (out, in), or () for (in).\n"
                      "  try:  give the bias one element an output.");
    EXPECT_THROW_TEXT(linear(zeros({3, 4}, f64), zeros({2, 4}, f32)), DtypeError,
                      "linear: x f64 (3, 4) and weight f32 (2, 4).\n"
                      "  rule: x, weight and bias are of one floating dtype.\n"
                      "  try:  convert the input with to(x, dtype), or the module.");
}

}  // namespace
}  // namespace xgrad
