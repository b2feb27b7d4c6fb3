// Elementary functions: the one place where a value and its local derivatives are written down.
//
// The same struct serves plain doubles, SIMD vectors, scalars on the tape and recorded tensors, so a template here uses
//   - operators, also with plain numbers:            1.0 - y * y
//   - functions found by argument-dependent lookup:  exp(x), sqrt(x); for float and double those of <cmath>
//   - comparisons that feed select(condition, a, b), and constant_like(x, 2.0): a number as x's type holds it.
// A type T that wants to be used here provides these beside itself; for float and double they are below.
// A derivative that is a plain number for every x is returned as double (add, sub, neg).
//
// Formula strings are plain notation: numbers, x y (one operand) or a b y (two), + - * /, parentheses, comparisons,
// functions by their names below, and where(condition, a, b).
//
// Kinks and special points are PyTorch's: relu'(0) = 0, abs'(0) = 0, ties of maximum and minimum give half to each,
// NaN wins (maximum(nan, 1) = nan, relu(nan) = nan), d pow(a, 0)/da = 0, d pow(0, b)/db = 0 for b >= 0.
//
// Adding one: a struct, and its name in UnaryOps or BinaryOps at the end. The kernels for all dtypes and instruction
// sets are generated from these lists.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <type_traits>

namespace xgrad::elementary {

/// What a derivative reads, as a set of bits: an operation keeps only these values until backward.
enum Reads : unsigned { kNothing = 0, kX = 1, kA = 1, kB = 2, kY = 4 };

template <std::floating_point A, std::floating_point B>
constexpr std::common_type_t<A, B> select(bool condition, A a, B b)
{
    return condition ? a : b;
}

template <std::floating_point T>
constexpr T constant_like(T, double number)
{
    return static_cast<T>(number);
}

/// 1 / (1 + exp(-x)). No exponential of a large number: far below 0 the result keeps its digits.
template <std::floating_point T>
T sigmoid(T x)
{
    const T e = std::exp(-std::abs(x));
    return (x < T(0) ? e : T(1)) / (T(1) + e);
}

// ---- one operand: y = f(x) ------------------------------------------------------------------------------------------

struct Neg {
    static constexpr const char* name = "neg";
    static constexpr const char* formula = "-x";
    static constexpr const char* derivative_formula = "-1";
    static constexpr unsigned reads = kNothing;

    static auto value(const auto& x) { return -x; }
    static double derivative(const auto&, const auto&) { return -1.0; }
};

struct Exp {
    static constexpr const char* name = "exp";
    static constexpr const char* formula = "exp(x)";
    static constexpr const char* derivative_formula = "y";
    static constexpr unsigned reads = kY;

    static auto value(const auto& x)
    {
        using std::exp;
        return exp(x);
    }
    static auto derivative(const auto&, const auto& y) { return y; }
};

struct Log {
    static constexpr const char* name = "log";
    static constexpr const char* formula = "log(x)";
    static constexpr const char* derivative_formula = "1 / x";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::log;
        return log(x);
    }
    static auto derivative(const auto& x, const auto&) { return 1.0 / x; }
};

struct Sqrt {
    static constexpr const char* name = "sqrt";
    static constexpr const char* formula = "sqrt(x)";
    static constexpr const char* derivative_formula = "0.5 / y";
    static constexpr unsigned reads = kY;

    static auto value(const auto& x)
    {
        using std::sqrt;
        return sqrt(x);
    }
    static auto derivative(const auto&, const auto& y) { return 0.5 * (1.0 / y); }
};

struct Tanh {
    static constexpr const char* name = "tanh";
    static constexpr const char* formula = "tanh(x)";
    static constexpr const char* derivative_formula = "1 - y * y";
    static constexpr unsigned reads = kY;

    static auto value(const auto& x)
    {
        using std::tanh;
        return tanh(x);
    }
    static auto derivative(const auto&, const auto& y) { return 1.0 - y * y; }
};

struct Sigmoid {
    static constexpr const char* name = "sigmoid";
    static constexpr const char* formula = "1 / (1 + exp(-x))";
    static constexpr const char* derivative_formula = "y * (1 - y)";
    static constexpr unsigned reads = kY;

