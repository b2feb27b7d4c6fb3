#pragma once

#include <xgrad/optim/optimizer.hpp>

namespace xgrad::optim {

struct SGDOptions {
    double lr = 1e-3;
    double momentum = 0;
    double dampening = 0;
    double weight_decay = 0;
    bool nesterov = false;  ///< needs momentum, and no dampening
    bool maximize = false;
};

/// Stochastic gradient descent, PyTorch's formula:
///   g = dL/dp (negated to maximize) + weight_decay p
///   m = momentum m + (1 - dampening) g   (m = g in the first step)
///   p = p - lr (nesterov ? g + momentum m : momentum > 0 ? m : g)
/// Source: Sutskever et al., On the importance of initialization and momentum in deep learning (2013).
class SGD : public Optimizer {
public:
    /// Throws std::invalid_argument for options out of range.
    explicit SGD(std::vector<ParameterRef> parameters, SGDOptions options = {});

    /// Changes every parameter that has a gradient. Throws, and changes none, as Optimizer::begin_step says.
    void step();

    double lr() const { return options_.lr; }
    void set_lr(double lr);

private:
    SGDOptions options_;
};

}  // namespace xgrad::optim
