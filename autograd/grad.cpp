// Tape::grad: adjoints handed out, everything else as it was before.

#include <xgrad/error.hpp>
#include <xgrad/tape.hpp>

#include <algorithm>
#include <vector>

#include "autograd/batched.hpp"
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
        if (adjoint.defined())
            accumulate(adjoint, Tensor(seeds[i]));
        else
            adjoint = seeds[i];
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

using detail::check_seed;
using detail::default_seed;
using detail::DiscardedWalk;
using detail::Recording;
using detail::ThreadTapes;
using detail::throw_not_a_leaf;

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
    const detail::WholeRoots whole(r, {&root, 1}, {&seed, 1}, inputs);
    std::vector<Tensor> gradients =
        detail::pull(r, whole.roots(), whole.seeds(), nodes, std::min(floor, index), options);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        gradients[i] = gradients[i].defined() ? detail::with_levels_of(inputs[i], gradients[i]) : zeros_like(inputs[i]);
    return gradients;
}

}  // namespace xgrad
