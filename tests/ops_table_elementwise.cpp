// Rows of the op table: elementwise operations.
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

const OpRows kRows{{
    // one operand
    {"Neg", [](const In& x) { return neg(x[0]); }, {kMatrix}},
    {"Exp", [](const In& x) { return exp(x[0]); }, {kMatrix}},
    {"ExpSingle", [](const In& x) { return exp(x[0]); }, {kSingle}},
    {"ExpOfExpanded", [](const In& x) { return exp(x[0]); }, {expand(kRow, {2, 3})}},
    {"Log", [](const In& x) { return log(x[0]); }, {kPositive}},
    {"Sqrt", [](const In& x) { return sqrt(x[0]); }, {kPositive}},
    {"Tanh", [](const In& x) { return tanh(x[0]); }, {kMatrix}},
    {"Sigmoid", [](const In& x) { return sigmoid(x[0]); }, {kMatrix}},
    {"Relu", [](const In& x) { return relu(x[0]); }, {kMatrix}},
    {"Sin", [](const In& x) { return sin(x[0]); }, {kMatrix}},
    {"Cos", [](const In& x) { return cos(x[0]); }, {kMatrix}},
    {"Abs", [](const In& x) { return abs(x[0]); }, {kMatrix}},
    {"Square", [](const In& x) { return square(x[0]); }, {kMatrix}},
    {"Reciprocal", [](const In& x) { return reciprocal(x[0]); }, {kMatrix}},

    // two operands: same shape, each broadcast, both broadcast, a number, the same operand twice
    {"Add", [](const In& x) { return add(x[0], x[1]); }, {kMatrix, kOther}},
    {"AddBroadcastRow", [](const In& x) { return add(x[0], x[1]); }, {kMatrix, kRow}},
    {"AddRowToColumn", [](const In& x) { return add(x[0], x[1]); }, {kRow, kColumn}},
    {"AddNumber", [](const In& x) { return x[0] + 2; }, {kMatrix}},
    {"AddSameOperandTwice", [](const In& x) { return add(x[0], x[0]); }, {kMatrix}},
    {"Sub", [](const In& x) { return sub(x[0], x[1]); }, {kMatrix, kOther}},
    {"SubFromBroadcastRow", [](const In& x) { return sub(x[0], x[1]); }, {kRow, kMatrix}},
    {"SubFromNumber", [](const In& x) { return 2.5 - x[0]; }, {kMatrix}},
    {"SubSameOperandTwice", [](const In& x) { return sub(x[0], x[0]); }, {kMatrix}},
    {"Mul", [](const In& x) { return mul(x[0], x[1]); }, {kMatrix, kOther}},
    {"MulBroadcastRow", [](const In& x) { return mul(x[0], x[1]); }, {kMatrix, kRow}},
    {"MulBroadcastColumn", [](const In& x) { return mul(x[0], x[1]); }, {kColumn, kMatrix}},
    {"MulBroadcastSingle", [](const In& x) { return mul(x[0], x[1]); }, {kMatrix, kSingle}},
    {"MulBroadcastNewAxis", [](const In& x) { return mul(x[0], x[1]); }, {kCube, kMatrix}},
    {"MulByExpanded", [](const In& x) { return mul(x[0], x[1]); }, {kMatrix, expand(kRow, {2, 3})}},
    {"MulNumber", [](const In& x) { return x[0] * -1.5; }, {kMatrix}},
    {"MulSameOperandTwice", [](const In& x) { return mul(x[0], x[0]); }, {kMatrix}},
    {"Div", [](const In& x) { return div(x[0], x[1]); }, {kMatrix, kOther}},
    {"DivBroadcastRow", [](const In& x) { return div(x[0], x[1]); }, {kMatrix, kRow}},
    {"DivColumnByMatrix", [](const In& x) { return div(x[0], x[1]); }, {kColumn, kMatrix}},
    {"DivNumber", [](const In& x) { return 2.0 / x[0]; }, {kMatrix}},
    {"DivSameOperandTwice", [](const In& x) { return div(x[0], x[0]); }, {kMatrix}},
    {"Pow", [](const In& x) { return pow(x[0], x[1]); }, {kPositive, kOther}},
    {"PowBroadcastRow", [](const In& x) { return pow(x[0], x[1]); }, {kPositive, kRow}},
    {"PowOfNegative", [](const In& x) { return pow(x[0], 3); }, {kMatrix}},
    {"PowOfNumber", [](const In& x) { return pow(2.5, x[0]); }, {kMatrix}},
    {"PowSameOperandTwice", [](const In& x) { return pow(x[0], x[0]); }, {kPositive}},
    {"Maximum", [](const In& x) { return maximum(x[0], x[1]); }, {kMatrix, kOther}},
    {"MaximumBroadcastRow", [](const In& x) { return maximum(x[0], x[1]); }, {kMatrix, kRow}},
    {"MaximumNumber", [](const In& x) { return maximum(x[0], 0.25); }, {kMatrix}},
    {"Minimum", [](const In& x) { return minimum(x[0], x[1]); }, {kMatrix, kOther}},
    {"MinimumBroadcastColumn", [](const In& x) { return minimum(x[0], x[1]); }, {kMatrix, kColumn}},
    {"MinimumNumber", [](const In& x) { return minimum(0.25, x[0]); }, {kMatrix}},

    // choice and conversion
    {"Where", [](const In& x) { return where(x[2], x[0], x[1]); }, {kMatrix, kOther, kCondition}},
    {"WhereBroadcast", [](const In& x) { return where(x[2], x[0], x[1]); }, {kRow, kColumn, kCondition}},
    {"WhereNumber", [](const In& x) { return where(x[1], x[0], 2.0); }, {kMatrix, kCondition}},
    {"WhereSameOperandTwice", [](const In& x) { return where(x[1], x[0], x[0]); }, {kMatrix, kCondition}},
    {"ToAndBack",
     [](const In& x) { return to(to(x[0] * 4, f32), f64) * x[0]; },
     {tensor({2}, {0.5, -1.25}, f64)},
     {.eps = 0x1p-10, .tolerance = 1e-4}},
    {"Clone", [](const In& x) { return clone(x[0]) * x[0]; }, {kMatrix}},

    // several operations
    {"CubeByProducts", [](const In& x) { return x[0] * x[0] * x[0]; }, {kMatrix}},
    {"Softplus", [](const In& x) { return log(1.0 + exp(x[0])); }, {kMatrix}},
    {"ManyUsesOfOneValue",
     [](const In& x) {
         const Tensor s = sigmoid(x[0]);
         return s * (1.0 - s) + s * x[1];
     },
     {kMatrix, kRow}},
}};

}  // namespace
