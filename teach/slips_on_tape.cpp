#include "teach/slips_on_tape.hpp"

#include <xgrad/error.hpp>
#include <xgrad/functional/hooks.hpp>
#include <xgrad/ops/elementwise.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "autograd/moved.hpp"
#include "autograd/recording.hpp"

namespace xgrad {

Tensor Probe::operator()(const std::string& name, const Tensor& u)
{
    for (const auto& [seen, value] : seen_)
        if (seen == name)
            throw ShapeError(detail::error_text("probe", "the name \"" + name + "\" for two values",
                                                "each value has a name of its own",
                                                "number the layers: u1, u2; in a loop, name the step"));
    Tensor value = name == moved_ ? detail::moved(u, element_, step_) : u;
    if (tape_ && is_floating(u.dtype())) {
        if (!detail::is_tracked(u)) value = tape_->variable(name, u);
        tape_->name(value, name);
    }
    seen_.emplace_back(name, value);
    return value;
}

namespace detail {
namespace {

constexpr std::size_t kMostPairs = 150;

ExplainedNode& entry(Recording& r, std::uint32_t node) { return (*r.log)[node]; }

void add_count(std::vector<SampleCount>& counts, double n, const std::string& where)
{
    if (!(n >= 2) || n > 1e9 || counts.size() >= 12) return;
    for (const SampleCount& known : counts)
        if (known.n == n) return;
    counts.push_back({n, where});
}

/// 6 for a division by 6 or a product with 1/6; 0 for other numbers.
double divisor(double number, bool divides)
{
    const double n = divides ? number : 1 / number;
    return std::abs(n - std::round(n)) < 1e-9 * n ? std::round(n) : 0;
}

}  // namespace

std::vector<double> numbers_of(const Tensor& x) { return x.to_vector<double>(); }

Tensor ProbeRun::recorded(Tape& tape, const std::vector<Tensor>& inputs)
{
    probe_ = Probe();
    probe_.tape_ = &tape;
    return f_(inputs, probe_);
}

Tensor ProbeRun::plain(const std::vector<Tensor>& inputs)
{
    const NoGrad off;
    probe_ = Probe();
    return f_(inputs, probe_);
}

Tensor ProbeRun::moved(const std::vector<Tensor>& inputs, const std::string& name, std::int64_t element, double step)
{
    const NoGrad off;
    probe_ = Probe();
    probe_.moved_ = name;
    probe_.element_ = element;
    probe_.step_ = step;
    return f_(inputs, probe_);
}

RecordedFunction::RecordedFunction(const ProbedFunction& f, const NamedTensors& inputs)
    : recording_(tape_.recording("check_by_hand")), run_(f)
{
    std::vector<Tensor> leaves;
    for (const auto& [name, value] : inputs) {
        leaves.push_back(is_floating(value.dtype()) ? tape_.variable(name, value) : value);
        inputs_.emplace_back(name, leaves.back());
    }
    root_ = run_.recorded(tape_, leaves);
    if (!is_tracked(root_))
        throw TapeError(
            error_text("check_by_hand", "the result of the function is not recorded",
                       "the result is computed by operations on the tensors that the function gets",
                       "use its arguments instead of tensors that it captures, and no detach, NoGrad or item()"));
}

void RecordedFunction::watch(const std::vector<std::string>& names)
{
    NamedTensors known = inputs_;
    known.insert(known.end(), run_.seen().begin(), run_.seen().end());
    for (const std::string& name : names) {
        const auto found = std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.first == name; });
        if (found == known.end()) {
            std::string all;
            for (const auto& one : known) all += (all.empty() ? "" : ", ") + one.first;
            throw ShapeError(error_text("check_by_hand",
                                        "a gradient of \"" + name + "\", which is no input and not probed",
                                        "gradients belong to inputs, or to values that the function hands to its probe",
                                        "use one of these names: " + all));
        }
        if (!is_floating(found->second.dtype()))
            throw DtypeError(error_text("check_by_hand", "a gradient of " + name + ", " + describe(found->second),
                                        "gradients are those of floating inputs; others are constants",
                                        "give an undefined Tensor in its place, or make the input f64"));
        watched_.push_back(found->second);
    }
}

