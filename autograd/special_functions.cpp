#include <xgrad/special_functions.hpp>

#include <math.h>  // lgammal_r, which is not of the C++ standard

#include <cmath>
#include <limits>

namespace xgrad::elementary::wide {

namespace {

constexpr long double kPi = 3.14159265358979323846264338327950288L;
constexpr long double kInfinity = std::numeric_limits<long double>::infinity();
constexpr long double kNan = std::numeric_limits<long double>::quiet_NaN();

// B_2k of Bernoulli, k = 1, 2, ...
constexpr long double kBernoulli[] = {1.0L / 6,       -1.0L / 30, 1.0L / 42,      -1.0L / 30,     5.0L / 66,
                                      -691.0L / 2730, 7.0L / 6,   -3617.0L / 510, 43867.0L / 798, -174611.0L / 330};

/// Hurwitz' zeta: the sum of (q + k)^-s over k >= 0, for s > 1, q > 0, by the formula of Euler and Maclaurin.
long double zeta(long double s, long double q)
{
    long double sum = 0;
    for (const long double far = 20 + s; q < far; q += 1) {
        const long double term = std::pow(q, -s);
        sum += term;
        if (term <= sum * 1e-22L) return sum;  // also where all are infinite or 0
    }
    const long double power = std::pow(q, -s);
    sum += power * q / (s - 1) + power / 2;
    long double rising = s, factorial = 2, inverse = power / q;  // s (s + 1) ... (s + 2k - 2), (2k)!, q^-(s + 2k - 1)
    for (int k = 1; k <= 10; ++k) {
        sum += kBernoulli[k - 1] * rising / factorial * inverse;
        rising *= (s + 2 * k - 1) * (s + 2 * k);
        factorial *= (2.0L * k + 1) * (2 * k + 2);
        inverse /= q * q;
    }
    return sum;
}

/// digamma of x > 0.
long double positive_digamma(long double x)
{
    long double shifted = 0;
    for (; x < 20; x += 1) shifted += 1 / x;
    const long double z = 1 / (x * x);
    long double sum = 0, power = z;
    for (int k = 1; k <= 10; ++k, power *= z) sum += kBernoulli[k - 1] / (2 * k) * power;
    return std::log(x) - 0.5L / x - sum - shifted;
}

}  // namespace

long double cbrt(long double x) noexcept { return std::cbrt(x); }

long double lgamma(long double x) noexcept
{
    int sign = 0;
    return ::lgammal_r(x, &sign);
}

long double digamma(long double x) noexcept
{
    if (x == 0) return std::copysign(kInfinity, -x);
    if (x > 0) return x < kInfinity ? positive_digamma(x) : x;
    const long double fraction = x - std::trunc(x);  // digamma(1 - x) - digamma(x) = pi / tan(pi x)
    return fraction != 0 ? positive_digamma(1 - x) - kPi / std::tan(kPi * fraction) : kNan;
}

long double trigamma(long double x) noexcept
{
    long double sign = 1, sum = 0;
    if (x < 0.5L) {
        const long double sine = std::sin(kPi * (x - 2 * std::floor(x / 2)));
        sum = -kPi * kPi / (sine * sine);
        sign = -1;
        x = 1 - x;
    }
    for (int i = 0; i < 6; ++i, x += 1) sum += 1 / (x * x);
    const long double z = 1 / (x * x);
    sum += (1 + 1 / (2 * x) + z * (1.0L / 6 - z * (1.0L / 30 - z / 42))) / x;
    return sign * sum;
}

long double polygamma(long double n, long double x) noexcept
{
    if (n == 0) return digamma(x);
    if (std::isnan(x) || !(n > 0 && n < kInfinity) || n != std::floor(n)) return kNan;
    const long double s = n + 1, parity = std::fmod(n, 2.0L) != 0 ? 1 : -1;  // parity: of n + 1
    long double sum = 0;
    if (x > 0) {
        sum = x < kInfinity ? zeta(s, x) : 0;
    } else {
        // The terms below zero, (-1)^s times those of positive numbers, and the others.
        const long double whole = std::floor(-x), first = -x - whole;
        if (first == 0 || !(x > -kInfinity)) return x > -kInfinity ? parity > 0 ? kInfinity : kNan : kNan;
        // In this order: in the middle between poles the first two of an even order cancel.
        const long double both_sides = zeta(s, 1 - first) + parity * zeta(s, first);
        sum = both_sides - parity * zeta(s, first + whole + 1);
    }
    return parity * std::tgamma(s) * sum;
}

long double erfinv(long double x) noexcept
{
    const long double a = std::fabs(x);
    if (!(a < 1)) return a == 1 ? std::copysign(kInfinity, x) : kNan;
    // Start: Giles, Approximating the erfinv function (2012), single precision; then steps of Halley.
    const long double w = -std::log((1 - a) * (1 + a));
    constexpr long double central[] = {1.50140941L,     0.246640727L,    -0.00417768164L,
                                       -0.00125372503L, 0.000218580870L, -4.39150654e-6L,
                                       -3.5233877e-6L,  3.43273939e-7L,  2.81022636e-8L};
    constexpr long double tail[] = {2.83297682L,     1.00167406L,    0.00943887047L,  -0.0076224613L,  0.00573950773L,
                                    -0.00367342844L, 0.00134934322L, 0.000100950558L, -0.000200214257L};
    const long double at = w < 5 ? w - 2.5L : std::fmin(std::sqrt(w), 7.5L) - 3;
    long double y = 0;
    for (int i = 8; i >= 0; --i) y = y * at + (w < 5 ? central : tail)[i];
    y *= a;
    for (int step = 0; step < 4; ++step) {
        const long double error = a < 0.5L ? std::erf(y) - a : (1 - a) - std::erfc(y);
        const long double newton = error * 0.886226925452758013649083741670572591L * std::exp(y * y);
        y -= newton / (1 + y * newton);
    }
    return std::copysign(y, x);
}

namespace {

/// I_order(a) / exp(a) for a >= 0 and order 0 or 1: the power series, from 25 on that of Hankel, whose error is below
/// exp(-2 a). Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 9.6.10 and 9.7.1.
long double scaled_bessel(int order, long double a)
{
    long double sum = 1, term = 1;
    if (a < 25) {
        for (int k = 1; term > sum * 1e-22L; ++k) sum += term *= a * a / 4 / k / (k + order);
        return (order == 1 ? a / 2 : 1) * sum * std::exp(-a);
    }
    for (int k = 1; std::fabs(term) > 1e-22L && k < 50; ++k) {
        const long double odd = 2 * k - 1;
        sum += term *= (odd * odd - 4 * order * order) / (8 * k * a);
    }
    return sum / std::sqrt(2 * kPi * a);
}

}  // namespace

long double i0e(long double x) noexcept { return std::isnan(x) ? x : scaled_bessel(0, std::fabs(x)); }
long double i1e(long double x) noexcept { return std::isnan(x) ? x : std::copysign(scaled_bessel(1, std::fabs(x)), x); }
long double i0(long double x) noexcept { return std::isinf(x) ? kInfinity : i0e(x) * std::exp(std::fabs(x)); }
long double i1(long double x) noexcept { return std::isinf(x) ? x : i1e(x) * std::exp(std::fabs(x)); }

long double erfcx(long double x) noexcept
{
    if (!(x >= 10)) return std::exp(x * x) * std::erfc(x);
    long double sum = 1, term = 1;  // sum of (-1)^k 1 3 ... (2k - 1) / (2 x^2)^k
    for (int k = 1; k < 25; ++k) sum += term *= (1 - 2 * k) / (2 * x * x);
    return sum / (x * std::sqrt(kPi));
}

long double ndtri(long double p) noexcept
{
    if (!(p > 0 && p < 1)) return p == 0 ? -kInfinity : p == 1 ? kInfinity : kNan;
    if (p > 0.5L) return -ndtri(1 - p);
    // Start: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.2.23; then steps of Halley.
    const long double t = std::sqrt(-2 * std::log(p));
    long double y =
        (2.515517L + t * (0.802853L + t * 0.010328L)) / (1 + t * (1.432788L + t * (0.189269L + t * 0.001308L))) - t;
    for (int step = 0; step < 4; ++step) {
        const long double error = std::erfc(-y * 0.707106781186547524400844362104849039L) / 2 - p;
        const long double newton = error * 2.50662827463100050241576528481104525L * std::exp(y * y / 2);
        y -= newton / (1 + y * newton / 2);
    }
    return y;
}

}  // namespace xgrad::elementary::wide
