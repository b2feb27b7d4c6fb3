#pragma once

// A number of 106 bits: what the derivative of a scalar program is compared with. A program that takes its numbers as
// `auto` computes with it what it computes with Scalars; the functions are found by their arguments.

#include <concepts>
#include <type_traits>

namespace xgrad {

/// hi + lo, where lo is at most half a unit in the last place of hi: 31 decimal digits. Numbers convert to it. What
/// Scalars have and it has not (erfinv, lgamma, digamma, trigamma, polygamma, Bessel functions, erfcx, ndtri) throws
/// std::domain_error. Sources: Dekker, A floating-point technique for extending the available precision (1971); Hida, Li
/// and Bailey, Library for double-double and quad-double arithmetic (2007).
class DoubleDouble {
public:
    constexpr DoubleDouble() = default;
    template <class N>
    requires std::is_arithmetic_v<N>
    constexpr DoubleDouble(N value) : hi_(static_cast<double>(value)) {}
    /// Two numbers that need no normalising.
    constexpr DoubleDouble(double hi, double lo) : hi_(hi), lo_(lo) {}

    constexpr double hi() const { return hi_; }
    constexpr double lo() const { return lo_; }
    constexpr double value() const { return hi_; }  ///< as Scalar has it

    DoubleDouble& operator+=(const DoubleDouble& x) { return *this = *this + x; }
    DoubleDouble& operator-=(const DoubleDouble& x) { return *this = *this - x; }
    DoubleDouble& operator*=(const DoubleDouble& x) { return *this = *this * x; }
    DoubleDouble& operator/=(const DoubleDouble& x) { return *this = *this / x; }

    friend DoubleDouble operator+(const DoubleDouble& a, const DoubleDouble& b);
    friend DoubleDouble operator-(const DoubleDouble& a, const DoubleDouble& b);
    friend DoubleDouble operator*(const DoubleDouble& a, const DoubleDouble& b);
    friend DoubleDouble operator/(const DoubleDouble& a, const DoubleDouble& b);
    friend DoubleDouble operator-(const DoubleDouble& x) { return {-x.hi_, -x.lo_}; }

    friend bool operator==(const DoubleDouble& a, const DoubleDouble& b) { return a.hi_ == b.hi_ && a.lo_ == b.lo_; }
    friend bool operator!=(const DoubleDouble& a, const DoubleDouble& b) { return !(a == b); }
    friend bool operator<(const DoubleDouble& a, const DoubleDouble& b)
    {
        return a.hi_ < b.hi_ || (a.hi_ == b.hi_ && a.lo_ < b.lo_);
    }
    friend bool operator>(const DoubleDouble& a, const DoubleDouble& b) { return b < a; }
    friend bool operator<=(const DoubleDouble& a, const DoubleDouble& b) { return a < b || a == b; }
    friend bool operator>=(const DoubleDouble& a, const DoubleDouble& b) { return b < a || a == b; }

    friend DoubleDouble exp(const DoubleDouble& x);
    friend DoubleDouble exp2(const DoubleDouble& x);
    friend DoubleDouble expm1(const DoubleDouble& x);
    friend DoubleDouble log(const DoubleDouble& x);
    friend DoubleDouble log2(const DoubleDouble& x);
    friend DoubleDouble log10(const DoubleDouble& x);
    friend DoubleDouble log1p(const DoubleDouble& x);
    friend DoubleDouble sqrt(const DoubleDouble& x);
    friend DoubleDouble rsqrt(const DoubleDouble& x);
    friend DoubleDouble cbrt(const DoubleDouble& x);
    friend DoubleDouble square(const DoubleDouble& x);
    friend DoubleDouble reciprocal(const DoubleDouble& x);
    friend DoubleDouble pow(const DoubleDouble& a, const DoubleDouble& b);
    friend DoubleDouble hypot(const DoubleDouble& a, const DoubleDouble& b);

    friend DoubleDouble sin(const DoubleDouble& x);
    friend DoubleDouble cos(const DoubleDouble& x);
    friend DoubleDouble tan(const DoubleDouble& x);
    friend DoubleDouble asin(const DoubleDouble& x);
    friend DoubleDouble acos(const DoubleDouble& x);
    friend DoubleDouble atan(const DoubleDouble& x);
    friend DoubleDouble atan2(const DoubleDouble& y, const DoubleDouble& x);
    friend DoubleDouble sinc(const DoubleDouble& x);
    friend DoubleDouble sinh(const DoubleDouble& x);
    friend DoubleDouble cosh(const DoubleDouble& x);
    friend DoubleDouble tanh(const DoubleDouble& x);
    friend DoubleDouble asinh(const DoubleDouble& x);
    friend DoubleDouble acosh(const DoubleDouble& x);
    friend DoubleDouble atanh(const DoubleDouble& x);
    friend DoubleDouble erf(const DoubleDouble& x);
    friend DoubleDouble erfc(const DoubleDouble& x);