    static auto value(const auto& x) { return sigmoid(x); }
    static auto derivative(const auto&, const auto& y) { return y * (1.0 - y); }
};

struct Relu {
    static constexpr const char* name = "relu";
    static constexpr const char* formula = "where(x <= 0, 0, x)";
    static constexpr const char* derivative_formula = "where(y <= 0, 0, 1)";
    static constexpr unsigned reads = kY;

    static auto value(const auto& x) { return select(x <= 0.0, constant_like(x, 0.0), x); }
    static auto derivative(const auto&, const auto& y)
    {
        return select(y <= 0.0, constant_like(y, 0.0), constant_like(y, 1.0));
    }
};

struct Sin {
    static constexpr const char* name = "sin";
    static constexpr const char* formula = "sin(x)";
    static constexpr const char* derivative_formula = "cos(x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::sin;
        return sin(x);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::cos;
        return cos(x);
    }
};

struct Cos {
    static constexpr const char* name = "cos";
    static constexpr const char* formula = "cos(x)";
    static constexpr const char* derivative_formula = "-sin(x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::cos;
        return cos(x);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::sin;
        return -sin(x);
    }
};

struct Abs {
    static constexpr const char* name = "abs";
    static constexpr const char* formula = "abs(x)";
    static constexpr const char* derivative_formula = "where(x > 0, 1, where(x < 0, -1, 0))";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::abs;
        return abs(x);
    }
    static auto derivative(const auto& x, const auto&)
    {
        const auto not_positive = select(x < 0.0, constant_like(x, -1.0), constant_like(x, 0.0));
        return select(x > 0.0, constant_like(x, 1.0), not_positive);
    }
};

struct Square {
    static constexpr const char* name = "square";
    static constexpr const char* formula = "x * x";
    static constexpr const char* derivative_formula = "2 * x";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x) { return x * x; }
    static auto derivative(const auto& x, const auto&) { return 2.0 * x; }
};

struct Reciprocal {
    static constexpr const char* name = "reciprocal";
    static constexpr const char* formula = "1 / x";
    static constexpr const char* derivative_formula = "-(y * y)";
    static constexpr unsigned reads = kY;

    static auto value(const auto& x) { return 1.0 / x; }
    static auto derivative(const auto&, const auto& y) { return -(y * y); }
};

// ---- two operands: y = f(a, b) --------------------------------------------------------------------------------------

struct Add {
    static constexpr const char* name = "add";
    static constexpr const char* formula = "a + b";
    static constexpr const char* derivative_a_formula = "1";
    static constexpr const char* derivative_b_formula = "1";
    static constexpr unsigned reads_a = kNothing, reads_b = kNothing;  // by derivative_a, by derivative_b

    static auto value(const auto& a, const auto& b) { return a + b; }
    static double derivative_a(const auto&, const auto&, const auto&) { return 1.0; }
    static double derivative_b(const auto&, const auto&, const auto&) { return 1.0; }
};

struct Sub {
    static constexpr const char* name = "sub";
    static constexpr const char* formula = "a - b";
    static constexpr const char* derivative_a_formula = "1";
    static constexpr const char* derivative_b_formula = "-1";
    static constexpr unsigned reads_a = kNothing, reads_b = kNothing;

    static auto value(const auto& a, const auto& b) { return a - b; }
    static double derivative_a(const auto&, const auto&, const auto&) { return 1.0; }
    static double derivative_b(const auto&, const auto&, const auto&) { return -1.0; }
};

struct Mul {
    static constexpr const char* name = "mul";
    static constexpr const char* formula = "a * b";
    static constexpr const char* derivative_a_formula = "b";
    static constexpr const char* derivative_b_formula = "a";
    static constexpr unsigned reads_a = kB, reads_b = kA;

    static auto value(const auto& a, const auto& b) { return a * b; }
    static auto derivative_a(const auto&, const auto& b, const auto&) { return b; }
    static auto derivative_b(const auto& a, const auto&, const auto&) { return a; }
};

struct Div {
    static constexpr const char* name = "div";
    static constexpr const char* formula = "a / b";
    static constexpr const char* derivative_a_formula = "1 / b";
    static constexpr const char* derivative_b_formula = "-y / b";
    static constexpr unsigned reads_a = kB, reads_b = kB | kY;

