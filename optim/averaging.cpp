#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/optim/averaging.hpp>
#include <xgrad/tape.hpp>

#include <stdexcept>
#include <string>

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

void WeightAverage::load_state_dict(const NamedTensors& state)
{
    std::vector<Tensor> averages(parameters_.size());
    std::int64_t updates = -1;
    const auto refuse = [](const std::string& what) {
        throw std::invalid_argument(error_text("WeightAverage", what, "the state of the same parameters",
                                               "load it into an average of the model that it was saved from"));
    };
    for (const auto& [name, x] : state) {
        if (name == "updates") {
            updates = static_cast<std::int64_t>(x.item());
            continue;
        }
        std::size_t i = 0;
        while (i < averages.size() && std::to_string(i) != name) ++i;
        if (i == averages.size()) refuse("an entry " + name);
        if (x.dtype() != parameters_[i].dtype() || !(x.sizes() == parameters_[i].sizes()))
            refuse("entry " + name + " is " + describe(x) + ", the parameter " + describe(parameters_[i].value()));
        averages[i] = clone(x);
    }
    if (updates < 0) refuse("no entry updates");
    for (std::size_t i = 0; i < averages.size(); ++i)
        if (updates > 0 && !averages[i].defined()) refuse("no entry " + std::to_string(i));
    averages_ = std::move(averages);
    updates_ = updates;
}

}  // namespace xgrad::optim
