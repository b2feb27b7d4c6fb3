#pragma once

// What a tape records: the scalar statements (ScalarTape) and, in the same order of slots, one node for each tensor
// operation and leaf. A thread keeps one recording for each depth of isolation and reuses its memory.

#include <xgrad/callable.hpp>
#include <xgrad/leaf.hpp>
#include <xgrad/record.hpp>
#include <xgrad/scalar_statement.hpp>
#include <xgrad/scalar_tape.hpp>
#include <xgrad/tensor.hpp>

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "autograd/arena.hpp"

namespace xgrad::detail {

/// One recorded tensor operation, or a leaf. 64 bytes.
struct Node {
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};  // the "node" of a constant input
    static constexpr std::size_t kInline = 3;
    static constexpr std::uint8_t kManyInputs = 255;

    enum Flag : std::uint8_t {
        kLeaf = 1,      // no operation: the cell's grad receives the adjoint
        kConsumed = 2,  // walked without retain: the vjp is gone
        kScalar = 4,    // the output is the scalar of this slot; its adjoint is the slot's
        kKept = 8,      // somebody asked for the adjoint: retain_grad, or an input of grad()
        kNeeded = 16,   // leads to an input of the running grad()
        kHooked = 32,   // somebody wants to see, or change, the adjoint: register_hook
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
    std::uint8_t inline_inputs;  // number of inputs; kManyInputs: more, in the arena
    struct InputList {
        const std::uint32_t* list;
        std::uint32_t count;
    };
    union {
        std::uint32_t input[kInline + 1];
        InputList many;
        Node* next_leaf;  // of a leaf
    };

    Node() : vjp(nullptr), input{} {}
    std::uint32_t input_count() const { return inline_inputs == kManyInputs ? many.count : inline_inputs; }
    std::uint32_t input_node(std::size_t i) const { return inline_inputs == kManyInputs ? many.list[i] : input[i]; }
    Sizes shape() const { return {sizes, ndim}; }
};
static_assert(sizeof(Node) == 64);

/// Nodes one after the other, in address space of their own: they never move, and the memory is kept. A place that was
/// never used holds zeros, which are an empty Node.
class Nodes {
public:
    Nodes() = default;
    Nodes(const Nodes&) = delete;
    Nodes& operator=(const Nodes&) = delete;
    ~Nodes() { release(); }

    Node& operator[](std::uint32_t i) { return first_[i]; }
    const Node& operator[](std::uint32_t i) const { return first_[i]; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(next_ - first_); }
    Node* begin() { return first_; }
    const Node* begin() const { return first_; }
    Node* end() { return next_; }

    /// The place behind the last node, to be filled before push(). Throws TapeError, with what the tape holds, when
    /// all are taken.
    Node& next(const ScalarTape& tape)
    {
        if (next_ == limit_) [[unlikely]]
            reserve(tape);
        return *next_;
    }
    void push() { ++next_; }
    /// Takes back the last push().
    void pop() { --next_; }
    void clear() { next_ = first_; }

private:
    void reserve(const ScalarTape& tape);
    void release() noexcept;

    Node* first_ = nullptr;
    Node* next_ = nullptr;
    Node* limit_ = nullptr;
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

/// The adjoint of a node that somebody asked for.
struct KeptAdjoint {
    std::uint32_t node;
    LeafRef cell;    // whose grad it becomes; null: the running grad() takes it
    Tensor adjoint;  // waits for the end of the walk
};

/// What the user's program named last, on an explaining tape: the operands of the operation that is being checked.
class NamedOperands {
public:
    struct Operand {
        Tensor value;
        const char* file;
        int line;
    };
    void add(const Tensor& value, const char* file, int line);
    void clear() noexcept { operands_.clear(); }
    const std::vector<Operand>& of_one_line() const { return operands_; }

private:
    std::vector<Operand> operands_;  // all of the same line
};

/// What register_hook was given for a node. Shared with the handle, which empties the function to remove it.
struct Hook {
    Callable<Tensor(const Tensor&)> function;
};

/// Notes which values a function reads that an outer recording, or a parameter, tracks.
struct CapturedValues {
    const ScalarTape& of;
    std::vector<Tensor> values;

