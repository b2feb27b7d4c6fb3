#pragma once

// The walk back over a recording: from the root's record down to the first, each vjp taking the adjoint of its output
// to those of its inputs. What becomes of the adjoints in the end is the business of Tape::backward and Tape::grad
// (backward.cpp); nothing outside the recording changes during the walk.

#include <xgrad/record.hpp>
#include <xgrad/scalar_explain.hpp>
#include <xgrad/tape.hpp>

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "autograd/recording.hpp"

namespace xgrad::detail {

/// What a walk has so far, put aside while one of its vjps walks the same recording.
class InterruptedWalk {
public:
    explicit InterruptedWalk(Recording& r);
    void put_back(Recording& r) noexcept;

private:
    std::vector<std::pair<std::uint32_t, Tensor>> adjoints_;
    std::vector<Tensor> kept_;
    std::vector<double> scalars_;  // by slot; leaves stay where they are
    std::vector<double> saved_leaves_;
    std::vector<Node*> visited_;
};

/// The walk under way on this thread, for the texts of errors; null: none.
struct Walk;
extern __thread const Walk* running_walk __attribute__((tls_model("initial-exec")));

/// sum += g; recorded when the tape records, else in place in the one of both that nobody shares.
void accumulate(Tensor& sum, Tensor&& g);

struct Walk {
    Walk(Recording& recording, const BackwardOptions& asked)
        : r(recording), options{.retain = asked.retain || asked.create_graph, .create_graph = asked.create_graph}
    {
        if (r.walks > 0) [[unlikely]]
            outer_.emplace(r);
        ++r.walks;
    }
    Walk(const Walk&) = delete;
    Walk& operator=(const Walk&) = delete;
    ~Walk()
    {
        --r.walks;
        if (outer_) [[unlikely]]
            outer_->put_back(r);
    }

    /// Walks down from the record in `top_slot`, whose adjoint is set, and leaves the leaves' adjoints in their nodes.
    /// `end`: the nodes below are those up to that slot. If a vjp throws, all adjoints are cleared and it goes on to
    /// the caller.
    /// Nodes before `floor`, and scalars before that node, keep the adjoints that arrive there.
    void run(std::uint32_t top_slot, std::uint32_t end, std::uint32_t floor = 0);
    void run(std::uint32_t top_slot) { run(top_slot, nodes_below(top_slot + 1)); }

    /// Without retain: frees what the walked records saved.
    void forget_vjps() noexcept;

    /// Takes back every adjoint.
    void clear() noexcept;

    /// The node that made the input, if its adjoint is wanted; else null.
    Node* wanted(const Node& node, std::size_t input)
    {
        const std::uint32_t from = node.input_node(input);
        if (from == Node::kNone) return nullptr;
        Node& source = r.nodes[from];
        return is_floating(source.dtype) && (!pruned_ || (source.flags & Node::kNeeded)) ? &source : nullptr;
    }
    void add(Node& node, std::size_t input, Tensor&& g)
    {
        if (Node* source = wanted(node, input)) add_to(*source, node, input, std::move(g));
    }

    /// The same where `source` is known to be wanted.
    void add_to(Node& source, Node& node, std::size_t input, Tensor&& g)
    {
        if (r.watched || g.dtype() != source.dtype || !(g.sizes() == source.shape())) [[unlikely]]
            return add_converted(source, node, input, std::move(g));
        if (source.adjoint.defined())
            accumulate(source.adjoint, std::move(g));
        else
            source.adjoint = std::move(g);
    }
    void add_element(Node& node, std::size_t input, std::int64_t element, const Tensor& g);
    void add_slice(Node& node, std::size_t input, const SlicePlace& place, const Tensor& g);

    // The adjoints of scalars; under create_graph they are recorded Scalars.
    void seed_scalar(std::uint32_t slot, const Scalar& seed);
    Scalar scalar_adjoint(std::uint32_t slot);

    /// The node whose vjp runs; null before the first.
    const Node* visiting() const { return visiting_; }
    std::uint32_t root_slot() const { return root_slot_; }

