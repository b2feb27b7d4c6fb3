// Interpolation, grids, and channels that become pixels.
#include <xgrad/error.hpp>
#include <xgrad/ops/grid_sample.hpp>
#include <xgrad/ops/interpolate.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

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
    return tensor({1, 1, static_cast<std::int64_t>(values.size())}, values, f64);
}

TEST(Interpolate, NearestTakesTheElementBelow)
{
    const Tensor x = line({1, 2, kNan});
    EXPECT_TENSOR_EQ(interpolate(x, {.size = {5}}), line({1, 1, 2, 2, kNan}));  // 0, 0.6, 1.2, 1.8, 2.4
    EXPECT_TENSOR_EQ(interpolate(x, {.scale_factor = {0.7}}), line({1, 2}));    // 0, 1.4
    // 0.3, 0.9, 1.5, 2.1, 2.7 are the centres.
    EXPECT_TENSOR_EQ(interpolate(x, {.size = {5}, .mode = InterpolateMode::nearest_exact}),
                     line({1, 1, 2, kNan, kNan}));
}

TEST(Interpolate, LinearAlignsEdgesOrCorners)
{
    const Tensor x = line({0, 4});
    EXPECT_TENSOR_EQ(interpolate(x, {.size = {4}, .mode = InterpolateMode::linear}), line({0, 1, 3, 4}));
    EXPECT_TENSOR_EQ(interpolate(x, {.size = {5}, .mode = InterpolateMode::linear, .align_corners = true}),
                     line({0, 1, 2, 3, 4}));
    EXPECT_TENSOR_EQ(interpolate(x, {.size = {1}, .mode = InterpolateMode::linear, .align_corners = true}), line({0}));
}

TEST(Interpolate, GradientOfLinearIsTheWeights)
{
    // y = (x0, 0.75 x0 + 0.25 x1, 0.25 x0 + 0.75 x1, x1), L = y0 + 4 y1 + 8 y2 + 16 y3.
    Tape tape;
    const Tensor x = tape.variable(line({0, 4}));
    tape.backward(interpolate(x, {.size = {4}, .mode = InterpolateMode::linear}), line({1, 4, 8, 16}));
    EXPECT_TENSOR_EQ(x.grad(), line({1 + 3 + 2, 1 + 6 + 16}));
}

TEST(Interpolate, PlacesFollowFromTheFactorUnlessRecomputed)
{
    // 4 elements by 1.3 are 5. Element 1 lies at 1.5 / 1.3 - 0.5 = 0.6538..., or at 1.5 * 4 / 5 - 0.5 = 0.7.
    const Tensor x = line({0, 1, 2, 3});
    InterpolateOptions options{.scale_factor = {1.3}, .mode = InterpolateMode::linear};
    EXPECT_NEAR(interpolate(x, options).to_vector<double>()[1], 1.5 / 1.3 - 0.5, 1e-15);
    options.recompute_scale_factor = true;
    EXPECT_NEAR(interpolate(x, options).to_vector<double>()[1], 0.7, 1e-15);
}

TEST(Interpolate, CubicKeepsAStraightLineInside)
{
    const Tensor x = reshape(tensor({6}, {0, 1, 2, 3, 4, 5}, f64), {1, 1, 1, 6});
    const auto y = interpolate(x, {.size = {1, 12}, .mode = InterpolateMode::bicubic}).to_vector<double>();
    // At t = 0.25 of [1, 2] with a = -0.75 the weights are -0.10546875, 0.87890625, 0.26171875, -0.03515625.
    EXPECT_NEAR(y[3], 1 * 0.87890625 + 2 * 0.26171875 - 3 * 0.03515625, 1e-15);
}

TEST(Interpolate, AntialiasFiltersWhatBecomesSmaller)
{
    // 4 to 2: middles at 1 and 3, the triangle reaches 2 elements to each side: 0.5, 1.5 and 0.5, 1.5 away from the middle
    // the weights 3/4, 1/4, for the first (3, 3, 1) / 7.
    const auto filtered = [](const Tensor& x, std::int64_t n, InterpolateMode mode) {
        const Tensor image = reshape(x, {1, 1, 1, -1});
        return reshape(interpolate(image, {.size = {1, n}, .mode = mode, .antialias = true}), {1, 1, -1});
    };
    const Tensor x = line({7, 14, 21, 0});
    EXPECT_TENSOR_NEAR(filtered(x, 2, InterpolateMode::bilinear), line({12, 11}), 1e-14);
    EXPECT_TENSOR_EQ(filtered(x, 4, InterpolateMode::bicubic), x);
    // 2 to 1: the curve of a = -0.5 at 1/4 of its width is the same on both sides: the mean.
    EXPECT_TENSOR_NEAR(filtered(line({3, 5}), 1, InterpolateMode::bicubic), line({4}), 1e-15);
    EXPECT_THROW_TEXT(interpolate(zeros({1, 2, 3}), {.size = {2}, .antialias = true}), ShapeError,
                      "interpolate: antialias with another mode than bilinear and bicubic.\n"
                      "  rule: antialias is for bilinear and bicubic.\n"
                      "  try:  leave it out, or use area.");
}

