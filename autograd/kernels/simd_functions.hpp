// More functions for Vec<T>: exponentials, logarithms, the cube root, hyperbolic and inverse trigonometric functions,
// within 2 units in the last place over the whole range (tan, asinh, acosh, atanh: 3), with the special values of C's
// <cmath>.
//
// Each is written once, for doubles. Floats are widened to two registers of doubles: that rounds nearly exactly and
// needs no care of its own. Reductions follow fdlibm (log1p, asin) and Cephes (atan).
#pragma once

#include "autograd/kernels/simd_fits.hpp"
#include "autograd/kernels/simd_lanes.hpp"
#include "autograd/kernels/simd_math.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

// ---- floats by doubles ----------------------------------------------------------------------------------------------

/// The two halves of a register of floats.
struct Halves {
    Vec<double> low, high;
};

inline Halves widened(const Vec<float>& x)
{
#if defined(__AVX512F__)
    return {{_mm512_cvtps_pd(_mm512_castps512_ps256(x.batch))}, {_mm512_cvtps_pd(_mm512_extractf32x8_ps(x.batch, 1))}};
#elif defined(__AVX2__)
    return {{_mm256_cvtps_pd(_mm256_castps256_ps128(x.batch))}, {_mm256_cvtps_pd(_mm256_extractf128_ps(x.batch, 1))}};
#else
    constexpr Index half = Vec<double>::size;
    alignas(64) float from[Vec<float>::size];
    alignas(64) double to[Vec<float>::size];
    x.store(from);
    for (Index i = 0; i < Vec<float>::size; ++i) to[i] = from[i];
    return {Vec<double>::load(to), Vec<double>::load(to + half)};
#endif
}

inline Vec<float> narrowed(const Vec<double>& low, const Vec<double>& high)
{
#if defined(__AVX512F__)
    return {_mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low.batch)), _mm512_cvtpd_ps(high.batch), 1)};
#elif defined(__AVX2__)
    return {_mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps(low.batch)), _mm256_cvtpd_ps(high.batch), 1)};
#else
    constexpr Index half = Vec<double>::size;
    alignas(64) double from[Vec<float>::size];
    alignas(64) float to[Vec<float>::size];
    low.store(from);
    high.store(from + half);
    for (Index i = 0; i < Vec<float>::size; ++i) to[i] = static_cast<float>(from[i]);
    return Vec<float>::load(to);
#endif
}

// ---- exponentials ---------------------------------------------------------------------------------------------------

/// exp(x) / 2 for x >= 0, also where exp(x) would be infinite already.
inline Vec<double> half_exp(const Vec<double>& x)
{
    const ExpParts<double> e(at_most(x, 712.0));
    const Vec<double> sum = 1.0 + e.r, lost = e.r - (sum - 1.0);
    return scaled(sum + (lost + e.tail), e.n - 1.0);
}

[[gnu::noinline]] inline Vec<double> exp2(const Vec<double>& x)
{
    using C = Constants<double>;
    const Vec<double> bounded = at_least(at_most(x, 1025.0), -1076.0), n = Rounded<double>(bounded).value;
    const Double2 r = exact_product(bounded - n, Vec<double>(C::kLn2));
    const Vec<double> tail = r.high * r.high * polynomial(r.high, C::kExp) + (r.low + (bounded - n) * C::kLn2Rest);
    const Vec<double> sum = 1.0 + r.high, lost = r.high - (sum - 1.0);
    return scaled(sum + (lost + tail), n);
}

/// exp(x) - 1 for x in [-40, 40], and what its rounding lost.
inline Double2 long_expm1(const Vec<double>& x)
{
    const ExpParts<double> e(x);
    const Vec<double> scale = power_of_two(e.n);
    const Double2 most = exact_sum(scale - 1.0, scale * e.r);
    const Vec<double> rest = scale * e.tail, sum = most.high + rest;
    return {sum, ((most.high - sum) + rest) + most.low};
}

[[gnu::noinline]] inline Vec<double> expm1(const Vec<double>& x)
{
    const Double2 e = long_expm1(at_least(at_most(x, 40.0), -40.0));
    const Vec<double> y = select(x == 0.0, x, e.high + e.low);
    return any(x > 40.0) ? select(x > 40.0, exp(x), y) : y;
}

