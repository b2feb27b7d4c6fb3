// All elements of a register into one: sums, and largest elements.
#pragma once

#include "autograd/kernels/simd.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

/// combine(...) of all elements, in pairs at distance size/2, size/4 ... 1.
template <class T, class Combine>
T fold_lanes(const Vec<T>& v, Combine combine)
{
    alignas(64) T lanes[Vec<T>::size];
    v.store(lanes);
    for (Index half = Vec<T>::size / 2; half > 0; half /= 2)
        for (Index i = 0; i < half; ++i) lanes[i] = combine(lanes[i], lanes[i + half]);
    return lanes[0];
}

#if defined(__AVX512F__)

// In the same order.
inline float sum_lanes(const Vec<float>& v) { return _mm512_reduce_add_ps(v.batch); }
inline double sum_lanes(const Vec<double>& v) { return _mm512_reduce_add_pd(v.batch); }

/// The largest element; any one of them where there is a NaN.
inline float max_lanes(const Vec<float>& v) { return _mm512_reduce_max_ps(v.batch); }
inline double max_lanes(const Vec<double>& v) { return _mm512_reduce_max_pd(v.batch); }

#elif defined(__AVX2__)

inline float sum_lanes(const Vec<float>& v)
{
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(v.batch), _mm256_extractf128_ps(v.batch, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline double sum_lanes(const Vec<double>& v)
{
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(v.batch), _mm256_extractf128_pd(v.batch, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}
inline float max_lanes(const Vec<float>& v)
{
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(v.batch), _mm256_extractf128_ps(v.batch, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}
inline double max_lanes(const Vec<double>& v)
{
    const __m128d two = _mm_max_pd(_mm256_castpd256_pd128(v.batch), _mm256_extractf128_pd(v.batch, 1));
    return _mm_cvtsd_f64(_mm_max_sd(two, _mm_unpackhi_pd(two, two)));
}

#else

template <class T>
T sum_lanes(const Vec<T>& v)
{
    return fold_lanes(v, [](T a, T b) { return a + b; });
}
template <class T>
T max_lanes(const Vec<T>& v)
{
    return fold_lanes(v, [](T a, T b) { return a > b ? a : b; });
}

#endif

/// to[r] = sum_lanes(v[r]), for less than four times the price of one.
#if defined(__AVX2__)

inline void store_sums(const Vec<float> (&v)[4], float* to)
{
    __m128 lanes[4];
    for (Index r = 0; r < 4; ++r) {
#if defined(__AVX512F__)
        const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(v[r].batch), _mm512_extractf32x8_ps(v[r].batch, 1));
#else
        const __m256 eight = v[r].batch;
#endif
        lanes[r] = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    }
    _MM_TRANSPOSE4_PS(lanes[0], lanes[1], lanes[2], lanes[3]);
    _mm_storeu_ps(to, _mm_add_ps(_mm_add_ps(lanes[0], lanes[2]), _mm_add_ps(lanes[1], lanes[3])));
}
inline void store_sums(const Vec<double> (&v)[4], double* to)
{
    __m128d lanes[4];
    for (Index r = 0; r < 4; ++r) {
#if defined(__AVX512F__)
        const __m256d four = _mm256_add_pd(_mm512_castpd512_pd256(v[r].batch), _mm512_extractf64x4_pd(v[r].batch, 1));
#else
        const __m256d four = v[r].batch;
#endif
        lanes[r] = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    }
    for (Index r = 0; r < 4; r += 2)
        _mm_storeu_pd(to + r,
                      _mm_add_pd(_mm_unpacklo_pd(lanes[r], lanes[r + 1]), _mm_unpackhi_pd(lanes[r], lanes[r + 1])));
}

#else

template <class T>
void store_sums(const Vec<T> (&v)[4], T* to)
{
    for (Index r = 0; r < 4; ++r) to[r] = sum_lanes(v[r]);
}

#endif

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
