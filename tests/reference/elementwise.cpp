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

template <Tensor (*F)(const Operand&, const Operand&)>
Outputs binary(const Call& c)
{
    if (c.has_tensor("other")) return F(c.tensor("input"), c.tensor("other"));
    return F(c.tensor("input"), c.number("other"));
}

// The methods of Tensor in the cases take a number.
template <Tensor (*F)(const Operand&, const Operand&)>
Outputs with_number(const Call& c)
{
    return F(c.tensor("self"), c.number("other"));
}

Outputs power(const Call& c)
{
    if (c.has("self")) return pow(c.number("self"), c.tensor("exponent"));
    if (c.has_tensor("exponent")) return pow(c.tensor("input"), c.tensor("exponent"));
    return pow(c.tensor("input"), c.number("exponent"));
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

Rounding rounding(const Call& c)
{
    const std::string mode = c.text("rounding_mode", "");
    return mode.empty() ? Rounding::none : mode == "floor" ? Rounding::floor : Rounding::trunc;
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
    {"round", unary<round>},
    {"trunc", unary<trunc>},
    {"frac", unary<frac>},
    {"isnan", unary<isnan>},
    {"isinf", unary<isinf>},
    {"isfinite", unary<isfinite>},
    {"pow", power},
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
    {"add", [](const Call& c) -> Outputs { return add(c.tensor("input"), c.tensor("other"), c.number("alpha", 1)); }},
    {"sub", [](const Call& c) -> Outputs { return sub(c.tensor("input"), c.tensor("other"), c.number("alpha", 1)); }},
    {"div", [](const Call& c) -> Outputs { return div(c.tensor("input"), c.tensor("other"), rounding(c)); }},
    {"Tensor.xlogy", [](const Call& c) -> Outputs { return xlogy(c.tensor("self"), c.tensor("other")); }},
    {"Tensor.add", with_number<add>},
    {"Tensor.sub", with_number<sub>},
    {"Tensor.mul", with_number<mul>},
    {"Tensor.div", with_number<div>},
    {"rsub", [](const Call& c) -> Outputs { return sub(c.number("other"), c.tensor("input")); }},
    {"where",
     [](const Call& c) -> Outputs { return where(c.tensor("condition"), c.tensor("input"), c.tensor("other")); }},
    {"lerp",
     [](const Call& c) -> Outputs {
         if (c.has_tensor("weight")) return lerp(c.tensor("input"), c.tensor("end"), c.tensor("weight"));
         return lerp(c.tensor("input"), c.tensor("end"), c.number("weight"));
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
