// fuse: each function of symbols is that of tensors.
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/fuse.hpp>
#include <xgrad/ops/shape.hpp>

#include <limits>

#include "tests/fuse_testing.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing;

constexpr double kInfinity = std::numeric_limits<double>::infinity(), kNan = std::numeric_limits<double>::quiet_NaN();
const Tensor kSpecial = tensor({21}, {0.0, -0.0, 1,     -1,     0.5,  -0.5,  2,         -2,         3,    -3,  6,
                                      25,  -25,  1e-30, -1e-30, 1e30, -1e30, kInfinity, -kInfinity, kNan, 0.25},
                               f64);

/// f of symbols against g of tensors, values and gradients, at kinks and special values.
template <class F>
void expect_same_function(const char* name, const F& f)
{
    SCOPED_TRACE(name);
    for (const Dtype dtype : {f32, f64}) {
        const Tensors x{to(kSpecial, dtype)};
        expect_equal(value_and_gradients([&](const Tensors& a) { return fuse(f, a[0]); }, x),
                     value_and_gradients([&](const Tensors& a) { return f(a[0]); }, x));
    }
}

template <class F>
void expect_same_function_of_two(const char* name, const F& f)
{
    SCOPED_TRACE(name);
    const std::int64_t n = kSpecial.numel();
    const Tensor a = expand(reshape(kSpecial, {n, 1}), {n, n}), b = expand(kSpecial, {n, n});
    const auto with_numbers = [&](const auto& p, const auto& q) { return f(p, q) + f(p, 0.5) * f(2.0, q); };
    for (const Dtype dtype : {f32, f64}) {
        const Tensors x{to(a, dtype), to(b, dtype)};
        expect_equal(value_and_gradients([&](const Tensors& t) { return fuse(f, t[0], t[1]); }, x),
                     value_and_gradients([&](const Tensors& t) { return f(t[0], t[1]); }, x));
        expect_equal(value_and_gradients([&](const Tensors& t) { return fuse(with_numbers, t[0], t[1]); }, x),
                     value_and_gradients([&](const Tensors& t) { return with_numbers(t[0], t[1]); }, x));
    }
}

