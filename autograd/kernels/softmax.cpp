#include "autograd/kernels/softmax.hpp"

#include <algorithm>

#include "autograd/kernels/strided.hpp"
#include "autograd/kernels/threads.hpp"

namespace xgrad::kernels {

namespace {

/// An exponential costs about eight plain elements.
template <class F>
void over_outer(Index outer, Index area, F&& body)
{
    parallel_for(outer, std::max<Index>(1, kGrain / 8 / std::max<Index>(1, area)), body);
}

void run(SoftmaxKernel* f, Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y, Index y_area)
{
    const std::size_t element = size_of(dtype);
    over_outer(outer, n * inner, [=](Index begin, Index end) {
        f(end - begin, n, inner, at(x, begin * n * inner, element), at(y, begin * y_area, element));
    });
}

void run(SoftmaxVjp* f, Dtype dtype, Index outer, Index n, Index inner, const void* gy, const void* y, void* gx)
{
    const std::size_t element = size_of(dtype);
    over_outer(outer, n * inner, [=](Index begin, Index end) {
        const Index first = begin * n * inner;
        f(end - begin, n, inner, at(gy, first, element), at(y, first, element), at(gx, first, element));
    });
}

}  // namespace

void softmax(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y)
{
    run(active.softmax[index_of(dtype)], dtype, outer, n, inner, x, y, n * inner);
}

void log_softmax(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y)
{
    run(active.log_softmax[index_of(dtype)], dtype, outer, n, inner, x, y, n * inner);
}

void log_sum_exp(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y)
{
    run(active.log_sum_exp[index_of(dtype)], dtype, outer, n, inner, x, y, 2 * inner);
}

void softmax_vjp(Dtype dtype, Index outer, Index n, Index inner, const void* gy, const void* y, void* gx)
{
    run(active.softmax_vjp[index_of(dtype)], dtype, outer, n, inner, gy, y, gx);
}

void log_softmax_vjp(Dtype dtype, Index outer, Index n, Index inner, const void* gy, const void* y, void* gx)
{
    run(active.log_softmax_vjp[index_of(dtype)], dtype, outer, n, inner, gy, y, gx);
}

void softmax_from_lse(Dtype dtype, Index outer, Index n, Index inner, const void* x, const void* lse,
                      const void* factor, void* y)
{
    SoftmaxFromLse* f = active.softmax_from_lse[index_of(dtype)];
    const std::size_t element = size_of(dtype);
    over_outer(outer, n * inner, [=](Index begin, Index end) {
        const Index first = begin * n * inner, number = begin * inner;
        f(end - begin, n, inner, at(x, first, element), at(lse, 2 * number, element), at(factor, number, element),
          at(y, first, element));
    });
}

}  // namespace xgrad::kernels
