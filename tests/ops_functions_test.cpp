// Mathematical functions and activations at points where values and gradients are known; what they refuse.
#include <xgrad/error.hpp>
#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include <cmath>
#include <functional>
#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/weighted_gradient.hpp"

namespace xgrad {
namespace {

using testing::gradient;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kPi = 3.14159265358979323846;

Tensor row(std::initializer_list<double> values)
{
    return tensor({static_cast<std::int64_t>(values.size())}, values, f64);
}

// ---- functions ------------------------------------------------------------------------------------------------------

TEST(Functions, GradientsAtPointsWhereTheyAreKnown)
{
    const auto at = [](Tensor (*f)(const Input&), double x) {
        return gradient([f](const Tensor& v) { return f(v); }, row({x})).item();
    };
    EXPECT_DOUBLE_EQ(at(exp2, 3), 8 * std::log(2));
    EXPECT_DOUBLE_EQ(at(expm1, 0), 1);
    EXPECT_DOUBLE_EQ(at(log1p, 0), 1);
    EXPECT_DOUBLE_EQ(at(log2, 4), 1 / (4 * std::log(2)));
    EXPECT_DOUBLE_EQ(at(log10, 10), 1 / (10 * std::log(10)));
    EXPECT_DOUBLE_EQ(at(rsqrt, 4), -1.0 / 16);
    EXPECT_DOUBLE_EQ(at(cbrt, -8), 1.0 / 12);  // 1 / (3 (-2)^2)
    EXPECT_DOUBLE_EQ(at(cbrt, 0), kInf);
    EXPECT_DOUBLE_EQ(at(tan, 0), 1);
    EXPECT_DOUBLE_EQ(at(asin, 0.6), 1 / 0.8);
    EXPECT_DOUBLE_EQ(at(acos, 0.6), -1 / 0.8);
    EXPECT_DOUBLE_EQ(at(atan, 1), 0.5);
    EXPECT_DOUBLE_EQ(at(sinh, 0), 1);
    EXPECT_DOUBLE_EQ(at(cosh, 0), 0);
    EXPECT_DOUBLE_EQ(at(asinh, 0.75), 0.8);
    EXPECT_DOUBLE_EQ(at(acosh, 1.25), 1 / 0.75);
    EXPECT_DOUBLE_EQ(at(atanh, 0.5), 4.0 / 3);
    EXPECT_DOUBLE_EQ(at(sinc, 1), -1);  // (pi cos(pi) - sin(pi)) / pi
    EXPECT_DOUBLE_EQ(at(sinc, 0), 0);
    EXPECT_DOUBLE_EQ(at(erf, 0), 2 / std::sqrt(kPi));
    EXPECT_DOUBLE_EQ(at(erfinv, 0), std::sqrt(kPi) / 2);
    EXPECT_NEAR(at(lgamma, 1), -0.57721566490153286, 1e-15);  // digamma(1) is minus Euler's constant
    EXPECT_NEAR(at(digamma, 1), kPi * kPi / 6, 1e-9);         // the sum of 1 / k^2
    EXPECT_NEAR(polygamma(1, row({1})).item(), kPi * kPi / 6, 1e-15);
    EXPECT_NEAR(polygamma(2, row({1})).item(), -2.4041138063191886, 1e-14);          // -2 zeta(3)
    EXPECT_FALSE(std::isfinite(polygamma(std::int64_t{1} << 40, row({2})).item()));  // and comes at once
    EXPECT_DOUBLE_EQ(at(logit, 0.25), 16.0 / 3);
}

TEST(Functions, PolygammaKeepsItsDigitsInTheMiddleBetweenPoles)
{
    // For even n, polygamma(n, 1 - x) - polygamma(n, x) is the n-th derivative of pi cot(pi x), which is odd around 1/2: 0
    // where x is a half.
    for (const std::int64_t n : {2, 10, 30}) {
        const double mirrored = polygamma(n, row({3.5})).item();
        EXPECT_NEAR(polygamma(n, row({-2.5})).item() / mirrored, 1, 1e-14) << n;
    }
}

TEST(Functions, PiecewiseConstantOnesHaveNoGradient)
{
    Tensor (*const functions[])(const Input&) = {sign, floor, ceil, trunc, round};
    for (const auto f : functions)
        EXPECT_TENSOR_EQ(gradient([f](const Tensor& x) { return f(x); }, row({-1.5, 0, 2})), row({0, 0, 0}));
    EXPECT_TENSOR_EQ(round(row({-1.5, -0.5, 0.5, 1.5, 2.5, 2.6})), row({-2, 0, 0, 2, 2, 3}));
    EXPECT_TENSOR_EQ(round(row({2.345, -1.125, 12.3}), 2), row({2.35, -1.12, 12.3}));  // 234.50000000000003, -112.5
    EXPECT_TENSOR_EQ(round(row({1234, 1250, -1350, kInf}), -2), row({1200, 1200, -1400, kInf}));
    EXPECT_TENSOR_EQ(round(tensor({2}, {1234, 1250}, i64), -2), tensor({2}, {1200, 1200}, i64));
    EXPECT_TENSOR_EQ(round(tensor({1}, {1234}, i64), 3), tensor({1}, {1234}, i64));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& x) { return round(x, 1); }, row({-1.5, 0, 2})), row({0, 0, 0}));
    EXPECT_TENSOR_EQ(floor(row({-1.5, 1.5})), row({-2, 1}));
    EXPECT_TENSOR_EQ(ceil(row({-1.5, 1.5})), row({-1, 2}));
    EXPECT_TENSOR_EQ(trunc(row({-1.5, 1.5, kInf, kNan})), row({-1, 1, kInf, kNan}));
    EXPECT_TENSOR_EQ(frac(row({-1.75, 1.75})), row({-0.75, 0.75}));
    EXPECT_TENSOR_EQ(sign(row({-2, 0, 3, kNan})), row({-1, 0, 1, 0}));
}

