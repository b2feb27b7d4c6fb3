#pragma once

#include <xgrad/optim/optimizer.hpp>

#include <array>

namespace xgrad::optim {

struct AdamOptions {
    double lr = 1e-3;
    std::array<double, 2> betas = {0.9, 0.999};
    double eps = 1e-8;
    double weight_decay = 0;  ///< added to the gradient, as in PyTorch's Adam
    bool amsgrad = false;     ///< divide by the largest mean square so far
    bool maximize = false;
};

/// Adam, PyTorch's formula, in step t of a parameter:
///   g = dL/dp (negated to maximize) + weight_decay p
///   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
///   p = p - lr / (1 - beta1^t) m / (sqrt(v / (1 - beta2^t)) + eps)
/// Sources: Kingma and Ba, Adam (2015); Reddi et al., On the convergence of Adam and beyond (2018) for amsgrad.
class Adam : public Optimizer {
public:
    /// Throws std::invalid_argument for options out of range.
    explicit Adam(std::vector<ParameterRef> parameters, AdamOptions options = {});

    /// Changes every parameter that has a gradient. Throws, and changes none, as Optimizer::begin_step says.
    void step();

    double lr() const { return options_.lr; }
    void set_lr(double lr);

private:
    AdamOptions options_;
};

}  // namespace xgrad::optim
