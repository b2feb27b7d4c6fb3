// Pooling over one and three axes, adaptive, by norms, and back.
#include <xgrad/error.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include <cmath>
#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/numbers.hpp"

namespace xgrad {
namespace {

using testing::numbers;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Tensor line(std::initializer_list<double> values)
{
    return tensor({1, static_cast<std::int64_t>(values.size())}, values, f64);
}
Tensor places(Sizes sizes, const std::vector<std::int64_t>& at) { return from_values(sizes, at); }

TEST(MaxPool1d, TakesTheLargestAndSaysWhere)
{
    const auto [values, indices] = max_pool1d_with_indices(line({1, 5, 2, 2, 7}), 2, {.ceil_mode = true});
    EXPECT_TENSOR_EQ(values, line({5, 2, 7}));
    EXPECT_TENSOR_EQ(indices, places({1, 3}, {1, 2, 4}));  // of the equal 2s the first
    EXPECT_TENSOR_EQ(max_pool1d(line({1, 5, 2, 2, 7}), 2, {.stride = 1, .dilation = 3}), line({2, 7}));
    EXPECT_TENSOR_EQ(max_pool1d(line({-3, -5}), 2, {.padding = 1}), line({-3, -5}));  // padding never wins
}

TEST(MaxPool2d, IndicesCountOverThePlane)
{
    const Tensor x = tensor({2, 2, 2}, {1, 4, 2, 3, 8, 5, 6, 7}, f64);
    EXPECT_TENSOR_EQ(max_pool2d_with_indices(x, 2).indices, places({2, 1, 1}, {1, 0}));
}

TEST(MaxPool3d, TakesTheLargestOfEachBox)
{
    // Two volumes of 2 x 2 x 2; the boxes of 2 x 1 x 2 hold the elements 0 1 4 5 and 2 3 6 7 of each.
    const Tensor x = tensor({2, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5, 4, 3, kNan, 1}, f64);
    const auto [values, indices] = max_pool3d_with_indices(x, {2, 1, 2});
    EXPECT_TENSOR_EQ(values, tensor({2, 1, 2, 1}, {6, 8, 8, kNan}, f64));
    EXPECT_TENSOR_EQ(indices, places({2, 1, 2, 1}, {5, 7, 0, 6}));
}

TEST(MaxPool3d, GradientsOfOverlappingWindowsAddUp)
{
    // Windows (3, 9), (9, 1): both maxima are the 9, L = y_0 + 10 y_1.
    Tape tape;
    const Tensor x = tape.variable(tensor({1, 1, 1, 3}, {3, 9, 1}, f64));
    tape.backward(max_pool3d(x, {1, 1, 2}, {.stride = 1}), tensor({1, 1, 1, 2}, {1, 10}, f64));
    EXPECT_TENSOR_EQ(x.grad(), tensor({1, 1, 1, 3}, {0, 11, 0}, f64));
}

TEST(AvgPool1d, CountsPaddingOrNot)
{
    EXPECT_TENSOR_EQ(avg_pool1d(line({2, 4, 6}), 2, {.padding = 1}), line({1, 5}));
    EXPECT_TENSOR_EQ(avg_pool1d(line({2, 4, 6}), 2, {.padding = 1, .count_include_pad = false}), line({2, 5}));
}

TEST(AvgPool3d, IsTheMeanOfTheBox)
{
    const Tensor x = reshape(numbers({24}), {1, 2, 3, 4});
    EXPECT_NEAR(avg_pool3d(x, {2, 3, 4}).item(), mean(x).item(), 1e-15);
    // Boxes of 2 x 2 x 2 padded by 1 at each end of axes of 1: one element of 8, or of 1, or over 4.
    const Tensor one = tensor({1, 1, 1, 1}, {8}, f64);
    EXPECT_EQ(avg_pool3d(one, 2, {.padding = 1}).item(), 1);
    EXPECT_EQ(avg_pool3d(one, 2, {.padding = 1, .count_include_pad = false}).item(), 8);
    EXPECT_EQ(avg_pool3d(one, 2, {.padding = 1, .divisor_override = 4}).item(), 2);
}

TEST(AdaptiveAvgPool1d, SharesOutTheAxis)
{
    // Three windows of five: 0 to 1, 1 to 3, 3 to 4.
    EXPECT_TENSOR_EQ(adaptive_avg_pool1d(line({1, 2, 4, 9, 5}), 3), line({1.5, 5, 7}));
    EXPECT_TENSOR_EQ(adaptive_avg_pool1d(line({3, 5}), 4), line({3, 3, 5, 5}));
    EXPECT_TENSOR_EQ(adaptive_avg_pool1d(line({3, 5}), kSameSize), line({3, 5}));
    EXPECT_TENSOR_EQ(adaptive_avg_pool1d(line({kNan, 5}), 2), line({kNan, 5}));
}

TEST(AdaptiveAvgPool1d, GradientIsSpreadEvenly)
{
    // The windows 0 to 1, 1 to 3, 3 to 4 give each element its shares of (2, 3, 4): 1, 1 + 1, 1, 1 + 2, 2.
    Tape tape;
    const Tensor x = tape.variable(line({1, 2, 4, 9, 5}));
    tape.backward(adaptive_avg_pool1d(x, 3), line({2, 3, 4}));
    EXPECT_TENSOR_EQ(x.grad(), line({1, 2, 1, 3, 2}));
}

TEST(AdaptiveMaxPool2d, TakesTheLargestOfEachShare)
{
    const Tensor x = tensor({1, 3, 3}, {1, 2, 3, 6, 5, 4, 7, 9, 8}, f64);
    const auto [values, indices] = adaptive_max_pool2d_with_indices(x, 2);
    EXPECT_TENSOR_EQ(values, tensor({1, 2, 2}, {6, 5, 9, 9}, f64));
    EXPECT_TENSOR_EQ(indices, places({1, 2, 2}, {3, 4, 7, 7}));
    EXPECT_TENSOR_EQ(adaptive_max_pool2d(x, {kSameSize, 1}), tensor({1, 3, 1}, {3, 6, 9}, f64));
}

TEST(LpPool1d, IsTheNormOfEachWindow)
{
    // y = sqrt(3^2 + 4^2) = 5, dy/dx = x / y; where all are 0 the gradient is 0.
    Tape tape;
    const Tensor x = tape.variable(line({3, 4, 0, 0}));
    const Tensor y = lp_pool1d(x, 2, 2);
    EXPECT_TENSOR_EQ(y, line({5, 0}));
    tape.backward(sum(y));
    EXPECT_TENSOR_NEAR(x.grad(), line({0.6, 0.8, 0, 0}), 1e-15);
    EXPECT_TENSOR_EQ(lp_pool1d(line({1, 2, 6}), 1, 2, {.ceil_mode = true}), line({3, 12}));
}

TEST(MaxUnpool, PutsElementsBack)
{
    const Tensor x = tensor({2, 2, 4}, {1, 5, 2, 3, 4, 0, 7, 6, 9, 1, 1, 2, 3, 3, 3, 8}, f64);
    const auto [values, indices] = max_pool2d_with_indices(x, 2);
    EXPECT_TENSOR_EQ(max_unpool2d(values, indices, 2),
                     tensor({2, 2, 4}, {0, 5, 0, 0, 0, 0, 7, 0, 9, 0, 0, 0, 0, 0, 0, 8}, f64));
    EXPECT_TENSOR_EQ(max_unpool1d(line({7}), places({1, 1}, {2}), 2, {.output_size = 3}), line({0, 0, 7}));
}

TEST(MaxUnpool, GradientComesFromThePlaces)
{
    Tape tape;
    const Tensor x = tape.variable(line({7, 5}));
    tape.backward(max_unpool1d(x, places({1, 2}, {1, 2}), 2), line({1, 2, 3, 4}));
    EXPECT_TENSOR_EQ(x.grad(), line({2, 3}));
}

// Of the values 7 and 5 for place 1 the last one is seen; PyTorch gives the gradient of the place to both.
TEST(MaxUnpool, IndicesThatRepeatShareTheGradient)
{
    Tape tape;
    const Tensor x = tape.variable(line({7, 5}));
    const Tensor y = max_unpool1d(x, places({1, 2}, {1, 1}), 2);
    EXPECT_TENSOR_EQ(y, line({0, 5, 0, 0}));
    tape.backward(y, line({1, 2, 3, 4}));
    EXPECT_TENSOR_EQ(x.grad(), line({2, 2}));
}

TEST(PoolOfAxes, EmptyBatchesStayEmpty)
{
    EXPECT_EQ(to_string(max_pool3d(zeros({0, 2, 4, 4, 4}), 2).sizes()), "(0, 2, 2, 2, 2)");
    EXPECT_EQ(to_string(adaptive_avg_pool2d(zeros({0, 2, 4, 4}), 3).sizes()), "(0, 2, 3, 3)");
    EXPECT_EQ(to_string(avg_pool1d(zeros({0, 2, 4}), 2).sizes()), "(0, 2, 2)");
}

TEST(PoolOfAxes, SaysWhatDoesNotFit)
{
    EXPECT_THROW_TEXT(max_pool1d(zeros({4}), 2), ShapeError,
                      "max_pool1d: x of shape (4,).\n"
                      "  rule: x: (N, C, L) or (C, L).\n"
                      "  try:  reshape to these axes, unsqueeze(x, 1) where there are no channels.");
    EXPECT_THROW_TEXT(max_pool3d(zeros({1, 2, 2, 2}), {2, 2, 3}), ShapeError,
                      "max_pool3d: x of shape (1, 2, 2, 2) and kernel (2, 2, 3).\n"
                      "  rule: the padded image is at least as large as the dilated kernel.\n"
                      "  try:  use a smaller kernel or more padding.");
    EXPECT_THROW_TEXT(adaptive_max_pool1d(zeros({1, 3}), -2), ShapeError,
                      "adaptive_max_pool1d: x of shape (1, 3) and output_size (-2,).\n"
                      "  rule: output sizes are at least 0 and below 2^31, or kSameSize; the pooled axes of x are not "
                      "empty.\n"
                      "  try:  correct the size.");
    EXPECT_THROW_TEXT(lp_pool1d(zeros({1, 3}), 0, 2), ShapeError,
                      "lp_pool1d: norm 0.\n"
                      "  rule: the norm p is not 0.\n"
                      "  try:  use p = 2.");
    EXPECT_THROW_TEXT(max_unpool1d(zeros({1, 2}), places({1, 1}, {0}), 2), ShapeError,
                      "max_unpool1d: x of shape (1, 2) and indices of shape (1, 1).\n"
                      "  rule: each element has an index.\n"
                      "  try:  take the indices that max_pool gave with x.");
    EXPECT_THROW(max_unpool1d(zeros({1, 1}), places({1, 1}, {2}), 2), ShapeError);
    EXPECT_THROW_TEXT(
        max_unpool1d(zeros({1, 1}), places({1, 1}, {0}), 2, {.output_size = 4}), ShapeError,
        "max_unpool1d: x of shape (1, 1), kernel (2,), stride (2,), padding (0,), output of 4.\n"
        "  rule: the output has (in - 1) stride - 2 padding + kernel elements, less than a stride more or "
        "fewer.\n"
        "  try:  take the options of the pooling.");
    EXPECT_THROW(avg_pool3d(zeros({1, 2, 2, 2}, i64), 2), DtypeError);
    EXPECT_THROW(avg_pool1d(zeros({1, 2}), 2, {.divisor_override = -1}), ShapeError);
}

}  // namespace
}  // namespace xgrad
