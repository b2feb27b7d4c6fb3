#include "autograd/kernels/step_block.hpp"

#include <algorithm>

namespace xgrad::kernels {
namespace {

using Kind = Steps::Kind;
using Source = Steps::Source;
using Step = Steps::Step;

constexpr std::size_t kLine = 64;
constexpr std::size_t kAdd = elementary::BinaryOps::index<elementary::Add>();
constexpr std::size_t kSub = elementary::BinaryOps::index<elementary::Sub>();
constexpr std::size_t kTruth = index_of(boolean);
constexpr unsigned char kFalse = 0, kTrue = 1;
constexpr double kZero = 0;  // as f32, too: all bits are 0

std::size_t whole_lines(std::size_t bytes) { return (bytes + kLine - 1) / kLine * kLine; }

/// Bytes of what is kept of each register, and of the constants.
std::size_t table_bytes(const Steps& steps)
{
    return whole_lines(steps.registers() * 3 * sizeof(void*) + steps.constants.size() * sizeof(double));
}

}  // namespace

std::size_t StepBlock::lanes_for(const Steps& steps, Dtype dtype, std::size_t n)
{
    constexpr std::size_t kCacheBytes = 512 << 10, kMost = 512, kLeast = 16;
    const std::size_t fit = kCacheBytes / size_of(dtype) / 2 / std::max<std::size_t>(steps.registers(), 1);
    return std::min(n, std::clamp(fit / kLeast * kLeast, kLeast, kMost));
}

StepBlock::StepBlock(const Steps& steps, Dtype dtype, std::size_t lanes, const Marks* takers)
    : steps_(steps),
      takers_(takers),
      dtype_(index_of(dtype)),
      element_(size_of(dtype)),
      lanes_(lanes),
      stride_(whole_lines(lanes * element_)),
      scratch_(table_bytes(steps) + stride_ * (2 * steps.registers() + 1))
{
    place_memory();
    write_constants();
}

void StepBlock::place_memory()
{
    const std::size_t registers = steps_.registers();
    values_ = scratch_.as<void*>();
    homes_ = values_ + registers;
    adjoints_ = const_cast<const void**>(homes_ + registers);
    constants_ = reinterpret_cast<char*>(adjoints_ + registers);
    memory_ = scratch_.as<char>() + table_bytes(steps_);
    part_ = memory_ + 2 * registers * stride_;
    for (std::size_t i = 0; i < registers; ++i) {
        values_[i] = memory_of(i);
        homes_[i] = adjoint(i);
    }
    clear_adjoints();
}

void StepBlock::write_constants()
{
    active.cast[index_of(f64)][dtype_](static_cast<Index>(steps_.constants.size()), steps_.constants.data(),
                                       constants_);
}

// ---- values ---------------------------------------------------------------------------------------------------------

void StepBlock::run(std::size_t count, const Marks* runs)
{
    for (std::size_t i = 0; i < steps_.steps.size(); ++i) {
        const std::size_t place = steps_.inputs + i;
        if (!runs || (*runs)[place]) run_step(steps_.steps[i], static_cast<Index>(count), values_[place]);
    }
}

void StepBlock::run_step(const Step& step, Index n, void* y) const
{
    const void* const a = value(step.a);
    switch (step.kind) {
        case Kind::unary:
            return active.unary[dtype_][step.function](n, a, y, steps_.parameters_of(step));
        case Kind::binary:
            return active.binary[dtype_][step.function](n, a, step_of(step.a), value(step.b), step_of(step.b), y);
        case Kind::compare:
            return active.compare[dtype_][step.function](n, a, step_of(step.a), value(step.b), step_of(step.b), y);
        case Kind::where:
            return active.where[dtype_](n, a, 1, value(step.b), step_of(step.b), value(step.c), step_of(step.c), y);
        case Kind::logical_and:
            return active.where[kTruth](n, a, 1, value(step.b), 1, &kFalse, 0, y);
        case Kind::logical_or:
            return active.where[kTruth](n, a, 1, &kTrue, 0, value(step.b), 1, y);
        case Kind::logical_not:
            return active.where[kTruth](n, a, 1, &kFalse, 0, &kTrue, 0, y);
    }
}

// ---- adjoints -------------------------------------------------------------------------------------------------------

void StepBlock::start_from(std::size_t output, const void* gy)
{
    const Source& source = steps_.outputs[output];
    if (takes(source)) adjoints_[source.at] = gy;
}

void StepBlock::seed(std::size_t output, std::size_t lane, double value)
{
    const Source& source = steps_.outputs[output];
    if (source.is_constant) return;
    if (!adjoints_[source.at]) std::fill_n(static_cast<double*>(homes_[source.at]), lanes_, 0.0);
    adjoints_[source.at] = homes_[source.at];
    static_cast<double*>(homes_[source.at])[lane] += value;
}

/// Adds g to the adjoint of a source. The first one is taken as it stands: nothing writes to it any more.
void StepBlock::pass_on(const Source& source, const void* g, Index n)
{
    if (!takes(source)) return;
    const void*& adjoint = adjoints_[source.at];
    if (adjoint) {
        active.binary[dtype_][kAdd](n, adjoint, 1, g, 1, homes_[source.at]);
        g = homes_[source.at];
    }
    adjoint = g;
}

/// The same of what vjp(destination) writes.
template <class Vjp>
void StepBlock::hand_on(const Source& source, Index n, Vjp&& vjp)
{
    if (!takes(source)) return;
    void* const to = adjoints_[source.at] ? part_ : homes_[source.at];
    vjp(to);
    pass_on(source, to, n);
}

void StepBlock::run_where_back(const Step& step, const void* gy, Index n)
{
    const auto where = active.where[dtype_];
    const void* const condition = value(step.a);
    hand_on(step.b, n, [&](void* to) { where(n, condition, 1, gy, 1, &kZero, 0, to); });
    hand_on(step.c, n, [&](void* to) { where(n, condition, 1, &kZero, 0, gy, 1, to); });
}

void StepBlock::run_step_back(const Step& step, std::size_t place, Index n)
{
    const void *gy = adjoints_[place], *y = values_[place], *a = value(step.a);
    const std::size_t f = step.function;
    if (step.kind == Kind::where) return run_where_back(step, gy, n);
    if (step.kind == Kind::unary)
        return hand_on(step.a, n,
                       [&](void* to) { active.unary_vjp[dtype_][f](n, gy, a, y, to, steps_.parameters_of(step)); });
    const void* const b = value(step.b);
    const Index a_step = step_of(step.a), b_step = step_of(step.b);
    const auto by_a = [&](void* to) { active.binary_vjp_a[dtype_][f](n, gy, a, a_step, b, b_step, y, to); };
    const auto by_b = [&](void* to) { active.binary_vjp_b[dtype_][f](n, gy, a, a_step, b, b_step, y, to); };
    if (f == kAdd || f == kSub)
        pass_on(step.a, gy, n);
    else
        hand_on(step.a, n, by_a);
    if (f == kAdd)
        pass_on(step.b, gy, n);
    else
        hand_on(step.b, n, by_b);
}

void StepBlock::run_back(std::size_t count)
{
    for (std::size_t i = steps_.steps.size(); i-- > 0;) {
        const std::size_t place = steps_.inputs + i;
        if (adjoints_[place]) run_step_back(steps_.steps[i], place, static_cast<Index>(count));
    }
}

}  // namespace xgrad::kernels
