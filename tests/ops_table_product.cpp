// Rows of the op table: matrix products.
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/shape.hpp>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

const OpRows kRows{{
    {"Matmul", [](const In& x) { return matmul(x[0], transpose(x[1])); }, {kMatrix, kOther}},
    {"MatmulSameOperandTwice", [](const In& x) { return matmul(x[0], x[0]); }, {kSquare}},
    {"MatmulRowByMatrix", [](const In& x) { return matmul(x[0], x[1]); }, {tensor({2}, {0.5, -2}, f64), kMatrix}},
    {"MatmulMatrixByColumn", [](const In& x) { return matmul(x[0], x[1]); }, {kMatrix, kRow}},
    {"MatmulOfVectors", [](const In& x) { return matmul(x[0], x[1]); }, {kRow, kRow}},
    {"MatmulBatchByMatrix", [](const In& x) { return matmul(x[0], transpose(x[1])); }, {kCube, kMatrix}},
    {"MatmulMatrixByBatch", [](const In& x) { return matmul(x[0], x[1]); }, {kSquare, kCube}},
    {"MatmulBatchByBatch", [](const In& x) { return matmul(x[0], transpose(x[1])); }, {kCube, kCube}},
    {"MatmulBatchesBroadcast",
     [](const In& x) { return matmul(unsqueeze(x[0], 1), transpose(unsqueeze(x[0], 0))); },
     {kCube}},
    {"MatmulOfExpanded", [](const In& x) { return matmul(x[0], x[1]); }, {kMatrix, expand(kRow, {2, 3, 3})}},
    {"Linear", [](const In& x) { return linear(x[0], x[1], x[2]); }, {kMatrix, kOther, tensor({2}, {0.5, -2}, f64)}},
    {"LinearWithoutBias", [](const In& x) { return linear(x[0], x[1]); }, {kMatrix, kOther}},
    {"LinearOfVector", [](const In& x) { return linear(x[0], x[1]); }, {kRow, kMatrix}},
    {"LinearOfBatches",
     [](const In& x) { return linear(x[0], x[1], x[2]); },
     {kCube, kMatrix, tensor({2}, {1, -2}, f64)}},
}};

}  // namespace
