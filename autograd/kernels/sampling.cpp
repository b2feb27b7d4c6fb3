#include "autograd/kernels/sampling.hpp"

#include <algorithm>
#include <numeric>

#include "autograd/kernels/threads.hpp"

namespace xgrad::kernels {
namespace {

/// Rows of a loop that one thread should have at least, where each costs about `cost` operations.
std::int64_t grain(std::int64_t cost) { return std::max<std::int64_t>(1, 32768 / std::max<std::int64_t>(1, cost)); }

}  // namespace

SparseRows transposed(const SparseRows& m)
{
    SparseRows t;
    t.columns = m.rows();
    t.begin.assign(static_cast<std::size_t>(m.columns) + 1, 0);
    t.column.resize(m.column.size());
    t.weight.resize(m.weight.size());
    for (const std::int64_t j : m.column) ++t.begin[j + 1];
    std::partial_sum(t.begin.begin(), t.begin.end(), t.begin.begin());
    std::vector<std::int64_t> next = t.begin;  // of each row, where its next weight goes
    for (std::int64_t i = 0; i < m.rows(); ++i)
        for (std::int64_t k = m.begin[i]; k < m.begin[i + 1]; ++k) {
            const std::int64_t to = next[m.column[k]]++;
            t.column[to] = i;
            t.weight[to] = m.weight[k];
        }
    return t;
}

template <class T>
void weigh_along(const SparseRows& m, std::int64_t outer, std::int64_t inner, const T* x, T* y)
{
    const std::int64_t rows = m.rows();
    const std::int64_t taps = rows == 0 ? 0 : static_cast<std::int64_t>(m.column.size()) / rows + 1;
    parallel_for(outer * rows, grain(taps * inner), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t r = begin; r < end; ++r) {
            const std::int64_t i = r % rows;
            const T* from = x + r / rows * m.columns * inner;
            T* to = y + r * inner;
            if (inner == 1) {
                T total = 0;
                for (std::int64_t k = m.begin[i]; k < m.begin[i + 1]; ++k)
                    total += static_cast<T>(m.weight[k]) * from[m.column[k]];
                *to = total;
                continue;
            }
            std::fill_n(to, inner, T(0));
            for (std::int64_t k = m.begin[i]; k < m.begin[i + 1]; ++k) {
                const T weight = static_cast<T>(m.weight[k]);
                const T* line = from + m.column[k] * inner;
                for (std::int64_t j = 0; j < inner; ++j) to[j] += weight * line[j];
            }
        }
    });
}

template <class T>
void places_of_maxima(std::int64_t planes, const AxisWindows (&a)[3], const T* x, std::int64_t* places,
                      std::int64_t* indices)
{
    const std::int64_t out = a[0].out() * a[1].out() * a[2].out(), in = a[0].in * a[1].in * a[2].in;
    parallel_for(planes * out, grain(32), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t o = begin; o < end; ++o) {
            const std::int64_t i2 = o % a[2].out(), i1 = o / a[2].out() % a[1].out();
            const std::int64_t i0 = o / (a[2].out() * a[1].out()) % a[0].out();
            const T* plane = x + o / out * in;
            std::int64_t best = -1;
            for (std::int64_t k0 = 0; k0 < a[0].count[i0]; ++k0)
                for (std::int64_t k1 = 0; k1 < a[1].count[i1]; ++k1)
                    for (std::int64_t k2 = 0; k2 < a[2].count[i2]; ++k2) {
                        const std::int64_t row = (a[0].start[i0] + k0 * a[0].step) * a[1].in + a[1].start[i1];
                        const std::int64_t at = (row + k1 * a[1].step) * a[2].in + a[2].start[i2] + k2 * a[2].step;
                        if (best < 0 || plane[at] > plane[best] || plane[at] != plane[at]) best = at;
                    }
            indices[o] = best;
            places[o] = best < 0 ? best : o / out * in + best;
        }
    });
}

template void weigh_along<double>(const SparseRows&, std::int64_t, std::int64_t, const double*, double*);
template void weigh_along<float>(const SparseRows&, std::int64_t, std::int64_t, const float*, float*);
template void places_of_maxima<double>(std::int64_t, const AxisWindows (&)[3], const double*, std::int64_t*,
                                       std::int64_t*);
template void places_of_maxima<float>(std::int64_t, const AxisWindows (&)[3], const float*, std::int64_t*,
                                      std::int64_t*);

}  // namespace xgrad::kernels
