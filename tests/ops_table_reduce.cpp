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
    {"Mean", [](const In& x) { return mean(square(x[0])); }, {kMatrix}, {}, {{"mean", {{"axes", {0, 1}}}}}},
    {"MeanOfAxis", [](const In& x) { return square(mean(x[0], 0)); }, {kMatrix}, {}, {{"mean", {{"axes", {0}}}}}},
    {"MeanOfTwoAxesKeepdim",
     [](const In& x) {
         return x[0] * mean(x[0], {0, -1}, true);
     },
     {kCube},
     {},
     {{"mean", {{"axes", {0, -1}}}}}},
    {"Max", [](const In& x) { return square(max(x[0])); }, {kMatrix}, {}, {{"amax", {{"axes", {0, 1}}}}}},
    {"MaxOfAxis", [](const In& x) { return square(max(x[0], 1).values); }, {kMatrix}, {}, {{"max", {{"axis", 1}}}}},
    {"MaxOfAxisKeepdim", [](const In& x) { return x[0] * max(x[0], 0, true).values; }, {kMatrix}},
    {"Min", [](const In& x) { return square(min(x[0])); }, {kMatrix}},
    {"MinOfAxis",
     [](const In& x) { return square(min(x[0], -1).values); },
     {kCube},
     {},
     {{"min put_along take_along", {{"axis", -1}, {"indices", {1, 1, 2, 0}}}}}},
    {"Amax",
     [](const In& x) {
         return square(amax(x[0], {0, 2}));
     },
     {kCube},
     {},
     {{"amax", {{"axes", {0, 2}}}}}},
    {"AmaxKeepdim", [](const In& x) { return x[0] * amax(x[0], 1, true); }, {kCube}},
    {"Amin",
     [](const In& x) {
         return square(amin(x[0], {0, 2}));
     },
     {kCube},
     {},
     {{"amin", {{"axes", {0, 2}}}}}},

    {"Slice",
     [](const In& x) { return square(slice(x[0], 1, 0, kToEnd, 2)); },
     {kMatrix},
     {},
     {{"slice pad_slice", {{"axis", 1}, {"start", 0}, {"stop", 3}, {"step", 2}}}}},
    {"SliceFromTheBack",
     [](const In& x) { return square(slice(x[0], -1, -2)); },
     {kMatrix},
     {},
     {{"slice", {{"axis", 1}, {"start", 1}, {"stop", 3}, {"step", 1}}}}},
    {"SliceOfNothing", [](const In& x) { return slice(x[0], 0, 2); }, {kMatrix}},
    {"Narrow", [](const In& x) { return square(narrow(x[0], 2, 1, 2)); }, {kCube}},
    {"Select",
     [](const In& x) { return square(select(x[0], 1, -1)); },
     {kCube},
     {},
     {{"select", {{"axis", 1}, {"index", -1}}}}},
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
     {kMatrix, kColumn},
     {},
     {{"cat", {{"axis", 1}}}}},
    {"CatSameOperandTwice",
     [](const In& x) {
         return square(cat({x[0], x[0]}));
     },
     {kMatrix}},
    {"Stack",
     [](const In& x) {
         return square(stack({x[0], x[1]}, 1));
     },
     {kMatrix, kOther},
     {},
     {{"stack", {{"axis", 1}}}}},
    {"StackSameOperandTwice",
     [](const In& x) {
         return square(stack({x[0], x[0], x[1]}));
     },
     {kRow, kRow},
     {},
     {{"stack", {{"axis", 0}}}}},
}};

}  // namespace
