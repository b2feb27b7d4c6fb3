#include <xgrad/scalar_tape.hpp>

#include <xgrad/error.hpp>
#include <xgrad/scalar_explain.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#include "autograd/address_space.hpp"

namespace xgrad::detail {

constinit ScalarTape null_tape;
[[gnu::tls_model("initial-exec")]] thread_local constinit ScalarTape* current = &null_tape;

namespace {

// ---- serials: each tape draws from a block of its own, so that no two values ever share one ----

constexpr std::uint64_t kBlock = std::uint64_t{1} << 40;

struct SerialRange {
    std::uint64_t begin, end;
};

/// Blocks never drawn, and what threads that ended left of theirs. Without destructors: threads may outlive main.
class SerialPool {
public:
    SerialRange draw()
    {
        const std::scoped_lock lock(mutex_);
        if (n_left_ > 0) return left_[--n_left_];
        const std::uint64_t begin = next_;
        next_ += kBlock;
        return {begin, next_};
    }
    void give_back(SerialRange range)
    {
        const std::scoped_lock lock(mutex_);
        if (n_left_ < left_.size()) left_[n_left_++] = range;
    }

private:
    std::mutex mutex_;
    std::uint64_t next_ = kBlock;  // the first block stays unused: serial 0 is a constant
    std::array<SerialRange, 1024> left_{};
    std::size_t n_left_ = 0;
};

constinit SerialPool serial_pool;

// ---- memory ----

constexpr std::size_t kPage = 4096;
constexpr std::uint64_t kSmallestCapacity = 1024;
constexpr std::uint64_t kSlack = 64;  // entries written ahead of the check

/// The arrays start at different offsets in a page: at equal ones, loads wait for unrelated stores.
constexpr std::size_t kStagger = 832;

std::size_t array_bytes(std::uint64_t entries, std::size_t size)
{
    const std::size_t bytes = (entries + kSlack) * size + kStagger;
    return (bytes + kPage - 1) / kPage * kPage + kStagger / 64 * 64;
}

}  // namespace

ScalarTape::~ScalarTape()
{
    release();
    if (serials_end - base_serial >= kMaxSlots) serial_pool.give_back({base_serial, serials_end});
}

bool ScalarTape::map(std::uint64_t words) noexcept
{
    const std::size_t sizes[] = {array_bytes(words, sizeof(*operands)) + 3 * kPage, array_bytes(words, sizeof(*counts)),
                                 array_bytes(words, sizeof(*adjoints))};
    const std::size_t bytes = sizes[0] + sizes[1] + sizes[2];
    void* const start = map_address_space(bytes);
    if (!start) return false;
    memory = start;
    memory_bytes = bytes;
    capacity = words;
    auto* at = static_cast<std::byte*>(start);
    // Prefetches look a page back and a page ahead. Where nothing was ever touched they cost more than they bring.
    for (unsigned page = 0; page < 3; ++page) std::memset(at + page * kPage, 0, 1);
    operands = reinterpret_cast<std::uint32_t*>(at + kPage);
    operands_end = operands + words;
    counts = reinterpret_cast<Count*>(at + sizes[0]);
    adjoints = reinterpret_cast<double*>(at + sizes[0] + sizes[1]);
    return true;
}

void ScalarTape::reserve(std::uint64_t wanted)
{
    release();
    wanted = std::clamp(wanted, kSmallestCapacity, kMaxSlots - kSlack);
    const bool fits = map_what_fits(
        wanted, kSmallestCapacity, [this](std::uint64_t words) { return map(words); }, [this] { release(); });
    if (!fits) throw_out_of_memory(kSmallestCapacity * (sizeof(*operands) + sizeof(*counts) + sizeof(*adjoints)));
}

void ScalarTape::release() noexcept
{
    if (memory) unmap_address_space(memory, memory_bytes);
    memory = nullptr;
    memory_bytes = 0;
    capacity = 0;
}

// ---- recording ----

void ScalarTape::prepare(bool explain, std::uint64_t new_capacity)
{
    if (!memory || (new_capacity != 0 && new_capacity != capacity))
        reserve(new_capacity != 0 ? new_capacity : kDefaultCapacity);
    if (serials_end - base_serial < kMaxSlots) {
        const SerialRange range = serial_pool.draw();
        base_serial = range.begin;
        serials_end = range.end;
    }
    if (explain) records = make_records();
    limit = explain ? nullptr : operands_end;
}

void ScalarTape::forget() noexcept
{
    clear_adjoints(0, static_cast<std::uint32_t>(residue ? slots : leading_leaves));
    residue = false;
    if (records) destroy_records(std::exchange(records, nullptr));
}

std::uint32_t ScalarTape::push_late_leaves(std::size_t count)
{
    const auto first = static_cast<std::uint32_t>(slots);
    if (count > static_cast<std::size_t>((records ? operands_end : limit) - top)) throw_tape_full(*this);
    for (std::size_t i = 0; i < count; ++i) push_leaf();
    return first;
}

std::uint32_t ScalarTape::push_beyond_limit(Count kind)
{
    if (!records || top == operands_end) throw_tape_full(*this);
    records->reserve(slots);
    ++top;
    counts[slots] = kind;
    return static_cast<std::uint32_t>(slots++);
}

void ScalarTape::push_explained(std::uint32_t a, double partial_a, std::uint32_t b, double partial_b)
{
    if (operands_end - top < std::ptrdiff_t{2 * kWeightedWords}) throw_tape_full(*this);
    records->reserve(slots);
    unsigned count = 0;
    for (const auto& [slot, partial] : {std::pair(a, partial_a), std::pair(b, partial_b)}) {
        if (slot == kNoSlot) continue;
        *reinterpret_cast<Weighted*>(top) = {partial, slot};
        top += kWeightedWords;
        ++count;
    }
    counts[slots++] = static_cast<Count>(count << 4);
}

void ScalarTape::rollback(const Mark& to) noexcept
{
    for (std::uint64_t slot = to.slots; slot < slots; ++slot) {  // the slots taken since stay taken
        late_leaves -= slot >= leading_leaves && is_leaf(static_cast<std::uint32_t>(slot));
        counts[slot] = Count::empty;
        if (records) (*records)[static_cast<std::uint32_t>(slot)] = {};
    }
    top = to.top + (slots - to.slots);
    leading_leaves = std::min(leading_leaves, to.slots);
    residue = true;
    cursor_slot = 0;
}

std::size_t ScalarTape::bytes_used() const
{
    return slots * (sizeof(Count) + sizeof(double)) + static_cast<std::size_t>(top - operands) * sizeof(*operands);
}

void throw_tape_full(const ScalarTape& tape)
{
    throw TapeError(error_text(
        "tape", "the tape is full: " + std::to_string(tape.slots) + " values recorded",
        "one recording holds a fixed number of operands; memory for them is reserved when the thread opens its first "
        "tape",
        "end the tape more often (one for each step), or allow the process more address space (ulimit -v)"));
}

// ---- adjoints around the walk ----

void ScalarTape::clear_adjoints(std::uint32_t first, std::uint32_t last) noexcept
{
    std::fill(adjoints + first, adjoints + last, 0.0);
}

void ScalarTape::save_leaf_adjoints(double* values) const noexcept
{
    std::uint64_t left = n_leaves();
    for (std::uint32_t slot = 0; left > 0; ++slot)
        if (is_leaf(slot)) {
            *values++ = adjoints[slot];
            --left;
        }
}

void ScalarTape::restore_leaf_adjoints(const double* values) noexcept
{
    for (std::uint32_t slot = 0; slot < slots; ++slot) adjoints[slot] = is_leaf(slot) ? *values++ : 0.0;
}

}  // namespace xgrad::detail
