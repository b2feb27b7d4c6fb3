#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const Tensor kRow = tensor({4}, {3, 1, 2, 1}, f64);

TEST(Sort, IsStableAndPutsNanLast)
{
    const auto [values, indices] = sort(kRow);
    EXPECT_TENSOR_EQ(values, tensor({4}, {1, 1, 2, 3}, f64));
    EXPECT_TENSOR_EQ(indices, tensor({4}, {1, 3, 2, 0}, i64));
    EXPECT_TENSOR_EQ(argsort(kRow, 0, {.descending = true}), tensor({4}, {0, 2, 1, 3}, i64));
    EXPECT_TENSOR_EQ(sort(tensor({3}, {kNan, 2, 1}, f64)).values, tensor({3}, {1, 2, kNan}, f64));
    EXPECT_TENSOR_EQ(sort(tensor({2, 2}, {4, 1, 3, 2}, i64), 0).values, tensor({2, 2}, {3, 1, 4, 2}, i64));
    EXPECT_TENSOR_EQ(sort(tensor({3}, {1, 0, 1}, boolean)).values, tensor({3}, {0, 1, 1}, boolean));
    EXPECT_TENSOR_EQ(sort(zeros({2, 0})).indices, zeros({2, 0}, i64));
    EXPECT_THROW(sort(kRow, 1), ShapeError);
}

