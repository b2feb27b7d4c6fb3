// The player: a page that steps through an explanation in a browser.
#pragma once

#include <cstddef>
#include <string>

namespace xgrad::detail {

/// The most nodes that a page draws.
inline constexpr std::size_t kMostDrawnNodes = 1000;

/// One page that needs no other file and no network: the graph, the steps, and for scalars the computation itself.
/// json: an explanation, format "xgrad.explanation", version 1.
std::string player_page(const std::string& json, const std::string& title);

/// Writes the page of an explanation of so many nodes. Throws TapeError for none and for more than kMostDrawnNodes,
/// DataError when the file cannot be written; then the path holds what it held before.
void write_player(const std::string& path, const std::string& json, std::size_t nodes, const std::string& title);

}  // namespace xgrad::detail
