#include <xgrad/error.hpp>
#include <xgrad/leaf.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "autograd/batched.hpp"

namespace xgrad::detail {

std::atomic<std::uint64_t> write_clock_value{0};

namespace {

/// Dense numbers for parameters; a number is free again when its cell dies.
struct ParameterIds {
    std::mutex mutex;
    std::vector<std::uint32_t> free;
    std::uint32_t next = 0;
};

ParameterIds& parameter_ids()
{
    static auto* ids = new ParameterIds;  // never destroyed: parameters may be statics
    return *ids;
}

/// Parameters that received a gradient without standing in any list. Rare, so one list for all threads will do.
struct Unlisted {
    struct Entry {
        LeafCell* cell;
        const void* thread;
    };
    std::mutex mutex;
    std::vector<Entry> entries;
    std::atomic<std::size_t> count{0};  // lets step() pass without the mutex
};

Unlisted& unlisted()
{
    static auto* list = new Unlisted;  // never destroyed: parameters may be statics
    return *list;
}

std::mutex& ties_mutex()
{
    static auto* mutex = new std::mutex;
    return *mutex;
}

/// An address that tells threads apart.
const void* this_thread() noexcept
{
    static thread_local char tag;
    return &tag;
}

/// Another reference, unless the last one has just gone.
LeafRef retain_living(LeafCell* cell)
{
    std::atomic_ref count(cell->references);
    std::uint32_t n = count.load(std::memory_order_relaxed);
    while (n != 0)
        if (count.compare_exchange_weak(n, n + 1, std::memory_order_acquire)) return LeafRef::adopt(cell);
    return {};
}

void forget_unlisted(LeafCell* cell)
{
    Unlisted& list = unlisted();
    const std::lock_guard lock(list.mutex);
    std::erase_if(list.entries, [cell](const Unlisted::Entry& entry) { return entry.cell == cell; });
    list.count.store(list.entries.size(), std::memory_order_relaxed);
}

/// `copy` is no longer an open copy.
void close_copy(LeafCell* copy)
{
    if (!copy->copied_from) return;
    std::erase_if(copy->copied_from->open_copies, [copy](const auto& open) { return open.copy == copy; });
    copy->copied_from = nullptr;
}

void forget_copies(LeafCell* cell)
{
    const std::lock_guard lock(ties_mutex());
    close_copy(cell);
    for (const LeafCell::OpenCopy& open : cell->open_copies) open.copy->copied_from = nullptr;
}

LeafCell::OpenCopy* open_copy_of_this_thread(LeafCell& from)
{
    for (LeafCell::OpenCopy& open : from.open_copies)
        if (open.thread == this_thread()) return &open;
    return nullptr;
}

void destroy_cell(LeafCell* cell) noexcept
{
    if (cell->reported) forget_unlisted(cell);
    if (cell->tied) forget_copies(cell);
    if (cell->value.defined()) cell->value.unsafe_header()->leaf = nullptr;  // the value may outlive its parameter
    if (cell->id != LeafCell::kNoId) {
        ParameterIds& ids = parameter_ids();
        const std::lock_guard lock(ids.mutex);
        ids.free.push_back(cell->id);
    }
    delete cell;
}

}  // namespace

void mark_written(TensorHeader& header) noexcept
{
    header.written = write_clock_value.fetch_add(1, std::memory_order_relaxed) + 1;
}

void throw_unreadable(const TensorHeader& header)
{
    if (header.flags & TensorHeader::kBatched) throw_needs_loop(header);
    const std::string name = header.leaf && !header.leaf->name.empty() ? "'" + header.leaf->name + "' " : "";
    throw TapeError(error_text("backward",
                               "parameter " + name + "of shape " + to_string(Sizes(header.sizes(), header.ndim)) +
                                   " was overwritten after the forward pass that needs its value",
                               "what an operation saved for its vjp stays as it was until backward",
                               "call step(), load or assign after backward, or run the forward pass again"));
}

LeafRef new_leaf_cell(std::string name)
{
    auto cell = std::make_unique<LeafCell>();
    cell->name = std::move(name);
    return LeafRef::adopt(cell.release());
}

void destroy(LeafCell* cell) noexcept { destroy_cell(cell); }

void own_leaf(TensorHeader& header, LeafCell& cell) noexcept
{
    retain(&cell);
    header.leaf = &cell;
    header.flags |= TensorHeader::kOwnsLeaf;
}

Tensor make_leaf(const Tensor& value, std::string name)
{
    Tensor leaf = view(value, value.sizes(), value.strides(), 0);
    const LeafRef cell = new_leaf_cell(std::move(name));
    cell->listed = true;  // no optimizer is expected to know it
    own_leaf(*leaf.unsafe_header(), *cell);
    return leaf;
}

std::uint32_t new_parameter_id()
{
    ParameterIds& ids = parameter_ids();
    const std::lock_guard lock(ids.mutex);
    if (ids.free.empty()) return ids.next++;
    const std::uint32_t id = ids.free.back();
    ids.free.pop_back();
    return id;
}

void report_unlisted(LeafCell& cell)
{
    Unlisted& list = unlisted();
    const std::lock_guard lock(list.mutex);
    list.entries.push_back({&cell, this_thread()});
    list.count.store(list.entries.size(), std::memory_order_relaxed);
    cell.reported = true;
}

LeafRef first_unlisted()
{
    Unlisted& list = unlisted();
    if (list.count.load(std::memory_order_relaxed) == 0) return {};
    const std::lock_guard lock(list.mutex);
    for (const auto& [cell, thread] : list.entries) {
        if (cell->listed || thread != this_thread()) continue;
        if (LeafRef living = retain_living(cell)) return living;
    }
    return {};
}

LeafRef copy_of_tied(LeafCell& from, const void* member)
{
    if (!from.tied) return {};
    LeafRef copy;  // outlives the lock: releasing the last reference takes it again
    const std::lock_guard lock(ties_mutex());
    LeafCell::OpenCopy* open = open_copy_of_this_thread(from);
    if (!open || std::find(open->members.begin(), open->members.end(), member) != open->members.end()) return {};
    copy = retain_living(open->copy);
    // Once it is in use, a further copy has nothing to do with it.
    if (!copy || copy->version > 0 || copy->listed || copy->grad.defined()) return {};
    open->members.push_back(member);
    return copy;
}

void note_copy(LeafCell& from, LeafCell& copy, const void* member)
{
    if (!from.tied) return;
    const std::lock_guard lock(ties_mutex());
    if (const LeafCell::OpenCopy* open = open_copy_of_this_thread(from)) close_copy(open->copy);
    from.open_copies.push_back({&copy, this_thread(), {member}});
    copy.copied_from = &from;
    copy.tied = true;
}

}  // namespace xgrad::detail
