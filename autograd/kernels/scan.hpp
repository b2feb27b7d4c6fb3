// Running sums, products and extrema along the middle of x[outer, n, inner], all contiguous. Floats accumulate in
// double. From the last position to the first where `reverse` is set.
#pragma once

#include "autograd/kernels/strided.hpp"
#include "autograd/kernels/table.hpp"

namespace xgrad::kernels {

/// f32, f64, i64.
void cumsum(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y, bool reverse);
void cumprod(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y, bool reverse);

/// y_k = log(exp x_0 + ... + exp x_k), without overflow. f32, f64.
void logcumsumexp(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y);

/// y_k = a_k y_{k-1} + b_k, with y_{-1} = 0 (reverse: y_k = a_k y_{k+1} + b_k). f32, f64.
void linear_scan(Dtype dtype, Index outer, Index n, Index inner, const void* a, const void* b, void* y, bool reverse);

/// Where the largest (smallest) of x_0 ... x_k stands, of equal ones the last; NaN wins. f32, f64, i64.
void cumulative_extremum(Dtype dtype, Index outer, Index n, Index inner, const void* x, std::int64_t* position,
                         bool largest);

/// y[outer, inner] = product of x along n. f32, f64, i64.
void product(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y);

}  // namespace xgrad::kernels
