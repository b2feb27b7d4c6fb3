#pragma once

// Schedules of one formula. t counts the steps of the schedule, lr_0 is the rate that the optimizer had at first.

#include <xgrad/optim/scheduler.hpp>

#include <cstdint>
#include <vector>

namespace xgrad::optim {

/// A schedule with the formula that belongs to `Options`.
template <class Options>
class ScheduleOf : public Scheduler {
public:
    /// Throws std::invalid_argument for options out of range, and changes nothing then.
    explicit ScheduleOf(Optimizer& optimizer, Options options);
    ScheduleOf(ScheduleOf&&) = default;

    std::string describe() const override;

private:
    void apply() override;
    void restart() override;

    Options options_;
};

/// lr_0 f(t), of an f(t) for each group or one for all.
struct LambdaLROptions {
    std::vector<Callable<double(std::int64_t)>> lr_lambda;
};
using LambdaLR = ScheduleOf<LambdaLROptions>;

/// lr_t = lr_(t-1) f(t).
struct MultiplicativeLROptions {
    std::vector<Callable<double(std::int64_t)>> lr_lambda;
};
using MultiplicativeLR = ScheduleOf<MultiplicativeLROptions>;

/// lr_0 gamma^floor(t / step_size).
struct StepLROptions {
    std::int64_t step_size = 1;
    double gamma = 0.1;
};
using StepLR = ScheduleOf<StepLROptions>;

/// Times gamma at each milestone, twice at one that stands there twice.
struct MultiStepLROptions {
    std::vector<std::int64_t> milestones;
    double gamma = 0.1;
};
using MultiStepLR = ScheduleOf<MultiStepLROptions>;

/// factor lr_0 until step total_iters, then lr_0.
struct ConstantLROptions {
    double factor = 1.0 / 3;
    std::int64_t total_iters = 5;
};
using ConstantLR = ScheduleOf<ConstantLROptions>;

/// From start_factor lr_0 to end_factor lr_0 in total_iters steps, along a line: a warm-up.
struct LinearLROptions {
    double start_factor = 1.0 / 3;
    double end_factor = 1;
    std::int64_t total_iters = 5;
};
using LinearLR = ScheduleOf<LinearLROptions>;

/// lr_0 gamma^t.
struct ExponentialLROptions {
    double gamma = 0.1;
};
using ExponentialLR = ScheduleOf<ExponentialLROptions>;

/// lr_0 (1 - t / total_iters)^power, 0 from step total_iters on.
struct PolynomialLROptions {
    std::int64_t total_iters = 5;
    double power = 1;
};
using PolynomialLR = ScheduleOf<PolynomialLROptions>;

/// The lecture's lr_0 e^(-k t).
struct ExponentialDecayLROptions {
    double k = 0.1;
};
using ExponentialDecayLR = ScheduleOf<ExponentialDecayLROptions>;

/// The lecture's lr_0 / (1 + k t).
struct InverseTimeLROptions {
    double k = 0.1;
};
using InverseTimeLR = ScheduleOf<InverseTimeLROptions>;

/// eta_min + (lr_0 - eta_min) (1 + cos(pi t / T_max)) / 2, down in T_max steps and up again.
struct CosineAnnealingLROptions {
    std::int64_t T_max = 1;
    double eta_min = 0;
};
using CosineAnnealingLR = ScheduleOf<CosineAnnealingLROptions>;

/// The same, down in T_0 steps, then from the beginning in T_0 T_mult steps, T_0 T_mult^2, ...
struct CosineAnnealingWarmRestartsOptions {
    std::int64_t T_0 = 1;
    std::int64_t T_mult = 1;
    double eta_min = 0;
};
using CosineAnnealingWarmRestarts = ScheduleOf<CosineAnnealingWarmRestartsOptions>;

/// How the height of the triangles of CyclicLR changes.
enum class CyclicMode : std::uint8_t {
    triangular,   ///< not
    triangular2,  ///< halved in each cycle
    exp_range,    ///< times gamma in each step
};

/// Up from base_lr to max_lr in step_size_up steps, down in step_size_down, and again; the momentum in the opposite
/// sense.
struct CyclicLROptions {
    PerGroup base_lr = 1e-3;
    PerGroup max_lr = 1e-2;
    double step_size_up = 2000;
    double step_size_down = 0;  ///< 0: as step_size_up
    CyclicMode mode = CyclicMode::triangular;
    double gamma = 1;
    Callable<double(double)> scale_fn = {};  ///< in place of the mode: of the cycle, counted from 1, or of t
    bool scale_by_iterations = false;        ///< PyTorch's scale_mode = 'iterations'
    bool cycle_momentum = true;              ///< needs an optimizer with the option momentum
    PerGroup base_momentum = 0.8;
    PerGroup max_momentum = 0.9;
};
using CyclicLR = ScheduleOf<CyclicLROptions>;

enum class Anneal : std::uint8_t { cos, linear };

/// Up from max_lr / div_factor to max_lr in the first pct_start of total_steps, then down to 1 / final_div_factor of
/// where it began; momentum, or beta1, in the opposite sense. Steps beyond total_steps throw std::logic_error.
/// Source: Smith and Topin, Super-convergence (2019).
struct OneCycleLROptions {
    PerGroup max_lr = 1e-2;
    std::int64_t total_steps = 0;  ///< 0: epochs steps_per_epoch
    std::int64_t epochs = 0;
    std::int64_t steps_per_epoch = 0;
    double pct_start = 0.3;
    Anneal anneal_strategy = Anneal::cos;
    bool cycle_momentum = true;
    PerGroup base_momentum = 0.85;
    PerGroup max_momentum = 0.95;
    double div_factor = 25;
    double final_div_factor = 1e4;
    bool three_phase = false;  ///< back to where it began as fast as up, then further down
};
using OneCycleLR = ScheduleOf<OneCycleLROptions>;

extern template class ScheduleOf<LambdaLROptions>;
extern template class ScheduleOf<MultiplicativeLROptions>;
extern template class ScheduleOf<StepLROptions>;
extern template class ScheduleOf<MultiStepLROptions>;
extern template class ScheduleOf<ConstantLROptions>;
extern template class ScheduleOf<LinearLROptions>;
extern template class ScheduleOf<ExponentialLROptions>;
extern template class ScheduleOf<PolynomialLROptions>;
extern template class ScheduleOf<ExponentialDecayLROptions>;
extern template class ScheduleOf<InverseTimeLROptions>;
extern template class ScheduleOf<CosineAnnealingLROptions>;
extern template class ScheduleOf<CosineAnnealingWarmRestartsOptions>;
extern template class ScheduleOf<CyclicLROptions>;
extern template class ScheduleOf<OneCycleLROptions>;

}  // namespace xgrad::optim
