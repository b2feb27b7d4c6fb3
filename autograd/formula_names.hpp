// The formulas of operations with the names of values in place of their letters. Private to the library.
#pragma once

#include <xgrad/record.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace xgrad::detail {

using Names = std::map<std::string, std::string>;  // by letter

/// "a * b" becomes "q * z".
std::string with_names(const char* formula, const Names& names);

/// The letter that an operation's formulas have for input i of `count`: x, or a and b, or c, a and b; layers have x, W and
/// b. Empty where there is none.
std::string letter_of(const Op& op, std::size_t i, std::size_t count);

/// What the formulas' letters stand for: inputs as letter_of has them, matrices in capitals, a list where the operation
/// joins its inputs, x0, x1 ... in expressions of fuse; y is the output.
Names names_of(const Op& op, const std::vector<std::string>& inputs, const std::string& output);

/// What a value is called: its name or, without one, "%3".
std::string name_or_number(const std::string& name, std::uint32_t slot);

/// "model.cpp" of a path.
const char* file_name(const char* path);

/// "model.cpp:12"; empty when the file is.
std::string place_text(const char* file, int line);

/// " (model.cpp:12)"; empty when the file is.
std::string at_line(const char* file, int line);

}  // namespace xgrad::detail
