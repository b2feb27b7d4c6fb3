// exp, log, tanh, sin, cos, pow and their kin for Vec<T>, within 2 units in the last place over the whole range, with
// the special values of C's <cmath>.
//
// Of our own, not xsimd's: 8.1 has pow 61 ulp off, log of double denormals wrong, and its sin and cos pull in a
// function that is the same symbol for every instruction set, so that a program could keep the wide variant on a
// machine without it. Polynomials are Chebyshev interpolants computed in 60 digits; reductions follow fdlibm (log, sin,
// cos) and SLEEF (pow).
#pragma once

#include "autograd/kernels/simd.hpp"
#include "autograd/kernels/simd_constants.hpp"

extern "C" {
double sin(double) noexcept;
double cos(double) noexcept;
float sinf(float) noexcept;
float cosf(float) noexcept;
}

namespace xgrad::kernels::XGRAD_ISA_NAME {

// ---- bits -----------------------------------------------------------------------------------------------------------

template <class T>
using Bits = xsimd::batch<std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>, xsimd::default_arch>;

template <class T>
Bits<T> bits_of(const Vec<T>& v)
{
    Bits<T> bits;
    __builtin_memcpy(&bits, &v, sizeof v);
    return bits;
}

template <class T>
Vec<T> from_bits(const Bits<T>& bits)
{
    Vec<T> v;
    __builtin_memcpy(&v, &bits, sizeof v);
    return v;
}

/// The magnitude of a with the sign of b; a must not be negative.
template <class T>
Vec<T> with_sign_of(const Vec<T>& b, const Vec<T>& a)
{
    const Bits<T> sign = bits_of(Vec<T>(-0.0));
    return from_bits<T>(bits_of(a) | (bits_of(b) & sign));
}

/// The nearest integer, as a float and (in the low bits of `shifted`) as an integer. |x| must be below kShift / 4.
template <class T>
struct Rounded {
    explicit Rounded(const Vec<T>& x) : shifted(x + Vec<T>(Constants<T>::kShift)), value(shifted - Constants<T>::kShift)
    {
    }
    Vec<T> shifted, value;
};

/// 2^n for integers n in the range of normal numbers.
template <class T>
Vec<T> power_of_two(const Vec<T>& n)
{
    const Vec<T> shifted = n + Vec<T>(Constants<T>::kShift + Constants<T>::kBias);
    return from_bits<T>(bits_of(shifted) << Constants<T>::kMantissaBits);
}

/// v * 2^n for integers n, also where 2^n or the result is infinite, denormal or 0.
template <class T>
Vec<T> scaled(const Vec<T>& v, const Vec<T>& n)
{
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
        return Vec<T>(_mm512_scalef_ps(v.batch, n.batch));
    else
        return Vec<T>(_mm512_scalef_pd(v.batch, n.batch));
#else
    const Vec<T> half = Rounded<T>(n * 0.5).value;  // two factors, each a normal number
    return v * power_of_two(half) * power_of_two(n - half);
#endif
}

/// c[0] + x (c[1] + x (...)).
template <class T, std::size_t N>
[[gnu::always_inline]] inline Vec<T> polynomial(const Vec<T>& x, const T (&c)[N])
{
    Vec<T> sum(c[N - 1]);
    for (std::size_t i = N - 1; i-- > 0;) sum = fma(sum, x, Vec<T>(c[i]));
    return sum;
}

// ---- exp, tanh ------------------------------------------------------------------------------------------------------

/// x = n ln 2 + r with |r| <= ln 2 / 2; tail = exp(r) - 1 - r.
template <class T>
struct ExpParts {
    explicit ExpParts(const Vec<T>& x)
    {
        using C = Constants<T>;
        n = Rounded<T>(x * C::kLog2E).value;
        r = fma(n, Vec<T>(-C::kLn2Low), fma(n, Vec<T>(-C::kLn2High), x));
        tail = r * r * polynomial(r, C::kExp);
    }
    Vec<T> n, r, tail;
};

template <class T>
[[gnu::always_inline]] inline Vec<T> exp(const Vec<T>& x)
{
    using C = Constants<T>;
    // At the bounds the result has become 0 or infinity.
    const ExpParts<T> e(at_least(at_most(x, C::kExpMax), C::kExpMin));
    const Vec<T> sum = 1.0 + e.r, lost = e.r - (sum - 1.0);
    // Far below, 0 is scaled: to scale another number down to 0 or a denormal one costs a hundred cycles.
    return scaled(select(x < C::kExpMin, Vec<T>(0), sum + (lost + e.tail)), e.n);
}

/// (above + lost) / (divisor + divisor_lost), where the second parts are what rounding took from the first ones, and
/// 1 <= divisor < 1e30: a first quotient, then what it lacks.
template <class T>
[[gnu::always_inline]] inline Vec<T> long_quotient(const Vec<T>& above, const Vec<T>& lost, const Vec<T>& divisor,
                                                   const Vec<T>& divisor_lost)
{
    const Vec<T> inverse = near_inverse(divisor);
    const Vec<T> quotient = kFused ? above * inverse : above / divisor;
    Vec<T> missing = fma(-quotient, divisor_lost, lost);
    if constexpr (kFused) missing += fma(-quotient, divisor, above);
    return fma(missing, inverse, quotient);
}

template <class T>
[[gnu::always_inline]] inline Vec<T> tanh(const Vec<T>& x)
{
    // tanh a = E / (E + 2) with E = exp(2a) - 1 = 2^n (exp(r) - 1) + (2^n - 1): nothing cancels, for small a neither.
    const Vec<T> a = abs(x);
    const Vec<T> bounded = at_most(a, Constants<T>::kTanhOne);
    const ExpParts<T> e(bounded + bounded);
    const Vec<T> scale = power_of_two(e.n);
    const Vec<T> most = fma(scale, e.r, scale - 1.0), rest = scale * e.tail, expm1 = most + rest;
    const Vec<T> divisor = expm1 + 2.0;
    const Vec<T> y = long_quotient(expm1, (most - expm1) + rest, divisor, expm1 - (divisor - 2.0));
    return with_sign_of(x, kFused ? y : at_most(y, T(1)));  // where it rounds once more, a last digit is above 1
}

template <class T>
[[gnu::always_inline]] inline Vec<T> sigmoid(const Vec<T>& x)
{
    // exp(-x) = 2^n (1 + v), so the divisor is 2^n v + 1 + 2^n: of these the smaller ones first.
    const T least = -60;  // from there down, 1 + exp(-x) is exp(-x)
    const ExpParts<T> e(at_least(-x, least));
    const Vec<T> scale = power_of_two(e.n);
    const Vec<T> smaller_part = fma(scale, e.r + e.tail, at_most(scale, T(1)));
    const Vec<T> y = near_inverse(smaller_part + at_least(scale, T(1)));
    const Mask<T> ordinary = x > least;
    return all(ordinary) ? y : select(ordinary, y, exp(x));
}

// ---- log ------------------------------------------------------------------------------------------------------------

/// x = 2^exponent * mantissa with mantissa in [sqrt(1/2), sqrt(2)), for finite x > 0.
template <class T>
struct LogParts {
    explicit LogParts(const Vec<T>& x)
    {
        using C = Constants<T>;
        const Mask<T> denormal = x < C::kMinNormal;
        const Vec<T> normal = select(denormal, x * C::kDenormalScale, x);
        const Bits<T> root_half = bits_of(Vec<T>(C::kSqrtHalf));
        const Bits<T> bits = bits_of(normal) + (bits_of(Vec<T>(1)) - root_half);
        const Bits<T> mantissa_mask = bits_of(Vec<T>(C::kMinNormal)) - bits_of(Vec<T>(C::kMinDenormal));
        mantissa = from_bits<T>((bits & mantissa_mask) + root_half);
        // The exponent field placed in the low bits of 2^mantissa_bits is that float plus the exponent.
        const Vec<T> two_to(C::kTwoToMantissaBits);
        const Vec<T> biased = from_bits<T>((bits >> C::kMantissaBits) | bits_of(two_to)) - two_to;
        exponent = biased - select(denormal, Vec<T>(C::kBias + C::kDenormalBits), Vec<T>(C::kBias));
    }
    Vec<T> exponent, mantissa;
};

template <class T>
[[gnu::always_inline]] inline Vec<T> log(const Vec<T>& x)
{
    using C = Constants<T>;
    const LogParts<T> parts(x);
    const Vec<T> f = parts.mantissa - 1.0, s = f / (f + 2.0), z = s * s;
    const Vec<T> half_square = 0.5 * f * f;
    const Vec<T> small = fma(s, half_square + z * polynomial(z, C::kLog), parts.exponent * C::kLn2Low);
    Vec<T> y = fma(parts.exponent, Vec<T>(C::kLn2High), f - (half_square - small));
    y = select(x == 0.0, Vec<T>(-C::kInfinity), y);
    y = select(x < 0.0, Vec<T>(C::kNan), y);
    return select((x == C::kInfinity) | (x != x), x, y);
}

// ---- sin, cos -------------------------------------------------------------------------------------------------------

/// The rare arguments too large for the reduction below, one at a time by the C library.
template <class T>
[[gnu::noinline]] Vec<T> by_library(T (*function)(T) noexcept, const Vec<T>& x, const Vec<T>& y)
{
    alignas(64) T from[Vec<T>::size], to[Vec<T>::size];
    x.store(from);
    y.store(to);
    for (Index i = 0; i < Vec<T>::size; ++i)
        if (!(from[i] <= Constants<T>::kTrigMax && from[i] >= -Constants<T>::kTrigMax)) to[i] = function(from[i]);
    return Vec<T>::load(to);
}

/// Sine and cosine of x - n pi/2, at most pi/4 from 0, for |x| <= kTrigMax.
template <class T>
struct SineAndCosine {
    [[gnu::always_inline]] explicit SineAndCosine(const Vec<T>& x)
    {
        using C = Constants<T>;
        n = Rounded<T>(x * C::kTwoOverPi).value;
        // reduced + rest = x - n pi/2. The first three parts of pi/2 are short: their products with n are exact.
        const Vec<T> first = x - n * C::kHalfPi[0];
        const Vec<T> b = n * C::kHalfPi[1], second = first - b, second_error = (first - second) - b;
        const Vec<T> c = n * C::kHalfPi[2], third = second - c, third_error = (second - third) - c;
        const Vec<T> low = (second_error + third_error) - n * C::kHalfPi[3];
        const Vec<T> reduced = third + low, rest = low - (reduced - third);

        const Vec<T> z = reduced * reduced;
        sine = reduced + fma(reduced * z, polynomial(z, C::kSin), rest * (1.0 - 0.5 * z));
        const Vec<T> half = 0.5 * z, one_less = 1.0 - half;
        cosine = one_less + (((1.0 - one_less) - half) + fma(z * z, polynomial(z, C::kCos), -(reduced * rest)));
    }
    Vec<T> n, sine, cosine;
};

template <class T>
Mask<T> is_odd(const Vec<T>& whole)
{
    return whole != 2.0 * Rounded<T>(whole * 0.5).value;
}

/// sin(x + quadrant pi/2), for quadrant 0 or 1 (cos).
template <class T>
[[gnu::always_inline]] inline Vec<T> sine(const Vec<T>& x, int quadrant)
{
    const SineAndCosine<T> parts(x);
    const Vec<T> turns = quadrant == 0 ? parts.n : parts.n + 1.0;
    const Bits<T> two = Bits<T>(2);
    const Bits<T> sign = (bits_of(turns + Vec<T>(Constants<T>::kShift)) & two) << (8 * static_cast<int>(sizeof(T)) - 2);
    return from_bits<T>(bits_of(select(is_odd(turns), parts.cosine, parts.sine)) ^ sign);
}

inline Vec<float> sin(const Vec<float>& x)
{
    const Vec<float> y = select(x == 0.0, x, sine(x, 0));
    return all(abs(x) <= Constants<float>::kTrigMax) ? y : by_library<float>(::sinf, x, y);
}
inline Vec<float> cos(const Vec<float>& x)
{
    const Vec<float> y = sine(x, 1);
    return all(abs(x) <= Constants<float>::kTrigMax) ? y : by_library<float>(::cosf, x, y);
}
inline Vec<double> sin(const Vec<double>& x)
{
    const Vec<double> y = select(x == 0.0, x, sine(x, 0));
    return all(abs(x) <= Constants<double>::kTrigMax) ? y : by_library<double>(::sin, x, y);
}
inline Vec<double> cos(const Vec<double>& x)
{
    const Vec<double> y = sine(x, 1);
    return all(abs(x) <= Constants<double>::kTrigMax) ? y : by_library<double>(::cos, x, y);
}

// ---- pow ------------------------------------------------------------------------------------------------------------

/// A sum of two doubles that do not overlap.
struct Double2 {
    Vec<double> high, low;
};

inline Double2 exact_sum(const Vec<double>& a, const Vec<double>& b)
{
    const Vec<double> sum = a + b, b_part = sum - a;
    return {sum, (a - (sum - b_part)) + (b - b_part)};
}

/// What rounding took from product = a * b, exactly.
template <class T>
Vec<T> lost_by_rounding(const Vec<T>& a, const Vec<T>& b, const Vec<T>& product)
{
    if constexpr (kFused) return fma(a, b, -product);
    const T split = sizeof(T) == 4 ? 4097 : 134217729;  // 2^12 + 1, 2^27 + 1 (Dekker)
    const Vec<T> a_big = split * a, a_high = a_big - (a_big - a), a_low = a - a_high;
    const Vec<T> b_big = split * b, b_high = b_big - (b_big - b), b_low = b - b_high;
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
}

inline Double2 exact_product(const Vec<double>& a, const Vec<double>& b)
{
    const Vec<double> product = a * b;
    return {product, lost_by_rounding(a, b, product)};
}

inline Double2 operator+(const Double2& a, const Double2& b)
{
    const Double2 sum = exact_sum(a.high, b.high);
    const Vec<double> low = sum.low + (a.low + b.low), high = sum.high + low;
    return {high, low - (high - sum.high)};
}

inline Double2 operator*(const Double2& a, const Double2& b)
{
    const Double2 product = exact_product(a.high, b.high);
    return {product.high, product.low + (a.high * b.low + a.low * b.high)};
}

/// log(x) with 11 more bits than a double holds, for finite x > 0.
inline Double2 long_log(const Vec<double>& x)
{
    using C = Constants<double>;
    const LogParts<double> parts(x);
    const Vec<double> f = parts.mantissa - 1.0;
    const Double2 g = exact_sum(parts.mantissa, Vec<double>(1.0));
    const Vec<double> quotient = f / g.high;
    const Double2 back = exact_product(quotient, g.high);
    const Double2 s{quotient, (((f - back.high) - back.low) - quotient * g.low) / g.high};
    const Double2 z = s * s;
    const Double2 third =
        exact_sum(Vec<double>(C::kTwoThirds), z.high * polynomial(z.high, C::kLongLog) + C::kTwoThirdsLow);
    const Double2 ln2{Vec<double>(C::kLn2), Vec<double>(C::kLn2Rest)};
    const Double2 whole = ln2 * Double2{parts.exponent, Vec<double>(0)};
    return (whole + Double2{s.high + s.high, s.low + s.low}) + z * s * third;
}

/// a^b for finite a > 0 and finite b.
[[gnu::noinline]] inline Vec<double> positive_pow(const Vec<double>& a, const Vec<double>& b)
{
    const Double2 log_a = long_log(a);
    // No log but 0 is small enough to matter beyond 2^80, and the split in exact_product must not overflow.
    const Vec<double> bound(0x1p80), exponent = select(abs(b) > bound, with_sign_of(b, bound), b);
    const Double2 product = exact_product(log_a.high, exponent);
    const Vec<double> low = product.low + log_a.low * exponent;
    const Vec<double> y = exp(product.high);
    // Far outside, y is 0 or infinity and `low` may be nan or of the other sign.
    return select((abs(product.high) < 800.0) & (y < Constants<double>::kInfinity), fma(y, low, y), y);
}

[[gnu::noinline]] inline Vec<float> positive_pow(const Vec<float>& a, const Vec<float>& b)
{
    constexpr Index half = Vec<double>::size;
    alignas(64) float as[Vec<float>::size], bs[Vec<float>::size];
    a.store(as);
    b.store(bs);
    for (Index first = 0; first < Vec<float>::size; first += half) {
        alignas(64) double wide_a[half], wide_b[half];
        for (Index i = 0; i < half; ++i) wide_a[i] = as[first + i], wide_b[i] = bs[first + i];
        exp(Vec<double>::load(wide_b) * log(Vec<double>::load(wide_a))).store(wide_a);
        for (Index i = 0; i < half; ++i) as[first + i] = static_cast<float>(wide_a[i]);
    }
    return Vec<float>::load(as);
}

template <class T>
Mask<T> is_integer(const Vec<T>& magnitude)
{
    const T limit = Constants<T>::kTwoToMantissaBits;
    return (magnitude >= limit) | ((magnitude + limit) - limit == magnitude);
}

/// What C's pow defines apart: zeros, infinities, nan, negative bases. `y` is |a|^b where both are ordinary.
template <class T>
[[gnu::noinline]] Vec<T> special_pow(const Vec<T>& a, const Vec<T>& b, Vec<T> y)
{
    using C = Constants<T>;
    const Vec<T> base = abs(a), exponent = abs(b), zero(0), infinity(C::kInfinity), one(1);
    y = select(base == 0.0, select(b < 0.0, infinity, zero), y);
    y = select(base == infinity, select(b < 0.0, zero, infinity), y);
    const Mask<T> grows = ((base > 1.0) & (b > 0.0)) | ((base < 1.0) & (b < 0.0));
    y = select(exponent == infinity, select(base == 1.0, one, select(grows, infinity, zero)), y);
    const Mask<T> whole = is_integer(exponent);
    const Mask<T> odd = whole & !is_integer(exponent * 0.5) & (exponent < 2 * C::kTwoToMantissaBits);
    y = select((a < 0.0) & !whole & (base != infinity), Vec<T>(C::kNan), y);
    y = select(odd, with_sign_of(a, abs(y)), y);
    y = select((a != a) | (b != b), a + b, y);
    return select((b == 0.0) | (a == 1.0), one, y);
}

template <class T>
Vec<T> pow(const Vec<T>& a, const Vec<T>& b)
{
    if (all(b == 2.0)) return a * a;
    if (all(b == 1.0)) return a;
    if (all(b == 3.0)) return a * a * a;
    if (all(b == -1.0)) return 1.0 / a;
    const Vec<T> base = abs(a), huge(Constants<T>::kInfinity);
    const Mask<T> ordinary = (base > 0.0) & (base < huge) & (abs(b) < huge);
    const Vec<T> y = positive_pow(select(ordinary, base, Vec<T>(1)), select(ordinary, b, Vec<T>(1)));
    if (all(ordinary & (a > 0.0))) return y;
    return special_pow(a, b, y);
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
