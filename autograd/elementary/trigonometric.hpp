// Elementary functions: trigonometric functions and their inverses.
#pragma once

#include <xgrad/elementary/base.hpp>

namespace xgrad::elementary {

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

struct Tan {
    static constexpr const char* name = "tan";
    static constexpr const char* formula = "tan(x)";
    static constexpr const char* derivative_formula = "1 + y * y";
    static constexpr unsigned reads = kY;

    static auto value(const auto& x)
    {
        using std::tan;
        return tan(x);
    }
    static auto derivative(const auto&, const auto& y) { return y * y + 1.0; }
};

struct Asin {
    static constexpr const char* name = "asin";
    static constexpr const char* formula = "asin(x)";
    static constexpr const char* derivative_formula = "1 / sqrt((1 - x) * (1 + x))";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::asin;
        return asin(x);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::sqrt;
        return 1.0 / sqrt((1.0 - x) * (x + 1.0));
    }
};

struct Acos {
    static constexpr const char* name = "acos";
    static constexpr const char* formula = "acos(x)";
    static constexpr const char* derivative_formula = "-1 / sqrt((1 - x) * (1 + x))";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::acos;
        return acos(x);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::sqrt;
        return -1.0 / sqrt((1.0 - x) * (x + 1.0));
    }
};

struct Atan {
    static constexpr const char* name = "atan";
    static constexpr const char* formula = "atan(x)";
    static constexpr const char* derivative_formula = "1 / (x * x + 1)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::atan;
        return atan(x);
    }
    static auto derivative(const auto& x, const auto&) { return 1.0 / (x * x + 1.0); }
};

/// sin(pi x) / (pi x), and 1 at 0.
struct Sinc {
    static constexpr const char* name = "sinc";
    static constexpr const char* formula = "where(x == 0, 1, sin(3.141592653589793 * x) / (3.141592653589793 * x))";
    static constexpr const char* derivative_formula =
        "where(x * x == 0, 0, (cos(3.141592653589793 * x) - where(x == 0, 1, sin(3.141592653589793 * x) / "
        "(3.141592653589793 * x))) / x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::sin;
        const auto angle = constant_like(x, 3.141592653589793) * x;
        return select(x == 0.0, constant_like(x, 1.0), sin(angle) / angle);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::cos;
        using std::sin;
        const auto angle = constant_like(x, 3.141592653589793) * x;
        return select(x * x == 0.0, constant_like(x, 0.0), (angle * cos(angle) - sin(angle)) / (angle * x));
    }
};

}  // namespace xgrad::elementary
