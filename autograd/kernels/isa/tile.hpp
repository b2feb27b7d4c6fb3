// The register tile under matrix products and convolutions: R rows times V registers of C stay in registers while k
// runs.
//
//   C[i, j] = start + sum over p of A[i, p] * B[p, j]          0 <= i < R, 0 <= j < (V - 1) * size + last
//
// A is read element by element with any strides, so it need not be packed; a row of B is contiguous. The last register
// of a row of B and C is read and written in part (1 <= last <= size).
#pragma once

#include <utility>

#include "autograd/kernels/simd.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

/// What C holds before the first product: 0, its old value, bias[j], bias[i].
enum class Start : unsigned char { zero, output, column_bias, row_bias };

template <class T>
struct Tile {
    Index k;
    const T* a;
    Index a_row, a_step;  // A[i, p] = a[i * a_row + p * a_step]
    const T* b;
    T* c;
    Index c_row;  // C[i, j] = c[i * c_row + j]
    Index last;
    Start start;
    bool relu;
    const T* bias;  // bias[j], one a column
};

/// Row p of B stands at b + p * step.
struct EvenRows {
    Index step;
    Index at(Index p) const { return p * step; }
};

/// Row p of B stands at b + offsets[p]: windows into an image.
struct OffsetRows {
    const Index* offsets;
    Index at(Index p) const { return offsets[p]; }
};

/// Largest R, and V that fits the registers beside R rows: 32 registers, else 16.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int kTileRows = 14, kTileVecs = 4;
constexpr int tile_vecs(Index rows) { return rows <= 6 ? 4 : rows <= 9 ? 3 : 2; }
#elif defined(__FMA__)
inline constexpr int kTileRows = 6, kTileVecs = 4;
constexpr int tile_vecs(Index rows) { return rows <= 2 ? 4 : rows <= 4 ? 3 : 2; }
#else
inline constexpr int kTileRows = 4, kTileVecs = 4;
constexpr int tile_vecs(Index rows) { return rows <= 2 ? 4 : 2; }
#endif

/// Step p of A stands p * a_step behind step 0. Rows are reached from three bases by two strides: five address
/// registers serve fifteen rows.
struct EvenSteps {
    template <class T>
    struct Cursor {
        Cursor(const Tile<T>& t, EvenSteps)
            : base{bytes(t.a), bytes(t.a + 5 * t.a_row), bytes(t.a + 10 * t.a_row)},
              row(t.a_row * static_cast<Index>(sizeof(T))),
              three_rows(3 * row),
              step(t.a_step * static_cast<Index>(sizeof(T)))
        {
        }
        static const char* bytes(const T* p) { return reinterpret_cast<const char*>(p); }
        void move_to(Index) {}
        T at(int i) const
        {
            const char* p = base[i / 5];
            const int r = i % 5;
            return *reinterpret_cast<const T*>(r == 3 ? p + three_rows : p + r * row);
        }
        void advance()
        {
            base[0] += step;
            base[1] += step;
            base[2] += step;
        }

        const char* base[3];
        Index row, three_rows, step;  // bytes
    };
};

/// Step p of A stands at a + offsets[p]: the taps of a convolution, rows being neighbouring positions.
struct OffsetSteps {
    const Index* offsets;

    template <class T>
    struct Cursor {
        Cursor(const Tile<T>& t, OffsetSteps steps) : a(t.a), row(t.a_row), offsets(steps.offsets) {}
        void move_to(Index p)
        {
            const T* begin = a + offsets[p];
            base[0] = begin;
            base[1] = begin + 5 * row;
            base[2] = begin + 10 * row;
        }
        T at(int i) const { return base[i / 5][i % 5 * row]; }
        void advance() {}

        const T *a, *base[3];
        Index row;
        const Index* offsets;
    };
};

// A masked load costs nothing extra where the instruction set has one; elsewhere whole registers are the case to be
// fast.
#if defined(__AVX2__)
inline constexpr bool kMaskedLoads = true;
#else
inline constexpr bool kMaskedLoads = false;
#endif

/// The first count elements, 1 <= count <= size.
template <class T>
Vec<T> load_first(const T* from, Index count)
{
    if constexpr (kMaskedLoads)
        return Vec<T>::load_part(from, count);
    else
        return count == Vec<T>::size ? Vec<T>::load(from) : Vec<T>::load_part(from, count);
}

template <class T, int V>
Vec<T> load_column(const T* from, int j, Index last)
{
    constexpr Index size = Vec<T>::size;
    return j + 1 < V ? Vec<T>::load(from + j * size) : load_first(from + j * size, last);
}

/// max(x, 0), NaN for NaN. Simpler than maximum(): the negation of a mask in there makes g++ 12 keep x in memory.
template <class T>
Vec<T> rectified(const Vec<T>& x)
{
    const Vec<T> nothing(T(0));
    return select(x < nothing, nothing, x);
}

// f(0), ... f(N - 1), inlined: what is indexed by them then stands in registers. Loops with an unroll pragma are unrolled
// too late for that, and g++ 12 then writes the accumulators to the stack in every step. The numbers are no template
// parameters of f: one function for all of them compiles in a fraction of the time.
#define XGRAD_INLINE __attribute__((always_inline))

