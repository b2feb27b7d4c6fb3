#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

const Tensor kMatrix = tensor({2, 3}, {1, 2, 3, 4, 5, 6}, f64);

bool shares_storage(const Tensor& a, const Tensor& b)
{
    const auto owner = [](const Tensor& x) { return x.header().owner ? x.header().owner : x.unsafe_header(); };
    return owner(a) == owner(b);
}

TEST(Reshape, IsAViewWhereStridesAllow)
{
    const Tensor x = reshape(kMatrix, {3, 2});
    EXPECT_TENSOR_EQ(x, tensor({3, 2}, {1, 2, 3, 4, 5, 6}, f64));
    EXPECT_TRUE(shares_storage(x, kMatrix));
    EXPECT_TENSOR_EQ(reshape(kMatrix, {-1}), tensor({6}, {1, 2, 3, 4, 5, 6}, f64));
    EXPECT_TENSOR_EQ(reshape(kMatrix, {1, 6, 1}), tensor({1, 6, 1}, {1, 2, 3, 4, 5, 6}, f64));
    EXPECT_TENSOR_EQ(reshape(tensor(7.0), {1, 1}), tensor({1, 1}, {7}));
    EXPECT_TENSOR_EQ(reshape(tensor({1, 1}, {7}), {}), tensor(7.0));
}

TEST(Reshape, SplitsAnAxisOfAStridedViewWithoutCopying)
{
    // Columns 0 and 1 of a (4, 3) matrix have strides (3, 1); splitting the rows into 2 x 2 keeps distances 6, 3, 1.
    const Tensor x = reshape(tensor({12}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}), {4, 3});
    const Tensor part = slice(x, 1, 0, 2), y = reshape(part, {2, 2, 2});
    EXPECT_TRUE(shares_storage(x, y));
    EXPECT_EQ(y.strides(), Sizes({6, 3, 1}));
    EXPECT_TENSOR_EQ(y, tensor({2, 2, 2}, {0, 1, 3, 4, 6, 7, 9, 10}));
    EXPECT_TENSOR_EQ(reshape(part, {8}), tensor({8}, {0, 1, 3, 4, 6, 7, 9, 10}));
    EXPECT_FALSE(shares_storage(x, reshape(part, {8})));
}

TEST(Reshape, OfATransposedMatrixCopies)
{
    const Tensor y = reshape(transpose(kMatrix), {6});
    EXPECT_TENSOR_EQ(y, tensor({6}, {1, 4, 2, 5, 3, 6}, f64));
    EXPECT_FALSE(shares_storage(y, kMatrix));
    EXPECT_TENSOR_EQ(reshape(expand(tensor({2, 1}, {1, 2}), {2, 3}), {6}), tensor({6}, {1, 1, 1, 2, 2, 2}));
}

TEST(Reshape, GradientIsReshapedBack)
{
    // L = sum w reshape(x^T): element i of the flat transposed matrix is x[i % 2, i / 2].
    Tape tape;
    const Tensor x = tape.variable(kMatrix);
    tape.backward(sum(reshape(transpose(x), {6}) * tensor({6}, {1, 2, 3, 4, 5, 6}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2, 3}, {1, 3, 5, 2, 4, 6}, f64));
}

TEST(Reshape, EmptyTensors)
{
    EXPECT_TENSOR_EQ(reshape(zeros({0, 3}), {3, 0}), zeros({3, 0}));
    EXPECT_TENSOR_EQ(reshape(zeros({0, 3}), {-1, 3}), zeros({0, 3}));
    EXPECT_THROW(reshape(zeros({0, 3}), {-1, 0}), ShapeError);
}

TEST(Reshape, ErrorNamesBothShapes)
{
    EXPECT_THROW_TEXT(reshape(kMatrix, {4, -1}), ShapeError,
                      "reshape: shape (2, 3) with 6 elements to (4, -1).\n"
                      "  rule: the number of elements stays; at most one size is -1, and it must come out whole.\n"
                      "  try:  check the sizes, or leave one of them to -1.");
    EXPECT_THROW(reshape(kMatrix, {-1, -1}), ShapeError);
    EXPECT_THROW(reshape(kMatrix, {7}), ShapeError);
    EXPECT_THROW(reshape(kMatrix, {-2, -3}), ShapeError);
}