TEST(Functions, WholeNumbersStayWhole)
{
    const Tensor x = tensor({3}, {-2, 0, 3}, i64);
    EXPECT_TENSOR_EQ(sign(x), tensor({3}, {-1, 0, 1}, i64));
    EXPECT_TENSOR_EQ(floor(x), x);
    EXPECT_TENSOR_EQ(clamp(x, -1.0, 1.0), tensor({3}, {-1, 0, 1}, i64));
    EXPECT_TENSOR_EQ(clamp(x, -1.5, 1.5), tensor({3}, {-1.5, 0, 1.5}, f32));
    EXPECT_TENSOR_EQ(fmax(x, 1), tensor({3}, {1, 1, 3}, i64));
    EXPECT_TENSOR_EQ(add(x, x, 2), tensor({3}, {-6, 0, 9}, i64));
    EXPECT_TENSOR_EQ(sub(x, 3, 2), tensor({3}, {-8, -6, -3}, i64));
    EXPECT_TENSOR_EQ(add(row({0}), 0.3, 0.7), row({0.3 * 0.7}));  // a product of numbers keeps the digits of f64
    EXPECT_THROW_TEXT(add(x, x, 0.5), DtypeError,
                      "add: alpha = 0.500000 for integers.\n"
                      "  rule: the multiple of an integer that is added to integers is whole.\n"
                      "  try:  convert one operand first: to(x, f32).");
}

TEST(SignStraightThrough, PassesTheGradientBetweenMinusOneAndOne)
{
    EXPECT_TENSOR_EQ(sign_straight_through(row({-3, -0.5, 0, 2})), row({-1, -1, 0, 1}));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& x) { return sign_straight_through(x); }, row({-3, -1, 0, 0.5, 2})),
                     row({0, 2, 3, 4, 0}));
}

