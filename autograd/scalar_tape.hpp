// The memory of one recording's scalar statements, and the walk back over them.
//
// Every assignment of a scalar expression appends one statement: which earlier values it read, and the partial
// derivative with respect to each. A statement is named by its slot, counted from 0. Structure of arrays:
//
//   counts    one byte a slot: how many weighted operands (high nibble), how many unit operands (low nibble)
//   operands  the statements one after the other: weighted operands (the partial in 8 bytes, the slot in 4), then unit
//             operands, whose partial is exactly 1 (the slot in 4 bytes); a slot without operands fills 4 bytes
//   adjoints  one double a slot; zero except during and right after a walk
//
// The left-hand side is implicit: the statement's own slot. Leaves and tensor nodes are slots without operands.
// The arrays lie in one reserved piece of address space that costs memory only where it is touched.
#pragma once

#include <cstddef>
#include <cstdint>

namespace xgrad::detail {

struct ScalarTape;
class ScalarRecords;

/// The tape that records in this thread; the null tape where none is open, never a null pointer.
[[gnu::tls_model("initial-exec")]] extern thread_local constinit ScalarTape* current;

/// Stands for "no tape": it has no slots, so that nothing is on it, and no room, so that nothing is recorded.
extern constinit ScalarTape null_tape;

struct ScalarTape {
    /// Its own type, so that writing a count cannot change anything else in the compiler's eyes (a char could).
    enum class Count : std::uint8_t { empty = 0, leaf = 0xFF };

    /// A statement has at most so many operands, which keeps Count::leaf and every real count apart.
    static constexpr unsigned kMaxOperands = 15;

    /// An operand and the partial derivative with respect to it. Packed: 12 bytes, aligned as the words around it.
    struct [[gnu::packed, gnu::aligned(4)]] Weighted
    {
        double partial;
        std::uint32_t slot;
    };
    static constexpr unsigned kWeightedWords = sizeof(Weighted) / sizeof(std::uint32_t);

    /// Slots of one recording: they are 32 bits wide.
    static constexpr std::uint64_t kMaxSlots = std::uint64_t{1} << 32;

    /// Words of operands that a tape holds by default. Address space, not memory: 13 bytes each.
    static constexpr std::uint64_t kDefaultCapacity = std::uint64_t{1} << 31;

    constexpr ScalarTape() = default;
    ~ScalarTape();
    ScalarTape(const ScalarTape&) = delete;
    ScalarTape& operator=(const ScalarTape&) = delete;

    // ---- recording ----

    /// Starts a recording and makes it the thread's current tape. With explain every elementary operation is recorded.
    /// A capacity other than 0 replaces the memory by one for that many words of
    /// operands. Throws std::bad_alloc without memory.
    void begin(bool explain = false, std::uint64_t new_capacity = 0)
    {
        const bool ready = serials_end - base_serial >= kMaxSlots;
        if (!ready || explain || new_capacity != 0) [[unlikely]]
            prepare(explain, new_capacity);
        else
            limit = operands_end;
        top = operands;
        below = current;
        current = this;
    }

    /// Ends it: what was current before becomes so again, everything recorded is forgotten. O(what was used).
    void end() noexcept
    {
        current = below;
        for (unsigned slot = 0; slot < kFewLeaves; ++slot) adjoints[slot] = 0;
        if (residue || records || leading_leaves > kFewLeaves) [[unlikely]]
            forget();
        base_serial += slots;
        slots = leading_leaves = late_leaves = 0;
        cursor_slot = 0;
        limit = nullptr;
    }

    /// A slot for an independent value. Its adjoint stays after a walk.
    std::uint32_t push_leaf()
    {
        const std::uint32_t slot = push(Count::leaf);
        if (slot == leading_leaves) [[likely]] {
            ++leading_leaves;
        } else {
            ++late_leaves;
            residue = true;
        }
        return slot;
    }

    /// Slots for `count` independent values; returns the first. Faster than one at a time.
    std::uint32_t push_leaves(std::size_t count)
    {
        const auto first = static_cast<std::uint32_t>(slots);
        if (!has_room(count) || first != leading_leaves) [[unlikely]]
            return push_late_leaves(count);
        constexpr std::uint64_t kEightLeaves = ~std::uint64_t{0};
        for (std::size_t i = 0; i < count; i += 8) __builtin_memcpy(counts + first + i, &kEightLeaves, 8);
        top += count;
        slots += count;
        leading_leaves += static_cast<std::uint32_t>(count);
        return first;
    }

    /// A slot without operands for a value made elsewhere (tensor nodes). A walk leaves its adjoint alone.
    std::uint32_t push_slot() { return push(Count::empty); }

    /// To be called before anything reads the value of such a slot as a scalar: its adjoint may stay after a walk.
    void expect_residue() { residue = true; }

    /// Is the value with this serial on this tape? Constants have serial 0 and are on none. The tape owns all serials
    /// of the range that its slots may take, so the number of slots taken so far does not matter.
    bool holds(std::uint64_t serial) const { return in_range(serial - base_serial); }
    static bool in_range(std::uint64_t distance) { return distance < kMaxSlots; }
    std::uint32_t slot_of(std::uint64_t serial) const { return static_cast<std::uint32_t>(serial - base_serial); }

