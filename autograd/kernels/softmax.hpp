// Softmax and its kin along the middle dimension of contiguous (outer, n, inner) arrays; f32, f64. y may be x, gx may
// be gy.
#pragma once

#include "autograd/kernels/table.hpp"

namespace xgrad::kernels {

/// y = exp(x) / sum exp(x).
void softmax(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y);

/// y = x - log sum exp(x).
void log_softmax(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y);

/// y[outer, inner] = log sum exp(x); -inf where n is 0.
void log_sum_exp(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y);

/// gx = y (gy - sum gy y), from the result y of softmax.
void softmax_vjp(Dtype dtype, Index outer, Index n, Index inner, const void* gy, const void* y, void* gx);

/// gx = gy - exp(y) sum gy, from the result y of log_softmax.
void log_softmax_vjp(Dtype dtype, Index outer, Index n, Index inner, const void* gy, const void* y, void* gx);

/// y = factor * exp(x - lse), with lse and factor of (outer, inner).
void softmax_from_lse(Dtype dtype, Index outer, Index n, Index inner, const void* x, const void* lse,
                      const void* factor, void* y);

}  // namespace xgrad::kernels