[[gnu::noinline]] inline Vec<double> sinh(const Vec<double>& x)
{
    const Vec<double> a = abs(x), bounded = at_most(a, 40.0);
    const Double2 e = long_expm1(bounded);
    // (E + E / (E + 1)) / 2 with E = exp(a) - 1
    const Vec<double> above = e.high + 1.0, quotient = e.high / above;
    const Double2 sum = exact_sum(e.high, quotient);
    const Vec<double> y = 0.5 * (sum.high + (sum.low + e.low));
    return with_sign_of(x, any(a > 40.0) ? select(a > 40.0, half_exp(a), y) : y);
}

[[gnu::noinline]] inline Vec<double> cosh(const Vec<double>& x)
{
    const Vec<double> a = abs(x), half = half_exp(a);
    return half + 0.25 / half;
}

// ---- logarithms -----------------------------------------------------------------------------------------------------

/// The special values of a logarithm: y is that of ordinary numbers.
inline Vec<double> with_log_limits(const Vec<double>& x, Vec<double> y)
{
    using C = Constants<double>;
    y = select(x == 0.0, Vec<double>(-C::kInfinity), y);
    y = select(x < 0.0, Vec<double>(C::kNan), y);
    return select((x == C::kInfinity) | (x != x), x, y);
}

[[gnu::noinline]] inline Vec<double> log2(const Vec<double>& x)
{
    const Double2 inverse{Vec<double>(0x1.71547652b82fep+0), Vec<double>(0x1.777d0ffda0d24p-56)};  // 1 / log(2)
    const Double2 y = long_log(x) * inverse;
    return with_log_limits(x, y.high + y.low);
}

[[gnu::noinline]] inline Vec<double> log10(const Vec<double>& x)
{
    const Double2 inverse{Vec<double>(0x1.bcb7b1526e50ep-2), Vec<double>(0x1.95355baaafad3p-57)};  // 1 / log(10)
    const Double2 y = long_log(x) * inverse;
    return with_log_limits(x, y.high + y.low);
}

[[gnu::noinline]] inline Vec<double> log1p(const Vec<double>& x)
{
    using C = Constants<double>;
    const Vec<double> u = 1.0 + x;
    const Vec<double> lost = select(x > 1.0, 1.0 - (u - x), x - (u - 1.0));  // 1 + x = u + lost
    const LogParts<double> parts(u);
    const Vec<double> f = parts.mantissa - 1.0, s = f / (f + 2.0), z = s * s;
    const Vec<double> half_square = 0.5 * f * f;
    const Vec<double> low = fma(parts.exponent, Vec<double>(C::kLn2Low), lost / u);
    const Vec<double> small = fma(s, half_square + z * polynomial(z, C::kLog), low);
    const Vec<double> y = fma(parts.exponent, Vec<double>(C::kLn2High), f - (half_square - small));
    return select(x == 0.0, x, with_log_limits(u, y));
}

[[gnu::noinline]] inline Vec<double> asinh(const Vec<double>& x)
{
    const Vec<double> a = abs(x), square = a * a;
    const Vec<double> y = log1p(a + square / (1.0 + sqrt(square + 1.0)));
    const Mask<double> large = a > 0x1p28;
    return with_sign_of(x, any(large) ? select(large, log(a) + Constants<double>::kLn2, y) : y);
}

[[gnu::noinline]] inline Vec<double> acosh(const Vec<double>& x)
{
    const Vec<double> t = x - 1.0;
    const Vec<double> y = log1p(t + sqrt(t + t + t * t));
    const Mask<double> large = x > 0x1p28;
    const Vec<double> all_above = any(large) ? select(large, log(x) + Constants<double>::kLn2, y) : y;
    return select(x < 1.0, Vec<double>(Constants<double>::kNan), all_above);
}

[[gnu::noinline]] inline Vec<double> atanh(const Vec<double>& x)
{
    const Vec<double> a = abs(x);
    return with_sign_of(x, 0.5 * log1p((a + a) / (1.0 - a)));
}

// ---- cube root ------------------------------------------------------------------------------------------------------

[[gnu::noinline]] inline Vec<double> cbrt(const Vec<double>& x)
{
    const Vec<double> a = abs(x);
    const LogParts<double> parts(a);
    // a = 2^(3 third + rest) mantissa with rest -1, 0 or 1: powers of two but for the root of 2^rest.
    const Vec<double> third = Rounded<double>(parts.exponent * (1.0 / 3)).value, rest = parts.exponent - 3.0 * third;
    const Vec<double> root_above = select(rest > 0.0, Vec<double>(1.2599210498948732), Vec<double>(1));
    const Vec<double> root = select(rest < 0.0, Vec<double>(0.79370052598409974), root_above);
    const Vec<double> m = parts.mantissa * power_of_two(rest), inverse = (1.0 / 3) / m;
    Vec<double> y = polynomial(parts.mantissa, Fits::kCbrt) * root;
    // Newton's steps y + (m - y^3) / (3 y^2), with y / m for 1 / y^2; the second one with all digits of y^3.
    y = y + (m - y * y * y) * (y * inverse);
    const Double2 square = exact_product(y, y), cube = exact_product(square.high, y);
    y = y + (((m - cube.high) - cube.low) - square.low * y) * (y * inverse);
    const Mask<double> ordinary = (a > 0.0) & (a < Constants<double>::kInfinity);
    return with_sign_of(x, select(ordinary, y * power_of_two(third), a));
}

