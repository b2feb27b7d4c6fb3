// Square blocks of 8 x 8 floats or 4 x 4 doubles, transposed in registers under AVX2.
#pragma once

#include "autograd/kernels/simd.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

#if defined(__AVX2__)

inline __m256 two_parts(const float* low, const float* high)
{
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(low)), _mm_loadu_ps(high), 1);
}
inline __m256d two_parts(const double* low, const double* high)
{
    return _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(low)), _mm_loadu_pd(high), 1);
}

/// Row i of the block begins at row(i); to(k) is where its column k goes. Halves of rows are loaded to where they are
/// wanted, so that nothing has to cross the middle of a register.
template <class Row, class To>
inline void transpose_floats(const Row& row, const To& to)
{
    for (int k = 0; k < 8; k += 4) {
        const __m256 a = two_parts(row(0) + k, row(4) + k), b = two_parts(row(1) + k, row(5) + k);
        const __m256 c = two_parts(row(2) + k, row(6) + k), d = two_parts(row(3) + k, row(7) + k);
        const __m256 ab_low = _mm256_unpacklo_ps(a, b), ab_high = _mm256_unpackhi_ps(a, b);
        const __m256 cd_low = _mm256_unpacklo_ps(c, d), cd_high = _mm256_unpackhi_ps(c, d);
        _mm256_storeu_ps(to(k), _mm256_shuffle_ps(ab_low, cd_low, 0x44));
        _mm256_storeu_ps(to(k + 1), _mm256_shuffle_ps(ab_low, cd_low, 0xee));
        _mm256_storeu_ps(to(k + 2), _mm256_shuffle_ps(ab_high, cd_high, 0x44));
        _mm256_storeu_ps(to(k + 3), _mm256_shuffle_ps(ab_high, cd_high, 0xee));
    }
}

template <class Row, class To>
inline void transpose_doubles(const Row& row, const To& to)
{
    for (int k = 0; k < 4; k += 2) {
        const __m256d a = two_parts(row(0) + k, row(2) + k), b = two_parts(row(1) + k, row(3) + k);
        _mm256_storeu_pd(to(k), _mm256_unpacklo_pd(a, b));
        _mm256_storeu_pd(to(k + 1), _mm256_unpackhi_pd(a, b));
    }
}

#endif

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
