#include "autograd/functional/scalar_steps.hpp"

#include <xgrad/error.hpp>

#include <algorithm>
#include <map>
#include <string_view>

#include "autograd/kernels/table.hpp"

namespace xgrad::detail {
namespace {

using Source = ScalarSteps::Source;
using Step = ScalarSteps::Step;

/// The places of the elementary functions in the table of kernels.
struct FunctionPlaces {
    std::map<std::string_view, std::uint32_t> unary, binary;

    FunctionPlaces()
    {
        elementary::UnaryOps::for_each(
            [this]<class F>(F) { unary[F::name] = static_cast<std::uint32_t>(elementary::UnaryOps::index<F>()); });
        elementary::BinaryOps::for_each(
            [this]<class F>(F) { binary[F::name] = static_cast<std::uint32_t>(elementary::BinaryOps::index<F>()); });
    }
};

/// From the tape's slots to registers.
class Compiler {
public:
    Compiler(const ScalarTape& tape, const std::vector<Scalar>& leaves) : tape_(tape)
    {
        out_.inputs = leaves.size();
        for (std::size_t i = 0; i < leaves.size(); ++i)
            registers_[tape.slot_of(leaves[i].serial())] = static_cast<std::uint32_t>(i);
    }

    ScalarSteps compile(const std::vector<Scalar>& outputs)
    {
        mark_needed(outputs);
        for (std::uint32_t slot = 0; slot < needed_.size(); ++slot)
            if (needed_[slot] && !registers_.contains(slot)) add_step(slot);
        for (const Scalar& y : outputs) out_.outputs.push_back(source({y.value(), y.serial()}));
        return std::move(out_);
    }

private:
    void mark_needed(const std::vector<Scalar>& outputs)
    {
        needed_.assign(tape_.slots, false);
        for (const Scalar& y : outputs)
            if (tape_.holds(y.serial())) needed_[tape_.slot_of(y.serial())] = true;
        for (std::uint32_t slot = static_cast<std::uint32_t>(needed_.size()); slot-- > 0;) {
            if (!needed_[slot]) continue;
            const ScalarRecord& record = (*tape_.records)[slot];
            for (unsigned i = 0; record.operation && i < record.operation->n_operands; ++i)
                if (tape_.holds(record.operands[i].serial)) needed_[tape_.slot_of(record.operands[i].serial)] = true;
        }
    }

    void add_step(std::uint32_t slot)
    {
        static const FunctionPlaces places;
        const ScalarRecord& record = (*tape_.records)[slot];
        if (!record.operation) throw_goes_through_tensors();
        const bool is_unary = record.operation->n_operands == 1;
        const std::uint32_t function = (is_unary ? places.unary : places.binary).at(record.operation->name);
        const Source a = source(record.operands[0]), b = is_unary ? Source{} : source(record.operands[1]);
        registers_[slot] = static_cast<std::uint32_t>(out_.registers());
        out_.steps.push_back({function, is_unary, a, b});
    }

    Source source(const Operand& x)
    {
        if (tape_.holds(x.serial)) return {registers_.at(tape_.slot_of(x.serial)), false};
        out_.constants.push_back(x.value);
        return {static_cast<std::uint32_t>(out_.constants.size() - 1), true};
    }

    [[noreturn]] static void throw_goes_through_tensors()
    {
        throw TapeError(error_text("ScalarProgram", "a value that the outputs need comes from a tensor",
                                   "a program holds operations on scalars alone",
                                   "compute with scalars from the inputs to the outputs"));
    }

