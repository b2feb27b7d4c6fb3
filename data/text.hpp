#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace xgrad::data::detail {

/// A piece of a file as an error text shows it: at most 80 bytes, what is no printable ASCII as '?'.
std::string shown(std::string_view text);

/// "byte 12".
std::string byte_place(std::uint64_t position);

bool is_utf8(std::string_view text);

}  // namespace xgrad::data::detail
