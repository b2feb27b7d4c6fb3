#include "autograd/ops/symbol_trace.hpp"

#include <xgrad/error.hpp>

#include <atomic>

namespace xgrad::detail {
namespace {

using kernels::Steps;

thread_local SymbolTrace* current_trace = nullptr;

/// Never 0, never the same.
std::uint64_t new_id()
{
    static std::atomic<std::uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

[[noreturn]] void throw_foreign()
{
    throw TapeError(error_text("fuse", "the function uses a symbol of another call",
                               "a symbol lives as long as the call of the function that it was given to",
                               "return what is computed from it, and keep that tensor"));
}

/// Drops the steps to which nothing leads back from the output.
void keep_needed(Steps& steps)
{
    PooledList<std::uint32_t> places(steps.registers(), 0);  // 1: needed; then where the register has gone
    places[steps.outputs[0].at] = 1;
    for (std::size_t i = steps.steps.size(); i-- > 0;) {
        if (places[steps.inputs + i] == 0) continue;
        kernels::for_each_source(steps.steps[i], [&](const Steps::Source& x) {
            if (!x.is_constant) places[x.at] = 1;
        });
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < steps.inputs; ++i) places[i] = static_cast<std::uint32_t>(i);
    const auto move = [&](Steps::Source& x) {
        if (!x.is_constant) x.at = places[x.at];
    };
    for (std::size_t i = 0; i < steps.steps.size(); ++i) {
        if (places[steps.inputs + i] == 0) continue;
        places[steps.inputs + i] = static_cast<std::uint32_t>(steps.inputs + kept);
        steps.steps[kept] = steps.steps[i];
        kernels::for_each_source(steps.steps[kept++], move);
    }
    steps.steps.resize(kept);
    move(steps.outputs[0]);
}

}  // namespace

SymbolTrace::SymbolTrace(std::size_t inputs, Dtype dtype) : id_(new_id()), dtype_(dtype), outer_(current_trace)
{
    constexpr std::size_t kUsual = 16;
    steps_.inputs = inputs;
    steps_.steps.reserve(kUsual);
    current_trace = this;
}

SymbolTrace::~SymbolTrace() { current_trace = outer_; }

SymbolTrace& SymbolTrace::of(std::uint64_t trace)
{
    if (!current_trace || current_trace->id_ != trace) throw_foreign();
    return *current_trace;
}

SymbolTrace::Source SymbolTrace::source(const Symbol& x)
{
    if (x.trace_ != id_) throw_foreign();
    return {x.at_, false};
}

SymbolTrace::Source SymbolTrace::source(const SymbolicCondition& x)
{
    if (x.trace_ != id_) throw_foreign();
    return {x.at_, false};
}

SymbolTrace::Source SymbolTrace::source(const SymbolOperand& x)
{
    return x.symbol() ? source(*x.symbol()) : constant(x.number());
}

SymbolTrace::Source SymbolTrace::constant(double number)
{
    steps_.constants.push_back(number);
    return {static_cast<std::uint32_t>(steps_.constants.size() - 1), true};
}

std::uint32_t SymbolTrace::parameters(const double* p)
{
    const std::size_t first = steps_.parameters.size();
    steps_.parameters.insert(steps_.parameters.end(), p, p + elementary::kMaxParameters);
    return static_cast<std::uint32_t>(first);
}

std::uint32_t SymbolTrace::push(const Steps::Step& step)
{
    steps_.steps.push_back(step);
    return static_cast<std::uint32_t>(steps_.registers() - 1);
}

Symbol SymbolTrace::add(const Steps::Step& step) { return {id_, push(step)}; }
SymbolicCondition SymbolTrace::add_condition(const Steps::Step& step) { return {id_, push(step)}; }

Steps SymbolTrace::take(const Symbol& result)
{
    Source y = source(result);
    if (y.at < steps_.inputs) {  // y = 1 x: a tensor of its own
        constexpr auto kMul = static_cast<std::uint32_t>(elementary::BinaryOps::index<elementary::Mul>());
        y.at = push({Steps::Kind::binary, kMul, y, constant(1), {}});
    }
    steps_.outputs.push_back(y);
    keep_needed(steps_);
    return std::move(steps_);
}

}  // namespace xgrad::detail
