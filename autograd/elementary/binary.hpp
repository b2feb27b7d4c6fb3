// Elementary functions of two operands.
#pragma once

#include <xgrad/elementary/base.hpp>

namespace xgrad::elementary {

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

}  // namespace xgrad::elementary
