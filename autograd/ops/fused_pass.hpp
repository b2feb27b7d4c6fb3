#pragma once

// Steps over whole tensors in one pass over memory: block by block, so that what lies between stays in cache. Nothing is
// recorded.

#include <xgrad/tensor.hpp>

#include "autograd/kernels/steps.hpp"
#include "autograd/pool_allocator.hpp"

namespace xgrad::detail {

/// The values of a step, by its register.
struct KeptValue {
    std::size_t place;
    Tensor values;
};

/// Writes the output's values to y, a new tensor, and those of the steps to be kept. The inputs have y's dtype and
/// broadcast to its shape.
void run_fused(const kernels::Steps& steps, const PooledList<Tensor>& x, const PooledList<KeptValue>& kept,
               const Tensor& y);

/// The gradients of the wanted inputs, of gy's shape; the others are undefined.
PooledList<Tensor> run_fused_back(const kernels::Steps& steps, const PooledList<Tensor>& x,
                                  const PooledList<KeptValue>& kept, const Tensor& gy, const bool* wanted);

}  // namespace xgrad::detail
