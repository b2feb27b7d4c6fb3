// Softmax and its kin along the middle dimension of contiguous (outer, n, inner) arrays; f32, f64. y may be x, gx may
// be gy.
#pragma once

#include "autograd/kernels/table.hpp"

namespace xgrad::kernels {

/// y = exp(x) / sum exp(x).
void softmax(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y);

/// y = x - log sum exp(x).
void log_softmax(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y);

/// log sum exp(x) as two numbers, since the small one would be lost beside a large one: y[outer, 0, inner] = max x and
/// y[outer, 1, inner] = log sum exp(x - max x); -inf and 0 where nothing is above -inf.
void log_sum_exp(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y);

/// gx = y (gy - sum gy y), from the result y of softmax.
void softmax_vjp(Dtype dtype, Index outer, Index n, Index inner, const void* gy, const void* y, void* gx);

/// gx = gy - exp(y) sum gy, from the result y of log_softmax.
void log_softmax_vjp(Dtype dtype, Index outer, Index n, Index inner, const void* gy, const void* y, void* gx);

/// y = factor * exp(x - lse), with factor of (outer, inner) and lse of (outer, 2, inner) as log_sum_exp writes it.
void softmax_from_lse(Dtype dtype, Index outer, Index n, Index inner, const void* x, const void* lse,
                      const void* factor, void* y);

}  // namespace xgrad::kernels
