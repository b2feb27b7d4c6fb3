// state_dict and load_state_dict.
#include <xgrad/error.hpp>
#include <xgrad/optim/optimizer.hpp>

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "optim/state_reader.hpp"

namespace xgrad::optim {
namespace {

std::string state_name(std::size_t i, const char* what) { return fmt::format("state.{}.{}", i, what); }
std::string group_name(std::size_t group, const std::string& what)
{
    return fmt::format("param_groups.{}.{}", group, what);
}

Tensor integers(Sizes values) { return from_values({static_cast<std::int64_t>(values.size())}, values.vector()); }

/// The numbers of a group's parameters.
std::vector<std::int64_t> members_of(const std::vector<detail::Slot>& slots, std::size_t group)
{
    std::vector<std::int64_t> members;
    for (std::size_t i = 0; i < slots.size(); ++i)
        if (slots[i].group == group) members.push_back(static_cast<std::int64_t>(i));
    return members;
}

}  // namespace

NamedTensors Optimizer::state_dict() const
{
    NamedTensors state;
    state.emplace_back(std::string("optimizer.") + name_, tensor(1, f64));
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        const detail::Slot& slot = slots_[i];
        state.emplace_back(state_name(i, "sizes"), integers(parameters_[i].sizes()));
        state.emplace_back(state_name(i, "step"), tensor(static_cast<double>(slot.step), f64));
        for (std::size_t k = 0; k < number_names_.size(); ++k)
            state.emplace_back(state_name(i, number_names_[k]), tensor(slot.numbers[k], f64));
        for (std::size_t k = 0; k < state_names_.size(); ++k)
            if (slot.state[k].defined())
                state.emplace_back(state_name(i, state_names_[k]), xgrad::detail::contiguous_copy(slot.state[k]));
    }
    for (std::size_t group = 0; group < group_count_; ++group) {
        state.emplace_back(group_name(group, "params"), integers(members_of(slots_, group)));
        if (!std::isnan(initial_lr_[group]))
            state.emplace_back(group_name(group, "initial_lr"), tensor(initial_lr_[group], f64));
        visit_options(group, [&](const NamedNumber& option) {
            state.emplace_back(group_name(group, option.first), tensor(option.second, f64));
        });
    }
    add_own_state(state);
    return state;
}

void Optimizer::load_state_dict(const NamedTensors& state)
{
    detail::StateReader reader(std::string(name_) + "::load_state_dict", state);
    (void)reader.number(std::string("optimizer.") + name_);
    std::vector<detail::Slot> slots = slots_;
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        const ParameterRef& p = parameters_[i];
        detail::Slot& slot = slots[i];
        reader.integers(state_name(i, "sizes"), p.sizes());
        slot.step = static_cast<std::int64_t>(reader.number(state_name(i, "step")));
        slot.fresh = false;
        for (std::size_t k = 0; k < number_names_.size(); ++k)
            slot.numbers[k] = reader.number(state_name(i, number_names_[k]));
        for (std::size_t k = 0; k < state_names_.size(); ++k)
            slot.state[k] = reader.copy_if_there(state_name(i, state_names_[k]), p.value());
    }
    std::vector<std::vector<NamedNumber>> options(group_count_);
    std::vector<double> initial(group_count_, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t group = 0; group < group_count_; ++group) {
        reader.integers(group_name(group, "params"), members_of(slots_, group));
        if (const std::string name = group_name(group, "initial_lr"); reader.has(name))
            initial[group] = reader.number(name);
        visit_options(group, [&](const NamedNumber& option) {
            options[group].emplace_back(option.first, reader.number(group_name(group, option.first)));
        });
    }
    const Callable<void()> take_own = read_own_state(reader);
    reader.finish();
    for (const bool dry : {true, false})
        for (std::size_t group = 0; group < group_count_; ++group) put_options(group, options[group], dry);
    slots_ = std::move(slots);
    initial_lr_ = std::move(initial);
    if (take_own) take_own();
}

}  // namespace xgrad::optim
