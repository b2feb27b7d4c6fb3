#include "tests/reference/binding.hpp"

#include <xgrad/ops/matmul.hpp>

namespace xgrad::reference {
namespace {

constexpr Binding kRows[] = {
    {"matmul", [](const Call& c) -> Outputs { return matmul(c.tensor("input"), c.tensor("other")); }},
    {"nn.functional.linear",
     [](const Call& c) -> Outputs { return linear(c.tensor("input"), c.tensor("weight"), c.tensor_if_any("bias")); }},
};

}  // namespace

Bindings matmul_bindings() { return kRows; }

}  // namespace xgrad::reference
