// The formulas of elementary functions say what the kernels and the derivatives compute: for tensors in f64 and f32,
// for scalars, at ordinary and at special points. (The other operations' formulas: ops_formula_test.cpp.)
#include "tests/formula.hpp"

#include <xgrad/elementary.hpp>
#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/scalar_explain.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <limits>

#include "autograd/ops/elementwise_impl.hpp"

namespace {

using namespace xgrad;
using xgrad::testing::Names;

/// The value of a formula of numbers.
double number(const std::string& formula, const Names& names)
{
    return xgrad::testing::evaluate(formula, names).at({});
}

constexpr double kInf = std::numeric_limits<double>::infinity();
const std::vector<double> kPoints{-kInf, -30, -2.5, -1, -0.5, -0.0, 0.0, 0.25, 1, 2.5, 30, kInf, std::nan("")};

// Functions by the names under which users call them; what has none here is called as the library does.
struct OneOperand {
    Tensor (*tensor)(const Tensor&);
    Scalar (*scalar)(const Scalar&);
};
#define XGRAD_ONE(name, expression)                                                                                    \
    {                                                                                                                  \
        name,                                                                                                          \
        {                                                                                                              \
            [](const Tensor& x) -> Tensor { return expression; }, [](const Scalar& x) -> Scalar { return expression; } \
        }                                                                                                              \
    }
const std::map<std::string, OneOperand> kOneOperand{
    XGRAD_ONE("neg", -x),
    XGRAD_ONE("exp", exp(x)),
    XGRAD_ONE("log", log(x)),
    XGRAD_ONE("sqrt", sqrt(x)),
    XGRAD_ONE("tanh", tanh(x)),
    XGRAD_ONE("sigmoid", sigmoid(x)),
    XGRAD_ONE("relu", relu(x)),
    XGRAD_ONE("sin", sin(x)),
    XGRAD_ONE("cos", cos(x)),
    XGRAD_ONE("abs", abs(x)),
    XGRAD_ONE("square", square(x)),
    XGRAD_ONE("reciprocal", reciprocal(x)),
    {"gelu_tanh",
     {[](const Tensor& x) { return gelu(x, GeluApproximation::tanh); },
      [](const Scalar& x) -> Scalar { return gelu_tanh(x); }}},
    XGRAD_ONE("exp2", exp2(x)),
    XGRAD_ONE("expm1", expm1(x)),
    XGRAD_ONE("log2", log2(x)),
    XGRAD_ONE("log10", log10(x)),
    XGRAD_ONE("log1p", log1p(x)),
    XGRAD_ONE("rsqrt", rsqrt(x)),
    XGRAD_ONE("cbrt", cbrt(x)),
    XGRAD_ONE("tan", tan(x)),
    XGRAD_ONE("asin", asin(x)),
    XGRAD_ONE("acos", acos(x)),
    XGRAD_ONE("atan", atan(x)),
    XGRAD_ONE("sinh", sinh(x)),
    XGRAD_ONE("cosh", cosh(x)),
    XGRAD_ONE("asinh", asinh(x)),
    XGRAD_ONE("acosh", acosh(x)),
    XGRAD_ONE("atanh", atanh(x)),
    XGRAD_ONE("sinc", sinc(x)),
    XGRAD_ONE("erf", erf(x)),
    XGRAD_ONE("erfc", erfc(x)),
    XGRAD_ONE("erfinv", erfinv(x)),
    XGRAD_ONE("lgamma", lgamma(x)),
    XGRAD_ONE("digamma", digamma(x)),
    XGRAD_ONE("trigamma", trigamma(x)),
    XGRAD_ONE("i0", i0(x)),
    XGRAD_ONE("i0e", i0e(x)),
    XGRAD_ONE("i1", i1(x)),
    XGRAD_ONE("i1e", i1e(x)),
    XGRAD_ONE("erfcx", erfcx(x)),
    XGRAD_ONE("ndtri", ndtri(x)),
    XGRAD_ONE("logit", logit(x)),
    XGRAD_ONE("sign", sign(x)),
    XGRAD_ONE("floor", floor(x)),
    XGRAD_ONE("ceil", ceil(x)),
    XGRAD_ONE("trunc", trunc(x)),
    XGRAD_ONE("round", round(x)),
    XGRAD_ONE("frac", frac(x)),
    XGRAD_ONE("sign_straight_through", sign_straight_through(x)),
    XGRAD_ONE("gelu", gelu(x)),
    XGRAD_ONE("silu", silu(x)),
    XGRAD_ONE("mish", mish(x)),
    XGRAD_ONE("logsigmoid", logsigmoid(x)),
    XGRAD_ONE("softsign", softsign(x)),
    XGRAD_ONE("tanhshrink", tanhshrink(x)),
    XGRAD_ONE("hardsigmoid", hardsigmoid(x)),
    XGRAD_ONE("hardswish", hardswish(x)),
};

struct TwoOperands {
    Tensor (*tensor)(const Tensor&, const Tensor&);
    Scalar (*scalar)(const Scalar&, const Scalar&);
};
#define XGRAD_TWO(name, expression)                                                   \
    {                                                                                 \
        name,                                                                         \
        {                                                                             \
            [](const Tensor& a, const Tensor& b) -> Tensor { return expression; },    \
                [](const Scalar& a, const Scalar& b) -> Scalar { return expression; } \
        }                                                                             \
    }
const std::map<std::string, TwoOperands> kTwoOperands{
    XGRAD_TWO("add", a + b),
    XGRAD_TWO("sub", a - b),
    XGRAD_TWO("mul", a* b),
    XGRAD_TWO("div", a / b),
    XGRAD_TWO("pow", pow(a, b)),
    XGRAD_TWO("maximum", maximum(a, b)),
    XGRAD_TWO("minimum", minimum(a, b)),
    {"div_trunc",
     {[](const Tensor& a, const Tensor& b) { return div(a, b, Rounding::trunc); },
      [](const Scalar& a, const Scalar& b) -> Scalar { return div_trunc(a, b); }}},
    {"prelu",
     {[](const Tensor& a, const Tensor& b) {
          return reshape(prelu(reshape(a, {1, 3}), b), {3});
      },
      [](const Scalar& a, const Scalar& b) -> Scalar { return prelu(a, b); }}},
    XGRAD_TWO("atan2", atan2(a, b)),
    XGRAD_TWO("hypot", hypot(a, b)),
    XGRAD_TWO("logaddexp", logaddexp(a, b)),
    XGRAD_TWO("xlogy", xlogy(a, b)),
    XGRAD_TWO("fmax", fmax(a, b)),
    XGRAD_TWO("fmin", fmin(a, b)),
    XGRAD_TWO("fmod", fmod(a, b)),
    XGRAD_TWO("remainder", remainder(a, b)),
    XGRAD_TWO("floor_divide", floor_divide(a, b)),
    XGRAD_TWO("copysign", copysign(a, b)),
    XGRAD_TWO("polygamma", polygamma(a, b)),
};

constexpr double kSingleTolerance = 2e-6;

/// Equal up to the tolerance; NaN equals NaN, an infinity only itself or what f32 cannot hold.
::testing::AssertionResult same(double a, double b, double tolerance)
{
    if (tolerance == kSingleTolerance) b = static_cast<float>(b);
    if (a == b || (std::isnan(a) && std::isnan(b))) return ::testing::AssertionSuccess();
    if (std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b))) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << a << " where the formula gives " << b;
}

