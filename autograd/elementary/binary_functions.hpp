// Elementary functions of two operands: remainders, extrema, and functions of the plane.
#pragma once

#include <xgrad/elementary/base.hpp>
#include <xgrad/special_functions.hpp>

namespace xgrad::elementary {

/// Like maximum, but NaN loses; at a tie the first operand gets the gradient.
struct Fmax {
    static constexpr const char* name = "fmax";
    static constexpr const char* formula = "where(a >= b, a, where(b == b, b, a))";
    static constexpr const char* derivative_a_formula = "where(a >= b, 1, where(b == b, 0, 1))";
    static constexpr const char* derivative_b_formula = "where(a >= b, 0, where(b == b, 1, 0))";
    static constexpr unsigned reads_a = kA | kB, reads_b = kA | kB;

    static auto value(const auto& a, const auto& b) { return select(a >= b, a, select(b == b, b, a)); }
    static auto derivative_a(const auto& a, const auto& b, const auto&)
    {
        return select(a >= b, constant_like(a, 1.0), select(b == b, constant_like(a, 0.0), constant_like(a, 1.0)));
    }
    static auto derivative_b(const auto& a, const auto& b, const auto&)
    {
        return select(a >= b, constant_like(a, 0.0), select(b == b, constant_like(a, 1.0), constant_like(a, 0.0)));
    }
};

struct Fmin {
    static constexpr const char* name = "fmin";
    static constexpr const char* formula = "where(a <= b, a, where(b == b, b, a))";
    static constexpr const char* derivative_a_formula = "where(a <= b, 1, where(b == b, 0, 1))";
    static constexpr const char* derivative_b_formula = "where(a <= b, 0, where(b == b, 1, 0))";
    static constexpr unsigned reads_a = kA | kB, reads_b = kA | kB;

    static auto value(const auto& a, const auto& b) { return select(a <= b, a, select(b == b, b, a)); }
    static auto derivative_a(const auto& a, const auto& b, const auto&)
    {
        return select(a <= b, constant_like(a, 1.0), select(b == b, constant_like(a, 0.0), constant_like(a, 1.0)));
    }
    static auto derivative_b(const auto& a, const auto& b, const auto&)
    {
        return select(a <= b, constant_like(a, 0.0), select(b == b, constant_like(a, 1.0), constant_like(a, 0.0)));
    }
};

struct Atan2 {
    static constexpr const char* name = "atan2";
    static constexpr const char* formula = "atan2(a, b)";
    static constexpr const char* derivative_a_formula = "b / (a * a + b * b)";
    static constexpr const char* derivative_b_formula = "-a / (a * a + b * b)";
    static constexpr unsigned reads_a = kA | kB, reads_b = kA | kB;

    static auto value(const auto& a, const auto& b)
    {
        using std::atan2;
        return atan2(a, b);
    }
    static auto derivative_a(const auto& a, const auto& b, const auto&) { return b * (1.0 / (a * a + b * b)); }
    static auto derivative_b(const auto& a, const auto& b, const auto&) { return -a * (1.0 / (a * a + b * b)); }
};

struct Hypot {
    static constexpr const char* name = "hypot";
    static constexpr const char* formula = "hypot(a, b)";
    static constexpr const char* derivative_a_formula = "a / y";
    static constexpr const char* derivative_b_formula = "b / y";
    static constexpr unsigned reads_a = kA | kY, reads_b = kB | kY;

    static auto value(const auto& a, const auto& b)
    {
        using std::hypot;
        return hypot(a, b);
    }
    static auto derivative_a(const auto& a, const auto&, const auto& y) { return a / y; }
    static auto derivative_b(const auto&, const auto& b, const auto& y) { return b / y; }
};

/// log(exp(a) + exp(b)).
struct Logaddexp {
    static constexpr const char* name = "logaddexp";
    static constexpr const char* formula =
        "where(a == b, a + 0.6931471805599453, where(a > b, a, b) + log1p(exp(-abs(a - b))))";
    static constexpr const char* derivative_a_formula = "1 / (1 + exp(b - a))";
    static constexpr const char* derivative_b_formula = "1 / (1 + exp(a - b))";
    static constexpr unsigned reads_a = kA | kB, reads_b = kA | kB;

    static auto value(const auto& a, const auto& b)
    {
        using std::abs;
        using std::exp;
        using std::log1p;
        return select(a == b, a + 0.6931471805599453, select(a > b, a, b) + log1p(exp(-abs(a - b))));
    }
    static auto derivative_a(const auto& a, const auto& b, const auto&) { return share(b - a); }
    static auto derivative_b(const auto& a, const auto& b, const auto&) { return share(a - b); }

private:
    /// 1 / (1 + exp(d)) by exp(-|d|), so that neither it nor its derivative overflows.
    static auto share(const auto& d)
    {
        using std::exp;
        const auto t = exp(select(d <= 0.0, d, -d));
        return select(d <= 0.0, constant_like(t, 1.0), t) / (t + 1.0);
    }
};

/// a log(b), and 0 where a is 0 (unless b is NaN).
struct Xlogy {
    static constexpr const char* name = "xlogy";
    static constexpr const char* formula = "where(b == b, where(a == 0, 0, a * log(b)), b)";
    static constexpr const char* derivative_a_formula = "where(a == 0, where(b <= 0, 0, log(b)), log(b))";
    static constexpr const char* derivative_b_formula = "a / b";
    static constexpr unsigned reads_a = kA | kB, reads_b = kA | kB;

