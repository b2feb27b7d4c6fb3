// Products with one or few rows, where packing would cost more than the product: what training by single samples and
// inference by single inputs consist of.
#pragma once

#include "autograd/kernels/compute_table.hpp"
#include "autograd/kernels/isa/pack.hpp"
#include "autograd/kernels/simd_fold.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

template <class T>
Vec<T> start_value(const GemmPiece<T>& g, const T* c, Index j, Index count)
{
    if (g.add) return load_first(c + j, count);
    return g.bias != nullptr ? load_first(g.bias + j, count) : Vec<T>(T(0));
}

template <class T>
void finish(const GemmPiece<T>& g, const Vec<T>& value, T* c, Index count)
{
    const Vec<T> y = g.relu ? rectified(value) : value;
    if (count == Vec<T>::size)
        y.store(c);
    else
        y.store_part(c, count);
}

// ---- row times matrix: rows of B, each times one number -----------------------------------------------------------

/// Columns [j, j + (V-1) size + last) of C. Phases separate sums hide the latency of the multiply-add.
template <class T, int V, int Phases>
void row_times_columns(const GemmPiece<T>& g, Index j, Index last)
{
    constexpr Index size = Vec<T>::size;
    Vec<T> acc[Phases][V];
    each_pair<Phases, V>([&](int q, int v) XGRAD_INLINE {
        acc[q][v] = q > 0 ? Vec<T>(T(0)) : start_value(g, g.c, j + v * size, v + 1 < V ? size : last);
    });
    const T *a = g.a.data, *b = g.b.data + j;
    const Index a_step = g.a.column, b_step = g.b.row, k = g.k;
    const auto step = [&](int q) XGRAD_INLINE {
        const Vec<T> factor(*a);
        each<V>([&](int v) XGRAD_INLINE { acc[q][v] = fma(factor, load_column<T, V>(b, v, last), acc[q][v]); });
        a += a_step;
        b += b_step;
    };
    Index p = 0;
    for (; p + Phases <= k; p += Phases) each<Phases>(step);
    for (; p < k; ++p) step(0);
    if constexpr (Phases == 8) each_pair<4, V>([&](int q, int v) XGRAD_INLINE { acc[q][v] += acc[q + 4][v]; });
    if constexpr (Phases >= 4) each_pair<2, V>([&](int q, int v) XGRAD_INLINE { acc[q][v] += acc[q + 2][v]; });
    if constexpr (Phases >= 2) each<V>([&](int v) XGRAD_INLINE { acc[0][v] += acc[1][v]; });
    each<V>([&](int v) XGRAD_INLINE { finish(g, acc[0][v], g.c + j + v * size, v + 1 < V ? size : last); });
}

/// m == 1, rows of B contiguous.
template <class T>
void row_times_matrix(const GemmPiece<T>& g)
{
    constexpr Index size = Vec<T>::size;
    Index j = 0;
    for (; j + 8 * size <= g.n; j += 8 * size) row_times_columns<T, 8, 1>(g, j, size);
    while (j < g.n) {
        const Index vecs = smaller(4, parts_of(g.n - j, size)), last = smaller(size, g.n - j - (vecs - 1) * size);
        if (vecs == 4)
            row_times_columns<T, 4, 2>(g, j, last);
        else if (vecs == 3)
            row_times_columns<T, 3, 2>(g, j, last);
        else if (vecs == 2)
            row_times_columns<T, 2, 4>(g, j, last);
        else
            row_times_columns<T, 1, 8>(g, j, last);
        j += vecs * size;
    }
}

// ---- outer product ------------------------------------------------------------------------------------------------

/// k == 1, the row of B contiguous: the weight gradient of one sample.
template <class T>
void outer_product(const GemmPiece<T>& g)
{
    constexpr Index size = Vec<T>::size;
    const Index m = g.m, a_row = g.a.row, c_row = g.c_row;
    const bool is_product_alone = !g.add && !g.relu && g.bias == nullptr;
    for (Index j = 0; j < g.n; j += size) {
        const Index count = smaller(size, g.n - j);
        const Vec<T> b = load_first(g.b.data + j, count), zero(T(0));
        const T* a = g.a.data;
        T* c = g.c;
        if (is_product_alone && count == size)
            for (Index i = 0; i < m; ++i, a += a_row, c += c_row) fma(Vec<T>(*a), b, zero).store(c + j);
        else if (is_product_alone)
            for (Index i = 0; i < m; ++i, a += a_row, c += c_row) fma(Vec<T>(*a), b, zero).store_part(c + j, count);
        else
            for (Index i = 0; i < m; ++i, a += a_row, c += c_row)
                finish(g, fma(Vec<T>(*a), b, start_value(g, c, j, count)), c + j, count);
    }
}

