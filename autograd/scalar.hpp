// A double on the tape.
//
// Operators build an expression by value: the operands, the result and nothing else. When the expression becomes a
// Scalar, one statement with the partial derivatives of all its operands goes to the tape. An expression that has a
// name (`auto q = x + y`) does the same at its first use and is a single operand from then on, so auto is safe.
#pragma once

#include <xgrad/scalar_statement.hpp>

namespace xgrad {

namespace detail {
struct Leaf;
struct PlacedNumber;
}  // namespace detail

/// One double on the tape. Copying shares the tape's value; a plain number converts to a constant.
class Scalar {
public:
    constexpr Scalar() = default;
    template <detail::Number N>
    constexpr Scalar(N value) : value_(static_cast<double>(value))
    {
    }
    template <detail::ScalarExpression E>
    [[gnu::always_inline]] Scalar(const E& expression) : value_(expression.value()), serial_(expression.serial())
    {
    }

    constexpr double value() const { return value_; }

    /// dL/d(this) after backward. Throws TapeError for a constant, for a value of an ended tape or of another thread,
    /// and for an intermediate value unless the tape explains.
    double grad() const
    {
        const detail::ScalarTape& tape = *detail::current;
        if (tape.holds(serial_) && tape.is_leaf(tape.slot_of(serial_))) [[likely]]
            return tape.adjoints[tape.slot_of(serial_)];
        return detail::gradient_of(serial_);
    }

    /// The value's number: unique among all tapes of the process; 0 is a constant.
    constexpr std::uint64_t serial() const { return serial_; }

    /// The value that `serial` names, as a tape hands it out.
    static constexpr Scalar from_tape(double value, std::uint64_t serial)
    {
        Scalar s(value);
        s.serial_ = serial;
        return s;
    }

    // *this = *this + x and so on.
    Scalar& operator+=(detail::Leaf x);
    Scalar& operator-=(detail::Leaf x);
    Scalar& operator*=(detail::Leaf x);
    Scalar& operator/=(detail::Leaf x);
    Scalar& operator+=(detail::PlacedNumber x);
    Scalar& operator-=(detail::PlacedNumber x);
    Scalar& operator*=(detail::PlacedNumber x);
    Scalar& operator/=(detail::PlacedNumber x);
    template <detail::ScalarExpression E>
    Scalar& operator+=(E&& x);
    template <detail::ScalarExpression E>
    Scalar& operator-=(E&& x);
    template <detail::ScalarExpression E>
    Scalar& operator*=(E&& x);
    template <detail::ScalarExpression E>
    Scalar& operator/=(E&& x);

private:
    double value_ = 0;
    std::uint64_t serial_ = 0;
};

namespace detail {

/// A Scalar as operand, with the line it was written on. The conversion is where the line is known: operators cannot
/// have default arguments.
struct Leaf : ExpressionTag {
    static constexpr unsigned kOperands = 1;

    [[gnu::always_inline]] constexpr Leaf(const Scalar& s, const char* file = __builtin_FILE(),
                                          int line = __builtin_LINE())
        : value_(s.value()), serial_(s.serial()), place_{file, line}
    {
    }
    [[gnu::always_inline]] constexpr Leaf(const Leaf& x)
        : value_(x.value_), serial_(x.serial_), place_{x.place_.file, x.place_.line}
    {
    }
    constexpr double value() const { return value_; }
    constexpr std::uint64_t serial() const { return serial_; }
    constexpr Place place() const { return place_; }

    template <class Writer, class Partial>
    [[gnu::always_inline]] void push(Writer& writer, Partial partial) const
    {
        writer.push(serial_, partial);
    }
    [[gnu::always_inline]] std::uint64_t distance(std::uint64_t base) const { return serial_ - base; }
    template <bool kUnitPath>
    static constexpr unsigned units()
    {
        return kUnitPath;
    }
    Operand record_operations(ScalarTape&) const { return {value_, serial_}; }

private:
    double value_;
    std::uint64_t serial_;
    Place place_;
};

/// A plain number as operand.
struct Constant : ExpressionTag {
    static constexpr unsigned kOperands = 0;

    constexpr explicit Constant(double value) : value_(value) {}
    constexpr double value() const { return value_; }
    [[gnu::always_inline]] std::uint64_t distance(std::uint64_t) const { return 0; }
    template <bool kUnitPath>
    static constexpr unsigned units()
    {
        return 0;
    }
    Operand record_operations(ScalarTape&) const { return {value_, 0}; }

private:
    double value_;
};

/// A plain number on the right of a compound assignment, with the line it was written on.
struct PlacedNumber {
    template <Number N>
    constexpr PlacedNumber(N number, const char* source_file = __builtin_FILE(), int source_line = __builtin_LINE())
        : value(static_cast<double>(number)), file(source_file), line(source_line)
    {
    }
    double value;
    const char* file;
    int line;
};

/// The expression f(x).
template <class F, class X>
struct Unary : ExpressionTag {
    static constexpr unsigned kOperands = X::kOperands;

    [[gnu::always_inline]] explicit Unary(const X& x) : x_(x), value_(F::value(x.value())) {}

    [[gnu::always_inline]] Unary(const Unary& u) : x_(u.x_), value_(u.value_), serial_(u.serial_) {}

    double value() const { return value_; }
    double grad() const { return gradient_of(serial()); }
    Place place() const { return x_.place(); }

