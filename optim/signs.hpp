#pragma once

// Steps that take the signs of gradients only.

#include <xgrad/optim/optimizer_of.hpp>

#include <array>

namespace xgrad::optim {

struct RpropOptions {
    double lr = 1e-2;                               ///< the first step
    std::array<double, 2> etas = {0.5, 1.2};        ///< how steps shrink and grow
    std::array<double, 2> step_sizes = {1e-6, 50};  ///< the smallest and the largest
    double weight_decay = 0;                        ///< PyTorch's has none
    bool maximize = false;
    Penalty penalty = {};
};

/// Every element has a step d of its own, which grows by etas[1] where the gradient kept its sign and shrinks by
/// etas[0] where it changed; there the gradient counts as 0.  p = p - sign(g) d.
/// Source: Riedmiller and Braun, A direct adaptive method for faster backpropagation learning (1993).
using Rprop = OptimizerOf<RpropOptions>;
extern template class OptimizerOf<RpropOptions>;

struct LionOptions {
    double lr = 1e-4;
    std::array<double, 2> betas = {0.9, 0.99};
    double weight_decay = 0;  ///< shrinks the parameter, as in AdamW
    bool maximize = false;
    Penalty penalty = {};
};

/// p = (1 - lr weight_decay) p - lr sign(beta1 m + (1 - beta1) g),  then m = beta2 m + (1 - beta2) g.
/// Source: Chen et al., Symbolic discovery of optimization algorithms (2023), with the options of its program.
using Lion = OptimizerOf<LionOptions>;
extern template class OptimizerOf<LionOptions>;

}  // namespace xgrad::optim
