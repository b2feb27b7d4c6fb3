#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/vector_norm.hpp>
#include <xgrad/optim/optimizer.hpp>
#include <xgrad/tape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "autograd/kernels/optimizer.hpp"
#include "optim/method.hpp"

namespace xgrad::optim {
namespace {

using xgrad::detail::error_text;

std::string call(const char* optimizer) { return std::string(optimizer) + "::step"; }

std::string quoted(const ParameterRef& p) { return "parameter '" + p.name() + "' " + describe(p.value()); }

void check_all_listed(const char* optimizer)
{
    const xgrad::detail::LeafRef cell = xgrad::detail::first_unlisted();
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

// While it lives, parameters may be moved; then they have the values of before.
class Restored {
public:
    explicit Restored(const std::vector<ParameterRef>& parameters) : parameters_(parameters)
    {
        for (const ParameterRef& p : parameters) values_.push_back(xgrad::detail::contiguous_copy(p.value()));
    }
    Restored(const Restored&) = delete;
    Restored& operator=(const Restored&) = delete;
    ~Restored()
    {
        for (std::size_t i = 0; i < values_.size(); ++i)
            std::memcpy(xgrad::detail::begin_write(parameters_[i].cell()), values_[i].raw(),
                        static_cast<std::size_t>(values_[i].numel()) * size_of(values_[i].dtype()));
    }

private:
    const std::vector<ParameterRef>& parameters_;
    std::vector<Tensor> values_;
};

// Rows, along the first axis, are at most `bound` long.
Tensor cut_rows(const Tensor& x, double bound)
{
    std::vector<std::int64_t> axes;
    for (std::size_t axis = 1; axis < x.ndim(); ++axis) axes.push_back(static_cast<std::int64_t>(axis));
    return x * minimum(bound / linalg::vector_norm(x, 2, axes, true), ones({}, x.dtype()));
}

}  // namespace

Optimizer::Optimizer(const char* name, std::vector<const char*> state_names, std::vector<const char*> number_names)
    : name_(name),
      state_names_(std::move(state_names)),
      number_names_(std::move(number_names)),
      self_(std::make_shared<Optimizer*>(this))
{
}

Optimizer::Optimizer(Optimizer&& other) noexcept
    : parameters_(std::move(other.parameters_)),
      slots_(std::move(other.slots_)),
      name_(other.name_),
      state_names_(std::move(other.state_names_)),
      number_names_(std::move(other.number_names_)),
      group_count_(std::exchange(other.group_count_, 0)),
      initial_lr_(std::move(other.initial_lr_)),
      nan_gradients_(other.nan_gradients_),
      skipped_(other.skipped_),
      stopped_(other.stopped_),
      self_(std::move(other.self_))
{
    if (self_) *self_ = this;
}

Optimizer::~Optimizer()
{
    if (self_) *self_ = nullptr;
}

Optimizer& OptimizerHandle::get(const char* user) const
{
    if (place_ && *place_) return **place_;
    throw std::logic_error(error_text(user, "its optimizer is gone",
                                      "a schedule sets the options of a living optimizer",
                                      "keep the optimizer as long as the schedule"));
}

void Optimizer::add_parameters(std::vector<ParameterRef> parameters)
{
    if (parameters.empty())
        throw std::invalid_argument(error_text(name_, "there are no parameters", "an optimizer needs some to improve",
                                               "pass nn::parameters(model), and check the model's XGRAD_MODULE"));
    std::vector<ParameterRef> all = parameters_;
    for (ParameterRef& p : parameters) {
        for (std::size_t j = 0; j < all.size(); ++j)
            if (same(p, all[j]))
                throw std::invalid_argument(error_text(
                    name_, quoted(p) + (j < parameters_.size() ? " stands in two groups" : " stands in the list twice"),
                    "a step changes each parameter once", "nn::parameters(model) lists each once"));
        (void)p.cell();  // throws for an undefined one
        all.push_back(p);
    }
    std::vector<detail::Slot> slots = slots_;
    for (std::size_t i = slots_.size(); i < all.size(); ++i) {
        slots.emplace_back().group = group_count_;
        slots.back().state.resize(state_names_.size());
    }
    initial_lr_.reserve(group_count_ + 1);
    parameters_ = std::move(all);
    slots_ = std::move(slots);
    ++group_count_;
    initial_lr_.push_back(std::numeric_limits<double>::quiet_NaN());
    for (const ParameterRef& p : parameters_) p.cell().listed = true;
}

void Optimizer::zero_grad()
{
    for (const ParameterRef& p : parameters_) p.zero_grad();
}

void Optimizer::step()
{
    if (looks_ahead() && !at_look_ahead_)
        throw std::logic_error(error_text(call(name_).c_str(), "look_ahead is on and there is no closure",
                                          "the gradient is taken at the point ahead, to which step(closure) goes",
                                          "call step(closure), or use nesterov without look_ahead"));
    if (!begin_step()) return;
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        if (!has_gradient(i)) continue;
        ++slots_[i].step;
        update(i);
        slots_[i].fresh = false;
    }
    finish_step();
}

Tensor Optimizer::step(const Closure& closure)
{
    Tensor loss;
    if (looks_ahead()) {
        const Restored values(parameters_);
        move_ahead();
        loss = closure();
    } else {
        loss = closure();
    }
    at_look_ahead_ = true;
    try {
        step();
    } catch (...) {
        at_look_ahead_ = false;
        throw;
    }
    at_look_ahead_ = false;
    return loss;
}

bool Optimizer::begin_step()
{
    check_all_listed(name_);
    bool any = false;
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        if (!has_gradient(i)) continue;
        any = true;
        check_gradient(name_, parameters_[i]);
        check_state(i);
    }
    if (!any)
        throw std::logic_error(error_text(call(name_).c_str(), "no parameter has a gradient",
                                          "a step follows a backward pass that reaches the parameters",
                                          "call tape.backward(loss) first, and zero_grad() before it, not after it"));
    for (std::size_t i = 0; i < parameters_.size(); ++i)
        if (has_gradient(i) && !parameters_[i].grad().is_contiguous())
            parameters_[i].set_grad(xgrad::detail::contiguous_copy(parameters_[i].grad()));
    if (stopped_ || (nan_gradients_ != NanGradients::take && !accepts_gradients())) {
        ++skipped_;
        return false;
    }
    for (std::size_t i = 0; i < parameters_.size(); ++i)
        if (has_gradient(i)) make_state(i);
    return true;
}

