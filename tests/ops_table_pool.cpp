// Rows of the op table: pooling over one and three axes, adaptive, by norms; interpolation and grids.
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/grid_sample.hpp>
#include <xgrad/ops/interpolate.hpp>
#include <xgrad/ops/pool.hpp>

#include <cmath>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

/// Numbers of both signs, no two of them close; or from `low` on.
Tensor spread(Sizes sizes, double low = -1.5)
{
    const Tensor x = zeros(sizes, f64);
    std::vector<double> values;
    for (std::int64_t i = 0; i < x.numel(); ++i)
        values.push_back(std::fmod(static_cast<double>(i) * 0.6180339887, 1.0) * 3 + low);
    return from_values(sizes, values);
}

const Tensor kLines = spread({2, 2, 7}), kImage = spread({1, 2, 4, 3}), kVolume = spread({1, 2, 3, 4, 3});
const Tensor kGrid = tensor({1, 2, 2, 2}, {-0.6, 0.3, 0.25, -0.85, 0.7, 0.45, -0.2, 0.9}, f64);

/// Halves and quarters: a mean of a and b, then c twice as much as d.
const Tensor kMeanOfTwo = tensor({2, 3}, {0.5, 0.5, 0, 0, 0.5, 0.5}, f64);

template <class F>
auto squared(F f)
{
    return [f](const In& x) { return square(f(x)); };
}

const OpRows kRows{{
    {"MaxPool1d", squared([](const In& x) { return max_pool1d(x[0], 3, {.stride = 2, .padding = 1}); }), {kLines}},
    {"MaxPool1dIndices",
     squared([](const In& x) { return max_pool1d_with_indices(x[0], 2, {.dilation = 2, .ceil_mode = true}).values; }),
     {kLines}},
    {"MaxPool2dIndices",
     squared([](const In& x) {
         return max_pool2d_with_indices(x[0], {2, 1}, {.stride = 1}).values;
     }),
     {kImage}},
    {"MaxPool3d",
     squared([](const In& x) {
         return max_pool3d(x[0], {2, 3, 2}, {.stride = Size3{1, 2, 1}, .padding = {1, 0, 0}, .ceil_mode = true});
     }),
     {kVolume}},
    {"AvgPool1d",
     squared([](const In& x) { return avg_pool1d(x[0], 3, {.stride = 2, .padding = 1, .count_include_pad = false}); }),
     {kLines}},
    {"AvgPool3dOneAxis",
     squared([](const In& x) {
         return avg_pool3d(x[0], {2, 1, 1}, {.stride = 1});
     }),
     {kVolume},
     {},
     {{"weigh_along", {{"axis", 2.0}, {"weights", kMeanOfTwo}}}}},
    {"AvgPool3d",
     squared([](const In& x) { return avg_pool3d(x[0], 2, {.padding = 1, .ceil_mode = true}); }),
     {kVolume}},
    {"AvgPool3dDivisor",
     squared([](const In& x) {
         return avg_pool3d(x[0], {2, 2, 3}, {.divisor_override = 5});
     }),
     {kVolume}},
    {"AdaptiveAvgPool1d", squared([](const In& x) { return adaptive_avg_pool1d(x[0], 3); }), {kLines}},
    {"AdaptiveAvgPool2d",
     squared([](const In& x) {
         return adaptive_avg_pool2d(x[0], {3, kSameSize});
     }),
     {kImage}},
    {"AdaptiveAvgPool3d",
     squared([](const In& x) {
         return adaptive_avg_pool3d(x[0], {2, 3, 1});
     }),
     {kVolume}},
    {"AdaptiveMaxPool1d", squared([](const In& x) { return adaptive_max_pool1d(x[0], 4); }), {kLines}},
    {"AdaptiveMaxPool2d",
     squared([](const In& x) {
         return adaptive_max_pool2d(x[0], {3, kSameSize});
     }),
     {kImage}},
    {"AdaptiveMaxPool3d", squared([](const In& x) { return adaptive_max_pool3d(x[0], 2); }), {kVolume}},
    {"LpPool1d", [](const In& x) { return lp_pool1d(x[0], 2, 3, {.stride = 2, .ceil_mode = true}); }, {kLines}},
    {"LpPool2d",
     [](const In& x) {
         return lp_pool2d(x[0], 2.5, {2, 1});
     },
     {spread({1, 2, 4, 3}, 0.5)}},
    {"MaxUnpool2d",
     squared([](const In& x) {
         return max_unpool2d(x[0], from_values({1, 1, 1, 2}, std::vector<std::int64_t>{4, 2}), 2);
     }),
     {spread({1, 1, 1, 2})},
     {},
     {{"max_unpool", {{"places", tensor({1, 1, 1, 2}, {4, 2}, i64)}}}}},

    {"InterpolateNearest", squared([](const In& x) { return interpolate(x[0], {.size = {5}}); }), {kLines}},
    {"InterpolateLinear",
     squared([](const In& x) { return interpolate(x[0], {.size = {4}, .mode = InterpolateMode::linear}); }),
     {kLines}},
    {"InterpolateBilinear",
     squared([](const In& x) {
         return interpolate(x[0], {.scale_factor = {1.5}, .mode = InterpolateMode::bilinear, .align_corners = true});
     }),
     {kImage}},
    {"InterpolateBicubic",
     squared([](const In& x) {
         return interpolate(x[0], {.size = {3, 5}, .mode = InterpolateMode::bicubic});
     }),
     {kImage}},
    {"InterpolateFiltered",
     squared([](const In& x) {
         return interpolate(x[0], {.size = {3, 2}, .mode = InterpolateMode::bicubic, .antialias = true});
     }),
     {kImage}},
    {"InterpolateTrilinear",
     squared([](const In& x) {
         return interpolate(x[0], {.size = {2, 3, 4}, .mode = InterpolateMode::trilinear});
     }),
     {kVolume}},
    {"InterpolateArea",
     squared([](const In& x) {
         return interpolate(x[0], {.size = {3, 2}, .mode = InterpolateMode::area});
     }),
     {kImage}},
    {"PixelShuffle", squared([](const In& x) { return pixel_shuffle(x[0], 2); }), {spread({1, 4, 2, 3})}},
    {"PixelUnshuffle", squared([](const In& x) { return pixel_unshuffle(x[0], 2); }), {spread({1, 1, 4, 2})}},
    {"ChannelShuffle", squared([](const In& x) { return channel_shuffle(x[0], 2); }), {spread({1, 4, 2})}},
    {"GridSample", squared([](const In& x) { return grid_sample(x[0], x[1]); }), {kImage, kGrid}},
    {"GridSampleBorder",
     squared([](const In& x) {
         return grid_sample(x[0], x[1], {.padding_mode = GridPadding::border, .align_corners = true});
     }),
     {kImage, kGrid}},
    {"GridSampleReflection",
     squared([](const In& x) { return grid_sample(x[0], x[1] * 2.0, {.padding_mode = GridPadding::reflection}); }),
     {kImage, kGrid}},
    {"GridSampleBicubic",
     squared([](const In& x) { return grid_sample(x[0], x[1], {.mode = GridMode::bicubic}); }),
     {kImage, kGrid}},
    {"GridSample3d",
     squared([](const In& x) { return grid_sample(x[0], x[1]); }),
     {kVolume, tensor({1, 1, 1, 2, 3}, {-0.6, 0.3, 0.2, 0.4, -0.7, -0.35}, f64)}},
    {"AffineGrid",
     squared([](const In& x) {
         return affine_grid(x[0], {1, 1, 2, 3});
     }),
     {spread({1, 2, 3})}},
}};

}  // namespace
