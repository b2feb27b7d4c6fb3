// A computation element by element as data: a list of steps, each an elementary function, a comparison or a choice. Its
// values have registers: first the inputs, then each step has one. StepBlock (step_block.hpp) computes it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "autograd/elementary.hpp"
#include "autograd/pool_allocator.hpp"

namespace xgrad::kernels {

struct Steps {
    template <class T>
    using List = xgrad::detail::PooledList<T>;

    struct Source {
        std::uint32_t at = 0;  // a register, or a place among the constants
        bool is_constant = false;
    };

    /// Conditions are registers of bool bytes: what compare and the logical kinds give, and what these and `where` take.
    enum class Kind : unsigned char { unary, binary, compare, where, logical_and, logical_or, logical_not };
    struct Step {
        Kind kind;
        std::uint32_t function = 0;  // unary, binary: its place in the table of kernels; compare: the Comparison
        Source a, b, c;              // where: condition, value if true, value if false
        std::uint32_t parameters = kNoParameters;  // place of the first of kMaxParameters numbers
    };
    static constexpr std::uint32_t kNoParameters = ~std::uint32_t{0};

    std::size_t inputs = 0;
    List<double> constants, parameters;
    List<Step> steps;
    List<Source> outputs;

    std::size_t registers() const { return inputs + steps.size(); }
    const double* parameters_of(const Step& step) const
    {
        return step.parameters == kNoParameters ? nullptr : parameters.data() + step.parameters;
    }
};

/// Calls f for each source of a step.
template <class StepType, class F>
void for_each_source(StepType& step, F&& f)
{
    f(step.a);
    if (step.kind != Steps::Kind::unary && step.kind != Steps::Kind::logical_not) f(step.b);
    if (step.kind == Steps::Kind::where) f(step.c);
}

/// A truth value for each register.
using Marks = Steps::List<unsigned char>;

/// Which registers an adjoint is handed on to, so that the gradients of the wanted inputs arrive. Conditions take none.
Marks mark_takers(const Steps& steps, const bool* wanted);

/// Which registers the walk back over the takers needs beside those in `kept`, whose values are at hand: what the
/// derivatives read, and what that is computed from.
Marks mark_needed_back(const Steps& steps, const Marks& takers, const Marks& kept);

/// Whether a step takes longer to compute than its value takes to be written and read again.
bool is_costly(const Steps::Step& step);

}  // namespace xgrad::kernels