TEST(Interpolate, AreaIsTheMean)
{
    const Tensor x = numbers({1, 1, 4, 6});
    EXPECT_NEAR(interpolate(x, {.size = {1}, .mode = InterpolateMode::area}).item(), mean(x).item(), 1e-15);
}

TEST(PixelShuffle, MovesChannelsIntoSquares)
{
    const Tensor x = tensor({4, 1, 2}, {1, 2, 3, 4, 5, 6, 7, 8}, f64);
    const Tensor y = tensor({1, 2, 4}, {1, 3, 2, 4, 5, 7, 6, 8}, f64);
    EXPECT_TENSOR_EQ(pixel_shuffle(x, 2), y);
    EXPECT_TENSOR_EQ(pixel_unshuffle(y, 2), x);
}

TEST(PixelShuffle, GradientIsMovedBack)
{
    Tape tape;
    const Tensor x = tape.variable(zeros({4, 1, 1}, f64));
    tape.backward(pixel_shuffle(x, 2), tensor({1, 2, 2}, {1, 2, 3, 4}, f64));
    EXPECT_TENSOR_EQ(x.grad(), tensor({4, 1, 1}, {1, 2, 3, 4}, f64));
}

TEST(ChannelShuffle, ReadsOneOfEachGroupInTurn)
{
    EXPECT_TENSOR_EQ(channel_shuffle(tensor({1, 6, 1}, {1, 2, 3, 4, 5, 6}, f64), 2),
                     tensor({1, 6, 1}, {1, 4, 2, 5, 3, 6}, f64));
}

const Tensor kImage = tensor({1, 1, 2, 2}, {1, 2, 3, 4}, f64);

Tensor read(double x, double y, GridSampleOptions options = {})
{
    return reshape(grid_sample(kImage, tensor({1, 1, 1, 2}, {x, y}, f64), options), {});
}

TEST(GridSample, ReadsBetweenPixels)
{
    EXPECT_EQ(read(0, 0).item(), 2.5);
    EXPECT_EQ(read(-1, 1, {.align_corners = true}).item(), 3);
    EXPECT_EQ(read(-1, -1).item(), 0.25);  // the image's corner: a quarter of its pixel, the rest is 0
    EXPECT_EQ(read(-1, -1, {.padding_mode = GridPadding::border}).item(), 1);
    EXPECT_EQ(read(2, -1, {.mode = GridMode::nearest}).item(), 0);
    EXPECT_EQ(read(2, -0.5, {.mode = GridMode::nearest, .padding_mode = GridPadding::border}).item(), 2);
    // Mirrored at the edge 1, 1.5 is 0.5: the right pixel.
    EXPECT_EQ(read(1.5, -0.5, {.padding_mode = GridPadding::reflection}).item(), 2);
    EXPECT_EQ(read(3, -1, {.padding_mode = GridPadding::reflection, .align_corners = true}).item(), 1);
    // Half way between two pixels that repeat outside, the cubic's weights are -0.09375, 0.59375, 0.59375, -0.09375.
    EXPECT_EQ(read(0, -0.5, {.mode = GridMode::bicubic, .padding_mode = GridPadding::border}).item(), 1.5);
}

TEST(GridSample, GradientsByHand)
{
    // At the centre all weights are 1/4. In pixels dy/dx = (2 - 1 + 4 - 3) / 2 = 1 and dy/dy = 2; a pixel is a unit of
    // the grid here: half of an image of two pixels.
    Tape tape;
    const Tensor x = tape.variable(kImage), grid = tape.variable(zeros({1, 1, 1, 2}, f64));
    tape.backward(sum(grid_sample(x, grid)));
    EXPECT_TENSOR_EQ(x.grad(), full({1, 1, 2, 2}, 0.25, f64));
    EXPECT_TENSOR_EQ(grid.grad(), tensor({1, 1, 1, 2}, {1, 2}, f64));
}

