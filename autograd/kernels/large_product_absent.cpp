// For builds without oneDNN.
#include "autograd/kernels/large_product.hpp"

namespace xgrad::kernels {

bool large_product(const GemmPiece<float>&) { return false; }

}  // namespace xgrad::kernels
