#include <xgrad/teach/double_double.hpp>

#include <xgrad/elementary.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace xgrad {
namespace {

constexpr DoubleDouble kLn2{6.931471805599452862e-01, 2.319046813846299558e-17};
constexpr DoubleDouble kLn10{2.302585092994045901e+00, -2.170756223382249351e-16};
constexpr DoubleDouble kPi{3.141592653589793116e+00, 1.224646799147353207e-16};
constexpr DoubleDouble kHalfPi{1.570796326794896558e+00, 6.123233995736766036e-17};
constexpr double kTiny = 1e-34;  // of a sum: terms below change nothing

/// a + b, |a| >= |b| or both about as large, exactly. Infinities and NaN stand alone.
DoubleDouble normalised(double a, double b)
{
    const double sum = a + b;
    return std::isfinite(sum) ? DoubleDouble(sum, b - (sum - a)) : DoubleDouble(sum);
}

/// a + b, exactly.
DoubleDouble exact_sum(double a, double b)
{
    const double sum = a + b, part = sum - a;
    return {sum, (a - (sum - part)) + (b - part)};
}

/// a b, exactly.
DoubleDouble exact_product(double a, double b)
{
    const double product = a * b;
    return {product, std::fma(a, b, -product)};
}

/// x 2^n.
DoubleDouble scaled(const DoubleDouble& x, int n) { return {std::ldexp(x.hi(), n), std::ldexp(x.lo(), n)}; }

/// first + first * ratio(1) + first * ratio(1) * ratio(2) + ..., until nothing changes any more.
template <class Ratio>
DoubleDouble series(DoubleDouble term, Ratio ratio)
{
    DoubleDouble sum = term;
    for (int n = 1; n < 400 && std::abs(term.hi()) > kTiny * std::abs(sum.hi()); ++n) {
        term *= ratio(n);
        sum += term;
    }
    return sum;
}

struct SineAndCosine {
    DoubleDouble sine, cosine;
};

SineAndCosine sine_and_cosine(const DoubleDouble& x)
{
    const double quarters = std::nearbyint(x.hi() / kHalfPi.hi());
    const DoubleDouble r = x - quarters * kHalfPi, minus_square = -(r * r);
    const DoubleDouble s = series(r, [&](int n) { return minus_square / ((2.0 * n) * (2.0 * n + 1)); });
    const DoubleDouble c = series(1.0, [&](int n) { return minus_square / ((2.0 * n - 1) * (2.0 * n)); });
    switch (static_cast<int>(std::fmod(std::fmod(quarters, 4) + 4, 4))) {
        case 0:
            return {s, c};
        case 1:
            return {c, -s};
        case 2:
            return {-s, -c};
        default:
            return {-c, s};
    }
}

/// exp(-x^2) sqrt(pi)^-1 / (x + (1/2) / (x + (2/2) / (x + ...))), for x >= 1.
DoubleDouble erfc_far_out(const DoubleDouble& x)
{
    DoubleDouble fraction = 0.0;
    for (int n = 700; n > 0; --n) fraction = 0.5 * n / (x + fraction);
    return exp(-(x * x)) / (sqrt(kPi) * (x + fraction));
}

[[noreturn]] void throw_missing(const char* function)
{
    throw std::domain_error(std::string(function) + " has no double-double form");
}

}  // namespace

DoubleDouble operator+(const DoubleDouble& a, const DoubleDouble& b)
{
    const DoubleDouble high = exact_sum(a.hi(), b.hi()), low = exact_sum(a.lo(), b.lo());
    if (!std::isfinite(high.hi())) return high.hi();
    const DoubleDouble both = normalised(high.hi(), high.lo() + low.hi());
    return normalised(both.hi(), both.lo() + low.lo());
}
DoubleDouble operator-(const DoubleDouble& a, const DoubleDouble& b) { return a + -b; }

DoubleDouble operator*(const DoubleDouble& a, const DoubleDouble& b)
{
    const DoubleDouble high = exact_product(a.hi(), b.hi());
    if (!std::isfinite(high.hi())) return high.hi();
    return normalised(high.hi(), high.lo() + (a.hi() * b.lo() + a.lo() * b.hi()));
}

