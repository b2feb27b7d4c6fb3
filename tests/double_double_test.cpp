// Numbers of 106 bits: values computed with mpmath at 50 digits, for the doubles that stand there.
#include <xgrad/scalar.hpp>
#include <xgrad/teach/double_double.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace xgrad {
namespace {

/// The number that the digits stand for.
DoubleDouble parsed(const std::string& digits)
{
    DoubleDouble value = 0.0;
    int decimals = 0;
    bool behind_point = false;
    for (const char c : digits) {
        if (c == '.') behind_point = true;
        if (c < '0' || c > '9') continue;
        value = value * 10.0 + static_cast<double>(c - '0');
        decimals += behind_point;
    }
    for (; decimals > 0; decimals -= 20) value /= pow(DoubleDouble(10.0), std::min(decimals, 20));
    return digits[0] == '-' ? -value : value;
}

double relative_error(const DoubleDouble& a, const DoubleDouble& b) { return std::abs(((a - b) / b).hi()); }

struct Row {
    const char* name;
    DoubleDouble (*function)(const DoubleDouble& x);
    double x;
    const char* value;
};

const Row kRows[] = {
    {"exp", [](const DoubleDouble& x) { return exp(x); }, 0.3, "1.349858807576003088997301031688634"},
    {"exp", [](const DoubleDouble& x) { return exp(x); }, -2.5, "0.08208499862389879516952867446715981"},
    {"exp", [](const DoubleDouble& x) { return exp(x); }, 40.0, "235385266837019985.4078999107490348"},
    {"expm1", [](const DoubleDouble& x) { return expm1(x); }, 0.001, "0.001000500166708341688893262798302889"},
    {"expm1", [](const DoubleDouble& x) { return expm1(x); }, 0.3, "0.349858807576003088997301031688634"},
    {"expm1", [](const DoubleDouble& x) { return expm1(x); }, 2.0, "6.389056098930650227230427460575008"},
    {"log", [](const DoubleDouble& x) { return log(x); }, 0.3, "-1.203972804325936029630180371933724"},
    {"log", [](const DoubleDouble& x) { return log(x); }, 1.0625, "0.06062462181643484258060613204042026"},
    {"log", [](const DoubleDouble& x) { return log(x); }, 50.0, "3.912023005428146058618750787910552"},
    {"log1p", [](const DoubleDouble& x) { return log1p(x); }, 1e-05, "0.000009999950000333331651375692083392023"},
    {"log1p", [](const DoubleDouble& x) { return log1p(x); }, -0.4, "-0.5108256237659907202129482504755473"},
    {"log1p", [](const DoubleDouble& x) { return log1p(x); }, 3.0, "1.386294361119890618834464242916353"},
    {"log2", [](const DoubleDouble& x) { return log2(x); }, 0.3, "-1.736965594166206219807022215790203"},
    {"log10", [](const DoubleDouble& x) { return log10(x); }, 0.3, "-0.5228787452803375787770965392996702"},
    {"exp2", [](const DoubleDouble& x) { return exp2(x); }, 0.3, "1.231144413344916275025146360092407"},
    {"sqrt", [](const DoubleDouble& x) { return sqrt(x); }, 0.3, "0.5477225575051661033220665419872728"},
    {"cbrt", [](const DoubleDouble& x) { return cbrt(x); }, -0.3, "-0.6694329500821695136246607177069564"},
    {"sin", [](const DoubleDouble& x) { return sin(x); }, 0.3, "0.2955202066613395644989550807669445"},
    {"sin", [](const DoubleDouble& x) { return sin(x); }, 2.0, "0.9092974268256816953960198659117448"},
    {"sin", [](const DoubleDouble& x) { return sin(x); }, 10.0, "-0.5440211108893698134047476618513773"},
    {"cos", [](const DoubleDouble& x) { return cos(x); }, 0.3, "0.9553364891256060229232436043420874"},
    {"cos", [](const DoubleDouble& x) { return cos(x); }, 2.0, "-0.4161468365471423869975682295007622"},
    {"cos", [](const DoubleDouble& x) { return cos(x); }, 10.0, "-0.8390715290764524522588639478240648"},
    {"tan", [](const DoubleDouble& x) { return tan(x); }, 0.3, "0.3093362496096232208707130635217417"},
    {"asin", [](const DoubleDouble& x) { return asin(x); }, 0.3, "0.3046926540153974963337033402865642"},
    {"acos", [](const DoubleDouble& x) { return acos(x); }, -0.6, "2.214297435588180978278555304728161"},
    {"atan", [](const DoubleDouble& x) { return atan(x); }, 0.3, "0.2914567944778670818100722854222807"},
    {"atan", [](const DoubleDouble& x) { return atan(x); }, -7.0, "-1.428899272190732696418470074537198"},
    {"sinh", [](const DoubleDouble& x) { return sinh(x); }, 0.001, "0.001000000166666675020816890532764577"},
    {"sinh", [](const DoubleDouble& x) { return sinh(x); }, 2.0, "3.626860407847018767668213982801262"},
    {"cosh", [](const DoubleDouble& x) { return cosh(x); }, 0.3, "1.045338514128860481644454633816643"},
    {"tanh", [](const DoubleDouble& x) { return tanh(x); }, 0.001, "0.0009999996666668000207626926629550769"},
    {"tanh", [](const DoubleDouble& x) { return tanh(x); }, 0.3, "0.2913126124515908956581600157693989"},
    {"tanh", [](const DoubleDouble& x) { return tanh(x); }, -4.0, "-0.999329299739067043792243344341725"},
    {"asinh", [](const DoubleDouble& x) { return asinh(x); }, -0.3, "-0.2956730475634224284687025752964713"},
    {"acosh", [](const DoubleDouble& x) { return acosh(x); }, 1.5, "0.9624236501192068949955178268487368"},
    {"atanh", [](const DoubleDouble& x) { return atanh(x); }, 0.3, "0.3095196042031117032738143312022064"},
    {"erf", [](const DoubleDouble& x) { return erf(x); }, 0.3, "0.328626759459127416189617985318203"},
    {"erf", [](const DoubleDouble& x) { return erf(x); }, -2.0, "-0.9953222650189527341620692563672529"},
    {"erf", [](const DoubleDouble& x) { return erf(x); }, 3.5, "0.9999992569016276585872544763162439"},
    {"erfc", [](const DoubleDouble& x) { return erfc(x); }, 0.3, "0.671373240540872583810382014681797"},
    {"erfc", [](const DoubleDouble& x) { return erfc(x); }, 2.5, "0.0004069520174449589395642157399749127"},
    {"erfc", [](const DoubleDouble& x) { return erfc(x); }, 4.0, "0.00000001541725790028001885215967348688405"},
    {"sigmoid", [](const DoubleDouble& x) { return sigmoid(x); }, -3.0, "0.0474258731775667808788481517717522"},
    {"sigmoid", [](const DoubleDouble& x) { return sigmoid(x); }, 0.3, "0.5744425168116589844380388032340603"},
};

TEST(DoubleDouble, FunctionsHaveThirtyDigits)
{
    for (const Row& row : kRows)
        EXPECT_LE(relative_error(row.function(row.x), parsed(row.value)), 1e-30) << row.name << " of " << row.x;
}

TEST(DoubleDouble, ArithmeticKeepsWhatDoublesLose)
{
    const DoubleDouble third = DoubleDouble(1.0) / 3.0, tiny = 1e-25;
    EXPECT_EQ((1.0 + tiny - 1.0).hi(), 1e-25);
    EXPECT_LE(std::abs((third * 3.0 - 1.0).hi()), 1e-31);
    EXPECT_LE(relative_error(third, parsed("0.3333333333333333333333333333333333")), 1e-31);
    EXPECT_LT(1.0, 1.0 + tiny);
    EXPECT_EQ(sqrt(DoubleDouble(2.0) * 2.0), DoubleDouble(2.0));
    EXPECT_LE(relative_error(pow(DoubleDouble(1.5), 0.5) * pow(DoubleDouble(1.5), -0.5), 1.0), 1e-30);
    EXPECT_EQ(pow(DoubleDouble(-2.0), 3), DoubleDouble(-8.0));
}

TEST(DoubleDouble, InfinitiesAndNaNStayWhatTheyAre)
{
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ((DoubleDouble(1.0) / 0.0).hi(), infinity);
    EXPECT_EQ(exp(DoubleDouble(1e4)).hi(), infinity);
    EXPECT_EQ(exp(DoubleDouble(-1e4)).hi(), 0);
    EXPECT_EQ(log(DoubleDouble(0.0)).hi(), -infinity);
    EXPECT_EQ(tanh(DoubleDouble(1e3)).hi(), 1);
    EXPECT_TRUE(std::isnan(sqrt(DoubleDouble(-1.0)).hi()));
    EXPECT_TRUE(std::isnan((DoubleDouble(infinity) - infinity).hi()));
}

// What a program with `auto` numbers computes with Scalars it computes with DoubleDoubles.
TEST(DoubleDouble, ProgramsGiveWhatScalarsGive)
{
    const auto program = [](auto x, auto y) {
        decltype(x) sum = 2 * x + y / 3 - 1;
        sum += gelu(x) * silu(y) + mish(x) - softplus(y) + logsigmoid(x) * softsign(y) + gelu_tanh(y);
        sum *= 1 + relu(x) + abs(y) + maximum(x, y) - minimum(x, 0.5) + leaky_relu(-x) + elu(-y);
        sum -= hypot(x, y) + atan2(y, x) + pow(x, y) + pow(x, 2) + pow(2, y) + logaddexp(x, y) + xlogy(x, y);
        sum /= clamp(x, -1, 1) + square(y) + reciprocal(x) + rsqrt(y) + sinc(x) + tanhshrink(y) + hardswish(x);
        if (sum > 100) sum = sum + floor(x);
        return sum + ceil(y) + round(2.5 * x) + trunc(y) + frac(x) + sign(y) + fmod(y, x) + remainder(-y, x) +
               logit(x / 4);
    };
    const double of_scalars = Scalar(program(Scalar(0.8), Scalar(1.7))).value();
    EXPECT_NEAR(program(DoubleDouble(0.8), DoubleDouble(1.7)).value(), of_scalars, 1e-13);
}

TEST(DoubleDouble, WhatItLacksThrows)
{
    EXPECT_THROW((void)lgamma(DoubleDouble(1.5)), std::domain_error);
    EXPECT_THROW((void)i0(DoubleDouble(1.5)), std::domain_error);
}

}  // namespace
}  // namespace xgrad
