// Elementary functions: exponentials, logarithms, hyperbolic functions.
#pragma once

#include <xgrad/elementary/base.hpp>

#include <limits>

namespace xgrad::elementary {

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

struct Exp2 {
    static constexpr const char* name = "exp2";
    static constexpr const char* formula = "exp2(x)";
    static constexpr const char* derivative_formula = "y * 0.6931471805599453";
    static constexpr unsigned reads = kY;

    static auto value(const auto& x)
    {
        using std::exp2;
        return exp2(x);
    }
    static auto derivative(const auto&, const auto& y) { return 0.6931471805599453 * y; }
};

struct Expm1 {
    static constexpr const char* name = "expm1";
    static constexpr const char* formula = "expm1(x)";
    static constexpr const char* derivative_formula = "y + 1";
    static constexpr unsigned reads = kY;

    static auto value(const auto& x)
    {
        using std::expm1;
        return expm1(x);
    }
    static auto derivative(const auto&, const auto& y) { return y + 1.0; }
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

struct Log2 {
    static constexpr const char* name = "log2";
    static constexpr const char* formula = "log2(x)";
    static constexpr const char* derivative_formula = "1 / (x * 0.6931471805599453)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::log2;
        return log2(x);
    }
    static auto derivative(const auto& x, const auto&) { return 1.0 / (0.6931471805599453 * x); }
};

struct Log10 {
    static constexpr const char* name = "log10";
    static constexpr const char* formula = "log10(x)";
    static constexpr const char* derivative_formula = "1 / (x * 2.302585092994046)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::log10;
        return log10(x);
    }
    static auto derivative(const auto& x, const auto&) { return 1.0 / (2.302585092994046 * x); }
};

struct Log1p {
    static constexpr const char* name = "log1p";
    static constexpr const char* formula = "log1p(x)";
    static constexpr const char* derivative_formula = "1 / (1 + x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::log1p;
        return log1p(x);
    }
    static auto derivative(const auto& x, const auto&) { return 1.0 / (x + 1.0); }
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

struct Sinh {
    static constexpr const char* name = "sinh";
    static constexpr const char* formula = "sinh(x)";
    static constexpr const char* derivative_formula = "cosh(x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::sinh;
        return sinh(x);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::cosh;
        return cosh(x);
    }
};

struct Cosh {
    static constexpr const char* name = "cosh";
    static constexpr const char* formula = "cosh(x)";
    static constexpr const char* derivative_formula = "sinh(x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::cosh;
        return cosh(x);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::sinh;
        return sinh(x);
    }
};

struct Asinh {
    static constexpr const char* name = "asinh";
    static constexpr const char* formula = "asinh(x)";
    static constexpr const char* derivative_formula = "1 / sqrt(x * x + 1)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::asinh;
        return asinh(x);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::sqrt;
        return 1.0 / sqrt(x * x + 1.0);
    }
};

struct Acosh {
    static constexpr const char* name = "acosh";
    static constexpr const char* formula = "acosh(x)";
    static constexpr const char* derivative_formula = "1 / sqrt((x - 1) * (x + 1))";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::acosh;
        return acosh(x);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::sqrt;
        return 1.0 / sqrt((x - 1.0) * (x + 1.0) + 0.0);  // at -1 the product is -0
    }
};

struct Atanh {
    static constexpr const char* name = "atanh";
    static constexpr const char* formula = "atanh(x)";
    static constexpr const char* derivative_formula = "1 / ((1 - x) * (1 + x))";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::atanh;
        return atanh(x);
    }
    static auto derivative(const auto& x, const auto&) { return 1.0 / ((1.0 - x) * (x + 1.0)); }
};

struct Sigmoid {
    static constexpr const char* name = "sigmoid";
    static constexpr const char* formula = "1 / (1 + exp(-x))";
    static constexpr const char* derivative_formula = "y * (1 - y)";
    static constexpr unsigned reads = kY;

    static auto value(const auto& x) { return sigmoid(x); }
    static auto derivative(const auto&, const auto& y) { return y * (1.0 - y); }
};

/// The inverse of sigmoid.
struct Logit {
    static constexpr const char* name = "logit";
    static constexpr const char* formula = "log(x / (1 - x))";
    static constexpr const char* derivative_formula = "where(x < 0, 0 / 0, where(x > 1, 0 / 0, 1 / (x * (1 - x))))";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::log;
        return log(x / (1.0 - x));
    }
    static auto derivative(const auto& x, const auto&)
    {
        const auto nan = constant_like(x, std::numeric_limits<double>::quiet_NaN());
        return select(x < 0.0, nan, select(x > 1.0, nan, 1.0 / (x * (1.0 - x))));
    }
};

/// logit of x bounded to [eps, 1 - eps].
struct BoundedLogit {
    static constexpr const char* name = "bounded_logit";
    static constexpr const char* formula =
        "where(x < eps, log(eps / (1 - eps)), where(x > 1 - eps, log((1 - eps) / eps), log(x / (1 - x))))";
    static constexpr const char* derivative_formula = "where(x < eps, 0, where(x > 1 - eps, 0, 1 / (x * (1 - x))))";
    static constexpr unsigned reads = kX;
    static constexpr const char* parameters[] = {"eps"};

    static auto value(const auto& x, const double* p)
    {
        using std::log;
        const double high = 1.0 - p[0];
        const auto z = select(x < p[0], constant_like(x, p[0]), select(x > high, constant_like(x, high), x));
        return log(z / (1.0 - z));
    }
    static auto derivative(const auto& x, const auto&, const double* p)
    {
        return select(x < p[0], constant_like(x, 0.0),
                      select(x > 1.0 - p[0], constant_like(x, 0.0), 1.0 / (x * (1.0 - x))));
    }
};

}  // namespace xgrad::elementary
