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

// ---- modified Bessel functions of the first kind --------------------------------------------------------------------

/// The values of derivatives that divide by x where x is 0, which they have by their series.
auto unless_zero(const auto& x, const auto& at_zero, const auto& elsewhere)
{
    return select(x == 0.0, constant_like(x, at_zero), elsewhere);
}

struct I0 {
    static constexpr const char* name = "i0";
    static constexpr const char* formula = "i0(x)";
    static constexpr const char* derivative_formula = "i1(x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x) { return i0(x); }
    static auto derivative(const auto& x, const auto&) { return i1(x); }
};

/// -1, 0 or 1.
auto sign_of(const auto& x)
{
    return unless_zero(x, 0.0, select(x > 0.0, constant_like(x, 1.0), constant_like(x, -1.0)));
}

/// i0 exp(-|x|), which does not overflow.
struct I0e {
    static constexpr const char* name = "i0e";
    static constexpr const char* formula = "i0e(x)";
    static constexpr const char* derivative_formula = "i1e(x) - where(x > 0, 1, where(x < 0, -1, 0)) * i0e(x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x) { return i0e(x); }
    static auto derivative(const auto& x, const auto&) { return i1e(x) - sign_of(x) * i0e(x); }
};

struct I1 {
    static constexpr const char* name = "i1";
    static constexpr const char* formula = "i1(x)";
    static constexpr const char* derivative_formula = "where(x == 0, 0.5, i0(x) - i1(x) / x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x) { return i1(x); }
    static auto derivative(const auto& x, const auto&)
    {
        return unless_zero(x, 0.5, i0(x) - i1(x) / unless_zero(x, 1.0, x));
    }
};

/// i1 exp(-|x|), which does not overflow.
struct I1e {
    static constexpr const char* name = "i1e";
    static constexpr const char* formula = "i1e(x)";
    static constexpr const char* derivative_formula =
        "where(x == 0, 0.5, i0e(x) - i1e(x) * (where(x < 0, -1, 1) + 1 / x))";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x) { return i1e(x); }
    static auto derivative(const auto& x, const auto&)
    {
        return unless_zero(x, 0.5, i0e(x) - i1e(x) * (sign_of(x) + 1.0 / unless_zero(x, 1.0, x)));
    }
};

// ---- normal distribution --------------------------------------------------------------------------------------------

/// exp(x^2) erfc(x), which does not underflow.
struct Erfcx {
    static constexpr const char* name = "erfcx";
    static constexpr const char* formula = "erfcx(x)";
    static constexpr const char* derivative_formula = "2 * x * erfcx(x) - 1.1283791670955126";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x) { return erfcx(x); }
    static auto derivative(const auto& x, const auto&) { return 2.0 * x * erfcx(x) - 1.1283791670955126; }
};

/// The inverse of the distribution function.
struct Ndtri {
    static constexpr const char* name = "ndtri";
    static constexpr const char* formula = "ndtri(x)";
    static constexpr const char* derivative_formula = "2.5066282746310005 * exp(y * y / 2)";
    static constexpr unsigned reads = kY;

    static auto value(const auto& x) { return ndtri(x); }
    static auto derivative(const auto&, const auto& y)
    {
        using std::exp;
        return 2.5066282746310005 * exp(0.5 * y * y);
    }
};

}  // namespace xgrad::elementary