TEST(Permute, MovesAxesAndGradientsMoveBack)
{
    Tape tape;
    const Tensor x = tape.variable(reshape(tensor({6}, {1, 2, 3, 4, 5, 6}, f64), {1, 2, 3}));
    const Tensor y = permute(x, {2, 0, 1});  // y[k, 0, j] = x[0, j, k]
    EXPECT_TENSOR_EQ(y, tensor({3, 1, 2}, {1, 4, 2, 5, 3, 6}, f64));
    tape.backward(sum(y * tensor({3, 1, 2}, {1, 2, 3, 4, 5, 6}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({1, 2, 3}, {1, 3, 5, 2, 4, 6}, f64));
    EXPECT_THROW(permute(x, {0, 1}), ShapeError);
    EXPECT_THROW(permute(x, {0, 1, 1}), ShapeError);
}

TEST(Transpose, ExchangesTwoAxes)
{
    EXPECT_TENSOR_EQ(transpose(kMatrix), tensor({3, 2}, {1, 4, 2, 5, 3, 6}, f64));
    EXPECT_TENSOR_EQ(transpose(reshape(kMatrix, {2, 3, 1}), 0, -1), transpose(reshape(kMatrix, {2, 3, 1}), 2, 0));
    EXPECT_TENSOR_EQ(transpose(tensor(3), 0, -1), tensor(3));  // a number counts as one axis
    EXPECT_TENSOR_EQ(squeeze(tensor(3), -1), tensor(3));
    EXPECT_THROW(transpose(tensor({2}, {1, 2})), ShapeError);
    EXPECT_THROW(transpose(tensor(3), 0, 1), ShapeError);
}

TEST(Expand, RepeatsAndItsGradientSums)
{
    // y_ij = x_j for two rows: dL/dx_j = w_0j + w_1j
    Tape tape;
    const Tensor x = tape.variable(tensor({3}, {1, 2, 3}, f64));
    const Tensor y = expand(x, {2, -1});
    EXPECT_TENSOR_EQ(y, tensor({2, 3}, {1, 2, 3, 1, 2, 3}, f64));
    tape.backward(sum(y * kMatrix));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {5, 7, 9}, f64));
    EXPECT_THROW(expand(x, {2, 4}), ShapeError);
    EXPECT_THROW(expand(kMatrix, {3}), ShapeError);
}

TEST(Squeeze, DropsOneAxisOfSizeOne)
{
    EXPECT_EQ(squeeze(zeros({2, 1, 3}), 1).sizes(), Sizes({2, 3}));
    EXPECT_EQ(squeeze(zeros({2, 1, 3}), 0).sizes(), Sizes({2, 1, 3}));
    EXPECT_EQ(unsqueeze(kMatrix, 0).sizes(), Sizes({1, 2, 3}));
    EXPECT_EQ(unsqueeze(kMatrix, -1).sizes(), Sizes({2, 3, 1}));
    EXPECT_THROW(unsqueeze(kMatrix, 3), ShapeError);
}

TEST(Flatten, MergesAxes)
{
    EXPECT_EQ(flatten(zeros({2, 3, 4})).sizes(), Sizes({24}));
    EXPECT_EQ(flatten(zeros({2, 3, 4}), 1).sizes(), Sizes({2, 12}));
    EXPECT_EQ(flatten(zeros({2, 3, 4}), 0, 1).sizes(), Sizes({6, 4}));
    EXPECT_EQ(flatten(tensor(1.0)).sizes(), Sizes({1}));
    EXPECT_THROW(flatten(zeros({2, 3}), 1, 0), ShapeError);
}

// ---- parts ----------------------------------------------------------------------------------------------------------