    bool tracks(const TensorHeader& value) const
    {
        return of.holds(value.serial) || (value.leaf && value.leaf->is_trained_parameter());
    }
    void note(const TensorHeader& value);
};

struct Recording : ScalarTape {
    Nodes nodes;
    Arena arena;
    Node* first_leaf = nullptr;      // the nodes that are leaves form a list, oldest first
    Node** last_link = &first_leaf;  // where the next one is linked
    std::vector<KeptAdjoint> kept;
    std::vector<std::pair<std::uint32_t, std::shared_ptr<Hook>>> hooks;  // by node
    CapturedValues* captured = nullptr;  // set: nothing but this is wanted of operations on outer values
    struct ParameterNode {
        std::uint64_t serial;
        std::uint32_t node;
    };
    std::vector<ParameterNode> parameters;            // by the parameter's id
    std::unique_ptr<std::vector<ExplainedNode>> log;  // of an explaining tape
    bool watched = false;                             // the tape explains or detects anomalies
    unsigned walks = 0;                               // under way: more than one when a vjp takes gradients itself
    std::vector<Node*> visited;                       // nodes whose vjp ran in the last walk
    std::vector<double> saved_leaves;                 // adjoints of scalar leaves before the running walk
    std::uint32_t consumed = 0;                       // scalar statements in slots below were walked without retain
    std::uint32_t root = kNotWalked;                  // slot from which backward started, for explanations
    const char* file = nullptr;                       // the user's line that is being executed, on an explaining tape
    int line = 0;
    NamedOperands named;  // on an explaining tape

    static constexpr std::uint32_t kNotWalked = ~std::uint32_t{0}, kSeveralRoots = kNotWalked - 1;
    void note_root(std::uint32_t slot, bool has_unit_seed)
    {
        root = has_unit_seed && (root == kNotWalked || root == slot) ? slot : kSeveralRoots;
    }

    void open(bool explain, bool anomaly)
    {
        if (explain || anomaly || log) [[unlikely]]
            choose_log(explain);
        begin(explain || anomaly);
        detect_anomaly = anomaly;
        watched = explain || anomaly;
        consumed = 0;
        root = kNotWalked;
    }
    void close() noexcept
    {
        if (nodes.size() > 0 || log) [[unlikely]]
            drop_nodes();
        arena.reset();
        end();
    }

    /// The node that made the value, a new leaf node for a parameter's first use, or kNone for a constant.
    std::uint32_t node_of(const TensorHeader& value)
    {
        if (holds(value.serial)) return value.node;
        if (captured) [[unlikely]] {
            captured->note(value);
            return Node::kNone;
        }
        if (!value.leaf || !value.leaf->is_trained_parameter()) return Node::kNone;
        const std::uint32_t id = value.leaf->id;
        return id < parameters.size() && holds(parameters[id].serial) ? parameters[id].node : add_parameter(value);
    }

    bool is_statement(std::uint32_t slot) const { return counts[slot] != Count::empty && !is_leaf(slot); }

    /// A leaf for `value`, which gets its serial.
    void add_leaf(const Tensor& value, LeafCell& cell);

    /// The record, up to its vjp, of an operation on the values of the given nodes; kNone for a constant, but not all
    /// of them. The value has just been made, and nobody watches: begin_record is for every case.
    template <std::size_t n>
    NewRecord add_record(const Op& op, const std::array<std::uint32_t, n>& inputs, TensorHeader& value,
                         std::size_t vjp_bytes);

    /// The same with inputs that `write_inputs(node)` notes.
    template <class F>
    NewRecord add_record(const Op& op, TensorHeader& value, std::size_t vjp_bytes, F&& write_inputs);

private:
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
    const std::int64_t* keep_sizes(const TensorHeader& value)
    {
        if (value.ndim == 0) return nullptr;
        auto* sizes = static_cast<std::int64_t*>(arena.allocate(value.ndim * sizeof(std::int64_t)));
        for (std::size_t i = 0; i < value.ndim; ++i) sizes[i] = value.sizes()[i];
        return sizes;
    }

    Node& add_leaf_node(const TensorHeader& value, LeafCell& cell);
    void log_leaf(const LeafCell& cell, const Tensor& value);
    void make_room_for(const LeafCell& parameter);
    void choose_log(bool explain);
    void drop_nodes() noexcept;
    std::uint32_t add_parameter(const TensorHeader& value);
};

/// The recording that runs on this thread; null: none.
inline Recording* running()
{
    ScalarTape* const tape = current;
    if (!tape) __builtin_unreachable();  // spares the check for null after the conversion
    return tape == &null_tape ? nullptr : static_cast<Recording*>(tape);
}

/// Whether an operation on this value would be recorded by `r`.
inline bool is_tracked(const Recording& r, const TensorHeader& value)
{
    return r.holds(value.serial) || (value.leaf && value.leaf->is_trained_parameter()) ||
           (r.captured && r.captured->tracks(value));
}

/// Notes an operation on an explaining or anomaly-detecting tape; called with the node filled but not yet pushed.
void log_node(Recording& r, Inputs inputs, const Tensor& value);

/// The Op of that name and formula, neither listed nor in the catalogue.
const Op& custom_op(const char* name, const char* formula);

/// Throws AnomalyError when `x` has a NaN or an infinity.
void check_finite(const char* operation, const char* what, const Tensor& x, const Recording& r);

}  // namespace xgrad::detail
