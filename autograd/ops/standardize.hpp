#pragma once

// What the normalisations have in common.

#include <xgrad/record.hpp>

#include "autograd/kernels/normalize.hpp"

namespace xgrad::detail {

/// 1 / sqrt(var + eps).
Tensor inverse_deviation(const Tensor& var, double eps);

struct Standardized {
    Tensor y, statistics;  // (3, groups), those of kernels::normalize

    /// Of each group, constants of shape (groups); the variance is the biased one.
    Tensor mean() const;
    Tensor var() const;
};

/// (x - mean) / sqrt(var + eps) weight + bias over the axes, of which `groups` says how they lie in x. Weight and bias
/// may be undefined; else they broadcast to x, and fused with the rest are those of which groups.weights speaks.
Standardized standardize(const Input& x, const Dims& axes, kernels::NormGroups groups, const Tensor& weight,
                         const Tensor& bias);

}  // namespace xgrad::detail
