#pragma once

#include <xgrad/tensor.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace xgrad::data {

struct CsvOptions {
    char separator = ',';         ///< ' ' stands for any number of blanks and tabs
    std::int64_t skip_lines = 0;  ///< lines at the start that are not data, for example names of columns
};

/// Numbers in rows and columns, row by row.
struct CsvTable {
    std::int64_t rows = 0, columns = 0;
    std::vector<double> values;

    double operator()(std::int64_t row, std::int64_t column) const
    {
        return values[static_cast<std::size_t>(row * columns + column)];
    }
};

/// Reads a table of numbers from a text file, plain or .gz. Every row must have as many cells as the first, every cell
/// must be one number. Empty lines are allowed at the end alone. Throws DataError naming file, line and column.
CsvTable read_csv(const std::string& path, const CsvOptions& options = {});

/// Columns `from` to `to` - 1 as a tensor (rows, to - from). Throws ShapeError for columns that are not there, DataError
/// for a number that bool or i64 does not hold, or for which i64 would be a guess, since the table holds doubles.
Tensor to_tensor(const CsvTable& table, std::int64_t from, std::int64_t to, Dtype dtype);

namespace detail {
class Source;
CsvTable read_csv(Source& source, const CsvOptions& options);
}  // namespace detail

}  // namespace xgrad::data
