// Reductions over any set of dimensions of a tensor.
#pragma once

#include <cstdint>
#include <span>

#include "autograd/kernels/strided.hpp"
#include "autograd/kernels/table.hpp"

namespace xgrad::kernels {

/// A set of dimensions: bit d stands for dimension d.
using DimSet = std::uint64_t;

/// y = sum of x over `dims`; y is contiguous, of the kept sizes in order. x has strides (null: contiguous). f32, f64,
/// i64. Summed in blocks that are halved, so that the error grows with the logarithm of the count; the order depends on
/// the sizes alone, not on threads. Nothing to sum gives 0.
void sum(Dtype dtype, std::span<const Index> sizes, DimSet dims, const void* x, const Index* x_strides, void* y);

/// The same divided by the count (nothing to sum gives nan). f32, f64.
void mean(Dtype dtype, std::span<const Index> sizes, DimSet dims, const void* x, const Index* x_strides, void* y);

/// Undoes broadcasting: sums contiguous x of `sizes` down to y of `to`, which broadcasts to it (aligned at the last
/// dimension). y is contiguous.
void sum_to(Dtype dtype, std::span<const Index> sizes, const void* x, std::span<const Index> to, void* y);

/// y[outer, inner] = largest (smallest) of contiguous x[outer, n, inner] along n > 0, and its first position as i64.
/// NaN wins. Either output may be null. f32, f64, i64.
void maximum(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y, std::int64_t* position);
void minimum(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y, std::int64_t* position);

/// gx[outer, n, inner] = gy[outer, inner] at `position`, 0 elsewhere: the vjp of a maximum taken with its position.
void scatter_along(std::size_t element, Index outer, Index n, Index inner, const void* gy, const std::int64_t* position,
                   void* gx);

/// gx = gy shared evenly among the elements of x that equal y: the vjp of extrema. Where y is NaN, the NaN among x share
/// it or (nan_to_all) all get NaN. f32, f64.
void share_among_equal(Dtype dtype, Index outer, Index n, Index inner, const void* gy, const void* x, const void* y,
                       bool nan_to_all, void* gx);

/// y[outer, inner] = x[outer, position, inner].
void gather_along(std::size_t element, Index outer, Index n, Index inner, const void* x, const std::int64_t* position,
                  void* y);

}  // namespace xgrad::kernels
