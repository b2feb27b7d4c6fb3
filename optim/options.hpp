#pragma once

// Options that all optimizers share, and the lecture's ways to write penalties as PyTorch's weight_decay.

#include <cstdint>

namespace xgrad::optim {

/// What keeps parameters small, besides weight_decay.
struct Penalty {
    double l1 = 0;           ///< l1 sign(p) joins the gradient: the derivative of l1 |p|; that of |0| is 0
    bool decoupled = false;  ///< weight_decay does not join the gradient: p -= lr weight_decay p, before the update
    bool biases = true;      ///< false: parameters whose name ends in "bias", "bias_..." go without any of this
    double max_norm = 0;     ///< after a step, rows of parameters with two or more axes are cut to this length; 0: not
};

/// What a step does when a gradient is NaN or infinite.
enum class NanGradients : std::uint8_t {
    take,   ///< as PyTorch: it is used like any other
    skip,   ///< nothing is changed, the step is counted in skipped_steps()
    stop,   ///< the same, and so do all further steps; stopped() is true
    raise,  ///< throws AnomalyError, nothing is changed
};

/// How a squared penalty is written: lambda/2 |w|^2, lambda |w|^2, or lambda/(2n) |w|^2 over n samples.
enum class L2Form : std::uint8_t { half, full, over_2n };

/// The weight_decay d whose term d w in the gradient is the derivative of the penalty: lambda, 2 lambda or lambda / n.
/// Throws std::invalid_argument for a negative lambda, and for over_2n without a positive n.
double l2(double lambda, L2Form form = L2Form::half, std::int64_t n = 0);

/// The elastic net lambda (beta w^2 + |w|), as weight_decay and l1.
struct ElasticNet {
    double weight_decay, l1;
};
ElasticNet elastic_net(double lambda, double beta);

}  // namespace xgrad::optim
