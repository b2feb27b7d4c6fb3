#include "autograd/walk.hpp"

#include <xgrad/error.hpp>

#include <optional>

namespace xgrad {
namespace detail {
namespace {

/// Sets the clock against which vjps check the values that they read.
class ClockScope {
public:
    ClockScope() : before_(walk_clock) {}
    ~ClockScope() { walk_clock = before_; }

private:
    std::uint64_t before_;
};

/// While a vjp runs nothing is recorded, or, under create_graph, the walked recording records.
class RecordingScope {
public:
    explicit RecordingScope(ScalarTape* tape) : before_(current) { current = tape; }
    ~RecordingScope() { current = before_; }

private:
    ScalarTape* before_;
};

/// Makes the node's adjoint one that nobody else holds, zero if there was none.
void own_adjoint(Node& node)
{
    if (!node.adjoint.defined())
        node.adjoint = full(node.shape(), 0, node.dtype);
    else if (!is_unshared(node.adjoint) || !node.adjoint.is_contiguous())
        node.adjoint = contiguous_copy(node.adjoint);
}

[[noreturn]] void throw_consumed(const char* operation)
{
    throw TapeError(error_text("backward", std::string("'") + operation + "' was walked by an earlier backward",
                               "a backward without retain frees what the records saved",
                               "give the earlier call {.retain = true}, or compute the value again"));
}

[[noreturn]] void throw_consumed_scalars()
{
    throw TapeError(error_text("backward", "it needs scalars that lie before the root of an earlier backward",
                               "a backward without retain uses up all scalars recorded before its root",
                               "give the earlier call {.retain = true}, or compute the values again"));
}

}  // namespace

Walk::Walk(Recording& recording, const BackwardOptions& backward_options) : r(recording), options(backward_options)
{
    options.retain |= options.create_graph;
    watched_ = r.log || r.detect_anomaly;
    if (r.walks > 0) [[unlikely]]
        outer_ = put_aside();
    ++r.walks;
}

Walk::~Walk()
{
    if (discards && !cleared_) clear();  // something threw around the walk
    --r.walks;
    if (outer_) [[unlikely]]
        put_back(*outer_);
}

InterruptedWalk Walk::put_aside() const
{
    InterruptedWalk walk;
    std::size_t pending = 0;
    for (std::uint32_t i = 0; i < r.nodes.size(); ++i) pending += r.nodes[i].adjoint.defined();
    walk.adjoints.reserve(pending);
    walk.kept.reserve(r.kept.size());
    walk.scalars.reserve(r.slots);
    // From here on nothing throws.
    for (std::uint32_t i = 0; i < r.nodes.size(); ++i)
        if (r.nodes[i].adjoint.defined()) walk.adjoints.emplace_back(i, std::move(r.nodes[i].adjoint));
    for (KeptAdjoint& kept : r.kept) walk.kept.push_back(std::move(kept.adjoint));
    for (std::uint32_t slot = 0; slot < r.slots; ++slot)
        walk.scalars.push_back(r.is_leaf(slot) ? 0.0 : std::exchange(r.adjoint(slot), 0.0));
    walk.saved_leaves = std::move(r.saved_leaves);
    walk.visited = std::move(r.visited);
    return walk;
}

void Walk::put_back(InterruptedWalk& walk) noexcept
{
    for (auto& [node, adjoint] : walk.adjoints) r.nodes[node].adjoint = std::move(adjoint);
    for (std::size_t i = 0; i < walk.kept.size(); ++i) r.kept[i].adjoint = std::move(walk.kept[i]);
    for (std::uint32_t slot = 0; slot < walk.scalars.size(); ++slot)
        if (!r.is_leaf(slot)) r.adjoint(slot) = walk.scalars[slot];
    r.saved_leaves = std::move(walk.saved_leaves);
    r.visited = std::move(walk.visited);
}

void Walk::note_contribution(std::size_t input, const char* operation, const Tensor& g)
{
    if (r.detect_anomaly) check_finite(operation, "an adjoint from its vjp", g, r);
    if (r.log) (*r.log)[node_].contributions.push_back({input, g});
}

void Walk::add_converted(Node& source, Node& node, std::size_t input, Tensor&& g)
{
    if (g.dtype() != source.dtype || !(g.sizes() == source.shape()))
        g = fit(node.op->name, g, source.shape(), source.dtype);
    if (watched_) [[unlikely]]
        note_contribution(input, node.op->name, g);
    if (source.adjoint.defined())
        source.adjoint = accumulate(std::move(source.adjoint), std::move(g));
    else
        source.adjoint = std::move(g);
}

/// The first node of those from `slot` on.
std::uint32_t Walk::nodes_below(std::uint32_t slot) const
{
    std::uint32_t low = 0, high = r.nodes.size();
    if (high > 0 && r.nodes[high - 1].slot < slot) return high;
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (r.nodes[middle].slot < slot)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

RecordedWalk& Walk::scalar_graph()
{
    if (!scalar_graph_) scalar_graph_.emplace(r, "backward");
    return *scalar_graph_;
}

void Walk::seed_scalar(std::uint32_t slot, const Scalar& seed)
{
    seeded_ = std::max(seeded_, slot + 1);
    if (options.create_graph)
        scalar_graph().add(slot, seed);
    else
        r.adjoint(slot) += seed.value();
}

Scalar Walk::scalar_adjoint(std::uint32_t slot)
{
    return options.create_graph ? scalar_graph().adjoint(slot) : Scalar(r.adjoint(slot));
}

void Walk::walk_scalars_watched(std::uint32_t first, std::uint32_t last)
{
    for (std::uint32_t slot = last; slot-- > first;) {
        if (r.adjoint(slot) == 0) continue;
        r.reverse(slot, slot + 1);
        check_finite_adjoints(r, slot);
    }
}

void Walk::walk_scalars(std::uint32_t first, std::uint32_t last)
{
    if (first >= last) return;
    const auto fresh = std::max(first, std::min(last, r.consumed));
    if (!options.create_graph && !r.detect_anomaly)
        r.reverse(fresh, last);
    else if (!options.create_graph)
        walk_scalars_watched(fresh, last);
    else if (scalar_graph_)
        scalar_graph_->reverse(fresh, last);
    for (std::uint32_t slot = first; slot < fresh; ++slot)
        if (r.is_statement(slot) && scalar_adjoint(slot).value() != 0) throw_consumed_scalars();
}

/// The adjoint of a node's output: moved out of the node, or of its slot where the output is a scalar.
Tensor Walk::take_adjoint(Node& node)
{
    if (!(node.flags & Node::kScalar)) return std::move(node.adjoint);
    if (options.create_graph)
        return scalar_graph_ && scalar_graph_->reached(node.slot) ? from_scalar(scalar_graph_->adjoint(node.slot))
                                                                  : Tensor();
    const double adjoint = std::exchange(r.adjoint(node.slot), 0.0);
    return adjoint != 0 ? tensor(adjoint, f64) : Tensor();
}

void Walk::add_element(Node& node, std::size_t input, std::int64_t element, const Tensor& g)
{
    Node* source = wanted(node, input);
    if (!source) return;
    if (options.create_graph || watched_) return add(node, input, one_element(source->shape(), element, g));
    own_adjoint(*source);
    if (source->dtype == f64)
        mutable_data<double>(source->adjoint)[element] += g.item();
    else
        mutable_data<float>(source->adjoint)[element] += static_cast<float>(g.item());
}

void Walk::add_slice(Node& node, std::size_t input, const SlicePlace& place, const Tensor& g)
{
    Node* source = wanted(node, input);
    if (!source) return;
    if (!source->adjoint.defined() || options.create_graph || watched_ || g.dtype() != source->dtype)
        return add(node, input, pad_slice(g, place, source->shape()));
    own_adjoint(*source);
    add_in_place(slice_view(source->adjoint, place, g.sizes()[place.axis]), g);
}

void Walk::keep(std::uint32_t index, const Tensor& gy)
{
    for (std::size_t i = 0; i < kept_nodes.size(); ++i)
        if (kept_nodes[i] == index) kept_adjoints[i] = gy;
    for (KeptAdjoint& kept : r.kept)
        if (kept.node == index) kept.adjoint = gy;
}

/// What explaining tapes show of a visit, and where its errors are placed.
void Walk::note_visit(std::uint32_t index, const Tensor& gy)
{
    if (!r.log) return;
    ExplainedNode& explained = (*r.log)[index];
    explained.adjoint = gy;
    explained.contributions.clear();
    const Node& node = r.nodes[index];
    if ((node.flags & Node::kScalar) && !options.create_graph) (*r.records)[node.slot].adjoint += gy.item();
    r.file = explained.file;
    r.line = explained.line;
}

inline void Walk::visit(std::uint32_t index)
{
    Node& node = r.nodes[index];
    if (node.flags & Node::kLeaf) return;
    const Tensor gy = take_adjoint(node);
    if (!gy.defined()) return;
    if (node.flags & Node::kConsumed) throw_consumed(node.op->name);
    r.visited.push_back(index);
    node_ = index;
    if (watched_) [[unlikely]]
        note_visit(index, gy);
    if (node.flags & Node::kKept) keep(index, gy);
    if (!node.vjp) return;
    walk_clock = node.clock;
    Adjoints gx(*this, node);
    node.vjp->run(gy, gx);
}

void Walk::save_scalars()
{
    const bool may_throw = r.nodes.size() > 0 || r.consumed > 0 || r.detect_anomaly;
    if (!may_throw && !discards) return;
    if (r.records)
        for (std::uint32_t slot = 0; slot < r.slots; ++slot) saved_records_.push_back((*r.records)[slot].adjoint);
    if (r.n_leaves() == 0) return;
    r.saved_leaves.resize(r.n_leaves());
    r.save_leaf_adjoints(r.saved_leaves.data());
    saved_scalars_ = true;
    if (!discards) return;
    for (std::uint32_t slot = 0; slot < r.slots; ++slot)
        if (r.is_leaf(slot)) r.adjoint(slot) = 0;
}

void Walk::run(std::uint32_t top_slot)
{
    r.visited.clear();
    end_ = nodes_below(top_slot + 1);
    try {
        const ClockScope clock;
        const RecordingScope recording(options.create_graph ? static_cast<ScalarTape*>(&r) : &null_tape);
        std::uint32_t top = top_slot + 1;
        for (std::uint32_t i = end_; i-- > 0;) {
            const std::uint32_t slot = r.nodes[i].slot;
            if (slot + 1 < top) walk_scalars(slot + 1, top);
            top = slot;
            visit(i);
        }
        walk_scalars(0, top);
        if (!options.retain) r.consumed = std::max(r.consumed, seeded_);
    } catch (...) {
        clear();
        throw;
    }
}

void Walk::clear() noexcept
{
    cleared_ = true;
    if (saved_scalars_)
        r.restore_leaf_adjoints(r.saved_leaves.data());
    else if (r.slots > r.nodes.size())
        r.clear_adjoints(0, static_cast<std::uint32_t>(r.slots));
    for (std::uint32_t slot = 0; slot < saved_records_.size(); ++slot)
        (*r.records)[slot].adjoint = saved_records_[slot];
    for (std::uint32_t i = 0; i < end_; ++i) r.nodes[i].adjoint = Tensor();
    for (KeptAdjoint& kept : r.kept) kept.adjoint = Tensor();
}

void Walk::forget_vjps() noexcept
{
    if (options.retain) return;
    for (const std::uint32_t i : r.visited) {
        Node& node = r.nodes[i];
        if (node.vjp) node.vjp->~Vjp();
        node.vjp = nullptr;
        node.flags |= Node::kConsumed;
    }
}

/// What a leaf's grad becomes: the adjoint, contiguous, plus what it was.
Tensor Walk::new_grad(const Tensor& grad, Tensor adjoint)
{
    if (!adjoint.is_contiguous()) adjoint = contiguous(adjoint);
    return grad.defined() ? accumulate(std::move(adjoint), grad) : adjoint;
}

/// Makes the new grads, in the nodes, while anything may still throw.
void Walk::prepare_grads()
{
    const RecordingScope recording(options.create_graph ? static_cast<ScalarTape*>(&r) : &null_tape);
    for (const std::uint32_t i : r.leaves) {
        Node& node = r.nodes[i];
        if (!node.adjoint.defined()) continue;
        if (r.log) (*r.log)[i].adjoint = node.adjoint;
        if (node.leaf->grad.defined() || !node.adjoint.is_contiguous())
            node.adjoint = new_grad(node.leaf->grad, std::move(node.adjoint));
    }
    for (KeptAdjoint& kept : r.kept)
        if (kept.adjoint.defined()) kept.adjoint = new_grad(kept.cell->grad, std::move(kept.adjoint));
}

void Walk::commit()
{
    try {
        prepare_grads();
    } catch (...) {
        clear();
        throw;
    }
    if (scalar_graph_)
        for (std::uint32_t slot = 0; slot < r.slots; ++slot) {
            double& adjoint = r.is_leaf(slot) ? r.adjoint(slot) : (*r.records)[slot].adjoint;
            adjoint += scalar_graph_->adjoint(slot).value();
        }
    // From here on nothing throws.
    for (const std::uint32_t i : r.leaves) {
        Node& node = r.nodes[i];
        if (!node.adjoint.defined()) continue;
        node.leaf->grad = std::move(node.adjoint);
        if (!node.leaf->listed && !node.leaf->reported) report_unlisted(*node.leaf);
    }
    for (KeptAdjoint& kept : r.kept)
        if (kept.adjoint.defined()) kept.cell->grad = std::move(kept.adjoint);
    forget_vjps();
}

}  // namespace detail

std::size_t Adjoints::count() const { return node_.input_count(); }
bool Adjoints::wants(std::size_t i) const { return walk_.wanted(node_, i) != nullptr; }
void Adjoints::add(std::size_t i, Tensor g) { walk_.add(node_, i, std::move(g)); }
void Adjoints::add_element(std::size_t i, std::int64_t element, const Tensor& g)
{
    walk_.add_element(node_, i, element, g);
}
void Adjoints::add_slice(std::size_t i, const detail::SlicePlace& place, const Tensor& g)
{
    walk_.add_slice(node_, i, place, g);
}

Sizes Adjoints::sizes(std::size_t i) const
{
    const std::uint32_t from = node_.input_node(i);
    return from == detail::Node::kNone ? Sizes() : walk_.r.nodes[from].shape();
}

}  // namespace xgrad