DoubleDouble operator/(const DoubleDouble& a, const DoubleDouble& b)
{
    const double first = a.hi() / b.hi();
    if (!std::isfinite(first) || !std::isfinite(b.hi())) return first;
    const DoubleDouble rest = a - first * b;
    const double second = rest.hi() / b.hi(), third = (rest - second * b).hi() / b.hi();
    return normalised(first, second) + third;
}

// ---- exponentials and powers ----------------------------------------------------------------------------------------

DoubleDouble exp(const DoubleDouble& x)
{
    if (!(std::abs(x.hi()) < 700)) return std::exp(x.hi());
    const int k = static_cast<int>(std::nearbyint(x.hi() / kLn2.hi()));
    // exp(r) - 1 from exp(r / 512) - 1: (1 + s)^2 - 1 = 2 s + s^2, nine times.
    const DoubleDouble r = scaled(x - static_cast<double>(k) * kLn2, -9);
    DoubleDouble s = series(r, [&](int n) { return r / (n + 1.0); });
    for (int i = 0; i < 9; ++i) s = scaled(s, 1) + s * s;
    return scaled(s + 1.0, k);
}
DoubleDouble exp2(const DoubleDouble& x) { return exp(x * kLn2); }

DoubleDouble expm1(const DoubleDouble& x)
{
    if (!(std::abs(x.hi()) < 0.35)) return exp(x) - 1.0;
    return series(x, [&](int n) { return x / (n + 1.0); });
}

DoubleDouble log(const DoubleDouble& x)
{
    if (!(x.hi() > 0) || !std::isfinite(x.hi())) return std::log(x.hi());
    // One step of Newton doubles the digits. Near 1 the step is taken on log1p, which keeps them relative to the result.
    if (std::abs(x.hi() - 1) < 0.25) return log1p(x - 1.0);
    const DoubleDouble start = std::log(x.hi());
    return start + (x * exp(-start) - 1.0);
}
DoubleDouble log2(const DoubleDouble& x) { return log(x) / kLn2; }
DoubleDouble log10(const DoubleDouble& x) { return log(x) / kLn10; }

DoubleDouble log1p(const DoubleDouble& x)
{
    if (!(std::abs(x.hi()) < 0.5)) return log(x + 1.0);
    const DoubleDouble start = std::log1p(x.hi()), e = expm1(start);
    return start - (e - x) / (e + 1.0);
}

DoubleDouble sqrt(const DoubleDouble& x)
{
    if (!(x.hi() > 0) || !std::isfinite(x.hi())) return std::sqrt(x.hi());
    const DoubleDouble start = std::sqrt(x.hi());
    return start + (x - start * start) / (2.0 * start);
}
DoubleDouble rsqrt(const DoubleDouble& x) { return 1.0 / sqrt(x); }

DoubleDouble cbrt(const DoubleDouble& x)
{
    if (x.hi() == 0 || !std::isfinite(x.hi())) return std::cbrt(x.hi());
    const DoubleDouble start = std::cbrt(x.hi());
    return start + (x - start * start * start) / (3.0 * start * start);
}

DoubleDouble square(const DoubleDouble& x) { return x * x; }
DoubleDouble reciprocal(const DoubleDouble& x) { return 1.0 / x; }

DoubleDouble pow(const DoubleDouble& a, const DoubleDouble& b)
{
    const double n = b.hi();
    const bool is_whole = b.lo() == 0 && n == std::trunc(n) && std::abs(n) <= 64;
    if (!is_whole) return a.hi() == 0 ? DoubleDouble(std::pow(0.0, n)) : exp(b * log(a));
    DoubleDouble power = 1.0;
    for (int i = 0; i < std::abs(n); ++i) power *= a;
    return n < 0 ? 1.0 / power : power;
}

DoubleDouble hypot(const DoubleDouble& a, const DoubleDouble& b) { return sqrt(a * a + b * b); }

// ---- circular and hyperbolic functions ------------------------------------------------------------------------------

DoubleDouble sin(const DoubleDouble& x) { return sine_and_cosine(x).sine; }
DoubleDouble cos(const DoubleDouble& x) { return sine_and_cosine(x).cosine; }
DoubleDouble tan(const DoubleDouble& x)
{
    const auto [s, c] = sine_and_cosine(x);
    return s / c;
}

