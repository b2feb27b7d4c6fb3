// For kernels that are templates of the element type and need no instruction set of their own.
#pragma once

#include <xgrad/dtype.hpp>

#include <cstdint>
#include <type_traits>

namespace xgrad::kernels {

/// Calls f with a null pointer of the element type of f32, f64 or i64.
template <class F>
void with_number(Dtype dtype, F&& f)
{
    if (dtype == f32)
        f(static_cast<float*>(nullptr));
    else if (dtype == f64)
        f(static_cast<double*>(nullptr));
    else
        f(static_cast<std::int64_t*>(nullptr));
}

/// What sums of T are kept in. Unsigned for integers: they wrap around, as in PyTorch, where C++ defines it.
template <class T>
using Accumulator = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;

/// sum += x; integers wrap around.
template <class T>
void add_to(T& sum, T x)
{
    if constexpr (std::is_floating_point_v<T>)
        sum += x;
    else
        sum = static_cast<T>(static_cast<std::uint64_t>(sum) + static_cast<std::uint64_t>(x));
}

}  // namespace xgrad::kernels
