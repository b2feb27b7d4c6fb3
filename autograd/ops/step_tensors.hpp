#pragma once

// Steps (kernels/steps.hpp) computed with whole tensors, by ordinary operations: recorded where those would be.

#include <xgrad/tensor.hpp>

#include <span>

#include "autograd/kernels/steps.hpp"
#include "autograd/pool_allocator.hpp"

namespace xgrad::detail {

class StepTensors {
public:
    /// The values of all steps at the inputs, which have one shape and dtype.
    StepTensors(const kernels::Steps& steps, std::span<const Tensor> inputs);

    /// Walks the steps back from the adjoint of the output, to the takers.
    void run_back(const Tensor& gy, const kernels::Marks& takers);

    /// The gradient of an input; undefined: nothing arrived, it is zero.
    const Tensor& gradient(std::size_t i) const { return adjoints_[i]; }

private:
    using Source = kernels::Steps::Source;
    using Step = kernels::Steps::Step;

    Tensor value(const Source& source) const;
    Tensor value_of(const Step& step) const;
    void run_step_back(const Step& step, std::size_t place, const kernels::Marks& takers);

    const kernels::Steps& steps_;
    PooledList<Tensor> values_, adjoints_;  // by register; of conditions no adjoint
};

}  // namespace xgrad::detail