DoubleDouble atan(const DoubleDouble& x)
{
    if (!std::isfinite(x.hi())) return copysign(kHalfPi, x);
    const DoubleDouble start = std::atan(x.hi());
    const auto [s, c] = sine_and_cosine(start);
    return start + (x * c - s) / (c + x * s);  // atan x = t + atan((x - tan t) / (1 + x tan t))
}
DoubleDouble asin(const DoubleDouble& x)
{
    if (std::abs(x.hi()) >= 1) return x.hi() * x.hi() == 1 ? copysign(kHalfPi, x) : DoubleDouble(std::asin(x.hi()));
    return atan(x / sqrt((1.0 - x) * (1.0 + x)));
}
DoubleDouble acos(const DoubleDouble& x) { return kHalfPi - asin(x); }

DoubleDouble atan2(const DoubleDouble& y, const DoubleDouble& x)
{
    if (x.hi() == 0) return y.hi() == 0 ? DoubleDouble(std::atan2(y.hi(), x.hi())) : copysign(kHalfPi, y);
    const DoubleDouble angle = atan(y / x);
    return x.hi() > 0 ? angle : angle + copysign(kPi, y);
}

DoubleDouble sinc(const DoubleDouble& x)
{
    const DoubleDouble angle = kPi * x;
    return x.hi() == 0 ? DoubleDouble(1.0) : sin(angle) / angle;
}

DoubleDouble sinh(const DoubleDouble& x)
{
    const DoubleDouble e = expm1(x);
    return scaled(e + e / (e + 1.0), -1);
}
DoubleDouble cosh(const DoubleDouble& x)
{
    const DoubleDouble e = exp(x);
    return scaled(e + 1.0 / e, -1);
}
DoubleDouble tanh(const DoubleDouble& x)
{
    if (std::abs(x.hi()) > 300) return std::tanh(x.hi());
    const DoubleDouble e = expm1(scaled(x, 1));
    return e / (e + 2.0);
}
DoubleDouble asinh(const DoubleDouble& x)
{
    const DoubleDouble size = abs(x), s = size * size;
    return copysign(log1p(size + s / (1.0 + sqrt(1.0 + s))), x);
}
DoubleDouble acosh(const DoubleDouble& x) { return log(x + sqrt((x - 1.0) * (x + 1.0))); }
DoubleDouble atanh(const DoubleDouble& x) { return scaled(log1p(2.0 * x / (1.0 - x)), -1); }

DoubleDouble erf(const DoubleDouble& x)
{
    if (x.hi() < 0) return -erf(-x);
    if (!(x.hi() < 1)) return 1.0 - erfc(x);
    // 2 / sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (1 3 5 ... (2n+1)): all terms have one sign.
    const DoubleDouble twice = 2.0 * x * x;
    return 2.0 / sqrt(kPi) * exp(-(x * x)) * series(x, [&](int n) { return twice / (2.0 * n + 1); });
}
DoubleDouble erfc(const DoubleDouble& x)
{
    if (x.hi() < 0) return 2.0 - erfc(-x);
    return x.hi() < 1 ? 1.0 - erf(x) : erfc_far_out(x);
}

// ---- rounding and choosing ------------------------------------------------------------------------------------------

DoubleDouble abs(const DoubleDouble& x) { return x.hi() < 0 ? -x : x; }
DoubleDouble sign(const DoubleDouble& x) { return x.hi() > 0 ? 1 : x.hi() < 0 ? -1 : 0; }
DoubleDouble sign_straight_through(const DoubleDouble& x) { return sign(x); }
DoubleDouble floor(const DoubleDouble& x)
{
    const double whole = std::floor(x.hi());
    return whole == x.hi() ? normalised(whole, std::floor(x.lo())) : DoubleDouble(whole);
}
DoubleDouble ceil(const DoubleDouble& x) { return -floor(-x); }
DoubleDouble trunc(const DoubleDouble& x) { return x.hi() < 0 ? ceil(x) : floor(x); }
DoubleDouble round(const DoubleDouble& x)
{
    const DoubleDouble below = floor(x), rest = x - below;
    if (rest != 0.5) return rest < 0.5 ? below : below + 1.0;
    return std::fmod(below.hi(), 2) == 0 ? below : below + 1.0;
}
DoubleDouble frac(const DoubleDouble& x) { return x - trunc(x); }

