#pragma once

// Steps in proportion to the length of each parameter, for large batches.

#include <xgrad/optim/optimizer_of.hpp>

#include <array>

namespace xgrad::optim {

struct LAMBOptions {
    double lr = 1e-3;
    std::array<double, 2> betas = {0.9, 0.999};
    double eps = 1e-6;
    double weight_decay = 0;  ///< joins the direction
    bool maximize = false;
    Penalty penalty = {};
};

/// Adam's direction d = m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps) + weight_decay p,  p = p - lr |p| / |d| d;
/// a length of 0 counts as |p| = |d|.
/// Source: You et al., Large batch optimization for deep learning: training BERT in 76 minutes (2020).
using LAMB = OptimizerOf<LAMBOptions>;
extern template class OptimizerOf<LAMBOptions>;

struct LARSOptions {
    double lr = 1e-1;
    double momentum = 0.9;
    double weight_decay = 0;
    double trust_coefficient = 1e-3;
    double eps = 0;  ///< added to the denominator of the local rate
    bool nesterov = false;
    bool maximize = false;
    Penalty penalty = {};
};

/// The local rate r = trust_coefficient |p| / (|g| + weight_decay |p| + eps), 1 where a length is 0;
/// v = momentum v + lr r (g + weight_decay p),  p = p - v.
/// Source: You et al., Large batch training of convolutional networks (2017).
using LARS = OptimizerOf<LARSOptions>;
extern template class OptimizerOf<LARSOptions>;

}  // namespace xgrad::optim
