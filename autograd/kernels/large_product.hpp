#pragma once
// Large f32 products on one thread by oneDNN, where it is installed and measured as faster than the kernel here.
#include "autograd/kernels/compute_table.hpp"

namespace xgrad::kernels {

/// Computes the piece and says true, or leaves it alone: depending on sizes, strides and instruction set only.
bool large_product(const GemmPiece<float>& piece);

}  // namespace xgrad::kernels
