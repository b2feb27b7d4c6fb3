// Elementary functions of one operand: arithmetic.
#include "autograd/kernels/isa/elementwise.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

void fill_arithmetic(KernelTable& table)
{
    fill_unary<elementary::ArithmeticOps, float>(table, index_of(f32));
    fill_unary<elementary::ArithmeticOps, double>(table, index_of(f64));
    fill_parametric<elementary::ArithmeticParametricOps, float>(table, index_of(f32));
    fill_parametric<elementary::ArithmeticParametricOps, double>(table, index_of(f64));
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
