#pragma once

// What a tape records: the scalar statements (ScalarTape) and, in the same order of slots, one node for each tensor
// operation and leaf. A thread keeps one recording for each depth of isolation and reuses its memory.

#include <xgrad/leaf.hpp>
#include <xgrad/record.hpp>
#include <xgrad/scalar_statement.hpp>
#include <xgrad/scalar_tape.hpp>
#include <xgrad/tensor.hpp>

#include <memory>
#include <vector>

#include "autograd/arena.hpp"

namespace xgrad::detail {

/// One recorded tensor operation, or a leaf. 64 bytes.
struct Node {
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};  // the "node" of a constant input
    static constexpr std::size_t kInline = 3;

    enum Flag : std::uint8_t {
        kLeaf = 1,      // no operation: the cell's grad receives the adjoint
        kConsumed = 2,  // walked without retain: the vjp is gone
        kScalar = 4,    // the output is the scalar of this slot; its adjoint is the slot's
        kKept = 8,      // somebody asked for the adjoint: retain_grad, or an input of grad()
        kNeeded = 16,   // leads to an input of the running grad()
    };

    const Op* op;
    union {
        Vjp* vjp;        // null: no derivative, or consumed
        LeafCell* leaf;  // of a leaf; counted
    };
    Tensor adjoint;
    const std::int64_t* sizes;  // of the output, in the arena
    std::uint64_t clock;        // write_clock at recording
    std::uint32_t slot;
    std::uint8_t ndim;
    Dtype dtype;
    std::uint8_t flags;
    std::uint8_t inline_inputs;  // number of inputs; 255: more, in the arena
    struct InputList {
        const std::uint32_t* list;
        std::uint32_t count;
    };
    union {
        std::uint32_t input[kInline + 1];
        InputList many;
    };

    Node() : vjp(nullptr), input{} {}
    std::uint32_t input_count() const { return inline_inputs == 255 ? many.count : inline_inputs; }
    std::uint32_t input_node(std::size_t i) const { return inline_inputs == 255 ? many.list[i] : input[i]; }
    Sizes shape() const { return {sizes, ndim}; }
};
static_assert(sizeof(Node) == 64);

/// Nodes in chunks: they never move, and the memory is kept.
class Nodes {
public:
    static constexpr std::uint32_t kChunk = 1024;

    Node& operator[](std::uint32_t i) { return chunks_[i / kChunk][i % kChunk]; }
    std::uint32_t size() const { return size_; }

    /// The place behind the last node, to be filled before push().
    Node& next()
    {
        if (size_ == capacity_) [[unlikely]]
            grow();
        return (*this)[size_];
    }
    void push() { ++size_; }
    void clear() { size_ = 0; }

private:
    void grow();

    std::vector<std::unique_ptr<Node[]>> chunks_;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = 0;
};

/// What explaining tapes keep of a tensor operation, in the order of the nodes.
struct ExplainedNode {
    struct Contribution {
        std::size_t input;
        Tensor value;
    };
    std::vector<Tensor> inputs;
    std::vector<Operand> scalars;  // that enter a tensor
    Tensor output;
    Tensor adjoint;                           // after backward
    std::vector<Contribution> contributions;  // upstream x local, after backward
    std::string name;                         // of a variable or parameter
    const char* file;
    int line;
};

struct KeptAdjoint {
    std::uint32_t node;
    LeafRef cell;    // whose grad it becomes
    Tensor adjoint;  // waits for the end of the walk
};

struct Recording : ScalarTape {
    Nodes nodes;
    Arena arena;
    std::vector<std::uint32_t> leaves;  // the nodes that are leaves
    std::vector<KeptAdjoint> kept;
    struct ParameterNode {
        std::uint64_t serial;
        std::uint32_t node;
    };
    std::vector<ParameterNode> parameters;            // by the parameter's id
    std::unique_ptr<std::vector<ExplainedNode>> log;  // of an explaining tape
    unsigned walks = 0;                               // under way: more than one when a vjp takes gradients itself
    std::vector<std::uint32_t> visited;               // nodes whose vjp ran in the last walk
    std::vector<double> saved_leaves;                 // adjoints of scalar leaves before the running walk
    std::uint32_t consumed = 0;                       // scalar statements in slots below were walked without retain
    std::uint32_t root = kNotWalked;                  // slot from which backward started, for explanations
    const char* file = nullptr;                       // the user's line that is being executed, on an explaining tape
    int line = 0;

    static constexpr std::uint32_t kNotWalked = ~std::uint32_t{0}, kSeveralRoots = kNotWalked - 1;
    void note_root(std::uint32_t slot, bool has_unit_seed)
    {
        root = has_unit_seed && (root == kNotWalked || root == slot) ? slot : kSeveralRoots;
    }

    void open(bool explain, bool anomaly);
    void close() noexcept;

    /// The node that made the value, a new leaf node for a parameter's first use, or kNone for a constant.
    std::uint32_t node_of(const TensorHeader& value)
    {
        if (holds(value.serial)) return value.node;
        return value.leaf ? node_of_parameter(value) : Node::kNone;
    }

    bool is_statement(std::uint32_t slot) const { return counts[slot] != Count::empty && !is_leaf(slot); }

    /// A leaf for `value`, which gets its serial.
    void add_leaf(const Tensor& value, LeafCell& cell);

    std::uint32_t add_leaf_node(const TensorHeader& value, LeafCell& cell);

    /// Describes the output of the node that is being made.
    void set_output(Node& node, const Op& op, const TensorHeader& value)
    {
        node.op = &op;
        node.sizes = keep_sizes(value);
        node.clock = write_clock();
        node.ndim = value.ndim;
        node.dtype = value.dtype;
        node.flags = 0;
    }

private:
    const std::int64_t* keep_sizes(const TensorHeader& value)
    {
        if (value.ndim == 0) return nullptr;
        auto* sizes = static_cast<std::int64_t*>(arena.allocate(value.ndim * sizeof(std::int64_t)));
        for (std::size_t i = 0; i < value.ndim; ++i) sizes[i] = value.sizes()[i];
        return sizes;
    }

    std::uint32_t node_of_parameter(const TensorHeader& value);
};

/// The recording that runs on this thread; null: none.
inline Recording* running() { return current == &null_tape ? nullptr : static_cast<Recording*>(current); }

/// Notes an operation on an explaining or anomaly-detecting tape; called with the node filled but not yet pushed.
void log_node(Recording& r, Inputs inputs, const Tensor& value);

/// Throws AnomalyError when `x` has a NaN or an infinity.
void check_finite(const char* operation, const char* what, const Tensor& x, const Recording& r);

}  // namespace xgrad::detail
