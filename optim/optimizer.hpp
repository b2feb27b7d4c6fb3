#pragma once

#include <xgrad/parameter.hpp>

#include <vector>

namespace xgrad::optim {

/// What all optimizers share: the parameters they hold, tensors of state for each, and the rules of a step.
class Optimizer {
public:
    Optimizer(const Optimizer&) = delete;  // two optimizers must not share their state
    Optimizer& operator=(const Optimizer&) = delete;

    const std::vector<ParameterRef>& parameters() const { return parameters_; }

    /// Forgets the gradients of all parameters.
    void zero_grad();

protected:
    /// From now on the parameters count as listed. Throws std::invalid_argument for an empty list, an undefined
    /// parameter or one that stands in the list twice.
    Optimizer(const char* name, std::vector<ParameterRef> parameters, std::size_t state_tensors);
    Optimizer(Optimizer&&) = default;
    Optimizer& operator=(Optimizer&&) = default;
    ~Optimizer() = default;

    /// Before a step writes anything: throws std::logic_error when a parameter that nobody listed received a gradient,
    /// ShapeError when a gradient or the state does not fit its parameter any more. Makes, as zeros, the state of
    /// parameters that have a gradient for the first time.
    void begin_step();

    /// Pointers into the memory of parameter i during a step; the state is that of `tensor`.
    bool has_gradient(std::size_t i) const { return parameters_[i].grad().defined(); }
    void* state(std::size_t i, std::size_t tensor) const;

    /// Throws std::invalid_argument: the option has to be as `rule` says.
    void check_option(bool good, const char* option, double value, const char* rule) const;

    const char* name_;
    std::vector<ParameterRef> parameters_;
    std::vector<std::int64_t> steps_;  // of each parameter so far

private:
    void check_state(std::size_t i) const;

    std::size_t state_tensors_;
    std::vector<Tensor> state_;
};

}  // namespace xgrad::optim
