#include <xgrad/optim/scheduler.hpp>

#include "autograd/state_reader.hpp"

namespace xgrad::optim {

Scheduler::Scheduler(const char* name, Optimizer& optimizer) : optimizer_(optimizer), name_(name)
{
    for (std::size_t group = 0; group < optimizer.group_count(); ++group)
        base_.push_back(optimizer.keep_initial_lr(group));
}

void Scheduler::set_initial_lr(std::size_t group, double lr)
{
    base_[group] = lr;
    optimizer().set_initial_lr(group, lr);
}

void Scheduler::step()
{
    (void)optimizer();  // throws when it is gone
    ++epoch_;
    apply();
}

std::vector<double> Scheduler::last_lr() const
{
    std::vector<double> rates;
    for (std::size_t group = 0; group < optimizer().group_count(); ++group) rates.push_back(optimizer().lr(group));
    return rates;
}

NamedTensors Scheduler::state_dict() const
{
    NamedTensors state;
    write_state("schedule.", state);
    return state;
}

Callable<void()> Scheduler::read_state_dict(const NamedTensors& state, std::vector<std::string>& differences)
{
    detail::StateReader reader(state);
    const Callable<void()> take = read_state("schedule.", reader);
    reader.finish(differences);
    return take;
}

void Scheduler::load_state_dict(const NamedTensors& state)
{
    xgrad::detail::load_state(std::string(name_) + "::load_state_dict", *this, state);
}

void Scheduler::write_state(const std::string& prefix, NamedTensors& state) const
{
    state.emplace_back(prefix + name_ + ".last_epoch", tensor(static_cast<double>(epoch_), f64));
    state.emplace_back(prefix + name_ + ".base_lrs", from_values({static_cast<std::int64_t>(base_.size())}, base_));
}

Callable<void()> Scheduler::read_state(const std::string& prefix, detail::StateReader& reader)
{
    const std::int64_t epoch = reader.count(prefix + name_ + ".last_epoch", -1);
    const Tensor rates =
        reader.copy(prefix + name_ + ".base_lrs", zeros({static_cast<std::int64_t>(base_.size())}, f64));
    std::vector<double> base;
    if (rates.defined()) base = rates.to_vector<double>();
    return [this, epoch, base]() mutable {
        epoch_ = epoch;
        base_ = std::move(base);
    };
}

}  // namespace xgrad::optim
