#include "autograd/kernels/optimizer.hpp"

#include <cmath>

#include "autograd/kernels/strided.hpp"
#include "autograd/kernels/threads.hpp"

namespace xgrad::kernels {

void sgd(Dtype dtype, Index n, const SgdStep& step, void* parameter, const void* grad, void* momentum)
{
    SgdKernel* f = active.sgd[index_of(dtype)];
    const std::size_t element = size_of(dtype);
    parallel_for(n, kGrain, [&, f, element](Index begin, Index end) {
        f(end - begin, step, at(parameter, begin, element), at(grad, begin, element), at(momentum, begin, element));
    });
}

void prepare(AdamStep& step)
{
    const double steps = static_cast<double>(step.step);
    step.step_size = step.lr / (1 - std::pow(step.beta1, steps));
    step.root_of_correction = std::sqrt(1 - std::pow(step.beta2, steps));
}

void adam(Dtype dtype, Index n, AdamStep step, void* parameter, const void* grad, void* mean, void* square,
          void* largest_square)
{
    if (step.root_of_correction == 0) prepare(step);
    AdamKernel* f = active.adam[index_of(dtype)];
    const std::size_t element = size_of(dtype);
    parallel_for(n, kGrain, [&, f, element](Index begin, Index end) {
        f(end - begin, step, at(parameter, begin, element), at(grad, begin, element), at(mean, begin, element),
          at(square, begin, element), at(largest_square, begin, element));
    });
}

}  // namespace xgrad::kernels