// ---- dot products: rows of A with columns of B, both contiguous along k -------------------------------------------

/// Lane j of the result is the sum of the lanes of parts[j]: interleaving and adding halves the number of registers
/// each time, and keeps their order as transpose() does.
template <class T, int Half = static_cast<int>(Vec<T>::size / 2)>
XGRAD_INLINE inline Vec<T> sums_of(Vec<T> (&parts)[Vec<T>::size])
{
    using Lanes = std::make_index_sequence<Vec<T>::size>;
    each<Half>([&](int i) XGRAD_INLINE {
        Vec<T> low, high;
        low.batch.data = interleave<false>(parts[i].batch.data, parts[i + Half].batch.data, Lanes{});
        high.batch.data = interleave<true>(parts[i].batch.data, parts[i + Half].batch.data, Lanes{});
        parts[i] = low + high;
    });
    if constexpr (Half > 1)
        return sums_of<T, Half / 2>(parts);
    else
        return parts[0];
}

/// Row i of A with the columns j .. j + count of B; N is count or the next power of two, not above size. Beyond count
/// the last column is taken again, and its sums are dropped.
template <class T, int N>
void dot_columns(const GemmPiece<T>& g, Index i, Index j, Index count)
{
    constexpr Index size = Vec<T>::size;
    const T *x = g.a.data + i * g.a.row, *b = g.b.data + j * g.b.column;
    Vec<T> acc[size];
    each<static_cast<int>(size)>([&](int q) XGRAD_INLINE { acc[q] = Vec<T>(T(0)); });
    const Index stride = g.b.column;
    const auto add = [&](auto load, Index p) XGRAD_INLINE {
        const Vec<T> xs = load(x + p);
        if (count == N) {
            const T* column = b + p;
            each<N>([&](int q) XGRAD_INLINE {
                acc[q] = fma(xs, load(column), acc[q]);
                column += stride;
            });
        } else {
            each<N>([&](int q)
                        XGRAD_INLINE { acc[q] = fma(xs, load(b + p + smaller(q, count - 1) * stride), acc[q]); });
        }
    };
    Index p = 0;
    for (; p + size <= g.k; p += size) add([](const T* from) { return Vec<T>::load(from); }, p);
    if (p < g.k) add([rest = g.k - p](const T* from) { return Vec<T>::load_part(from, rest); }, p);
    T* c = g.c + i * g.c_row;
    finish(g, sums_of(acc) + start_value(g, c, j, count), c + j, count);
}

/// One dot product with four separate sums.
template <class T>
void dot_column(const GemmPiece<T>& g, Index i, Index j)
{
    constexpr Index size = Vec<T>::size;
    const T *x = g.a.data + i * g.a.row, *y = g.b.data + j * g.b.column;
    Vec<T> acc[4] = {T(0), T(0), T(0), T(0)};
    Index p = 0;
    for (; p + 4 * size <= g.k; p += 4 * size)
        each<4>([&](int q) XGRAD_INLINE {
            acc[q] = fma(Vec<T>::load(x + p + q * size), Vec<T>::load(y + p + q * size), acc[q]);
        });
    for (; p + size <= g.k; p += size) acc[0] = fma(Vec<T>::load(x + p), Vec<T>::load(y + p), acc[0]);
    if (p < g.k) acc[1] = fma(Vec<T>::load_part(x + p, g.k - p), Vec<T>::load_part(y + p, g.k - p), acc[1]);
    T* c = g.c + i * g.c_row;
    const Vec<T> sum(sum_lanes((acc[0] + acc[1]) + (acc[2] + acc[3])));
    finish(g, sum + start_value(g, c, j, 1), c + j, 1);
}

template <class T>
void dot_products(const GemmPiece<T>& g)
{
    constexpr Index size = Vec<T>::size;
    for (Index j = 0; j < g.n; j += size) {
        const Index count = smaller(size, g.n - j);
        for (Index i = 0; i < g.m; ++i) {
            if (count == 1)
                dot_column(g, i, j);
            else if (count <= 2)
                dot_columns<T, 2>(g, i, j, count);
            else if (size >= 4 && count <= 4)
                dot_columns<T, size >= 4 ? 4 : 2>(g, i, j, count);
            else if (size >= 8 && count <= 8)
                dot_columns<T, size >= 8 ? 8 : 2>(g, i, j, count);
            else
                dot_columns<T, static_cast<int>(size)>(g, i, j, count);
        }
    }
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
