#include <xgrad/error.hpp>
#include <xgrad/optim/schedules.hpp>
#include <xgrad/optim/sequences.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "autograd/state_reader.hpp"

namespace xgrad::optim {
namespace {

[[noreturn]] void refuse(const char* name, const std::string& what, const char* rule)
{
    throw std::invalid_argument(xgrad::detail::error_text(name, what, rule, "check the schedules that it is made of"));
}

std::string part(const std::string& prefix, std::size_t i) { return fmt::format("{}{}.", prefix, i); }

}  // namespace

namespace detail {

ManySchedules::ManySchedules(const char* name, Optimizer& optimizer, const Schedules& schedules)
    : Scheduler(name, optimizer), schedules_(schedules.list())
{
    if (schedules_.empty()) refuse(name, "there are no schedules", "it consists of some");
    for (const auto& schedule : schedules_)
        if (!schedule->works_on(optimizer_))
            refuse(name, "a schedule of another optimizer", "all work on one optimizer");
}

void ManySchedules::to_initial_rates()
{
    for (std::size_t group = 0; group < optimizer().group_count(); ++group)
        optimizer().set_lr(initial_lr(group), group);
}

std::string ManySchedules::describe_from(const std::vector<std::int64_t>& milestones) const
{
    std::string text = fmt::format("{}\n", name());
    for (std::size_t i = 0; i < schedules_.size(); ++i) {
        if (!milestones.empty()) text += fmt::format("from step {}: ", i == 0 ? 0 : milestones[i - 1]);
        text += schedules_[i]->describe();
    }
    return text;
}

void ManySchedules::write_state(const std::string& prefix, NamedTensors& state) const
{
    Scheduler::write_state(prefix, state);
    for (std::size_t i = 0; i < schedules_.size(); ++i) schedules_[i]->write_state(part(prefix, i), state);
}

Callable<void()> ManySchedules::read_state(const std::string& prefix, StateReader& reader)
{
    std::vector<Callable<void()>> takes = {Scheduler::read_state(prefix, reader)};
    for (std::size_t i = 0; i < schedules_.size(); ++i)
        takes.push_back(schedules_[i]->read_state(part(prefix, i), reader));
    return [takes] {
        for (const auto& take : takes) take();
    };
}

}  // namespace detail

SequentialLR::SequentialLR(Optimizer& optimizer, Schedules schedules, std::vector<std::int64_t> milestones)
    : ManySchedules("SequentialLR", optimizer, schedules), milestones_(std::move(milestones))
{
    if (schedules_.size() != milestones_.size() + 1)
        refuse(name(), fmt::format("{} schedules and {} milestones", schedules_.size(), milestones_.size()),
               "there is one schedule more than milestones");
    if (!std::is_sorted(milestones_.begin(), milestones_.end()))
        refuse(name(), "milestones do not ascend", "they ascend");
    start();
}

void SequentialLR::start()
{
    epoch_ = 0;
    to_initial_rates();
    for (const auto& schedule : schedules_) schedule->rewind();
    schedules_[0]->start();
}

void SequentialLR::step()
{
    (void)optimizer();  // throws when it is gone
    ++epoch_;
    const auto next = std::upper_bound(milestones_.begin(), milestones_.end(), epoch_);
    const auto i = static_cast<std::size_t>(next - milestones_.begin());
    if (i > 0 && milestones_[i - 1] == epoch_)
        schedules_[i]->restart();
    else
        schedules_[i]->step();
}

ChainedScheduler::ChainedScheduler(Optimizer& optimizer, Schedules schedules)
    : ManySchedules("ChainedScheduler", optimizer, schedules)
{
    epoch_ = 0;  // each of the schedules has made its first step
}

void ChainedScheduler::start()
{
    epoch_ = 0;
    for (const auto& schedule : schedules_) schedule->start();
}

void ChainedScheduler::rewind()
{
    --epoch_;
    for (const auto& schedule : schedules_) schedule->rewind();
}

void ChainedScheduler::restart()
{
    to_initial_rates();
    start();
}

void ChainedScheduler::step()
{
    (void)optimizer();
    ++epoch_;
    for (const auto& schedule : schedules_) schedule->step();
}

SequentialLR warmup_cosine(Optimizer& optimizer, std::int64_t warmup, std::int64_t total, double eta_min)
{
    if (warmup < 1 || warmup >= total)
        refuse("warmup_cosine", fmt::format("{} of {} steps are warm-up", warmup, total), "1 <= warmup < total");
    LambdaLR rise{optimizer,
                  {{[warmup](std::int64_t t) { return static_cast<double>(t) / static_cast<double>(warmup); }}}};
    CosineAnnealingLR fall{optimizer, {.T_max = total - warmup, .eta_min = eta_min}};
    return SequentialLR{optimizer, Schedules{std::move(rise), std::move(fall)}, {warmup}};
}

}  // namespace xgrad::optim
