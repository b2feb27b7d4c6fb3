#pragma once

// What the operations of linear algebra share: their checks, and going over a batch.

#include <xgrad/error.hpp>
#include <xgrad/ops/shape.hpp>

#include <atomic>
#include <limits>

#include "autograd/kernels/lapack.hpp"
#include "autograd/kernels/threads.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/float_type.hpp"

namespace xgrad::detail {

/// Throws unless x is floating with two axes or more.
void check_matrix(const char* operation, const Tensor& x);

/// The same, and as many rows as columns.
void check_square(const char* operation, const Tensor& x);

/// The shape of all axes but the last `without`.
inline Dims front_sizes(const Tensor& x, std::size_t without) { return Sizes(x.sizes().data(), x.ndim() - without); }

/// The same with one or two sizes behind.
inline Dims with_sizes(Dims front, std::initializer_list<std::int64_t> back)
{
    for (const std::int64_t size : back) front.push_back(size);
    return front;
}

/// Product of the sizes of all axes but the last `without`.
inline std::int64_t front_numel(const Tensor& x, std::size_t without)
{
    std::int64_t n = 1;
    for (std::size_t i = 0; i + without < x.ndim(); ++i) n *= x.sizes()[i];
    return n;
}

/// The last two axes exchanged, nothing recorded.
inline Tensor transposed_view(const Tensor& x)
{
    Dims sizes = x.sizes(), strides = x.strides();
    std::swap(sizes[x.ndim() - 1], sizes[x.ndim() - 2]);
    std::swap(strides[x.ndim() - 1], strides[x.ndim() - 2]);
    return view(x, sizes, strides, 0);
}

/// Calls f(i), which gives LAPACK's info, for each matrix of a batch, on our threads where the work of one is worth it.
/// Returns the first matrix whose info is not 0, or -1.
template <class F>
std::int64_t first_failure(std::int64_t count, double work_of_one, F&& f)
{
    const kernels::OneBlasThread alone;
    constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
    std::atomic<std::int64_t> first{kNone};
    const auto grain = static_cast<std::int64_t>(1 + 1e6 / (work_of_one + 1));
    kernels::parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            if (f(i) == 0) continue;
            std::int64_t seen = first.load();
            while (i < seen && !first.compare_exchange_weak(seen, i)) {
            }
        }
    });
    return first.load() == kNone ? -1 : first.load();
}

/// n^3.
inline double cube(std::int64_t n) { return static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n); }

/// Throws LinalgError for matrix `which` of the batch x: "inv: matrix 2 of shape (3, 4, 4) is singular".
[[noreturn]] void throw_linalg(const char* operation, const Tensor& x, std::int64_t which, const char* what,
                               const char* rule, const char* hint);

}  // namespace xgrad::detail
