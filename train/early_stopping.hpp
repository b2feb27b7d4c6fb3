#pragma once

#include <xgrad/callable.hpp>
#include <xgrad/nn/module.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace xgrad::train {

struct EarlyStoppingOptions {
    std::int64_t patience = 10;  ///< epochs without an improvement after which training stops
    double min_delta = 0;        ///< a smaller improvement does not count
    bool maximize = false;       ///< of an accuracy; else the value is a loss
    bool restore_best = true;    ///< puts the best weights back when training stops
};

/// Stops training when the validation value gets no better. The model outlives it and stays where it is:
///
///     EarlyStopping stopping(model, {.patience = 5});
///     for (int epoch = 0; epoch < 100; ++epoch) {
///         ...
///         if (stopping.step(validation_loss)) break;  // the best weights are back
///     }
class EarlyStopping {
public:
    /// Throws std::invalid_argument unless patience is at least 1 and min_delta at least 0.
    explicit EarlyStopping(nn::ModuleRef model, EarlyStoppingOptions options = {});

    /// Tells the value of one more epoch. True when training should stop. NaN is no improvement.
    bool step(double value);

    /// Puts the best weights back; nothing before the first step.
    void restore();

    double best() const { return best_; }                    ///< NaN before the first step
    std::int64_t best_epoch() const { return best_epoch_; }  ///< counted from 0; -1 before the first step
    std::int64_t epochs() const { return epochs_; }

    /// Best value, best weights and counts, to go on from. Throws std::invalid_argument with the list of all
    /// differences where it is not of such a model, and then nothing is changed.
    NamedTensors state_dict() const;
    void load_state_dict(const NamedTensors& state);

    /// The first half of load_state_dict, as that of optim::Optimizer.
    Callable<void()> read_state_dict(const NamedTensors& state, std::vector<std::string>& differences);

private:
    nn::ModuleRef model_;
    EarlyStoppingOptions options_;
    NamedTensors weights_;
    double best_;
    std::int64_t best_epoch_ = -1, epochs_ = 0;
};

}  // namespace xgrad::train
