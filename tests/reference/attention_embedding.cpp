#include "tests/reference/binding.hpp"

#include <xgrad/ops/create.hpp>
#include <xgrad/ops/embedding.hpp>

namespace xgrad::reference {
namespace {

std::optional<std::int64_t> padding(const Call& c)
{
    return c.has("padding_idx") ? std::optional(c.integer("padding_idx")) : std::nullopt;
}

BagMode bag_mode(const Call& c)
{
    const std::string name = c.text("mode", "mean");
    if (name == "sum") return BagMode::sum;
    if (name == "mean") return BagMode::mean;
    if (name == "max") return BagMode::max;
    throw CallError("mode = " + name + " is none that the library has");
}

constexpr Binding kRows[] = {
    {"nn.functional.embedding",
     [](const Call& c) -> Outputs {
         c.expect("sparse", false);
         return embedding(c.tensor("input"), c.tensor("weight"),
                          {.padding_idx = padding(c), .scale_grad_by_freq = c.flag("scale_grad_by_freq", false)});
     }},
    {"nn.functional.embedding_bag",
     [](const Call& c) -> Outputs {
         c.expect("sparse", false);
         return embedding_bag(c.tensor("input"), c.tensor("weight"),
                              {.offsets = c.tensor_if_any("offsets"),
                               .mode = bag_mode(c),
                               .per_sample_weights = c.tensor_if_any("per_sample_weights"),
                               .padding_idx = padding(c),
                               .include_last_offset = c.flag("include_last_offset", false),
                               .scale_grad_by_freq = c.flag("scale_grad_by_freq", false)});
     }},
    {"nn.functional.one_hot",
     [](const Call& c) -> Outputs { return one_hot(c.tensor("tensor"), c.integer("num_classes", -1)); }},
};

}  // namespace

Bindings attention_embedding_bindings() { return kRows; }

}  // namespace xgrad::reference
