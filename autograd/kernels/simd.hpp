// Vec<T>: one SIMD register of floats or doubles, of the instruction set that this translation unit is compiled for.
// Mask<T>: the result of comparing two.
//
// For sources listed by xgrad_isa_sources alone: they are compiled once for each instruction set with XGRAD_ISA_NAME
// set, and everything here lives in that namespace, so the linker never mixes the variants.
//
//   for (; i + Vec<T>::size <= n; i += Vec<T>::size) f(Vec<T>::load(x + i)).store(y + i);
//   if (i < n) f(Vec<T>::load_part(x + i, n - i)).store_part(y + i, n - i);         // or for_each_vec below
//
// Written over xsimd 8 to 13, using only what is right in all of them: arithmetic, comparisons (not !=), select, sqrt.
// Not used, because xsimd 8.1 has them wrong: pow, reciprocal, log of denormals, min and max (they lose NaN), nan !=
// nan, and fma under AVX-512 (it rounds twice). Functions of our own are in simd_math.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <xsimd/xsimd.hpp>

#ifndef XGRAD_ISA_NAME
#define XGRAD_ISA_NAME generic
#endif

namespace xgrad::kernels::XGRAD_ISA_NAME {

using Index = std::int64_t;

template <class T>
using IntegerOf = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

template <class T>
struct Vec;

/// One truth value for each element of a Vec<T>.
template <class T>
struct Mask {
    using Batch = xsimd::batch_bool<T, xsimd::default_arch>;

    Mask() = default;
    Mask(const Batch& b) : batch(b) {}

    friend Mask operator&(const Mask& a, const Mask& b) { return Mask(a.batch & b.batch); }
    friend Mask operator|(const Mask& a, const Mask& b) { return Mask(a.batch | b.batch); }
    friend Mask operator!(const Mask& a) { return Mask(!a.batch); }
    friend bool any(const Mask& a) { return xsimd::any(a.batch); }
    friend bool all(const Mask& a) { return xsimd::all(a.batch); }

    Batch batch;
};

template <class T>
struct Vec {
    using Batch = xsimd::batch<T, xsimd::default_arch>;
    static constexpr Index size = static_cast<Index>(Batch::size);

    Vec() = default;
    Vec(const Batch& b) : batch(b) {}
    template <class Number>
    requires std::is_arithmetic_v<Number> Vec(Number number) : batch(static_cast<T>(number)) {}

    static Vec load(const T* from) { return Batch::load_unaligned(from); }
    void store(T* to) const { batch.store_unaligned(to); }

    /// The first count elements, 0 < count <= size; the others are 0. Touches no memory behind them.
    static Vec load_part(const T* from, Index count);
    void store_part(T* to, Index count) const;

    friend Vec operator-(const Vec& a) { return a.batch ^ Batch(T(-0.0)); }  // xsimd 8.1 makes -(+0) = +0 under AVX-512
    friend Vec operator+(const Vec& a, const Vec& b) { return a.batch + b.batch; }
    friend Vec operator-(const Vec& a, const Vec& b) { return a.batch - b.batch; }
    friend Vec operator*(const Vec& a, const Vec& b) { return a.batch * b.batch; }
    friend Vec operator/(const Vec& a, const Vec& b) { return a.batch / b.batch; }
    Vec& operator+=(const Vec& b) { return *this = *this + b; }
    Vec& operator*=(const Vec& b) { return *this = *this * b; }

    friend Mask<T> operator==(const Vec& a, const Vec& b) { return a.batch == b.batch; }
    // xsimd 8.1 says false to nan != nan under AVX2 and AVX-512.
    friend Mask<T> operator!=(const Vec& a, const Vec& b) { return !(a == b); }
    friend Mask<T> operator<(const Vec& a, const Vec& b) { return a.batch < b.batch; }
    friend Mask<T> operator<=(const Vec& a, const Vec& b) { return a.batch <= b.batch; }
    friend Mask<T> operator>(const Vec& a, const Vec& b) { return a.batch > b.batch; }
    friend Mask<T> operator>=(const Vec& a, const Vec& b) { return a.batch >= b.batch; }

    friend Vec select(const Mask<T>& condition, const Vec& a, const Vec& b)
    {
        return xsimd::select(condition.batch, a.batch, b.batch);
    }
    friend Vec constant_like(const Vec&, double number) { return Vec(number); }
    friend Vec sqrt(const Vec& a) { return xsimd::sqrt(a.batch); }
    friend Vec abs(const Vec& a) { return xsimd::abs(a.batch); }

