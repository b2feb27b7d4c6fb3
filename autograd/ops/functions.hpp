#pragma once

// Mathematical functions, element by element. Shapes broadcast and dtypes promote as in elementwise.hpp; integers
// become the default dtype first, unless said otherwise. Outside a function's domain the value is NaN.

#include <xgrad/ops/operand.hpp>

#include <cstdint>
#include <limits>
#include <optional>

namespace xgrad {

Tensor exp2(const Input& x);
Tensor expm1(const Input& x);  ///< exp(x) - 1, also near 0
Tensor log2(const Input& x);
Tensor log10(const Input& x);
Tensor log1p(const Input& x);  ///< log(1 + x), also near 0
Tensor rsqrt(const Input& x);  ///< 1 / sqrt(x)
Tensor cbrt(const Input& x);   ///< the cube root, also of negative numbers; the derivative at 0 is infinite

Tensor tan(const Input& x);
Tensor asin(const Input& x);
Tensor acos(const Input& x);
Tensor atan(const Input& x);
Tensor sinh(const Input& x);
Tensor cosh(const Input& x);
Tensor asinh(const Input& x);
Tensor acosh(const Input& x);
Tensor atanh(const Input& x);
Tensor sinc(const Input& x);  ///< sin(pi x) / (pi x), and 1 at 0

Tensor erf(const Input& x);
Tensor erfc(const Input& x);     ///< 1 - erf(x), also where that is tiny
Tensor erfinv(const Input& x);   ///< +-infinity at +-1
Tensor lgamma(const Input& x);   ///< log of the absolute value of the gamma function; infinite at 0, -1, -2 ...
Tensor digamma(const Input& x);  ///< the derivative of lgamma; NaN at -1, -2 ...

/// The derivative of digamma, to 1e-9: what PyTorch computes for second derivatives of lgamma.
Tensor trigamma(const Input& x);

/// The n-th derivative of digamma, to all digits; digamma itself for n = 0, NaN where n is negative or no whole number.
Tensor polygamma(const Operand& n, const Operand& x);

// Modified Bessel functions of the first kind, of orders 0 and 1; with an e times exp(-|x|), which does not overflow.
Tensor i0(const Input& x);
Tensor i0e(const Input& x);
Tensor i1(const Input& x);
Tensor i1e(const Input& x);

Tensor erfcx(const Input& x);     ///< exp(x^2) erfc(x), also where erfc(x) is 0
Tensor ndtr(const Input& x);      ///< how probable it is that a normal number is below x
Tensor log_ndtr(const Input& x);  ///< its logarithm, also where it is 0
Tensor ndtri(const Input& x);     ///< the inverse of ndtr: -infinity at 0, infinity at 1

/// log(x / (1 - x)), the inverse of sigmoid. With an eps, x is bounded to [eps, 1 - eps] first, and the derivative is 0
/// beyond; without, it is NaN outside [0, 1].
Tensor logit(const Input& x);
Tensor logit(const Input& x, double eps);

// Piecewise constant: the derivative is 0 everywhere. Integers stay as they are.
Tensor sign(const Input& x);  ///< -1, 0 or 1; 0 for NaN
Tensor floor(const Input& x);
Tensor ceil(const Input& x);
Tensor trunc(const Input& x);
Tensor round(const Input& x);  ///< of two nearest whole numbers the even one

/// To so many digits behind the point, or, where they are negative, before it: round(x 10^decimals) / 10^decimals.
Tensor round(const Input& x, std::int64_t decimals);

Tensor entr(const Input& x);     ///< -x log(x): 0 at 0, -infinity below
Tensor deg2rad(const Input& x);  ///< x pi / 180
Tensor rad2deg(const Input& x);  ///< x 180 / pi

/// 0 below 0 and for NaN, `values` at 0, 1 above. Gradients go to the values.
Tensor heaviside(const Input& x, const Operand& values);

/// x - trunc(x), with the sign of x.
Tensor frac(const Input& x);

/// The sign, whose gradient passes unchanged where |x| <= 1 and is 0 beyond: the straight-through estimate by which
/// networks with signs as activations are trained (Bengio et al. 2013).
Tensor sign_straight_through(const Input& x);

/// x between two bounds, each a number, a tensor that broadcasts, or absent (std::nullopt). NaN, a bound's too, wins
/// and passes no gradient to others. The bounds belong to the interval: there the gradient goes to x. Where min > max, the
/// value is max. Integers stay integers between whole numbers. Throws ShapeError when both are absent.
Tensor clamp(const Input& x, std::optional<double> min, std::optional<double> max = std::nullopt);
Tensor clamp(const Input& x, const Tensor& min, const Tensor& max);  ///< an undefined tensor is an absent bound

/// Numbers in the place of NaN and of infinities, by default 0 and the largest numbers of the dtype.
struct NanToNumOptions {
    double nan = 0;
    std::optional<double> posinf, neginf;
};
Tensor nan_to_num(const Input& x, NanToNumOptions options = {});

/// bool, without derivative.
Tensor isnan(const Input& x);
Tensor isinf(const Input& x);
Tensor isfinite(const Input& x);

/// Truth of each element (anything but 0), combined; bool, without derivative.
Tensor logical_and(const Operand& a, const Operand& b);
Tensor logical_or(const Operand& a, const Operand& b);
Tensor logical_xor(const Operand& a, const Operand& b);
Tensor logical_not(const Input& x);

Tensor atan2(const Operand& a, const Operand& b);  ///< the angle of the point (b, a)
Tensor hypot(const Operand& a, const Operand& b);  ///< sqrt(a^2 + b^2) without overflow; the derivative at 0, 0 is NaN
Tensor logaddexp(const Operand& a, const Operand& b);   ///< log(exp(a) + exp(b)) without overflow
Tensor logaddexp2(const Operand& a, const Operand& b);  ///< log2(2^a + 2^b) without overflow
Tensor xlogy(const Operand& a, const Operand& b);       ///< a log(b), and 0 where a = 0
Tensor xlog1py(const Operand& a, const Operand& b);     ///< a log(1 + b), and 0 where a = 0
Tensor fmax(const Operand& a, const Operand& b);        ///< NaN loses; at a tie the gradient goes to a; keeps i64
Tensor fmin(const Operand& a, const Operand& b);        ///< NaN loses; at a tie the gradient goes to a; keeps i64
Tensor copysign(const Operand& a, const Operand& b);    ///< |a| with the sign of b; the derivative at a = 0 is 0

// Integers stay integers here, whose division by 0 throws ShapeError.
Tensor fmod(const Operand& a, const Operand& b);          ///< the rest of a / b with the sign of a
Tensor remainder(const Operand& a, const Operand& b);     ///< the rest of a / b with the sign of b
Tensor floor_divide(const Operand& a, const Operand& b);  ///< div(a, b, Rounding::floor)

/// a + weight (b - a).
Tensor lerp(const Input& a, const Input& b, const Operand& weight);

/// x + value a b, and x + value a / b.
Tensor addcmul(const Input& x, const Operand& a, const Operand& b, double value = 1);
Tensor addcdiv(const Input& x, const Operand& a, const Operand& b, double value = 1);

}  // namespace xgrad
