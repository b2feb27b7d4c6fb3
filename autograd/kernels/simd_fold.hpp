// sum_lanes and max_lanes without the way over memory: for reductions of many short rows. In the same order.
#pragma once

#include "autograd/kernels/simd.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

#if defined(__AVX2__) && !defined(__AVX512F__)

inline float sum_across(const Vec<float>& v)
{
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(v.batch), _mm256_extractf128_ps(v.batch, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline double sum_across(const Vec<double>& v)
{
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(v.batch), _mm256_extractf128_pd(v.batch, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}
inline float max_across(const Vec<float>& v)
{
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(v.batch), _mm256_extractf128_ps(v.batch, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}
inline double max_across(const Vec<double>& v)
{
    const __m128d two = _mm_max_pd(_mm256_castpd256_pd128(v.batch), _mm256_extractf128_pd(v.batch, 1));
    return _mm_cvtsd_f64(_mm_max_sd(two, _mm_unpackhi_pd(two, two)));
}

#else

template <class T>
T sum_across(const Vec<T>& v)
{
    return sum_lanes(v);
}
template <class T>
T max_across(const Vec<T>& v)
{
    return max_lanes(v);
}

#endif

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
