#include <xgrad/error.hpp>
#include <xgrad/tape.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include "autograd/ops/elementwise_impl.hpp"

namespace xgrad {

using detail::binary;
namespace el = elementary;

Tensor atan2(const Operand& a, const Operand& b) { return binary<el::Atan2>(a, b, true); }
Tensor hypot(const Operand& a, const Operand& b) { return binary<el::Hypot>(a, b, true); }
Tensor logaddexp(const Operand& a, const Operand& b) { return binary<el::Logaddexp>(a, b, true); }
Tensor xlogy(const Operand& a, const Operand& b) { return binary<el::Xlogy>(a, b, true); }
Tensor fmax(const Operand& a, const Operand& b) { return binary<el::Fmax>(a, b, false); }
Tensor fmin(const Operand& a, const Operand& b) { return binary<el::Fmin>(a, b, false); }
Tensor logaddexp2(const Operand& a, const Operand& b)
{
    constexpr double kLn2 = 0.69314718055994531;
    const detail::Operands x(a, b, true);  // a number takes the dtype of the tensor beside it before it is scaled
    return logaddexp(mul(x.a(), kLn2), mul(x.b(), kLn2)) / kLn2;
}
Tensor xlog1py(const Operand& a, const Operand& b)
{
    const detail::Operands x(a, b, true);
    // Where a is 0 and the logarithm is not finite, 1 is read instead: nothing infinite enters value and gradient.
    const Tensor apart = logical_and(eq(x.a(), 0), logical_or(le(x.b(), -1), isinf(x.b())));
    return mul(x.a(), log1p(where(apart, 0.0, x.b())));
}
Tensor copysign(const Operand& a, const Operand& b) { return binary<el::Copysign>(a, b, true); }

// ---- whole quotients and what they leave ----------------------------------------------------------------------------

namespace {

/// Throws ShapeError when integers would be divided by 0, for which they have no answer.
void check_divisors(const char* operation, const Tensor& b)
{
    const std::vector<std::int64_t> divisors = b.to_vector<std::int64_t>();
    const auto zero = std::find(divisors.begin(), divisors.end(), 0);
    if (zero == divisors.end()) return;
    throw ShapeError(detail::error_text(
        operation,
        "divisor 0 among integers, at position " + std::to_string(zero - divisors.begin()) + " of shape " +
            to_string(b.sizes()),
        "integers are divided by others than 0", "convert one operand, so that it gives infinity or NaN: to(b, f32)"));
}

template <class F>
Tensor divide(const char* operation, const Operand& a, const Operand& b)
{
    const detail::Operands x(a, b, false);
    if (x.b().dtype() == i64) check_divisors(operation, x.b());
    return binary<F>(x);
}

}  // namespace

Tensor fmod(const Operand& a, const Operand& b) { return divide<el::Fmod>("fmod", a, b); }
Tensor remainder(const Operand& a, const Operand& b) { return divide<el::Remainder>("remainder", a, b); }
Tensor floor_divide(const Operand& a, const Operand& b) { return divide<el::FloorDivide>("floor_divide", a, b); }

Tensor div(const Operand& a, const Operand& b, Rounding rounding)
{
    if (rounding == Rounding::none) return div(a, b);
    return rounding == Rounding::floor ? divide<el::FloorDivide>("div", a, b) : divide<el::DivTrunc>("div", a, b);
}

Tensor polygamma(const Operand& n, const Operand& x) { return binary<el::Polygamma>(n, x, true); }

// ---- with a factor --------------------------------------------------------------------------------------------------

namespace {

bool is_whole(const Operand& x) { return x.tensor() ? !is_floating(x.tensor()->dtype()) : !x.is_fraction(); }

/// The product of two numbers in the dtype of a, or the default one.
Tensor product_beside(const Operand& a, double b, double alpha)
{
    return tensor(b * alpha, a.tensor() && is_floating(a.tensor()->dtype()) ? a.tensor()->dtype() : default_dtype());
}

/// alpha b for a sum with a; whole numbers stay whole.
Tensor multiple(const char* operation, const Operand& a, const Operand& b, double alpha)
{
    if (!is_whole(a) || !is_whole(b)) return b.tensor() ? mul(b, alpha) : product_beside(a, b.number(), alpha);
    if (alpha != std::floor(alpha))
        throw DtypeError(detail::error_text(operation, "alpha = " + std::to_string(alpha) + " for integers",
                                            "the multiple of an integer that is added to integers is whole",
                                            "convert one operand first: to(x, f32)"));
    return b.tensor() ? mul(b, static_cast<std::int64_t>(alpha)) : tensor(b.number() * alpha, i64);
}

}  // namespace

Tensor add(const Operand& a, const Operand& b, double alpha)
{
    return alpha == 1 ? add(a, b) : add(a, multiple("add", a, b, alpha));
}
Tensor sub(const Operand& a, const Operand& b, double alpha)
{
    return alpha == 1 ? sub(a, b) : sub(a, multiple("sub", a, b, alpha));
}

Tensor addcmul(const Input& x, const Operand& a, const Operand& b, double value)
{
    return add(x, mul(mul(a, b), value));
}
Tensor addcdiv(const Input& x, const Operand& a, const Operand& b, double value)
{
    return add(x, mul(div(a, b), value));
}

// From the nearer end, so that weights 0 and 1 give a and b exactly; one record instead of five.
const Op kLerp{.name = "lerp",
               .formula = "a + c * (b - a)",
               .shapes = "a, b, c broadcast to y",
               .derivatives = {"b - a", "1 - c", "c"},
               .where = "c is the weight"};

Tensor lerp(const Input& a, const Input& b, const Operand& weight)
{
    const Operand first{a}, last{b};
    const detail::Operands ab(first, last, true);
    const Tensor& from = ab.a();
    const Tensor& to_end = ab.b();
    const Operand start{Input{from, a.file(), a.line()}};
    const detail::Operands weighted(weight, start, true);
    const Tensor& w = weighted.a();
    const auto value = [&] {
        const NoGrad off;
        const Tensor step = to_end - from;
        return where(w < 0.5, from + w * step, to_end - step * (1.0 - w));
    };
    return record(kLerp, {weighted.a_ref(), ab.a_ref(), ab.b_ref()}, value(),
                  [w, from, to_end](const Tensor& gy, Adjoints& gx) {
                      if (gx.wants(0)) gx.add(0, gy * (to_end - from));
                      if (gx.wants(1)) gx.add(1, gy * (1.0 - w));
                      if (gx.wants(2)) gx.add(2, gy * w);
                  });
}

}  // namespace xgrad
