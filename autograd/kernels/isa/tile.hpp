// The register tile under matrix products and convolutions: R rows times V registers of C stay in registers while k
// runs.
//
//   C[i, j] = start + sum over p of A[i, p] * B[p, j]          0 <= i < R, 0 <= j < (V - 1) * size + last
//
// A is read element by element with any strides, so it need not be packed; a row of B is contiguous. The last register
// of a row of B and C is read and written in part (1 <= last <= size).
#pragma once

#include "autograd/kernels/simd.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

enum class Start : unsigned char { zero, output, bias };  // what C holds before the first product

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

/// Rows i of A at three bases and two strides: five address registers serve fifteen rows.
template <class T>
struct FifteenRows {
    const char* base[3];
    Index row, three_rows, step;  // bytes

    FifteenRows(const T* a, Index a_row, Index a_step)
        : base{reinterpret_cast<const char*>(a), reinterpret_cast<const char*>(a + 5 * a_row),
               reinterpret_cast<const char*>(a + 10 * a_row)},
          row(a_row * static_cast<Index>(sizeof(T))),
          three_rows(3 * row),
          step(a_step * static_cast<Index>(sizeof(T)))
    {
    }
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

template <class T, int V>
void store_column(const Vec<T>& value, T* to, int j, Index last)
{
    constexpr Index size = Vec<T>::size;
    if (j + 1 < V)
        value.store(to + j * size);
    else
        value.store_part(to + j * size, last);
}

#define XGRAD_UNROLL _Pragma("GCC unroll 16")

template <class T, int R, int V, class Rows>
void run_tile(const Tile<T>& t, const Rows& rows)
{
    Vec<T> acc[R][V];
    const Index last = t.last;
    if (t.start == Start::zero) {
        XGRAD_UNROLL for (int i = 0; i < R; ++i) XGRAD_UNROLL for (int j = 0; j < V; ++j) acc[i][j] = Vec<T>(T(0));
    } else {
        const T* from = t.start == Start::bias ? t.bias : t.c;
        const Index from_row = t.start == Start::bias ? 0 : t.c_row;
        XGRAD_UNROLL for (int i = 0; i < R; ++i) XGRAD_UNROLL for (int j = 0; j < V; ++j) acc[i][j] =
            load_column<T, V>(from + i * from_row, j, last);
    }

    FifteenRows<T> a(t.a, t.a_row, t.a_step);
    for (Index p = 0; p < t.k; ++p) {
        const T* b = t.b + rows.at(p);
        Vec<T> row[V];
        XGRAD_UNROLL for (int j = 0; j < V; ++j) row[j] = load_column<T, V>(b, j, last);
        XGRAD_UNROLL for (int i = 0; i < R; ++i)
        {
            const Vec<T> factor(a.at(i));
            XGRAD_UNROLL for (int j = 0; j < V; ++j) acc[i][j] = fma(factor, row[j], acc[i][j]);
        }
        a.advance();
    }

    if (t.relu) {
        XGRAD_UNROLL for (int i = 0; i < R; ++i) XGRAD_UNROLL for (int j = 0; j < V; ++j) acc[i][j] =
            maximum(acc[i][j], Vec<T>(T(0)));
    }
    XGRAD_UNROLL for (int i = 0; i < R; ++i) XGRAD_UNROLL for (int j = 0; j < V; ++j)
        store_column<T, V>(acc[i][j], t.c + i * t.c_row, j, last);
}

// ---- the tile for a number of rows and registers known at run time
// ---------------------------------------------------

template <class T, class Rows>
using TileFunction = void (*)(const Tile<T>&, const Rows&);

template <class T, class Rows>
struct TileTable {
    TileFunction<T, Rows> at[kTileRows][kTileVecs];
};

template <class T, class Rows, int R, int V>
constexpr TileFunction<T, Rows> tile_function()
{
    if constexpr (V <= tile_vecs(R))
        return run_tile<T, R, V, Rows>;
    else
        return nullptr;
}

template <class T, class Rows, int R = 1, int V = 1>
constexpr void fill_tiles(TileTable<T, Rows>& table)
{
    table.at[R - 1][V - 1] = tile_function<T, Rows, R, V>();
    if constexpr (V < kTileVecs)
        fill_tiles<T, Rows, R, V + 1>(table);
    else if constexpr (R < kTileRows)
        fill_tiles<T, Rows, R + 1, 1>(table);
}

template <class T, class Rows>
constexpr TileTable<T, Rows> make_tiles()
{
    TileTable<T, Rows> table{};
    fill_tiles(table);
    return table;
}

template <class T, class Rows>
inline constexpr TileTable<T, Rows> kTiles = make_tiles<T, Rows>();

// ---- even cuts
// -------------------------------------------------------------------------------------------------------

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
