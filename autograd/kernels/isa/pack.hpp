// Panels for the tile: a matrix given by two strides is copied so that each step of k finds its elements side by side.
#pragma once

#include <utility>

#include "autograd/kernels/isa/tile.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

/// Which lanes of (a, b) the low or high half of their interleaving takes: a0 b0 a1 b1 ...
template <bool High, class Register, std::size_t... I>
Register interleave(Register a, Register b, std::index_sequence<I...>)
{
    constexpr std::size_t size = sizeof...(I), skip = High ? size / 2 : 0;
    return __builtin_shufflevector(a, b, static_cast<int>(I / 2 + skip + (I % 2 == 0 ? 0 : size))...);
}

/// Rows of a size x size block become columns. Interleaving row i with row i + size/2 and doing so log2(size) times is
/// the perfect shuffle of the index bits, which swaps row and column.
template <class T>
void transpose(Vec<T> (&rows)[Vec<T>::size])
{
    constexpr int size = static_cast<int>(Vec<T>::size);
    using Lanes = std::make_index_sequence<Vec<T>::size>;
    for (int stage = 1; stage < size; stage *= 2) {
        Vec<T> mixed[size];
        each<size / 2>([&](int i) XGRAD_INLINE {
            const auto first = rows[i].batch.data, second = rows[i + size / 2].batch.data;
            mixed[2 * i].batch.data = interleave<false>(first, second, Lanes{});
            mixed[2 * i + 1].batch.data = interleave<true>(first, second, Lanes{});
        });
        each<size>([&](int i) XGRAD_INLINE { rows[i] = mixed[i]; });
    }
}

/// A source whose element for line w and step p is from[w * line + p * step].
template <class T>
struct Lines {
    const T* from;
    Index line, step;
};

/// A full block of step == 1: registers only.
template <class T>
void pack_block(const T* from, Index line, T* to, Index padded, Index stored)
{
    constexpr int size = static_cast<int>(Vec<T>::size);
    Vec<T> block[size];
    each<size>([&](int i) XGRAD_INLINE { block[i] = Vec<T>::load(from + i * line); });
    transpose(block);
    if (stored == size) {
        each<size>([&](int i) XGRAD_INLINE { block[i].store(to + i * padded); });
    } else {
        each<size>([&](int i) XGRAD_INLINE { block[i].store_part(to + i * padded, stored); });
    }
}

/// A block at the edge, filled up with zeros first.
template <class T>
void pack_edge(const T* from, Index line, Index lines, Index steps, T* to, Index padded, Index stored)
{
    constexpr Index size = Vec<T>::size;
    alignas(64) T square[size * size], turned[size * size];
    for (Index i = 0; i < size; ++i)
        (i < lines ? Vec<T>::load_part(from + i * line, steps) : Vec<T>(T(0))).store(square + i * size);
    pack_block(square, size, turned, size, size);
    for (Index i = 0; i < steps; ++i) Vec<T>::load(turned + i * size).store_part(to + i * padded, stored);
}

/// step == 1: reads along k, transposes blocks.
template <class T>
void pack_across(const Lines<T>& x, Index width, Index padded, Index k, T* to)
{
    constexpr Index size = Vec<T>::size;
    for (Index w = 0; w < padded; w += size) {
        const Index lines = larger(0, smaller(size, width - w)), stored = smaller(size, padded - w);
        for (Index p = 0; p < k; p += size) {
            const Index steps = smaller(size, k - p);
            const T* from = x.from + w * x.line + p;
            if (lines == size && steps == size)
                pack_block(from, x.line, to + p * padded + w, padded, stored);
            else
                pack_edge(from, x.line, lines, steps, to + p * padded + w, padded, stored);
        }
    }
}

/// line == 1: copies rows.
template <class T>
void pack_along(const Lines<T>& x, Index width, Index padded, Index k, T* to)
{
    constexpr Index size = Vec<T>::size;
    for (Index p = 0; p < k; ++p, to += padded) {
        const T* from = x.from + p * x.step;
        Index w = 0;
        for (; w + size <= width; w += size) Vec<T>::load(from + w).store(to + w);
        if (w < padded)
            (w < width ? Vec<T>::load_part(from + w, width - w) : Vec<T>(T(0))).store_part(to + w, padded - w);
    }
}

/// to[p * padded + w] = line w at step p, zero for width <= w < padded; padded - width < size.
template <class T>
void pack(const Lines<T>& x, Index width, Index padded, Index k, T* to)
{
    if (x.line == 1) return pack_along(x, width, padded, k, to);
    if (x.step == 1) return pack_across(x, width, padded, k, to);
    for (Index p = 0; p < k; ++p, to += padded)
        for (Index w = 0; w < padded; ++w) to[w] = w < width ? x.from[w * x.line + p * x.step] : T(0);
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