    Batch batch;
};

#if defined(__FMA__) || defined(__aarch64__)
inline constexpr bool kFused = true;
#else
inline constexpr bool kFused = false;
#endif

/// a * b + c, with one rounding where kFused.
template <class T>
Vec<T> fma(const Vec<T>& a, const Vec<T>& b, const Vec<T>& c)
{
#if defined(__AVX512F__)  // xsimd 8.1 rounds twice here
    if constexpr (sizeof(T) == 4)
        return Vec<T>(_mm512_fmadd_ps(a.batch, b.batch, c.batch));
    else
        return Vec<T>(_mm512_fmadd_pd(a.batch, b.batch, c.batch));
#else
    return xsimd::fma(a.batch, b.batch, c.batch);
#endif
}

// x bounded from one side, one instruction on x86; NaN stays NaN: there min and max return their second operand then.
#if defined(__AVX512F__)
inline Vec<float> at_most(const Vec<float>& x, float bound) { return {_mm512_min_ps(_mm512_set1_ps(bound), x.batch)}; }
inline Vec<double> at_most(const Vec<double>& x, double bound)
{
    return {_mm512_min_pd(_mm512_set1_pd(bound), x.batch)};
}
inline Vec<float> at_least(const Vec<float>& x, float bound) { return {_mm512_max_ps(_mm512_set1_ps(bound), x.batch)}; }
inline Vec<double> at_least(const Vec<double>& x, double bound)
{
    return {_mm512_max_pd(_mm512_set1_pd(bound), x.batch)};
}
#elif defined(__AVX2__)
inline Vec<float> at_most(const Vec<float>& x, float bound) { return {_mm256_min_ps(_mm256_set1_ps(bound), x.batch)}; }
inline Vec<double> at_most(const Vec<double>& x, double bound)
{
    return {_mm256_min_pd(_mm256_set1_pd(bound), x.batch)};
}
inline Vec<float> at_least(const Vec<float>& x, float bound) { return {_mm256_max_ps(_mm256_set1_ps(bound), x.batch)}; }
inline Vec<double> at_least(const Vec<double>& x, double bound)
{
    return {_mm256_max_pd(_mm256_set1_pd(bound), x.batch)};
}
#else
template <class T>
Vec<T> at_most(const Vec<T>& x, T bound)
{
    return select(x > bound, Vec<T>(bound), x);
}
template <class T>
Vec<T> at_least(const Vec<T>& x, T bound)
{
    return select(x < bound, Vec<T>(bound), x);
}
#endif

// a where it is larger (smaller), else b: b where one is NaN. One instruction on x86.
#if defined(__AVX512F__)
inline Vec<float> larger(const Vec<float>& a, const Vec<float>& b) { return {_mm512_max_ps(a.batch, b.batch)}; }
inline Vec<double> larger(const Vec<double>& a, const Vec<double>& b) { return {_mm512_max_pd(a.batch, b.batch)}; }
inline Vec<float> smaller(const Vec<float>& a, const Vec<float>& b) { return {_mm512_min_ps(a.batch, b.batch)}; }
inline Vec<double> smaller(const Vec<double>& a, const Vec<double>& b) { return {_mm512_min_pd(a.batch, b.batch)}; }
#elif defined(__AVX2__)
inline Vec<float> larger(const Vec<float>& a, const Vec<float>& b) { return {_mm256_max_ps(a.batch, b.batch)}; }
inline Vec<double> larger(const Vec<double>& a, const Vec<double>& b) { return {_mm256_max_pd(a.batch, b.batch)}; }
inline Vec<float> smaller(const Vec<float>& a, const Vec<float>& b) { return {_mm256_min_ps(a.batch, b.batch)}; }
inline Vec<double> smaller(const Vec<double>& a, const Vec<double>& b) { return {_mm256_min_pd(a.batch, b.batch)}; }
#else
template <class T>
Vec<T> larger(const Vec<T>& a, const Vec<T>& b)
{
    return select(a > b, a, b);
}
template <class T>
Vec<T> smaller(const Vec<T>& a, const Vec<T>& b)
{
    return select(a < b, a, b);
}
#endif

/// 1 / x to nearly all digits, for 1 <= x < 1e30. Of the estimates only AVX-512's is defined to the last bit; the others
/// would make results depend on the maker of the machine.
template <class T>
Vec<T> near_inverse(const Vec<T>& x)
{
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4) {
        const Vec<T> estimate(_mm512_rcp14_ps(x.batch));
        return fma(estimate, fma(-estimate, x, Vec<T>(1)), estimate);
    }
#endif
    return T(1) / x;
}

/// The larger, the smaller; NaN where one operand is NaN.
template <class T>
Vec<T> maximum(const Vec<T>& a, const Vec<T>& b)
{
    return select((a > b) | (a != a), a, b);
}
template <class T>
Vec<T> minimum(const Vec<T>& a, const Vec<T>& b)
{
    return select((a < b) | (a != a), a, b);
}

// ---- parts of a register --------------------------------------------------------------------------------------------

#if defined(__AVX512F__)

template <class T>
Vec<T> Vec<T>::load_part(const T* from, Index count)
{
    const unsigned lanes = (1u << count) - 1u;
    if constexpr (sizeof(T) == 4)
        return Batch(_mm512_maskz_loadu_ps(static_cast<__mmask16>(lanes), from));
    else
        return Batch(_mm512_maskz_loadu_pd(static_cast<__mmask8>(lanes), from));
}

