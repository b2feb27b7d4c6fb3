#pragma once

// Texts of pictures as bytes of UTF-8. Private to this folder.

#include <string>
#include <string_view>

namespace xgrad::plot::detail {

/// The text with U+FFFD in place of bytes that are no UTF-8 and of control characters, which neither format may hold.
std::string clean_text(std::string_view text);

/// The text for the inside of an XML element or attribute.
std::string escaped(std::string_view text);

}  // namespace xgrad::plot::detail