TEST(Clamp, BoundsBelongToTheInterval)
{
    const Tensor x = row({-2, -1, 0, 1, 2, kNan});
    EXPECT_TENSOR_EQ(clamp(x, -1.0, 1.0), row({-1, -1, 0, 1, 1, kNan}));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& v) { return clamp(v, -1.0, 1.0); }, x), row({0, 2, 3, 4, 0, 0}));
    EXPECT_TENSOR_EQ(clamp(x, std::nullopt, 0.0), row({-2, -1, 0, 0, 0, kNan}));
    EXPECT_TENSOR_EQ(clamp(x, 1.0, -1.0), row({-1, -1, -1, -1, -1, kNan}));  // min > max: max
    EXPECT_THROW_TEXT(clamp(x, std::nullopt), ShapeError,
                      "clamp: neither min nor max.\n  rule: at least one bound is given.\n"
                      "  try:  clamp(x, 0.0) for x >= 0, clamp(x, std::nullopt, 1.0) for x <= 1.");
}

TEST(Clamp, TensorsOfBoundsGetTheGradientWhereTheyCut)
{
    // x = 1 2 3 between lo = 0 2.5 0 and hi = 9 9 2: x is kept, cut below, cut above
    const Tensor x = row({1, 2, 3}), lo = row({0, 2.5, 0}), hi = row({9, 9, 2});
    EXPECT_TENSOR_EQ(clamp(x, lo, hi), row({1, 2.5, 2}));
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& v) { return clamp(v, lo, hi); }, x), row({1, 0, 0}));
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& v) { return clamp(x, v, hi); }, lo), row({0, 2, 0}));
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& v) { return clamp(x, lo, v); }, hi), row({0, 0, 3}));
    EXPECT_TENSOR_EQ(clamp(x, lo, Tensor()), row({1, 2.5, 3}));
    EXPECT_TENSOR_EQ(clamp(row({kNan}), row({0}), row({1})), row({kNan}));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& v) { return clamp(v, row({0}), row({1})); }, row({kNan})), row({0}));
    EXPECT_TENSOR_EQ(clamp(row({1, 2}), row({kNan, 0}), row({3, kNan})), row({kNan, kNan}));
}

TEST(Clamp, BoundsThatAreNanGiveNanWithoutGradient)
{
    const Tensor x = row({1, -kInf}), lo = row({0, 0}), hi = row({kNan, kNan});
    EXPECT_TENSOR_EQ(clamp(x, kNan, 2.0), hi);
    EXPECT_TENSOR_EQ(clamp(tensor({2}, {1, 2}, i64), std::nullopt, kNan), to(hi, f32));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& v) { return clamp(v, kNan, 2.0); }, row({1, 2})), row({0, 0}));
    EXPECT_TENSOR_EQ(clamp(x, lo, hi), hi);
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& v) { return clamp(v, lo, hi); }, x), row({0, 0}));
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& v) { return clamp(x, lo, v); }, hi), row({0, 0}));
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& v) { return clamp(x, v, Tensor()); }, hi), row({0, 0}));
    EXPECT_TENSOR_EQ(clamp(x, row({kInf, kInf}), Tensor()), row({kInf, kInf}));
}

TEST(NanToNum, ReplacesWhatIsNotFinite)
{
    const Tensor x = row({1, kNan, kInf, -kInf});
    const double largest = std::numeric_limits<double>::max();
    EXPECT_TENSOR_EQ(nan_to_num(x), row({1, 0, largest, -largest}));
    EXPECT_TENSOR_EQ(nan_to_num(x, {.nan = 2, .posinf = 3, .neginf = 4}), row({1, 2, 3, 4}));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& v) { return nan_to_num(v); }, x), row({1, 0, 0, 0}));
    EXPECT_EQ(nan_to_num(tensor({1}, {kInf}, f32)).item(), static_cast<double>(std::numeric_limits<float>::max()));
}

