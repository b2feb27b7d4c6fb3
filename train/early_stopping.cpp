#include <xgrad/train/early_stopping.hpp>

#include <xgrad/error.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

#include "autograd/state_reader.hpp"

namespace xgrad::train {

using xgrad::detail::error_text;

namespace {
constexpr std::string_view kWeights = "weights.";
}  // namespace

EarlyStopping::EarlyStopping(nn::ModuleRef model, EarlyStoppingOptions o)
    : model_(model), options_(o), best_(std::numeric_limits<double>::quiet_NaN())
{
    if (o.patience < 1 || !(o.min_delta >= 0))
        throw std::invalid_argument(error_text(
            "EarlyStopping", "patience " + std::to_string(o.patience) + ", min_delta " + std::to_string(o.min_delta),
            "a patience of at least 1, a min_delta of at least 0", "the defaults, 10 and 0"));
}

bool EarlyStopping::step(double value)
{
    const double gain = options_.maximize ? value - best_ : best_ - value;
    if (best_epoch_ < 0 ? !std::isnan(value) : gain > options_.min_delta) {
        weights_ = nn::state_dict(model_);
        best_ = value;
        best_epoch_ = epochs_;
    }
    ++epochs_;
    if (epochs_ - 1 - best_epoch_ < options_.patience) return false;
    if (options_.restore_best) restore();
    return true;
}

void EarlyStopping::restore()
{
    if (best_epoch_ >= 0) nn::load_state_dict(model_, weights_);
}

NamedTensors EarlyStopping::state_dict() const
{
    NamedTensors state{{"best", tensor(best_, f64)},
                       {"best_epoch", tensor(static_cast<double>(best_epoch_), f64)},
                       {"epochs", tensor(static_cast<double>(epochs_), f64)}};
    for (const auto& [name, x] : weights_) state.emplace_back(std::string(kWeights) + name, x);
    return state;
}

Callable<void()> EarlyStopping::read_state_dict(const NamedTensors& state, std::vector<std::string>& differences)
{
    NamedTensors numbers, weights;
    for (const auto& [name, x] : state) {
        const bool is_weight = name.rfind(kWeights, 0) == 0;
        (is_weight ? weights : numbers).emplace_back(is_weight ? name.substr(kWeights.size()) : name, x);
    }
    xgrad::detail::StateReader reader(numbers);
    const double best = reader.number("best");
    const std::int64_t epochs = reader.count("epochs"), best_epoch = reader.count("best_epoch", -1, epochs - 1);
    reader.finish(differences);
    if (best_epoch >= 0 || !weights.empty()) (void)nn::read_state_dict(model_, weights, differences);
    for (auto& [name, x] : weights) x = xgrad::detail::contiguous_copy(x);
    return [=, this]() mutable {
        weights_ = std::move(weights);
        best_ = best;
        best_epoch_ = best_epoch;
        epochs_ = epochs;
    };
}

void EarlyStopping::load_state_dict(const NamedTensors& state)
{
    xgrad::detail::load_state("EarlyStopping::load_state_dict", *this, state);
}

}  // namespace xgrad::train
