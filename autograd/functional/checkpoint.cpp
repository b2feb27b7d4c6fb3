#include <xgrad/functional/checkpoint.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/random.hpp>
#include <xgrad/tape.hpp>

#include "autograd/batched.hpp"
#include "autograd/open_tapes.hpp"
#include "autograd/walk.hpp"

namespace xgrad::detail {
namespace {

using Function = Callable<Tensor(const Tensors&)>;

/// Calls f with nothing recorded on the running tape, noting which of its values f reads.
class Preview {
public:
    explicit Preview(const Recording& of) : captured{of, {}}, recording_(tape_.recording("checkpoint"))
    {
        recording_.captured = &captured;
    }
    Preview(const Preview&) = delete;
    Preview& operator=(const Preview&) = delete;
    ~Preview() { recording_.captured = nullptr; }

    CapturedValues captured;

private:
    Tape tape_{{.isolated = true}};
    Recording& recording_;
};

/// The default generator as it was, for a while.
class RepeatedNumbers {
public:
    explicit RepeatedNumbers(const Generator& then) : now_(default_generator()) { default_generator() = then; }
    RepeatedNumbers(const RepeatedNumbers&) = delete;
    RepeatedNumbers& operator=(const RepeatedNumbers&) = delete;
    ~RepeatedNumbers() { default_generator() = now_; }

private:
    Generator now_;
};

/// Frees what the records of a second call keep, unless they are to be differentiated.
class SecondCall {
public:
    SecondCall(Recording& r, bool keep) : r_(r), first_(r.nodes.size()), keep_(keep) {}
    SecondCall(const SecondCall&) = delete;
    SecondCall& operator=(const SecondCall&) = delete;
    ~SecondCall()
    {
        for (std::uint32_t i = first_; !keep_ && i < r_.nodes.size(); ++i) {
            Node& node = r_.nodes[i];
            if (node.flags & Node::kLeaf) continue;
            if (node.vjp) node.vjp->~Vjp();
            node.vjp = nullptr;
            node.flags |= Node::kConsumed;
        }
    }
    std::uint32_t first() const { return first_; }

private:
    Recording& r_;
    std::uint32_t first_;
    bool keep_;
};

void check_repeats(const Tensor& y, Dtype dtype, Sizes sizes)
{
    if (y.dtype() == dtype && y.sizes() == sizes) return;
    throw ShapeError(error_text(
        "checkpoint",
        "called again, the function gives " + describe(y) + " in place of a value of shape " + to_string(sizes),
        "a checkpointed function computes the same when it is called again",
        "let it depend on its inputs alone, and on the default generator"));
}

/// What calls f again: with the same inputs, random numbers and levels of vmap.
struct Call {
    Function f;
    Tensors inputs;
    Generator numbers;
    std::vector<VmapLevel> levels;

    Tensor operator()() const
    {
        const RepeatedNumbers random(numbers);
        return at_levels(levels, [this] { return f(inputs); });
    }
};

void recompute(const Call& call, const Tensor& gy, Adjoints& gx)
{
    Recording& r = gx.walk().r;
    const BackwardOptions options = gx.walk().options;
    const SecondCall again(r, options.create_graph);
    const std::uint32_t slot = static_cast<std::uint32_t>(r.slots);
    Tensor y;
    {
        const CurrentTape recorder(r);
        y = all_samples(call());
    }
    check_repeats(y, gx.node().dtype, gx.node().shape());
    if (!r.holds(y.header().serial)) return;
    std::vector<std::uint32_t> sources;
    for (std::size_t i = 0; i < gx.count(); ++i) sources.push_back(gx.node().input_node(i));
    Tensors gradients =
        pull(r, {&y, 1}, {&gy, 1}, sources, again.first(), {.create_graph = options.create_graph}, slot);
    for (std::size_t i = 0; i < gradients.size(); ++i)
        if (gradients[i].defined()) gx.add(i, std::move(gradients[i]));
}

}  // namespace

// y = f(x), whose vjp computes f again. Chen, Xu, Zhang, Guestrin, Training Deep Nets with Sublinear Memory Cost (2016).
Tensor checkpointed(Function f, const Tensors& inputs)
{
    Recording* const r = running();
    if (!r || r->captured) return f(inputs);
    const Generator numbers = default_generator();
    Tensor y;
    Tensors reads;
    {
        Preview preview(*r);
        y = f(inputs);
        preview.captured.note(all_samples(y).header());
        reads = std::move(preview.captured.values);
    }
    if (reads.empty() || !is_floating(y.dtype())) return y;
    const std::vector<InputRef> refs(reads.begin(), reads.end());
    return on_all_samples(y, [&](const Tensor& whole) {
        return record("checkpoint", Inputs(refs.data(), refs.size()), detach(whole),
                      [call = Call{std::move(f), inputs, numbers, levels_at_work()}](const Tensor& gy, Adjoints& gx) {
                          recompute(call, gy, gx);
                      });
    });
}

}  // namespace xgrad::detail
