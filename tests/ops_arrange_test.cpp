#include <xgrad/error.hpp>
#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/diagonal.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/pad.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

const Tensor kMatrix = tensor({2, 3}, {1, 2, 3, 4, 5, 6}, f64);
const Tensor kRow = tensor({3}, {1, 2, 3}, f64);

TEST(Flip, ReversesAxes)
{
    EXPECT_TENSOR_EQ(flip(kMatrix, {0, 1}), tensor({2, 3}, {6, 5, 4, 3, 2, 1}, f64));
    EXPECT_TENSOR_EQ(flip(transpose(kMatrix), 0), tensor({3, 2}, {3, 6, 2, 5, 1, 4}, f64));
    EXPECT_TENSOR_EQ(flip(kMatrix, Sizes()), kMatrix);
    EXPECT_TENSOR_EQ(flip(zeros({0, 2}), 0), zeros({0, 2}));
    EXPECT_THROW(flip(kMatrix, {0, -2}), ShapeError);
}

TEST(Flip, GradientIsReversed)
{
    Tape tape;
    const Tensor x = tape.variable(kRow);
    tape.backward(sum(flip(x, 0) * kRow));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {3, 2, 1}, f64));
}

TEST(Roll, WhatFallsOffComesInAgain)
{
    EXPECT_TENSOR_EQ(roll(kRow, 1), tensor({3}, {3, 1, 2}, f64));
    EXPECT_TENSOR_EQ(roll(kRow, -4, 0), tensor({3}, {2, 3, 1}, f64));
    EXPECT_TENSOR_EQ(roll(kMatrix, 1), tensor({2, 3}, {6, 1, 2, 3, 4, 5}, f64));
    EXPECT_TENSOR_EQ(roll(kMatrix, {1, 3}, {0, 1}), tensor({2, 3}, {4, 5, 6, 1, 2, 3}, f64));
    EXPECT_TENSOR_EQ(roll(zeros({0, 2}), 1, 0), zeros({0, 2}));
    EXPECT_THROW_TEXT(roll(kMatrix, {1, 2}, {0}), ShapeError,
                      "roll: shifts (1, 2) along axes (0,).\n  rule: there is one shift an axis.\n"
                      "  try:  list as many axes as shifts.");
}

TEST(Rot90, QuarterTurns)
{
    EXPECT_TENSOR_EQ(rot90(kMatrix), tensor({3, 2}, {3, 6, 2, 5, 1, 4}, f64));
    EXPECT_TENSOR_EQ(rot90(kMatrix, 2), flip(kMatrix, {0, 1}));
    EXPECT_TENSOR_EQ(rot90(kMatrix, -1), tensor({3, 2}, {4, 1, 5, 2, 6, 3}, f64));
    EXPECT_TENSOR_EQ(rot90(rot90(kMatrix, 3), 5), kMatrix);
    EXPECT_THROW(rot90(kMatrix, 1, 0, 0), ShapeError);
}

TEST(Repeat, TheWholeOrEachPosition)
{
    EXPECT_TENSOR_EQ(repeat(kRow, {2, 1}), tensor({2, 3}, {1, 2, 3, 1, 2, 3}, f64));
    EXPECT_TENSOR_EQ(repeat(kRow, {2}), tensor({6}, {1, 2, 3, 1, 2, 3}, f64));
    EXPECT_TENSOR_EQ(repeat(kRow, {0, 2}), zeros({0, 6}, f64));
    EXPECT_TENSOR_EQ(tile(kMatrix, {2}), tensor({2, 6}, {1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6}, f64));
    EXPECT_TENSOR_EQ(repeat_interleave(kRow, 2, 0), tensor({6}, {1, 1, 2, 2, 3, 3}, f64));
    EXPECT_TENSOR_EQ(repeat_interleave(kRow, tensor({3}, {2, 0, 1}, i64)), tensor({3}, {1, 1, 3}, f64));
    EXPECT_TENSOR_EQ(repeat_interleave(kMatrix, 1), reshape(kMatrix, {6}));
    EXPECT_THROW_TEXT(repeat(kMatrix, {2}), ShapeError,
                      "repeat: repeats (2,) for shape (2, 3).\n  rule: there is a number for each axis, 0 or more.\n"
                      "  try:  list all axes, or use tile.");
    EXPECT_THROW(repeat(kMatrix, {1, -1}), ShapeError);
    EXPECT_THROW(repeat_interleave(kRow, -1, 0), ShapeError);
    EXPECT_THROW(repeat_interleave(kRow, tensor({2}, {1, 1}, i64), 0), ShapeError);
    EXPECT_THROW(repeat_interleave(kRow, tensor({3}, {1, -1, 1}, i64), 0), ShapeError);
}

