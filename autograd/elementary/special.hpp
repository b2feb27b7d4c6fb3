// Elementary functions: the cube root, the error and gamma functions and their kin.
#pragma once

#include <xgrad/elementary/base.hpp>
#include <xgrad/special_functions.hpp>

namespace xgrad::elementary {

struct Cbrt {
    static constexpr const char* name = "cbrt";
    static constexpr const char* formula = "cbrt(x)";
    static constexpr const char* derivative_formula = "1 / (3 * y * y)";
    static constexpr unsigned reads = kY;

    static auto value(const auto& x) { return cbrt(x); }
    static auto derivative(const auto&, const auto& y) { return 1.0 / (3.0 * y * y); }
};

struct Erf {
    static constexpr const char* name = "erf";
    static constexpr const char* formula = "erf(x)";
    static constexpr const char* derivative_formula = "1.1283791670955126 * exp(-x * x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::erf;
        return erf(x);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::exp;
        return 1.1283791670955126 * exp(-(x * x));
    }
};

struct Erfc {
    static constexpr const char* name = "erfc";
    static constexpr const char* formula = "erfc(x)";
    static constexpr const char* derivative_formula = "-1.1283791670955126 * exp(-x * x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::erfc;
        return erfc(x);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::exp;
        return -1.1283791670955126 * exp(-(x * x));
    }
};

struct Erfinv {
    static constexpr const char* name = "erfinv";
    static constexpr const char* formula = "erfinv(x)";
    static constexpr const char* derivative_formula = "0.886226925452758 * exp(y * y)";
    static constexpr unsigned reads = kY;

    static auto value(const auto& x) { return erfinv(x); }
    static auto derivative(const auto&, const auto& y)
    {
        using std::exp;
        return 0.886226925452758 * exp(y * y);
    }
};

/// The logarithm of the absolute value of the gamma function.
struct Lgamma {
    static constexpr const char* name = "lgamma";
    static constexpr const char* formula = "lgamma(x)";
    static constexpr const char* derivative_formula = "digamma(x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x) { return lgamma(x); }
    static auto derivative(const auto& x, const auto&) { return digamma(x); }
};

struct Digamma {
    static constexpr const char* name = "digamma";
    static constexpr const char* formula = "digamma(x)";
    static constexpr const char* derivative_formula = "trigamma(x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x) { return digamma(x); }
    static auto derivative(const auto& x, const auto&) { return trigamma(x); }
};

/// The derivative of digamma as PyTorch has it (1.13), exact to 1e-9: see trigamma in special_functions.hpp.
struct Trigamma {
    static constexpr const char* name = "trigamma";
    static constexpr const char* formula = "trigamma(x)";
    static constexpr const char* derivative_formula = "polygamma(2, x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x) { return trigamma(x); }
    static auto derivative(const auto& x, const auto&) { return polygamma(constant_like(x, 2.0), x); }
};

}  // namespace xgrad::elementary
