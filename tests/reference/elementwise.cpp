#include "tests/reference/binding.hpp"

#include <xgrad/ops/elementwise.hpp>

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
    return F(c.tensor("input"), c.tensor("other"));
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

constexpr Binding kRows[] = {
    {"exp", unary<exp>},
    {"log", unary<log>},
    {"sqrt", unary<sqrt>},
    {"sin", unary<sin>},
    {"cos", unary<cos>},
    {"tanh", unary<tanh>},
    {"sigmoid", unary<sigmoid>},
    {"abs", unary<abs>},
    {"neg", unary<neg>},
    {"reciprocal", unary<reciprocal>},
    {"square", unary<square>},
    {"pow", power},
    {"add", binary<add>},
    {"sub", binary<sub>},
    {"mul", binary<mul>},
    {"div", binary<div>},
    {"maximum", binary<maximum>},
    {"minimum", binary<minimum>},
    {"eq", binary<eq>},
    {"ne", binary<ne>},
    {"lt", binary<lt>},
    {"le", binary<le>},
    {"gt", binary<gt>},
    {"ge", binary<ge>},
    {"Tensor.add", with_number<add>},
    {"Tensor.sub", with_number<sub>},
    {"Tensor.mul", with_number<mul>},
    {"Tensor.div", with_number<div>},
    {"rsub", [](const Call& c) -> Outputs { return sub(c.number("other"), c.tensor("input")); }},
    {"where",
     [](const Call& c) -> Outputs { return where(c.tensor("condition"), c.tensor("input"), c.tensor("other")); }},
};

}  // namespace

Bindings elementwise_bindings() { return kRows; }

}  // namespace xgrad::reference
