#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/optim/averaging.hpp>
#include <xgrad/tape.hpp>

#include <stdexcept>
#include <string>

#include "autograd/state_reader.hpp"

namespace xgrad::optim {

using xgrad::detail::error_text;

WeightAverage::WeightAverage(std::vector<ParameterRef> parameters, AveragingOptions o)
    : parameters_(std::move(parameters)), options_(o)
{
    if (parameters_.empty())
        throw std::invalid_argument(
            error_text("WeightAverage", "an empty list of parameters", "one or more", "nn::parameters(model)"));
    if (o.decay && !(*o.decay >= 0 && *o.decay <= 1))
        throw std::invalid_argument(error_text("WeightAverage", "decay = " + std::to_string(*o.decay), "from 0 to 1",
                                               "0.999, or none for equal weights"));
}

void WeightAverage::update()
{
    const NoGrad no_grad;
    std::vector<Tensor> next;
    // equal weights: a + (w - a) / (n + 1)
    const double share = updates_ == 0    ? 1
                         : options_.decay ? 1 - *options_.decay
                                          : 1 / static_cast<double>(updates_ + 1);
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        const Tensor& weight = parameters_[i].value();
        if (updates_ == 0) {
            next.push_back(clone(weight));
            continue;
        }
        const Tensor& average = averages_[i];
        if (weight.dtype() != average.dtype() || !(weight.sizes() == average.sizes()))
            throw ShapeError(error_text(
                "WeightAverage",
                "parameter " + std::to_string(i) + " is " + describe(weight) + ", its average " + describe(average),
                "shapes and dtypes stay as they were at the first update", "make a new WeightAverage"));
        next.push_back(average + share * (weight - average));
    }
    averages_ = std::move(next);
    ++updates_;
}

void WeightAverage::swap()
{
    if (updates_ == 0)
        throw std::logic_error(error_text("WeightAverage", "no update yet",
                                          "there is an average after the first update",
                                          "call update() behind optimizer.step()"));
    std::vector<Tensor> weights;
    for (const ParameterRef& parameter : parameters_) weights.push_back(clone(parameter.value()));
    for (std::size_t i = 0; i < parameters_.size(); ++i) parameters_[i].set_value(averages_[i]);
    averages_ = std::move(weights);
}

NamedTensors WeightAverage::state_dict() const
{
    NamedTensors state{{"updates", full({}, static_cast<double>(updates_), i64)}};
    for (std::size_t i = 0; i < averages_.size(); ++i) state.emplace_back(std::to_string(i), clone(averages_[i]));
    return state;
}

Callable<void()> WeightAverage::read_state_dict(const NamedTensors& state, std::vector<std::string>& differences)
{
    xgrad::detail::StateReader reader(state);
    const std::int64_t updates = reader.whole("updates");
    std::vector<Tensor> averages;
    if (updates > 0)
        for (std::size_t i = 0; i < parameters_.size(); ++i)
            averages.push_back(reader.copy(std::to_string(i), parameters_[i].value()));
    reader.finish(differences);
    return [this, updates, averages]() mutable {
        averages_ = std::move(averages);
        updates_ = updates;
    };
}

void WeightAverage::load_state_dict(const NamedTensors& state)
{
    xgrad::detail::load_state("WeightAverage::load_state_dict", *this, state);
}

}  // namespace xgrad::optim
