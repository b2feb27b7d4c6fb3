// What becomes of a walk: backward() adds the leaves' adjoints to their grads, grad() hands out those that it was asked
// for and takes everything back.

#include <xgrad/error.hpp>
#include <xgrad/tape.hpp>

#include <algorithm>
#include <vector>

#include "autograd/new_tensor.hpp"
#include "autograd/open_tapes.hpp"
#include "autograd/walk.hpp"

namespace xgrad {
namespace detail {
namespace {

[[noreturn]] void throw_not_a_leaf()
{
    throw TapeError(error_text("grad", "an input is an intermediate scalar",
                               "a plain tape keeps the gradients of its variables alone",
                               "open the tape with Tape tape{{.explain = true}}"));
}

[[noreturn]] void throw_reads_scalars()
{
    throw TapeError(error_text("checkpoint", "the function reads scalars of the tape that it captures",
                               "gradients reach what a checkpointed function reads through tensors alone",
                               "give the scalars as an input: stack({s})"));
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
    const Tensor seed = new_like(root);
    if (root.dtype() == f64)
        *mutable_data<double>(seed) = 1;
    else
        *mutable_data<float>(seed) = 1;
    return seed;
}

/// A walk for backward().
class BackwardWalk : public Walk {
public:
    BackwardWalk(Recording& recording, const BackwardOptions& backward_options) : Walk(recording, backward_options)
    {
        const bool may_throw = r.nodes.size() > 0 || r.consumed > 0 || r.detect_anomaly;
        if (may_throw && (r.n_leaves() > 0 || r.records)) save_scalars();
    }

    /// Adds the leaves' adjoints to their grads.
    void commit();

private:
    void prepare_grads();
};

/// What a leaf's grad becomes: the adjoint, contiguous, plus what it was.
Tensor new_grad(const Tensor& grad, Tensor adjoint)
{
    if (!adjoint.is_contiguous()) adjoint = contiguous(adjoint);
    return grad.defined() ? accumulate(std::move(adjoint), grad) : adjoint;
}

/// Makes the new grads, in the nodes, while anything may still throw.
void BackwardWalk::prepare_grads()
{
    const CurrentTape recorder(options.create_graph ? r : null_tape);
    if (r.log) [[unlikely]]
        for (std::uint32_t i = 0; i < r.nodes.size(); ++i)
            if ((r.nodes[i].flags & Node::kLeaf) && r.nodes[i].adjoint.defined())
                (*r.log)[i].adjoint = r.nodes[i].adjoint;
    for (Node* node = r.first_leaf; node; node = node->next_leaf) {
        if (!node->adjoint.defined()) continue;
        if (node->leaf->grad.defined() || !node->adjoint.is_contiguous())
            node->adjoint = new_grad(node->leaf->grad, std::move(node->adjoint));
    }
    for (KeptAdjoint& kept : r.kept)
        if (kept.cell && kept.adjoint.defined()) kept.adjoint = new_grad(kept.cell->grad, std::move(kept.adjoint));
}

void BackwardWalk::commit()
{
    try {
        prepare_grads();
    } catch (...) {
        clear();
        throw;
    }
    if (scalar_graph_) [[unlikely]]
        for (std::uint32_t slot = 0; slot < r.slots; ++slot) {
            double& adjoint = r.is_leaf(slot) ? r.adjoint(slot) : (*r.records)[slot].adjoint;
            adjoint += scalar_graph_->adjoint(slot).value();
        }
    // From here on nothing throws.
    for (Node* node = r.first_leaf; node; node = node->next_leaf) {
        if (!node->adjoint.defined()) continue;
        LeafCell& cell = *node->leaf;
        cell.grad = std::move(node->adjoint);
        if (!cell.listed && !cell.reported) [[unlikely]]
            report_unlisted(cell);
    }
    for (KeptAdjoint& kept : r.kept)
        if (kept.cell && kept.adjoint.defined()) kept.cell->grad = std::move(kept.adjoint);
    forget_vjps();
}

/// A walk for grad(), after which all is as before.
class DiscardedWalk : public Walk {
public:
    DiscardedWalk(Recording& recording, const BackwardOptions& backward_options) : Walk(recording, backward_options)
    {
        save_scalars();
        if (r.n_leaves() == 0) return;
        for (std::uint32_t slot = 0; slot < r.slots; ++slot)
            if (r.is_leaf(slot)) r.adjoint(slot) = 0;
    }
    ~DiscardedWalk() { clear(); }
};

/// Marks the nodes from `begin` to `end` that lead to an input of grad(). None before does. Which scalars lead there is
/// not followed: if one may, or `through_scalars`, all tensors made of scalars do.
void mark_needed(Recording& r, std::uint32_t begin, std::uint32_t end, bool through_scalars)
{
    for (std::uint32_t i = begin; i < end; ++i) {
        Node& node = r.nodes[i];
        const bool of_scalars = node.input_count() == 0 && !(node.flags & Node::kLeaf);
        bool needed = (node.flags & Node::kNeeded) || (of_scalars && through_scalars);
        for (std::uint32_t k = 0; !needed && k < node.input_count(); ++k) {
            const std::uint32_t from = node.input_node(k);
            needed = from != Node::kNone && (r.nodes[from].flags & Node::kNeeded);
        }
        if (!needed) continue;
        node.flags |= Node::kNeeded;
        through_scalars |= (node.flags & Node::kScalar) != 0;
    }
}

/// Sets the marks of a grad() and takes them back at its end, however it ends.
class GradMarks {
public:
    GradMarks(Recording& r, const std::vector<std::uint32_t>& inputs, std::uint32_t floor, std::uint32_t end,
              bool through_scalars)
        : r_(r), begin_(floor), end_(end)
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
            begin_ = std::min(begin_, i);
            end_ = std::max(end_, i + 1);  // an input may be younger than the root
        }
        mark_needed(r, floor, end, through_scalars);
    }
    ~GradMarks()
    {
        for (std::uint32_t i = begin_; i < end_; ++i) r_.nodes[i].flags &= kOthers;
        for (std::uint32_t i = 0; i < before_.size(); ++i) r_.nodes[i].flags |= before_[i] & ~kOthers;
        for (const detail::KeptAdjoint& kept : r_.kept) r_.nodes[kept.node].flags |= Node::kKept;
    }

private:
    static constexpr std::uint8_t kOthers = static_cast<std::uint8_t>(~(Node::kNeeded | Node::kKept));

