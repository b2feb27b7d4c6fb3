#include "autograd/functional/step_block.hpp"

#include <algorithm>

#include "autograd/kernels/table.hpp"

namespace xgrad::detail {
namespace {

using Source = ScalarSteps::Source;
using Step = ScalarSteps::Step;

constexpr std::size_t kF64 = kernels::index_of(f64);
constexpr std::size_t kLine = 8;  // doubles of a cache line

/// Constants are one number for all lanes. A function of one operand has none: it would not have been recorded.
kernels::Index step_of(const Source& source) { return source.is_constant ? 0 : 1; }

}  // namespace

std::size_t StepBlock::lanes_for(const ScalarSteps& steps, std::size_t samples)
{
    constexpr std::size_t kCacheBytes = 512 << 10, kMost = 512, kLeast = 16;
    const std::size_t fit = kCacheBytes / sizeof(double) / 2 / std::max<std::size_t>(steps.registers(), 1);
    return std::min(samples, std::clamp(fit / kLeast * kLeast, kLeast, kMost));
}

StepBlock::StepBlock(const ScalarSteps& steps, std::size_t lanes)
    : steps_(steps),
      lanes_(lanes),
      stride_((lanes + kLine - 1) / kLine * kLine),
      memory_(empty(f64, {static_cast<std::int64_t>(stride_ * (2 * steps.registers() + 1))})),
      values_(mutable_data<double>(memory_)),
      adjoints_(values_ + stride_ * steps.registers()),
      part_(adjoints_ + stride_ * steps.registers()),
      reached_(steps.registers())
{
}

void StepBlock::run(std::size_t count)
{
    const auto n = static_cast<kernels::Index>(count);
    double* y = values_ + steps_.inputs * stride_;
    for (const Step& step : steps_.steps) {
        if (step.is_unary)
            kernels::active.unary[kF64][step.function](n, value(step.a), y, nullptr);
        else
            kernels::active.binary[kF64][step.function](n, value(step.a), step_of(step.a), value(step.b),
                                                        step_of(step.b), y);
        y += stride_;
    }
}

void StepBlock::seed(std::size_t output, std::size_t lane, double value)
{
    const Source& source = steps_.outputs[output];
    if (source.is_constant) return;
    if (!reached_[source.at]) std::fill_n(adjoint(source.at), lanes_, 0.0);
    reached_[source.at] = true;
    adjoint(source.at)[lane] += value;
}

/// Adds what vjp(destination) writes to the adjoint of a source.
template <class Vjp>
void StepBlock::hand_on(const Source& source, std::size_t count, Vjp&& vjp)
{
    if (source.is_constant) return;
    if (!reached_[source.at]) {
        vjp(adjoint(source.at));
        reached_[source.at] = true;
        return;
    }
    vjp(part_);
    kernels::active.add_scaled[kF64](static_cast<kernels::Index>(count), 1.0, part_, adjoint(source.at));
}

void StepBlock::run_back(std::size_t count)
{
    const auto n = static_cast<kernels::Index>(count);
    for (std::size_t i = steps_.steps.size(); i-- > 0;) {
        const std::size_t place = steps_.inputs + i;
        if (!reached_[place]) continue;
        const Step& step = steps_.steps[i];
        const double *gy = adjoint(place), *y = values_ + place * stride_, *a = value(step.a);
        if (step.is_unary) {
            hand_on(step.a, count,
                    [&](double* to) { kernels::active.unary_vjp[kF64][step.function](n, gy, a, y, to, nullptr); });
            continue;
        }
        const double* const b = value(step.b);
        hand_on(step.a, count, [&](double* to) {
            kernels::active.binary_vjp_a[kF64][step.function](n, gy, a, step_of(step.a), b, step_of(step.b), y, to);
        });
        hand_on(step.b, count, [&](double* to) {
            kernels::active.binary_vjp_b[kF64][step.function](n, gy, a, step_of(step.a), b, step_of(step.b), y, to);
        });
    }
}

}  // namespace xgrad::detail
