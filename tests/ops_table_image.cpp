// Rows of the op table: convolutions and pooling.
#include <xgrad/ops/conv.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/pool.hpp>

#include <cmath>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

/// Numbers of both signs, no two of them close.
Tensor spread(Sizes sizes)
{
    const Tensor x = zeros(sizes, f64);
    std::vector<double> values;
    for (std::int64_t i = 0; i < x.numel(); ++i)
        values.push_back(std::fmod(static_cast<double>(i) * 0.6180339887, 1.0) * 3 - 1.5);
    return from_values(sizes, values);
}

const Tensor kImages = spread({2, 2, 5, 4}), kWeight = spread({2, 2, 3, 2}), kBias = spread({2});

// What the formulas name: see tests/formula_array.hpp for what stands in the lists.
using Parameters = std::vector<OpParameters>;

Parameters convolution(const xgrad::testing::Array& options)
{
    return {{"conv2d conv2d_input_gradient conv2d_weight_gradient", {{"options", options}}}};
}
Parameters max_pool(const xgrad::testing::Array& window)
{
    return {{"max_pool2d max_pool2d_at max_pool2d_gradient", {{"window", window}, {"at", kImages}}}};
}
Parameters avg_pool(const xgrad::testing::Array& window)
{
    return {{"avg_pool2d avg_pool2d_gradient", {{"window", window}}}};
}

const OpRows kRows{{
    {"Conv2d",
     [](const In& x) { return conv2d(x[0], x[1], x[2]); },
     {kImages, kWeight, kBias},
     {},
     convolution({1, 1, 0, 0, 1, 1, 1})},
    {"Conv2dWithoutBias",
     [](const In& x) { return conv2d(x[0], x[1]); },
     {kImages, kWeight},
     {},
     convolution({1, 1, 0, 0, 1, 1, 1})},
    {"Conv2dStridePadding",
     [](const In& x) {
         return conv2d(x[0], x[1], {.stride = {2, 1}, .padding = {1, 2}});
     },
     {kImages, kWeight},
     {},
     convolution({2, 1, 1, 2, 1, 1, 1})},
    {"Conv2dDilation",
     [](const In& x) { return conv2d(x[0], x[1], {.padding = 1, .dilation = 2}); },
     {kImages, kWeight},
     {},
     convolution({1, 1, 1, 1, 2, 2, 1})},
    {"Conv2dGroups",
     [](const In& x) { return conv2d(x[0], x[1], x[2], {.padding = 1, .groups = 2}); },
     {kImages, spread({2, 1, 3, 2}), kBias},
     {},
     convolution({1, 1, 1, 1, 1, 1, 2})},
    {"Conv2dOneImage", [](const In& x) { return conv2d(x[0], x[1]); }, {spread({2, 4, 3}), kWeight}},

    {"MaxPool2d",
     [](const In& x) { return square(max_pool2d(x[0], 2)); },
     {kImages},
     {},
     max_pool({2, 2, 2, 2, 0, 0, 1, 1})},
    {"MaxPool2dOverlapping",
     [](const In& x) {
         return square(max_pool2d(x[0], {3, 2}, {.stride = 1, .padding = 1}));
     },
     {kImages},
     {},
     max_pool({3, 2, 1, 1, 1, 1, 1, 1})},
    {"MaxPool2dDilatedCeil",
     [](const In& x) {
         return square(max_pool2d(x[0], 2, {.dilation = {2, 1}, .ceil_mode = true}));
     },
     {kImages},
     {},
     max_pool({2, 2, 2, 2, 0, 0, 2, 1})},
    {"AvgPool2d",
     [](const In& x) { return square(avg_pool2d(x[0], 2)); },
     {kImages},
     {},
     avg_pool({2, 2, 2, 2, 0, 0, 1, 1, 1, 0})},
    {"AvgPool2dOverlapping",
     [](const In& x) {
         return square(avg_pool2d(x[0], {3, 2}, {.stride = 1, .padding = 1}));
     },
     {kImages},
     {},
     avg_pool({3, 2, 1, 1, 1, 1, 1, 1, 1, 0})},
    {"AvgPool2dWithoutPadding",
     [](const In& x) {
         return square(avg_pool2d(x[0], 3, {.padding = 1, .ceil_mode = true, .count_include_pad = false}));
     },
     {kImages},
     {},
     avg_pool({3, 3, 3, 3, 1, 1, 1, 1, 0, 0})},
    {"AvgPool2dDivisor",
     [](const In& x) { return square(avg_pool2d(x[0], 2, {.divisor_override = 3})); },
     {kImages},
     {},
     avg_pool({2, 2, 2, 2, 0, 0, 1, 1, 1, 3})},
}};

}  // namespace
