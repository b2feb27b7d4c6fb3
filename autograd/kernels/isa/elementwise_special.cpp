// Elementary functions: error and gamma functions.
#include "autograd/kernels/isa/elementwise.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

void fill_special(KernelTable& table)
{
    fill_unary<elementary::SpecialOps, float>(table, index_of(f32));
    fill_unary<elementary::SpecialOps, double>(table, index_of(f64));
    fill_parametric<elementary::SpecialParametricOps, float>(table, index_of(f32));
    fill_parametric<elementary::SpecialParametricOps, double>(table, index_of(f64));
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
