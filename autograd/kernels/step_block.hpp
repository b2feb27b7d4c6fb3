// A block of elements on its way through steps: step by step, with the elementwise kernels, so that all that lies
// between inputs and outputs stays in cache. On the calling thread.
//
//   StepBlock block(steps, f32, lanes);
//   block.read_from(0, x);              // or fill block.input(0)
//   block.run(count);                   // values
//   block.clear_adjoints();
//   block.start_from(0, gy);
//   block.run_back(count);              // gradients of the inputs
#pragma once

#include <cstring>

#include "autograd/dtype.hpp"
#include "autograd/kernels/scratch.hpp"
#include "autograd/kernels/steps.hpp"
#include "autograd/kernels/table.hpp"

namespace xgrad::kernels {

class StepBlock {
public:
    /// What is not null must outlive the block, as the steps must. `takers`: the registers to which adjoints are handed
    /// on; null: all.
    StepBlock(const Steps& steps, Dtype dtype, std::size_t lanes, const Marks* takers = nullptr);
    StepBlock(const StepBlock&) = delete;
    StepBlock& operator=(const StepBlock&) = delete;

    /// How many of `n` elements go through at a time: the registers stay in the caches of a core.
    static std::size_t lanes_for(const Steps& steps, Dtype dtype, std::size_t n);

    std::size_t lanes() const { return lanes_; }

    // Registers have memory of their own, one element for each lane, unless they are sent elsewhere. What is set here
    // holds for the runs that follow.

    /// The memory of input i, to be filled.
    void* input(std::size_t i) const { return memory_of(i); }

    /// A register's values lie elsewhere, as an array that is read only. Those of steps are not to be run then.
    void read_from(std::size_t place, const void* x) { values_[place] = const_cast<void*>(x); }

    /// A step's values are written elsewhere.
    void write_to(std::size_t place, void* y) { values_[place] = y; }

    /// The memory for an adjoint. That of an output is free for what start_from takes.
    void* adjoint(std::size_t place) const { return memory_of(steps_.registers() + place); }

    /// The gradient of input i is written there, if it has to be computed.
    void write_gradient_to(std::size_t i, void* gx) { homes_[i] = gx; }

    /// From the inputs to the outputs, for the first `count` lanes. `runs`: the registers that are computed; null: all.
    void run(std::size_t count, const Marks* runs = nullptr);

    /// One value for each lane, or, of a constant, one for all.
    const void* value(const Steps::Source& source) const
    {
        return source.is_constant ? constants_ + source.at * element_ : static_cast<const char*>(values_[source.at]);
    }

    /// Forgets the adjoints of an earlier walk.
    void clear_adjoints() { std::memset(adjoints_, 0, steps_.registers() * sizeof(*adjoints_)); }

    /// The adjoint of an output: an array that stays as it is. Not with seed() in one walk; of a constant it is ignored.
    void start_from(std::size_t output, const void* gy);

    /// Adds to the adjoint of an output in one lane, of f64; constants have none.
    void seed(std::size_t output, std::size_t lane, double value);

    /// Walks the steps back.
    void run_back(std::size_t count);

    /// The gradient of an input in each lane, wherever it lies; null: nothing arrived, it is zero.
    const void* gradient(std::size_t i) const { return adjoints_[i]; }

private:
    void* memory_of(std::size_t place) const { return memory_ + place * stride_; }
    Index step_of(const Steps::Source& source) const { return source.is_constant ? 0 : 1; }
    bool takes(const Steps::Source& source) const { return !source.is_constant && (!takers_ || (*takers_)[source.at]); }
    void place_memory();
    void write_constants();
    void run_step(const Steps::Step& step, Index n, void* y) const;
    void run_step_back(const Steps::Step& step, std::size_t place, Index n);
    void run_where_back(const Steps::Step& step, const void* gy, Index n);
    void pass_on(const Steps::Source& source, const void* g, Index n);
    template <class Vjp>
    void hand_on(const Steps::Source& source, Index n, Vjp&& vjp);

    const Steps& steps_;
    const Marks* const takers_;
    const std::size_t dtype_, element_, lanes_, stride_;  // stride: bytes from one register to the next, whole lines
    const Scratch scratch_;
    // Of each register: where its values are, where its adjoint is written, and where that is (null: none arrived yet;
    // it may be another's).
    void **values_, **homes_;
    const void** adjoints_;
    char* constants_;  // in the dtype
    char* memory_;
    char* part_;  // of an adjoint, before it is added
};

}  // namespace xgrad::kernels