template <class F, int... I>
XGRAD_INLINE inline void each_of(F& f, std::integer_sequence<int, I...>)
{
    (f(I), ...);
}
template <int N, class F>
XGRAD_INLINE inline void each(F f)
{
    each_of(f, std::make_integer_sequence<int, N>{});
}

template <int M, class F, int... I>
XGRAD_INLINE inline void each_pair_of(F& f, std::integer_sequence<int, I...>)
{
    (f(I / M, I % M), ...);
}
/// f(i, j) for all i < N, j < M.
template <int N, int M, class F>
XGRAD_INLINE inline void each_pair(F f)
{
    each_pair_of<M>(f, std::make_integer_sequence<int, N * M>{});
}

/// Steps from which a tile asks for its rows of C ahead.
inline constexpr Index kFarSteps = 64;

template <class T, int R, int V, class Steps, class Rows>
void run_tile(const Tile<T>& t, Steps steps, Rows rows)
{
    Vec<T> acc[R][V];
    const Index last = t.last, k = t.k, c_row = t.c_row;
    if (t.start == Start::zero || t.start == Start::output) {
        each_pair<R, V>([&](int i, int j) XGRAD_INLINE { acc[i][j] = Vec<T>(T(0)); });
    } else if (t.start == Start::row_bias) {
        each_pair<R, V>([&](int i, int j) XGRAD_INLINE { acc[i][j] = Vec<T>(t.bias[i]); });
    } else {
        each_pair<R, V>([&](int i, int j) XGRAD_INLINE { acc[i][j] = load_column<T, V>(t.bias, j, last); });
    }
    // Far rows of C arrive while k runs; a tile without many steps is near or small.
    T* const c = t.c;
    if (k >= kFarSteps)
        each_pair<R, V>([&](int i, int j) XGRAD_INLINE { __builtin_prefetch(c + i * c_row + j * Vec<T>::size, 1); });

    typename Steps::template Cursor<T> a(t, steps);
    for (Index p = 0; p < k; ++p) {
        const T* b = t.b + rows.at(p);
        Vec<T> row[V];
        each<V>([&](int j) XGRAD_INLINE { row[j] = load_column<T, V>(b, j, last); });
        a.move_to(p);
        each<R>([&](int i) XGRAD_INLINE {
            const Vec<T> factor(a.at(i));
            each<V>([&](int j) XGRAD_INLINE { acc[i][j] = fma(factor, row[j], acc[i][j]); });
        });
        a.advance();
    }

    if (t.start == Start::output)
        each_pair<R, V>([&](int i, int j) XGRAD_INLINE { acc[i][j] += load_column<T, V>(c + i * c_row, j, last); });
    if (t.relu) each_pair<R, V>([&](int i, int j) XGRAD_INLINE { acc[i][j] = rectified(acc[i][j]); });
    constexpr Index size = Vec<T>::size;
    each_pair<R, V - 1>([&](int i, int j) XGRAD_INLINE { acc[i][j].store(c + i * c_row + j * size); });
    T* const edge = c + (V - 1) * size;
    if (last == size)
        each<R>([&](int i) XGRAD_INLINE { acc[i][V - 1].store(edge + i * c_row); });
    else
        each<R>([&](int i) XGRAD_INLINE { acc[i][V - 1].store_part(edge + i * c_row, last); });
}

// ---- the tile for a number of rows and registers known at run time ------------------------------------------------

template <class T, class Steps, class Rows>
struct TileTable {
    using Function = void (*)(const Tile<T>&, Steps, Rows);

    constexpr TileTable() : at() { fill<1, 1>(); }

    template <int R, int V>
    constexpr void fill()
    {
        if constexpr (V <= tile_vecs(R)) at[R - 1][V - 1] = run_tile<T, R, V, Steps, Rows>;
        if constexpr (V < kTileVecs)
            fill<R, V + 1>();
        else if constexpr (R < kTileRows)
            fill<R + 1, 1>();
    }

    Function at[kTileRows][kTileVecs];
};

/// at[rows - 1][registers - 1]; registers up to tile_vecs(rows).
template <class T, class Steps, class Rows>
inline constexpr TileTable<T, Steps, Rows> kTiles{};

// ---- even cuts ----------------------------------------------------------------------------------------------------

constexpr Index smaller(Index a, Index b) { return a < b ? a : b; }
constexpr Index larger(Index a, Index b) { return a > b ? a : b; }
constexpr Index parts_of(Index n, Index most) { return (n + most - 1) / most; }

/// n cut into pieces that differ by at most one: piece i is [at(i), at(i + 1)).
struct Cuts {
    Cuts(Index n, Index most)
        : parts(n <= most ? 1 : parts_of(n, most)), base(parts == 1 ? n : n / parts), extra(n - base * parts)
    {
    }
    Index at(Index i) const { return base * i + smaller(i, extra); }
    Index largest() const { return base + (extra > 0 ? 1 : 0); }

    Index parts, base, extra;
};

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