    friend DoubleDouble abs(const DoubleDouble& x);
    friend DoubleDouble sign(const DoubleDouble& x);
    friend DoubleDouble sign_straight_through(const DoubleDouble& x);
    friend DoubleDouble floor(const DoubleDouble& x);
    friend DoubleDouble ceil(const DoubleDouble& x);
    friend DoubleDouble trunc(const DoubleDouble& x);
    friend DoubleDouble round(const DoubleDouble& x);
    friend DoubleDouble frac(const DoubleDouble& x);
    friend DoubleDouble maximum(const DoubleDouble& a, const DoubleDouble& b);
    friend DoubleDouble minimum(const DoubleDouble& a, const DoubleDouble& b);
    friend DoubleDouble max(const DoubleDouble& a, const DoubleDouble& b) { return maximum(a, b); }
    friend DoubleDouble min(const DoubleDouble& a, const DoubleDouble& b) { return minimum(a, b); }
    friend DoubleDouble fmax(const DoubleDouble& a, const DoubleDouble& b);
    friend DoubleDouble fmin(const DoubleDouble& a, const DoubleDouble& b);
    friend DoubleDouble fmod(const DoubleDouble& a, const DoubleDouble& b);
    friend DoubleDouble remainder(const DoubleDouble& a, const DoubleDouble& b);
    friend DoubleDouble floor_divide(const DoubleDouble& a, const DoubleDouble& b);
    friend DoubleDouble div_trunc(const DoubleDouble& a, const DoubleDouble& b);
    friend DoubleDouble copysign(const DoubleDouble& a, const DoubleDouble& b);

    friend DoubleDouble relu(const DoubleDouble& x);
    friend DoubleDouble sigmoid(const DoubleDouble& x);
    friend DoubleDouble logit(const DoubleDouble& x);
    friend DoubleDouble gelu(const DoubleDouble& x);
    friend DoubleDouble gelu_tanh(const DoubleDouble& x);
    friend DoubleDouble silu(const DoubleDouble& x);
    friend DoubleDouble mish(const DoubleDouble& x);
    friend DoubleDouble logsigmoid(const DoubleDouble& x);
    friend DoubleDouble softsign(const DoubleDouble& x);
    friend DoubleDouble tanhshrink(const DoubleDouble& x);
    friend DoubleDouble hardsigmoid(const DoubleDouble& x);
    friend DoubleDouble hardswish(const DoubleDouble& x);
    friend DoubleDouble logaddexp(const DoubleDouble& a, const DoubleDouble& b);
    friend DoubleDouble xlogy(const DoubleDouble& a, const DoubleDouble& b);
    friend DoubleDouble prelu(const DoubleDouble& x, const DoubleDouble& slope);
    friend DoubleDouble leaky_relu(const DoubleDouble& x, double negative_slope) { return prelu(x, negative_slope); }
    friend DoubleDouble leaky_relu(const DoubleDouble& x) { return prelu(x, 0.01); }
    friend DoubleDouble elu(const DoubleDouble& x, double alpha) { return x <= 0.0 ? alpha * expm1(x) : x; }
    friend DoubleDouble elu(const DoubleDouble& x) { return elu(x, 1); }
    friend DoubleDouble softplus(const DoubleDouble& x, double beta, double threshold)
    {
        return beta * x > threshold ? x : log1p(exp(beta * x)) / beta;
    }
    friend DoubleDouble softplus(const DoubleDouble& x, double beta) { return softplus(x, beta, 20); }
    friend DoubleDouble softplus(const DoubleDouble& x) { return softplus(x, 1, 20); }
    friend DoubleDouble clamp(const DoubleDouble& x, double min, double max) { return fmin(fmax(x, min), max); }

    friend DoubleDouble erfinv(const DoubleDouble& x);
    friend DoubleDouble lgamma(const DoubleDouble& x);
    friend DoubleDouble digamma(const DoubleDouble& x);
    friend DoubleDouble trigamma(const DoubleDouble& x);
    friend DoubleDouble polygamma(const DoubleDouble& n, const DoubleDouble& x);
    friend DoubleDouble i0(const DoubleDouble& x);
    friend DoubleDouble i0e(const DoubleDouble& x);
    friend DoubleDouble i1(const DoubleDouble& x);
    friend DoubleDouble i1e(const DoubleDouble& x);
    friend DoubleDouble erfcx(const DoubleDouble& x);
    friend DoubleDouble ndtri(const DoubleDouble& x);

    // What elementary functions ask of a type (elementary.hpp).
    friend DoubleDouble select(bool condition, const DoubleDouble& a, const DoubleDouble& b)
    {
        return condition ? a : b;
    }
    friend DoubleDouble constant_like(const DoubleDouble&, double number) { return number; }

private:
    double hi_ = 0, lo_ = 0;
};

}  // namespace xgrad
