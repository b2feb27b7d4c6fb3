#pragma once

// What numeric derivatives are made of.

#include <xgrad/tensor.hpp>

namespace xgrad::detail {

/// A contiguous copy of x, which is floating, with one element, counted in row-major order, moved by `step`. `at` gets
/// where the element is then: rounding makes the step a little longer or shorter.
inline Tensor moved(const Tensor& x, std::int64_t element, double step, double* at = nullptr)
{
    const Tensor out = contiguous_copy(x);
    double now = 0;
    if (out.dtype() == f64)
        now = mutable_data<double>(out)[element] += step;
    else
        now = mutable_data<float>(out)[element] += static_cast<float>(step);
    if (at) *at = now;
    return out;
}

}  // namespace xgrad::detail
