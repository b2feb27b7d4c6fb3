#include <xgrad/error.hpp>
#include <xgrad/leaf.hpp>

#include <atomic>
#include <mutex>
#include <vector>

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

thread_local std::vector<LeafCell*> unlisted;

void forget_unlisted(LeafCell* cell) { std::erase(unlisted, cell); }

void destroy_cell(LeafCell* cell) noexcept
{
    if (cell->reported) forget_unlisted(cell);
    if (cell->copied_from && cell->copied_from->last_copy == cell) cell->copied_from->last_copy = nullptr;
    if (cell->last_copy) cell->last_copy->copied_from = nullptr;
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

void throw_overwritten(const TensorHeader& header)
{
    const std::string name = header.leaf && !header.leaf->name.empty() ? "'" + header.leaf->name + "' " : "";
    throw TapeError(error_text("backward",
                               "parameter " + name + "of shape " + to_string(Sizes(header.sizes(), header.ndim)) +
                                   " was overwritten after the forward pass that needs its value",
                               "what an operation saved for its vjp stays as it was until backward",
                               "call step(), load or assign after backward, or run the forward pass again"));
}

void destroy(LeafCell* cell) noexcept { destroy_cell(cell); }

Tensor make_leaf(const Tensor& value, std::string name)
{
    Tensor leaf = view(value, value.sizes(), value.strides(), 0);
    auto* cell = new LeafCell;
    cell->listed = true;  // no optimizer is expected to know it
    cell->name = std::move(name);
    leaf.unsafe_header()->leaf = cell;
    leaf.unsafe_header()->flags |= TensorHeader::kOwnsLeaf;
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
    cell.reported = true;
    unlisted.push_back(&cell);
}

const LeafCell* first_unlisted() noexcept
{
    for (LeafCell* cell : unlisted)
        if (!cell->listed) return cell;
    return nullptr;
}

}  // namespace xgrad::detail