    const ScalarTape& tape_;
    ScalarSteps out_;
    std::vector<bool> needed_;                          // by slot
    std::map<std::uint32_t, std::uint32_t> registers_;  // by slot
};

}  // namespace

ScalarSteps compile(const std::vector<Scalar>& leaves, const std::vector<Scalar>& outputs)
{
    return Compiler(*current, leaves).compile(outputs);
}

// ---- computing ------------------------------------------------------------------------------------------------------

namespace {

constexpr std::size_t kF64 = kernels::index_of(f64);

kernels::Index step_of(const Source& source) { return source.is_constant ? 0 : 1; }

}  // namespace

std::size_t ScalarBlock::lanes_for(const ScalarSteps& steps, std::size_t samples)
{
    constexpr std::size_t kCacheBytes = 512 << 10, kMost = 512, kLeast = 16;
    const std::size_t fit = kCacheBytes / sizeof(double) / 2 / std::max<std::size_t>(steps.registers(), 1);
    return std::min(samples, std::clamp(fit / kLeast * kLeast, kLeast, kMost));
}

ScalarBlock::ScalarBlock(const ScalarSteps& steps, std::size_t lanes)
    : steps_(steps), lanes_(lanes), registers_(steps.registers() * lanes), reached_(steps.registers())
{
}

const double* ScalarBlock::value_of(const Source& source) const
{
    return source.is_constant ? &steps_.constants[source.at] : registers_.data() + source.at * lanes_;
}

void ScalarBlock::run()
{
    const auto n = static_cast<kernels::Index>(lanes_);
    double* y = registers_.data() + steps_.inputs * lanes_;
    for (const Step& step : steps_.steps) {
        if (step.is_unary)
            kernels::active.unary[kF64][step.function](n, value_of(step.a), y, nullptr);
        else
            kernels::active.binary[kF64][step.function](n, value_of(step.a), step_of(step.a), value_of(step.b),
                                                        step_of(step.b), y);
        y += lanes_;
    }
}

double ScalarBlock::output(std::size_t i, std::size_t lane) const
{
    const Source& source = steps_.outputs[i];
    return value_of(source)[source.is_constant ? 0 : lane];
}

void ScalarBlock::seed(std::size_t output, std::size_t lane, double value)
{
    const Source& source = steps_.outputs[output];
    if (source.is_constant) return;
    adjoints_.resize(registers_.size());
    double* const adjoint = adjoints_.data() + source.at * lanes_;
    if (!reached_[source.at]) std::fill_n(adjoint, lanes_, 0.0);
    reached_[source.at] = true;
    adjoint[lane] += value;
}

/// Adds what vjp(destination) writes to the adjoint of a source.
template <class Vjp>
void ScalarBlock::hand_on(const Source& source, Vjp&& vjp)
{
    if (source.is_constant) return;
    double* const adjoint = adjoints_.data() + source.at * lanes_;
    if (!reached_[source.at]) {
        vjp(adjoint);
        reached_[source.at] = true;
        return;
    }
    vjp(part_.data());
    kernels::active.add_scaled[kF64](static_cast<kernels::Index>(lanes_), 1.0, part_.data(), adjoint);
}

void ScalarBlock::run_back()
{
    const auto n = static_cast<kernels::Index>(lanes_);
    part_.resize(lanes_);
    for (std::size_t i = steps_.steps.size(); i-- > 0;) {
        const std::size_t at = steps_.inputs + i;
        if (!reached_[at]) continue;
        const Step& step = steps_.steps[i];
        const double *gy = adjoints_.data() + at * lanes_, *y = registers_.data() + at * lanes_;
        const double *a = value_of(step.a), *b = step.is_unary ? nullptr : value_of(step.b);
        if (step.is_unary) {
            hand_on(step.a, [&](double* to) { kernels::active.unary_vjp[kF64][step.function](n, gy, a, y, to, nullptr); });
            continue;
        }
        hand_on(step.a, [&](double* to) {
            kernels::active.binary_vjp_a[kF64][step.function](n, gy, a, step_of(step.a), b, step_of(step.b), y, to);
        });
        hand_on(step.b, [&](double* to) {
            kernels::active.binary_vjp_b[kF64][step.function](n, gy, a, step_of(step.a), b, step_of(step.b), y, to);
        });
    }
}

}  // namespace xgrad::detail
