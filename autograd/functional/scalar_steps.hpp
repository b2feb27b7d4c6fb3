#pragma once

// A recorded scalar function as data, and how it is computed for a block of samples. Register r of sample s stands at
// r * lanes + s. The first registers are the inputs, then each step has one.

#include <xgrad/scalar_explain.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace xgrad::detail {

struct ScalarSteps {
    struct Source {
        std::uint32_t at = 0;  // a register, or a place among the constants
        bool is_constant = false;
    };
    struct Step {
        std::uint32_t function;  // its place in elementary::UnaryOps or BinaryOps
        bool is_unary;
        Source a, b;
    };

    std::size_t inputs = 0;
    std::vector<double> constants;
    std::vector<Step> steps;
    std::vector<Source> outputs;

    std::size_t registers() const { return inputs + steps.size(); }
};

/// What leads from the leaves to the outputs on the explaining tape that is current. Throws TapeError where a tensor
/// lies between.
ScalarSteps compile(const std::vector<Scalar>& leaves, const std::vector<Scalar>& outputs);

/// The registers of a block of samples, and the adjoints of them.
class ScalarBlock {
public:
    ScalarBlock(const ScalarSteps& steps, std::size_t lanes);

    /// How many samples go through a program of that size at a time: all its registers stay in the second-level cache.
    static std::size_t lanes_for(const ScalarSteps& steps, std::size_t samples);

    std::size_t lanes() const { return lanes_; }
    double* input(std::size_t i) { return registers_.data() + i * lanes_; }
    void run();  ///< from the inputs to the outputs
    double output(std::size_t i, std::size_t lane) const;

    /// Forgets the adjoints of an earlier walk.
    void clear_adjoints() { reached_.assign(reached_.size(), false); }
    /// Adds to the adjoint of an output; constants have none.
    void seed(std::size_t output, std::size_t lane, double value);
    /// Walks the steps back. Gradients are the adjoints of the inputs; null where nothing arrived.
    void run_back();
    const double* gradient(std::size_t input) const
    {
        return reached_[input] ? adjoints_.data() + input * lanes_ : nullptr;
    }

private:
    const double* value_of(const ScalarSteps::Source& source) const;
    template <class Vjp>
    void hand_on(const ScalarSteps::Source& source, Vjp&& vjp);

    const ScalarSteps& steps_;
    std::size_t lanes_;
    std::vector<double> registers_, adjoints_, part_;
    std::vector<bool> reached_;  // adjoints that are set
};

}  // namespace xgrad::detail
