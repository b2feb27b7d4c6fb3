#pragma once

#include <xgrad/optim/optimizer_of.hpp>

#include <array>

namespace xgrad::optim {

struct AdamOptions {
    double lr = 1e-3;
    std::array<double, 2> betas = {0.9, 0.999};
    double eps = 1e-8;
    double weight_decay = 0;  ///< joins the gradient
    bool amsgrad = false;     ///< divide by the largest mean square so far
    bool maximize = false;
    bool eps_inside_sqrt = false;  ///< sqrt(v + eps) in place of sqrt(v) + eps
    Penalty penalty = {};
};

/// Adam, with amsgrad AMSGrad, PyTorch's formula, in step t of a parameter:
///   g = dL/dp (negated to maximize) + weight_decay p
///   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
///   p = p - lr / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + eps)
/// Sources: Kingma and Ba, Adam (2015); Reddi et al., On the convergence of Adam and beyond (2018) for amsgrad.
using Adam = OptimizerOf<AdamOptions>;
extern template class OptimizerOf<AdamOptions>;

struct AdamWOptions {
    double lr = 1e-3;
    std::array<double, 2> betas = {0.9, 0.999};
    double eps = 1e-8;
    double weight_decay = 1e-2;  ///< shrinks the parameter
    bool amsgrad = false;
    bool maximize = false;
    bool eps_inside_sqrt = false;
    Penalty penalty = {};
};

/// Adam with p = (1 - lr weight_decay) p before each step, and no decay in the gradient.
/// Source: Loshchilov and Hutter, Decoupled weight decay regularization (2019).
using AdamW = OptimizerOf<AdamWOptions>;
extern template class OptimizerOf<AdamWOptions>;

struct AdamaxOptions {
    double lr = 2e-3;
    std::array<double, 2> betas = {0.9, 0.999};
    double eps = 1e-8;
    double weight_decay = 0;
    bool maximize = false;
    Penalty penalty = {};
};

/// Adam with the largest |g|:  u = max(beta2 u, |g| + eps),  p = p - lr / (1 - beta1^t) m / u.
/// Source: Kingma and Ba, Adam (2015), section 7.
using Adamax = OptimizerOf<AdamaxOptions>;
extern template class OptimizerOf<AdamaxOptions>;

struct NAdamOptions {
    double lr = 2e-3;
    std::array<double, 2> betas = {0.9, 0.999};
    double eps = 1e-8;
    double weight_decay = 0;
    double momentum_decay = 4e-3;
    bool maximize = false;
    Penalty penalty = {};
};

/// Adam with Nesterov momentum, in step t with mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2) and M_t = mu_1 ... mu_t:
///   p = p - lr ((1 - mu_t) / (1 - M_t) g + mu_(t+1) / (1 - M_t mu_t mu_(t+1)) m) / (sqrt(v / (1 - beta2^t)) + eps)
/// The denominator of m is that of PyTorch 1.13, as are the products in f32; the paper has 1 - M_t mu_(t+1).
/// Source: Dozat, Incorporating Nesterov momentum into Adam (2016).
using NAdam = OptimizerOf<NAdamOptions>;
extern template class OptimizerOf<NAdamOptions>;

struct RAdamOptions {
    double lr = 1e-3;
    std::array<double, 2> betas = {0.9, 0.999};
    double eps = 1e-8;
    double weight_decay = 0;
    bool maximize = false;
    Penalty penalty = {};
};

/// Adam that divides by sqrt(v) only when rho_t = rho - 2 t beta2^t / (1 - beta2^t), rho = 2 / (1 - beta2) - 1, is
/// beyond 5, and then times sqrt((rho_t - 4) (rho_t - 2) rho / ((rho - 4) (rho - 2) rho_t)).
/// Source: Liu et al., On the variance of the adaptive learning rate and beyond (2020).
using RAdam = OptimizerOf<RAdamOptions>;
extern template class OptimizerOf<RAdamOptions>;

}  // namespace xgrad::optim
