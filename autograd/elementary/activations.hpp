// Elementary functions: activations of neural networks. Values at kinks are those of PyTorch.
#pragma once

#include <xgrad/elementary/arithmetic.hpp>

namespace xgrad::elementary {

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

/// Between two bounds; unlike clamp, the derivative at the bounds is 0.
struct Hardtanh {
    static constexpr const char* name = "hardtanh";
    static constexpr const char* formula = "where(where(x < min, min, x) > max, max, where(x < min, min, x))";
    static constexpr const char* derivative_formula = "where(x <= min, 0, where(x >= max, 0, 1))";
    static constexpr unsigned reads = kX;
    static constexpr const char* parameters[] = {"min", "max"};

    static auto value(const auto& x, const double* p) { return Clamp::value(x, p); }
    static auto derivative(const auto& x, const auto&, const double* p)
    {
        return select(x <= p[0], constant_like(x, 0.0),
                      select(x >= p[1], constant_like(x, 0.0), constant_like(x, 1.0)));
    }
};

struct LeakyRelu {
    static constexpr const char* name = "leaky_relu";
    static constexpr const char* formula = "where(x > 0, x, slope * x)";
    static constexpr const char* derivative_formula = "where(x > 0, 1, slope)";
    static constexpr unsigned reads = kX;
    static constexpr const char* parameters[] = {"slope"};

    static auto value(const auto& x, const double* p) { return select(x > 0.0, x, p[0] * x); }
    static auto derivative(const auto& x, const auto&, const double* p)
    {
        return select(x > 0.0, constant_like(x, 1.0), constant_like(x, p[0]));
    }
};

/// elu and selu.
struct Elu {
    static constexpr const char* name = "elu";
    static constexpr const char* formula = "where(x <= 0, alpha * expm1(rate * x), scale * x)";
    static constexpr const char* derivative_formula = "where(x <= 0, alpha * rate * exp(rate * x), scale)";
    static constexpr unsigned reads = kX;
    static constexpr const char* parameters[] = {"alpha", "scale", "rate"};

    static auto value(const auto& x, const double* p)
    {
        using std::expm1;
        return select(x <= 0.0, p[0] * expm1(p[2] * x), p[1] * x);
    }
    static auto derivative(const auto& x, const auto&, const double* p)
    {
        using std::exp;
        return select(x <= 0.0, (p[0] * p[2]) * exp(p[2] * x), constant_like(x, p[1]));
    }
};

/// The derivative takes 1 / alpha from alpha in single precision: PyTorch's does (1.13), and agrees with that alone.
struct Celu {
    static constexpr const char* name = "celu";
    static constexpr const char* formula = "where(x <= 0, alpha * expm1(rate * x), x)";
    static constexpr const char* derivative_formula = "where(x <= 0, alpha * rounded * exp(rounded * x), 1)";
    static constexpr unsigned reads = kX;
    static constexpr const char* parameters[] = {"alpha", "rate", "rounded"};

    static auto value(const auto& x, const double* p)
    {
        using std::expm1;
        return select(x <= 0.0, p[0] * expm1(p[1] * x), x);
    }
    static auto derivative(const auto& x, const auto&, const double* p)
    {
        using std::exp;
        return select(x <= 0.0, (p[0] * p[2]) * exp(p[2] * x), constant_like(x, 1.0));
    }
};

struct Gelu {
    static constexpr const char* name = "gelu";
    static constexpr const char* formula = "0.5 * x * erfc(-0.7071067811865475 * x)";
    static constexpr const char* derivative_formula =
        "0.5 * erfc(-0.7071067811865475 * x) + 0.3989422804014327 * x * exp(-0.5 * x * x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::erfc;
        return 0.5 * x * erfc(-0.7071067811865475 * x);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::erfc;
        using std::exp;
        const auto density = 0.3989422804014327 * exp(-0.5 * x * x);
        return 0.5 * erfc(-0.7071067811865475 * x) + x * density;
    }
};

