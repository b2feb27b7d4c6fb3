#pragma once

#include <xgrad/tensor.hpp>

#include <atomic>
#include <string>
#include <vector>

namespace xgrad::detail {

/// Counts writes into parameters and buffers, of all threads. A record notes it, so that backward can tell whether a
/// value it reads was overwritten since.
extern std::atomic<std::uint64_t> write_clock_value;
inline std::uint64_t write_clock() noexcept { return write_clock_value.load(std::memory_order_relaxed); }

/// Where a leaf's gradient lives. Reference counted: the leaf, optimizers and running tapes hold it, so it outlasts
/// the tape and the module. A parameter's cell also holds the value.
struct LeafCell {
    static constexpr std::uint32_t kNoId = ~std::uint32_t{0};

    std::uint32_t references = 1;
    std::uint32_t id = kNoId;   // dense number of a parameter; variables have none
    std::uint64_t version = 0;  // writes into a parameter's value
    bool requires_grad = true;
    bool listed = false;    // an optimizer or parameters() has seen it
    bool reported = false;  // stands in the list of unlisted cells that received a gradient
    Tensor grad;
    Tensor value;  // parameters only
    std::string name;

    // Copies of tied parameters (see copy_of_tied). Guarded by one mutex; empty for parameters that stand alone.
    struct OpenCopy {
        LeafCell* copy;
        const void* thread;                // that makes it
        std::vector<const void*> members;  // that it stands for so far
    };
    bool tied = false;                  // several members are this parameter
    std::vector<OpenCopy> open_copies;  // at most one a thread, and only those that are alive
    LeafCell* copied_from = nullptr;    // whose open copy this is

    /// Whether operations on the value are recorded wherever a tape is alive.
    bool is_trained_parameter() const { return id != kNoId && requires_grad; }
};

inline void retain(LeafCell* cell) noexcept { count_up(cell->references); }
void destroy(LeafCell* cell) noexcept;
inline void release(LeafCell* cell) noexcept
{
    if (count_down(cell->references)) destroy(cell);
}

/// A counted reference to a cell.
class LeafRef {
public:
    LeafRef() = default;
    explicit LeafRef(LeafCell* cell) : cell_(cell)  // counts one more
    {
        if (cell_) retain(cell_);
    }
    LeafRef(const LeafRef& other) : LeafRef(other.cell_) {}
    LeafRef(LeafRef&& other) noexcept : cell_(std::exchange(other.cell_, nullptr)) {}
    LeafRef& operator=(LeafRef other) noexcept
    {
        std::swap(cell_, other.cell_);
        return *this;
    }
    ~LeafRef()
    {
        if (cell_) release(cell_);
    }
    static LeafRef adopt(LeafCell* cell)  // takes over the count it was made with
    {
        LeafRef ref;
        ref.cell_ = cell;
        return ref;
    }
    LeafCell* operator->() const { return cell_; }
    LeafCell& operator*() const { return *cell_; }
    LeafCell* get() const { return cell_; }
    explicit operator bool() const { return cell_ != nullptr; }

private:
    LeafCell* cell_ = nullptr;
};

LeafRef new_leaf_cell(std::string name = {});

/// From now on the tensor keeps the cell, and its grad is there.
void own_leaf(TensorHeader& header, LeafCell& cell) noexcept;

/// A tensor that is `value` and has a gradient cell of its own; shares the storage.
Tensor make_leaf(const Tensor& value, std::string name);

/// A dense number that no living parameter has.
std::uint32_t new_parameter_id();

/// Called once for a parameter that received a gradient without having been listed; see optim::Optimizer::step.
void report_unlisted(LeafCell& cell);

/// The first parameter alive that received a gradient on this thread and that nobody listed; null: none.
LeafRef first_unlisted();

/// The copy of a tied parameter that the member at `member` belongs to: members of one parameter that are copied one
/// after the other, each once, are one parameter afterwards. Null: a new copy begins with it (see note_copy).
LeafRef copy_of_tied(LeafCell& from, const void* member);
void note_copy(LeafCell& from, LeafCell& copy, const void* member);

/// Notes an overwrite of the storage.
void mark_written(TensorHeader& header) noexcept;

}  // namespace xgrad::detail
