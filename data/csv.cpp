#include <xgrad/data/csv.hpp>

#include "data/source.hpp"
#include "data/text.hpp"

#include <xgrad/error.hpp>

#include <charconv>
#include <cmath>
#include <string_view>
#include <type_traits>

namespace xgrad::data {

namespace {

using detail::Source;

// Without the blanks at both ends; a separator is not a blank: it stands between two cells that may be empty.
std::string_view trim(std::string_view text, char separator)
{
    const auto is_blank = [=](char c) { return (c == ' ' || c == '\t' || c == '\r') && (c != separator || c == ' '); };
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// Takes the first piece of `text` up to the separator off; `more` says whether there is another one behind it.
std::string_view take(std::string_view& text, char separator, bool& more)
{
    std::size_t end = separator == ' ' ? text.find_first_of(" \t") : text.find(separator);
    more = end != std::string_view::npos;
    const std::string_view piece = text.substr(0, end);
    text.remove_prefix(more ? end + 1 : text.size());
    if (separator == ' ') text = trim(text, separator);
    return trim(piece, separator);
}

struct Parser {
    Source& source;
    const CsvOptions& options;
    CsvTable table;
    std::int64_t line = 0;

    [[noreturn]] void fail(std::int64_t column, const std::string& what, const std::string& rule,
                           const std::string& hint) const
    {
        std::string place = "line " + std::to_string(line);
        if (column > 0) place += ", column " + std::to_string(column);
        source.fail(place, what, rule, hint);
    }

    double number(std::string_view cell, std::int64_t column) const
    {
        std::string_view digits = cell;
        if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-')
            digits.remove_prefix(1);  // from_chars takes no plus sign
        double value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error == std::errc::result_out_of_range) {
            fail(column, "\"" + detail::shown(cell) + "\" is outside the range of double", "every cell is one number",
                 "rescale the column");
        }
        if (error != std::errc() || end != digits.data() + digits.size()) {
            fail(column, "\"" + detail::shown(cell) + "\" is not a number",
                 "every cell is one number, written as in C++",
                 "skip a line of names with skip_lines, or set the separator");
        }
        return value;
    }

    void row(std::string_view text)
    {
        std::int64_t column = 0;
        for (bool more = true; more;) table.values.push_back(number(take(text, options.separator, more), ++column));
        if (table.rows == 0) table.columns = column;
        if (column != table.columns) {
            fail(0, "has " + std::to_string(column) + " cells, the first row has " + std::to_string(table.columns),
                 "all rows have the same number of cells", "complete the row or take it out");
        }
        ++table.rows;
    }

    void parse(std::string_view text)
    {
        std::int64_t empty_line = 0;
        while (!text.empty()) {
            const std::size_t end = text.find('\n');
            const std::string_view whole = text.substr(0, end);
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
            if (++line <= options.skip_lines) continue;
            if (trim(whole, options.separator).empty()) {
                if (empty_line == 0) empty_line = line;
            } else if (empty_line != 0) {
                line = empty_line;
                fail(0, "is empty and rows follow it", "empty lines stand at the end alone", "take the line out");
            } else {
                row(trim(whole, options.separator));
            }
        }
        if (table.rows == 0) {
            source.fail("", "holds no rows after " + std::to_string(options.skip_lines) + " skipped lines",
                        "at least one row of numbers", "check the path and skip_lines");
        }
    }
};

// An integer must be one in the table too: 2.5 as a label is a mistake, not a 2. From 2^53 on the table may hold a
// neighbour of what the file says.
template <class T>
T element(const CsvTable& table, std::int64_t row, std::int64_t column)
{
    const double value = table(row, column);
    if constexpr (std::is_integral_v<T>) {
        constexpr double kHigh = std::is_same_v<T, bool> ? 1 : 0x1p53 - 1, kLow = std::is_same_v<T, bool> ? 0 : -kHigh;
        if (!(value >= kLow && value <= kHigh && value == std::trunc(value))) {
            throw DataError(xgrad::detail::error_text(
                "to_tensor",
                "row " + std::to_string(row) + ", column " + std::to_string(column) + " holds " + std::to_string(value),
                std::is_same_v<T, bool> ? "bool takes 0 and 1" : "i64 takes integers between -2^53 and 2^53",
                "use f32 or f64, or mend the table"));
        }
    }
    return static_cast<T>(value);
}

}  // namespace

CsvTable detail::read_csv(Source& source, const CsvOptions& options)
{
    Parser parser{source, options, {}};
    parser.parse(source.read_all());
    return std::move(parser.table);
}

CsvTable read_csv(const std::string& path, const CsvOptions& options)
{
    Source source("read_csv", path);
    return detail::read_csv(source, options);
}

Tensor to_tensor(const CsvTable& table, std::int64_t from, std::int64_t to, Dtype dtype)
{
    if (from < 0 || from > to || to > table.columns) {
        throw ShapeError(xgrad::detail::error_text(
            "to_tensor",
            "columns " + std::to_string(from) + " to " + std::to_string(to) + " of " + std::to_string(table.columns),
            "0 <= from <= to <= columns", "count the columns from 0; `to` is the first one left out"));
    }
    const Tensor y = xgrad::detail::empty(dtype, {table.rows, to - from});
    const auto fill = [&]<class T>(T* out) {
        for (std::int64_t row = 0; row < table.rows; ++row) {
            for (std::int64_t column = from; column < to; ++column) *out++ = element<T>(table, row, column);
        }
    };
    switch (dtype) {
        case f32:
            fill(xgrad::detail::mutable_data<float>(y));
            break;
        case f64:
            fill(xgrad::detail::mutable_data<double>(y));
            break;
        case i64:
            fill(xgrad::detail::mutable_data<std::int64_t>(y));
            break;
        case boolean:
            fill(xgrad::detail::mutable_data<bool>(y));
            break;
    }
    return y;
}

}  // namespace xgrad::data
