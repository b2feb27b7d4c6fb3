#pragma once

// Schedules made of schedules, all on one optimizer.

#include <xgrad/optim/scheduler.hpp>

#include <concepts>
#include <memory>
#include <utility>
#include <vector>

namespace xgrad::optim {

/// Schedules in the order in which they were made:
///   Schedules{LinearLR{sgd, {.total_iters = 5}}, ExponentialLR{sgd, {.gamma = 0.9}}}
class Schedules {
public:
    template <std::derived_from<Scheduler>... S>
    explicit Schedules(S... schedules) : list_{std::make_shared<S>(std::move(schedules))...}
    {
    }
    Schedules(std::vector<std::shared_ptr<Scheduler>> list) : list_(std::move(list)) {}

    const std::vector<std::shared_ptr<Scheduler>>& list() const { return list_; }

private:
    std::vector<std::shared_ptr<Scheduler>> list_;
};

namespace detail {

/// What schedules made of schedules share.
class ManySchedules : public Scheduler {
protected:
    /// Throws std::invalid_argument unless all work on the optimizer.
    ManySchedules(const char* name, Optimizer& optimizer, const Schedules& schedules);

    void to_initial_rates();
    std::string describe_from(const std::vector<std::int64_t>& milestones) const;

    std::vector<std::shared_ptr<Scheduler>> schedules_;

private:
    void apply() override {}
    void write_state(const std::string& prefix, NamedTensors& state) const override;
    Callable<void()> read_state(const std::string& prefix, StateReader& reader) override;
};

}  // namespace detail

/// The first schedule until step milestones[0], then the second, begun anew, until milestones[1], ...
/// As PyTorch 1.13: what the constructors of the schedules did to the rate is undone, the first begins again.
class SequentialLR : public detail::ManySchedules {
public:
    /// Throws std::invalid_argument unless there is one schedule more than there are milestones, these ascend, and all
    /// work on the optimizer.
    SequentialLR(Optimizer& optimizer, Schedules schedules, std::vector<std::int64_t> milestones);

    void step() override;
    std::string describe() const override { return describe_from(milestones_); }

private:
    void start() override;
    void restart() override { start(); }

    std::vector<std::int64_t> milestones_;
};

/// Every step is a step of all schedules, one after the other.
class ChainedScheduler : public detail::ManySchedules {
public:
    /// Throws std::invalid_argument unless there is a schedule and all work on the optimizer.
    ChainedScheduler(Optimizer& optimizer, Schedules schedules);

    void step() override;
    std::string describe() const override { return describe_from({}); }

private:
    void start() override;
    void rewind() override;
    void restart() override;
};

/// A line from 0 to the rate in `warmup` steps, then half a cosine down to eta_min, which is reached at step `total`.
/// Throws std::invalid_argument unless 1 <= warmup < total.
SequentialLR warmup_cosine(Optimizer& optimizer, std::int64_t warmup, std::int64_t total, double eta_min = 0);

}  // namespace xgrad::optim