// ---- trigonometric --------------------------------------------------------------------------------------------------

constexpr double kHalfPiHigh = 0x1.921fb54442d18p+0, kHalfPiLow = 0x1.1a62633145c07p-54;

[[gnu::noinline]] inline Vec<double> tan(const Vec<double>& x)
{
    const SineAndCosine<double> parts(x);
    const Vec<double> y = select(is_odd(parts.n), -parts.cosine / parts.sine, parts.sine / parts.cosine);
    const Vec<double> signed_zero = select(x == 0.0, x, y);
    return all(abs(x) <= Constants<double>::kTrigMax) ? signed_zero : by_library<double>(::tan, x, signed_zero);
}

/// asin(x) = x + rest for |x| <= 1/2: the rest.
inline Vec<double> asin_rest(const Vec<double>& x)
{
    const Vec<double> z = x * x;
    return x * z * polynomial(z, Fits::kAsin);
}

/// sqrt((1 - a) / 2) as high + low, for 0 <= a <= 1: asin(a) = pi/2 - 2 asin of it.
inline Double2 half_angle(const Vec<double>& a)
{
    const Vec<double> z = 0.5 * (1.0 - a), root = sqrt(z);
    const Double2 square = exact_product(root, root);
    return {root, select(root == 0.0, root, ((z - square.high) - square.low) / (root + root))};
}

[[gnu::noinline]] inline Vec<double> asin(const Vec<double>& x)
{
    const Vec<double> a = abs(x);
    const Vec<double> near = a + asin_rest(a);
    const Double2 s = half_angle(a);
    const Vec<double> rest = asin_rest(s.high) + s.low;
    const Double2 most = exact_sum(Vec<double>(kHalfPiHigh), -2.0 * s.high);
    const Vec<double> far = most.high + (most.low + (kHalfPiLow - 2.0 * rest));
    return with_sign_of(x, select(a < 0.5, near, far));
}

[[gnu::noinline]] inline Vec<double> acos(const Vec<double>& x)
{
    const Vec<double> a = abs(x);
    const Double2 most = exact_sum(Vec<double>(kHalfPiHigh), -x);
    const Vec<double> near = most.high + (most.low + (kHalfPiLow - asin_rest(x)));
    const Double2 s = half_angle(a);
    const Vec<double> half = s.high + (asin_rest(s.high) + s.low);
    const Vec<double> far = select(x > 0.0, half + half, 2.0 * (kHalfPiHigh - (half - kHalfPiLow)));
    return select(a < 0.5, near, far);
}

/// The angle in [0, pi/2] of the point (b, a), for a, b >= 0, not both 0 or infinite.
inline Vec<double> angle(const Vec<double>& a, const Vec<double>& b)
{
    // From the axes or from the diagonal: atan(a / b) = pi/4 + atan((a - b) / (a + b)).
    const Mask<double> steep = a > 2.414213562373095 * b, middle = a > 0.4142135623730950 * b;
    const Vec<double> above = select(steep, -b, select(middle, a - b, a));
    const Vec<double> below = select(steep, a, select(middle, a + b, b));
    const Vec<double> t = above / below, z = t * t;
    const Vec<double> zero(0), turn = select(steep, Vec<double>(1), select(middle, Vec<double>(0.5), zero));
    // What the roundings of the quotient and of its parts lost.
    const Double2 product = exact_product(t, below);
    const Double2 sum = exact_sum(a, b), difference = exact_sum(a, -b);
    const Vec<double> above_lost = select(middle & !steep, difference.low, zero);
    const Vec<double> below_lost = select(middle & !steep, sum.low, zero);
    const Vec<double> residual = ((above - product.high) - product.low) + (above_lost - t * below_lost);
    const Vec<double> lost = select(abs(residual) < 1.0, residual / below, zero);  // else a part is infinite
    const Vec<double> rest = fma(t * z, polynomial(z, Fits::kAtan), lost + turn * kHalfPiLow);
    const Double2 most = exact_sum(turn * kHalfPiHigh, t);
    return most.high + (most.low + rest);
}

