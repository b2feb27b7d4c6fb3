#include "autograd/kernels/normalize.hpp"

#include <algorithm>

#include "autograd/kernels/elementwise.hpp"
#include "autograd/kernels/reduce.hpp"
#include "autograd/kernels/scratch.hpp"
#include "autograd/kernels/threads.hpp"

namespace xgrad::kernels {

namespace {

/// NormGroups that are worth a thread.
Index grain_of(const NormGroups& s) { return std::max<Index>(1, kGrain / 4 / std::max<Index>(1, s.pieces * s.n)); }

/// Rows whose gw and gb are summed one after the other; the sums of the blocks are added up afterwards.
Index block_of(const NormGroups& s) { return std::max<Index>(16, (s.groups / 64 + 3) / 4 * 4); }

void rows_vjp(Dtype dtype, const NormGroups& s, const void* gy, const void* x, const void* weight,
              const void* statistics, void* gx, void* gw, void* gb)
{
    NormalizeVjp* f = active.normalize_rows_vjp[index_of(dtype)];
    const std::size_t element = size_of(dtype);
    const Index block = block_of(s), blocks = (s.groups + block - 1) / block;
    const Scratch partial(2 * static_cast<std::size_t>(blocks * s.n) * element);
    fill(dtype, 2 * blocks * s.n, 0, partial.data());
    void *to_w = partial.data(), *to_b = at(partial.data(), blocks * s.n, element);
    parallel_for(blocks, std::max<Index>(1, grain_of(s) / block), [&, element](Index begin, Index end) {
        for (Index i = begin; i < end; ++i)
            f(s, i * block, std::min(s.groups, (i + 1) * block), gy, x, weight, statistics, gx,
              at(to_w, i * s.n, element), at(to_b, i * s.n, element));
    });
    const Index sizes[] = {blocks, s.n};
    if (gw != nullptr) sum(dtype, sizes, 1, to_w, nullptr, gw);
    if (gb != nullptr) sum(dtype, sizes, 1, to_b, nullptr, gb);
}

}  // namespace

void normalize(Dtype dtype, const NormGroups& s, const void* x, const void* weight, const void* bias, void* y,
               void* statistics)
{
    NormalizeKernel* f = active.normalize[index_of(dtype)];
    parallel_for(s.groups, grain_of(s),
                 [&, f](Index begin, Index end) { f(s, begin, end, x, weight, bias, y, statistics); });
}

void normalize_vjp(Dtype dtype, const NormGroups& s, const void* gy, const void* x, const void* weight,
                   const void* statistics, void* gx, void* gw, void* gb)
{
    if (s.weights == Weights::of_elements) return rows_vjp(dtype, s, gy, x, weight, statistics, gx, gw, gb);
    NormalizeVjp* f = active.normalize_vjp[index_of(dtype)];
    parallel_for(s.groups, grain_of(s),
                 [&, f](Index begin, Index end) { f(s, begin, end, gy, x, weight, statistics, gx, gw, gb); });
}

}  // namespace xgrad::kernels