bool Optimizer::accepts_gradients()
{
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        if (!has_gradient(i)) continue;
        const Tensor& grad = parameters_[i].grad();
        if (kernels::all_finite(grad.dtype(), grad.numel(), grad.raw())) continue;
        if (nan_gradients_ == NanGradients::raise)
            throw AnomalyError(error_text(call(name_).c_str(),
                                          quoted(parameters_[i]) + " has a gradient that is not finite",
                                          "nan_gradients(NanGradients::raise) lets no NaN and no infinity into a step",
                                          "lower lr, clip_grad_norm, or look for the operation with a tape of "
                                          "{.detect_anomaly = true}"));
        if (nan_gradients_ == NanGradients::stop) stopped_ = true;
        return false;
    }
    return true;
}

void Optimizer::make_state(std::size_t i)
{
    detail::Slot& slot = slots_[i];
    const ParameterRef& p = parameters_[i];
    for (std::size_t k = 0; k < slot.state.size(); ++k) {
        if (slot.state[k].defined() || !needs_state(slot.group, k)) continue;
        slot.state[k] = full(p.sizes(), initial_state(slot, k), p.dtype());
        slot.fresh = true;
    }
}

void Optimizer::finish_step()
{
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        const ParameterRef& p = parameters_[i];
        const double bound = max_norm(i);
        if (bound <= 0 || p.sizes().size() < 2 || !has_gradient(i)) continue;
        const NoGrad nothing_is_recorded;
        p.set_value(cut_rows(p.value(), bound));
    }
}

void Optimizer::check_state(std::size_t i) const
{
    const ParameterRef& p = parameters_[i];
    for (const Tensor& state : slots_[i].state) {
        if (!state.defined() || (state.sizes() == p.sizes() && state.dtype() == p.dtype())) continue;
        throw ShapeError(error_text(call(name_).c_str(),
                                    quoted(p) + " was " + xgrad::describe(state) + " at its first step",
                                    "what the optimizer remembers has shape and dtype of the parameter",
                                    "make a new optimizer after nn::to or after changing a shape"));
    }
}

void Optimizer::set_lr(double lr)
{
    const NamedNumber option[] = {{"lr", lr}};
    for (const bool dry : {true, false})
        for (std::size_t group = 0; group < group_count_; ++group) put_options(group, option, dry);
}

bool Optimizer::has_option(const std::string& name) const
{
    double value = 0;
    return get_option(0, name, value);
}

double Optimizer::keep_initial_lr(std::size_t group)
{
    check_group(group);
    if (std::isnan(initial_lr_[group])) initial_lr_[group] = lr(group);
    return initial_lr_[group];
}

void Optimizer::set_initial_lr(std::size_t group, double lr)
{
    check_group(group);
    initial_lr_[group] = lr;
}

double Optimizer::option(const std::string& name, std::size_t group) const
{
    check_group(group);
    double value = 0;
    if (get_option(group, name, value)) return value;
    std::string known;
    visit_options(group, [&](const NamedNumber& o) { known += (known.empty() ? "" : ", ") + o.first; });
    throw std::invalid_argument(
        error_text(name_, "there is no option '" + name + "'", "the options are " + known, "check the spelling"));
}

void Optimizer::set_option(const std::string& name, double value, std::size_t group)
{
    (void)this->option(name, group);
    const NamedNumber option[] = {{name, value}};
    put_options(group, option, false);
}

std::string Optimizer::describe() const
{
    std::string text;
    for (std::size_t group = 0; group < group_count_; ++group) {
        if (group_count_ > 1) text += fmt::format("group {}: ", group);
        text += describe_group(group);
    }
    return text;
}

void Optimizer::check_group(std::size_t group) const
{
    if (group >= group_count_)
        throw std::invalid_argument(error_text(name_, fmt::format("group {} of {}", group, group_count_),
                                               "groups are counted from 0", "see group_count()"));
}

}  // namespace xgrad::optim