bool RecordedFunction::is_probed(std::size_t i) const
{
    return std::none_of(inputs_.begin(), inputs_.end(),
                        [&](const auto& input) { return input.second.unsafe_header() == watched_[i].unsafe_header(); });
}

std::vector<Tensor> RecordedFunction::gradients() { return tape_.grad(root_, watched_, {.retain = true}); }

void RecordedFunction::read_penalty(Claim& claim, std::size_t i)
{
    static const char* const kPenalties[] = {"square", "mul", "pow", "norm", "vector_norm"};
    const std::uint32_t leaf = recording_.node_of(watched_[i].header());
    for (std::uint32_t n = 0; n < recording_.nodes.size(); ++n) {
        const Node& node = recording_.nodes[n];
        if (node.flags & Node::kLeaf) continue;
        const bool is_penalty = std::any_of(std::begin(kPenalties), std::end(kPenalties),
                                            [&](const char* name) { return std::strcmp(name, node.op->name) == 0; });
        for (const ExplainedNode::Contribution& c : entry(recording_, n).contributions)
            if (node.input_node(c.input) == leaf) note_penalty(claim, numbers_of(c.value), is_penalty);
    }
}

std::vector<SampleCount> RecordedFunction::sample_counts()
{
    std::vector<SampleCount> counts;
    for (std::uint32_t n = 0; n < recording_.nodes.size(); ++n) {
        const Node& node = recording_.nodes[n];
        if (node.flags & Node::kLeaf) continue;
        const std::vector<Tensor>& inputs = entry(recording_, n).inputs;
        const std::string name = node.op->name;
        if (name == "mean" && entry(recording_, n).output.numel() > 0)
            add_count(counts, static_cast<double>(inputs[0].numel() / entry(recording_, n).output.numel()),
                      "what the mean of the loss runs over");
        for (std::uint32_t i = 0; i < node.input_count(); ++i) {
            const Tensor& x = inputs[i];
            if (node.input_node(i) != Node::kNone) continue;
            if ((name == "div" && i == 1) || (name == "mul" && x.ndim() == 0))
                add_count(counts, x.ndim() == 0 ? divisor(x.item(), name == "div") : 0, "a divisor in the function");
            for (std::size_t axis = 0; axis < x.ndim(); ++axis)
                add_count(counts, static_cast<double>(x.sizes()[axis]),
                          fmt::format("the size of axis {} of a constant {}", axis, to_string(x.sizes())));
            if (x.ndim() > 1)
                add_count(counts, static_cast<double>(x.numel()), "the elements of a constant " + to_string(x.sizes()));
        }
    }
    return counts;
}

std::vector<std::string> RecordedFunction::operations_of_users()
{
    std::vector<std::string> names;
    for (const Node& node : recording_.nodes)
        if (!(node.flags & Node::kLeaf) && !*node.op->formula &&
            std::find(names.begin(), names.end(), node.op->name) == names.end())
            names.push_back(node.op->name);
    return names;
}

// ---- wrong derivations ----------------------------------------------------------------------------------------------

void RecordedFunction::prepare(const Tensor& target)
{
    if (is_prepared_) return;
    is_prepared_ = true;
    uses_.assign(recording_.nodes.size(), 0);
    for (const Node& node : recording_.nodes)
        for (std::uint32_t i = 0; !(node.flags & Node::kLeaf) && i < node.input_count(); ++i)
            if (node.input_node(i) != Node::kNone) ++uses_[node.input_node(i)];
    mutations_ = mutations_on(recording_, target);
}

