#include "autograd/kernels/pool.hpp"

#include <algorithm>
#include <string>
#include <xgrad/error.hpp>

#include "autograd/kernels/threads.hpp"

namespace xgrad::kernels {
namespace {

using Index = std::int64_t;

constexpr Index kThreadElements = 1 << 15;  // of x, below which a second thread does not pay

std::string text(const Index (&sizes)[2])
{
    return "(" + std::to_string(sizes[0]) + ", " + std::to_string(sizes[1]) + ")";
}

[[noreturn]] void bad_shape(const PoolShape& s, const std::string& rule)
{
    throw ShapeError(xgrad::detail::error_text("pool",
                                               text(s.in) + " to " + text(s.out) + ", kernel " + text(s.kernel) +
                                                   ", stride " + text(s.stride) + ", pad " + text(s.pad) +
                                                   ", dilation " + text(s.dilation),
                                               rule, "check the layer's options against the input's shape"));
}

// Every window must hold an element of x: its first padded part is no longer than half of it, and its beginning is not
// behind x.
void check(const PoolShape& s, bool average)
{
    for (int d = 0; d < 2; ++d) {
        if (s.planes < 0 || s.in[d] < 0 || s.out[d] < 0) bad_shape(s, "sizes are 0 or more");
        if (s.kernel[d] < 1 || s.stride[d] < 1 || s.dilation[d] < 1)
            bad_shape(s, "kernel, stride and dilation are 1 or more");
        if (average && s.dilation[d] != 1) bad_shape(s, "average pooling has dilation 1");
        if (s.pad[d] < 0 || 2 * s.pad[d] > (s.kernel[d] - 1) * s.dilation[d] + 1)
            bad_shape(s, "padding is 0 or more and at most half of the kernel");
        if (s.out[d] > 0 && (s.out[d] - 1) * s.stride[d] - s.pad[d] >= s.in[d])
            bad_shape(s, "every window begins inside x");
    }
}

template <class F>
void each_range(const PoolShape& s, F f)
{
    const Index elements = s.in[0] * s.in[1];
    parallel_for(s.planes, elements > 0 ? (kThreadElements + elements - 1) / elements : s.planes, f);
}

void run_max(const MaxPoolPiece<float>& piece) { compute.max_pool_f32(piece); }
void run_max(const MaxPoolPiece<double>& piece) { compute.max_pool_f64(piece); }
void spread_max(const MaxPoolPiece<float>& piece) { compute.max_pool_spread_f32(piece); }
void spread_max(const MaxPoolPiece<double>& piece) { compute.max_pool_spread_f64(piece); }
void run_average(const AveragePoolPiece<float>& piece) { compute.average_pool_f32(piece); }
void run_average(const AveragePoolPiece<double>& piece) { compute.average_pool_f64(piece); }
void spread_average(const AveragePoolPiece<float>& piece) { compute.average_pool_spread_f32(piece); }
void spread_average(const AveragePoolPiece<double>& piece) { compute.average_pool_spread_f64(piece); }

}  // namespace

template <class T>
void max_pool_forward(const PoolShape& shape, const T* x, T* y, std::int64_t* indices)
{
    check(shape, false);
    each_range(shape, [&](Index first, Index last) {
        run_max(MaxPoolPiece<T>{&shape, x, x, y, indices, first, last});
    });
}

template <class T>
void max_pool_gather(const PoolShape& shape, const T* x, const T* v, T* y)
{
    check(shape, false);
    each_range(shape, [&](Index first, Index last) {
        run_max(MaxPoolPiece<T>{&shape, x, v, y, nullptr, first, last});
    });
}

template <class T>
void max_pool_backward(const PoolShape& shape, const T* x, const T* gy, T* gx)
{
    check(shape, false);
    each_range(shape, [&](Index first, Index last) {
        spread_max(MaxPoolPiece<T>{&shape, x, gy, gx, nullptr, first, last});
    });
}

template <class T>
void average_pool_forward(const PoolShape& shape, const T* x, T* y, const AveragePoolOptions& options)
{
    check(shape, true);
    each_range(shape, [&](Index first, Index last) {
        run_average(AveragePoolPiece<T>{&shape, x, y, options.count_pad, options.divisor, first, last});
    });
}

template <class T>
void average_pool_backward(const PoolShape& shape, const T* gy, T* gx, const AveragePoolOptions& options)
{
    check(shape, true);
    each_range(shape, [&](Index first, Index last) {
        spread_average(AveragePoolPiece<T>{&shape, gy, gx, options.count_pad, options.divisor, first, last});
    });
}

#define XGRAD_POOL(T)                                                                              \
    template void max_pool_forward(const PoolShape&, const T*, T*, std::int64_t*);                 \
    template void max_pool_backward(const PoolShape&, const T*, const T*, T*);                     \
    template void max_pool_gather(const PoolShape&, const T*, const T*, T*);                       \
    template void average_pool_forward(const PoolShape&, const T*, T*, const AveragePoolOptions&); \
    template void average_pool_backward(const PoolShape&, const T*, T*, const AveragePoolOptions&);
XGRAD_POOL(float)
XGRAD_POOL(double)
#undef XGRAD_POOL

}  // namespace xgrad::kernels
