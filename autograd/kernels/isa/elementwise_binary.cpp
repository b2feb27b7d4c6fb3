// Elementary functions of two operands: arithmetic.
#include "autograd/kernels/isa/elementwise.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

void fill_binary_arithmetic(KernelTable& table)
{
    fill_binary<elementary::BinaryArithmeticOps, float>(table, index_of(f32));
    fill_binary<elementary::BinaryArithmeticOps, double>(table, index_of(f64));
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