/// Hooks of one walk, and what it leaves behind: both are taken back at the end.
class RecordedFunction::WrongWalk {
public:
    WrongWalk(RecordedFunction& of, const std::vector<const Mutation*>& mutations)
        : recording_(of.recording_), upstream_(mutations.size())
    {
        // Contributions are to stay those of the right walk.
        for (const ExplainedNode& node : *recording_.log) contributions_.push_back(node.contributions);
        // Hooks that replace come before those that only look, so that each term is made from the adjoint of the wrong walk.
        for (std::size_t k = 0; k < mutations.size(); ++k) replace(*mutations[k], k, of.uses_);
        for (std::size_t k = 0; k < mutations.size(); ++k)
            handles_.push_back(register_hook(entry(recording_, mutations[k]->node).output,
                                             [this, k](const Tensor& gy) { upstream_[k] = gy; }));
    }
    ~WrongWalk()
    {
        for (HookHandle& handle : handles_) handle.remove();
        for (std::size_t n = 0; n < contributions_.size(); ++n)
            (*recording_.log)[n].contributions = std::move(contributions_[n]);
    }
    WrongWalk(const WrongWalk&) = delete;
    WrongWalk& operator=(const WrongWalk&) = delete;

private:
    void replace(const Mutation& m, std::size_t k, const std::vector<std::uint32_t>& uses)
    {
        const ExplainedNode& node = entry(recording_, m.node);
        Tensor right;  // undefined: nothing else is in the adjoint
        if (uses[recording_.nodes[m.node].input_node(m.input)] > 1)
            for (const ExplainedNode::Contribution& c : node.contributions)
                if (c.input == m.input) right = c.value;
        handles_.push_back(register_hook(node.inputs[m.input], [this, &m, k, right](const Tensor& g) -> Tensor {
            if (!upstream_[k].defined()) return Tensor();
            const Tensor wrong = m.part(upstream_[k]);
            return right.defined() ? g - right + wrong : wrong;
        }));
    }

    Recording& recording_;
    std::vector<Tensor> upstream_;
    std::vector<HookHandle> handles_;
    std::vector<std::vector<ExplainedNode::Contribution>> contributions_;
};

/// What the mistakes give; nothing where a wrong term has no meaning, as its operation says by throwing.
void RecordedFunction::add_derivation(std::vector<Derivation>& out, const std::vector<const Mutation*>& mutations)
{
    Derivation d{mutations[0]->mistake, mutations[0]->text, static_cast<int>(mutations.size()), {}};
    for (std::size_t k = 1; k < mutations.size(); ++k) d.text += ". And " + mutations[k]->text;
    try {
        const WrongWalk walk(*this, mutations);
        for (const Tensor& gradient : gradients()) d.gradients.push_back(numbers_of(gradient));
    } catch (const std::invalid_argument&) {
        return;
    }
    out.push_back(std::move(d));
}

std::vector<Derivation> RecordedFunction::derivations(const Tensor& target)
{
    prepare(target);
    std::vector<Derivation> out;
    std::vector<const Mutation*> slopes;
    for (const Mutation& m : mutations_) {
        add_derivation(out, {&m});
        if (m.mistake == Mistake::slope_missing) slopes.push_back(&m);
    }
    const std::size_t single = out.size();
    if (slopes.size() > 1) add_derivation(out, slopes);
    if (out.size() > single) {
        out.back().mistakes = 1;
        out.back().text = "g' is missing in every layer: delta = dL/dy g'(u), by hand it is dL/dy";
    }
    return out;
}

std::vector<Derivation> RecordedFunction::pairs_of_mistakes(const Tensor& target)
{
    prepare(target);
    std::vector<Derivation> out;
    for (std::size_t i = 0; i < mutations_.size(); ++i)
        for (std::size_t j = i + 1; j < mutations_.size() && out.size() < kMostPairs; ++j) {
            const bool in_order = mutations_[i].mistake < mutations_[j].mistake;
            if (mutations_[i].node == mutations_[j].node && mutations_[i].input == mutations_[j].input) continue;
            add_derivation(out, {&mutations_[in_order ? i : j], &mutations_[in_order ? j : i]});
        }
    return out;
}

}  // namespace detail
}  // namespace xgrad
