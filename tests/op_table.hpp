#pragma once

// The op table: one row for each operation and each way of calling it that differs (broadcasting, the same operand
// twice, an option). To add an operation, add a row to the tests/ops_table_*.cpp of its family:
//
//   {"MulBroadcastRow", [](const In& x) { return mul(x[0], x[1]); }, {kMatrix, kRow}},
//
// Each row is checked for first and second derivatives against central differences, for inputs that lie in memory in
// order, transposed and with gaps, and in f32. A test fails while a registered operation with a derivative has no row.
// Points stay 0.05 away from kinks and ties.
//
// The formulas of the operations that a row records are checked, too (tests/ops_formula_test.cpp). Where a formula names
// parameters, one row of the operation at least gives their values, for the first record of that operation:
//
//   {"SumOfAxis", [](const In& x) { return square(sum(x[0], 1)); }, {kMatrix}, {}, {{"sum", {{"axes", {1}}}}}},

#include <xgrad/gradcheck.hpp>
#include <xgrad/tensor.hpp>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/formula_array.hpp"

namespace xgrad::testing_table {

using In = std::vector<Tensor>;

/// What the parameters in an operation's formula are: numbers, lists or tensors by their names.
struct OpParameters {
    std::string operations;  // one name or several: "slice pad_slice"
    testing::Names values;
};

struct OpCase {
    std::string name;
    std::function<Tensor(const In&)> f;
    In inputs;
    GradcheckOptions options = {};
    std::vector<OpParameters> parameters = {};
};
inline void PrintTo(const OpCase& row, std::ostream* out) { *out << row.name; }

/// All rows of the program.
inline std::vector<OpCase>& op_table()
{
    static std::vector<OpCase> rows;
    return rows;
}

/// `const OpRows kRows{{row, row, ...}};` adds rows to the table.
struct OpRows {
    OpRows(std::initializer_list<OpCase> rows) { op_table().insert(op_table().end(), rows); }
};

// Inputs that most rows share.
inline const Tensor kMatrix = tensor({2, 3}, {0.5, -1.25, 2, 0.75, -0.625, 1.5}, f64);
inline const Tensor kOther = tensor({2, 3}, {1.25, 0.375, -0.875, -1.5, 0.25, 2.25}, f64);
inline const Tensor kPositive = tensor({2, 3}, {0.5, 1.25, 2, 0.75, 0.625, 1.5}, f64);
inline const Tensor kRow = tensor({3}, {1.5, -0.375, 0.875}, f64);
inline const Tensor kColumn = tensor({2, 1}, {-0.75, 1.125}, f64);
inline const Tensor kSquare = tensor({2, 2}, {0.5, -1.25, 2, 0.75}, f64);
inline const Tensor kSingle = tensor(0.625, f64);
inline const Tensor kCube =
    tensor({2, 2, 3}, {0.5, -1.25, 2, 0.75, -0.625, 1.5, 1.25, 0.375, -0.875, -1.5, 0.25, 2.25}, f64);
inline const Tensor kCondition = tensor({2, 3}, {1, 0, 0, 1, 1, 0}, boolean);

}  // namespace xgrad::testing_table
