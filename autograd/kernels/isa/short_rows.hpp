// Normalisation of short rows: the groups of normalize.cpp that have one piece of a few registers.
#pragma once

#include <cmath>

#include "autograd/kernels/normalize.hpp"
#include "autograd/kernels/simd_fold.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {
namespace {

/// Rows of a few registers, of which folding the sums and dividing takes longer than the rest: four at once.
template <class T>
constexpr Index kShortRow = 16 * Vec<T>::size;

template <class T, int Rows>
void store_row_sums(const Vec<T> (&sums)[Rows], T* to)
{
    if constexpr (Rows == 4)
        store_sums(sums, to);
    else
        for (int r = 0; r < Rows; ++r) to[r] = sum_lanes(sums[r]);
}

/// Moments of each of some rows.
template <class T, int Rows>
struct RowMoments {
    T mean[Rows], rest[Rows], var[Rows];

    RowMoments(Index n, const T* x)
    {
        const T count = static_cast<T>(n);
        T sum[Rows], about[Rows], squares[Rows];
        sum_up(n, x, sum);
        for (int r = 0; r < Rows; ++r) mean[r] = sum[r] / count;
        sum_deviations(n, x, about, squares);
        bool are_small = true;
        for (int r = 0; r < Rows; ++r) {
            rest[r] = about[r] / count;
            const T moved = about[r] * rest[r];
            var[r] = (squares[r] - moved) / count;
            are_small = are_small && moved <= T(1e-2) * squares[r];
        }
        if (!are_small) sum_centred_squares(n, x, about, squares);
    }

private:
    void sum_up(Index n, const T* x, T* sum) const
    {
        Vec<T> sums[Rows];
        for (Vec<T>& one : sums) one = Vec<T>(0);
        for_each_vec<T>(n, [&](Index i, auto lanes) {
            for (int r = 0; r < Rows; ++r) sums[r] += lanes.load(x + r * n + i);
        });
        store_row_sums(sums, sum);
    }

    void sum_deviations(Index n, const T* x, T* about, T* squares) const
    {
        Vec<T> abouts[Rows], square_sums[Rows];
        for (int r = 0; r < Rows; ++r) abouts[r] = square_sums[r] = Vec<T>(0);
        for_each_vec<T>(n, [&](Index i, auto lanes) {
            for (int r = 0; r < Rows; ++r) {
                const Vec<T> d = lanes.only(lanes.load(x + r * n + i) - Vec<T>(mean[r]));
                abouts[r] += d;
                square_sums[r] += d * d;
            }
        });
        store_row_sums(abouts, about);
        store_row_sums(square_sums, squares);
    }

    /// The variances of the rows whose deviations are not far above the rounding of the mean: without it.
    void sum_centred_squares(Index n, const T* x, const T* about, const T* squares)
    {
        for (int r = 0; r < Rows; ++r) {
            if (about[r] * rest[r] <= T(1e-2) * squares[r]) continue;
            Vec<T> sum(0);
            for_each_vec<T>(n, [&](Index i, auto lanes) {
                const Vec<T> d = lanes.only((lanes.load(x + r * n + i) - Vec<T>(mean[r])) - Vec<T>(rest[r]));
                sum += d * d;
            });
            var[r] = sum_lanes(sum) / static_cast<T>(n);
        }
    }
};

/// What the normalised elements are multiplied with, and what is added. Null: 1, and 0.
template <class T>
struct Affine {
    const T *weight, *bias;
};

template <class T, int Rows>
void normalize_short_rows(const NormGroups& s, Index g, const T* x, const Affine<T>& affine, T* y, T* statistics)
{
    x += g * s.n, y += g * s.n;
    const RowMoments<T, Rows> m(s.n, x);
    T scale[Rows];
    for (int r = 0; r < Rows; ++r) {
        statistics[g + r] = m.mean[r];
        statistics[s.groups + g + r] = m.rest[r];
        statistics[2 * s.groups + g + r] = m.var[r];
        scale[r] = T(1) / std::sqrt(m.var[r] + static_cast<T>(s.eps));
    }
    for (int r = 0; r < Rows; ++r, x += s.n, y += s.n) {
        const Vec<T> mean(m.mean[r]), rest(m.rest[r]), of_row(scale[r]);
        const auto standard = [&](Index i, auto lanes) { return ((lanes.load(x + i) - mean) - rest) * of_row; };
        if (s.weights == Weights::of_elements && affine.bias != nullptr) {
            for_each_vec<T>(s.n, [&](Index i, auto lanes) {
                lanes.store(y + i, standard(i, lanes) * lanes.load(affine.weight + i) + lanes.load(affine.bias + i));
            });
        } else if (s.weights == Weights::of_elements) {
            for_each_vec<T>(s.n, [&](Index i, auto lanes) {
                lanes.store(y + i, standard(i, lanes) * lanes.load(affine.weight + i));
            });
        } else {
            const Vec<T> w(s.weights == Weights::none ? T(1) : affine.weight[g + r]);
            const Vec<T> b(affine.bias == nullptr ? T(-0.0) : affine.bias[g + r]);
            for_each_vec<T>(s.n, [&](Index i, auto lanes) { lanes.store(y + i, standard(i, lanes) * w + b); });
        }
    }
}

}  // namespace
}  // namespace xgrad::kernels::XGRAD_ISA_NAME
