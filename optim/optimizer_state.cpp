// state_dict, and how it is read.
#include <xgrad/error.hpp>
#include <xgrad/optim/optimizer.hpp>

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "autograd/state_reader.hpp"

namespace xgrad::optim {
namespace {

constexpr const char *kSkipped = "skipped_steps", *kStopped = "stopped";

/// Stands for a tensor that is needed, but made in the next step only: an option was set since the last one.
Tensor not_yet() { return zeros({0}, f64); }

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
        for (std::size_t k = 0; k < state_names_.size(); ++k) {
            if (slot.state[k].defined())
                state.emplace_back(state_name(i, state_names_[k]), xgrad::detail::contiguous_copy(slot.state[k]));
            else if (slot.step > 0 && needs_state(slot.group, k))
                state.emplace_back(state_name(i, state_names_[k]), not_yet());
        }
    }
    for (std::size_t group = 0; group < group_count_; ++group) {
        state.emplace_back(group_name(group, "params"), integers(members_of(slots_, group)));
        if (!std::isnan(initial_lr_[group]))
            state.emplace_back(group_name(group, "initial_lr"), tensor(initial_lr_[group], f64));
        visit_options(group, [&](const NamedNumber& option) {
            state.emplace_back(group_name(group, option.first), tensor(option.second, f64));
        });
    }
    if (skipped_ > 0) {
        state.emplace_back(kSkipped, tensor(static_cast<double>(skipped_), f64));
        state.emplace_back(kStopped, tensor(stopped_, f64));
    }
    add_own_state(state);
    return state;
}

void Optimizer::read_options(detail::StateReader& reader, std::vector<std::vector<NamedNumber>>& options,
                             std::vector<double>& initial)
{
    for (std::size_t group = 0; group < group_count_; ++group) {
        reader.integers(group_name(group, "params"), members_of(slots_, group));
        const std::string name = group_name(group, "initial_lr");
        const bool kept = reader.has(name) || !std::isnan(initial_lr_[group]);  // by a schedule
        initial.push_back(kept ? reader.number(name) : std::numeric_limits<double>::quiet_NaN());
        options.emplace_back();
        bool complete = true;
        visit_options(group, [&](const NamedNumber& option) {
            const std::string place = group_name(group, option.first);
            complete = complete && reader.has(place);
            options.back().emplace_back(option.first, reader.number(place));
        });
        if (!complete) continue;  // which is noted; what stands for the missing one may be out of range
        try {
            put_options(group, options.back(), true);
        } catch (const std::invalid_argument& error) {
            reader.differs(xgrad::detail::first_line(error.what()));
        }
    }
}

void Optimizer::read_slot(detail::StateReader& reader, std::size_t i, std::span<const NamedNumber> options,
                          detail::Slot& slot) const
{
    reader.integers(state_name(i, "sizes"), parameters_[i].sizes());
    slot.step = reader.count(state_name(i, "step"));
    slot.fresh = false;
    for (std::size_t k = 0; k < number_names_.size(); ++k)
        slot.numbers[k] = reader.number(state_name(i, number_names_[k]));
    for (std::size_t k = 0; k < state_names_.size(); ++k) {
        const std::string name = state_name(i, state_names_[k]);
        const bool needed = slot.step > 0 && needs_state(slot.group, k, options);
        if (needed && reader.is(name, not_yet()))
            slot.state[k] = Tensor();
        else
            slot.state[k] =
                needed ? reader.copy(name, parameters_[i].value()) : reader.copy_if_there(name, parameters_[i].value());
    }
}

Callable<void()> Optimizer::read_state_dict(const NamedTensors& state, std::vector<std::string>& differences)
{
    detail::StateReader reader(state);
    (void)reader.number(std::string("optimizer.") + name_);
    std::vector<std::vector<NamedNumber>> options;
    std::vector<double> initial;
    read_options(reader, options, initial);
    std::vector<detail::Slot> slots = slots_;
    for (std::size_t i = 0; i < slots.size(); ++i) read_slot(reader, i, options[slots[i].group], slots[i]);
    const std::int64_t skipped = reader.has(kSkipped) ? reader.count(kSkipped) : 0;
    const bool stopped = reader.has(kStopped) && reader.count(kStopped, 0, 1) == 1;
    const Callable<void()> take_own = read_own_state(reader);
    reader.finish(differences);
    return [=, this]() mutable {
        for (std::size_t group = 0; group < group_count_; ++group) put_options(group, options[group], false);
        slots_ = std::move(slots);
        initial_lr_ = std::move(initial);
        skipped_ = skipped;
        stopped_ = stopped;
        if (take_own) take_own();
    };
}

void Optimizer::load_state_dict(const NamedTensors& state)
{
    xgrad::detail::load_state(std::string(name_) + "::load_state_dict", *this, state);
}

}  // namespace xgrad::optim