TEST(Classification, TellsNanAndInfinitiesApart)
{
    const Tensor x = row({1, kNan, kInf, -kInf});
    EXPECT_TENSOR_EQ(isnan(x), tensor({4}, {0, 1, 0, 0}, boolean));
    EXPECT_TENSOR_EQ(isinf(x), tensor({4}, {0, 0, 1, 1}, boolean));
    EXPECT_TENSOR_EQ(isfinite(x), tensor({4}, {1, 0, 0, 0}, boolean));
    EXPECT_TENSOR_EQ(isfinite(tensor({1}, {7}, i64)), tensor({1}, {1}, boolean));
    EXPECT_TENSOR_EQ(isinf(tensor({1}, {7}, i64)), tensor({1}, {0}, boolean));
}

TEST(Logical, CombinesTruthsAndBroadcasts)
{
    const Tensor a = tensor({2, 1}, {1, 0}, boolean), b = row({0, 2});
    EXPECT_TENSOR_EQ(logical_and(a, b), tensor({2, 2}, {0, 1, 0, 0}, boolean));
    EXPECT_TENSOR_EQ(logical_or(a, b), tensor({2, 2}, {1, 1, 0, 1}, boolean));
    EXPECT_TENSOR_EQ(logical_xor(a, b), tensor({2, 2}, {1, 0, 0, 1}, boolean));
    EXPECT_TENSOR_EQ(logical_not(row({0, 3, kNan})), tensor({3}, {1, 0, 0}, boolean));
}

TEST(Remainders, HaveTheSignOfOneOperand)
{
    const Tensor a = row({5, -5, 5, -5}), b = row({3, 3, -3, -3});
    EXPECT_TENSOR_EQ(fmod(a, b), row({2, -2, 2, -2}));
    EXPECT_TENSOR_EQ(remainder(a, b), row({2, 1, -1, -2}));
    EXPECT_TENSOR_EQ(floor_divide(a, b), row({1, -2, -2, 1}));
    EXPECT_TENSOR_EQ(div(a, b, Rounding::trunc), row({1, -1, -1, 1}));
    EXPECT_TENSOR_EQ(div(a, b, Rounding::floor), floor_divide(a, b));
    // a = q b + rest with a fixed q: d rest / d b = -q
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& v) { return fmod(a, v); }, b), row({-1, 2, 3, -4}));
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& v) { return remainder(a, v); }, b), row({-1, 4, 6, -4}));
    EXPECT_TENSOR_EQ(floor_divide(row({1, -1}), row({0, 0})), row({kInf, -kInf}));
}

TEST(Remainders, IntegersStayIntegers)
{
    const Tensor a = tensor({4}, {5, -5, 5, -5}, i64), b = tensor({4}, {3, 3, -3, -3}, i64);
    EXPECT_TENSOR_EQ(fmod(a, b), tensor({4}, {2, -2, 2, -2}, i64));
    EXPECT_TENSOR_EQ(remainder(a, b), tensor({4}, {2, 1, -1, -2}, i64));
    EXPECT_TENSOR_EQ(floor_divide(a, b), tensor({4}, {1, -2, -2, 1}, i64));
    EXPECT_TENSOR_EQ(div(a, 3, Rounding::trunc), tensor({4}, {1, -1, 1, -1}, i64));
    EXPECT_TENSOR_EQ(div(7, b, Rounding::floor), tensor({4}, {2, 2, -3, -3}, i64));
    EXPECT_EQ(remainder(a, 2.5).dtype(), f32);
    // 2^53 + 1 is no double; the smallest number has no opposite and wraps around.
    constexpr std::int64_t large = (std::int64_t{1} << 53) + 1, least = std::numeric_limits<std::int64_t>::min();
    const Tensor odd = from_values<std::int64_t>({2}, {large, least});
    EXPECT_TENSOR_EQ(remainder(odd, 2), tensor({2}, {1, 0}, i64));
    EXPECT_EQ(floor_divide(odd, -1).to_vector<std::int64_t>(), (std::vector<std::int64_t>{-large, least}));
    EXPECT_TENSOR_EQ(fmod(odd, -1), tensor({2}, {0, 0}, i64));
    EXPECT_TENSOR_EQ(fmod(zeros({0}, i64), tensor({1}, {3}, i64)), zeros({0}, i64));
}

