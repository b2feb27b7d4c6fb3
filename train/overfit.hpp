#pragma once

#include <xgrad/callable.hpp>
#include <xgrad/data/loader.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/optim/optimizer.hpp>

#include <string>
#include <vector>

namespace xgrad::train {

struct OverfitOptions {
    std::int64_t steps = 200;  ///< at most
    double threshold = 0.01;   ///< the batch counts as learnt at this part of the first loss
    Callable<Tensor(const Tensor& output, const Tensor& target)> loss = nullptr;  ///< null: cross_entropy
};

struct OverfitCheck {
    bool passed;
    std::vector<double> losses;  ///< before each step
};

namespace detail {
OverfitCheck overfit_one_batch(const Callable<Tensor(const Tensor&)>& model, nn::ModuleRef module,
                               optim::Optimizer& optimizer, const data::Batch& batch, const OverfitOptions& options);
}

/// Whether the model can learn one batch by heart, which it must before it is worth training: steps on it, with all
/// regularisation off, until its loss is near 0. Off are weight decay, l1 and max_norm of the optimizer, and training mode of
/// all layers (dropout) but those with buffers (batch norms go on with the batch's statistics). Afterwards parameters,
/// buffers, modes, and state and options of the optimizer are as before, also when something throws; gradients are forgotten.
/// Throws std::invalid_argument unless there is at least one step.
/// Source: S1, other practical training tips (make sure can overfit on a small portion of the data, regularization off).
template <class Model>
OverfitCheck overfit_one_batch(Model& model, optim::Optimizer& optimizer, const data::Batch& batch,
                               const OverfitOptions& options = {})
{
    return detail::overfit_one_batch([&model](const Tensor& inputs) { return model(inputs); }, model, optimizer, batch,
                                     options);
}

/// A line with both losses and the number of steps, and where the check failed what to look for.
std::string to_string(const OverfitCheck& check);

}  // namespace xgrad::train
