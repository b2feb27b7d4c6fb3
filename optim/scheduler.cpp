#include <xgrad/optim/scheduler.hpp>

#include "optim/state_reader.hpp"

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

void Scheduler::load_state_dict(const NamedTensors& state)
{
    detail::StateReader reader(std::string(name_) + "::load_state_dict", state);
    const Callable<void()> take = read_state("schedule.", reader);
    reader.finish();
    take();
}

void Scheduler::write_state(const std::string& prefix, NamedTensors& state) const
{
    state.emplace_back(prefix + name_ + ".last_epoch", tensor(static_cast<double>(epoch_), f64));
    state.emplace_back(prefix + name_ + ".base_lrs", from_values({static_cast<std::int64_t>(base_.size())}, base_));
}

Callable<void()> Scheduler::read_state(const std::string& prefix, detail::StateReader& reader)
{
    const auto epoch = static_cast<std::int64_t>(reader.number(prefix + name_ + ".last_epoch"));
    const Tensor base =
        reader.copy_if_there(prefix + name_ + ".base_lrs", zeros({static_cast<std::int64_t>(base_.size())}, f64));
    if (!base.defined()) (void)reader.copy(prefix + name_ + ".base_lrs", f64);  // notes that it is missing
    return [this, epoch, base] {
        epoch_ = epoch;
        base_ = base.to_vector<double>();
    };
}

}  // namespace xgrad::optim
