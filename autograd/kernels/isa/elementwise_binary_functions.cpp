// Elementary functions of two operands: all others.
#include "autograd/kernels/isa/elementwise.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

void fill_binary_functions(KernelTable& table)
{
    fill_binary<elementary::BinaryFunctionOps, float>(table, index_of(f32));
    fill_binary<elementary::BinaryFunctionOps, double>(table, index_of(f64));
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
