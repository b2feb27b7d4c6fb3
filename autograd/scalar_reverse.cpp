// The walk back over scalar statements. See scalar_tape.hpp for the memory it reads.
#include <xgrad/scalar_explain.hpp>
#include <xgrad/scalar_tape.hpp>

#include "autograd/kernels/table.hpp"

namespace xgrad::detail {

namespace {

/// Slots without operands: Count::empty is 0 and Count::leaf is 255, the only counts that wrap to 254 and more.
bool has_operands(unsigned count) { return count - 1u < 0xFEu; }

/// 4-byte words of operands of a slot; one without operands has one word.
std::ptrdiff_t words(unsigned count)
{
    return has_operands(count) ? std::ptrdiff_t{count >> 4} * ScalarTape::kWeightedWords + (count & 15) : 1;
}

}  // namespace

inline void ScalarTape::seek(std::uint32_t last) noexcept
{
    if (cursor_slot < last) {
        cursor_slot = slots;
        cursor = top;
    }
    while (cursor_slot > last) cursor -= words(static_cast<unsigned>(counts[--cursor_slot]));
}

/// From the cursor down to first.
inline void ScalarTape::walk(std::uint32_t first) noexcept
{
    kernels::ScalarWalk walk{reinterpret_cast<const std::uint8_t*>(counts), adjoints, cursor, cursor_slot};
    kernels::active.scalar_walk(walk, first);
    cursor = walk.operands;
    cursor_slot = walk.slot;
}

void ScalarTape::reverse(std::uint32_t first, std::uint32_t last) noexcept
{
    if (first < leading_leaves) first = static_cast<std::uint32_t>(leading_leaves);
    if (first >= last) return;
    seek(last);
    if (first > leading_leaves) residue = true;
    if (!records) return walk(first);
    for (std::uint32_t slot = last; slot-- > first;) {  // an explaining tape keeps every adjoint
        if (has_operands(static_cast<unsigned>(counts[slot]))) (*records)[slot].adjoint += adjoints[slot];
        walk(slot);
    }
}

}  // namespace xgrad::detail