    /// Is there room for so many words? Never on the null tape and on explaining tapes.
    bool has_room(std::size_t words) const
    {
        const auto bytes = reinterpret_cast<std::uintptr_t>(limit) - reinterpret_cast<std::uintptr_t>(top);
        return static_cast<std::intptr_t>(bytes) >= static_cast<std::intptr_t>(words * sizeof(std::uint32_t));
    }

    bool is_leaf(std::uint32_t slot) const { return counts[slot] == Count::leaf; }
    bool explains() const { return records != nullptr; }

    /// Where the recording stands, for taking back what an exception interrupted.
    struct Mark {
        std::uint64_t slots;
        std::uint32_t* top;
    };
    Mark mark() const { return {slots, top}; }

    /// Takes back the operands recorded since. The slots stay taken (serials never repeat), as constants.
    void rollback(const Mark& to) noexcept;

    // ---- the walk back ----

    double& adjoint(std::uint32_t slot) { return adjoints[slot]; }

    /// Walks the statements in [first, last) from the last one down: hands each adjoint on to the operands and zeroes
    /// it (an explaining tape keeps a copy). Leaves and empty slots keep theirs. Cheapest if `last` is where the walk
    /// before it stopped or the end of the tape.
    void reverse(std::uint32_t first, std::uint32_t last) noexcept;

    /// Zeroes the adjoints of [first, last), of a walk that was given up for example.
    void clear_adjoints(std::uint32_t first, std::uint32_t last) noexcept;

    /// The adjoints that leaves have accumulated, n_leaves() of them in slot order: saved before a walk in which
    /// something may throw, and put back after it did. Restoring zeroes every other adjoint.
    std::uint64_t n_leaves() const { return leading_leaves + late_leaves; }
    void save_leaf_adjoints(double* values) const noexcept;
    void restore_leaf_adjoints(const double* values) noexcept;

    std::size_t bytes_used() const;

    static constexpr std::uint64_t kNoSerials = std::uint64_t{1} << 63;  // a base far from every serial

    // ---- state; the first cache lines are all that recording touches ----

    std::uint64_t slots = 0;                 // taken so far
    std::uint64_t base_serial = kNoSerials;  // serial of slot 0; slots, not serials, start from 0 with each recording
    std::uint32_t* top = nullptr;            // of operands: where the next statement goes
    std::uint32_t* limit = nullptr;          // of top; null on the null tape and on explaining tapes
    Count* counts = nullptr;
    double* adjoints = nullptr;
    std::uint64_t leading_leaves = 0;  // leaves before the first other slot: no walk visits them
    std::uint64_t late_leaves = 0;     // leaves behind that
    bool residue = false;              // adjoints other than those of the leading leaves may be non-zero
    ScalarTape* below = nullptr;       // current before this one began
    ScalarRecords* records = nullptr;  // of an explaining tape
    bool detect_anomaly = false;       // of an explaining tape: throw at the first NaN or infinity

    /// One elementary operation of an explaining tape; kNoSlot for an operand that is a constant.
    static constexpr std::uint32_t kNoSlot = ~std::uint32_t{0};
    void push_explained(std::uint32_t a, double partial_a, std::uint32_t b, double partial_b);

private:
    std::uint32_t push(Count kind)
    {
        if (!has_room(1)) [[unlikely]]
            return push_beyond_limit(kind);
        ++top;  // so that slots never outnumber words
        counts[slots] = kind;
        return static_cast<std::uint32_t>(slots++);
    }
    std::uint32_t push_beyond_limit(Count kind);
    std::uint32_t push_late_leaves(std::size_t count);

    static constexpr unsigned kFewLeaves = 8;  // whose adjoints end() always zeroes

    void prepare(bool explain, std::uint64_t new_capacity);
    void forget() noexcept;
    void seek(std::uint32_t last) noexcept;
    void walk(std::uint32_t first) noexcept;
    void reserve(std::uint64_t wanted);
    void release() noexcept;
    bool map(std::uint64_t entries) noexcept;

    std::uint64_t cursor_slot = 0;           // where the last walk stopped
    const std::uint32_t* cursor = nullptr;   // and the end of the operands before it
    std::uint32_t* operands = nullptr;       // start
    std::uint32_t* operands_end = nullptr;   // the limit of plain tapes
    std::uint64_t capacity = 0;              // words
    std::uint64_t serials_end = kNoSerials;  // of the block that base_serial lies in
    void* memory = nullptr;
    std::size_t memory_bytes = 0;
};

/// Makes a tape the thread's current one for as long as it lives.
class CurrentTape {
public:
    explicit CurrentTape(ScalarTape& tape) noexcept : resumed_(current) { current = &tape; }
    CurrentTape(const CurrentTape&) = delete;
    CurrentTape& operator=(const CurrentTape&) = delete;
    ~CurrentTape() { current = resumed_; }

private:
    ScalarTape* resumed_;
};

/// The recording open in this thread, whether it records just now or not, that holds the serial; null: none.
const ScalarTape* open_tape_with(std::uint64_t serial) noexcept;

/// Throws TapeError: the tape is full.
[[noreturn]] void throw_tape_full(const ScalarTape& tape);

}  // namespace xgrad::detail