/// x s with s = sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3): the form with tanh without its cancellation below 0.
struct GeluTanh {
    static constexpr const char* name = "gelu_tanh";
    static constexpr const char* formula = "x / (1 + exp(-1.5957691216057308 * x * (1 + 0.044715 * x * x)))";
    static constexpr const char* derivative_formula =
        "1 / (1 + exp(-1.5957691216057308 * x * (1 + 0.044715 * x * x))) + x * (1.5957691216057308 + "
        "0.21406444881780073 * x "
        "* x) / (1 + exp(-1.5957691216057308 * x * (1 + 0.044715 * x * x))) / (1 + exp(1.5957691216057308 * x * (1 + "
        "0.044715 * x * x)))";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::exp;
        return x / (exp(-1.5957691216057308 * x * (0.044715 * x * x + 1.0)) + 1.0);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::exp;
        const auto u = 1.5957691216057308 * x * (0.044715 * x * x + 1.0);
        const auto s = 1.0 / (exp(-u) + 1.0);
        return s + x * s * (1.0 / (exp(u) + 1.0)) * (0.21406444881780073 * x * x + 1.5957691216057308);
    }
};

struct Silu {
    static constexpr const char* name = "silu";
    static constexpr const char* formula = "x / (1 + exp(-x))";
    static constexpr const char* derivative_formula = "(1 + x * (1 - 1 / (1 + exp(-x)))) / (1 + exp(-x))";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::exp;
        return x / (exp(-x) + 1.0);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::exp;
        const auto s = 1.0 / (exp(-x) + 1.0);
        return s * (x * (1.0 - s) + 1.0);
    }
};

/// x tanh(log(1 + exp(x))), by n = exp(x) (exp(x) + 2): tanh(log(1 + e)) = n / (n + 2), which is 1 above 20.
struct Mish {
    static constexpr const char* name = "mish";
    static constexpr const char* formula = "x * tanh(log1p(exp(x)))";
    static constexpr const char* derivative_formula =
        "tanh(log1p(exp(x))) + x * (1 - tanh(log1p(exp(x))) * tanh(log1p(exp(x)))) / (1 + exp(-x))";
    static constexpr unsigned reads = kX;

    static auto factor(const auto& x)
    {
        using std::exp;
        const auto e = exp(x);
        const auto n = e * (e + 2.0);
        return select(x > 20.0, constant_like(x, 1.0), n / (n + 2.0));
    }
    static auto value(const auto& x) { return x * factor(x); }
    static auto derivative(const auto& x, const auto&)
    {
        using std::exp;
        const auto t = factor(x);
        return t + x * (1.0 / (exp(-x) + 1.0)) * ((1.0 - t) * (t + 1.0));
    }
};

/// log(1 + exp(beta x)) / beta; x itself where beta x is above the threshold.
struct Softplus {
    static constexpr const char* name = "softplus";
    static constexpr const char* formula = "where(beta * x > threshold, x, log1p(exp(beta * x)) / beta)";
    static constexpr const char* derivative_formula = "where(beta * x > threshold, 1, 1 / (1 + exp(-beta * x)))";
    static constexpr unsigned reads = kX;
    static constexpr const char* parameters[] = {"beta", "threshold"};

    static auto value(const auto& x, const double* p)
    {
        using std::exp;
        using std::log1p;
        return select(p[0] * x > p[1], x, log1p(exp(p[0] * x)) * (1.0 / p[0]));
    }
    static auto derivative(const auto& x, const auto&, const double* p)
    {
        using std::exp;
        return select(p[0] * x > p[1], constant_like(x, 1.0), 1.0 / (exp(-p[0] * x) + 1.0));
    }
};

struct LogSigmoid {
    static constexpr const char* name = "logsigmoid";
    static constexpr const char* formula = "where(x < 0, x, 0) - log1p(exp(-abs(x)))";
    static constexpr const char* derivative_formula = "1 / (1 + exp(x))";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::abs;
        using std::exp;
        using std::log1p;
        return select(x < 0.0, x, constant_like(x, 0.0)) - log1p(exp(-abs(x)));
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::exp;
        return 1.0 / (exp(x) + 1.0);
    }
};

struct Softsign {
    static constexpr const char* name = "softsign";
    static constexpr const char* formula = "x / (1 + abs(x))";
    static constexpr const char* derivative_formula = "1 / ((1 + abs(x)) * (1 + abs(x))) + (x - x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::abs;
        return x / (abs(x) + 1.0);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::abs;
        return 1.0 / ((abs(x) + 1.0) * (abs(x) + 1.0)) + (x - x);  // NaN at infinities
    }
};