TEST(Slice, FollowsPython)
{
    const Tensor x = tensor({6}, {0, 1, 2, 3, 4, 5}, f64);
    EXPECT_TENSOR_EQ(slice(x, 0, 1, 4), tensor({3}, {1, 2, 3}, f64));
    EXPECT_TENSOR_EQ(slice(x, 0, 4), tensor({2}, {4, 5}, f64));
    EXPECT_TENSOR_EQ(slice(x, 0, -2), tensor({2}, {4, 5}, f64));
    EXPECT_TENSOR_EQ(slice(x, -1, 1, -1, 2), tensor({2}, {1, 3}, f64));
    EXPECT_TENSOR_EQ(slice(x, 0, 0, kToEnd, 5), tensor({2}, {0, 5}, f64));
    EXPECT_TENSOR_EQ(slice(x, 0, 3, 2), zeros({0}, f64));
    EXPECT_TENSOR_EQ(slice(x, 0, 9, 99), zeros({0}, f64));
    EXPECT_TENSOR_EQ(slice(x, 0, -99, 2), tensor({2}, {0, 1}, f64));
    EXPECT_TENSOR_EQ(slice(transpose(kMatrix), 0, 1), tensor({2, 2}, {2, 5, 3, 6}, f64));
}

TEST(Slice, GradientLandsAtItsPositions)
{
    // L = 1 x_1 + 2 x_3 + (x_0 + x_1) * 10
    Tape tape;
    const Tensor x = tape.variable(tensor({5}, {1, 2, 3, 4, 5}, f64));
    tape.backward(sum(slice(x, 0, 1, kToEnd, 2) * tensor({2}, {1, 2}, f64)) + sum(slice(x, 0, 0, 2) * 10.0));
    EXPECT_TENSOR_EQ(x.grad(), tensor({5}, {10, 11, 0, 2, 0}, f64));
}

TEST(Slice, OfColumnsAddsInPlaceToAnAdjointThatIsThereAlready)
{
    // L = sum x + 2 sum of column 1 + 3 sum of column 0, walked from the last: all three meet in one adjoint.
    Tape tape;
    const Tensor x = tape.variable(kMatrix);
    const Tensor doubled = x * 1.0;
    tape.backward(sum(doubled) + sum(slice(doubled, 1, 1, 2)) * 2.0 + sum(slice(doubled, 1, 0, 1)) * 3.0);
    EXPECT_TENSOR_EQ(x.grad(), tensor({2, 3}, {4, 3, 1, 4, 3, 1}, f64));
}

TEST(Slice, SecondDerivative)
{
    // L = sum of x_i^3 over i = 1, 3: gradient 3 x^2 there; the gradient's sum has derivative 6 x there.
    Tape tape;
    const Tensor x = tape.variable(tensor({4}, {1, 2, 3, 4}, f64));
    const Tensor part = slice(x, 0, 1, kToEnd, 2);
    const Tensor g = tape.grad(sum(part * part * part), {x}, {.create_graph = true})[0];
    EXPECT_TENSOR_EQ(g, tensor({4}, {0, 12, 0, 48}, f64));
    tape.backward(sum(g));
    EXPECT_TENSOR_EQ(x.grad(), tensor({4}, {0, 12, 0, 24}, f64));
}

TEST(Slice, ErrorsNameStepAndAxis)
{
    EXPECT_THROW_TEXT(slice(kMatrix, 0, 0, 2, -1), ShapeError,
                      "slice: step -1.\n  rule: a step is 1 or more.\n"
                      "  try:  turn the axis around first: slice(flip(x, axis), ...).");
    EXPECT_THROW(slice(kMatrix, 2, 0), ShapeError);
}

TEST(Slice, AStepMayBeHuge)
{
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    EXPECT_TENSOR_EQ(slice(kMatrix, 0, 0, kToEnd, largest), tensor({1, 3}, {1, 2, 3}, f64));
    EXPECT_THROW_TEXT(split(kMatrix, {largest, largest, 4}), ShapeError,
                      "split: sizes (9223372036854775807, 9223372036854775807, 4) along axis 0 of shape (2, 3).\n"
                      "  rule: they are 0 or more and add up to the axis, 2.\n  try:  correct the sizes.");
    EXPECT_EQ(chunk(kMatrix, largest).size(), 2u);
    EXPECT_THROW_TEXT(chunk(zeros({0, 2}), largest), ShapeError,
                      "chunk: 9223372036854775807 chunks of an axis of size 0.\n"
                      "  rule: an empty axis gives as many empty chunks, at most 2^20.\n  try:  check the number.");
}

