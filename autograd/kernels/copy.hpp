// Moving elements between layouts of one dtype. Strides are in elements and may be 0 (in the source) or negative.
#pragma once

#include <span>

#include "autograd/kernels/strided.hpp"

namespace xgrad::kernels {

/// y = x for every index of `sizes`; `element` is the size of an element in bytes (1, 4 or 8). Transposes run in
/// blocks. x and y may not overlap.
void copy(std::size_t element, std::span<const Index> sizes, const void* x, const Index* x_strides, void* y,
          const Index* y_strides);

/// The same into a contiguous y.
void to_contiguous(std::size_t element, std::span<const Index> sizes, const void* x, const Index* x_strides, void* y);

/// The same from a contiguous x: writes a slice.
void from_contiguous(std::size_t element, std::span<const Index> sizes, const void* x, void* y, const Index* y_strides);

}  // namespace xgrad::kernels
