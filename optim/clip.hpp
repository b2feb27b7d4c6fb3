#pragma once

// Gradients between backward and step: clipped, or gathered over several batches.

#include <xgrad/optim/optimizer.hpp>

#include <vector>

namespace xgrad::optim {

struct ClipOptions {
    double norm_type = 2;             ///< infinity: the largest element
    bool error_if_nonfinite = false;  ///< throw AnomalyError, and change nothing, when the norm is NaN or infinite
};

/// Multiplies all gradients with max_norm / (norm + 1e-6) where their norm, as of one vector, is larger than that.
/// Returns the norm. Throws std::invalid_argument for a negative or NaN max_norm.
/// Source: Pascanu et al., On the difficulty of training recurrent neural networks (2013), with PyTorch's 1e-6.
double clip_grad_norm(const std::vector<ParameterRef>& parameters, double max_norm, ClipOptions options = {});

/// The same for each gradient by itself.
void clip_grad_norm_each(const std::vector<ParameterRef>& parameters, double max_norm, ClipOptions options = {});

/// Cuts every element to [-clip_value, clip_value]; NaN stays.
void clip_grad_value(const std::vector<ParameterRef>& parameters, double clip_value);

/// The norm of all gradients as of one vector.
double grad_norm(const std::vector<ParameterRef>& parameters, double norm_type = 2);

/// One step for several micro-batches, whose gradients add up:
///   Accumulation accumulation{adam, 4};
///   for (auto [x, y] : loader) { Tape tape; tape.backward(loss(x, y)); accumulation.step(); }
class Accumulation {
public:
    enum class Of : std::uint8_t { mean, sum };

    /// With Of::mean the step sees the mean of the gradients: for micro-batches of one size that of the whole batch.
    /// Throws std::invalid_argument unless `batches` is positive.
    Accumulation(Optimizer& optimizer, std::int64_t batches, Of of = Of::mean);

    /// Called after each backward pass. The last of `batches` makes the step, and then forgets the gradients. Returns
    /// whether there was a step.
    bool step();

    /// Makes a step of what is there, fewer batches than usual, if there are any: at the end of an epoch.
    bool finish();

    std::int64_t pending() const { return pending_; }

private:
    OptimizerHandle optimizer_;
    std::int64_t batches_, pending_ = 0;
    Of of_;
};

}  // namespace xgrad::optim
