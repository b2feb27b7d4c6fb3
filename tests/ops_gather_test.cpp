#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

const Tensor kMatrix = tensor({2, 3}, {1, 2, 3, 4, 5, 6}, f64);
const Tensor kIndex = tensor({2, 2}, {2, 0, 1, 1}, i64);
const Tensor kList = tensor({2}, {1, 1}, i64);

TEST(Gather, ReadsAtTheIndexAlongTheAxis)
{
    EXPECT_TENSOR_EQ(gather(kMatrix, 1, kIndex), tensor({2, 2}, {3, 1, 5, 5}, f64));
    EXPECT_TENSOR_EQ(gather(kMatrix, 0, tensor({1, 2}, {1, 0}, i64)), tensor({1, 2}, {4, 2}, f64));
    EXPECT_TENSOR_EQ(gather(to(kMatrix, i64), -1, kIndex), tensor({2, 2}, {3, 1, 5, 5}, i64));
    EXPECT_TENSOR_EQ(gather(kMatrix, 0, zeros({0, 2}, i64)), zeros({0, 2}, f64));
    EXPECT_TENSOR_EQ(gather(tensor(7.0), 0, zeros({}, i64)), tensor(7.0));
}

TEST(Gather, GradientAddsUpWhereAnIndexRepeats)
{
    // L = sum w y with w = 1, 2, 3, 4: element (1, 1) is read twice, by 3 and 4.
    Tape tape;
    const Tensor x = tape.variable(kMatrix);
    tape.backward(sum(gather(x, 1, kIndex) * tensor({2, 2}, {1, 2, 3, 4}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2, 3}, {2, 0, 1, 0, 7, 0}, f64));
}

TEST(Gather, BadIndicesAreNamed)
{
    EXPECT_THROW_TEXT(gather(kMatrix, 1, tensor({1, 1}, {3}, i64)), ShapeError,
                      "gather: index 3 for 3 positions.\n  rule: an index runs from 0 to 2.\n"
                      "  try:  check the indices, or clamp them.");
    EXPECT_THROW(gather(kMatrix, 1, tensor({1, 1}, {-1}, i64)), ShapeError);
    EXPECT_THROW_TEXT(gather(kMatrix, 1, tensor({3, 1}, {0, 0, 0}, i64)), ShapeError,
                      "gather: indices of shape (3, 1) for shape (2, 3).\n"
                      "  rule: as many axes, and no larger size along those but axis 1.\n"
                      "  try:  reshape or slice the indices; index_select takes one list of indices for all.");
    EXPECT_THROW_TEXT(gather(kMatrix, 1, kMatrix), DtypeError,
                      "gather: indices f64 (2, 3).\n  rule: indices are i64.\n"
                      "  try:  convert them first: to(indices, i64).");
    EXPECT_THROW(gather(kMatrix, 2, kIndex), ShapeError);
}

TEST(Scatter, TheLastOfEqualIndicesWins)
{
    const Tensor source = tensor({2, 2}, {10, 20, 30, 40}, f64);
    EXPECT_TENSOR_EQ(scatter(kMatrix, 1, kIndex, source), tensor({2, 3}, {20, 2, 10, 4, 40, 6}, f64));
    EXPECT_TENSOR_EQ(scatter(kMatrix, 1, kIndex, 0.5), tensor({2, 3}, {0.5, 2, 0.5, 4, 0.5, 6}, f64));
    EXPECT_TENSOR_EQ(scatter(kMatrix, 1, kIndex, kMatrix), tensor({2, 3}, {2, 2, 1, 4, 5, 6}, f64));
    EXPECT_TENSOR_EQ(kMatrix, tensor({2, 3}, {1, 2, 3, 4, 5, 6}, f64));
}

TEST(Scatter, GradientGoesToWhatCanBeSeen)
{
    // y = (s01, x01, s00; x10, s11, x12) with weights 1 to 6; s10 was replaced by s11.
    Tape tape;
    const Tensor x = tape.variable(kMatrix), s = tape.variable(tensor({2, 2}, {10, 20, 30, 40}, f64));
    tape.backward(sum(scatter(x, 1, kIndex, s) * kMatrix));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2, 3}, {0, 2, 0, 4, 0, 6}, f64));
    EXPECT_TENSOR_EQ(s.grad(), tensor({2, 2}, {3, 1, 0, 5}, f64));
}

