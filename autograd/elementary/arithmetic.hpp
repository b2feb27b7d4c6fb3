// Elementary functions of one operand: arithmetic, signs, roots, rounding, bounds.
#pragma once

#include <xgrad/elementary/base.hpp>

namespace xgrad::elementary {

struct Neg {
    static constexpr const char* name = "neg";
    static constexpr const char* formula = "-x";
    static constexpr const char* derivative_formula = "-1";
    static constexpr unsigned reads = kNothing;

    static auto value(const auto& x) { return -x; }
    static double derivative(const auto&, const auto&) { return -1.0; }
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

struct Rsqrt {
    static constexpr const char* name = "rsqrt";
    static constexpr const char* formula = "1 / sqrt(x)";
    static constexpr const char* derivative_formula = "-0.5 * y * y * y";
    static constexpr unsigned reads = kY;

    static auto value(const auto& x)
    {
        using std::sqrt;
        return 1.0 / sqrt(x);
    }
    static auto derivative(const auto&, const auto& y) { return -0.5 * y * y * y; }
};

// Piecewise constant ones: a derivative of 0 everywhere, also at the jumps.

struct Sign {
    static constexpr const char* name = "sign";
    static constexpr const char* formula = "where(x > 0, 1, where(x < 0, -1, 0))";
    static constexpr const char* derivative_formula = "0";
    static constexpr unsigned reads = kNothing;

    static auto value(const auto& x)
    {
        return select(x > 0.0, constant_like(x, 1.0), select(x < 0.0, constant_like(x, -1.0), constant_like(x, 0.0)));
    }
    static double derivative(const auto&, const auto&) { return 0.0; }
};

struct Floor {
    static constexpr const char* name = "floor";
    static constexpr const char* formula = "floor(x)";
    static constexpr const char* derivative_formula = "0";
    static constexpr unsigned reads = kNothing;

    static auto value(const auto& x)
    {
        using std::floor;
        return floor(x);
    }
    static double derivative(const auto&, const auto&) { return 0.0; }
};

struct Ceil {
    static constexpr const char* name = "ceil";
    static constexpr const char* formula = "ceil(x)";
    static constexpr const char* derivative_formula = "0";
    static constexpr unsigned reads = kNothing;

    static auto value(const auto& x)
    {
        using std::ceil;
        return ceil(x);
    }
    static double derivative(const auto&, const auto&) { return 0.0; }
};

struct Trunc {
    static constexpr const char* name = "trunc";
    static constexpr const char* formula = "trunc(x)";
    static constexpr const char* derivative_formula = "0";
    static constexpr unsigned reads = kNothing;

    static auto value(const auto& x)
    {
        using std::trunc;
        return trunc(x);
    }
    static double derivative(const auto&, const auto&) { return 0.0; }
};

struct Round {
    static constexpr const char* name = "round";
    static constexpr const char* formula = "round(x)";
    static constexpr const char* derivative_formula = "0";
    static constexpr unsigned reads = kNothing;

    static auto value(const auto& x) { return round(x); }
    static double derivative(const auto&, const auto&) { return 0.0; }
};

struct Frac {
    static constexpr const char* name = "frac";
    static constexpr const char* formula = "x - trunc(x)";
    static constexpr const char* derivative_formula = "1";
    static constexpr unsigned reads = kNothing;

    static auto value(const auto& x)
    {
        using std::trunc;
        return x - trunc(x);
    }
    static double derivative(const auto&, const auto&) { return 1.0; }
};

/// The sign, with the derivative of the identity between -1 and 1: the straight-through estimate by which networks
/// with signs as activations are trained (Courbariaux et al., Binarized Neural Networks, 2016).
struct SignStraightThrough {
    static constexpr const char* name = "sign_straight_through";
    static constexpr const char* formula = "where(x > 0, 1, where(x < 0, -1, 0))";
    static constexpr const char* derivative_formula = "where(abs(x) <= 1, 1, 0)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x) { return Sign::value(x); }
    static auto derivative(const auto& x, const auto&)
    {
        using std::abs;
        return select(abs(x) <= 1.0, constant_like(x, 1.0), constant_like(x, 0.0));
    }
};

/// x between two bounds; where they are in the wrong order, the upper one wins.
struct Clamp {
    static constexpr const char* name = "clamp";
    static constexpr const char* formula = "where(where(x < min, min, x) > max, max, where(x < min, min, x))";
    static constexpr const char* derivative_formula = "where(x >= min, where(x <= max, 1, 0), 0)";
    static constexpr unsigned reads = kX;
    static constexpr const char* parameters[] = {"min", "max"};

    static auto value(const auto& x, const double* p)
    {
        const auto bounded = select(x < p[0], constant_like(x, p[0]), x);
        return select(bounded > p[1], constant_like(x, p[1]), bounded);
    }
    static auto derivative(const auto& x, const auto&, const double* p)
    {
        return select(x >= p[0], select(x <= p[1], constant_like(x, 1.0), constant_like(x, 0.0)),
                      constant_like(x, 0.0));
    }
};

struct NanToNum {
    static constexpr const char* name = "nan_to_num";
    static constexpr const char* formula = "where(x == x, where(x - x == 0, x, where(x > 0, posinf, neginf)), nan)";
    static constexpr const char* derivative_formula = "where(x - x == 0, 1, 0)";
    static constexpr unsigned reads = kX;
    static constexpr const char* parameters[] = {"nan", "posinf", "neginf"};

    static auto value(const auto& x, const double* p)
    {
        const auto infinite = select(x > 0.0, constant_like(x, p[1]), constant_like(x, p[2]));
        return select(x == x, select(x - x == 0.0, x, infinite), constant_like(x, p[0]));
    }
    static auto derivative(const auto& x, const auto&, const double*)
    {
        return select(x - x == 0.0, constant_like(x, 1.0), constant_like(x, 0.0));
    }
};

}  // namespace xgrad::elementary
