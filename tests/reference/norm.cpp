#include "tests/reference/binding.hpp"

#include <xgrad/ops/normalization.hpp>

namespace xgrad::reference {
namespace {

NormOptions norm_options(const Call& c)
{
    return {.weight = c.tensor_if_any("weight"), .bias = c.tensor_if_any("bias"), .eps = c.number("eps", 1e-5)};
}

/// PyTorch overwrites the running statistics, where the input's own are used: what they are then is stored.
Outputs outputs(const NormWithStatistics& result, bool overwritten)
{
    if (!overwritten || !result.running_mean.defined()) return result.y;
    return std::vector<Tensor>{result.y, result.running_mean, result.running_var};
}

Outputs batch_norm_of(const Call& c)
{
    const bool training = c.flag("training", false);
    return outputs(batch_norm(c.tensor("input"), c.tensor_if_any("running_mean"), c.tensor_if_any("running_var"),
                              {.weight = c.tensor_if_any("weight"),
                               .bias = c.tensor_if_any("bias"),
                               .training = training,
                               .momentum = c.number("momentum", 0.1),
                               .eps = c.number("eps", 1e-5)}),
                   training);
}

Outputs instance_norm_of(const Call& c)
{
    const bool own = c.flag("use_input_stats", true);
    return outputs(instance_norm(c.tensor("input"), c.tensor_if_any("running_mean"), c.tensor_if_any("running_var"),
                                 {.weight = c.tensor_if_any("weight"),
                                  .bias = c.tensor_if_any("bias"),
                                  .use_input_stats = own,
                                  .momentum = c.number("momentum", 0.1),
                                  .eps = c.number("eps", 1e-5)}),
                   own);
}

constexpr Binding kRows[] = {
    {"nn.functional.batch_norm", batch_norm_of},
    {"nn.functional.instance_norm", instance_norm_of},
    {"nn.functional.layer_norm",
     [](const Call& c) -> Outputs {
         return layer_norm(c.tensor("input"), c.integers("normalized_shape"), norm_options(c));
     }},
    {"nn.functional.group_norm",
     [](const Call& c) -> Outputs { return group_norm(c.tensor("input"), c.integer("num_groups"), norm_options(c)); }},
    {"nn.functional.local_response_norm",
     [](const Call& c) -> Outputs {
         return local_response_norm(
             c.tensor("input"), c.integer("size"),
             {.alpha = c.number("alpha", 1e-4), .beta = c.number("beta", 0.75), .k = c.number("k", 1)});
     }},
    {"nn.functional.normalize",
     [](const Call& c) -> Outputs {
         return normalize(
             c.tensor("input"),
             {.p = c.number("p", 2), .eps = c.number("eps", 1e-12), .dims = c.integers("dim", Integers{1})});
     }},
};

}  // namespace

Bindings norm_bindings() { return kRows; }

}  // namespace xgrad::reference