TEST(Scatter, SourcesThatDoNotFit)
{
    EXPECT_THROW_TEXT(scatter(kMatrix, 1, kIndex, zeros({2, 1}, f64)), ShapeError,
                      "scatter: a source of shape (2, 1) for indices of shape (2, 2).\n"
                      "  rule: the source is at least as large along every axis.\n  try:  give each index a value.");
    EXPECT_THROW_TEXT(scatter_add(kMatrix, 1, kIndex, zeros({2, 2}, f32)), DtypeError,
                      "scatter_add: f32 (2, 2) into f64 (2, 3).\n  rule: both have one dtype.\n"
                      "  try:  convert one of them with to.");
}

TEST(ScatterAdd, AddsUpWhereAnIndexRepeats)
{
    const Tensor source = tensor({2, 2}, {10, 20, 30, 40}, f64);
    EXPECT_TENSOR_EQ(scatter_add(kMatrix, 1, kIndex, source), tensor({2, 3}, {21, 2, 13, 4, 75, 6}, f64));
}

TEST(ScatterReduce, EveryReduction)
{
    // Places of the second row: 30 and 40 at column 1.
    const Tensor s = tensor({2, 2}, {10, 20, 30, 40}, f64);
    const auto reduced = [&](ScatterReduction r, bool self) { return scatter_reduce(kMatrix, 1, kIndex, s, r, self); };
    EXPECT_TENSOR_EQ(reduced(ScatterReduction::sum, false), tensor({2, 3}, {20, 2, 10, 4, 70, 6}, f64));
    EXPECT_TENSOR_EQ(reduced(ScatterReduction::mean, true), tensor({2, 3}, {10.5, 2, 6.5, 4, 25, 6}, f64));
    EXPECT_TENSOR_EQ(reduced(ScatterReduction::mean, false), tensor({2, 3}, {20, 2, 10, 4, 35, 6}, f64));
    EXPECT_TENSOR_EQ(reduced(ScatterReduction::prod, true), tensor({2, 3}, {20, 2, 30, 4, 6000, 6}, f64));
    EXPECT_TENSOR_EQ(reduced(ScatterReduction::amax, true), tensor({2, 3}, {20, 2, 10, 4, 40, 6}, f64));
    EXPECT_TENSOR_EQ(reduced(ScatterReduction::amin, true), tensor({2, 3}, {1, 2, 3, 4, 5, 6}, f64));
    EXPECT_TENSOR_EQ(reduced(ScatterReduction::amin, false), tensor({2, 3}, {20, 2, 10, 4, 30, 6}, f64));
}

TEST(ScatterReduce, EqualExtremaShareTheGradient)
{
    // max(x, s0, s1) with x = s1 = 2 and s0 = 1: half of the adjoint 4 to x and to s1.
    Tape tape;
    const Tensor x = tape.variable(tensor({1}, {2}, f64)), s = tape.variable(tensor({2}, {1, 2}, f64));
    tape.backward(sum(scatter_reduce(x, 0, zeros({2}, i64), s, ScatterReduction::amax)) * 4.0);
    EXPECT_TENSOR_EQ(x.grad(), tensor({1}, {2}, f64));
    EXPECT_TENSOR_EQ(s.grad(), tensor({2}, {0, 2}, f64));
}

TEST(IndexSelect, PositionsOfAnAxis)
{
    EXPECT_TENSOR_EQ(index_select(kMatrix, 1, tensor({2}, {2, 0}, i64)), tensor({2, 2}, {3, 1, 6, 4}, f64));
    EXPECT_TENSOR_EQ(index_select(kMatrix, 0, kList), tensor({2, 3}, {4, 5, 6, 4, 5, 6}, f64));
    EXPECT_TENSOR_EQ(index_select(kMatrix, 0, zeros({0}, i64)), zeros({0, 3}, f64));
    EXPECT_TENSOR_EQ(index_select(tensor({3}, {1, 0, 1}, boolean), 0, kList), tensor({2}, {0, 0}, boolean));
    EXPECT_THROW_TEXT(index_select(kMatrix, 0, kIndex), ShapeError,
                      "index_select: indices of shape (2, 2).\n  rule: they have one axis.\n"
                      "  try:  flatten them, or use gather for one index an element.");
    EXPECT_THROW(index_select(kMatrix, 0, tensor({1}, {-1}, i64)), ShapeError);
    EXPECT_THROW(index_select(zeros({0, 3}), 0, tensor({1}, {0}, i64)), ShapeError);
}