    Recording& r;
    BackwardOptions options;

protected:
    /// Notes the adjoints of scalars, for clear(). To be called before the root's adjoint is set.
    void save_scalars();

    bool pruned_ = false;                       // only nodes marked kNeeded are walked
    std::optional<RecordedWalk> scalar_graph_;  // under create_graph, once a scalar takes part

private:
    void visit(Node& node);
    void visit_marked(Node& node);
    void run_vjp(Node& node, const Tensor& gy);
    void run_hooks(Node& node, Tensor& gy);
    std::uint32_t index_of(const Node& node) const { return static_cast<std::uint32_t>(&node - r.nodes.begin()); }
    void add_converted(Node& source, Node& node, std::size_t input, Tensor&& g);
    Tensor take_adjoint(Node& node);
    void note_visit(std::uint32_t index, const Tensor& gy);
    void note_contribution(std::size_t input, const char* operation, const Tensor& g);
    RecordedWalk& scalar_graph();
    std::uint32_t nodes_below(std::uint32_t slot) const;
    void walk_scalars(std::uint32_t first, std::uint32_t last);
    void walk_scalars_watched(std::uint32_t first, std::uint32_t last);

    bool saved_scalars_ = false;         // the leaves' adjoints are in r.saved_leaves
    std::vector<double> saved_records_;  // what an explaining tape shows of scalars, before the walk
    std::uint32_t seeded_ = 0;           // scalars took part up to this slot
    std::uint32_t node_ = 0;             // being visited, on a watched recording
    std::uint32_t end_ = 0;              // nodes from here on are not part of the walk
    const Node* visiting_ = nullptr;     // for the texts of errors, as is the next
    std::uint32_t root_slot_ = 0;
    std::uint32_t visited_ = 0;             // how many of r.visited are nodes whose vjp this walk ran
    std::optional<InterruptedWalk> outer_;  // the walk whose vjp asked for this one
};

/// A one for the only element of the root. Throws ShapeError if it has several.
Tensor default_seed(const Tensor& root);
/// Throws ShapeError or DtypeError unless the seed has the root's shape and dtype.
void check_seed(const Tensor& root, const Tensor& seed);

/// sum over the roots of seed * d root / d node, for each of the nodes; undefined where no root depends on it. All roots
/// are on the recording, and a seed has its root's shape and dtype. Nodes before `floor` are not walked: what arrives
/// there, directly, is theirs. Leaves everything else as it was. Throws TapeError when something arrives at a scalar
/// before `first_scalar`.
std::vector<Tensor> pull(Recording& r, std::span<const Tensor> roots, std::span<const Tensor> seeds,
                         const std::vector<std::uint32_t>& nodes, std::uint32_t floor, const BackwardOptions& options,
                         std::uint32_t first_scalar = 0);

// What the walk needs of the operations, which are built on top of it: defined with them.

/// `g` summed over the axes along which `sizes` was broadcast, in the given dtype. Throws ShapeError if it cannot.
Tensor fit(const char* operation, const Tensor& g, Sizes sizes, Dtype dtype);

/// Adds `g` to the elements of `part`, a view of an adjoint that nobody else holds.
void add_in_place(const Tensor& part, const Tensor& g);

/// The part of x at `count` positions of an axis; a view, unrecorded.
Tensor slice_view(const Tensor& x, const SlicePlace& place, std::int64_t count);

/// Zeros of the given shape but for `g` at the positions.
Tensor pad_slice(const Input& g, const SlicePlace& place, Sizes sizes);

/// A 0-dimensional f64 tensor with the scalar's value, recorded.
Tensor from_scalar(const Scalar& x);

/// Zeros of the given shape but for one element, given by its row-major position.
Tensor one_element(Sizes sizes, std::int64_t element, const Tensor& value);

/// `x` itself if it is contiguous, else a contiguous copy (recorded).
Tensor contiguous(const Tensor& x);

}  // namespace xgrad::detail
