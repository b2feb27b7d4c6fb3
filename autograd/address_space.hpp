#pragma once

// Pieces of address space that cost memory only where they are touched: what a tape writes one after the other lies in
// such a piece, so that it never moves and is found by its index alone.

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace xgrad::detail {

/// So many bytes, all zero; null: the system refuses.
void* map_address_space(std::size_t bytes) noexcept;
void unmap_address_space(void* start, std::size_t bytes) noexcept;

/// Finds out how many entries `map(entries)`, which tells whether it could, maps: those wanted, or, where address space
/// is limited (ulimit -v), a quarter of the largest number that fits, which leaves room for everything else; `unmap()`
/// takes one back. False: not even `smallest` fit.
template <class Map, class Unmap>
bool map_what_fits(std::uint64_t wanted, std::uint64_t smallest, Map&& map, Unmap&& unmap)
{
    if (map(wanted)) return true;
    std::uint64_t entries = wanted / 2;
    while (entries > smallest && !map(entries)) entries /= 2;
    unmap();
    return map(std::max(entries / 4, smallest));
}

}  // namespace xgrad::detail
