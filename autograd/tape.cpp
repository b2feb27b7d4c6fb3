#include <xgrad/error.hpp>
#include <xgrad/tape.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include "autograd/recording.hpp"
#include "autograd/walk.hpp"

namespace xgrad {
namespace {

using detail::error_text;
using detail::Node;
using detail::Recording;
using detail::Walk;

/// What a thread keeps: its open tapes and one recording for each depth of isolation.
struct ThreadTapes {
    std::uint64_t number = 0;  // of the thread; never reused
    Tape* innermost = nullptr;
    std::size_t open_recordings = 0;
    std::vector<std::unique_ptr<Recording>> recordings;
};

/// Reached through a plain pointer, which needs no check whether it was constructed.
__thread ThreadTapes* this_thread __attribute__((tls_model("initial-exec"))) = nullptr;

[[gnu::noinline]] ThreadTapes& new_thread_tapes()
{
    static std::atomic<std::uint64_t> threads{0};
    thread_local ThreadTapes tapes;
    tapes.number = ++threads;
    this_thread = &tapes;
    return tapes;
}

ThreadTapes& thread_tapes() { return this_thread ? *this_thread : new_thread_tapes(); }

[[noreturn]] void throw_not_on_tape(const char* operation, const std::string& what)
{
    throw TapeError(
        error_text(operation, what + " is not recorded on this tape",
                   "a root or input is computed from tracked values (a Parameter, tape.variable) while the "
                   "tape is alive, in its thread; values of ended tapes are constants",
                   "compute it again under this tape, and check that nothing was detached or under NoGrad"));
}

std::uint32_t node_on(Recording& r, const char* operation, const Tensor& x)
{
    const std::uint32_t node = r.node_of(x.header());
    if (node == Node::kNone) throw_not_on_tape(operation, "a tensor " + describe(x));
    return node;
}

std::uint32_t slot_on(Recording& r, const char* operation, const Scalar& x)
{
    if (!r.holds(x.serial())) throw_not_on_tape(operation, "a scalar of value " + std::to_string(x.value()));
    return r.slot_of(x.serial());
}

[[noreturn]] void throw_not_a_leaf()
{
    throw TapeError(error_text("grad", "an input is an intermediate scalar",
                               "a plain tape keeps the gradients of its variables alone",
                               "open the tape with Tape tape{{.explain = true}}"));
}

void check_seed(const Tensor& root, const Tensor& seed)
{
    if (seed.dtype() != root.dtype())
        throw DtypeError(error_text("backward", "a seed " + describe(seed) + " for a root " + describe(root),
                                    "the seed has the root's dtype", "convert it: to(seed, dtype)"));
    if (!(seed.sizes() == root.sizes()))
        throw ShapeError(error_text(
            "backward",
            "a seed of shape " + to_string(seed.sizes()) + " for a root of shape " + to_string(root.sizes()),
            "the seed holds one weight for each element of the root", "reshape the seed, or use ones_like(root)"));
}

Tensor default_seed(const Tensor& root)
{
    if (root.numel() != 1)
        throw ShapeError(error_text("backward", "needs a scalar, got shape " + to_string(root.sizes()),
                                    "without a seed the root has exactly one element",
                                    "reduce it first, for example backward(sum(y)), or give a seed of its shape"));
    const Tensor seed = detail::empty(root.dtype(), root.sizes(), 1);
    if (root.dtype() == f64)
        *detail::mutable_data<double>(seed) = 1;
    else
        *detail::mutable_data<float>(seed) = 1;
    return seed;
}

/// Walks back from a node and adds to the leaves' grads.
void walk_from(Recording& r, std::uint32_t index, Tensor seed, bool has_unit_seed, BackwardOptions options)
{
    Walk walk(r, options);
    walk.save_scalars();
    Node& root = r.nodes[index];
    root.adjoint = std::move(seed);
    walk.run(root.slot);
    walk.commit();
    r.note_root(root.slot, has_unit_seed);
}

void check_scope(const Recording& outer, const TapeOptions& options)
{
    if ((!options.explain || outer.log) && (!options.detect_anomaly || outer.detect_anomaly)) return;
    throw TapeError(error_text("Tape", "a nested tape asks for explain or detect_anomaly, its outer tape has not",
                               "what a tape records is chosen when the outermost one is opened",
                               "open the outer tape with the option, or this one with {.isolated = true}"));
}

/// Marks the nodes up to `end` that lead to an input of grad().
void mark_needed(Recording& r, std::uint32_t end)
{
    for (std::uint32_t i = 0; i < end; ++i) {
        Node& node = r.nodes[i];
        bool needed = node.flags & Node::kNeeded;
        for (std::uint32_t k = 0; !needed && k < node.input_count(); ++k) {
            const std::uint32_t from = node.input_node(k);
            needed = from != Node::kNone && (r.nodes[from].flags & Node::kNeeded);
        }
        if (needed) node.flags |= Node::kNeeded;
    }
}

/// Sets the marks of a grad() and takes them back at its end, however it ends.
class GradMarks {
public:
    GradMarks(Recording& r, const std::vector<std::uint32_t>& inputs, std::uint32_t end) : r_(r), end_(end)
    {
        if (r.walks > 1) {
            before_.reserve(r.nodes.size());
            for (std::uint32_t i = 0; i < r.nodes.size(); ++i) {
                before_.push_back(r.nodes[i].flags);
                r.nodes[i].flags &= kOthers;
            }
        }
        for (const std::uint32_t i : inputs) {
            r.nodes[i].flags |= Node::kNeeded | Node::kKept;
            end_ = std::max(end_, i + 1);  // an input may be younger than the root
        }
        mark_needed(r, end);
    }
    ~GradMarks()
    {
        for (std::uint32_t i = 0; i < end_; ++i) r_.nodes[i].flags &= kOthers;
        for (std::uint32_t i = 0; i < before_.size(); ++i) r_.nodes[i].flags |= before_[i] & ~kOthers;
        for (const detail::KeptAdjoint& kept : r_.kept) r_.nodes[kept.node].flags |= Node::kKept;
    }

private:
    static constexpr std::uint8_t kOthers = static_cast<std::uint8_t>(~(Node::kNeeded | Node::kKept));

