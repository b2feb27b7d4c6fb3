#pragma once

#include <xgrad/optim/optimizer.hpp>

#include <string>
#include <vector>

namespace xgrad::optim {

namespace detail {
class ManySchedules;
}

/// One number for all parameter groups, or one for each.
class PerGroup {
public:
    PerGroup(double all) : values_{all} {}
    PerGroup(std::initializer_list<double> each) : values_(each) {}
    PerGroup(std::vector<double> each) : values_(std::move(each)) {}

    double operator[](std::size_t group) const { return values_.size() == 1 ? values_[0] : values_[group]; }
    std::size_t size() const { return values_.size(); }

private:
    std::vector<double> values_;
};

/// What all schedules share: they set the learning rate of an optimizer, at once when they are made and then in each
/// step(), which is called after the optimizer's steps of an epoch (or of a batch, as the schedule counts). As in
/// PyTorch 1.13 most of them change the rate that they find, so that several can work on one optimizer.
class Scheduler {
public:
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;
    virtual ~Scheduler() = default;

    const char* name() const { return name_; }

    /// Throws std::logic_error when the optimizer is gone.
    virtual void step();

    std::int64_t last_epoch() const { return epoch_; }
    std::vector<double> last_lr() const;  ///< of each group

    /// Where the schedule is, for a .safetensors file. The options are those of the constructor.
    NamedTensors state_dict() const;

    /// Takes over such a state. Throws std::invalid_argument with the list of all differences, and changes nothing
    /// then. The rate itself is part of the optimizer's state.
    void load_state_dict(const NamedTensors& state);

    /// The first half of load_state_dict, as Optimizer's.
    Callable<void()> read_state_dict(const NamedTensors& state, std::vector<std::string>& differences);

    /// The formula in use with its numbers.
    virtual std::string describe() const = 0;

protected:
    /// Keeps the rates of the groups as their initial ones, unless a schedule did before.
    Scheduler(const char* name, Optimizer& optimizer);
    Scheduler(Scheduler&&) = default;

    Optimizer& optimizer() const { return optimizer_.get(name_); }
    double initial_lr(std::size_t group) const { return base_[group]; }
    void set_initial_lr(std::size_t group, double lr);

    // What SequentialLR does with its schedules.
    friend class detail::ManySchedules;
    friend class SequentialLR;
    friend class ChainedScheduler;
    virtual void start() { epoch_ = -1, step(); }  // the first step
    virtual void rewind() { --epoch_; }
    virtual void restart() = 0;  // at epoch 0, in closed form where there is one
    bool works_on(const OptimizerHandle& other) const { return optimizer_.same(other); }

    /// Numbers under names; `prefix` is "schedule." or longer for a schedule inside another.
    virtual void write_state(const std::string& prefix, NamedTensors& state) const;
    /// What takes the state over, called when all of it was there.
    virtual Callable<void()> read_state(const std::string& prefix, detail::StateReader& reader);

    std::int64_t epoch_ = -1;
    OptimizerHandle optimizer_;

private:
    /// Sets the rates for epoch_.
    virtual void apply() = 0;

    const char* name_;
    std::vector<double> base_;  // initial rate of each group
};

}  // namespace xgrad::optim