TEST(Sort, GradientGoesBackToWhereElementsCameFrom)
{
    Tape tape;
    const Tensor x = tape.variable(kRow);
    tape.backward(sum(sort(x).values * tensor({4}, {1, 10, 100, 1000}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({4}, {1000, 1, 100, 10}, f64));
}

TEST(Topk, LargestOrSmallest)
{
    EXPECT_TENSOR_EQ(topk(kRow, 2).values, tensor({2}, {3, 2}, f64));
    EXPECT_TENSOR_EQ(topk(kRow, 3, {.largest = false}).indices, tensor({3}, {1, 3, 2}, i64));
    EXPECT_TENSOR_EQ(topk(reshape(kRow, {2, 2}), 1, {.axis = 0}).values, tensor({1, 2}, {3, 1}, f64));
    EXPECT_TENSOR_EQ(topk(kRow, 0).values, zeros({0}, f64));
    EXPECT_THROW_TEXT(topk(kRow, 5), ShapeError,
                      "topk: k = 5 along axis -1 of shape (4,).\n  rule: k runs from 0 to the size of the axis, 4.\n"
                      "  try:  ask for fewer.");
    EXPECT_THROW(topk(kRow, -1), ShapeError);
}

TEST(Kthvalue, CountsFromOne)
{
    EXPECT_TENSOR_EQ(kthvalue(kRow, 1).indices, tensor(1, i64));
    EXPECT_TENSOR_EQ(kthvalue(kRow, 4, 0, true).values, tensor({1}, {3}, f64));
    EXPECT_THROW_TEXT(kthvalue(kRow, 0), ShapeError,
                      "kthvalue: k = 0 along axis -1 of shape (4,).\n"
                      "  rule: k runs from 1 to the size of the axis, 4.\n"
                      "  try:  count from 1: k = 1 is the smallest.");
}

TEST(Median, TheLowerOfTwoAndNan)
{
    EXPECT_TENSOR_EQ(median(kRow), tensor(1, f64));
    EXPECT_TENSOR_EQ(median(tensor({2, 3}, {3, 1, 2, 4, 6, 5}, f64), 1).values, tensor({2}, {2, 5}, f64));
    EXPECT_TENSOR_EQ(median(tensor({2, 3}, {3, 1, 2, 4, 6, 5}, f64), 1, true).indices, tensor({2, 1}, {2, 2}, i64));
    const Tensor with_nan = tensor({4}, {1, kNan, 3, 2}, f64);
    EXPECT_TENSOR_EQ(median(with_nan, 0).indices, tensor(1, i64));
    EXPECT_TENSOR_EQ(median(with_nan), tensor(kNan, f64));
    EXPECT_TENSOR_EQ(nanmedian(with_nan), tensor(2, f64));
    EXPECT_TENSOR_EQ(nanmedian(with_nan, 0).values, tensor(2, f64));
    EXPECT_TENSOR_EQ(median(zeros({0}, f64)), tensor(kNan, f64));
    EXPECT_THROW_TEXT(median(zeros({2, 0}), 1), ShapeError,
                      "median: shape (2, 0) has nothing to choose from.\n  rule: the axis has at least one element.\n"
                      "  try:  check the tensor's size before.");
}

TEST(Median, GradientOverAllIsShared)
{
    // The median 1 occurs twice; along an axis the one that was chosen has it all.
    Tape tape;
    const Tensor x = tape.variable(kRow), z = tape.variable(kRow);
    tape.backward(median(x) + median(z, 0).values);
    EXPECT_TENSOR_EQ(x.grad(), tensor({4}, {0, 0.5, 0, 0.5}, f64));
    EXPECT_TENSOR_EQ(z.grad(), tensor({4}, {0, 0, 0, 1}, f64));
}

TEST(Mode, TheSmallestOfTheMostFrequent)
{
    EXPECT_TENSOR_EQ(mode(kRow).values, tensor(1, f64));
    EXPECT_TENSOR_EQ(mode(kRow).indices, tensor(3, i64));
    EXPECT_TENSOR_EQ(mode(tensor({4}, {2, 1, 2, 1}, i64)).values, tensor(1, i64));
}

TEST(Quantile, InterpolatesBetweenTwoElements)
{
    // Sorted 1, 1, 2, 3: rank 0.5 * 3 = 1.5 lies half-way between 1 and 2.
    EXPECT_TENSOR_EQ(quantile(kRow, 0.5), tensor(1.5, f64));
    EXPECT_TENSOR_EQ(quantile(kRow, 0.5, 0, true, Interpolation::higher), tensor({1}, {2}, f64));
    EXPECT_TENSOR_EQ(quantile(kRow, 0.5, 0, false, Interpolation::lower), tensor(1, f64));
    EXPECT_TENSOR_EQ(quantile(kRow, 0.9, 0, false, Interpolation::midpoint), tensor(2.5, f64));
    EXPECT_TENSOR_EQ(quantile(kRow, 0.6, 0, false, Interpolation::nearest), tensor(2, f64));
    EXPECT_TENSOR_EQ(quantile(reshape(kRow, {2, 2}), tensor({2}, {0, 1}, f64), 0), tensor({2, 2}, {2, 1, 3, 1}, f64));
    EXPECT_TENSOR_EQ(quantile(tensor({2}, {1, kNan}, f64), 0), tensor(kNan, f64));
    EXPECT_THROW_TEXT(quantile(kRow, 1.5), ShapeError,
                      "quantile: q = 1.500000.\n  rule: 0 <= q <= 1.\n  try:  a percentage is divided by 100.");
    EXPECT_THROW(quantile(tensor({1}, {1}, i64), 0.5), DtypeError);
    EXPECT_THROW(quantile(zeros({0}), 0.5), ShapeError);
}

TEST(Quantile, GradientOfTheFractionIsTheDistanceTimesTheSteps)
{
    // Sorted 1, 2, 5, 8. q = 0.3: rank 0.9 between 1 and 2, 3 (2 - 1). q = 0.5: between 2 and 5, 3 * 3. At ranks 3, 0 and
    // 1 (q = 1/3) an element is met.
    Tape tape;
    const Tensor q = tape.variable(tensor({5}, {0.3, 0.5, 1, 0, 1.0 / 3}, f64));
    tape.backward(quantile(tensor({4}, {1, 5, 2, 8}, f64), q), ones({5}, f64));
    EXPECT_TENSOR_NEAR(q.grad(), tensor({5}, {3, 9, 0, 0, 0}, f64), 1e-15);
}

TEST(Searchsorted, LeftAndRight)
{
    const Tensor sorted = tensor({4}, {1, 3, 3, 5}, f64), values = tensor({2, 2}, {3, 0, 6, 4}, f64);
    EXPECT_TENSOR_EQ(searchsorted(sorted, values), tensor({2, 2}, {1, 0, 4, 3}, i64));
    EXPECT_TENSOR_EQ(searchsorted(sorted, values, true), tensor({2, 2}, {3, 0, 4, 3}, i64));
    EXPECT_TENSOR_EQ(searchsorted(tensor({2, 2}, {1, 2, 3, 4}, i64), tensor({2, 1}, {2, 2}, i64)),
                     tensor({2, 1}, {1, 0}, i64));
    EXPECT_THROW_TEXT(searchsorted(zeros({2, 3}), zeros({3, 2})), ShapeError,
                      "searchsorted: shapes (2, 3) and (3, 2) do not fit.\n"
                      "  rule: the sorted tensor has one axis, or those of the values but for the last size.\n"
                      "  try:  reshape one of them.");
}

TEST(Unique, ValuesInverseAndCounts)
{
    const auto [values, inverse, counts] = unique(tensor({2, 2}, {3, 1, 3, 2}, i64));
    EXPECT_TENSOR_EQ(values, tensor({3}, {1, 2, 3}, i64));
    EXPECT_TENSOR_EQ(inverse, tensor({2, 2}, {2, 0, 2, 1}, i64));
    EXPECT_TENSOR_EQ(counts, tensor({3}, {1, 1, 2}, i64));
    EXPECT_TENSOR_EQ(unique(zeros({0})).values, zeros({0}));
}

TEST(Bincount, NumbersWithoutEndAreRefused)
{
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    EXPECT_THROW_TEXT(bincount(from_values<std::int64_t>({1}, {largest})), ShapeError,
                      "bincount: i64 (1,), minlength 0.\n"
                      "  rule: i64 of one axis, none negative, and minlength 0 or more, all below 2^57.\n"
                      "  try:  flatten the tensor, or shift its values.");
    EXPECT_THROW(bincount(zeros({1}, i64), std::numeric_limits<std::int64_t>::min()), ShapeError);
    EXPECT_THROW(bincount(zeros({1}, i64), std::int64_t{1} << 50), MemoryError);
}

TEST(Bincount, CountsOrWeights)
{
    const Tensor x = tensor({3}, {2, 0, 2}, i64);
    EXPECT_TENSOR_EQ(bincount(x), tensor({3}, {1, 0, 2}, i64));
    EXPECT_TENSOR_EQ(bincount(x, 5), tensor({5}, {1, 0, 2, 0, 0}, i64));
    EXPECT_TENSOR_EQ(bincount(x, tensor({3}, {0.5, 1, 2}, f64)), tensor({3}, {1, 0, 2.5}, f64));
    EXPECT_THROW(bincount(tensor({1}, {-1}, i64)), ShapeError);
    EXPECT_THROW(bincount(x, tensor({2}, {1, 2}, f64)), ShapeError);
}

}  // namespace
}  // namespace xgrad