    Recording& r_;
    std::uint32_t end_;
    std::vector<std::uint8_t> before_;  // flags that a grad() under way needs, whose vjp asked for this one
};

}  // namespace

Tape::Tape() { open({}); }

Tape::Tape(TapeOptions options) { open(options); }

inline void Tape::open(const TapeOptions& options)
{
    ThreadTapes& thread = thread_tapes();
    Recording* running = detail::running();
    outer_ = thread.innermost;
    resumed_ = detail::current;
    thread_ = thread.number;
    is_scope_ = running && !options.isolated;
    if (is_scope_) {
        check_scope(*running, options);
        recording_ = running;
    } else {
        if (thread.open_recordings == thread.recordings.size())
            thread.recordings.push_back(std::make_unique<Recording>());
        recording_ = thread.recordings[thread.open_recordings].get();
        recording_->open(options.explain, options.detect_anomaly);
        ++thread.open_recordings;
        recordings_to_close_ = 1;
    }
    scalars_ = recording_;
    thread.innermost = this;
}

Tape::~Tape()
{
    ThreadTapes& thread = thread_tapes();
    if (thread.number != thread_) return;  // its thread has ended and taken the recording along
    if (thread.innermost != this) {
        end_early();
        return;
    }
    thread.innermost = outer_;
    for (; recordings_to_close_ > 0; --recordings_to_close_) thread.recordings[--thread.open_recordings]->close();
    detail::current = resumed_;
}

/// Inner tapes are still alive: they become unusable, and the innermost of them closes this one's recording with its
/// own.
void Tape::end_early() noexcept
{
    for (Tape* tape = thread_tapes().innermost; tape; tape = tape->outer_) {
        tape->ended_early_ = true;
        tape->scalars_ = nullptr;
        if (tape->outer_ != this) continue;
        tape->outer_ = outer_;
        tape->resumed_ = resumed_;
        tape->recordings_to_close_ += recordings_to_close_;
        return;
    }
}

Recording& Tape::recording(const char* operation) const
{
    if (thread_ != thread_tapes().number)
        throw TapeError(error_text(operation, "the tape belongs to another thread",
                                   "a tape is used in the thread that opened it", "open a tape in this thread"));
    if (ended_early_)
        throw TapeError(error_text(operation, "tapes ended out of order: an outer tape ended before this one",
                                   "tapes end in the reverse order of their beginning",
                                   "make tapes local variables of nested blocks"));
    return *recording_;
}

bool Tape::explains() const { return recording_->log != nullptr; }

Scalar Tape::variable(std::string_view name, double value)
{
    Recording& r = recording("variable");
    const Scalar leaf = Scalar::from_tape(value, r.base_serial + r.push_leaf());
    if (r.explains()) detail::describe(r, leaf, std::string(name));
    return leaf;
}

void Tape::variables(std::span<const double> values, std::span<Scalar> leaves)
{
    Recording& r = recording("variables");
    if (values.size() != leaves.size())
        throw ShapeError(error_text(
            "variables", std::to_string(values.size()) + " values for " + std::to_string(leaves.size()) + " leaves",
            "each value becomes one leaf", "give leaves the size of values"));
    const std::uint64_t first = r.base_serial + r.push_leaves(static_cast<std::uint32_t>(values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
        leaves[i] = Scalar::from_tape(values[i], first + i);
        if (r.explains()) detail::describe(r, leaves[i], {});
    }
}

Tensor Tape::variable(std::string_view name, const Tensor& value)
{
    Recording& r = recording("variable");
    if (!is_floating(value.dtype()))
        throw DtypeError(error_text("variable", "a value of type " + describe(value),
                                    "only f32 and f64 have gradients; integers and booleans are constants",
                                    "convert it first: to(x, f64)"));
    Tensor leaf = detail::make_leaf(value, std::string(name));
    r.add_leaf(leaf, *leaf.header().leaf);
    return leaf;
}

void Tape::name(const Scalar& x, std::string_view name)
{
    Recording& r = recording("name");
    if (r.log) (*r.records)[slot_on(r, "name", x)].name = name;
}

void Tape::name(const Tensor& x, std::string_view name)
{
    Recording& r = recording("name");
    if (r.log) (*r.log)[node_on(r, "name", x)].name = name;
}

void Tape::backward(const Tensor& root, BackwardOptions options)
{
    Recording& r = recording("backward");
    const std::uint32_t index = node_on(r, "backward", root);
    options.create_graph |= is_scope_;
    walk_from(r, index, default_seed(root), true, options);
}

void Tape::backward(const Tensor& root, const Tensor& seed, BackwardOptions options)
{
    Recording& r = recording("backward");
    const std::uint32_t index = node_on(r, "backward", root);
    check_seed(root, seed);
    options.create_graph |= is_scope_;
    walk_from(r, index, seed, false, options);
}

void Tape::backward(const Scalar& root, BackwardOptions options) { backward(root, 1.0, options); }

void Tape::backward(const Scalar& root, double seed, BackwardOptions options)
{
    Recording& r = recording("backward");
    const std::uint32_t slot = slot_on(r, "backward", root);
    if (r.nodes.size() == 0 && r.consumed == 0 && !options.create_graph && !r.explains()) {  // nothing can throw
        r.adjoint(slot) += seed;
        r.reverse(0, slot + 1);
        if (!options.retain) r.consumed = slot + 1;
        return;
    }
    Walk walk(r, options);
    walk.save_scalars();
    walk.seed_scalar(slot, seed);
    walk.run(slot);
    walk.commit();
    r.note_root(slot, seed == 1);
}

std::vector<Scalar> Tape::grad(const Scalar& root, const std::vector<Scalar>& inputs, BackwardOptions options)
{
    Recording& r = recording("grad");
    const std::uint32_t slot = slot_on(r, "grad", root);
    options.create_graph |= r.explains();  // keeps the adjoints of intermediate values, too
    for (const Scalar& input : inputs)
        if (!r.is_leaf(slot_on(r, "grad", input)) && !options.create_graph) throw_not_a_leaf();
    Walk walk(r, options);
    walk.discards = true;
    walk.save_scalars();
    walk.seed_scalar(slot, 1.0);
    walk.run(slot);
    std::vector<Scalar> gradients;
    for (const Scalar& input : inputs) gradients.push_back(walk.scalar_adjoint(r.slot_of(input.serial())));
    walk.forget_vjps();
    walk.clear();
    return gradients;
}

std::vector<Tensor> Tape::grad(const Tensor& root, const std::vector<Tensor>& inputs, BackwardOptions options)
{
    Recording& r = recording("grad");
    (void)node_on(r, "grad", root);
    return grad(root, inputs, default_seed(root), options);
}

std::vector<Tensor> Tape::grad(const Tensor& root, const std::vector<Tensor>& inputs, const Tensor& seed,
                               BackwardOptions options)
{
    Recording& r = recording("grad");
    const std::uint32_t index = node_on(r, "grad", root);
    check_seed(root, seed);
    options.create_graph |= is_scope_;
    Walk walk(r, options);
    walk.pruned = true;
    for (const Tensor& input : inputs) walk.kept_nodes.push_back(node_on(r, "grad", input));
    walk.kept_adjoints.resize(inputs.size());
    walk.discards = true;
    walk.save_scalars();
    const GradMarks marks(r, walk.kept_nodes, index + 1);
    r.nodes[index].adjoint = seed;
    walk.run(r.nodes[index].slot);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Node& node = r.nodes[walk.kept_nodes[i]];
        if (node.flags & Node::kLeaf) walk.kept_adjoints[i] = node.adjoint;
        if (!walk.kept_adjoints[i].defined()) walk.kept_adjoints[i] = zeros_like(inputs[i]);
    }
    walk.forget_vjps();
    walk.clear();
    return std::move(walk.kept_adjoints);
}

const detail::ScalarTape* detail::open_tape_with(std::uint64_t serial) noexcept
{
    const ThreadTapes& thread = thread_tapes();
    for (std::size_t i = thread.open_recordings; i-- > 0;)
        if (thread.recordings[i]->holds(serial)) return thread.recordings[i].get();
    return nullptr;
}

NoGrad::NoGrad() noexcept : resumed_(detail::current) { detail::current = &detail::null_tape; }
NoGrad::~NoGrad() { detail::current = resumed_; }

namespace {

Tape& innermost_tape()
{
    Tape* tape = thread_tapes().innermost;
    if (!tape)
        throw TapeError(error_text("backward", "no tape is alive in this thread",
                                   "a Tape object records what backward walks",
                                   "declare `xgrad::Tape tape;` before the forward computation"));
    return *tape;
}

}  // namespace

void backward(const Scalar& root, BackwardOptions options) { innermost_tape().backward(root, options); }
void backward(const Tensor& root, BackwardOptions options) { innermost_tape().backward(root, options); }
void backward(const Tensor& root, const Tensor& seed, BackwardOptions options)
{
    innermost_tape().backward(root, seed, options);
}

void retain_grad(const Tensor& x)
{
    Recording* r = detail::running();
    if (!r || !r->holds(x.header().serial)) throw_not_on_tape("retain_grad", "a tensor " + describe(x));
    detail::TensorHeader& header = *x.unsafe_header();
    if (header.leaf) return;
    header.leaf = new detail::LeafCell;
    header.flags |= detail::TensorHeader::kOwnsLeaf;
    r->kept.push_back({header.node, detail::LeafRef(header.leaf), Tensor()});
    r->nodes[header.node].flags |= Node::kKept;
}

const Tensor& Tensor::grad() const
{
    const detail::TensorHeader& h = header();
    if (h.leaf) return h.leaf->grad;
    const Recording* r = detail::running();
    if (r && r->log && r->holds(h.serial)) return (*r->log)[h.node].adjoint;
    throw TapeError(error_text("grad", "a tensor " + describe(*this) + " that keeps no gradient",
                               h.serial == 0 ? "a constant has no gradient"
                                             : "after backward only leaves (tape.variable, parameters) have one, and "
                                               "values named to retain_grad; values of ended tapes are constants",
                               "make it a leaf with tape.variable, or call retain_grad(x) before backward"));
}

}  // namespace xgrad