    /// Records the expression at the first call.
    [[gnu::always_inline]] std::uint64_t serial() const
    {
        if (serial_ == 0) serial_ = record_statement(*this);
        return serial_;
    }
    template <class Writer, class Partial>
    [[gnu::always_inline]] void push(Writer& writer, Partial partial) const
    {
        x_.push(writer, chain(partial, local_derivative<F>(x_.value(), value_)));
    }
    [[gnu::always_inline]] std::uint64_t distance(std::uint64_t base) const { return x_.distance(base); }
    /// Operands whose partial is exactly 1, given whether that of the path to here is.
    template <bool kUnitPath>
    static constexpr unsigned units()
    {
        return X::template units < kUnitPath && kIsOne < decltype(local_derivative<F>(0, 0)) >> ();
    }
    Operand record_operations(ScalarTape& tape) const
    {
        const Operand x = x_.record_operations(tape);
        return {value_, record_elementary(tape, info_of<F>(), x, x, value_, place())};
    }

private:
    X x_;
    double value_;
    mutable std::uint64_t serial_ = 0;
};

/// The expression f(a, b).
template <class F, class A, class B>
struct Binary : ExpressionTag {
    static constexpr unsigned kOperands = A::kOperands + B::kOperands;

    [[gnu::always_inline]] Binary(const A& a, const B& b) : a_(a), b_(b), value_(F::value(a.value(), b.value())) {}

    [[gnu::always_inline]] Binary(const Binary& e) : a_(e.a_), b_(e.b_), value_(e.value_), serial_(e.serial_) {}

    double value() const { return value_; }
    double grad() const { return gradient_of(serial()); }
    Place place() const
    {
        if constexpr (B::kOperands == 0)
            return a_.place();
        else if constexpr (A::kOperands == 0)
            return b_.place();
        else
            return a_.place().line != 0 ? a_.place() : b_.place();
    }

    /// Records the expression at the first call.
    [[gnu::always_inline]] std::uint64_t serial() const
    {
        if (serial_ == 0) serial_ = record_statement(*this);
        return serial_;
    }
    template <class Writer, class Partial>
    [[gnu::always_inline]] void push(Writer& writer, Partial partial) const
    {
        if constexpr (A::kOperands > 0)
            a_.push(writer, chain(partial, local_derivative_a<F>(a_.value(), b_.value(), value_)));
        if constexpr (B::kOperands > 0)
            b_.push(writer, chain(partial, local_derivative_b<F>(a_.value(), b_.value(), value_)));
    }
    /// Of all operands from the tape's first serial, combined by or: in range only if each of them is.
    [[gnu::always_inline]] std::uint64_t distance(std::uint64_t base) const
    {
        return a_.distance(base) | b_.distance(base);
    }
    template <bool kUnitPath>
    static constexpr unsigned units()
    {
        return A::template units < kUnitPath &&
               kIsOne < decltype(local_derivative_a<F>(0, 0, 0)) >> () + B::template units < kUnitPath &&
               kIsOne < decltype(local_derivative_b<F>(0, 0, 0)) >> ();
    }
    Operand record_operations(ScalarTape& tape) const
    {
        const Operand a = a_.record_operations(tape), b = b_.record_operations(tape);
        return {value_, record_elementary(tape, info_of<F>(), a, b, value_, place())};
    }

private:
    A a_;
    B b_;
    double value_;
    mutable std::uint64_t serial_ = 0;
};

/// An expression as operand of a larger one: a temporary moves in, a named one is recorded and stands for its result.
template <ScalarExpression E>
[[gnu::always_inline]] inline auto operand(E&& expression)
{
    if constexpr (std::is_lvalue_reference_v<E> && !std::is_same_v<std::remove_cvref_t<E>, Leaf>)
        return Leaf(Scalar(expression), expression.place().file, expression.place().line);
    else
        return std::remove_cvref_t<E>(expression);
}
[[gnu::always_inline]] inline Leaf operand(const Scalar& s) { return Leaf(s, "", 0); }
template <Number N>
[[gnu::always_inline]] inline Constant operand(N number)
{
    return Constant(static_cast<double>(number));
}

template <class F, class X>
[[gnu::always_inline]] inline auto apply(const X& x)
{
    return Unary<F, X>(x);
}

/// f(a, b); where the operands would be too many for one statement, the larger side becomes a statement of its own.
template <class F, class A, class B>
[[gnu::always_inline]] inline auto apply(const A& a, const B& b)
{
    if constexpr (A::kOperands + B::kOperands <= ScalarTape::kMaxOperands)
        return Binary<F, A, B>(a, b);
    else if constexpr (A::kOperands >= B::kOperands)
        return Binary<F, Leaf, B>(operand(a), b);
    else
        return Binary<F, A, Leaf>(a, operand(b));
}

/// At least one expression, the rest Scalars or numbers.
template <class A, class B>
concept MixedOperands = (ScalarExpression<A> &&
                         (ScalarExpression<B> || std::same_as<std::remove_cvref_t<B>, Scalar> || Number<B>)) ||
                        (ScalarExpression<B> && (std::same_as<std::remove_cvref_t<A>, Scalar> || Number<A>));

inline double value_of(const Scalar& s) { return s.value(); }
template <ScalarExpression E>
double value_of(const E& expression)
{
    return expression.value();
}
template <Number N>
double value_of(N number)
{
    return static_cast<double>(number);
}

template <class T>
concept HoldsScalar = ScalarExpression<T> || std::same_as<std::remove_cvref_t<T>, Scalar>;
template <class A, class B>
concept Comparable = (HoldsScalar<A> && (HoldsScalar<B> || Number<B>)) || (Number<A> && HoldsScalar<B>);

}  // namespace detail
}  // namespace xgrad

#include <xgrad/scalar_functions.hpp>
