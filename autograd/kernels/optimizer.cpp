#include "autograd/kernels/optimizer.hpp"

#include <atomic>

#include "autograd/kernels/strided.hpp"
#include "autograd/kernels/threads.hpp"

namespace xgrad::kernels {
namespace detail {

void update(std::size_t rule_number, Dtype dtype, Index n, const GradientTerms& terms, const void* rule,
            void* parameter, const void* grad, void* const* states, std::size_t state_count)
{
    UpdateKernel* f = updates.update[index_of(dtype)][rule_number];
    const std::size_t element = size_of(dtype);
    parallel_for(n, kGrain, [&, f, element](Index begin, Index end) {
        constexpr std::size_t kMostStates = 3;
        void* parts[kMostStates] = {};
        for (std::size_t k = 0; k < state_count; ++k) parts[k] = at(states[k], begin, element);
        f(end - begin, terms, rule, at(parameter, begin, element), at(grad, begin, element), parts);
    });
}

}  // namespace detail

bool all_finite(Dtype dtype, Index n, const void* x)
{
    FiniteKernel* f = updates.all_finite[index_of(dtype)];
    const std::size_t element = size_of(dtype);
    std::atomic<bool> finite = true;
    parallel_for(n, kGrain, [&, f, element](Index begin, Index end) {
        if (!f(end - begin, at(x, begin, element))) finite.store(false, std::memory_order_relaxed);
    });
    return finite;
}

}  // namespace xgrad::kernels
