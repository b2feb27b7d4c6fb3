#pragma once

// A function of numbers under check, recorded once with all its operations: its gradient, and those that wrong derivations
// give, by walks back in which local derivatives are replaced by wrong ones.

#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/teach/check_by_hand.hpp>

#include <vector>

#include "teach/slips.hpp"

namespace xgrad::detail {

struct Recording;

class RecordedNumbers {
public:
    /// Records f at the inputs. Throws TapeError when the result is not recorded.
    RecordedNumbers(const NumberFunction& f, const std::vector<double>& inputs);

    double value() const { return root_.value(); }
    const std::vector<double>& gradient() const { return gradient_; }
    void read_penalty(Claim& claim, std::size_t input) const;
    std::vector<SampleCount> sample_counts() const;
    std::vector<Derivation> derivations(const Tensor& target) const;
    std::vector<Derivation> pairs_of_mistakes(const Tensor& target) const;

private:
    /// A wrong local derivative.
    struct Replacement {
        std::uint32_t slot;
        unsigned operand;
        double partial;
        Mistake mistake;
        std::string text;
    };
    std::vector<Replacement> replacements(const Tensor& target) const;
    void of_function(std::vector<Replacement>& out, std::uint32_t slot, const std::vector<double>& targets) const;
    std::vector<double> targets(const Tensor& target) const;
    std::vector<double> adjoints(const std::vector<const Replacement*>& wrong) const;
    Derivation derivation(const std::vector<const Replacement*>& wrong) const;
    bool goes_through_tensors() const;

    Tape tape_{{.explain = true, .isolated = true}};
    Recording& recording_;
    std::vector<Scalar> leaves_;
    Scalar root_;
    std::vector<double> gradient_;
};

}  // namespace xgrad::detail