struct Result {
    double y;
    std::vector<double> gradients;
};

Result with_tensors(const std::vector<double>& at, Dtype dtype, const auto& f)
{
    Tape tape;
    std::vector<Tensor> x;
    for (const double v : at) x.push_back(tape.variable(tensor({3}, {v, v, v}, dtype)));  // a register and its tail
    const Tensor y = f(x);
    tape.backward(y, tensor({3}, {0, 0, 1}, dtype));
    Result result{y.to_vector<double>()[2], {}};
    for (const Tensor& leaf : x) result.gradients.push_back(leaf.grad().to_vector<double>()[2]);
    return result;
}

Result with_scalars(const std::vector<double>& at, bool explain, const auto& f)
{
    Tape tape{{.explain = explain}};
    std::vector<Scalar> x;
    for (const double v : at) x.push_back(tape.variable(v));
    const Scalar y = f(x);
    tape.backward(y);
    Result result{y.value(), {}};
    for (const Scalar& leaf : x) result.gradients.push_back(leaf.grad());
    return result;
}

/// What the formulas of one function give, compared with every implementation.
void check(const std::string& formula, const std::vector<std::string>& derivatives, Names names,
           const std::vector<double>& at, const auto& tensors, const auto& scalars)
{
    const double y = number(formula, names);
    names["y"] = y;
    const std::pair<Result, double> results[] = {{with_tensors(at, f64, tensors), 1e-14},
                                                 {with_tensors(at, f32, tensors), kSingleTolerance},
                                                 {with_scalars(at, false, scalars), 1e-14},
                                                 {with_scalars(at, true, scalars), 1e-14}};
    const char* kind[] = {"f64 tensors", "f32 tensors", "scalars", "scalars on an explaining tape"};
    for (std::size_t k = 0; k < 4; ++k) {
        const auto& [result, tolerance] = results[k];
        EXPECT_TRUE(same(result.y, y, tolerance)) << ", value of " << formula << ", " << kind[k];
        for (std::size_t i = 0; i < derivatives.size(); ++i)
            EXPECT_TRUE(same(result.gradients[i], number(derivatives[i], names), tolerance))
                << ", derivative " << derivatives[i] << " of " << formula << ", " << kind[k];
    }
}

