#pragma once

#include <xgrad/optim/optimizer_of.hpp>

namespace xgrad::optim {

struct ASGDOptions {
    double lr = 1e-2;
    double lambd = 1e-4;
    double alpha = 0.75;
    double t0 = 1e6;  ///< the step at which averaging begins
    double weight_decay = 0;
    bool maximize = false;
    Penalty penalty = {};
};

/// Averaged gradient descent, in step t with eta_1 = lr, eta_(t+1) = lr / (1 + lambd lr t)^alpha and mu_1 = 1,
/// mu_(t+1) = 1 / max(1, t - t0):
///   p = (1 - lambd eta_t) p - eta_t g,  the average a = a + mu_t (p - a)
/// eta and mu are rounded to f32, as in PyTorch. The averages are "state.0.ax" and so on of the state dict.
/// Source: Polyak and Juditsky, Acceleration of stochastic approximation by averaging (1992), in PyTorch's form.
using ASGD = OptimizerOf<ASGDOptions>;
extern template class OptimizerOf<ASGDOptions>;

}  // namespace xgrad::optim
