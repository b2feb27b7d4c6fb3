#pragma once

// A block of samples on its way through the steps of a recorded scalar function: step by step, with the elementwise
// kernels, so that all that lies between inputs and outputs stays in cache.

#include <xgrad/tensor.hpp>

#include <vector>

#include "autograd/functional/scalar_steps.hpp"

namespace xgrad::detail {

class StepBlock {
public:
    StepBlock(const ScalarSteps& steps, std::size_t lanes);
    StepBlock(const StepBlock&) = delete;
    StepBlock& operator=(const StepBlock&) = delete;

    /// How many of that many samples go through at a time: the registers stay in the second-level cache.
    static std::size_t lanes_for(const ScalarSteps& steps, std::size_t samples);

    std::size_t lanes() const { return lanes_; }

    /// One value of input i for each lane, to be filled.
    double* input(std::size_t i) { return values_ + i * stride_; }

    /// From the inputs to the outputs, for the first `count` lanes.
    void run(std::size_t count);

    /// One value for each lane, or, of a constant, one for all.
    const double* value(const ScalarSteps::Source& source) const
    {
        return source.is_constant ? &steps_.constants[source.at] : values_ + source.at * stride_;
    }

    /// Forgets the adjoints of an earlier walk.
    void clear_adjoints() { reached_.assign(reached_.size(), false); }

    /// Adds to the adjoint of an output in one lane; constants have none.
    void seed(std::size_t output, std::size_t lane, double value);

    /// Walks the steps back.
    void run_back(std::size_t count);

    /// The gradient of an input in each lane; null: nothing arrived, it is zero.
    const double* gradient(std::size_t i) const { return reached_[i] ? adjoint(i) : nullptr; }

private:
    double* adjoint(std::size_t place) const { return adjoints_ + place * stride_; }
    template <class Vjp>
    void hand_on(const ScalarSteps::Source& source, std::size_t count, Vjp&& vjp);

    const ScalarSteps& steps_;
    std::size_t lanes_, stride_;  // from one register to the next: whole cache lines
    Tensor memory_;               // pooled, and aligned for vectors
    double *values_, *adjoints_;  // of the registers
    double* part_;                // of an adjoint, before it is added
    std::vector<bool> reached_;   // registers whose adjoint is set
};

}  // namespace xgrad::detail
