// Rows of the op table: shapes, sums, and the bridge between tensors and scalars.
#include <xgrad/ops/bridge.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/scalar.hpp>

#include "autograd/functional/differentiation.hpp"
#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

const OpRows kRows{{
    {"Reshape",
     [](const In& x) {
         return reshape(x[0], {3, -1}) * reshape(x[1], {3, 2});
     },
     {kMatrix, kOther}},
    {"ReshapeOfTransposed", [](const In& x) { return square(reshape(transpose(x[0]), {6})); }, {kMatrix}},
    {"Alias", [](const In& x) { return square(detail::alias(x[0])); }, {kMatrix}},
    {"Flatten", [](const In& x) { return square(flatten(x[0], 1)); }, {kCube}},
    {"Permute",
     [](const In& x) {
         return square(permute(x[0], {2, 0, 1}));
     },
     {kCube},
     {},
     {{"permute", {{"axes", {2, 0, 1}}}}}},
    {"Transpose",
     [](const In& x) { return transpose(x[0]) * x[1]; },
     {kSquare, tensor({2}, {0.5, -2}, f64)},
     {},
     {{"transpose", {{"axis0", -2}, {"axis1", -1}}}}},
    {"TransposeOfTwoAxes",
     [](const In& x) { return square(transpose(x[0], 0, -1)); },
     {kCube},
     {},
     {{"transpose", {{"axis0", 0}, {"axis1", -1}}}}},
    {"Expand",
     [](const In& x) {
         return expand(x[0], {2, 3}) * x[1];
     },
     {kRow, kMatrix}},
    {"ExpandNewAxisKeepingASize",
     [](const In& x) {
         return square(expand(x[0], {4, -1, 3}));
     },
     {kColumn}},
    {"Unsqueeze", [](const In& x) { return unsqueeze(x[0], 1) * x[1]; }, {kRow, kRow}},
    {"Squeeze", [](const In& x) { return squeeze(x[0], -1) * x[1]; }, {kColumn, kColumn}},
    {"Contiguous", [](const In& x) { return square(contiguous(transpose(x[0]))); }, {kMatrix}},

    {"Sum", [](const In& x) { return sum(square(x[0])); }, {kMatrix}, {}, {{"sum", {{"axes", {0, 1}}}}}},
    {"SumOfAxis", [](const In& x) { return square(sum(x[0], 1)); }, {kMatrix}, {}, {{"sum", {{"axes", {1}}}}}},
    {"SumOfTwoAxesKeepdim",
     [](const In& x) {
         return x[0] * sum(x[0], {0, -1}, true);
     },
     {kCube},
     {},
     {{"sum", {{"axes", {0, -1}}}}}},
    {"SumOfNoAxes", [](const In& x) { return square(sum(x[0], Sizes())); }, {kMatrix}},
    {"SumOfExpanded",
     [](const In& x) {
         return square(sum(expand(x[0], {2, 3}), 1));
     },
     {kRow}},

    // Between tensors and scalars of one tape; second derivatives need the records of an explaining one.
    {"ScalarOf",
     [](const In& x) {
         const Scalar a = x[0].scalar(0, 1), b = x[0].scalar(1, -1);
         return stack(std::vector<Scalar>{a * b, exp(a)});
     },
     {kMatrix},
     {.explain = true},
     {{"scalar", {{"index", {0, 1}}}}}},
}};

}  // namespace
