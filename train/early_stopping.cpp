#include <xgrad/train/early_stopping.hpp>

#include <xgrad/error.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace xgrad::train {

using xgrad::detail::error_text;

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

}  // namespace xgrad::train
