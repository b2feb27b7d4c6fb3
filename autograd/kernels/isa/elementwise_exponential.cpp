// Elementary functions: exponential, hyperbolic, trigonometric.
#include "autograd/kernels/isa/elementwise.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

void fill_exponential(KernelTable& table)
{
    fill_unary<elementary::ExponentialOps, float>(table, index_of(f32));
    fill_unary<elementary::ExponentialOps, double>(table, index_of(f64));
    fill_unary<elementary::TrigonometricOps, float>(table, index_of(f32));
    fill_unary<elementary::TrigonometricOps, double>(table, index_of(f64));
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
