// Adjoints through scalar statements, one after the other. Nothing here is wide: an instruction set matters for its
// fused multiply-add, which halves the time from one link of a chain to the next.
#include "autograd/kernels/scalar_walk.hpp"

#include "autograd/kernels/table.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {
namespace {

#if defined(__FMA__)
inline double add_product(double sum, double a, double b) { return __builtin_fma(a, b, sum); }
#else
inline double add_product(double sum, double a, double b) { return sum + a * b; }
#endif

/// A weighted operand: 8 bytes of partial, then the slot, at the alignment of the words around it.
struct [[gnu::packed, gnu::aligned(4)]] Weighted
{
    double partial;
    std::uint32_t slot;
};
constexpr unsigned kWords = sizeof(Weighted) / sizeof(std::uint32_t);

constexpr unsigned kEmpty = 0, kLeaf = 255;  // counts of slots without operands; each fills one word

/// Words ahead that are fetched early: the hardware follows a single falling stream too timidly.
constexpr unsigned kFetchAhead = 512;

/// The part of a walk that lives in registers.
struct Registers {
    double* adjoints;
    const std::uint32_t* operands;
    std::uint64_t slot;  // of the statement at hand
    double next;         // adjoint of slot - 1; what memory holds there is out of date meanwhile

    [[gnu::always_inline]] inline void hand_on(std::uint32_t to, double partial, double gy)
    {
        if (to == slot - 1)
            next = add_product(next, gy, partial);
        else
            adjoints[to] = add_product(adjoints[to], gy, partial);
    }
    [[gnu::always_inline]] inline void hand_on(std::uint32_t to, double gy)
    {
        if (to == slot - 1)
            next += gy;
        else
            adjoints[to] += gy;
    }

    /// A statement of so many operands; the loops disappear where the compiler knows the numbers.
    [[gnu::always_inline]] inline void step(unsigned n_weighted, unsigned n_units, double gy)
    {
        operands -= n_weighted * kWords + n_units;
        adjoints[slot] = 0;
        if (gy == 0) return;  // not reached from the root: 0 * inf must not make a NaN of it
        const auto* weighted = reinterpret_cast<const Weighted*>(operands);
        const std::uint32_t* units = operands + n_weighted * kWords;
        for (unsigned i = 0; i < n_units; ++i) hand_on(units[i], gy);
        for (unsigned i = 0; i < n_weighted; ++i) hand_on(weighted[i].slot, weighted[i].partial, gy);
    }

    [[gnu::always_inline]] inline void step(unsigned count, double gy)
    {
        switch (count) {  // the usual statements, unrolled
            case 0x01:
                return step(0, 1, gy);
            case 0x02:
                return step(0, 2, gy);
            case 0x10:
                return step(1, 0, gy);
            case 0x11:
                return step(1, 1, gy);
            case 0x20:
                return step(2, 0, gy);
            case 0x21:
                return step(2, 1, gy);
            case 0x30:
                return step(3, 0, gy);
            case kEmpty:
            case kLeaf:
                --operands;
                adjoints[slot] = gy;
                return;
            default:
                return step(count >> 4, count & 15, gy);
        }
    }
};

/// The adjoint of the slot just below is kept in a register: in a chain of operations each adjoint is needed right
/// after it is written, and the way through memory would take twice as long.
void walk_statements(ScalarWalk& walk, std::uint64_t first)
{
    Registers r{walk.adjoints, walk.operands, walk.slot, walk.adjoints[static_cast<std::int64_t>(walk.slot) - 1]};
    while (r.slot > first) {
        const double gy = r.next;
        --r.slot;
        r.next = r.adjoints[static_cast<std::int64_t>(r.slot) - 1];
        __builtin_prefetch(r.operands - kFetchAhead);
        r.step(walk.counts[r.slot], gy);
    }
    r.adjoints[static_cast<std::int64_t>(r.slot) - 1] = r.next;
    walk.operands = r.operands;
    walk.slot = r.slot;
}

}  // namespace

void fill_scalar_walk(KernelTable& table) { table.scalar_walk = walk_statements; }

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