template <class T>
void Vec<T>::store_part(T* to, Index count) const
{
    const unsigned lanes = (1u << count) - 1u;
    if constexpr (sizeof(T) == 4)
        _mm512_mask_storeu_ps(to, static_cast<__mmask16>(lanes), batch);
    else
        _mm512_mask_storeu_pd(to, static_cast<__mmask8>(lanes), batch);
}

#elif defined(__AVX2__)

/// All bits set in the first count 4-byte words.
inline __m256i first_words(Index count)
{
    alignas(64) static const std::int32_t bits[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bits + 8 - count));
}

template <class T>
Vec<T> Vec<T>::load_part(const T* from, Index count)
{
    if constexpr (sizeof(T) == 4)
        return Batch(_mm256_maskload_ps(from, first_words(count)));
    else
        return Batch(_mm256_maskload_pd(from, first_words(2 * count)));
}

// In pieces of 16, 8 and 4 bytes: a masked store takes 12 cycles on AMD's processors (measured on Zen 3; the pieces 4, a
// whole register 2).
inline void store_first(float* to, Index count, __m256 x)
{
    if (count == 8) return _mm256_storeu_ps(to, x);
    __m128 rest = _mm256_castps256_ps128(x);
    if ((count & 4) != 0) {
        _mm_storeu_ps(to, rest);
        rest = _mm256_extractf128_ps(x, 1);
        to += 4;
    }
    if ((count & 2) != 0) {
        _mm_storel_pi(reinterpret_cast<__m64*>(to), rest);
        rest = _mm_movehl_ps(rest, rest);
        to += 2;
    }
    if ((count & 1) != 0) _mm_store_ss(to, rest);
}
inline void store_first(double* to, Index count, __m256d x)
{
    if (count == 4) return _mm256_storeu_pd(to, x);
    __m128d rest = _mm256_castpd256_pd128(x);
    if ((count & 2) != 0) {
        _mm_storeu_pd(to, rest);
        rest = _mm256_extractf128_pd(x, 1);
        to += 2;
    }
    if ((count & 1) != 0) _mm_store_sd(to, rest);
}

template <class T>
void Vec<T>::store_part(T* to, Index count) const
{
    store_first(to, count, batch);
}

#else

template <class T>
Vec<T> Vec<T>::load_part(const T* from, Index count)
{
    alignas(64) T padded[size] = {};
    for (Index i = 0; i < count; ++i) padded[i] = from[i];
    return load(padded);
}

template <class T>
void Vec<T>::store_part(T* to, Index count) const
{
    alignas(64) T padded[size];
    store(padded);
    for (Index i = 0; i < count; ++i) to[i] = padded[i];
}

#endif

/// The first count elements of a, and of b behind them.
template <class T>
Vec<T> first_then(const Vec<T>& a, Index count, const Vec<T>& b)
{
    alignas(64) T lanes[Vec<T>::size];
    for (Index i = 0; i < Vec<T>::size; ++i) lanes[i] = static_cast<T>(i);
    return select(Vec<T>::load(lanes) < Vec<T>(count), a, b);
}

// ---- loops ----------------------------------------------------------------------------------------------------------

/// Reads and writes whole registers: what for_each_vec passes to its body inside the array.
struct Whole {
    template <class T>
    Vec<T> load(const T* from) const
    {
        return Vec<T>::load(from);
    }
    /// The same; a Part has `padding` in the elements it does not read.
    template <class T>
    Vec<T> load(const T* from, const Vec<T>&) const
    {
        return Vec<T>::load(from);
    }
    /// v; a Part has 0 in the elements it does not read.
    template <class T>
    Vec<T> only(const Vec<T>& v) const
    {
        return v;
    }
    template <class T>
    void store(T* to, const Vec<T>& v) const
    {
        v.store(to);
    }
};

/// Reads and writes the first `count` elements only: what the body gets for the tail.
struct Part {
    Index count;
    template <class T>
    Vec<T> load(const T* from) const
    {
        return Vec<T>::load_part(from, count);
    }
    template <class T>
    Vec<T> load(const T* from, const Vec<T>& padding) const
    {
        return first_then(Vec<T>::load_part(from, count), count, padding);
    }
    template <class T>
    Vec<T> only(const Vec<T>& v) const
    {
        return first_then(v, count, Vec<T>(0));
    }
    template <class T>
    void store(T* to, const Vec<T>& v) const
    {
        v.store_part(to, count);
    }
};

/// body(i, lanes) for i = 0, size, 2 size ... below n, where `lanes` (Whole, at the end Part) loads and stores.
template <class T, class Body>
inline void for_each_vec(Index n, Body body)
{
    constexpr Index size = Vec<T>::size;
    Index i = 0;
    for (; i + size <= n; i += size) body(i, Whole{});
    if (i < n) body(i, Part{n - i});
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
