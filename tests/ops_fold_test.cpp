#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/fold.hpp>
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

TEST(Unfold, WindowsAreColumns)
{
    // (1 2 3; 4 5 6) has the windows (1 2; 4 5) and (2 3; 5 6).
    const Tensor x = tensor({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6}, f64);
    EXPECT_TENSOR_EQ(unfold(x, 2), tensor({1, 4, 2}, {1, 2, 2, 3, 4, 5, 5, 6}, f64));
    EXPECT_TENSOR_EQ(unfold(reshape(x, {1, 2, 3}), 2), tensor({4, 2}, {1, 2, 2, 3, 4, 5, 5, 6}, f64));
    // Padded by a column at each side and with stride 2 the rows' windows are (0 1), (2 3).
    EXPECT_TENSOR_EQ(unfold(x, {1, 2}, {.padding = {0, 1}, .stride = {1, 2}}),
                     tensor({1, 2, 4}, {0, 2, 0, 5, 1, 3, 4, 6}, f64));
    // Dilated by two the only window of a row is (1 3).
    EXPECT_TENSOR_EQ(unfold(x, {1, 2}, {.dilation = 2}), tensor({1, 2, 2}, {1, 4, 3, 6}, f64));
}

TEST(Unfold, PaddingWiderThanTheImageIsZero)
{
    const Tensor y = unfold(tensor({1, 1, 1, 1}, {7}, f64), {1, 2}, {.padding = {1, 3}});
    EXPECT_TENSOR_EQ(y, tensor({1, 2, 18}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0,
                                            0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                               f64));
}

TEST(Unfold, WithAProductIsAConvolution)
{
    const Tensor x = numbers({2, 3, 6, 5}), w = numbers({4, 3, 2, 3});
    const FoldOptions options{.dilation = {2, 1}, .padding = {1, 2}, .stride = {1, 2}};
    const Tensor y = conv2d(x, w, {.stride = {1, 2}, .padding = {1, 2}, .dilation = {2, 1}});
    EXPECT_TENSOR_NEAR(reshape(matmul(reshape(w, {4, 18}), unfold(x, {2, 3}, options)), y.sizes()), y, 1e-12);
}

TEST(Fold, AddsOverlappingWindows)
{
    // Windows (1 3; 5 7) and (2 4; 6 8) of a (2, 3) image meet in its middle column: (1 3+2 4; 5 7+6 8).
    const Tensor x = tensor({1, 4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}, f64);
    EXPECT_TENSOR_EQ(fold(x, {2, 3}, 2), tensor({1, 1, 2, 3}, {1, 5, 4, 5, 13, 8}, f64));
    EXPECT_TENSOR_EQ(fold(reshape(x, {4, 2}), {2, 3}, 2), tensor({1, 2, 3}, {1, 5, 4, 5, 13, 8}, f64));
}

TEST(Fold, OfUnfoldCountsTheWindowsOfEachElement)
{
    EXPECT_TENSOR_EQ(fold(unfold(ones({1, 1, 3, 3}, f64), 2), 3, 2),
                     tensor({1, 1, 3, 3}, {1, 2, 1, 2, 4, 2, 1, 2, 1}, f64));
}

TEST(Fold, GradientsByHand)
{
    // unfold of (x0 x1 x2) with windows of two is (x0 x1; x1 x2). L weighted by (1 2; 3 4): dx = (1, 2 + 3, 4), and
    // fold weighted by (1 2 3) gives its columns (1 2; 2 3).
    Tape tape;
    const Tensor x = tape.variable(tensor({1, 1, 1, 3}, {7, 8, 9}, f64));
    tape.backward(sum(unfold(x, {1, 2}) * tensor({1, 2, 2}, {1, 2, 3, 4}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({1, 1, 1, 3}, {1, 5, 4}, f64));
    const Tensor c = tape.variable(tensor({1, 2, 2}, {1, 2, 3, 4}, f64));
    tape.backward(sum(fold(c, {1, 3}, {1, 2}) * tensor({3}, {1, 2, 3}, f64)));
    EXPECT_TENSOR_EQ(c.grad(), tensor({1, 2, 2}, {1, 2, 2, 3}, f64));
}

TEST(Fold, OfNoImagesIsEmpty)
{
    EXPECT_TRUE(unfold(zeros({0, 2, 3, 3}), 2).sizes() == Sizes({0, 8, 4}));
    EXPECT_TRUE(fold(zeros({0, 8, 4}), 3, 2).sizes() == Sizes({0, 2, 3, 3}));
}

TEST(Fold, SaysWhatDoesNotFit)
{
    EXPECT_THROW_TEXT(unfold(zeros({3, 3}), 2), ShapeError,
                      "unfold: x of shape (3, 3).\n"
                      "  rule: x: (N, C, H, W) or (C, H, W).\n"
                      "  try:  reshape to these axes, unsqueeze(x, 1) for images without channels.");
    EXPECT_THROW_TEXT(unfold(zeros({1, 1, 3, 3}), 4), ShapeError,
                      "unfold: image of size (3, 3) with padding (0, 0) and kernel (4, 4) with dilation (1, 1).\n"
                      "  rule: the padded image is at least as large as the dilated kernel.\n"
                      "  try:  use a smaller kernel or more padding.");
    EXPECT_THROW_TEXT(unfold(zeros({1, 1, 3, 3}), 2, {.padding = {0, -1}}), ShapeError,
                      "unfold: kernel (2, 2), dilation (1, 1), padding (0, -1), stride (1, 1).\n"
                      "  rule: kernel, dilation and stride are at least 1, padding at least 0, all below 2^31.\n"
                      "  try:  correct the option.");
    EXPECT_THROW_TEXT(fold(zeros({1, 4, 5}), 3, 2), ShapeError,
                      "fold: x of shape (1, 4, 5) for images of size (3, 3) with 2 x 2 windows of (2, 2).\n"
                      "  rule: x: (N, C KH KW, windows) or (C KH KW, windows).\n"
                      "  try:  give the sizes and options that made the windows.");
    EXPECT_THROW_TEXT(fold(zeros({1, 5, 4}), 3, 2), ShapeError,
                      "fold: x of shape (1, 5, 4) for images of size (3, 3) with 2 x 2 windows of (2, 2).\n"
                      "  rule: x: (N, C KH KW, windows) or (C KH KW, windows).\n"
                      "  try:  give the sizes and options that made the windows.");
    EXPECT_THROW_TEXT(fold(to(zeros({1, 4, 4}), i64), 3, 2), DtypeError,
                      "fold: x i64 (1, 4, 4).\n"
                      "  rule: x is f32 or f64.\n"
                      "  try:  convert it: to(x, f32).");
}

}  // namespace
}  // namespace xgrad
