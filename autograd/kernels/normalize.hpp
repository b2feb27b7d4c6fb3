// Normalisation: the groups x[:, g, :] of a contiguous (pieces, groups, n) array are freed from their mean and divided
// by their deviation, sqrt(mean (x - mean x)^2 + eps). f32, f64.
//
//   rows of a (rows, n) matrix       (1, rows, n)
//   channels of (N, C, L) images     (N, C, L)
#pragma once

#include "autograd/kernels/table.hpp"

namespace xgrad::kernels {

/// What multiplies what has been normalised: nothing, a number for each group, or (one piece) one for each of the n.
enum class Weights : unsigned char { none, of_groups, of_elements };

struct NormGroups {
    Index pieces, groups, n;
    double eps;
    Weights weights = Weights::none;

    Index numel() const { return pieces * groups * n; }
    Index weight_count() const { return weights == Weights::none ? 0 : weights == Weights::of_groups ? groups : n; }
};

/// y = standard(x) weight + bias; the bias may be null. statistics: (3, groups), for the vjp: the mean as it is rounded,
/// what rounding left of it, and the biased variance.
void normalize(Dtype dtype, const NormGroups& groups, const void* x, const void* weight, const void* bias, void* y,
               void* statistics);

/// gx, and gw and gb of weight_count() numbers; each may be null where it is not wanted. The order of sums depends on
/// the sizes alone, not on threads.
void normalize_vjp(Dtype dtype, const NormGroups& groups, const void* gy, const void* x, const void* weight,
                   const void* statistics, void* gx, void* gw, void* gb);

}  // namespace xgrad::kernels
