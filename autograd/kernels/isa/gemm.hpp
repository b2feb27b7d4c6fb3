#pragma once

#include "autograd/kernels/compute_table.hpp"

#ifndef XGRAD_ISA_NAME
#define XGRAD_ISA_NAME generic
#endif

namespace xgrad::kernels::XGRAD_ISA_NAME {

/// The product on the calling thread; T is float or double. Defined in gemm.cpp.
template <class T>
void gemm_here(const GemmPiece<T>& piece);

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