TEST(Repeat, SizesThatOverflowAreRefused)
{
    constexpr std::int64_t huge = std::int64_t{1} << 62, least = std::numeric_limits<std::int64_t>::min();
    const Tensor x = zeros({2, 3});
    EXPECT_THROW_TEXT(repeat(x, {huge, 1}), ShapeError,
                      "repeat: the number of elements of shape (4611686018427387904, 2) overflows.\n"
                      "  rule: the product of all sizes stays below 2^57.\n  try:  use smaller or fewer axes.");
    EXPECT_THROW(repeat_interleave(x, huge, 0), ShapeError);
    EXPECT_THROW_TEXT(repeat_interleave(x, from_values<std::int64_t>({2}, {huge, huge}), 0), ShapeError,
                      "repeat_interleave: repeats tensor({2}, {4.61169e+18, 4.61169e+18}) i64.\n"
                      "  rule: each is 0 or more, and their sum fits 63 bits.\n  try:  check the numbers.");
    EXPECT_THROW(repeat_interleave(x, from_values<std::int64_t>({2}, {1, -1}), 0), ShapeError);
    EXPECT_THROW(unflatten(x, 1, {-3, -1}), ShapeError);
    EXPECT_THROW(unflatten(x, 1, {huge, 4}), ShapeError);
    EXPECT_EQ(unfold(x, 1, 1, huge).sizes(), Sizes({2, 1, 1}));
    EXPECT_EQ(diagonal(x, least).sizes(), Sizes({0}));
    EXPECT_THROW(diag_embed(x, least), ShapeError);
    EXPECT_TENSOR_EQ(triu(ones({2, 2}), least), ones({2, 2}));
}

TEST(Triangles, IndicesOfHugeMatrices)
{
    constexpr std::int64_t huge = std::int64_t{1} << 56, largest = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(tril_indices(huge, 0).sizes(), Sizes({2, 0}));
    EXPECT_EQ(triu_indices(2, 2, largest).sizes(), Sizes({2, 0}));
    EXPECT_TENSOR_EQ(triu_indices(1, 2, -largest), tensor({2, 2}, {0, 0, 0, 1}, i64));
    EXPECT_THROW((void)tril_indices(huge, 1), MemoryError);
}

TEST(Repeat, GradientAddsUpTheCopies)
{
    Tape tape;
    const Tensor x = tape.variable(tensor({2}, {7, 8}, f64));
    tape.backward(sum(repeat(x, {2}) * tensor({4}, {1, 2, 10, 20}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2}, {11, 22}, f64));
}

TEST(Movedim, OthersKeepTheirOrder)
{
    const Tensor x = zeros({2, 3, 4});
    EXPECT_EQ(movedim(x, 0, -1).sizes(), Sizes({3, 4, 2}));
    EXPECT_EQ(movedim(tensor(3), 0, -1).ndim(), 0u);
    EXPECT_EQ(movedim(x, {2, 0}, {0, 1}).sizes(), Sizes({4, 2, 3}));
    EXPECT_EQ(swapaxes(x, 0, 2).sizes(), Sizes({4, 3, 2}));
    EXPECT_THROW(movedim(x, {0, 1}, {2}), ShapeError);
    EXPECT_THROW(movedim(x, {0, 0}, {1, 2}), ShapeError);
}

TEST(Unflatten, SplitsAnAxis)
{
    EXPECT_EQ(unflatten(zeros({2, 12}), 1, {3, -1}).sizes(), Sizes({2, 3, 4}));
    EXPECT_THROW_TEXT(unflatten(zeros({2, 12}), 1, {5, -1}), ShapeError,
                      "unflatten: axis 1 of shape (2, 12) into (5, -1).\n"
                      "  rule: the product of the sizes is the axis'; at most one of them is -1.\n"
                      "  try:  check the sizes, or leave one of them to -1.");
}

TEST(Squeeze, AllAxesOrThoseListed)
{
    const Tensor x = zeros({1, 2, 1, 3});
    EXPECT_EQ(squeeze(x).sizes(), Sizes({2, 3}));
    EXPECT_EQ(squeeze(x, {0, 1}).sizes(), Sizes({2, 1, 3}));
    EXPECT_EQ(squeeze(tensor(1.0)).ndim(), 0u);
}

