// How a scalar expression becomes one statement of a tape: the partial derivatives of all its operands, appended
// without a branch for each. Included by scalar.hpp, which holds what users see.
#pragma once

#include <xgrad/elementary.hpp>
#include <xgrad/scalar_tape.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace xgrad {

/// What every type that can stand in a scalar expression, other than a Scalar or a number, derives from. It stands in
/// this namespace so that operators and functions are found for expressions.
struct ExpressionTag {};

}  // namespace xgrad

namespace xgrad::detail {

/// A line of the user's program; explaining tapes show it.
struct Place {
    const char* file;
    int line;
};

template <class T>
concept ScalarExpression = std::derived_from<std::remove_cvref_t<T>, ExpressionTag>;

template <class T>
concept Number = std::is_arithmetic_v<std::remove_cvref_t<T>>;

/// Gradient of an operand: reads the tape, throws TapeError where there is none.
double gradient_of(std::uint64_t serial);

struct ElementaryInfo;
template <class F>
const ElementaryInfo& info_of();  // defined for every function of elementary.hpp in scalar_explain.cpp

struct Operand {
    double value;
    std::uint64_t serial;
};

/// Records y = f(operands) on an explaining tape and returns y's serial. unary operations repeat their operand in b.
std::uint64_t record_elementary(ScalarTape& tape, const ElementaryInfo& info, Operand a, Operand b, double y,
                                Place place);

/// The partial of a path whose local derivatives are all exactly 1, so that it need not be stored.
struct One {};

inline double chain(One, double local) { return local; }
inline double chain(double outer, double local) { return outer * local; }
inline One chain(One, One) { return {}; }
inline double chain(double outer, One) { return outer; }

/// Local derivatives as the tape wants them: One where it is exactly 1 for every x.
template <class F>
[[gnu::always_inline]] inline auto local_derivative(double x, double y)
{
    return F::derivative(x, y);
}
template <class F>
[[gnu::always_inline]] inline auto local_derivative_a(double a, double b, double y)
{
    if constexpr (std::is_same_v<F, elementary::Add> || std::is_same_v<F, elementary::Sub>)
        return One{};
    else
        return F::derivative_a(a, b, y);
}
template <class F>
[[gnu::always_inline]] inline auto local_derivative_b(double a, double b, double y)
{
    if constexpr (std::is_same_v<F, elementary::Add>)
        return One{};
    else
        return F::derivative_b(a, b, y);
}

template <class Partial>
inline constexpr bool kIsOne = std::is_same_v<Partial, One>;

/// Writes a statement whose operands are all on the tape: every position is known to the compiler.
template <class E>
class FullStatement {
public:
    [[gnu::always_inline]] explicit FullStatement(const ScalarTape& tape)
        : base_(tape.base_serial),
          weighted_(reinterpret_cast<ScalarTape::Weighted*>(tape.top)),
          units_(tape.top + kUnitsAt)
    {
    }
    [[gnu::always_inline]] void push(std::uint64_t serial, double partial)
    {
        weighted_->partial = partial;
        weighted_->slot = static_cast<std::uint32_t>(serial - base_);
        ++weighted_;
    }
    [[gnu::always_inline]] void push(std::uint64_t serial, One)
    {
        *units_++ = static_cast<std::uint32_t>(serial - base_);
    }

    /// Closes the statement and returns the serial of its result.
    [[gnu::always_inline]] std::uint64_t finish(ScalarTape& tape) const
    {
        tape.counts[tape.slots] = static_cast<ScalarTape::Count>(kWeighted << 4 | kUnits);
        __builtin_prefetch(tape.top + 1024, 1);
        tape.top += kUnitsAt + kUnits;
        return base_ + tape.slots++;
    }

private:
    static constexpr unsigned kUnits = E::template units<true>(), kWeighted = E::kOperands - kUnits;
    static constexpr unsigned kUnitsAt = kWeighted * ScalarTape::kWeightedWords;

    std::uint64_t base_;
    ScalarTape::Weighted* weighted_;
    std::uint32_t* units_;
};

/// Writes a statement of which some operands may be constants. Those are written and then overwritten by the next one:
/// a store costs less than a branch that is hard to predict.
template <class E>
class PartialStatement {
public:
    [[gnu::always_inline]] explicit PartialStatement(const ScalarTape& tape)
        : base_(tape.base_serial), weighted_(reinterpret_cast<ScalarTape::Weighted*>(tape.top))
    {
    }
    [[gnu::always_inline]] void push(std::uint64_t serial, double partial)
    {
        const std::uint64_t slot = serial - base_;
        weighted_[n_weighted_] = {partial, static_cast<std::uint32_t>(slot)};
        n_weighted_ += ScalarTape::in_range(slot);
    }
    [[gnu::always_inline]] void push(std::uint64_t serial, One)
    {
        const std::uint64_t slot = serial - base_;
        units_[n_units_] = static_cast<std::uint32_t>(slot);
        n_units_ += ScalarTape::in_range(slot);
    }
    /// Closes the statement and returns the serial of its result: 0, a constant, if no operand was on the tape.
    [[gnu::always_inline]] std::uint64_t finish(ScalarTape& tape) const
    {
        if (n_weighted_ + n_units_ == 0) return 0;
        tape.counts[tape.slots] = static_cast<ScalarTape::Count>(n_weighted_ << 4 | n_units_);
        tape.top += n_weighted_ * ScalarTape::kWeightedWords;
        for (unsigned i = 0; i < n_units_; ++i) *tape.top++ = units_[i];
        return base_ + tape.slots++;
    }

private:
    std::uint64_t base_;
    ScalarTape::Weighted* weighted_;
    std::uint32_t units_[E::kOperands + 1];
    unsigned n_weighted_ = 0, n_units_ = 0;
};

/// What an explaining tape does with an expression: one record for each elementary operation, innermost first.
template <class E>
[[gnu::noinline, gnu::cold]] std::uint64_t record_each_operation(ScalarTape& tape, const E& expression)
{
    return expression.record_operations(tape).serial;
}

template <class E>
[[gnu::always_inline]] inline std::uint64_t record_statement(const E& expression)
{
    ScalarTape& tape = *current;
    if (!tape.has_room(E::kOperands * ScalarTape::kWeightedWords)) [[unlikely]] {
        if (&tape == &null_tape) return 0;
        const E copy = expression;  // a reference to the expression itself would force it into memory on every path
        return record_each_operation(tape, copy);
    }
    if (ScalarTape::in_range(expression.distance(tape.base_serial))) [[likely]] {
        FullStatement<E> statement(tape);
        expression.push(statement, One{});
        return statement.finish(tape);
    }
    PartialStatement<E> statement(tape);
    expression.push(statement, One{});
    return statement.finish(tape);
}

}  // namespace xgrad::detail
