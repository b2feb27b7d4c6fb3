#pragma once

// A function of tensors under check, recorded once on an explaining tape: its gradients, and those that wrong
// derivations give. A wrong derivation is a walk back over the same tape in which hooks put a wrong term in place of the
// right one.

#include <xgrad/tape.hpp>
#include <xgrad/teach/check_by_hand.hpp>

#include <string>
#include <vector>

#include "teach/slips.hpp"

namespace xgrad::detail {

struct Recording;

/// A function with values that it hands to its probe.
class ProbeRun {
public:
    explicit ProbeRun(const ProbedFunction& f) : f_(f) {}

    Tensor recorded(Tape& tape, const std::vector<Tensor>& inputs);
    Tensor plain(const std::vector<Tensor>& inputs);
    /// With one element of a probed value moved.
    Tensor moved(const std::vector<Tensor>& inputs, const std::string& name, std::int64_t element, double step);

    /// What the probe saw in the last call.
    const NamedTensors& seen() const { return probe_.seen_; }

private:
    const ProbedFunction& f_;
    Probe probe_;
};

/// One wrong term: what the operation of a node adds to the adjoint of one of its inputs.
struct Mutation {
    std::uint32_t node;
    std::size_t input;
    Mistake mistake;
    std::string text;
    Callable<Tensor(const Tensor& gy)> part;  // from the adjoint of the node's output
};

/// The mistakes of the catalogue that can be made at the operations on the tape, after a walk over it. `target`: the
/// user's, or undefined.
std::vector<Mutation> mutations_on(Recording& recording, const Tensor& target);

class RecordedFunction {
public:
    /// Records f at the inputs. Throws TapeError when the result is not recorded.
    RecordedFunction(const ProbedFunction& f, const NamedTensors& inputs);

    /// The values whose gradients are asked for. Throws ShapeError for a name that is neither input nor probed.
    void watch(const std::vector<std::string>& names);

    const Tensor& value(std::size_t i) const { return watched_[i]; }
    bool is_probed(std::size_t i) const;
    const Tensor& root() const { return root_; }
    std::vector<Tensor> gradients();

    /// What the diagnosis needs, after gradients().
    void read_penalty(Claim& claim, std::size_t i);
    std::vector<SampleCount> sample_counts();
    std::vector<Derivation> derivations(const Tensor& target);
    std::vector<Derivation> pairs_of_mistakes(const Tensor& target);
    std::vector<std::string> operations_of_users();

private:
    class WrongWalk;
    void add_derivation(std::vector<Derivation>& out, const std::vector<const Mutation*>& mutations);
    void prepare(const Tensor& target);

    Tape tape_{{.explain = true, .isolated = true}};
    Recording& recording_;
    ProbeRun run_;
    NamedTensors inputs_;  // leaves
    Tensor root_;
    std::vector<Tensor> watched_;
    std::vector<std::uint32_t> uses_;  // of each node, as an input
    std::vector<Mutation> mutations_;
    bool is_prepared_ = false;
};

std::vector<double> numbers_of(const Tensor& x);

}  // namespace xgrad::detail