    static auto value(const auto& a, const auto& b)
    {
        using std::log;
        return select(b == b, select(a == 0.0, constant_like(a, 0.0), a * log(b)), b);
    }
    static auto derivative_a(const auto& a, const auto& b, const auto&)
    {
        using std::log;
        return select(a == 0.0, select(b <= 0.0, constant_like(a, 0.0), log(b)), log(b));
    }
    static auto derivative_b(const auto& a, const auto& b, const auto&) { return a / b; }
};

/// What a division leaves, with the sign of a.
struct Fmod {
    static constexpr const char* name = "fmod";
    static constexpr const char* formula = "fmod(a, b)";
    static constexpr const char* derivative_a_formula = "1";
    static constexpr const char* derivative_b_formula = "-trunc(a / b)";
    static constexpr unsigned reads_a = kNothing, reads_b = kA | kB;

    static auto value(const auto& a, const auto& b)
    {
        using std::fmod;
        return fmod(a, b);
    }
    static double derivative_a(const auto&, const auto&, const auto&) { return 1.0; }
    static auto derivative_b(const auto& a, const auto& b, const auto&)
    {
        using std::trunc;
        return -trunc(a / b);
    }
};

/// What a division leaves, with the sign of b.
struct Remainder {
    static constexpr const char* name = "remainder";
    static constexpr const char* formula = "remainder(a, b)";
    static constexpr const char* derivative_a_formula = "1";
    static constexpr const char* derivative_b_formula = "-floor_divide(a, b)";
    static constexpr unsigned reads_a = kNothing, reads_b = kA | kB;

    static auto value(const auto& a, const auto& b) { return remainder(a, b); }
    static double derivative_a(const auto&, const auto&, const auto&) { return 1.0; }
    static auto derivative_b(const auto& a, const auto& b, const auto&) { return -floor_divide(a, b); }
};

struct DivTrunc {
    static constexpr const char* name = "div_trunc";
    static constexpr const char* formula = "trunc(a / b)";
    static constexpr const char* derivative_a_formula = "0";
    static constexpr const char* derivative_b_formula = "0";
    static constexpr unsigned reads_a = kNothing, reads_b = kNothing;

    static auto value(const auto& a, const auto& b)
    {
        using std::trunc;
        return trunc(a / b);
    }
    static double derivative_a(const auto&, const auto&, const auto&) { return 0.0; }
    static double derivative_b(const auto&, const auto&, const auto&) { return 0.0; }
};

struct FloorDivide {
    static constexpr const char* name = "floor_divide";
    static constexpr const char* formula = "floor_divide(a, b)";
    static constexpr const char* derivative_a_formula = "0";
    static constexpr const char* derivative_b_formula = "0";
    static constexpr unsigned reads_a = kNothing, reads_b = kNothing;

    static auto value(const auto& a, const auto& b) { return floor_divide(a, b); }
    static double derivative_a(const auto&, const auto&, const auto&) { return 0.0; }
    static double derivative_b(const auto&, const auto&, const auto&) { return 0.0; }
};

struct Copysign {
    static constexpr const char* name = "copysign";
    static constexpr const char* formula = "copysign(a, b)";
    static constexpr const char* derivative_a_formula = "where(a == 0, 0, y / a)";
    static constexpr const char* derivative_b_formula = "0";
    static constexpr unsigned reads_a = kA | kY, reads_b = kNothing;

    static auto value(const auto& a, const auto& b)
    {
        using std::copysign;
        return copysign(a, b);
    }
    static auto derivative_a(const auto& a, const auto&, const auto& y)
    {
        return select(a == 0.0, constant_like(a, 0.0), y / a);
    }
    static double derivative_b(const auto&, const auto&, const auto&) { return 0.0; }
};

/// The a-th derivative of digamma at b, for whole a >= 0, which has no derivative.
struct Polygamma {
    static constexpr const char* name = "polygamma";
    static constexpr const char* formula = "polygamma(a, b)";
    static constexpr const char* derivative_a_formula = "0";
    static constexpr const char* derivative_b_formula = "polygamma(a + 1, b)";
    static constexpr unsigned reads_a = kNothing, reads_b = kA | kB;

    static auto value(const auto& a, const auto& b) { return polygamma(a, b); }
    static double derivative_a(const auto&, const auto&, const auto&) { return 0.0; }
    static auto derivative_b(const auto& a, const auto& b, const auto&) { return polygamma(a + 1.0, b); }
};

/// a where it is positive, else b a.
struct Prelu {
    static constexpr const char* name = "prelu";
    static constexpr const char* formula = "where(a > 0, a, b * a)";
    static constexpr const char* derivative_a_formula = "where(a > 0, 1, b)";
    static constexpr const char* derivative_b_formula = "where(a > 0, 0, a)";
    static constexpr unsigned reads_a = kA | kB, reads_b = kA;

    static auto value(const auto& a, const auto& b) { return select(a > 0.0, a, b * a); }
    static auto derivative_a(const auto& a, const auto& b, const auto&)
    {
        return select(a > 0.0, constant_like(a, 1.0), b);
    }
    static auto derivative_b(const auto& a, const auto&, const auto&)
    {
        return select(a > 0.0, constant_like(a, 0.0), a);
    }
};

}  // namespace xgrad::elementary
