// Panels for the tile: a matrix given by two strides is copied so that each step of k finds its elements side by side.
#pragma once

#include <utility>

#include "autograd/kernels/isa/tile.hpp"
#include "autograd/kernels/isa/transpose.hpp"

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

/// to(p) gets element p of all lines; line i begins at line(i).
template <class T, class Line, class To>
void transpose_block(const Line& line, const To& to)
{
#if defined(__AVX2__)
    if constexpr (Vec<T>::size == 8 && sizeof(T) == 4) return transpose_floats(line, to);
    if constexpr (Vec<T>::size == 4 && sizeof(T) == 8) return transpose_doubles(line, to);
#endif
    constexpr int size = static_cast<int>(Vec<T>::size);
    Vec<T> block[size];
    each<size>([&](int i) XGRAD_INLINE { block[i] = Vec<T>::load(line(i)); });
    transpose(block);
    each<size>([&](int i) XGRAD_INLINE { block[i].store(to(i)); });
}

/// A block of which `steps` elements of each line are there and the first `stored` lines are wanted.
template <class T, class Line>
void transpose_part(const Line& line, Index steps, T* to, Index to_step, Index stored)
{
    constexpr int size = static_cast<int>(Vec<T>::size);
    Vec<T> block[size];
    each<size>([&](int i) XGRAD_INLINE { block[i] = load_first(line(i), steps); });
    transpose(block);
    for (Index p = 0; p < steps; ++p) block[p].store_part(to + p * to_step, stored);
}

/// A source whose element for line w and step p is from[w * line + p * step].
template <class T>
struct Lines {
    const T* from;
    Index line, step;
};

/// step == 1: reads along k, transposes blocks. Where there are fewer lines than in a block, the last one is read again.
template <class T>
void pack_across(const Lines<T>& x, Index width, Index padded, Index k, T* to)
{
    constexpr Index size = Vec<T>::size;
    // A step written whole goes beyond the panel, into the next step's beginning, which is therefore written after it.
    for (Index w = (padded - 1) / size * size; w >= 0; w -= size) {
        const Index stored = smaller(size, padded - w);
        const T* lines[size];
        for (Index i = 0; i < size; ++i) lines[i] = x.from + smaller(w + i, width - 1) * x.line;
        const Index whole = stored == size ? k / size * size : larger(0, k - 1) / size * size;
        for (Index p = 0; p < k; p += size) {
            const auto line = [&](int i) { return lines[i] + p; };
            T* const place = to + p * padded + w;
            if (p < whole)
                transpose_block<T>(line, [=](int i) { return place + i * padded; });
            else
                transpose_part(line, smaller(size, k - p), place, padded, stored);
        }
    }
}

/// line == 1: copies rows.
template <class T>
void pack_along(const Lines<T>& x, Index width, Index padded, Index k, T* to)
{
    constexpr Index size = Vec<T>::size;
    const Index whole = width / size * size, rest = width - whole;
    for (Index p = 0; p < k; ++p, to += padded) {
        const T* from = x.from + p * x.step;
        for (Index w = 0; w < whole; w += size) Vec<T>::load(from + w).store(to + w);
        if (rest == 0) continue;
        const Vec<T> last = Vec<T>::load_part(from + whole, rest);
        if (p + 1 < k)  // what goes beyond is the next step, written after this one
            last.store(to + whole);
        else
            last.store_part(to + whole, padded - whole);
    }
}

/// to[p * padded + w] = line w at step p, any number for width <= w < padded; padded - width < size.
template <class T>
void pack(const Lines<T>& x, Index width, Index padded, Index k, T* to)
{
    if (x.line == 1) return pack_along(x, width, padded, k, to);
    if (x.step == 1) return pack_across(x, width, padded, k, to);
    for (Index p = 0; p < k; ++p, to += padded)
        for (Index w = 0; w < padded; ++w) to[w] = w < width ? x.from[w * x.line + p * x.step] : T(0);
}

/// The lines [begin, end), cut at multiples of `unit` lines into panels that lie one behind the other; each is filled up to
/// whole units.
struct Panels {
    const Cuts& cuts;  // of units
    Index unit, lines;

    Index at(Index panel) const { return smaller(lines, cuts.at(panel) * unit); }
    Index padded(Index panel) const { return (cuts.at(panel + 1) - cuts.at(panel)) * unit; }
};

/// Panels [first, last); x begins at line 0.
template <class T>
void pack_panels(const Lines<T>& x, const Panels& panels, Index first, Index last, Index k, T* to)
{
    // Where steps are rows of memory, few of them at a time are read to their ends: narrow strips of many rows would lie
    // in as many memory pages, and with rows a power of two apart in the same few lines of the cache.
    const Index steps_at_a_time = x.line == 1 ? 8 : k;
    for (Index p = 0; p < k; p += steps_at_a_time) {
        const Index steps = smaller(steps_at_a_time, k - p);
        T* panel = to;
        for (Index i = first; i < last; ++i) {
            const Index begin = panels.at(i), padded = panels.padded(i);
            pack(Lines<T>{x.from + begin * x.line + p * x.step, x.line, x.step}, panels.at(i + 1) - begin, padded,
                 steps, panel + p * padded);
            panel += padded * k;
        }
    }
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