TEST(IndexSelect, GradientCountsHowOftenARowWasRead)
{
    Tape tape;
    const Tensor x = tape.variable(kMatrix);
    tape.backward(sum(index_select(x, 0, kList)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2, 3}, {0, 0, 0, 2, 2, 2}, f64));
}

TEST(IndexAdd, RowsThatRepeatAddUp)
{
    const Tensor source = tensor({2, 3}, {1, 1, 1, 10, 10, 10}, f64);
    EXPECT_TENSOR_EQ(index_add(kMatrix, 0, kList, source, 2), tensor({2, 3}, {1, 2, 3, 26, 27, 28}, f64));
    EXPECT_TENSOR_EQ(index_copy(kMatrix, 0, kList, source), tensor({2, 3}, {1, 2, 3, 10, 10, 10}, f64));
    EXPECT_TENSOR_EQ(index_fill(kMatrix, 1, kList, 0), tensor({2, 3}, {1, 0, 3, 4, 0, 6}, f64));
    const Tensor line = tensor({3}, {1, 2, 3}, f64), five = tensor(5, f64), one = tensor(1, i64);
    EXPECT_TENSOR_EQ(index_add(line, 0, one, five), tensor({3}, {1, 7, 3}, f64));
    EXPECT_TENSOR_EQ(index_copy(line, 0, one, five), tensor({3}, {1, 5, 3}, f64));
    EXPECT_TENSOR_EQ(index_add(five, 0, zeros({1}, i64), tensor({1}, {5}, f64)), tensor(10, f64));
    EXPECT_THROW_TEXT(index_add(kMatrix, 0, kList, zeros({1, 3}, f64)), ShapeError,
                      "index_add: a source of shape (1, 3) for 2 positions of axis 0 of shape (2, 3).\n"
                      "  rule: it has x's shape with one position an index.\n  try:  reshape or expand the source.");
}

TEST(IndexReduce, JoinsPositionsOfAnAxis)
{
    // Positions 0 and 2 of each row: the source's columns 0 and 2, and column 1.
    const Tensor list = tensor({3}, {0, 2, 0}, i64), s = tensor({2, 3}, {2, 3, 5, 7, 11, 13}, f64);
    const auto reduced = [&](ScatterReduction r, bool self) { return index_reduce(kMatrix, 1, list, s, r, self); };
    EXPECT_TENSOR_EQ(reduced(ScatterReduction::prod, true), tensor({2, 3}, {10, 2, 9, 364, 5, 66}, f64));
    EXPECT_TENSOR_EQ(reduced(ScatterReduction::mean, false), tensor({2, 3}, {3.5, 2, 3, 10, 5, 11}, f64));
    EXPECT_TENSOR_EQ(reduced(ScatterReduction::amax, true), tensor({2, 3}, {5, 2, 3, 13, 5, 11}, f64));
    EXPECT_TENSOR_EQ(reduced(ScatterReduction::amin, false), tensor({2, 3}, {2, 2, 3, 7, 5, 11}, f64));
    EXPECT_THROW_TEXT(index_reduce(kMatrix, 1, list, zeros({2, 2}, f64), ScatterReduction::sum), ShapeError,
                      "index_reduce: indices of shape (3,) and a source of shape (2, 2) for axis 1 of shape (2, 3).\n"
                      "  rule: indices have one axis, the source has x's shape with one position an index.\n"
                      "  try:  reshape them.");
}

TEST(ScatterOfViews, PutsTheSourceWhereTheViewLies)
{
    EXPECT_TENSOR_EQ(slice_scatter(kMatrix, tensor({2, 2}, {7, 8, 9, 10}, f64), 1, 0, kToEnd, 2),
                     tensor({2, 3}, {7, 2, 8, 9, 5, 10}, f64));
    EXPECT_TENSOR_EQ(slice_scatter(kMatrix, tensor({1, 3}, {7, 8, 9}, f64), 0, -1),
                     tensor({2, 3}, {1, 2, 3, 7, 8, 9}, f64));
    EXPECT_TENSOR_EQ(select_scatter(kMatrix, tensor({2}, {7, 8}, f64), 1, -1), tensor({2, 3}, {1, 2, 7, 4, 5, 8}, f64));
    EXPECT_TENSOR_EQ(diagonal_scatter(kMatrix, tensor({2}, {7, 8}, f64), 1), tensor({2, 3}, {1, 7, 3, 4, 5, 8}, f64));
    EXPECT_THROW_TEXT(select_scatter(kMatrix, zeros({3}, f64), 1, 0), ShapeError,
                      "select_scatter: a source of shape (3,) in the place of (2,) in (2, 3).\n"
                      "  rule: the source has the shape of what it replaces.\n  try:  expand or reshape the source.");
    EXPECT_THROW(slice_scatter(kMatrix, zeros({2, 3}), 1), DtypeError);
}

