// Rows of the op table: mathematical functions.
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/integers.hpp>
#include <xgrad/tape.hpp>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

const Tensor kUnit = tensor({2, 3}, {0.5, -0.25, 0.875, 0.125, -0.625, -0.75}, f64);  // in (-1, 1)
const Tensor kFractions = tensor({2, 3}, {0.25, 0.125, 0.875, 0.375, 0.625, 0.75}, f64);
const Tensor kBetween = tensor({2, 3}, {0.3, -1.2, 2.2, 0.7, -0.6, 1.7}, f64);  // away from halves
const Tensor kAboveOne = tensor({2, 3}, {1.5, 1.25, 2, 3.75, 2.625, 1.875}, f64);

const OpRows kRows{{
    // one operand
    {"Exp2", [](const In& x) { return exp2(x[0]); }, {kMatrix}},
    {"Expm1", [](const In& x) { return expm1(x[0]); }, {kMatrix}},
    {"Log2", [](const In& x) { return log2(x[0]); }, {kPositive}},
    {"Log10", [](const In& x) { return log10(x[0]); }, {kPositive}},
    {"Log1p", [](const In& x) { return log1p(x[0]); }, {kPositive}},
    {"Rsqrt", [](const In& x) { return rsqrt(x[0]); }, {kPositive}},
    {"Cbrt", [](const In& x) { return cbrt(x[0]); }, {kMatrix}},
    {"Tan", [](const In& x) { return tan(x[0]); }, {kMatrix}},
    {"Asin", [](const In& x) { return asin(x[0]); }, {kUnit}},
    {"Acos", [](const In& x) { return acos(x[0]); }, {kUnit}},
    {"Atan", [](const In& x) { return atan(x[0]); }, {kMatrix}},
    {"Sinh", [](const In& x) { return sinh(x[0]); }, {kMatrix}},
    {"Cosh", [](const In& x) { return cosh(x[0]); }, {kMatrix}},
    {"Asinh", [](const In& x) { return asinh(x[0]); }, {kMatrix}},
    {"Acosh", [](const In& x) { return acosh(x[0]); }, {kAboveOne}},
    {"Atanh", [](const In& x) { return atanh(x[0]); }, {kUnit}},
    {"Sinc", [](const In& x) { return sinc(x[0]); }, {kMatrix}},
    {"Erf", [](const In& x) { return erf(x[0]); }, {kMatrix}},
    {"Erfc", [](const In& x) { return erfc(x[0]); }, {kMatrix}},
    {"Erfinv", [](const In& x) { return erfinv(x[0]); }, {kUnit}},
    {"Lgamma", [](const In& x) { return lgamma(x[0]); }, {kPositive}},
    {"Digamma", [](const In& x) { return digamma(x[0]); }, {kAboveOne}},
    {"Trigamma", [](const In& x) { return trigamma(x[0]); }, {kAboveOne}},
    {"I0", [](const In& x) { return i0(x[0]); }, {kMatrix}},
    {"I0e", [](const In& x) { return i0e(x[0]); }, {kMatrix}},
    {"I1", [](const In& x) { return i1(x[0]); }, {kMatrix}},
    {"I1e", [](const In& x) { return i1e(x[0]); }, {kMatrix}},
    {"Erfcx", [](const In& x) { return erfcx(x[0]); }, {kMatrix}},
    {"Ndtri", [](const In& x) { return ndtri(x[0]); }, {kFractions}},
    {"Ndtr", [](const In& x) { return ndtr(x[0]); }, {kMatrix}},
    {"LogNdtr", [](const In& x) { return log_ndtr(x[0] * 3); }, {kMatrix}},
    {"Logit", [](const In& x) { return logit(x[0]); }, {kFractions}},
    {"Sign", [](const In& x) { return sign(x[0]) * x[0]; }, {kMatrix}},
    {"Floor", [](const In& x) { return floor(x[0]) * x[0]; }, {kBetween}},
    {"Ceil", [](const In& x) { return ceil(x[0]) * x[0]; }, {kBetween}},
    {"Trunc", [](const In& x) { return trunc(x[0]) * x[0]; }, {kBetween}},
    {"Round", [](const In& x) { return round(x[0]) * x[0]; }, {kBetween}},
    {"Frac", [](const In& x) { return frac(x[0]) * x[0]; }, {kBetween}},
    {"LgammaOfNegative", [](const In& x) { return lgamma(x[0]); }, {kMatrix}, {.tolerance = 1e-5}},
    // Beyond 1 in absolute value, where the derivative is that of the value; inside it is 1 on purpose.
    {"SignStraightThrough", [](const In& x) { return sign_straight_through(x[0] * 8) * x[0]; }, {kMatrix}},
    {"LogitBounded",
     [](const In& x) { return logit(x[0], 0.2); },
     {kFractions},
     {},
     {{"bounded_logit", {{"eps", 0.2}}}}},
    {"Clamp",
     [](const In& x) { return square(clamp(x[0], -0.5, 1.25)); },
     {kMatrix},
     {},
     {{"clamp", {{"min", -0.5}, {"max", 1.25}}}}},
    {"ClampByTensors", [](const In& x) { return clamp(x[0], x[1], x[2]) * x[0]; }, {kMatrix, kColumn, kRow}},
    {"NanToNum",
     [](const In& x) { return nan_to_num(x[0]) * x[0]; },
     {kMatrix},
     {},
     {{"nan_to_num", {{"nan", 0}, {"posinf", 1e+300}, {"neginf", -1e+300}}}}},

    // truths
    {"IsInf", [](const In& x) { return where(isinf(x[0]), 0, x[0]); }, {kMatrix}},
    {"IsFinite", [](const In& x) { return where(isfinite(x[0]), x[0], 0); }, {kMatrix}},
    {"LogicalAnd", [](const In& x) { return where(logical_and(x[0] > 0, x[1]), x[0], 0); }, {kMatrix, kCondition}},
    {"LogicalOr", [](const In& x) { return where(logical_or(x[0] > 0, x[1]), x[0], 0); }, {kMatrix, kCondition}},
    {"LogicalXor", [](const In& x) { return where(logical_xor(x[0] > 0, x[1]), x[0], 0); }, {kMatrix, kCondition}},
    {"LogicalNot", [](const In& x) { return where(logical_not(x[0]), 0, x[0]); }, {kMatrix}},

    // two operands
    {"Atan2", [](const In& x) { return atan2(x[0], x[1]); }, {kMatrix, kOther}},
    {"Atan2Broadcast", [](const In& x) { return atan2(x[0], x[1]); }, {kRow, kColumn}},
    {"Hypot", [](const In& x) { return hypot(x[0], x[1]); }, {kMatrix, kOther}},
    {"Logaddexp", [](const In& x) { return logaddexp(x[0], x[1]); }, {kMatrix, kRow}},
    {"Xlogy", [](const In& x) { return xlogy(x[0], x[1]); }, {kMatrix, kPositive}},
    {"Fmax", [](const In& x) { return fmax(x[0], x[1]); }, {kMatrix, kOther}},
    {"FminBroadcast", [](const In& x) { return fmin(x[0], x[1]); }, {kMatrix, kColumn}},
    {"Fmod", [](const In& x) { return fmod(x[0] * 4.3, x[1]); }, {kMatrix, kOther}},
    {"RemainderBroadcast", [](const In& x) { return remainder(x[0] * 4.3, x[1]); }, {kMatrix, kRow}},
    {"FloorDivide", [](const In& x) { return floor_divide(x[0] * 4.3, x[1]) * x[0]; }, {kMatrix, kOther}},
    {"DivTrunc", [](const In& x) { return div(x[0] * 4.3, x[1], Rounding::trunc) * x[0]; }, {kMatrix, kOther}},
    {"Copysign", [](const In& x) { return copysign(x[0], x[1]); }, {kMatrix, kOther}},
    {"Polygamma", [](const In& x) { return polygamma(1, x[0]); }, {kPositive}, {.tolerance = 1e-5}},
    {"PolygammaOfBoth",
     [](const In& x) { return polygamma(round(x[0] * 1.1), x[1]); },
     {kAboveOne, kPositive},
     {.tolerance = 1e-5}},

    // whole numbers, without derivative: of 8 x + 1/2, rounded down
    {"Gcd",
     [](const In& x) {
         return to(gcd(to(floor(x[0] * 8 + 0.5), i64), to(floor(x[1] * 8 + 0.5), i64)), f64) * (x[0] + x[1]);
     },
     {kMatrix, kOther}},
    {"Lcm",
     [](const In& x) {
         return to(lcm(to(floor(x[0] * 8 + 0.5), i64), to(floor(x[1] * 8 + 0.5), i64)), f64) * (x[0] + x[1]);
     },
     {kMatrix, kRow}},
    {"BitwiseAnd",
     [](const In& x) { return to(bitwise_and(to(floor(x[0] * 8 + 0.5), i64), 6), f64) * x[0]; },
     {kMatrix}},
    {"BitwiseOr", [](const In& x) { return to(bitwise_or(to(floor(x[0] * 8 + 0.5), i64), 6), f64) * x[0]; }, {kMatrix}},
    {"BitwiseXor",
     [](const In& x) { return to(bitwise_xor(to(floor(x[0] * 8 + 0.5), i64), 6), f64) * x[0]; },
     {kMatrix}},
    {"LeftShift",
     [](const In& x) { return to(bitwise_left_shift(to(floor(x[0] * 8 + 0.5), i64), 2), f64) * x[0]; },
     {kMatrix}},
    {"RightShift",
     [](const In& x) { return to(bitwise_right_shift(to(floor(x[0] * 8 + 0.5), i64), 2), f64) * x[0]; },
     {kMatrix}},

    // with a factor
    {"AddAlpha", [](const In& x) { return add(x[0], x[1], 0.75); }, {kMatrix, kRow}},
    {"SubAlpha", [](const In& x) { return sub(x[0], x[1], -1.5); }, {kMatrix, kOther}},
    {"Lerp", [](const In& x) { return lerp(x[0], x[1], x[2]); }, {kMatrix, kRow, kOther}},
    {"LerpByNumber", [](const In& x) { return lerp(x[0], x[1], 0.25); }, {kMatrix, kColumn}},
    {"Addcmul", [](const In& x) { return addcmul(x[0], x[1], x[2], 0.5); }, {kMatrix, kRow, kColumn}},
    {"Addcdiv", [](const In& x) { return addcdiv(x[0], x[1], x[2], -2); }, {kMatrix, kRow, kOther}},
}};

}  // namespace
