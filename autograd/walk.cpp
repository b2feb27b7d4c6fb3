#include "autograd/walk.hpp"

#include <xgrad/error.hpp>

#include <algorithm>
#include <optional>

#include "autograd/batched.hpp"

namespace xgrad {
namespace detail {

__thread const Walk* running_walk __attribute__((tls_model("initial-exec"))) = nullptr;

namespace {

/// Sets the clock against which vjps check the values that they read.
class ClockScope {
public:
    ClockScope() : before_(walk_clock) {}
    ~ClockScope() { walk_clock = before_; }

private:
    std::uint64_t before_;
};

/// Says for a while which walk is under way.
class RunningWalk {
public:
    explicit RunningWalk(const Walk& walk) : before_(running_walk) { running_walk = &walk; }
    ~RunningWalk() { running_walk = before_; }

private:
    const Walk* before_;
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

[[noreturn]] void throw_consumed_scalars(const Recording& r, std::uint32_t slot)
{
    const std::string example = r.records ? ", such as " + description_of(r, slot) : "";
    throw TapeError(error_text("backward", "it needs scalars that lie before the root of an earlier backward" + example,
                               "a backward without retain uses up all scalars recorded before its root",
                               "give the earlier call {.retain = true}, or compute the values again"));
}

}  // namespace

InterruptedWalk::InterruptedWalk(Recording& r)
{
    std::size_t pending = 0;
    for (std::uint32_t i = 0; i < r.nodes.size(); ++i) pending += r.nodes[i].adjoint.defined();
    adjoints_.reserve(pending);
    kept_.reserve(r.kept.size());
    scalars_.reserve(r.slots);
    // From here on nothing throws.
    for (std::uint32_t i = 0; i < r.nodes.size(); ++i)
        if (r.nodes[i].adjoint.defined()) adjoints_.emplace_back(i, std::move(r.nodes[i].adjoint));
    for (KeptAdjoint& kept : r.kept) kept_.push_back(std::move(kept.adjoint));
    for (std::uint32_t slot = 0; slot < r.slots; ++slot)
        scalars_.push_back(r.is_leaf(slot) ? 0.0 : std::exchange(r.adjoint(slot), 0.0));
    saved_leaves_ = std::move(r.saved_leaves);
    visited_ = std::move(r.visited);
}

void InterruptedWalk::put_back(Recording& r) noexcept
{
    for (auto& [node, adjoint] : adjoints_) r.nodes[node].adjoint = std::move(adjoint);
    for (std::size_t i = 0; i < kept_.size(); ++i) r.kept[i].adjoint = std::move(kept_[i]);
    for (std::uint32_t slot = 0; slot < scalars_.size(); ++slot)
        if (!r.is_leaf(slot)) r.adjoint(slot) = scalars_[slot];
    r.saved_leaves = std::move(saved_leaves_);
    r.visited = std::move(visited_);
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
    if (r.watched) note_contribution(input, node.op->name, g);
    if (source.adjoint.defined())
        accumulate(source.adjoint, std::move(g));
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
        if (r.is_statement(slot) && scalar_adjoint(slot).value() != 0) throw_consumed_scalars(r, slot);
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
    if (options.create_graph || r.watched || is_batched(g) || is_batched(source->adjoint))
        return add(node, input, one_element(source->shape(), element, g));
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
    const bool batched = is_batched(g) || is_batched(source->adjoint);
    if (!source->adjoint.defined() || options.create_graph || r.watched || batched || g.dtype() != source->dtype)
        return add(node, input, pad_slice(g, place, source->shape()));
    own_adjoint(*source);
    add_in_place(slice_view(source->adjoint, place, g.sizes()[place.axis]), g);
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

inline void Walk::run_vjp(Node& node, const Tensor& gy)
{
    visiting_ = &node;
    r.visited[visited_++] = &node;
    if (!node.vjp) return;
    walk_clock = node.clock;
    Adjoints gx(*this, node);
    node.vjp->run(gy, gx);
}

inline void Walk::visit(Node& node)
{
    if (node.flags & Node::kLeaf) {
        if ((node.flags & Node::kHooked) && node.adjoint.defined()) [[unlikely]]
            run_hooks(node, node.adjoint);
        return;
    }
    if (node.flags != 0 || r.watched) return visit_marked(node);
    if (!node.adjoint.defined()) return;
    const Tensor gy = std::move(node.adjoint);
    run_vjp(node, gy);
}

/// Lets the hooks of a node see its adjoint, now complete, and replace it.
void Walk::run_hooks(Node& node, Tensor& gy)
{
    const std::uint32_t index = index_of(node);
    walk_clock = node.clock;
    for (std::size_t i = 0; i < r.hooks.size(); ++i) {
        if (r.hooks[i].first != index) continue;
        const std::shared_ptr<Hook> hook = r.hooks[i].second;  // it may remove itself
        if (!hook->function) continue;
        const auto function = hook->function;
        Tensor other = function(gy);
        if (!other.defined()) continue;
        if (other.dtype() != node.dtype || !(other.sizes() == node.shape()))
            throw ShapeError(error_text("register_hook",
                                        "a hook gave " + describe(other) + " in place of an adjoint " + describe(gy),
                                        "an adjoint has the shape and dtype of its value",
                                        "reshape or convert it in the hook, or return nothing to keep the adjoint"));
        gy = std::move(other);
    }
}

/// A visit of a node that is something else than a tensor operation walked for the first time.
void Walk::visit_marked(Node& node)
{
    const std::uint32_t index = index_of(node);
    Tensor gy = take_adjoint(node);
    if (!gy.defined()) return;
    visiting_ = &node;
    if (node.flags & Node::kConsumed) throw_consumed(node.op->name);
    node_ = index;
    if (node.flags & Node::kHooked) run_hooks(node, gy);
    if (r.watched) note_visit(index, gy);
    if (node.flags & Node::kKept)
        for (KeptAdjoint& kept : r.kept)
            if (kept.node == index) kept.adjoint = gy;
    run_vjp(node, gy);
}

void Walk::save_scalars()
{
    if (r.records)
        for (std::uint32_t slot = 0; slot < r.slots; ++slot) saved_records_.push_back((*r.records)[slot].adjoint);
    if (r.n_leaves() == 0) return;
    r.saved_leaves.resize(r.n_leaves());
    r.save_leaf_adjoints(r.saved_leaves.data());
    saved_scalars_ = true;
}

void Walk::run(std::uint32_t top_slot, std::uint32_t end, std::uint32_t floor)
{
    end_ = end;
    visited_ = 0;
    root_slot_ = top_slot;
    try {
        if (r.visited.size() < end) [[unlikely]]
            r.visited.resize(std::max<std::size_t>(end, 2 * r.visited.size()));
        const ClockScope clock;
        const NoLevels no_vmap;
        const RunningWalk running(*this);
        // While a vjp runs nothing is recorded, or, under create_graph, the walked recording records.
        const CurrentTape recorder(options.create_graph ? r : null_tape);
        std::uint32_t top = top_slot + 1;
        const std::uint32_t lowest = floor > 0 ? r.nodes[floor - 1].slot + 1 : 0;
        Node* const first = r.nodes.begin() + floor;
        for (Node* node = r.nodes.begin() + end; node != first;) {
            --node;
            if (node->slot + 1 < top) walk_scalars(node->slot + 1, top);
            top = node->slot;
            visit(*node);
        }
        if (top > lowest) walk_scalars(lowest, top);
        if (!options.retain) r.consumed = std::max(r.consumed, seeded_);
    } catch (...) {
        clear();
        throw;
    }
}

void Walk::clear() noexcept
{
    if (saved_scalars_)
        r.restore_leaf_adjoints(r.saved_leaves.data());
    else if (r.residue || r.slots > r.nodes.size())
        r.clear_adjoints(0, static_cast<std::uint32_t>(r.slots));
    for (std::uint32_t slot = 0; slot < saved_records_.size(); ++slot)
        (*r.records)[slot].adjoint = saved_records_[slot];
    for (std::uint32_t i = 0; i < end_; ++i) r.nodes[i].adjoint = Tensor();
    for (KeptAdjoint& kept : r.kept) kept.adjoint = Tensor();
}

void Walk::forget_vjps() noexcept
{
    if (options.retain) return;
    for (std::uint32_t i = 0; i < visited_; ++i) {
        Node& node = *r.visited[i];
        if (node.vjp) node.vjp->~Vjp();
        node.vjp = nullptr;
        node.flags |= Node::kConsumed;
    }
}

}  // namespace detail

std::size_t Adjoints::count() const { return node_.input_count(); }
bool Adjoints::wants(std::size_t i) const { return walk_.wanted(node_, i) != nullptr; }
void Adjoints::add(std::size_t i, Tensor g)
{
    if (batched_) [[unlikely]]
        return batched_->add(i, std::move(g));
    walk_.add(node_, i, std::move(g));
}
void Adjoints::add_element(std::size_t i, std::int64_t element, const Tensor& g)
{
    if (batched_) [[unlikely]]
        return add(i, detail::one_element(sizes(i), element, g));
    walk_.add_element(node_, i, element, g);
}
void Adjoints::add_slice(std::size_t i, const detail::SlicePlace& place, const Tensor& g)
{
    if (batched_) [[unlikely]]
        return add(i, detail::pad_slice(g, place, sizes(i)));
    walk_.add_slice(node_, i, place, g);
}

Sizes Adjoints::sizes(std::size_t i) const
{
    if (batched_) [[unlikely]]
        return batched_->sizes(i);
    const std::uint32_t from = node_.input_node(i);
    return from == detail::Node::kNone ? Sizes() : walk_.r.nodes[from].shape();
}

}  // namespace xgrad
