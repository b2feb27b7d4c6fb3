#pragma once

// Steps divided by the root of squared gradients: their sum (Adagrad), their running average (RMSprop), and the ratio
// of two such averages (Adadelta).

#include <xgrad/optim/optimizer_of.hpp>

namespace xgrad::optim {

struct AdagradOptions {
    double lr = 1e-2;
    double lr_decay = 0;
    double weight_decay = 0;
    double initial_accumulator_value = 0;  ///< of s
    double eps = 1e-10;
    bool maximize = false;
    bool eps_inside_sqrt = false;  ///< sqrt(s + eps) in place of sqrt(s) + eps
    Penalty penalty = {};
};

/// s = s + g^2,  p = p - lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps) in step t.
/// Source: Duchi et al., Adaptive subgradient methods (2011).
using Adagrad = OptimizerOf<AdagradOptions>;
extern template class OptimizerOf<AdagradOptions>;

struct AdadeltaOptions {
    double lr = 1;
    double rho = 0.9;
    double eps = 1e-6;
    double weight_decay = 0;
    bool maximize = false;
    Penalty penalty = {};
};

/// v = rho v + (1 - rho) g^2,  d = sqrt(u + eps) / sqrt(v + eps) g,  u = rho u + (1 - rho) d^2,  p = p - lr d.
/// Source: Zeiler, ADADELTA: an adaptive learning rate method (2012).
using Adadelta = OptimizerOf<AdadeltaOptions>;
extern template class OptimizerOf<AdadeltaOptions>;

struct RMSpropOptions {
    double lr = 1e-2;
    double alpha = 0.99;
    double eps = 1e-8;
    double weight_decay = 0;
    double momentum = 0;
    bool centered = false;  ///< v - a^2 in place of v, a the running average of g
    bool maximize = false;
    bool eps_inside_sqrt = false;  ///< sqrt(v + eps) in place of sqrt(v) + eps
    Penalty penalty = {};
};

/// v = alpha v + (1 - alpha) g^2,  d = g / (sqrt(v) + eps),  with momentum b = momentum b + d in place of d,
/// p = p - lr d.
/// Sources: Hinton, Neural networks for machine learning, lecture 6 (2012); Graves, Generating sequences with recurrent
/// neural networks (2013) for centered.
using RMSprop = OptimizerOf<RMSpropOptions>;
extern template class OptimizerOf<RMSpropOptions>;

}  // namespace xgrad::optim
