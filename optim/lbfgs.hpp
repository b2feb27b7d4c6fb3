#pragma once

#include <xgrad/optim/optimizer_of.hpp>

namespace xgrad::optim {

/// How far LBFGS goes along its direction.
enum class LineSearch : std::uint8_t {
    none,          ///< lr; in the first iteration lr min(1, 1 / sum |g|)
    strong_wolfe,  ///< to where the loss fell enough and its slope by a factor of 0.9, found by cubic interpolation
};

struct LBFGSOptions {
    double lr = 1;
    std::int64_t max_iter = 20;  ///< of one step
    std::int64_t max_eval = 0;   ///< calls of the closure in one step; 0: max_iter 5 / 4
    double tolerance_grad = 1e-7;
    double tolerance_change = 1e-9;
    std::int64_t history_size = 100;
    LineSearch line_search_fn = LineSearch::none;
    double weight_decay = 0;  ///< must be 0, as all of the penalty: they belong into the closure's loss
    bool maximize = false;    ///< must be false
    Penalty penalty = {};
};

/// The quasi-Newton method with limited memory, in PyTorch's form: step(closure) is the only step. All parameters stand
/// in one group and have one dtype; those without gradient count as constant.
/// Sources: Nocedal and Wright, Numerical optimization (2006), algorithms 7.4 and 3.5; PyTorch 1.13's lbfgs.py.
class LBFGS : public OptimizerOf<LBFGSOptions> {
public:
    /// Throws std::invalid_argument for options out of range, DtypeError for parameters of two dtypes.
    explicit LBFGS(std::vector<ParameterRef> parameters, LBFGSOptions options = {});
    LBFGS(LBFGS&&) noexcept;
    ~LBFGS() override;

    using Optimizer::step;  // step() throws std::logic_error: it needs the closure

    /// Up to max_iter iterations. Returns the loss at the beginning. When the closure throws, nothing is changed.
    Tensor step(const Closure& closure) override;

    void add_group(std::vector<ParameterRef> parameters, LBFGSOptions options = {}) = delete;

    std::int64_t iterations() const;   ///< of all steps
    std::int64_t evaluations() const;  ///< calls of the closure in all steps

private:
    struct Memory;
    struct Descent;

    void add_own_state(NamedTensors& state) const override;
    Callable<void()> read_own_state(detail::StateReader& reader) override;

    std::unique_ptr<Memory> memory_;
};

extern template class OptimizerOf<LBFGSOptions>;

}  // namespace xgrad::optim
