#include "tests/reference/binding.hpp"

#include <xgrad/ops/elementwise.hpp>
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

KlReduction kl_reduction(const Call& c)
{
    const bool is_batchmean = c.is_text("reduction") && c.text("reduction") == "batchmean";
    return is_batchmean ? KlReduction::batchmean : static_cast<KlReduction>(reduction(c));
}

template <Tensor (*F)(const Input&, std::int64_t)>
Outputs along_axis(const Call& c)
{
    const Tensor& x = c.tensor("input");
    const std::int64_t otherwise = x.ndim() == 0 || x.ndim() == 1 || x.ndim() == 3 ? 0 : 1;  // PyTorch's of old
    return F(c.has("dtype") ? to(x, c.dtype("dtype")) : x, c.integer("dim", otherwise));
}

constexpr Binding kRows[] = {
    {"nn.functional.softmax", along_axis<softmax>},
    {"nn.functional.log_softmax", along_axis<log_softmax>},
    {"nn.functional.softmin", along_axis<softmin>},
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
    {"nn.functional.l1_loss",
     [](const Call& c) -> Outputs {
         return l1_loss(c.tensor("input"), c.tensor("target"), {.reduction = reduction(c)});
     }},
    {"nn.functional.smooth_l1_loss",
     [](const Call& c) -> Outputs {
         return smooth_l1_loss(c.tensor("input"), c.tensor("target"),
                               {.beta = c.number("beta", 1), .reduction = reduction(c)});
     }},
    {"nn.functional.huber_loss",
     [](const Call& c) -> Outputs {
         return huber_loss(c.tensor("input"), c.tensor("target"),
                           {.delta = c.number("delta", 1), .reduction = reduction(c)});
     }},
    {"nn.functional.binary_cross_entropy",
     [](const Call& c) -> Outputs {
         return binary_cross_entropy(c.tensor("input"), c.tensor("target"),
                                     {.weight = c.tensor_if_any("weight"), .reduction = reduction(c)});
     }},
    {"nn.functional.binary_cross_entropy_with_logits",
     [](const Call& c) -> Outputs {
         return binary_cross_entropy_with_logits(c.tensor("input"), c.tensor("target"),
                                                 {.weight = c.tensor_if_any("weight"),
                                                  .pos_weight = c.tensor_if_any("pos_weight"),
                                                  .reduction = reduction(c)});
     }},
    {"nn.functional.multi_margin_loss",
     [](const Call& c) -> Outputs {
         return multi_margin_loss(c.tensor("input"), c.tensor("target"),
                                  {.p = static_cast<int>(c.integer("p", 1)),
                                   .margin = c.number("margin", 1),
                                   .weight = c.tensor_if_any("weight"),
                                   .reduction = reduction(c)});
     }},
    {"nn.functional.soft_margin_loss",
     [](const Call& c) -> Outputs {
         return soft_margin_loss(c.tensor("input"), c.tensor("target"), {.reduction = reduction(c)});
     }},
    {"nn.functional.multilabel_soft_margin_loss",
     [](const Call& c) -> Outputs {
         return multilabel_soft_margin_loss(c.tensor("input"), c.tensor("target"),
                                            {.weight = c.tensor_if_any("weight"), .reduction = reduction(c)});
     }},
    {"nn.functional.kl_div",
     [](const Call& c) -> Outputs {
         return kl_div(c.tensor("input"), c.tensor("target"),
                       {.log_target = c.flag("log_target", false), .reduction = kl_reduction(c)});
     }},
    {"nn.functional.poisson_nll_loss",
     [](const Call& c) -> Outputs {
         return poisson_nll_loss(c.tensor("input"), c.tensor("target"),
                                 {.log_input = c.flag("log_input", true),
                                  .full = c.flag("full", false),
                                  .eps = c.number("eps", 1e-8),
                                  .reduction = reduction(c)});
     }},
    {"nn.functional.gaussian_nll_loss",
     [](const Call& c) -> Outputs {
         return gaussian_nll_loss(
             c.tensor("input"), c.tensor("target"), c.tensor("var"),
             {.full = c.flag("full", false), .eps = c.number("eps", 1e-6), .reduction = reduction(c)});
     }},
    {"nn.functional.hinge_embedding_loss",
     [](const Call& c) -> Outputs {
         return hinge_embedding_loss(c.tensor("input"), c.tensor("target"),
                                     {.margin = c.number("margin", 1), .reduction = reduction(c)});
     }},
    {"nn.functional.margin_ranking_loss",
     [](const Call& c) -> Outputs {
         return margin_ranking_loss(c.tensor("input1"), c.tensor("input2"), c.tensor("target"),
                                    {.margin = c.number("margin", 0), .reduction = reduction(c)});
     }},
    {"nn.functional.cosine_embedding_loss",
     [](const Call& c) -> Outputs {
         return cosine_embedding_loss(c.tensor("input1"), c.tensor("input2"), c.tensor("target"),
                                      {.margin = c.number("margin", 0), .reduction = reduction(c)});
     }},
    {"nn.functional.triplet_margin_loss",
     [](const Call& c) -> Outputs {
         return triplet_margin_loss(c.tensor("anchor"), c.tensor("positive"), c.tensor("negative"),
                                    {.margin = c.number("margin", 1),
                                     .p = c.number("p", 2),
                                     .eps = c.number("eps", 1e-6),
                                     .swap = c.flag("swap", false),
                                     .reduction = reduction(c)});
     }},
};

}  // namespace

Bindings softmax_loss_bindings() { return kRows; }

}  // namespace xgrad::reference