// The gradient of what is replaced goes to the source.
TEST(ScatterOfViews, GradientGoesToWhatIsSeen)
{
    Tape tape;
    const Tensor x = tape.variable(kMatrix), s = tape.variable(tensor({2}, {7, 8}, f64));
    tape.backward(select_scatter(x, s, 1, 1), kMatrix);
    EXPECT_TENSOR_EQ(x.grad(), tensor({2, 3}, {1, 0, 3, 4, 0, 6}, f64));
    EXPECT_TENSOR_EQ(s.grad(), tensor({2}, {2, 5}, f64));
}

TEST(Take, CountsThroughAllElementsAndFromTheBack)
{
    EXPECT_TENSOR_EQ(take(kMatrix, tensor({2}, {-1, 1}, i64)), tensor({2}, {6, 2}, f64));
    EXPECT_TENSOR_EQ(take_along_dim(kMatrix, tensor({2, 1}, {2, 0}, i64), 1), tensor({2, 1}, {3, 4}, f64));
    EXPECT_TENSOR_EQ(take_along_dim(kMatrix, tensor({1, 1}, {1}, i64), 0), tensor({1, 3}, {4, 5, 6}, f64));
    EXPECT_THROW(take(kMatrix, tensor({1}, {6}, i64)), ShapeError);
    EXPECT_THROW(take(kMatrix, tensor({1}, {-7}, i64)), ShapeError);
}

TEST(Masked, FillSelectAndScatter)
{
    const Tensor mask = tensor({2, 3}, {1, 0, 1, 0, 0, 1}, boolean), row = tensor({3}, {0, 1, 0}, boolean);
    EXPECT_TENSOR_EQ(masked_fill(kMatrix, mask, 0), tensor({2, 3}, {0, 2, 0, 4, 5, 0}, f64));
    EXPECT_TENSOR_EQ(masked_fill(kMatrix, row, tensor(-1, f32)), tensor({2, 3}, {1, -1, 3, 4, -1, 6}, f64));
    EXPECT_TENSOR_EQ(masked_fill(tensor({2}, {1, 2}, i64), tensor({2}, {1, 0}, boolean), 7.9),
                     tensor({2}, {7, 2}, i64));
    EXPECT_TENSOR_EQ(masked_select(kMatrix, mask), tensor({3}, {1, 3, 6}, f64));
    EXPECT_TENSOR_EQ(masked_select(kMatrix, row), tensor({2}, {2, 5}, f64));
    EXPECT_TENSOR_EQ(masked_select(kMatrix, zeros({}, boolean)), zeros({0}, f64));
    EXPECT_TENSOR_EQ(masked_scatter(kMatrix, row, tensor({3}, {7, 8, 9}, f64)),
                     tensor({2, 3}, {1, 7, 3, 4, 8, 6}, f64));
    EXPECT_TENSOR_EQ(nonzero(mask), tensor({3, 2}, {0, 0, 0, 2, 1, 2}, i64));
    EXPECT_TENSOR_EQ(nonzero(tensor({3}, {0, 2, -1})), tensor({2, 1}, {1, 2}, i64));
}

TEST(Masked, BadMasks)
{
    EXPECT_THROW_TEXT(
        masked_fill(kMatrix, kMatrix, 0), DtypeError,
        "masked_fill: a mask f64 (2, 3).\n  rule: a mask is bool.\n  try:  compare first, for example x > 0.");
    EXPECT_THROW_TEXT(masked_scatter(kMatrix, ones({}, boolean), zeros({2}, f64)), ShapeError,
                      "masked_scatter: 2 elements for 6 places.\n"
                      "  rule: the source has at least as many elements as the mask has true ones.\n"
                      "  try:  give each place a value.");
    EXPECT_THROW(masked_select(kMatrix, ones({2}, boolean)), ShapeError);
    EXPECT_THROW(masked_fill(kMatrix, ones({2, 3}, boolean), ones({2})), ShapeError);
}

}  // namespace
}  // namespace xgrad
