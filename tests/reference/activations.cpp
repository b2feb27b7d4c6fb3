#include "tests/reference/binding.hpp"

#include <xgrad/ops/elementwise.hpp>

namespace xgrad::reference {
namespace {

constexpr Binding kRows[] = {
    {"nn.functional.relu", [](const Call& c) -> Outputs { return relu(c.tensor("input")); }},
    {"nn.functional.sigmoid", [](const Call& c) -> Outputs { return sigmoid(c.tensor("input")); }},
    {"nn.functional.tanh", [](const Call& c) -> Outputs { return tanh(c.tensor("input")); }},
};

}  // namespace

Bindings activation_bindings() { return kRows; }

}  // namespace xgrad::reference
