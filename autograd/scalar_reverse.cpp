// The walk back over scalar statements. See scalar_tape.hpp for the memory it reads.
#include <xgrad/scalar_explain.hpp>
#include <xgrad/scalar_tape.hpp>

namespace xgrad::detail {

namespace {

using Count = ScalarTape::Count;

/// Slots without operands: Count::empty is 0 and Count::leaf is 255, the only counts that wrap to 254 and more.
bool has_operands(unsigned count) { return count - 1u < 0xFEu; }

}  // namespace

void ScalarTape::seek(std::uint32_t last) noexcept
{
    if (cursor_slot == last) return;
    if (cursor_slot < last) {
        cursor_slot = slots;
        cursor_weighted = weighted_top;
        cursor_unit = unit_top;
    }
    while (cursor_slot > last) {
        const auto count = static_cast<unsigned>(counts[--cursor_slot]);
        if (!has_operands(count)) continue;
        cursor_weighted -= count >> 4;
        cursor_unit -= count & 15;
    }
}

void ScalarTape::reverse(std::uint32_t first, std::uint32_t last) noexcept
{
    if (first < leading_leaves) first = static_cast<std::uint32_t>(leading_leaves);
    if (first >= last) return;
    seek(last);
    if (first > leading_leaves) residue = true;
    if (!records) return walk(first, last);
    for (std::uint32_t slot = last; slot-- > first;) {  // an explaining tape keeps every adjoint
        if (has_operands(static_cast<unsigned>(counts[slot]))) (*records)[slot].adjoint += adjoints[slot];
        walk(slot, slot + 1);
    }
}

void ScalarTape::walk(std::uint32_t first, std::uint32_t last) noexcept
{
    double* const adjoint_of = adjoints;
    std::uint64_t slot = last;
    const double* partial = partials + cursor_weighted;
    const std::uint32_t* weight = weighted + cursor_weighted;
    const std::uint32_t* unit = units + cursor_unit;
    while (slot > first) {
        const auto count = static_cast<unsigned>(counts[--slot]);
        if (!has_operands(count)) continue;
        const std::ptrdiff_t n_weighted = count >> 4, n_units = count & 15;
        partial -= n_weighted;
        weight -= n_weighted;
        unit -= n_units;
        const double gy = adjoint_of[slot];
        if (gy == 0) continue;  // not reached from the root: 0 * inf must not make a NaN of it
        adjoint_of[slot] = 0;
        for (std::ptrdiff_t i = 0; i < n_weighted; ++i) adjoint_of[weight[i]] += gy * partial[i];
        for (std::ptrdiff_t i = 0; i < n_units; ++i) adjoint_of[unit[i]] += gy;
    }
    cursor_slot = first;
    cursor_weighted = static_cast<std::uint64_t>(partial - partials);
    cursor_unit = static_cast<std::uint64_t>(unit - units);
}

}  // namespace xgrad::detail
