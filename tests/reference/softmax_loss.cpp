#include "tests/reference/binding.hpp"

#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/softmax.hpp>

namespace xgrad::reference {
namespace {

Reduction reduction(const Call& c)
{
    const std::string name = c.text("reduction", "mean");
    if (name == "none") return Reduction::none;
    if (name == "sum") return Reduction::sum;
    if (name == "mean") return Reduction::mean;
    throw CallError("reduction = " + name + " is none that the library has");
}

constexpr Binding kRows[] = {
    {"nn.functional.softmax", [](const Call& c) -> Outputs { return softmax(c.tensor("input"), c.integer("dim")); }},
    {"nn.functional.log_softmax",
     [](const Call& c) -> Outputs { return log_softmax(c.tensor("input"), c.integer("dim")); }},
    {"nn.functional.softmin", [](const Call& c) -> Outputs { return softmin(c.tensor("input"), c.integer("dim")); }},
    {"nn.functional.mse_loss",
     [](const Call& c) -> Outputs {
         return mse_loss(c.tensor("input"), c.tensor("target"), {.reduction = reduction(c)});
     }},
    {"nn.functional.cross_entropy",
     [](const Call& c) -> Outputs {
         return cross_entropy(c.tensor("input"), c.tensor("target"),
                              {.weight = c.tensor_if_any("weight"),
                               .ignore_index = c.integer("ignore_index", -100),
                               .reduction = reduction(c),
                               .label_smoothing = c.number("label_smoothing", 0)});
     }},
    {"nn.functional.nll_loss",
     [](const Call& c) -> Outputs {
         return nll_loss(c.tensor("input"), c.tensor("target"),
                         {.weight = c.tensor_if_any("weight"),
                          .ignore_index = c.integer("ignore_index", -100),
                          .reduction = reduction(c)});
     }},
};

}  // namespace

Bindings softmax_loss_bindings() { return kRows; }

}  // namespace xgrad::reference