#define EXPECT_SAME(expression) expect_same_function(#expression, [](const auto& x) { return expression; })
#define EXPECT_SAME_OF_TWO(expression) \
    expect_same_function_of_two(#expression, [](const auto& a, const auto& b) { return expression; })

TEST(Fuse, FunctionsOfOneOperandAreThoseOfTensors)
{
    EXPECT_SAME(-x);
    EXPECT_SAME(abs(x));
    EXPECT_SAME(square(x));
    EXPECT_SAME(reciprocal(x));
    EXPECT_SAME(sqrt(x));
    EXPECT_SAME(rsqrt(x));
    EXPECT_SAME(sign(x));
    EXPECT_SAME(floor(x));
    EXPECT_SAME(ceil(x));
    EXPECT_SAME(trunc(x));
    EXPECT_SAME(round(x));
    EXPECT_SAME(frac(x));
    EXPECT_SAME(sign_straight_through(x));
    EXPECT_SAME(exp(x));
    EXPECT_SAME(exp2(x));
    EXPECT_SAME(expm1(x));
    EXPECT_SAME(log(x));
    EXPECT_SAME(log2(x));
    EXPECT_SAME(log10(x));
    EXPECT_SAME(log1p(x));
    EXPECT_SAME(tanh(x));
    EXPECT_SAME(sinh(x));
    EXPECT_SAME(cosh(x));
    EXPECT_SAME(asinh(x));
    EXPECT_SAME(acosh(x));
    EXPECT_SAME(atanh(x));
    EXPECT_SAME(sigmoid(x));
    EXPECT_SAME(logit(x));
    EXPECT_SAME(sin(x));
    EXPECT_SAME(cos(x));
    EXPECT_SAME(tan(x));
    EXPECT_SAME(asin(x));
    EXPECT_SAME(acos(x));
    EXPECT_SAME(atan(x));
    EXPECT_SAME(sinc(x));
    EXPECT_SAME(erf(x));
    EXPECT_SAME(erfc(x));
    EXPECT_SAME(erfinv(x));
    EXPECT_SAME(lgamma(x));
    EXPECT_SAME(digamma(x));
    EXPECT_SAME(i0(x));
    EXPECT_SAME(i0e(x));
    EXPECT_SAME(i1(x));
    EXPECT_SAME(i1e(x));
    EXPECT_SAME(erfcx(x));
    EXPECT_SAME(ndtri(x));
    EXPECT_SAME(cbrt(x));
    EXPECT_SAME(trigamma(x));
    EXPECT_SAME(polygamma(2.0, x));
    EXPECT_SAME(nan_to_num(x));
    EXPECT_SAME(nan_to_num(x, {.nan = 0.5, .posinf = 9.0, .neginf = -3.0}));
}

TEST(Fuse, ActivationsAreThoseOfTensors)
{
    EXPECT_SAME(relu(x));
    EXPECT_SAME(silu(x));
    EXPECT_SAME(mish(x));
    EXPECT_SAME(softsign(x));
    EXPECT_SAME(tanhshrink(x));
    EXPECT_SAME(logsigmoid(x));
    EXPECT_SAME(hardsigmoid(x));
    EXPECT_SAME(hardswish(x));
    EXPECT_SAME(gelu(x));
    EXPECT_SAME(gelu(x, GeluApproximation::tanh));
    EXPECT_SAME(relu6(x));
    EXPECT_SAME(hardtanh(x));
    EXPECT_SAME(hardtanh(x, -3, 2));
    EXPECT_SAME(leaky_relu(x, 0.2));
    EXPECT_SAME(elu(x, 0.5));
    EXPECT_SAME(selu(x));
    EXPECT_SAME(celu(x, 2));
    EXPECT_SAME(softplus(x, 2, 5));
    EXPECT_SAME(hardshrink(x));
    EXPECT_SAME(softshrink(x, 1));
    EXPECT_SAME(threshold(x, 0.5, -7));
    EXPECT_SAME(clamp(x, -1, 2));
    EXPECT_SAME(clamp(x, std::nullopt, 0.5));
    EXPECT_SAME(logit(x, 0.25));
}

TEST(Fuse, FunctionsOfTwoOperandsAreThoseOfTensors)
{
    EXPECT_SAME_OF_TWO(a + b);
    EXPECT_SAME_OF_TWO(a - b);
    EXPECT_SAME_OF_TWO(a * b);
    EXPECT_SAME_OF_TWO(a / b);
    EXPECT_SAME_OF_TWO(pow(a, b));
    EXPECT_SAME_OF_TWO(maximum(a, b));
    EXPECT_SAME_OF_TWO(minimum(a, b));
    EXPECT_SAME_OF_TWO(fmax(a, b));
    EXPECT_SAME_OF_TWO(fmin(a, b));
    EXPECT_SAME_OF_TWO(atan2(a, b));
    EXPECT_SAME_OF_TWO(hypot(a, b));
    EXPECT_SAME_OF_TWO(logaddexp(a, b));
    EXPECT_SAME_OF_TWO(xlogy(a, b));
    EXPECT_SAME_OF_TWO(fmod(a, b));
    EXPECT_SAME_OF_TWO(remainder(a, b));
    EXPECT_SAME_OF_TWO(floor_divide(a, b));
    EXPECT_SAME_OF_TWO(div(a, b, Rounding::none));
    EXPECT_SAME_OF_TWO(div(a, b, Rounding::floor));
    EXPECT_SAME_OF_TWO(div(a, b, Rounding::trunc));
    EXPECT_SAME_OF_TWO(copysign(a, b));
}

TEST(Fuse, LerpIsThatOfTensorsUpToRoundingOfItsGradients)
{
    const Tensors x{numbers({40}, f64, 1), numbers({40}, f64, 2), numbers({40}, f64, 3)};
    const auto of_three = [](const auto& a, const auto& b, const auto& w) { return lerp(a, b, w); };
    expect_equal(value_and_gradients([&](const Tensors& t) { return fuse(of_three, t[0], t[1], t[2]); }, x),
                 value_and_gradients([&](const Tensors& t) { return of_three(t[0], t[1], t[2]); }, x), 1e-14);
    for (const double weight : {0.0, 0.25, 0.75, 1.0}) {
        const auto of_two = [weight](const auto& a, const auto& b) { return lerp(a, b, weight); };
        const Tensors ab{x[0], x[1]};
        expect_equal(value_and_gradients([&](const Tensors& t) { return fuse(of_two, t[0], t[1]); }, ab),
                     value_and_gradients([&](const Tensors& t) { return of_two(t[0], t[1]); }, ab), 1e-14);
    }
}

TEST(Fuse, PreluIsThatOfTensors)
{
    const Tensors x{kSpecial, tensor(0.25, f64)};
    expect_equal(value_and_gradients(
                     [](const Tensors& t) { return fuse([](auto a, auto w) { return prelu(a, w); }, t[0], t[1]); }, x),
                 value_and_gradients([](const Tensors& t) { return prelu(t[0], t[1]); }, x), 1e-12);
}

TEST(Fuse, ComparisonsChooseByValue)
{
    EXPECT_SAME_OF_TWO(where(b == a, a, b));
    EXPECT_SAME_OF_TWO(where(b != a, a, b));
    EXPECT_SAME_OF_TWO(where(b < a, a, b));
    EXPECT_SAME_OF_TWO(where(b <= a, a, b));
    EXPECT_SAME_OF_TWO(where(b > a, a, b));
    EXPECT_SAME_OF_TWO(where(b >= a, a, b));
    EXPECT_SAME(where(x == 1.0, x * 3.0, 2.0));
    EXPECT_SAME(where(1.0 != x, 2.0, x));
    EXPECT_SAME(where(x > 0.5, 1.0, 2.0) * x);
    EXPECT_SAME(where(isnan(x), 0.0, x));
    EXPECT_SAME(where(logical_and(x > -1.0, logical_not(x > 1.0)), x, x * x));
    EXPECT_SAME(where(logical_or(x < -1.0, x >= 1.0), x, x * x));
}

}  // namespace
