// Optimizer steps in one pass.
#include "autograd/kernels/optimizer.hpp"
#include "autograd/kernels/simd.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {
namespace {

template <class T>
void sgd(Index n, const SgdStep& step, void* parameter, const void* grad, void* momentum)
{
    T *p = static_cast<T*>(parameter), *m = static_cast<T*>(momentum);
    const T* g = static_cast<const T*>(grad);
    const Vec<T> lr(step.lr), decay(step.weight_decay), keep(step.momentum), take(1 - step.dampening);
    const bool uses_momentum = step.momentum != 0;
    for_each_vec<T>(n, [=](Index i, auto lanes) {
        const Vec<T> before = lanes.load(p + i);
        Vec<T> gradient = lanes.load(g + i);
        if (step.maximize) gradient = -gradient;
        if (step.weight_decay != 0) gradient += decay * before;
        if (uses_momentum) {
            const Vec<T> velocity = step.first ? gradient : keep * lanes.load(m + i) + take * gradient;
            lanes.store(m + i, velocity);
            gradient = step.nesterov ? gradient + keep * velocity : velocity;
        }
        lanes.store(p + i, before - lr * gradient);
    });
}

template <class T>
void adam(Index n, const AdamStep& step, void* parameter, const void* grad, void* mean, void* square,
          void* largest_square)
{
    T *p = static_cast<T*>(parameter), *m = static_cast<T*>(mean), *v = static_cast<T*>(square);
    T* largest = static_cast<T*>(largest_square);
    const T* g = static_cast<const T*>(grad);
    const Vec<T> one_less_beta1(1 - step.beta1), beta1(step.beta1), beta2(step.beta2), one_less_beta2(1 - step.beta2);
    const Vec<T> eps(step.eps), size(step.step_size), root(step.root_of_correction);
    const Vec<T> decay(step.weight_decay), shrink(1 - step.lr * step.weight_decay);
    const bool near_start = 1 - step.beta1 < 0.5;  // PyTorch's lerp starts from the nearer end
    for_each_vec<T>(n, [=](Index i, auto lanes) {
        Vec<T> before = lanes.load(p + i), gradient = lanes.load(g + i);
        if (step.maximize) gradient = -gradient;
        if (step.weight_decay != 0) {
            if (step.decoupled)
                before = before * shrink;
            else
                gradient += decay * before;
        }
        const Vec<T> old = lanes.load(m + i), change = gradient - old;
        const Vec<T> average = near_start ? old + one_less_beta1 * change : gradient - change * beta1;
        const Vec<T> power = lanes.load(v + i) * beta2 + one_less_beta2 * gradient * gradient;
        lanes.store(m + i, average);
        lanes.store(v + i, power);
        Vec<T> bound = power;
        if (largest != nullptr) {
            bound = maximum(lanes.load(largest + i), power);
            lanes.store(largest + i, bound);
        }
        lanes.store(p + i, before - size * (average / (sqrt(bound) / root + eps)));
    });
}

}  // namespace

void fill_update(KernelTable& table)
{
    table.sgd[index_of(f32)] = sgd<float>;
    table.sgd[index_of(f64)] = sgd<double>;
    table.adam[index_of(f32)] = adam<float>;
    table.adam[index_of(f64)] = adam<double>;
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
