#pragma once

#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/tensor.hpp>

#include <functional>
#include <numeric>
#include <vector>

namespace xgrad::testing {

/// d sum(w y) / d x with w = 1, 2, 3, ... in row-major order.
inline Tensor gradient(const std::function<Tensor(const Tensor&)>& f, const Tensor& at)
{
    Tape tape;
    const Tensor x = tape.variable(at), y = f(x);
    std::vector<double> weights(static_cast<std::size_t>(y.numel()));
    std::iota(weights.begin(), weights.end(), 1.0);
    tape.backward(y, from_values(y.sizes(), weights));
    return x.grad();
}

/// d sum(y) / d x, of f written where it is used.
inline Tensor gradient_of_sum(const Tensor& at, const std::function<Tensor(const Tensor&)>& f)
{
    Tape tape;
    const Tensor x = tape.variable(at);
    tape.backward(sum(f(x)));
    return x.grad();
}

}  // namespace xgrad::testing