TEST(Remainders, IntegersAreNotDividedByZero)
{
    const Tensor a = tensor({2, 1}, {5, 6}, i64), b = tensor({3}, {1, 0, 2}, i64);
    EXPECT_THROW_TEXT(remainder(a, b), ShapeError,
                      "remainder: divisor 0 among integers, at position 1 of shape (3,).\n"
                      "  rule: integers are divided by others than 0.\n"
                      "  try:  convert one operand, so that it gives infinity or NaN: to(b, f32).");
    EXPECT_THROW(fmod(a, 0), ShapeError);
    EXPECT_THROW(floor_divide(a, b), ShapeError);
    EXPECT_THROW(div(a, b, Rounding::trunc), ShapeError);
    EXPECT_THROW(div(a, b, Rounding::floor), ShapeError);
    EXPECT_THROW(fmod(ones({2}, boolean), ones({2}, boolean)), DtypeError);
    EXPECT_TRUE(isnan(remainder(a, zeros({1}))).to_vector<bool>()[0]);
}

TEST(Functions, CompositionsAtPointsWhereTheyAreKnown)
{
    EXPECT_TENSOR_NEAR(logaddexp2(row({3, 2000}), row({3, 2000})), row({4, 2001}), 1e-12);
    EXPECT_TENSOR_NEAR(gradient([](const Tensor& a) { return logaddexp2(a, 1); }, row({1})), row({0.5}), 2e-15);
    EXPECT_TENSOR_EQ(xlog1py(row({0, 0, 0, 2}), row({-1, -2, kInf, 0})), row({0, 0, 0, 0}));
    EXPECT_TRUE(std::isnan(xlog1py(row({0}), row({kNan})).item()));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& a) { return xlog1py(a, row({-1, 0})); }, row({0, 3})), row({0, 0}));
    EXPECT_TENSOR_NEAR(entr(row({1, 0, 2, -1})), row({0, 0, -2 * std::log(2), -kInf}), 1e-15);
    EXPECT_TENSOR_NEAR(gradient([](const Tensor& x) { return entr(x); }, row({1})), row({-1}), 1e-15);  // -log(x) - 1
    EXPECT_TENSOR_EQ(deg2rad(row({180})), row({kPi}));
    EXPECT_TENSOR_EQ(rad2deg(row({kPi})), row({180}));
    EXPECT_TENSOR_EQ(heaviside(row({-2, 0, 3, kNan}), 0.5), row({0, 0.5, 1, 0}));
}

TEST(TwoOperands, GradientsAtPointsWhereTheyAreKnown)
{
    const Tensor three = row({3}), four = row({4});
    EXPECT_TENSOR_EQ(hypot(three, four), row({5}));
    EXPECT_TENSOR_NEAR(gradient([&](const Tensor& a) { return hypot(a, four); }, three), row({0.6}), 1e-15);
    EXPECT_TENSOR_NEAR(gradient([&](const Tensor& a) { return atan2(a, four); }, three), row({0.16}), 1e-15);
    EXPECT_TENSOR_NEAR(gradient([&](const Tensor& b) { return atan2(three, b); }, four), row({-0.12}), 1e-15);
    EXPECT_TENSOR_NEAR(logaddexp(three, three), row({3 + std::log(2)}), 1e-15);
    EXPECT_TENSOR_EQ(logaddexp(row({1000, -kInf, kInf}), row({0, -kInf, kInf})), row({1000, -kInf, kInf}));
    EXPECT_TENSOR_EQ(xlogy(row({0, 0, 2}), row({0, kNan, 1})), row({0, kNan, 0}));
    EXPECT_TENSOR_EQ(gradient(
                         [](const Tensor& a) {
                             return fmax(a, row({1, 1, kNan}));
                         },
                         row({1, 0, 0})),
                     row({1, 0, 3}));
    EXPECT_TENSOR_EQ(fmin(row({kNan, 1}), row({2, kNan})), row({2, 1}));
    EXPECT_TENSOR_EQ(copysign(row({3, -3, 0}), row({-1, 1, -1})), row({-3, 3, -0.0}));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& a) { return copysign(a, -2); }, row({3, -3, 0})), row({-1, 2, 0}));
}

