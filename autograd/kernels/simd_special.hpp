// The error and gamma functions and their kin for Vec<T>, within 8 units in the last place or 1e-15. Floats by doubles,
// as in simd_functions.hpp, but for erfc.
#pragma once

#include "autograd/kernels/simd_functions.hpp"
#include "autograd/kernels/simd_lanes.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

/// erfc of x >= 0.
inline Vec<double> erfc_above(const Vec<double>& x)
{
    const Vec<double> a = at_most(x, 28.0), at = (a - 4.0) / (a + 4.0);
    const Double2 square = exact_product(a, a);
    const Vec<double> e = exp(-square.high);
    return (e - e * square.low) * (polynomial(at, Fits::kErfc) / fma(a, Vec<double>(2), Vec<double>(1)));
}

[[gnu::noinline]] inline Vec<double> erfc(const Vec<double>& x)
{
    const Vec<double> y = erfc_above(abs(x));
    const Vec<double> near = 1.0 - fma(x, polynomial(x * x, Fits::kErf), x);
    return select(abs(x) < 0.25, near, select(x < 0.0, 2.0 - y, y));
}

[[gnu::noinline]] inline Vec<double> erf(const Vec<double>& x)
{
    const Vec<double> a = abs(x), square = at_most(x * x, 1.0);
    const Vec<double> near = fma(a, polynomial(square, Fits::kErf), a);
    return with_sign_of(x, all(a < 1.0) ? near : select(a < 1.0, near, 1.0 - erfc_above(a)));
}

[[gnu::noinline]] inline Vec<double> erfinv(const Vec<double>& x)
{
    using C = Constants<double>;
    const Vec<double> a = abs(x), w = -log((1.0 - a) * (1.0 + a));
    Vec<double> y = a * polynomial(w - 3.125, Fits::kErfinvNear);
    if (any(w > 6.25)) {
        const Vec<double> root = sqrt(w);
        y = select(w > 6.25, a * polynomial(root - 3.25, Fits::kErfinvFar), y);
        y = select(w > 16.0, a * polynomial(root - 5.125, Fits::kErfinvTail), y);
    }
    y = select(a == 1.0, Vec<double>(C::kInfinity), y);
    return with_sign_of(x, select(a <= 1.0, y, Vec<double>(C::kNan)));
}

/// lgamma of x > 0.
inline Vec<double> lgamma_above(const Vec<double>& x)
{
    // Into [3/2, 5/2], dividing by factors above and multiplying by them below.
    Vec<double> at = x, product(1);
    for (int i = 0; i < 6 && any((at > 2.5) & (x < 8.0)); ++i) {
        const Mask<double> large = (at > 2.5) & (x < 8.0);
        at = select(large, at - 1.0, at);
        product = select(large, product * at, product);
    }
    Vec<double> below(1);
    for (int i = 0; i < 2 && any(at < 1.5); ++i) {
        const Mask<double> small = at < 1.5;
        below = select(small, below * at, below);
        at = select(small, at + 1.0, at);
    }
    const Vec<double> t = at - 2.0;
    Vec<double> y =
        t * polynomial(t, Fits::kLgamma) + select(x < 1.5, -log(below), select(x > 2.5, log(product), Vec<double>(0)));
    if (any(x >= 8.0)) {
        const Vec<double> large = select(x >= 8.0, x, Vec<double>(8)), z = 1.0 / (large * large);
        const Vec<double> rest = polynomial(z, Fits::kStirling) / large + (0.91893853320467274 - 0.5);
        y = select(x >= 8.0, fma(large - 0.5, log(large) - 1.0, rest), y);
    }
    return y;
}

[[gnu::noinline]] inline Vec<double> lgamma(const Vec<double>& x)
{
    const Vec<double> y = lgamma_above(select(x > 0.0, x, Vec<double>(1)));
    if (all(x > 0.0)) return y;
    const auto wide = [](double v) { return static_cast<double>(elementary::wide::lgamma(v)); };
    return select(x > 0.0, y, lane_by_lane(wide, select(x > 0.0, Vec<double>(1), x)));
}

/// digamma of 0 < x <= 2, by its zero: no digits are lost beside it.
inline Vec<double> digamma_near(const Vec<double>& x)
{
    const Vec<double> at = select(x < 1.0, x + 1.0, x);
    const Vec<double> y =
        ((at - Fits::kDigammaRoot) - Fits::kDigammaRootRest) * polynomial(at - 1.5, Fits::kDigammaNear);
    return select(x < 1.0, y - 1.0 / x, y);
}

[[gnu::noinline]] inline Vec<double> digamma(const Vec<double>& x)
{
    const Mask<double> above = x > 0.0, near = x <= 2.0;
    Vec<double> at = select(above & !near, x, Vec<double>(10)), sum(0);
    for (int i = 0; i < 10 && any(at < 10.0); ++i) {
        const Mask<double> small = at < 10.0;
        sum = select(small, sum + 1.0 / at, sum);
        at = select(small, at + 1.0, at);
    }
    const Vec<double> z = 1.0 / (at * at);
    Vec<double> y = log(at) - (sum + (0.5 / at + z * polynomial(z, Fits::kDigamma)));
    if (any(above & near)) y = select(near, digamma_near(select(above & near, x, Vec<double>(1))), y);
    if (all(above)) return y;
    const auto wide = [](double v) { return static_cast<double>(elementary::wide::digamma(v)); };
    return select(above, y, lane_by_lane(wide, select(above, Vec<double>(1), x)));
}

// ---- floats ---------------------------------------------------------------------------------------------------------

inline Vec<float> erf(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(erf(wide.low), erf(wide.high));
}
/// Not by doubles: gelu is made of it, and so it takes an eighth of the time. One division serves both quotients.
inline Vec<float> erfc(const Vec<float>& x)
{
    const Vec<float> a = at_most(abs(x), 10.2F), square = a * a, lost = lost_by_rounding(a, a, square);
    const Vec<float> shifted = a + 2.0, slope = fma(a, Vec<float>(2), Vec<float>(1)), inverse = 1.0 / (shifted * slope);
    const Vec<float> s = a * slope * inverse, e = exp(-square);
    const Vec<float> w = fma(s, polynomial(s - 0.4F, Fits::kErfcFloat), Vec<float>(1));
    const Vec<float> y = fma(-e, lost, e) * w * (shifted * inverse);
    return select(x < 0.0, 2.0 - y, y);
}
inline Vec<float> erfinv(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(erfinv(wide.low), erfinv(wide.high));
}
inline Vec<float> lgamma(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(lgamma(wide.low), lgamma(wide.high));
}
inline Vec<float> digamma(const Vec<float>& x)
{
    const Halves wide = widened(x);
    return narrowed(digamma(wide.low), digamma(wide.high));
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
