// Tape::backward: the leaves' adjoints are added to their grads. And what hangs on it: retain_grad, Tensor::grad.

#include <xgrad/error.hpp>
#include <xgrad/tape.hpp>

#include <algorithm>
#include <vector>

#include "autograd/batched.hpp"
#include "autograd/new_tensor.hpp"
#include "autograd/open_tapes.hpp"
#include "autograd/walk.hpp"

namespace xgrad {
namespace detail {
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

[[noreturn, gnu::noinline]] void throw_needs_scalar(const Tensor& root)
{
    throw ShapeError(error_text("backward", "needs a scalar, got shape " + to_string(root.sizes()),
                                "without a seed the root has exactly one element",
                                "reduce it first, for example backward(sum(y)), or give a seed of its shape"));
}

Tensor default_seed(const Tensor& root)
{
    if (root.numel() != 1) throw_needs_scalar(root);
    const Tensor seed = new_like(root);
    if (root.dtype() == f64)
        *mutable_data<double>(seed) = 1;
    else
        *mutable_data<float>(seed) = 1;
    return seed;
}

namespace {

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

/// Makes of an adjoint what the leaf's grad becomes: contiguous, plus what it was.
void make_grad(Tensor& adjoint, const Tensor& grad)
{
    if (!adjoint.is_contiguous()) adjoint = contiguous(adjoint);
    if (grad.defined()) accumulate(adjoint, Tensor(grad));
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
        const Tensor& grad = node->leaf->grad;
        if (grad.defined() || !node->adjoint.is_contiguous()) make_grad(node->adjoint, grad);
    }
    for (KeptAdjoint& kept : r.kept)
        if (kept.cell && kept.adjoint.defined()) make_grad(kept.adjoint, kept.cell->grad);
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

}  // namespace
}  // namespace detail

using detail::BackwardWalk;
using detail::check_seed;
using detail::default_seed;
using detail::error_text;
using detail::Node;
using detail::Recording;
using detail::ThreadTapes;

namespace {

/// Walks back from a node and adds to the leaves' grads.
void walk_from(Recording& r, std::uint32_t index, Tensor&& seed, bool has_unit_seed, const BackwardOptions& options)
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
    Tensor seed = default_seed(root);
    if (detail::is_batched(root)) [[unlikely]]
        seed = detail::seed_of_all(seed, root);
    walk_from(r, index, std::move(seed), true, options);
}

void Tape::backward(const Tensor& root, const Tensor& seed, BackwardOptions options)
{
    Recording& r = ThreadTapes::recording_of(*this, "backward");
    const std::uint32_t index = node_on(r, "backward", root);
    check_seed(root, seed);
    options.create_graph |= open_->is_scope();
    walk_from(r, index, detail::seed_of_all(seed, root), false, options);
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
    if (detail::is_batched(x)) return retain_grad(detail::all_samples(x));
    detail::TensorHeader& header = *x.unsafe_header();
    if (header.leaf) return;
    r->kept.push_back({header.node, detail::new_leaf_cell(), Tensor()});
    detail::own_leaf(header, *r->kept.back().cell);
    r->nodes[header.node].flags |= Node::kKept;
}

const Tensor& Tensor::grad() const
{
    const detail::TensorHeader& h = header();
    if (detail::is_batched(*this)) return detail::batched_grad(*this);
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
