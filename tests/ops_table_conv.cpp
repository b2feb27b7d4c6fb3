// Rows of the op table: convolutions over one and three axes, transposed convolutions.
#include <xgrad/ops/conv.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/fold.hpp>

#include "tests/numbers.hpp"
#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;
using xgrad::testing::numbers;

const Tensor kSignals = numbers({2, 2, 6}), kImages = numbers({2, 2, 3, 4}), kVolumes = numbers({1, 2, 3, 4, 3}),
             kBias = numbers({2});

// What the formulas name: see tests/formula_array.hpp for what stands in the lists.
std::vector<OpParameters> convolution(const std::string& op, const xgrad::testing::Array& options)
{
    return {{op + " " + op + "_input_gradient " + op + "_weight_gradient", {{"options", options}}}};
}

std::vector<OpParameters> windows(const xgrad::testing::Array& window)
{
    return {{"im2col col2im", {{"window", window}}}};
}

const OpRows kRows{{
    {"Conv1d",
     [](const In& x) { return conv1d(x[0], x[1], x[2]); },
     {kSignals, numbers({2, 2, 3}), kBias},
     {},
     convolution("conv1d", {1, 0, 1, 1})},
    {"Conv1dStrideDilation",
     [](const In& x) { return conv1d(x[0], x[1], {.stride = 2, .padding = 3, .dilation = 2}); },
     {kSignals, numbers({3, 2, 2})},
     {},
     convolution("conv1d", {2, 3, 2, 1})},
    {"Conv1dGroups",
     [](const In& x) { return conv1d(x[0], x[1], x[2], {.groups = 2}); },
     {kSignals, numbers({2, 1, 2}), kBias},
     {},
     convolution("conv1d", {1, 0, 1, 2})},
    {"Conv1dSame",
     [](const In& x) { return conv1d(x[0], x[1], {.padding = Padding::same, .dilation = 3}); },
     {kSignals, numbers({1, 2, 2})}},
    {"Conv1dOneSignal", [](const In& x) { return conv1d(x[0], x[1]); }, {numbers({2, 4}), numbers({2, 2, 3})}},
    {"Conv2dSame",
     [](const In& x) { return conv2d(x[0], x[1], x[2], {.padding = Padding::same}); },
     {kImages, numbers({2, 2, 2, 4}), kBias}},
    {"Conv3d",
     [](const In& x) { return conv3d(x[0], x[1], x[2]); },
     {kVolumes, numbers({2, 2, 2, 3, 2}), kBias},
     {},
     convolution("conv3d", {1, 1, 1, 0, 0, 0, 1, 1, 1, 1})},
    {"Conv3dAllOptions",
     [](const In& x) {
         return conv3d(x[0], x[1], {.stride = {2, 1, 3}, .padding = {1, 0, 2}, .dilation = {1, 3, 2}, .groups = 2});
     },
     {kVolumes, numbers({2, 1, 2, 2, 2})},
     {},
     convolution("conv3d", {2, 1, 3, 1, 0, 2, 1, 3, 2, 2})},
    {"Conv3dSame",
     [](const In& x) { return conv3d(x[0], x[1], {.padding = Padding::same}); },
     {numbers({1, 1, 2, 3, 2}), numbers({1, 1, 2, 3, 1})}},
    {"Conv3dOneVolume",
     [](const In& x) { return conv3d(x[0], x[1]); },
     {numbers({1, 2, 3, 2}), numbers({2, 1, 2, 2, 2})}},

    {"ConvTranspose1d",
     [](const In& x) { return conv_transpose1d(x[0], x[1], x[2], {.stride = 2, .padding = 1, .output_padding = 1}); },
     {numbers({2, 2, 4}), numbers({2, 2, 3}), kBias}},
    {"ConvTranspose1dDilatedMore",
     [](const In& x) { return conv_transpose1d(x[0], x[1], {.stride = 2, .output_padding = 2, .dilation = 3}); },
     {numbers({1, 2, 3}), numbers({2, 1, 2})}},
    {"ConvTranspose2d",
     [](const In& x) { return conv_transpose2d(x[0], x[1], x[2]); },
     {kImages, numbers({2, 2, 2, 3}), kBias}},
    {"ConvTranspose2dAllOptions",
     [](const In& x) {
         return conv_transpose2d(
             x[0], x[1], x[2],
             {.stride = {3, 2}, .padding = {1, 2}, .output_padding = {2, 0}, .groups = 2, .dilation = {1, 2}});
     },
     {kImages, numbers({2, 1, 2, 3}), kBias}},
    {"ConvTranspose2dOneImage",
     [](const In& x) { return conv_transpose2d(x[0], x[1], x[2], {.stride = 2}); },
     {numbers({2, 2, 3}), numbers({2, 2, 2, 2}), kBias}},
    {"ConvTranspose3d",
     [](const In& x) {
         return conv_transpose3d(x[0], x[1], x[2], {.stride = {1, 2, 2}, .padding = {0, 1, 0}});
     },
     {numbers({1, 2, 2, 3, 2}), numbers({2, 2, 2, 2, 2}), kBias}},

    {"Unfold", [](const In& x) { return square(unfold(x[0], 2)); }, {kImages}, {}, windows({2, 2, 1, 1, 0, 0, 1, 1})},
    {"UnfoldAllOptions",
     [](const In& x) {
         return square(unfold(x[0], {2, 3}, {.dilation = {1, 2}, .padding = {2, 1}, .stride = {2, 1}}));
     },
     {kImages},
     {},
     windows({2, 3, 2, 1, 2, 1, 1, 2})},
    {"UnfoldOneImage", [](const In& x) { return square(unfold(x[0], 2)); }, {numbers({2, 3, 4})}},
    {"Fold",
     [](const In& x) {
         return square(fold(x[0], {3, 4}, {2, 3}));
     },
     {numbers({2, 12, 4})},
     {},
     windows({2, 3, 1, 1, 0, 0, 1, 1})},
    {"FoldAllOptions",
     [](const In& x) {
         return square(fold(x[0], {3, 4}, {2, 3}, {.dilation = {1, 2}, .padding = {2, 1}, .stride = {2, 1}}));
     },
     {numbers({1, 6, 6})},
     {},
     windows({2, 3, 2, 1, 2, 1, 1, 2})},
    {"FoldOneImage", [](const In& x) { return square(fold(x[0], 3, 2)); }, {numbers({4, 4})}},
}};

}  // namespace
