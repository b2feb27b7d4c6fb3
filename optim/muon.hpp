#pragma once

#include <xgrad/optim/optimizer_of.hpp>

#include <array>

namespace xgrad::optim {

/// What lr is multiplied with for a matrix of `rows` and `columns`.
enum class MuonScale : std::uint8_t {
    original,         ///< sqrt(max(1, rows / columns))
    match_rms_adamw,  ///< 0.2 sqrt(max(rows, columns)): steps as large as AdamW's, so that its lr and decay can be used
};

struct MuonOptions {
    double lr = 1e-3;
    double weight_decay = 0.1;  ///< shrinks the parameter, as in AdamW
    double momentum = 0.95;
    bool nesterov = true;
    std::array<double, 3> ns_coefficients = {3.4445, -4.775, 2.0315};
    double eps = 1e-7;  ///< the least length that the direction is divided by
    std::int64_t ns_steps = 5;
    MuonScale adjust_lr = MuonScale::original;
    bool maximize = false;
    Penalty penalty = {};
};

/// For matrices, the weights of hidden layers: the step is the momentum with all its singular values brought near 1.
///   m = momentum m + (1 - momentum) g,  d = nesterov ? momentum m + (1 - momentum) g : m
///   x = d / |d|; ns_steps times: x = a x + (b x x^T + c (x x^T)^2) x,  a, b, c the ns_coefficients
///   p = (1 - lr weight_decay) p - lr scale x
/// Computed in the parameter's dtype. The constructor throws ShapeError for a parameter that is no matrix: give biases,
/// embeddings and the like to another optimizer.
/// Source: Jordan et al., Muon: an optimizer for hidden layers in neural networks (2024); options as in PyTorch 2.9.
using Muon = OptimizerOf<MuonOptions>;
extern template class OptimizerOf<MuonOptions>;

}  // namespace xgrad::optim