[[gnu::noinline]] inline Vec<double> atan(const Vec<double>& x)
{
    return with_sign_of(x, angle(abs(x), Vec<double>(1)));
}

/// The angle of the point (b, a).
[[gnu::noinline]] inline Vec<double> atan2(const Vec<double>& a, const Vec<double>& b)
{
    const double inf = Constants<double>::kInfinity;
    Vec<double> up = abs(a), across = abs(b);
    const Mask<double> both = (up == inf) & (across == inf), none = (up == 0.0) & (across == 0.0);
    up = select(both, Vec<double>(1), up);
    across = select(both | none, Vec<double>(1), across);
    const Mask<double> large = (up > 0x1p1000) | (across > 0x1p1000), tiny = (up < 0x1p-900) & (across < 0x1p-900);
    const Vec<double> scale = select(large, Vec<double>(0x1p-60), select(tiny, Vec<double>(0x1p100), Vec<double>(1)));
    const Vec<double> y = angle(up * scale, across * scale);
    const Mask<double> left = with_sign_of(b, Vec<double>(1)) < 0.0;
    return with_sign_of(a, select(left, 2.0 * kHalfPiHigh - (y - 2.0 * kHalfPiLow), y));
}

/// sqrt(a^2 + b^2) without overflow.
[[gnu::noinline]] inline Vec<double> hypot(const Vec<double>& a, const Vec<double>& b)
{
    const double inf = Constants<double>::kInfinity;
    const Vec<double> x = abs(a), y = abs(b);
    const Mask<double> large = (x > 0x1p500) | (y > 0x1p500), tiny = (x < 0x1p-450) & (y < 0x1p-450);
    const Vec<double> scale = select(large, Vec<double>(0x1p-600), select(tiny, Vec<double>(0x1p600), Vec<double>(1)));
    const Vec<double> back = select(large, Vec<double>(0x1p600), select(tiny, Vec<double>(0x1p-600), Vec<double>(1)));
    const Double2 xx = exact_product(x * scale, x * scale), yy = exact_product(y * scale, y * scale);
    const Double2 sum = exact_sum(xx.high, yy.high);
    const Vec<double> length = sqrt(sum.high + (sum.low + (xx.low + yy.low))) * back;
    return select((x == inf) | (y == inf), Vec<double>(inf), length);
}

// ---- floats ---------------------------------------------------------------------------------------------------------

inline Vec<float> exp2(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(exp2(wide.low), exp2(wide.high));
}
inline Vec<float> expm1(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(expm1(wide.low), expm1(wide.high));
}
inline Vec<float> sinh(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(sinh(wide.low), sinh(wide.high));
}
inline Vec<float> cosh(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(cosh(wide.low), cosh(wide.high));
}
inline Vec<float> log2(const Vec<float>& x)  // a double's log has digits enough
{
    const Halves wide = widened(x);
    return narrowed(log(wide.low) * 1.4426950408889634, log(wide.high) * 1.4426950408889634);
}
inline Vec<float> log10(const Vec<float>& x)  // a double's log has digits enough
{
    const Halves wide = widened(x);
    return narrowed(log(wide.low) * 0.43429448190325183, log(wide.high) * 0.43429448190325183);
}
inline Vec<float> log1p(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(log1p(wide.low), log1p(wide.high));
}
inline Vec<float> asinh(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(asinh(wide.low), asinh(wide.high));
}
inline Vec<float> acosh(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(acosh(wide.low), acosh(wide.high));
}
inline Vec<float> atanh(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(atanh(wide.low), atanh(wide.high));
}
inline Vec<float> cbrt(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(cbrt(wide.low), cbrt(wide.high));
}
inline Vec<float> tan(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(tan(wide.low), tan(wide.high));
}
inline Vec<float> asin(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(asin(wide.low), asin(wide.high));
}
inline Vec<float> acos(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(acos(wide.low), acos(wide.high));
}
inline Vec<float> atan(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(atan(wide.low), atan(wide.high));
}
inline Vec<float> atan2(const Vec<float>& a, const Vec<float>& b)
{
    const Halves x = widened(a), y = widened(b);
    return narrowed(atan2(x.low, y.low), atan2(x.high, y.high));
}
inline Vec<float> hypot(const Vec<float>& a, const Vec<float>& b)
{
    const Halves x = widened(a), y = widened(b);
    return narrowed(hypot(x.low, y.low), hypot(x.high, y.high));
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