TEST(Narrow, StaysInsideTheAxis)
{
    EXPECT_TENSOR_EQ(narrow(kMatrix, 1, -2, 2), tensor({2, 2}, {2, 3, 5, 6}, f64));
    EXPECT_TENSOR_EQ(narrow(kMatrix, 1, 3, 0), zeros({2, 0}, f64));
    EXPECT_THROW_TEXT(narrow(kMatrix, 1, 2, 2), ShapeError,
                      "narrow: 2 positions from 2 on along axis 1 of shape (2, 3).\n"
                      "  rule: they lie inside the axis, of size 3.\n"
                      "  try:  check start and length, or use slice, which cuts off what lies outside.");
    EXPECT_THROW(narrow(kMatrix, 0, 0, -1), ShapeError);
}

TEST(Select, DropsTheAxis)
{
    EXPECT_TENSOR_EQ(select(kMatrix, 0, 1), tensor({3}, {4, 5, 6}, f64));
    EXPECT_TENSOR_EQ(select(kMatrix, 1, -1), tensor({2}, {3, 6}, f64));
    EXPECT_TENSOR_EQ(select(select(kMatrix, 0, 0), 0, 0), tensor(1, f64));
    EXPECT_THROW_TEXT(select(kMatrix, 0, 2), ShapeError,
                      "select: index 2 along axis 0 of shape (2, 3).\n  rule: an index runs from -2 to 1.\n"
                      "  try:  check the index, or use slice, which cuts off what lies outside.");
    EXPECT_THROW(select(zeros({0}), 0, 0), ShapeError);
}

TEST(Select, BetweenValuesIsStillTheOtherOne)
{
    EXPECT_TENSOR_EQ(select(kMatrix > 3.5, kMatrix, 0.0), tensor({2, 3}, {0, 0, 0, 4, 5, 6}, f64));
    EXPECT_TENSOR_EQ(select(kMatrix > 3.5, 1.0, 0.0), tensor({2, 3}, {0, 0, 0, 1, 1, 1}));
}

TEST(Select, GradientOfALoopOverRows)
{
    // L = sum_i (i + 1) sum(row i): dL/dx_ij = i + 1
    Tape tape;
    const Tensor x = tape.variable(kMatrix);
    Tensor total = tensor(0, f64);
    for (int i = 0; i < 2; ++i) total = total + sum(select(x, 0, i)) * (i + 1.0);
    tape.backward(total);
    EXPECT_TENSOR_EQ(x.grad(), tensor({2, 3}, {1, 1, 1, 2, 2, 2}, f64));
}

TEST(Split, CutsIntoPartsOfASizeOrOfSizes)
{
    const Tensor x = tensor({5}, {0, 1, 2, 3, 4}, f64);
    const auto parts = split(x, 2);
    ASSERT_EQ(parts.size(), 3u);
    EXPECT_TENSOR_EQ(parts[1], tensor({2}, {2, 3}, f64));
    EXPECT_TENSOR_EQ(parts[2], tensor({1}, {4}, f64));
    EXPECT_TENSOR_EQ(split(x, {1, 4})[1], tensor({4}, {1, 2, 3, 4}, f64));
    EXPECT_EQ(chunk(x, 2)[0].numel(), 3);
    EXPECT_EQ(chunk(kMatrix, 3, 1).size(), 3u);
    EXPECT_EQ(chunk(zeros({0, 2}), 3).size(), 3u);
    EXPECT_THROW_TEXT(split(x, {1, 3}), ShapeError,
                      "split: sizes (1, 3) along axis 0 of shape (5,).\n"
                      "  rule: they are 0 or more and add up to the axis, 5.\n  try:  correct the sizes.");
    EXPECT_THROW(split(x, 0), ShapeError);
    EXPECT_THROW(chunk(x, 0), ShapeError);
}

// ---- joining --------------------------------------------------------------------------------------------------------

