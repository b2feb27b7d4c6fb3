#include "tests/reference/binding.hpp"

#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/elementwise.hpp>

namespace xgrad::reference {
namespace {

template <Tensor (*F)(const Input&)>
Outputs unary(const Call& c)
{
    c.expect("inplace", false);
    return F(c.tensor("input"));
}

constexpr Binding kRows[] = {
    {"nn.functional.relu", unary<relu>},
    {"nn.functional.relu6", unary<relu6>},
    {"nn.functional.sigmoid", unary<sigmoid>},
    {"nn.functional.tanh", unary<tanh>},
    {"nn.functional.selu", unary<selu>},
    {"nn.functional.silu", unary<silu>},
    {"nn.functional.mish", unary<mish>},
    {"nn.functional.softsign", unary<softsign>},
    {"nn.functional.tanhshrink", unary<tanhshrink>},
    {"nn.functional.hardsigmoid", unary<hardsigmoid>},
    {"nn.functional.hardswish", unary<hardswish>},
    {"nn.functional.logsigmoid", unary<logsigmoid>},
    {"nn.functional.leaky_relu",
     [](const Call& c) -> Outputs {
         c.expect("inplace", false);
         return leaky_relu(c.tensor("input"), c.number("negative_slope", 0.01));
     }},
    {"nn.functional.elu",
     [](const Call& c) -> Outputs {
         c.expect("inplace", false);
         return elu(c.tensor("input"), c.number("alpha", 1));
     }},
    {"nn.functional.celu",
     [](const Call& c) -> Outputs {
         c.expect("inplace", false);
         return celu(c.tensor("input"), c.number("alpha", 1));
     }},
    {"nn.functional.softplus",
     [](const Call& c) -> Outputs {
         return softplus(c.tensor("input"), c.number("beta", 1), c.number("threshold", 20));
     }},
    {"nn.functional.hardtanh",
     [](const Call& c) -> Outputs {
         c.expect("inplace", false);
         return hardtanh(c.tensor("input"), c.number("min_val", -1), c.number("max_val", 1));
     }},
    {"nn.functional.hardshrink",
     [](const Call& c) -> Outputs { return hardshrink(c.tensor("input"), c.number("lambd", 0.5)); }},
    {"nn.functional.softshrink",
     [](const Call& c) -> Outputs { return softshrink(c.tensor("input"), c.number("lambd", 0.5)); }},
    {"nn.functional.threshold",
     [](const Call& c) -> Outputs {
         c.expect("inplace", false);
         return threshold(c.tensor("input"), c.number("threshold"), c.number("value"));
     }},
    {"nn.functional.gelu",
     [](const Call& c) -> Outputs {
         const bool by_tanh = c.text("approximate", "none") == "tanh";
         return gelu(c.tensor("input"), by_tanh ? GeluApproximation::tanh : GeluApproximation::none);
     }},
    {"nn.functional.prelu", [](const Call& c) -> Outputs { return prelu(c.tensor("input"), c.tensor("weight")); }},
    {"nn.functional.glu", [](const Call& c) -> Outputs { return glu(c.tensor("input"), c.integer("dim", -1)); }},
};

}  // namespace

Bindings activation_bindings() { return kRows; }

}  // namespace xgrad::reference
