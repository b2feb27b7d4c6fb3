#pragma once

// For operations whose kernels are templates of the element type, float or double.

#include <xgrad/tensor.hpp>

namespace xgrad::detail {

/// Calls f with a null pointer of the element type of a floating dtype.
template <class F>
void with_float_type(Dtype dtype, F&& f)
{
    if (dtype == f64)
        f(static_cast<double*>(nullptr));
    else
        f(static_cast<float*>(nullptr));
}

/// The elements to read; null for an undefined tensor.
template <class T>
const T* elements(const Tensor& x)
{
    return x.defined() ? static_cast<const T*>(x.raw()) : nullptr;
}

}  // namespace xgrad::detail