TEST(AffineGrid, SendsARegularGrid)
{
    const Tensor theta = tensor({1, 2, 3}, {1, 0, 10, 0, 2, 20}, f64);
    EXPECT_TENSOR_EQ(affine_grid(theta, {1, 1, 2, 2}, true), tensor({1, 2, 2, 2}, {9, 18, 11, 18, 9, 22, 11, 22}, f64));
    EXPECT_TENSOR_EQ(affine_grid(theta, {1, 1, 1, 2}), tensor({1, 1, 2, 2}, {9.5, 20, 10.5, 20}, f64));
}

TEST(Interpolate, ImagesBeyondEveryMachineAreRefusedBeforeTheWork)
{
    constexpr std::int64_t many = (std::int64_t{1} << 31) - 1;
    const Tensor x = zeros({1, 1, 2, 2});
    EXPECT_THROW(interpolate(x, {.size = {many, many / 1024}}), MemoryError);
    EXPECT_THROW(adaptive_avg_pool2d(x, {many, many / 1024}), MemoryError);
    EXPECT_THROW(affine_grid(zeros({1, 2, 3}), {1, 1, many, many / 1024}), MemoryError);
    EXPECT_THROW(affine_grid(zeros({1, 2, 3}), {1, 1, many, many}), ShapeError);
}

TEST(Interpolate, SaysWhatDoesNotFit)
{
    EXPECT_THROW_TEXT(interpolate(zeros({1, 2, 3}), {.size = {2}, .scale_factor = {2}}), ShapeError,
                      "interpolate: 1 sizes and 1 scale factors for x of shape (1, 2, 3).\n"
                      "  rule: either sizes or scale factors: one, or one for each image axis.\n"
                      "  try:  leave one of them out.");
    EXPECT_THROW_TEXT(interpolate(zeros({1, 2, 3}), {.size = {2}, .align_corners = true}), ShapeError,
                      "interpolate: align_corners with mode nearest, nearest_exact or area.\n"
                      "  rule: align_corners is for linear, bilinear, bicubic and trilinear.\n"
                      "  try:  leave it out.");
    EXPECT_THROW_TEXT(interpolate(zeros({1, 2, 3}), {.scale_factor = {0.1}}), ShapeError,
                      "interpolate: x of shape (1, 2, 3) with image axis 0 resized to 0.\n"
                      "  rule: sizes are at least 1 (area: 0) and below 2^31.\n"
                      "  try:  correct size or scale_factor.");
    EXPECT_TENSOR_EQ(interpolate(zeros({1, 2, 1}), {.scale_factor = {0.75}, .mode = InterpolateMode::area}),
                     zeros({1, 2, 0}));
    EXPECT_THROW(interpolate(zeros({1, 2, 3}), {.size = {2}, .mode = InterpolateMode::bilinear}), ShapeError);
    EXPECT_THROW(interpolate(zeros({1, 2, 3}, i64), {.size = {2}}), DtypeError);
    EXPECT_THROW_TEXT(pixel_shuffle(zeros({6, 1, 1}), 2), ShapeError,
                      "pixel_shuffle: x of shape (6, 1, 1) and factor 2.\n"
                      "  rule: x: (..., C r^2, H, W) with r at least 1.\n"
                      "  try:  choose another factor.");
    EXPECT_THROW(pixel_unshuffle(zeros({1, 3, 2}), 2), ShapeError);
    EXPECT_THROW(channel_shuffle(zeros({1, 3, 2}), 2), ShapeError);
    EXPECT_THROW_TEXT(grid_sample(zeros({1, 1, 2, 2}), zeros({1, 2, 2, 3})), ShapeError,
                      "grid_sample: x of shape (1, 1, 2, 2) and grid of shape (1, 2, 2, 3).\n"
                      "  rule: x: (N, C, H, W), grid: (N, H', W', 2), or with a third axis D in front of H; images are "
                      "not empty.\n"
                      "  try:  bring both to these shapes.");
    EXPECT_THROW(grid_sample(zeros({1, 1, 2, 2}, f64), zeros({1, 2, 2, 2}, f32)), DtypeError);
    EXPECT_THROW(affine_grid(zeros({1, 2, 2}), {1, 1, 2, 2}), ShapeError);
}

}  // namespace
}  // namespace xgrad