TEST(Unfold, WindowsOverlap)
{
    const Tensor x = tensor({5}, {1, 2, 3, 4, 5}, f64);
    EXPECT_TENSOR_EQ(unfold(x, 0, 3, 1), tensor({3, 3}, {1, 2, 3, 2, 3, 4, 3, 4, 5}, f64));
    EXPECT_TENSOR_EQ(unfold(x, 0, 2, 2), tensor({2, 2}, {1, 2, 3, 4}, f64));
    EXPECT_THROW_TEXT(unfold(x, 0, 6, 1), ShapeError,
                      "unfold: windows of 6 positions, 1 apart, along axis 0 of shape (5,).\n"
                      "  rule: a window lies inside the axis, and the step is 1 or more.\n"
                      "  try:  check size and step, or pad the axis.");
    EXPECT_THROW(unfold(x, 0, 2, 0), ShapeError);
}

TEST(Unfold, GradientCountsTheWindowsOfAPosition)
{
    Tape tape;
    const Tensor x = tape.variable(tensor({5}, {1, 2, 3, 4, 5}, f64));
    tape.backward(sum(unfold(x, 0, 3, 1)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({5}, {1, 2, 3, 2, 1}, f64));
}

TEST(Meshgrid, MatrixAndPictureOrder)
{
    const Tensor a = tensor({2}, {1, 2}), b = tensor({3}, {10, 20, 30});
    const auto ij = meshgrid({a, b}), xy = meshgrid({a, b}, Indexing::xy);
    EXPECT_TENSOR_EQ(ij[0], tensor({2, 3}, {1, 1, 1, 2, 2, 2}));
    EXPECT_TENSOR_EQ(ij[1], tensor({2, 3}, {10, 20, 30, 10, 20, 30}));
    EXPECT_TENSOR_EQ(xy[0], tensor({3, 2}, {1, 2, 1, 2, 1, 2}));
    EXPECT_TENSOR_EQ(xy[1], tensor({3, 2}, {10, 10, 20, 20, 30, 30}));
    EXPECT_THROW(meshgrid({kMatrix, a}), ShapeError);
}

TEST(Diagonal, OfMatricesAndBack)
{
    EXPECT_TENSOR_EQ(diagonal(kMatrix), tensor({2}, {1, 5}, f64));
    EXPECT_TENSOR_EQ(diagonal(kMatrix, 1), tensor({2}, {2, 6}, f64));
    EXPECT_TENSOR_EQ(diagonal(kMatrix, -1), tensor({1}, {4}, f64));
    EXPECT_TENSOR_EQ(diagonal(kMatrix, 5), zeros({0}, f64));
    EXPECT_TENSOR_EQ(diag(kRow, 1), tensor({4, 4}, {0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0}, f64));
    EXPECT_TENSOR_EQ(diag(kMatrix), diagonal(kMatrix));
    EXPECT_TENSOR_EQ(diag_embed(tensor({2, 1}, {7, 8}), 0, 0, 2), tensor({1, 2, 1}, {7, 8}));
    EXPECT_THROW_TEXT(diag(zeros({1, 1, 1})), ShapeError,
                      "diag: shape (1, 1, 1).\n  rule: a vector or a matrix.\n"
                      "  try:  use diagonal or diag_embed for more axes.");
    EXPECT_THROW(diagonal(kMatrix, 0, 1, 1), ShapeError);
    EXPECT_THROW(diagonal(kRow), ShapeError);
}

TEST(Diagonal, GradientLiesOnIt)
{
    Tape tape;
    const Tensor x = tape.variable(kMatrix);
    tape.backward(sum(diagonal(x, 1) * tensor({2}, {3, 4}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2, 3}, {0, 3, 0, 0, 0, 4}, f64));
}

TEST(Triangles, KeepTheDiagonal)
{
    EXPECT_TENSOR_EQ(tril(kMatrix), tensor({2, 3}, {1, 0, 0, 4, 5, 0}, f64));
    EXPECT_TENSOR_EQ(triu(kMatrix, 1), tensor({2, 3}, {0, 2, 3, 0, 0, 6}, f64));
    EXPECT_TENSOR_EQ(tril(ones({2, 2}, boolean), -1), tensor({2, 2}, {0, 0, 1, 0}, boolean));
    EXPECT_TENSOR_EQ(tril_indices(2, 3, 0), tensor({2, 3}, {0, 1, 1, 0, 0, 1}, i64));
    EXPECT_TENSOR_EQ(triu_indices(2, 3, 1), tensor({2, 3}, {0, 0, 1, 1, 2, 2}, i64));
    EXPECT_THROW(tril(kRow), ShapeError);
}

TEST(Pad, EveryMode)
{
    EXPECT_TENSOR_EQ(pad(kRow, {1, 2}, {.value = 9}), tensor({6}, {9, 1, 2, 3, 9, 9}, f64));
    EXPECT_TENSOR_EQ(pad(kRow, {2, 2}, {.mode = PadMode::reflect}), tensor({7}, {3, 2, 1, 2, 3, 2, 1}, f64));
    EXPECT_TENSOR_EQ(pad(kRow, {2, 1}, {.mode = PadMode::replicate}), tensor({6}, {1, 1, 1, 2, 3, 3}, f64));
    EXPECT_TENSOR_EQ(pad(kRow, {1, 3}, {.mode = PadMode::circular}), tensor({7}, {3, 1, 2, 3, 1, 2, 3}, f64));
    EXPECT_TENSOR_EQ(pad(kRow, {1, -1}, {.mode = PadMode::circular}), tensor({3}, {2, 1, 2}, f64));  // cut first
    EXPECT_TENSOR_EQ(pad(kRow, {-1, 2}, {.mode = PadMode::circular}), tensor({4}, {2, 3, 2, 3}, f64));
    EXPECT_TENSOR_EQ(pad(kRow, {-1, 1}), tensor({3}, {2, 3, 0}, f64));
    EXPECT_TENSOR_EQ(pad(kMatrix, {0, 0, 1, 0}), tensor({3, 3}, {0, 0, 0, 1, 2, 3, 4, 5, 6}, f64));
    EXPECT_TENSOR_EQ(pad(zeros({0, 2}), {0, 0, 0, 1}, {.value = 5}), full({1, 2}, 5));
    EXPECT_TENSOR_EQ(pad(tensor({1}, {2}, i64), {0, 1}, {.value = 7}), tensor({2}, {2, 7}, i64));
}

TEST(Pad, HugeAmountsAreRefused)
{
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    const Tensor x = zeros({3});
    EXPECT_THROW_TEXT(pad(x, {least, least}), ShapeError,
                      "pad: amounts (-9223372036854775808, -9223372036854775808) for shape (3,).\n"
                      "  rule: a pair (start, end) an axis, the last axis first; none takes away more than there is or "
                      "adds more than 2^57.\n"
                      "  try:  list two numbers for each padded axis.");
    EXPECT_THROW(pad(x, {0, std::int64_t{1} << 45}, {.mode = PadMode::replicate}), MemoryError);
}

TEST(Pad, GradientOfReflectionAddsUpTheMirrorImages)
{
    // y = (x1, x0, x1, x2, x1) with weights 1 to 5: x1 is read by 1, 3 and 5.
    Tape tape;
    const Tensor x = tape.variable(kRow);
    tape.backward(sum(pad(x, {1, 1}, {.mode = PadMode::reflect}) * tensor({5}, {1, 2, 3, 4, 5}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {2, 9, 4}, f64));
}

TEST(Pad, BadAmounts)
{
    EXPECT_THROW_TEXT(pad(kRow, {1}), ShapeError,
                      "pad: amounts (1,) for shape (3,).\n"
                      "  rule: a pair (start, end) an axis, the last axis first; none takes away more than there is or "
                      "adds more than 2^57.\n"
                      "  try:  list two numbers for each padded axis.");
    EXPECT_THROW(pad(kRow, {1, 1, 1, 1}), ShapeError);
    EXPECT_THROW(pad(kRow, {-2, -2}), ShapeError);
    EXPECT_THROW_TEXT(pad(kRow, {3, 0}, {.mode = PadMode::reflect}), ShapeError,
                      "pad: 3 positions more at axis 0 of shape (3,).\n"
                      "  rule: it has at least 4 positions to take them from.\n  try:  pad less, or with a constant.");
    EXPECT_THROW(pad(kRow, {4, 0}, {.mode = PadMode::circular}), ShapeError);
    EXPECT_THROW(pad(zeros({0}), {1, 0}, {.mode = PadMode::replicate}), ShapeError);
}

}  // namespace
}  // namespace xgrad
