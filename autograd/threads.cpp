#include <xgrad/threads.hpp>

#include "autograd/kernels/threads.hpp"

namespace xgrad {

int num_threads() { return kernels::num_threads(); }

void set_num_threads(int n) { kernels::set_num_threads(n); }

}  // namespace xgrad
