#pragma once

#include <xgrad/callable.hpp>
#include <xgrad/optim/options.hpp>
#include <xgrad/parameter.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace xgrad::detail {
class StateReader;
}

namespace xgrad::optim {

/// Computes the loss anew, and the gradients: zero_grad, forward, backward.
using Closure = Callable<Tensor()>;

/// An option, or a number that a schedule keeps.
using NamedNumber = std::pair<std::string, double>;

namespace detail {

using xgrad::detail::StateReader;

/// What an optimizer remembers of one parameter.
struct Slot {
    std::size_t group = 0;
    std::int64_t step = 0;      // steps so far
    bool fresh = false;         // a state tensor was made for the step at hand
    double numbers[2] = {};     // of rules that carry some from step to step
    std::vector<Tensor> state;  // of shape and dtype of the parameter; undefined until needed
};

}  // namespace detail

/// What all optimizers share: parameters in groups, options and state of each, and the rules of a step.
class Optimizer {
public:
    Optimizer(const Optimizer&) = delete;  // two optimizers must not share their state
    Optimizer& operator=(const Optimizer&) = delete;
    virtual ~Optimizer();

    const char* name() const { return name_; }

    /// Of all groups, in order.
    const std::vector<ParameterRef>& parameters() const { return parameters_; }
    std::size_t group_count() const { return group_count_; }

    /// Forgets the gradients of all parameters.
    void zero_grad();

    /// Changes every parameter that has a gradient. Throws, and changes none: std::logic_error when no parameter has a
    /// gradient or one that nobody listed received one, ShapeError when a gradient or the state does not fit its
    /// parameter any more, AnomalyError for NanGradients::raise.
    void step();

    /// Calls the closure, then step(). Returns what the closure returned.
    virtual Tensor step(const Closure& closure);

    double lr(std::size_t group = 0) const { return option("lr", group); }
    void set_lr(double lr);  ///< of all groups
    void set_lr(double lr, std::size_t group) { set_option("lr", lr, group); }

    /// An option by PyTorch's name: "lr", "momentum", "betas.0"; switches are 0 or 1. Throws std::invalid_argument for
    /// an unknown name or group; set_option also for a value out of range, and then nothing is changed.
    double option(const std::string& name, std::size_t group = 0) const;
    void set_option(const std::string& name, double value, std::size_t group = 0);
    bool has_option(const std::string& name) const;

    void nan_gradients(NanGradients policy) { nan_gradients_ = policy; }
    std::int64_t skipped_steps() const { return skipped_; }
    bool stopped() const { return stopped_; }

    /// For schedules: the rate that a group had when the first of them was made, kept until set.
    double keep_initial_lr(std::size_t group);
    void set_initial_lr(std::size_t group, double lr);

    /// What goes on bit for bit from here: steps, state and options under PyTorch's names, "state.0.exp_avg",
    /// "param_groups.0.lr", for a .safetensors file. The tensors are copies.
    NamedTensors state_dict() const;

    /// Takes over such a state. Throws std::invalid_argument with the list of all differences where it is another
    /// optimizer's or of other parameters, and then nothing is changed.
    void load_state_dict(const NamedTensors& state);

    /// The first half of load_state_dict, for several states of which all or none are loaded: adds what does not fit to
    /// `differences`. What it returns is the second half, which takes the state over and throws nothing; it is called
    /// at once, and only when there are no differences.
    Callable<void()> read_state_dict(const NamedTensors& state, std::vector<std::string>& differences);

    /// The formula in use with its numbers, for each group, and what PyTorch and the lecture call it.
    std::string describe() const;

protected:
    Optimizer(const char* name, std::vector<const char*> state_names, std::vector<const char*> number_names);
    Optimizer(Optimizer&& other) noexcept;

    /// From now on the parameters count as listed. Throws std::invalid_argument, and adds nothing, for an empty list,
    /// an undefined parameter or one that this optimizer has already.
    void add_parameters(std::vector<ParameterRef> parameters);

    void check_group(std::size_t group) const;

    bool has_gradient(std::size_t i) const { return parameters_[i].grad().defined(); }

    /// Before a step writes anything: see step(). Makes the state that is needed for the first time. False: the step is
    /// to be left out.
    bool begin_step();

    std::vector<ParameterRef> parameters_;
    std::vector<detail::Slot> slots_;  // one a parameter

private:
    friend class OptimizerHandle;

    virtual void visit_options(std::size_t group, const Callable<void(const NamedNumber&)>& visit) const = 0;
    virtual bool get_option(std::size_t group, const std::string& name, double& value) const = 0;
    /// Sets those options and checks the result; with `dry` only checks.
    virtual void put_options(std::size_t group, std::span<const NamedNumber> values, bool dry) = 0;
    /// Whether state k is used under the options of a group, or where those were set before.
    virtual bool needs_state(std::size_t group, std::size_t k, std::span<const NamedNumber> set = {}) const = 0;
    virtual double initial_state(const detail::Slot& slot, std::size_t k) const = 0;
    virtual void update(std::size_t i) = 0;
    virtual double max_norm(std::size_t i) const = 0;
    virtual void move_ahead() {}  // to where step(closure) takes the gradient
    virtual bool looks_ahead() const { return false; }
    virtual std::string describe_group(std::size_t group) const = 0;
    virtual void add_own_state(NamedTensors&) const {}  // besides that of the slots
    /// What takes the own state over; called when all of it was there.
    virtual Callable<void()> read_own_state(detail::StateReader&) { return nullptr; }

    void read_options(detail::StateReader& reader, std::vector<std::vector<NamedNumber>>& options,
                      std::vector<double>& initial);
    void read_slot(detail::StateReader& reader, std::size_t i, std::span<const NamedNumber> options,
                   detail::Slot& slot) const;
    void check_state(std::size_t i) const;
    bool accepts_gradients();
    void make_state(std::size_t i);
    void finish_step();

    const char* name_;
    std::vector<const char*> state_names_, number_names_;
    std::size_t group_count_ = 0;
    std::vector<double> initial_lr_;  // of each group; NaN: no schedule kept it
    NanGradients nan_gradients_ = NanGradients::take;
    std::int64_t skipped_ = 0;
    bool stopped_ = false, at_look_ahead_ = false;
    std::shared_ptr<Optimizer*> self_;  // for handles
};

/// Finds an optimizer as long as it lives, also where it was moved to. What schedules hold.
class OptimizerHandle {
public:
    explicit OptimizerHandle(Optimizer& optimizer) : place_(optimizer.self_) {}

    /// Throws std::logic_error, in the name of `user`, when the optimizer is gone.
    Optimizer& get(const char* user) const;
    bool same(const OptimizerHandle& other) const { return place_ == other.place_; }

private:
    std::shared_ptr<Optimizer*> place_;
};

}  // namespace xgrad::optim
