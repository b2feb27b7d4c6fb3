// Elementary functions: activations.
#include "autograd/kernels/isa/elementwise.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

void fill_activations(KernelTable& table)
{
    fill_unary<elementary::ActivationOps, float>(table, index_of(f32));
    fill_unary<elementary::ActivationOps, double>(table, index_of(f64));
    fill_parametric<elementary::ActivationParametricOps, float>(table, index_of(f32));
    fill_parametric<elementary::ActivationParametricOps, double>(table, index_of(f64));
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
