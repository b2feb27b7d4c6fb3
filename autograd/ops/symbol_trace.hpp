#pragma once

// What a function given to fuse computes with its symbols, noted as steps.

#include <xgrad/ops/symbol.hpp>

#include "autograd/kernels/steps.hpp"

namespace xgrad::detail {

/// While alive, operations on the symbols that it handed out are noted. Traces nest; the innermost one is current.
class SymbolTrace {
public:
    /// `dtype`: of the tensors.
    SymbolTrace(std::size_t inputs, Dtype dtype);
    SymbolTrace(const SymbolTrace&) = delete;
    SymbolTrace& operator=(const SymbolTrace&) = delete;
    ~SymbolTrace();

    Symbol input(std::size_t i) const { return {id_, static_cast<std::uint32_t>(i)}; }

    /// What leads from the inputs to the result, at least one step.
    kernels::Steps take(const Symbol& result);

    // For the functions of symbols. They throw TapeError for a symbol that is not of the current trace.

    using Source = kernels::Steps::Source;
    static SymbolTrace& of(const Symbol& x) { return of(x.trace_); }
    static SymbolTrace& of(const SymbolicCondition& x) { return of(x.trace_); }
    static SymbolTrace& of(const SymbolOperand& a, const SymbolOperand& b)
    {
        return of(a.symbol() ? *a.symbol() : *b.symbol());
    }

    Dtype dtype() const { return dtype_; }
    Source source(const Symbol& x);
    Source source(const SymbolicCondition& x);
    Source source(const SymbolOperand& x);
    Source constant(double number);
    std::uint32_t parameters(const double* p);
    Symbol add(const kernels::Steps::Step& step);
    SymbolicCondition add_condition(const kernels::Steps::Step& step);

private:
    static SymbolTrace& of(std::uint64_t trace);
    std::uint32_t push(const kernels::Steps::Step& step);

    const std::uint64_t id_;
    const Dtype dtype_;
    SymbolTrace* const outer_;
    kernels::Steps steps_;
};

}  // namespace xgrad::detail
