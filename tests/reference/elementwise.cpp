#include "tests/reference/binding.hpp"

#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>

#include <optional>

namespace xgrad::reference {
namespace {

template <Tensor (*F)(const Input&)>
Outputs unary(const Call& c)
{
    return F(c.tensor("input"));
}

Rounding rounding(const Call& c)
{
    const std::string mode = c.text("rounding_mode", "");
    return mode.empty() ? Rounding::none : mode == "floor" ? Rounding::floor : Rounding::trunc;
}

// What `f` makes of an operand that is a tensor in some cases and a number in others.
template <class F>
Outputs with_operand(const Call& c, const char* name, F f)
{
    if (c.has_tensor(name)) return f(c.tensor(name));
    return f(c.number(name));
}

// "self" where the case calls a method of Tensor.
const Tensor& first(const Call& c) { return c.tensor(c.has_tensor("self") ? "self" : "input"); }

template <Tensor (*F)(const Operand&, const Operand&)>
Outputs binary(const Call& c)
{
    return with_operand(c, "other", [&](const auto& other) { return F(first(c), other); });
}

template <Tensor (*F)(const Operand&, const Operand&, double)>
Outputs binary_scaled(const Call& c)
{
    return with_operand(c, "other", [&](const auto& other) { return F(first(c), other, c.number("alpha", 1)); });
}

Outputs quotient(const Call& c)
{
    return with_operand(c, "other", [&](const auto& other) { return div(first(c), other, rounding(c)); });
}

Outputs reversed_difference(const Call& c)
{
    return with_operand(c, "other", [&](const auto& other) { return sub(other, first(c), c.number("alpha", 1)); });
}

Outputs power(const Call& c)
{
    if (c.has("self") && !c.has_tensor("self")) return pow(c.number("self"), c.tensor("exponent"));
    return with_operand(c, "exponent", [&](const auto& exponent) { return pow(first(c), exponent); });
}

std::optional<double> optional(const Call& c, const char* name)
{
    if (!c.has(name)) return std::nullopt;
    return c.number(name);
}

Outputs clamped(const Call& c)
{
    if (c.has_tensor("min") || c.has_tensor("max"))
        return clamp(c.tensor("input"), c.tensor_if_any("min"), c.tensor_if_any("max"));
    return clamp(c.tensor("input"), optional(c, "min"), optional(c, "max"));
}

constexpr Binding kRows[] = {
    {"exp", unary<exp>},
    {"expm1", unary<expm1>},
    {"exp2", unary<exp2>},
    {"log", unary<log>},
    {"log1p", unary<log1p>},
    {"log2", unary<log2>},
    {"log10", unary<log10>},
    {"sqrt", unary<sqrt>},
    {"rsqrt", unary<rsqrt>},
    {"sin", unary<sin>},
    {"cos", unary<cos>},
    {"tan", unary<tan>},
    {"asin", unary<asin>},
    {"acos", unary<acos>},
    {"atan", unary<atan>},
    {"sinh", unary<sinh>},
    {"cosh", unary<cosh>},
    {"tanh", unary<tanh>},
    {"asinh", unary<asinh>},
    {"acosh", unary<acosh>},
    {"atanh", unary<atanh>},
    {"erf", unary<erf>},
    {"erfc", unary<erfc>},
    {"erfinv", unary<erfinv>},
    {"lgamma", unary<lgamma>},
    {"sigmoid", unary<sigmoid>},
    {"abs", unary<abs>},
    {"neg", unary<neg>},
    {"reciprocal", unary<reciprocal>},
    {"square", unary<square>},
    {"sinc", unary<sinc>},
    {"sign", unary<sign>},
    {"floor", unary<floor>},
    {"ceil", unary<ceil>},
    {"round", [](const Call& c) -> Outputs { return round(c.tensor("input"), c.integer("decimals", 0)); }},
    {"trunc", unary<trunc>},
    {"frac", unary<frac>},
    {"isnan", unary<isnan>},
    {"isinf", unary<isinf>},
    {"isfinite", unary<isfinite>},
    {"pow", power},
    {"Tensor.pow", power},
    {"logit",
     [](const Call& c) -> Outputs {
         return c.has("eps") ? logit(c.tensor("input"), c.number("eps")) : logit(c.tensor("input"));
     }},
    {"clamp", clamped},
    {"nan_to_num",
     [](const Call& c) -> Outputs {
         return nan_to_num(
             c.tensor("input"),
             {.nan = c.number("nan", 0), .posinf = optional(c, "posinf"), .neginf = optional(c, "neginf")});
     }},
    {"mul", binary<mul>},
    {"maximum", binary<maximum>},
    {"minimum", binary<minimum>},
    {"atan2", binary<atan2>},
    {"logaddexp", binary<logaddexp>},
    {"hypot", binary<hypot>},
    {"fmax", binary<fmax>},
    {"fmin", binary<fmin>},
    {"fmod", binary<fmod>},
    {"remainder", binary<remainder>},
    {"eq", binary<eq>},
    {"ne", binary<ne>},
    {"lt", binary<lt>},
    {"le", binary<le>},
    {"gt", binary<gt>},
    {"ge", binary<ge>},
    {"logical_and", binary<logical_and>},
    {"logical_or", binary<logical_or>},
    {"logical_xor", binary<logical_xor>},
    {"add", binary_scaled<add>},
    {"sub", binary_scaled<sub>},
    {"div", quotient},
    {"Tensor.xlogy", binary<xlogy>},
    {"Tensor.add", binary_scaled<add>},
    {"Tensor.sub", binary_scaled<sub>},
    {"Tensor.mul", binary<mul>},
    {"Tensor.div", quotient},
    {"rsub", reversed_difference},
    {"where",
     [](const Call& c) -> Outputs {
         return with_operand(c, "other",
                             [&](const auto& other) { return where(c.tensor("condition"), c.tensor("input"), other); });
     }},
    {"lerp",
     [](const Call& c) -> Outputs {
         return with_operand(c, "weight",
                             [&](const auto& weight) { return lerp(c.tensor("input"), c.tensor("end"), weight); });
     }},
    {"addcmul",
     [](const Call& c) -> Outputs {
         return addcmul(c.tensor("input"), c.tensor("tensor1"), c.tensor("tensor2"), c.number("value", 1));
     }},
    {"addcdiv",
     [](const Call& c) -> Outputs {
         return addcdiv(c.tensor("input"), c.tensor("tensor1"), c.tensor("tensor2"), c.number("value", 1));
     }},
};

}  // namespace

Bindings elementwise_bindings() { return kRows; }

}  // namespace xgrad::reference