TEST(Formula, OfEachFunctionOfOneOperandHolds)
{
    elementary::UnaryOps::for_each([]<class F>(F) {
        const auto named = kOneOperand.find(F::name);
        const OneOperand plain{[](const Tensor& x) { return detail::unary<F>(x); },
                               [](const Scalar& x) -> Scalar { return detail::apply<F>(detail::operand(x)); }};
        const OneOperand f = named == kOneOperand.end() ? plain : named->second;
        for (const double x : kPoints) {
            SCOPED_TRACE(std::string(F::name) + " at " + std::to_string(x));
            if (std::abs(x) == 30 && F::name == std::string("exp")) continue;  // f32 rounds it to 1e-7 of 1e13
            check(
                F::formula, {F::derivative_formula}, {{"x", x}}, {x}, [&](const auto& v) { return f.tensor(v[0]); },
                [&](const auto& v) { return f.scalar(v[0]); });
        }
    });
}

TEST(Formula, OfEachFunctionOfTwoOperandsHolds)
{
    elementary::BinaryOps::for_each([]<class F>(F) {
        const auto named = kTwoOperands.find(F::name);
        const TwoOperands plain{[](const Tensor& a, const Tensor& b) { return detail::binary<F>(a, b, true); },
                                [](const Scalar& a, const Scalar& b) -> Scalar {
                                    return detail::apply<F>(detail::operand(a), detail::operand(b));
                                }};
        const TwoOperands f = named == kTwoOperands.end() ? plain : named->second;
        for (const double a : kPoints)
            for (const double b : kPoints) {
                SCOPED_TRACE(std::string(F::name) + " at " + std::to_string(a) + ", " + std::to_string(b));
                check(
                    F::formula, {F::derivative_a_formula, F::derivative_b_formula}, {{"a", a}, {"b", b}}, {a, b},
                    [&](const auto& v) { return f.tensor(v[0], v[1]); },
                    [&](const auto& v) { return f.scalar(v[0], v[1]); });
            }
    });
}

TEST(Formula, EvaluatorReadsPlainNotation)
{
    EXPECT_EQ(number("2 + 3 * -x", {{"x", 4}}), -10);
    EXPECT_EQ(number("(2 - 3) / 4 - 1", {}), -1.25);
    EXPECT_EQ(number("where(x <= 0, 0, pow(x, 2))", {{"x", 3}}), 9);
    EXPECT_EQ(number("sum([1, 2, 4])", {}), 7);
    EXPECT_EQ(number("a[1, 0] - a[where]", {{"a", tensor({2, 2}, {1, 2, 3, 4})}, {"where", {0, 1}}}), 3 - 2);
    EXPECT_EQ(number("sum((a @ a^T) * a)", {{"a", tensor({2, 2}, {1, 2, 3, 4})}}), 5 * 1 + 11 * 2 + 11 * 3 + 25 * 4);
    EXPECT_THROW((void)number("2 +", {}), std::invalid_argument);
    EXPECT_THROW((void)number("z", {}), std::invalid_argument);
    EXPECT_THROW((void)number("(1", {}), std::invalid_argument);
    EXPECT_THROW((void)number("wedge(1)", {}), std::invalid_argument);
    EXPECT_THROW((void)number("exp(1, 2)", {}), std::invalid_argument);
}

}  // namespace
