#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Tensor row(std::initializer_list<double> values, Dtype dtype = f64)
{
    return tensor({static_cast<std::int64_t>(values.size())}, values, dtype);
}

TEST(Histc, CountsBetweenTheBounds)
{
    // [0, 1): none, [1, 2): 1 1, [2, 3): 2, [3, 4]: 4. Nothing else is counted.
    EXPECT_TENSOR_EQ(histc(row({1, 2, 1, 4, 4.5, -1, kNan, kInfinity}), 4, 0, 4), row({0, 2, 1, 1}));
    EXPECT_TENSOR_EQ(histc(row({1, 2, 3}, f32), 2), row({1, 2}, f32));
    EXPECT_TENSOR_EQ(histc(row({1, 1, 1}), 3), row({0, 3, 0}));  // from 0 to 2
    EXPECT_TENSOR_EQ(histc(zeros({0}, f64), 2), row({0, 0}));
}

TEST(Histc, RefusesBoundsWithoutSense)
{
    EXPECT_THROW_TEXT(histc(row({1}), 2, 3, 1), ShapeError,
                      "histc: 2 intervals from 3.000000 to 1.000000.\n"
                      "  rule: 1 interval or more, and bounds that are finite, the lower one first.\n"
                      "  try:  give bounds where x is not finite.");
    EXPECT_THROW(histc(row({1, kNan})), ShapeError);
    EXPECT_THROW(histc(row({1}), 0), ShapeError);
    EXPECT_THROW(histc(row({1}), std::numeric_limits<std::int64_t>::max()), ShapeError);
    EXPECT_THROW(histc(zeros({2}, i64)), DtypeError);
}

TEST(Histogram, OfIntervalsOrEdges)
{
    const Histogram even = histogram(row({1, 2, 1, 4, 4.5, kNan}), 4, {.low = 0, .high = 4});
    EXPECT_TENSOR_EQ(even.counts, row({0, 2, 1, 1}));
    EXPECT_TENSOR_EQ(even.edges, row({0, 1, 2, 3, 4}));
    // [0, 1): none, [1, 3): 1 2 1, [3, 4]: 4
    const Tensor x = row({1, 2, 1, 4}), edges = row({0, 1, 3, 4});
    EXPECT_TENSOR_EQ(histogram(x, edges).counts, row({0, 3, 1}));
    EXPECT_TENSOR_EQ(histogram(x, edges, {.weight = row({1, 2, 3, 0.5})}).counts, row({0, 6, 0.5}));
    EXPECT_TENSOR_EQ(histogram(x, edges, {.density = true}).counts, row({0, 0.375, 0.25}));  // 3/4/2, 1/4/1
    EXPECT_THROW(histogram(x, row({0, 2, 1})), ShapeError);
    EXPECT_THROW(histogram(x, row({0})), ShapeError);
    EXPECT_THROW(histogram(x, edges, {.weight = row({1})}), ShapeError);
}

TEST(Histogram, GradientOfTheWeightsIsThatOfTheInterval)
{
    Tape tape;
    const Tensor w = tape.variable(row({1, 1, 1, 1}));
    tape.backward(histogram(row({1, 2, 9, 4}), row({0, 2, 4}), {.weight = w}).counts, row({10, 20}));
    EXPECT_TENSOR_EQ(w.grad(), row({10, 20, 0, 20}));
}

TEST(UniqueConsecutive, LeavesOutWhatEqualsTheOneBefore)
{
    const Unique y = unique_consecutive(tensor({7}, {1, 1, 2, 2, 3, 1, 1}, i64));
    EXPECT_TENSOR_EQ(y.values, tensor({4}, {1, 2, 3, 1}, i64));
    EXPECT_TENSOR_EQ(y.inverse, tensor({7}, {0, 0, 1, 1, 2, 3, 3}, i64));
    EXPECT_TENSOR_EQ(y.counts, tensor({4}, {2, 2, 1, 2}, i64));
    EXPECT_TENSOR_EQ(unique_consecutive(zeros({0})).values, zeros({0}));
}

}  // namespace
}  // namespace xgrad