    Recording& r_;
    std::uint32_t begin_, end_;
    std::vector<std::uint8_t> before_;  // flags that a grad() under way needs, whose vjp asked for this one
};

/// A walk that follows only what leads to some nodes, the inputs of grad(), and keeps their adjoints.
class GradWalk : public DiscardedWalk {
public:
    /// `end`: the last root is the node before.
    GradWalk(Recording& recording, const BackwardOptions& backward_options, const std::vector<std::uint32_t>& inputs,
             std::uint32_t floor, std::uint32_t end, bool through_scalars)
        : DiscardedWalk(recording, backward_options),
          first_kept_(r.kept.size()),
          inputs_(inputs.size()),
          floor_(floor),
          marks_(recording, inputs, floor, end, through_scalars)
    {
        pruned_ = true;
        r.kept.reserve(first_kept_ + inputs_);
        for (const std::uint32_t input : inputs) r.kept.push_back({input, LeafRef(), Tensor()});
    }
    ~GradWalk()
    {
        const auto first = r.kept.begin() + static_cast<std::ptrdiff_t>(first_kept_);
        r.kept.erase(first, first + static_cast<std::ptrdiff_t>(inputs_));
    }

    /// The adjoint of the input, undefined if the root does not depend on it.
    const Tensor& adjoint(std::size_t input) const
    {
        const KeptAdjoint& kept = r.kept[first_kept_ + input];
        const Node& node = r.nodes[kept.node];
        return (node.flags & Node::kLeaf) || kept.node < floor_ ? node.adjoint : kept.adjoint;
    }

    void check_scalars_before(std::uint32_t slot) const
    {
        const auto reached = [this](std::uint32_t at) {
            return r.adjoint(at) != 0 || (scalar_graph_ && scalar_graph_->reached(at));
        };
        for (std::uint32_t at = 0; at < slot; ++at)
            if (reached(at)) throw_reads_scalars();
    }

private:
    std::size_t first_kept_, inputs_;  // its entries of r.kept
    std::uint32_t floor_;              // nodes before it are not walked
    GradMarks marks_;
};

/// Gives the roots their seeds.
void seed_roots(Recording& r, std::span<const Tensor> roots, std::span<const Tensor> seeds,
                const BackwardOptions& options)
{
    const CurrentTape recorder(options.create_graph ? r : null_tape);
    for (std::size_t i = 0; i < roots.size(); ++i) {
        Tensor& adjoint = r.nodes[roots[i].header().node].adjoint;
        adjoint = adjoint.defined() ? accumulate(std::move(adjoint), seeds[i]) : seeds[i];
    }
}

}  // namespace

std::vector<Tensor> pull(Recording& r, std::span<const Tensor> roots, std::span<const Tensor> seeds,
                         const std::vector<std::uint32_t>& nodes, std::uint32_t floor, const BackwardOptions& options,
                         std::uint32_t first_scalar)
{
    std::uint32_t end = 0;
    for (const Tensor& root : roots) end = std::max(end, root.header().node + 1);
    std::vector<Tensor> gradients(nodes.size());
    if (end == 0) return gradients;
    GradWalk walk(r, options, nodes, floor, end, first_scalar > 0);
    seed_roots(r, roots, seeds, options);
    walk.run(r.nodes[end - 1].slot, end, std::min(floor, end));
    walk.check_scalars_before(first_scalar);
    for (std::size_t i = 0; i < nodes.size(); ++i) gradients[i] = walk.adjoint(i);
    walk.forget_vjps();
    return gradients;
}

}  // namespace detail