TEST(Logaddexp, SecondDerivativeFarFromTheTieIsZero)
{
    // s (1 - s) with s = 1 / (1 + exp(b - a)): 0 at a distance of 1000, 1/4 where both are equal
    Tape tape;
    const Tensor a = tape.variable(row({1000, -1000, 0}));
    const Tensor first = tape.grad(sum(logaddexp(a, 0.0)), {a}, {.create_graph = true})[0];
    EXPECT_TENSOR_EQ(first, row({1, 0, 0.5}));
    tape.backward(sum(first));
    EXPECT_TENSOR_EQ(a.grad(), row({0, 0, 0.25}));
}

TEST(Lerp, ReachesBothEndsAndFollowsTheWeight)
{
    // y = a + w (b - a) with a = 1, b = 5, w = 1/4: da = 3/4, db = 1/4, dw = 4
    const Tensor a = row({1}), b = row({5}), w = row({0.25});
    EXPECT_TENSOR_EQ(lerp(a, b, w), row({2}));
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& v) { return lerp(v, b, w); }, a), row({0.75}));
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& v) { return lerp(a, v, 0.25); }, b), row({0.25}));
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& v) { return lerp(a, b, v); }, w), row({4}));
    EXPECT_TENSOR_EQ(lerp(row({0.1, 1e20}), row({0.3, 1}), row({1, 1})), row({0.3, 1}));
}

// ---- activations ----------------------------------------------------------------------------------------------------

TEST(Activations, DerivativesAtKinksArePyTorchs)
{
    const auto slopes = [](const std::function<Tensor(const Tensor&)>& f, const Tensor& at) {
        return gradient(f, at) / from_values<double>(at.sizes(), {1, 2});
    };
    EXPECT_TENSOR_EQ(slopes([](const Tensor& x) { return relu6(x); }, row({0, 6})), row({0, 0}));
    EXPECT_TENSOR_EQ(slopes([](const Tensor& x) { return hardtanh(x); }, row({-1, 1})), row({0, 0}));
    EXPECT_TENSOR_EQ(slopes([](const Tensor& x) { return leaky_relu(x, 0.5); }, row({0, 1})), row({0.5, 1}));
    EXPECT_TENSOR_EQ(slopes([](const Tensor& x) { return elu(x, 3); }, row({0, 1})), row({3, 1}));
    EXPECT_TENSOR_EQ(slopes([](const Tensor& x) { return hardsigmoid(x); }, row({-3, 3})), row({0, 0}));
    EXPECT_TENSOR_EQ(slopes([](const Tensor& x) { return hardswish(x); }, row({-3, 3})), row({-0.5, 1.5}));
    EXPECT_TENSOR_EQ(slopes([](const Tensor& x) { return hardshrink(x); }, row({-0.5, 0.5})), row({0, 0}));
    EXPECT_TENSOR_EQ(slopes([](const Tensor& x) { return softshrink(x); }, row({-0.5, 0.5})), row({0, 0}));
    EXPECT_TENSOR_EQ(slopes([](const Tensor& x) { return threshold(x, 1, 7); }, row({1, 2})), row({0, 1}));
    EXPECT_TENSOR_EQ(slopes([](const Tensor& x) { return softsign(x); }, row({0, 1})), row({1, 0.25}));
}