struct Tanhshrink {
    static constexpr const char* name = "tanhshrink";
    static constexpr const char* formula = "x - tanh(x)";
    static constexpr const char* derivative_formula = "tanh(x) * tanh(x)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        using std::tanh;
        return x - tanh(x);
    }
    static auto derivative(const auto& x, const auto&)
    {
        using std::tanh;
        const auto t = tanh(x);
        return t * t;
    }
};

/// The derivative is 1 / 6 in single precision: PyTorch has it so (1.13).
struct Hardsigmoid {
    static constexpr const char* name = "hardsigmoid";
    static constexpr const char* formula = "where(x <= -3, 0, where(x >= 3, 1, (x + 3) / 6))";
    static constexpr const char* derivative_formula = "where(x > -3, where(x < 3, 0.16666667163372040, 0), 0)";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        return select(x <= -3.0, constant_like(x, 0.0), select(x >= 3.0, constant_like(x, 1.0), (x + 3.0) / 6.0));
    }
    static auto derivative(const auto& x, const auto&)
    {
        return select(x > -3.0, select(x < 3.0, constant_like(x, 1.0f / 6.0f), constant_like(x, 0.0)),
                      constant_like(x, 0.0));
    }
};

struct Hardswish {
    static constexpr const char* name = "hardswish";
    static constexpr const char* formula = "x * (where(x <= -3, 0, where(x >= 3, 6, x + 3)) / 6)";
    static constexpr const char* derivative_formula = "where(x < -3, 0, where(x <= 3, x / 3 + 0.5, 1))";
    static constexpr unsigned reads = kX;

    static auto value(const auto& x)
    {
        const auto capped = select(x >= 3.0, constant_like(x, 6.0), x + 3.0);
        return x * (select(x <= -3.0, constant_like(x, 0.0), capped) / 6.0);
    }
    static auto derivative(const auto& x, const auto&)
    {
        return select(x < -3.0, constant_like(x, 0.0), select(x <= 3.0, x / 3.0 + 0.5, constant_like(x, 1.0)));
    }
};

struct Hardshrink {
    static constexpr const char* name = "hardshrink";
    static constexpr const char* formula = "where(x >= -lambd, where(x <= lambd, 0, x), x)";
    static constexpr const char* derivative_formula = "where(x >= -lambd, where(x <= lambd, 0, 1), 1)";
    static constexpr unsigned reads = kX;
    static constexpr const char* parameters[] = {"lambd"};

    static auto value(const auto& x, const double* p)
    {
        return select(x >= -p[0], select(x <= p[0], constant_like(x, 0.0), x), x);
    }
    static auto derivative(const auto& x, const auto&, const double* p)
    {
        return select(x >= -p[0], select(x <= p[0], constant_like(x, 0.0), constant_like(x, 1.0)),
                      constant_like(x, 1.0));
    }
};

struct Softshrink {
    static constexpr const char* name = "softshrink";
    static constexpr const char* formula = "where(x > lambd, x - lambd, where(x < -lambd, x + lambd, 0))";
    static constexpr const char* derivative_formula = "where(x >= -lambd, where(x <= lambd, 0, 1), 1)";
    static constexpr unsigned reads = kX;
    static constexpr const char* parameters[] = {"lambd"};

    static auto value(const auto& x, const double* p)
    {
        return select(x > p[0], x - p[0], select(x < -p[0], x + p[0], constant_like(x, 0.0)));
    }
    static auto derivative(const auto& x, const auto&, const double* p)
    {
        return select(x >= -p[0], select(x <= p[0], constant_like(x, 0.0), constant_like(x, 1.0)),
                      constant_like(x, 1.0));
    }
};

struct Threshold {
    static constexpr const char* name = "threshold";
    static constexpr const char* formula = "where(x <= threshold, value, x)";
    static constexpr const char* derivative_formula = "where(x <= threshold, 0, 1)";
    static constexpr unsigned reads = kX;
    static constexpr const char* parameters[] = {"threshold", "value"};

    static auto value(const auto& x, const double* p) { return select(x <= p[0], constant_like(x, p[1]), x); }
    static auto derivative(const auto& x, const auto&, const double* p)
    {
        return select(x <= p[0], constant_like(x, 0.0), constant_like(x, 1.0));
    }
};

}  // namespace xgrad::elementary