    static auto value(const auto& a, const auto& b) { return a / b; }
    static auto derivative_a(const auto&, const auto& b, const auto&) { return 1.0 / b; }
    static auto derivative_b(const auto&, const auto& b, const auto& y) { return -y * (1.0 / b); }
};

struct Pow {
    static constexpr const char* name = "pow";
    static constexpr const char* formula = "pow(a, b)";
    static constexpr const char* derivative_a_formula = "where(b == 0, 0, b * pow(a, b - 1))";
    static constexpr const char* derivative_b_formula = "where(a == 0, where(b >= 0, 0, y * log(a)), y * log(a))";
    static constexpr unsigned reads_a = kA | kB, reads_b = kA | kB | kY;

    static auto value(const auto& a, const auto& b)
    {
        using std::pow;
        return pow(a, b);
    }
    static auto derivative_a(const auto& a, const auto& b, const auto&)
    {
        using std::pow;
        return select(b == 0.0, constant_like(a, 0.0), b * pow(a, b - 1.0));
    }
    static auto derivative_b(const auto& a, const auto& b, const auto& y)
    {
        using std::log;
        const auto by_log = y * log(a);
        return select(a == 0.0, select(b >= 0.0, constant_like(a, 0.0), by_log), by_log);
    }
};

struct Maximum {
    static constexpr const char* name = "maximum";
    static constexpr const char* formula = "where(a > b, a, where(a == a, b, a))";
    static constexpr const char* derivative_a_formula = "where(a == b, 0.5, where(a < b, 0, 1))";
    static constexpr const char* derivative_b_formula = "where(a == b, 0.5, where(a > b, 0, 1))";
    static constexpr unsigned reads_a = kA | kB, reads_b = kA | kB;

    static auto value(const auto& a, const auto& b) { return select(a > b, a, select(a == a, b, a)); }
    static auto derivative_a(const auto& a, const auto& b, const auto&)
    {
        const auto unless_tie = select(a < b, constant_like(a, 0.0), constant_like(a, 1.0));
        return select(a == b, constant_like(a, 0.5), unless_tie);
    }
    static auto derivative_b(const auto& a, const auto& b, const auto& y) { return derivative_a(b, a, y); }
};

struct Minimum {
    static constexpr const char* name = "minimum";
    static constexpr const char* formula = "where(a < b, a, where(a == a, b, a))";
    static constexpr const char* derivative_a_formula = "where(a == b, 0.5, where(a > b, 0, 1))";
    static constexpr const char* derivative_b_formula = "where(a == b, 0.5, where(a < b, 0, 1))";
    static constexpr unsigned reads_a = kA | kB, reads_b = kA | kB;

    static auto value(const auto& a, const auto& b) { return select(a < b, a, select(a == a, b, a)); }
    static auto derivative_a(const auto& a, const auto& b, const auto&)
    {
        const auto unless_tie = select(a > b, constant_like(a, 0.0), constant_like(a, 1.0));
        return select(a == b, constant_like(a, 0.5), unless_tie);
    }
    static auto derivative_b(const auto& a, const auto& b, const auto& y) { return derivative_a(b, a, y); }
};

// ---- lists ----------------------------------------------------------------------------------------------------------

/// The types F..., with the position of each. Tables of kernels and of names are arrays in this order.
template <class... F>
struct FunctionList {
    static constexpr std::size_t size = sizeof...(F);

    template <class Wanted>
    static constexpr std::size_t index()
    {
        static_assert((std::is_same_v<Wanted, F> || ...), "the function is not in this list");
        std::size_t position = 0;
        const bool found = ((std::is_same_v<Wanted, F> ? true : (++position, false)) || ...);
        return found ? position : size;
    }

    /// Calls visit(F{}) for each, in order.
    template <class Visitor>
    static constexpr void for_each(Visitor&& visit)
    {
        (visit(F{}), ...);
    }
};

using UnaryOps = FunctionList<Neg, Exp, Log, Sqrt, Tanh, Sigmoid, Relu, Sin, Cos, Abs, Square, Reciprocal>;
using BinaryOps = FunctionList<Add, Sub, Mul, Div, Pow, Maximum, Minimum>;

}  // namespace xgrad::elementary
