// Copies: those that change the order of elements, which are words of 4 or 8 bytes; and past the caches.
#include <cstring>

#include "autograd/kernels/isa/transpose.hpp"
#include "autograd/kernels/table.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {
namespace {

// ---- tiles ----------------------------------------------------------------------------------------------------------
// to[k][i] = from[i][k] for a square tile, rows from_row and to_row apart.

#if defined(__SSE2__)

void transpose_4(const float* from, Index from_row, float* to, Index to_row)
{
    __m128 a = _mm_loadu_ps(from), b = _mm_loadu_ps(from + from_row);
    __m128 c = _mm_loadu_ps(from + 2 * from_row), d = _mm_loadu_ps(from + 3 * from_row);
    _MM_TRANSPOSE4_PS(a, b, c, d);
    _mm_storeu_ps(to, a), _mm_storeu_ps(to + to_row, b);
    _mm_storeu_ps(to + 2 * to_row, c), _mm_storeu_ps(to + 3 * to_row, d);
}

void transpose_2(const double* from, Index from_row, double* to, Index to_row)
{
    const __m128d a = _mm_loadu_pd(from), b = _mm_loadu_pd(from + from_row);
    _mm_storeu_pd(to, _mm_unpacklo_pd(a, b));
    _mm_storeu_pd(to + to_row, _mm_unpackhi_pd(a, b));
}

#endif

/// A tile of a side as long as it may be: 1 always works.
template <Index Side, class T>
inline void transpose_tile(const T* from, Index from_row, T* to, Index to_row)
{
#if defined(__AVX2__)
    const auto row = [=](int i) { return from + i * from_row; };
    const auto place = [=](int k) { return to + k * to_row; };
    if constexpr (Side == 8 && sizeof(T) == 4) return transpose_floats(row, place);
    if constexpr (Side == 4 && sizeof(T) == 8) return transpose_doubles(row, place);
#endif
#if defined(__SSE2__)
    if constexpr (Side == 4 && sizeof(T) == 4) return transpose_4(from, from_row, to, to_row);
    if constexpr (Side == 2 && sizeof(T) == 8) return transpose_2(from, from_row, to, to_row);
#endif
    for (Index i = 0; i < Side; ++i)
        for (Index k = 0; k < Side; ++k) to[k * to_row + i] = from[i * from_row + k];
}

#if defined(__AVX2__)
template <class T>
constexpr Index kWide = 32 / sizeof(T);
#else
template <class T>
constexpr Index kWide = 16 / sizeof(T);
#endif

// ---- planes ---------------------------------------------------------------------------------------------------------

/// Tile by tile; the last ones overlap those before them. Not inlined: it would be there nine times, and find no registers
/// for all its offsets.
template <Index Side, class T>
[[gnu::noinline]] void transpose_block(Index height, Index width, const T* from, Index from_row, T* to, Index to_row)
{
    for (Index k = 0; k < width; k += Side) {
        const Index column = k + Side <= width ? k : width - Side;
        const T* const from_column = from + column;
        T* const to_line = to + column * to_row;
        for (Index i = 0; i < height; i += Side) {
            const Index row = i + Side <= height ? i : height - Side;
            transpose_tile<Side>(from_column + row * from_row, from_row, to_line + row, to_row);
        }
    }
}

/// Planes up to here are one block: all of it stays in the first cache.
constexpr Index kNearElements = 2048;

/// Planes that reach over as much memory are not expected in the cache.
constexpr Index kFarBytes = 1000000;

/// body(start, count) for blocks of that length; a rest that is smaller than a tile is done together with elements before
/// it.
template <Index Side, class Body>
inline void for_each_block(Index n, Index length, Body body)
{
    for (Index i = 0; i < n; i += length) {
        if (n - i < Side)
            body(n - Side, Side);
        else
            body(i, n - i < length ? n - i : length);
    }
}

/// In blocks whose rows are a cache line or two on both sides, and these in panels of columns: far rows lie in memory
/// pages of their own, of which the processor has few at hand. Far: the lines of the next block downwards are fetched
/// ahead, since the processor foresees none that is a row further on.
template <Index Side, bool Far, class T>
void transpose_tiles(Index rows, Index columns, const T* from, Index from_row, T* to, Index to_row)
{
    constexpr Index line = 64 / sizeof(T), block = Far ? line : 2 * line, panel = Far ? 512 : 256;
    const auto block_at = [=](Index r, Index c, Index height, Index width) {
        if (Far && r + 2 * block <= rows) {
            for (Index k = 0; k < width; ++k) __builtin_prefetch(to + (c + k) * to_row + r + block, 1, 2);
            for (Index i = 0; i < block; ++i) __builtin_prefetch(from + (r + block + i) * from_row + c, 0, 2);
        }
        transpose_block<Side>(height, width, from + r * from_row + c, from_row, to + c * to_row + r, to_row);
    };
    for (Index first = 0; first < columns; first += panel) {
        const Index rest = columns - first, width = rest < panel + Side ? rest : panel;
        for_each_block<Side>(rows, block, [=](Index r, Index height) {
            for_each_block<Side>(width, line, [=](Index c, Index count) { block_at(r, first + c, height, count); });
        });
        if (width == rest) break;
    }
}

template <class T>
void transpose(Index rows, Index columns, const void* from_, Index from_row, void* to_, Index to_row)
{
    const T* from = static_cast<const T*>(from_);
    T* to = static_cast<T*>(to_);
    const Index least = rows < columns ? rows : columns;
    if (least >= kWide<T> && rows * columns <= kNearElements && rows * from_row <= kFarBytes)
        return transpose_block<kWide<T>>(rows, columns, from, from_row, to, to_row);
    const Index reach = rows * from_row > columns * to_row ? rows * from_row : columns * to_row;
    if (least >= kWide<T> && reach * static_cast<Index>(sizeof(T)) >= kFarBytes)
        return transpose_tiles<kWide<T>, true>(rows, columns, from, from_row, to, to_row);
    if (least >= kWide<T>) return transpose_tiles<kWide<T>, false>(rows, columns, from, from_row, to, to_row);
    if (least >= kWide<T> / 2) return transpose_tiles<kWide<T> / 2, false>(rows, columns, from, from_row, to, to_row);
    if (rows < columns) {
        for (Index k = 0; k < columns; ++k)
            for (Index i = 0; i < rows; ++i) to[k * to_row + i] = from[i * from_row + k];
    } else {
        for (Index i = 0; i < rows; ++i)
            for (Index k = 0; k < columns; ++k) to[k * to_row + i] = from[i * from_row + k];
    }
}

// ---- rows -----------------------------------------------------------------------------------------------------------

/// The last register of a row overlaps the one before it.
template <class T>
void copy_rows(Index rows, Index n, const void* from_, Index from_row, void* to_, Index to_row)
{
    constexpr Index size = Vec<T>::size;
    const T* from = static_cast<const T*>(from_);
    T* to = static_cast<T*>(to_);
    for (Index r = 0; r < rows; ++r, from += from_row, to += to_row) {
        if (n < size) {
            Vec<T>::load_part(from, n).store_part(to, n);
            continue;
        }
        for (Index i = 0; i + size <= n; i += size) Vec<T>::load(from + i).store(to + i);
        if (n % size != 0) Vec<T>::load(from + n - size).store(to + n - size);
    }
}

// ---- every second element -------------------------------------------------------------------------------------------

template <class T>
void every_second(Index n, const void* from_, void* to_)
{
    const T* from = static_cast<const T*>(from_);
    T* to = static_cast<T*>(to_);
    Index i = 0;
#if defined(__AVX2__)
    constexpr Index size = 32 / sizeof(T);
    for (; i + size < n; i += size) {  // not the last ones: their registers would reach beyond the array
        if constexpr (sizeof(T) == 4) {
            const __m256 a = _mm256_loadu_ps(from + 2 * i), b = _mm256_loadu_ps(from + 2 * i + size);
            const __m256d mixed = _mm256_castps_pd(_mm256_shuffle_ps(a, b, 0x88));
            _mm256_storeu_pd(reinterpret_cast<double*>(to + i), _mm256_permute4x64_pd(mixed, 0xd8));
        } else {
            const __m256d a = _mm256_loadu_pd(from + 2 * i), b = _mm256_loadu_pd(from + 2 * i + size);
            _mm256_storeu_pd(to + i, _mm256_permute4x64_pd(_mm256_unpacklo_pd(a, b), 0xd8));
        }
    }
#endif
    for (; i < n; ++i) to[i] = from[2 * i];
}

// ---- past the caches ------------------------------------------------------------------------------------------------

void stream(Index bytes, const void* from_, void* to_)
{
    const char* from = static_cast<const char*>(from_);
    char* to = static_cast<char*>(to_);
    Index i = 0;
#if defined(__AVX512F__)
    for (; i + 64 <= bytes; i += 64)
        _mm512_stream_si512(reinterpret_cast<__m512i*>(to + i), _mm512_loadu_si512(from + i));
#elif defined(__AVX2__)
    for (; i + 32 <= bytes; i += 32)
        _mm256_stream_si256(reinterpret_cast<__m256i*>(to + i),
                            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i)));
#elif defined(__SSE2__)
    for (; i + 16 <= bytes; i += 16)
        _mm_stream_si128(reinterpret_cast<__m128i*>(to + i),
                         _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
#endif
    std::memcpy(to + i, from + i, static_cast<std::size_t>(bytes - i));
}

}  // namespace

void fill_copy(KernelTable& table)
{
    table.transpose[0] = transpose<float>;
    table.transpose[1] = transpose<double>;
    table.copy_rows[0] = copy_rows<float>;
    table.copy_rows[1] = copy_rows<double>;
    table.every_second[0] = every_second<float>;
    table.every_second[1] = every_second<double>;
    table.stream = stream;
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