using detail::BackwardWalk;
using detail::check_seed;
using detail::default_seed;
using detail::DiscardedWalk;
using detail::error_text;
using detail::Node;
using detail::Recording;
using detail::ThreadTapes;
using detail::throw_not_a_leaf;

namespace {

/// Walks back from a node and adds to the leaves' grads.
void walk_from(Recording& r, std::uint32_t index, Tensor seed, bool has_unit_seed, const BackwardOptions& options)
{
    BackwardWalk walk(r, options);
    Node& root = r.nodes[index];
    root.adjoint = std::move(seed);
    walk.run(root.slot, index + 1);
    walk.commit();
    r.note_root(root.slot, has_unit_seed);
}

}  // namespace

void Tape::backward(const Tensor& root, BackwardOptions options)
{
    Recording& r = ThreadTapes::recording_of(*this, "backward");
    const std::uint32_t index = node_on(r, "backward", root);
    options.create_graph |= open_->is_scope();
    walk_from(r, index, default_seed(root), true, options);
}

void Tape::backward(const Tensor& root, const Tensor& seed, BackwardOptions options)
{
    Recording& r = ThreadTapes::recording_of(*this, "backward");
    const std::uint32_t index = node_on(r, "backward", root);
    check_seed(root, seed);
    options.create_graph |= open_->is_scope();
    walk_from(r, index, seed, false, options);
}

void Tape::backward(const Scalar& root, BackwardOptions options) { backward(root, 1.0, options); }

void Tape::backward(const Scalar& root, double seed, BackwardOptions options)
{
    Recording& r = ThreadTapes::recording_of(*this, "backward");
    const std::uint32_t slot = slot_on(r, "backward", root);
    if (r.nodes.size() == 0 && r.consumed == 0 && !options.create_graph && !r.explains()) {  // nothing can throw
        r.adjoint(slot) += seed;
        r.reverse(0, slot + 1);
        if (!options.retain) r.consumed = slot + 1;
        return;
    }
    BackwardWalk walk(r, options);
    walk.seed_scalar(slot, seed);
    walk.run(slot);
    walk.commit();
    r.note_root(slot, seed == 1);
}

std::vector<Scalar> Tape::grad(const Scalar& root, const std::vector<Scalar>& inputs, BackwardOptions options)
{
    Recording& r = ThreadTapes::recording_of(*this, "grad");
    const std::uint32_t slot = slot_on(r, "grad", root);
    options.create_graph |= r.explains();  // keeps the adjoints of intermediate values, too
    for (const Scalar& input : inputs)
        if (!r.is_leaf(slot_on(r, "grad", input)) && !options.create_graph) throw_not_a_leaf();
    DiscardedWalk walk(r, options);
    walk.seed_scalar(slot, 1.0);
    walk.run(slot);
    std::vector<Scalar> gradients;
    for (const Scalar& input : inputs) gradients.push_back(walk.scalar_adjoint(r.slot_of(input.serial())));
    walk.forget_vjps();
    return gradients;
}

std::vector<Tensor> Tape::grad(const Tensor& root, const std::vector<Tensor>& inputs, BackwardOptions options)
{
    Recording& r = ThreadTapes::recording_of(*this, "grad");
    (void)node_on(r, "grad", root);
    return grad(root, inputs, default_seed(root), options);
}

std::vector<Tensor> Tape::grad(const Tensor& root, const std::vector<Tensor>& inputs, const Tensor& seed,
                               BackwardOptions options)
{
    Recording& r = ThreadTapes::recording_of(*this, "grad");
    const std::uint32_t index = node_on(r, "grad", root);
    check_seed(root, seed);
    options.create_graph |= open_->is_scope();
    std::vector<std::uint32_t> nodes;
    for (const Tensor& input : inputs) nodes.push_back(node_on(r, "grad", input));
    // No node before the first input leads to an input.
    const std::uint32_t floor = nodes.empty() ? 0 : *std::min_element(nodes.begin(), nodes.end());
    std::vector<Tensor> gradients = detail::pull(r, {&root, 1}, {&seed, 1}, nodes, std::min(floor, index), options);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        if (!gradients[i].defined()) gradients[i] = zeros_like(inputs[i]);
    return gradients;
}

namespace {

Tape& innermost_tape()
{
    if (const detail::OpenTape* const open = detail::thread_tapes().innermost()) return *open->tape;
    throw TapeError(error_text("backward", "no tape is alive in this thread",
                               "a Tape object records what backward walks",
                               "declare `xgrad::Tape tape;` before the forward computation"));
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
    if (!r || !r->holds(x.header().serial)) detail::throw_not_on_tape("retain_grad", "a tensor " + describe(x));
    detail::TensorHeader& header = *x.unsafe_header();
    if (header.leaf) return;
    r->kept.push_back({header.node, detail::new_leaf_cell(), Tensor()});
    detail::own_leaf(header, *r->kept.back().cell);
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