TEST(Activations, StayExactFarFromZero)
{
    EXPECT_TENSOR_EQ(softplus(row({-800, 800})), row({0, 800}));
    EXPECT_TENSOR_EQ(logsigmoid(row({-800, 800})), row({-800, 0}));
    EXPECT_TENSOR_EQ(silu(row({800})), row({800}));
    EXPECT_TENSOR_EQ(mish(row({800})), row({800}));
    EXPECT_TENSOR_EQ(gelu(row({-800, 800})), row({-0.0, 800}));
    EXPECT_TENSOR_EQ(elu(row({-800})), row({-1}));
    // x Phi(x) at -6: Phi is 9.8659e-10, which 1 + erf would leave with eight digits less.
    EXPECT_NEAR(gelu(tensor({1}, {-6}, f32)).item() / -5.919526e-9, 1, 3e-6);
    EXPECT_NEAR(gelu(row({1})).item(), 0.84134474606854293, 3e-16);
    EXPECT_NEAR(gelu(row({1}), GeluApproximation::tanh).item(), 0.84119199060827676, 1e-15);
}

TEST(Selu, KeepsMeanAndVarianceOfANormalInput)
{
    // E selu(z) = 0 and E selu(z)^2 = 1 for normal z, by a sum over 4001 points from -10 to 10.
    double mean = 0, square = 0;
    std::vector<double> points;
    for (int i = -2000; i <= 2000; ++i) points.push_back(i / 200.0);
    const std::vector<double> y = selu(from_values({4001}, points)).to_vector<double>();
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double weight = std::exp(-points[i] * points[i] / 2) / std::sqrt(2 * kPi) / 200;
        mean += weight * y[i], square += weight * y[i] * y[i];
    }
    EXPECT_NEAR(mean, 0, 1e-5);
    EXPECT_NEAR(square, 1, 1e-5);
}

TEST(Prelu, HasAWeightForEachChannel)
{
    // x (2, 2): the weight of channel j multiplies the negative elements of column j.
    const Tensor x = tensor({2, 2}, {-1, 2, 3, -4}, f64), w = row({0.5, 0.25});
    EXPECT_TENSOR_EQ(prelu(row({-2, 2}), tensor(0.5, f64)), row({-1, 2}));
    EXPECT_TENSOR_EQ(prelu(x, w), tensor({2, 2}, {-0.5, 2, 3, -1}, f64));
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& v) { return prelu(v, w); }, x), tensor({2, 2}, {0.5, 2, 3, 1}, f64));
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& v) { return prelu(x, v); }, w), row({-1, -16}));
    EXPECT_THROW_TEXT(prelu(x, row({1, 2, 3})), ShapeError,
                      "prelu: x of shape (2, 2) and weight of shape (3,).\n"
                      "  rule: weight has one element, or one for each channel: axis 1 of x.\n"
                      "  try:  give a weight of shape (1,) or (channels,).");
}

TEST(Glu, GatesOneHalfByTheOther)
{
    EXPECT_TENSOR_EQ(glu(row({3, 4, 0, 0})), row({1.5, 2}));
    EXPECT_TENSOR_EQ(glu(tensor({2, 1}, {6, 0}, f64), 0), tensor({1, 1}, {3}, f64));
    EXPECT_THROW_TEXT(glu(row({1, 2, 3})), ShapeError,
                      "glu: shape (3,) along axis -1.\n"
                      "  rule: the axis has an even size: one half is gated by the other.\n"
                      "  try:  give an axis of even size.");
}

TEST(Activations, RefuseParametersWithoutMeaning)
{
    const Tensor x = row({1});
    EXPECT_THROW(hardtanh(x, 1, -1), ShapeError);
    EXPECT_THROW(softshrink(x, -1), ShapeError);
    EXPECT_THROW(celu(x, 0), ShapeError);
}

}  // namespace
}  // namespace xgrad
