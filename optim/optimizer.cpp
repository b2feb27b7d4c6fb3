#include <xgrad/error.hpp>
#include <xgrad/optim/optimizer.hpp>

#include <fmt/format.h>

namespace xgrad::optim {
namespace {

using detail::error_text;

std::string call(const char* optimizer) { return std::string(optimizer) + "::step"; }

std::string quoted(const ParameterRef& p) { return "parameter '" + p.name() + "' " + describe(p.value()); }

void check_all_listed(const char* optimizer)
{
    const detail::LeafRef cell = detail::first_unlisted();
    if (!cell) return;
    throw std::logic_error(error_text(
        call(optimizer).c_str(),
        "parameter '" + cell->name + "' " + describe(cell->value) + " received a gradient, but no list has it",
        "every parameter that is trained is a member named in its module's XGRAD_MODULE, and that module in its "
        "owner's",
        "add the member to the list; requires_grad(false) for a parameter that is not to be trained"));
}

void check_gradient(const char* optimizer, const ParameterRef& p)
{
    const Tensor& grad = p.grad();
    if (grad.sizes() == p.sizes() && grad.dtype() == p.dtype()) return;
    throw ShapeError(error_text(call(optimizer).c_str(), quoted(p) + " has a gradient " + describe(grad),
                                "a gradient has shape and dtype of its parameter",
                                "call zero_grad() after changing a parameter's shape or dtype"));
}

}  // namespace

Optimizer::Optimizer(const char* name, std::vector<ParameterRef> parameters, std::size_t state_tensors)
    : name_(name),
      parameters_(std::move(parameters)),
      steps_(parameters_.size()),
      state_tensors_(state_tensors),
      state_(parameters_.size() * state_tensors)
{
    if (parameters_.empty())
        throw std::invalid_argument(error_text(name, "there are no parameters", "an optimizer needs some to improve",
                                               "pass nn::parameters(model), and check the model's XGRAD_MODULE"));
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j)
            if (same(parameters_[i], parameters_[j]))
                throw std::invalid_argument(error_text(name, quoted(parameters_[i]) + " stands in the list twice",
                                                       "a step changes each parameter once",
                                                       "nn::parameters(model) lists each once"));
        parameters_[i].cell().listed = true;
    }
}

void Optimizer::zero_grad()
{
    for (const ParameterRef& p : parameters_) p.zero_grad();
}

void Optimizer::begin_step()
{
    check_all_listed(name_);
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        if (!has_gradient(i)) continue;
        check_gradient(name_, parameters_[i]);
        check_state(i);
    }
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        if (!has_gradient(i)) continue;
        if (!parameters_[i].grad().is_contiguous())
            parameters_[i].set_grad(detail::contiguous_copy(parameters_[i].grad()));
        for (std::size_t k = i * state_tensors_; k < (i + 1) * state_tensors_; ++k)
            if (!state_[k].defined()) state_[k] = zeros_like(parameters_[i].value());
    }
    for (std::size_t i = 0; i < parameters_.size(); ++i)
        if (has_gradient(i)) ++steps_[i];
}

void Optimizer::check_state(std::size_t i) const
{
    const ParameterRef& p = parameters_[i];
    for (std::size_t k = i * state_tensors_; k < (i + 1) * state_tensors_; ++k) {
        const Tensor& state = state_[k];
        if (!state.defined() || (state.sizes() == p.sizes() && state.dtype() == p.dtype())) continue;
        throw ShapeError(error_text(call(name_).c_str(), quoted(p) + " was " + describe(state) + " at its first step",
                                    "what the optimizer remembers has shape and dtype of the parameter",
                                    "make a new optimizer after nn::to or after changing a shape"));
    }
}

void* Optimizer::state(std::size_t i, std::size_t tensor) const
{
    return detail::mutable_data<>(state_[i * state_tensors_ + tensor]);
}

void Optimizer::check_option(bool good, const char* option, double value, const char* rule) const
{
    if (!good)
        throw std::invalid_argument(
            error_text(name_, fmt::format("{} is {}", option, value), rule, "check the options of the optimizer"));
}

}  // namespace xgrad::optim
