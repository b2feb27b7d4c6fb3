// The walk back over scalar statements. See scalar_tape.hpp for the memory it reads.
#include <xgrad/scalar_explain.hpp>
#include <xgrad/scalar_tape.hpp>

namespace xgrad::detail {

namespace {

using Count = ScalarTape::Count;

/// Slots without operands: Count::empty is 0 and Count::leaf is 255, the only counts that wrap to 254 and more.
bool has_operands(unsigned count) { return count - 1u < 0xFEu; }

/// 4-byte words of operands of a slot; one without operands has one word.
std::ptrdiff_t words(unsigned count)
{
    return has_operands(count) ? std::ptrdiff_t{count >> 4} * ScalarTape::kWeightedWords + (count & 15) : 1;
}

}  // namespace

void ScalarTape::seek(std::uint32_t last) noexcept
{
    if (cursor_slot < last) {
        cursor_slot = slots;
        cursor = top;
    }
    while (cursor_slot > last) cursor -= words(static_cast<unsigned>(counts[--cursor_slot]));
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

namespace {

/// The part of a walk that lives in registers.
struct Walk {
    double* adjoints;
    const std::uint32_t* operands;  // end of the operands not walked yet
    std::uint64_t slot;             // of the statement at hand
    double next;                    // adjoint of slot - 1; what memory holds there is out of date meanwhile

    [[gnu::always_inline]] void hand_on(std::uint32_t to, double gradient)
    {
        if (to == slot - 1)
            next += gradient;
        else
            adjoints[to] += gradient;
    }

    /// A statement of so many operands; the loops disappear where the compiler knows the numbers.
    [[gnu::always_inline]] void step(unsigned n_weighted, unsigned n_units, double gy)
    {
        operands -= n_weighted * ScalarTape::kWeightedWords + n_units;
        adjoints[slot] = 0;
        if (gy == 0) return;  // not reached from the root: 0 * inf must not make a NaN of it
        const auto* weighted = reinterpret_cast<const ScalarTape::Weighted*>(operands);
        const std::uint32_t* units = operands + n_weighted * ScalarTape::kWeightedWords;
        for (unsigned i = 0; i < n_units; ++i) hand_on(units[i], gy);
        for (unsigned i = 0; i < n_weighted; ++i) hand_on(weighted[i].slot, gy * weighted[i].partial);
    }
};

/// Bytes ahead of the walk that are fetched early: the hardware follows a single falling stream too timidly.
constexpr std::size_t kFetchAhead = 2048;

}  // namespace

/// From the cursor down to first. The adjoint of the slot just below is kept in a register: in a chain of operations
/// each adjoint is needed right after it is written, and the way through memory would take twice as long.
void ScalarTape::walk(std::uint32_t first) noexcept
{
    Walk walk{adjoints, cursor, cursor_slot, adjoints[cursor_slot - 1]};
    while (walk.slot > first) {
        const double gy = walk.next;
        const auto count = static_cast<unsigned>(counts[--walk.slot]);
        walk.next = walk.adjoints[walk.slot - 1];  // below slot 0 there is a spare one
        __builtin_prefetch(walk.operands - kFetchAhead / sizeof(*walk.operands));
        switch (count) {  // the usual statements, unrolled
            case 0x01:
                walk.step(0, 1, gy);
                break;
            case 0x02:
                walk.step(0, 2, gy);
                break;
            case 0x10:
                walk.step(1, 0, gy);
                break;
            case 0x11:
                walk.step(1, 1, gy);
                break;
            case 0x20:
                walk.step(2, 0, gy);
                break;
            case 0x21:
                walk.step(2, 1, gy);
                break;
            case 0x30:
                walk.step(3, 0, gy);
                break;
            case static_cast<unsigned>(Count::empty):
            case static_cast<unsigned>(Count::leaf):
                --walk.operands;
                walk.adjoints[walk.slot] = gy;
                break;
            default:
                walk.step(count >> 4, count & 15, gy);
        }
    }
    walk.adjoints[walk.slot - 1] = walk.next;
    cursor = walk.operands;
    cursor_slot = walk.slot;
}

}  // namespace xgrad::detail