TEST(Cat, JoinsAlongAnAxis)
{
    const Tensor column = tensor({2, 1}, {7, 8}, f64);
    EXPECT_TENSOR_EQ(cat({kMatrix, column}, 1), tensor({2, 4}, {1, 2, 3, 7, 4, 5, 6, 8}, f64));
    EXPECT_TENSOR_EQ(cat({kMatrix, zeros({0, 3}, f64)}), kMatrix);
    EXPECT_TENSOR_EQ(cat({transpose(kMatrix), transpose(column)}), tensor({4, 2}, {1, 4, 2, 5, 3, 6, 7, 8}, f64));
    EXPECT_TENSOR_EQ(cat({kMatrix}), kMatrix);
    EXPECT_TENSOR_EQ(cat({tensor({1}, {1}, i64), tensor({1}, {2}, f64)}), tensor({2}, {1, 2}, f64));
    EXPECT_TENSOR_EQ(cat({tensor({1}, {1}, boolean), tensor({1}, {0}, boolean)}), tensor({2}, {1, 0}, boolean));
}

TEST(Cat, GradientIsCutIntoParts)
{
    // The same tensor twice: both parts of the weights meet in it. A constant in between takes its part away.
    Tape tape;
    const Tensor x = tape.variable(tensor({2}, {1, 2}, f64));
    const Tensor y = cat({x, tensor({1}, {9}, f64), x});
    tape.backward(sum(y * tensor({5}, {1, 2, 3, 4, 5}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2}, {5, 7}, f64));
}

TEST(Cat, OfMoreInputsThanANodeHolds)
{
    Tape tape;
    std::vector<Tensor> parts;
    for (int i = 0; i < 40; ++i) parts.push_back(tape.variable(tensor({1}, {1.0 * i}, f64)));
    const Tensor y = cat(parts);
    tape.backward(sum(y * y));
    for (int i = 0; i < 40; ++i)
        EXPECT_TENSOR_EQ(parts[static_cast<std::size_t>(i)].grad(), tensor({1}, {2.0 * i}, f64));
}

TEST(Cat, ErrorsNameBothShapes)
{
    EXPECT_THROW_TEXT(cat({kMatrix, zeros({2, 2}, f64)}, 0), ShapeError,
                      "cat: shapes (2, 3) and (2, 2) do not fit.\n"
                      "  rule: all sizes but those along axis 0 are equal.\n"
                      "  try:  reshape or slice one of them, choose another axis, or use stack for a new axis.");
    EXPECT_THROW_TEXT(cat(std::vector<Tensor>{}), ShapeError,
                      "cat: the list is empty.\n  rule: there is at least one tensor.\n"
                      "  try:  leave the call out where there is nothing to join.");
    EXPECT_THROW(cat({tensor(1.0), tensor(2.0)}), ShapeError);
}

TEST(Stack, MakesANewAxis)
{
    const Tensor a = tensor({2}, {1, 2}, f64), b = tensor({2}, {3, 4}, f64);
    EXPECT_TENSOR_EQ(stack({a, b}), tensor({2, 2}, {1, 2, 3, 4}, f64));
    EXPECT_TENSOR_EQ(stack({a, b}, -1), tensor({2, 2}, {1, 3, 2, 4}, f64));
    EXPECT_TENSOR_EQ(stack({tensor(1.0), tensor(2.0)}), tensor({2}, {1, 2}));
    EXPECT_THROW_TEXT(stack({a, kMatrix}), ShapeError,
                      "stack: shapes (2,) and (2, 3) differ.\n  rule: all tensors have one shape.\n"
                      "  try:  reshape one of them, or use cat along an axis that they have.");
}

TEST(Stack, GradientIsSelected)
{
    Tape tape;
    const Tensor a = tape.variable(tensor({2}, {1, 2}, f64)), b = tape.variable(tensor({2}, {3, 4}, f64));
    tape.backward(sum(stack({a, b}, 1) * tensor({2, 2}, {1, 2, 3, 4}, f64)));
    EXPECT_TENSOR_EQ(a.grad(), tensor({2}, {1, 3}, f64));
    EXPECT_TENSOR_EQ(b.grad(), tensor({2}, {2, 4}, f64));
}

}  // namespace
}  // namespace xgrad
