#pragma once

#include <xgrad/optim/optimizer_of.hpp>

namespace xgrad::optim {

/// How momentum m, gradient g and lr make the step. With a constant lr and no dampening `torch` and `classical` take
/// the same steps, and `ema` those of a lr that is (1 - momentum) times as large.
enum class MomentumForm : std::uint8_t {
    torch,      ///< v = m v + (1 - dampening) g  (v = g in the first step),  p -= lr v
    classical,  ///< v = m v + (1 - dampening) lr g,                          p -= v: a new lr leaves v as it is
    ema,        ///< v = m v + (1 - m) g,                                     p -= lr v
};

struct SGDOptions {
    double lr = 1e-3;
    double momentum = 0;
    double dampening = 0;  ///< of torch and classical
    double weight_decay = 0;
    bool nesterov = false;  ///< needs momentum, and no dampening
    bool maximize = false;
    MomentumForm form = MomentumForm::torch;
    bool look_ahead = false;  ///< Nesterov's gradient is taken at p - m v, to which step(closure) goes; needs nesterov
    Penalty penalty = {};
};

/// Stochastic gradient descent, PyTorch's formula:
///   g = dL/dp (negated to maximize) + weight_decay p
///   v = momentum v + (1 - dampening) g   (v = g in the first step)
///   p = p - lr (nesterov ? g + momentum v : momentum > 0 ? v : g)
/// This form of Nesterov's method keeps p - lr momentum v of the form with look_ahead, at which the gradient is taken.
/// Source: Sutskever et al., On the importance of initialization and momentum in deep learning (2013).
using SGD = OptimizerOf<SGDOptions>;
extern template class OptimizerOf<SGDOptions>;

}  // namespace xgrad::optim
