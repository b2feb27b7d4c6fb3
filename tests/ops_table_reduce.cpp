// Rows of the op table: means, extrema, parts of tensors, joining.
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

const OpRows kRows{{
    {"Mean", [](const In& x) { return mean(square(x[0])); }, {kMatrix}},
    {"MeanOfAxis", [](const In& x) { return square(mean(x[0], 0)); }, {kMatrix}},
    {"MeanOfTwoAxesKeepdim",
     [](const In& x) {
         return x[0] * mean(x[0], {0, -1}, true);
     },
     {kCube}},
    {"Max", [](const In& x) { return square(max(x[0])); }, {kMatrix}},
    {"MaxOfAxis", [](const In& x) { return square(max(x[0], 1).values); }, {kMatrix}},
    {"MaxOfAxisKeepdim", [](const In& x) { return x[0] * max(x[0], 0, true).values; }, {kMatrix}},
    {"Min", [](const In& x) { return square(min(x[0])); }, {kMatrix}},
    {"MinOfAxis", [](const In& x) { return square(min(x[0], -1).values); }, {kCube}},
    {"Amax",
     [](const In& x) {
         return square(amax(x[0], {0, 2}));
     },
     {kCube}},
    {"AmaxKeepdim", [](const In& x) { return x[0] * amax(x[0], 1, true); }, {kCube}},
    {"Amin",
     [](const In& x) {
         return square(amin(x[0], {0, 2}));
     },
     {kCube}},

    {"Slice", [](const In& x) { return square(slice(x[0], 1, 0, kToEnd, 2)); }, {kMatrix}},
    {"SliceFromTheBack", [](const In& x) { return square(slice(x[0], -1, -2)); }, {kMatrix}},
    {"SliceOfNothing", [](const In& x) { return slice(x[0], 0, 2); }, {kMatrix}},
    {"Narrow", [](const In& x) { return square(narrow(x[0], 2, 1, 2)); }, {kCube}},
    {"Select", [](const In& x) { return square(select(x[0], 1, -1)); }, {kCube}},
    {"SplitAndProduct",
     [](const In& x) {
         const auto parts = split(x[0], {1, 2}, 1);
         return parts[0] * parts[1];
     },
     {kMatrix}},

    {"Cat",
     [](const In& x) {
         return square(cat({x[0], x[1]}, 1));
     },
     {kMatrix, kColumn}},
    {"CatSameOperandTwice",
     [](const In& x) {
         return square(cat({x[0], x[0]}));
     },
     {kMatrix}},
    {"Stack",
     [](const In& x) {
         return square(stack({x[0], x[1]}, 1));
     },
     {kMatrix, kOther}},
    {"StackSameOperandTwice",
     [](const In& x) {
         return square(stack({x[0], x[0], x[1]}));
     },
     {kRow, kRow}},
}};

}  // namespace
