// Optimizer steps: parameter, gradient and state in one pass over memory, in PyTorch's order of operations.
#pragma once

#include "autograd/kernels/table.hpp"

namespace xgrad::kernels {

struct SgdStep {
    double lr = 1e-3, momentum = 0, dampening = 0, weight_decay = 0;
    bool nesterov = false, maximize = false;
    bool first = false;  // the momentum buffer is new: it becomes the gradient, undampened
};

/// g = grad (negated to maximize) + weight_decay p;  with momentum: m = momentum m + (1 - dampening) g, and
/// g = nesterov ? g + momentum m : m;  p -= lr g.   `momentum` may be null where step.momentum is 0. f32, f64.
void sgd(Dtype dtype, Index n, const SgdStep& step, void* parameter, const void* grad, void* momentum);

struct AdamStep {
    double lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0;
    bool decoupled = false;  // AdamW: the decay shrinks the parameter instead of joining the gradient
    bool maximize = false;
    Index step = 1;  // counted from 1

    // lr / (1 - beta1^step) and sqrt(1 - beta2^step): filled by prepare, or by adam where it was not called.
    double step_size = 0, root_of_correction = 0;
};

/// Computes what all parameters of one step share.
void prepare(AdamStep& step);

/// mean = lerp(mean, g, 1 - beta1); square = beta2 square + (1 - beta2) g^2;
/// p -= lr / (1 - beta1^step) mean / (sqrt(square) / sqrt(1 - beta2^step) + eps).
/// With `largest_square` (amsgrad; else null) the largest square so far stands in the denominator. f32, f64.
void adam(Dtype dtype, Index n, AdamStep step, void* parameter, const void* grad, void* mean, void* square,
          void* largest_square);

}  // namespace xgrad::kernels