DoubleDouble maximum(const DoubleDouble& a, const DoubleDouble& b) { return a.hi() != a.hi() || a > b ? a : b; }
DoubleDouble minimum(const DoubleDouble& a, const DoubleDouble& b) { return a.hi() != a.hi() || a < b ? a : b; }
DoubleDouble fmax(const DoubleDouble& a, const DoubleDouble& b) { return b.hi() != b.hi() || a > b ? a : b; }
DoubleDouble fmin(const DoubleDouble& a, const DoubleDouble& b) { return b.hi() != b.hi() || a < b ? a : b; }

DoubleDouble div_trunc(const DoubleDouble& a, const DoubleDouble& b) { return trunc(a / b); }
DoubleDouble floor_divide(const DoubleDouble& a, const DoubleDouble& b) { return floor(a / b); }
DoubleDouble fmod(const DoubleDouble& a, const DoubleDouble& b) { return a - trunc(a / b) * b; }
DoubleDouble remainder(const DoubleDouble& a, const DoubleDouble& b) { return a - floor(a / b) * b; }
DoubleDouble copysign(const DoubleDouble& a, const DoubleDouble& b)
{
    return std::signbit(a.hi()) == std::signbit(b.hi()) ? a : -a;
}

// ---- the library's own formulas -------------------------------------------------------------------------------------

DoubleDouble relu(const DoubleDouble& x) { return elementary::Relu::value(x); }
DoubleDouble sigmoid(const DoubleDouble& x)
{
    const DoubleDouble e = exp(-abs(x));
    return (x < 0.0 ? e : DoubleDouble(1.0)) / (1.0 + e);
}
DoubleDouble logit(const DoubleDouble& x) { return elementary::Logit::value(x); }
DoubleDouble gelu(const DoubleDouble& x) { return elementary::Gelu::value(x); }
DoubleDouble gelu_tanh(const DoubleDouble& x) { return elementary::GeluTanh::value(x); }
DoubleDouble silu(const DoubleDouble& x) { return elementary::Silu::value(x); }
DoubleDouble mish(const DoubleDouble& x) { return elementary::Mish::value(x); }
DoubleDouble logsigmoid(const DoubleDouble& x) { return elementary::LogSigmoid::value(x); }
DoubleDouble softsign(const DoubleDouble& x) { return elementary::Softsign::value(x); }
DoubleDouble tanhshrink(const DoubleDouble& x) { return elementary::Tanhshrink::value(x); }
DoubleDouble hardsigmoid(const DoubleDouble& x) { return elementary::Hardsigmoid::value(x); }
DoubleDouble hardswish(const DoubleDouble& x) { return elementary::Hardswish::value(x); }
DoubleDouble logaddexp(const DoubleDouble& a, const DoubleDouble& b) { return maximum(a, b) + log1p(exp(-abs(a - b))); }
DoubleDouble xlogy(const DoubleDouble& a, const DoubleDouble& b) { return elementary::Xlogy::value(a, b); }
DoubleDouble prelu(const DoubleDouble& x, const DoubleDouble& slope) { return x > 0.0 ? x : slope * x; }

DoubleDouble erfinv(const DoubleDouble&) { throw_missing("erfinv"); }
DoubleDouble lgamma(const DoubleDouble&) { throw_missing("lgamma"); }
DoubleDouble digamma(const DoubleDouble&) { throw_missing("digamma"); }
DoubleDouble trigamma(const DoubleDouble&) { throw_missing("trigamma"); }
DoubleDouble polygamma(const DoubleDouble&, const DoubleDouble&) { throw_missing("polygamma"); }
DoubleDouble i0(const DoubleDouble&) { throw_missing("i0"); }
DoubleDouble i0e(const DoubleDouble&) { throw_missing("i0e"); }
DoubleDouble i1(const DoubleDouble&) { throw_missing("i1"); }
DoubleDouble i1e(const DoubleDouble&) { throw_missing("i1e"); }
DoubleDouble erfcx(const DoubleDouble&) { throw_missing("erfcx"); }
DoubleDouble ndtri(const DoubleDouble&) { throw_missing("ndtri"); }

}  // namespace xgrad
