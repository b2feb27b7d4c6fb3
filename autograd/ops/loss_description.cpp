// What the losses' options say of themselves: l is the loss of one element, y what the function returns. S0 to S4 are the
// lectures: S0 CMU 18-661, S1 Western CS4442, S2 Marquette, S3 Northeastern DS 4400, S4 Berkeley INFO 251.
#include <xgrad/ops/loss.hpp>

#include <fmt/format.h>

#include "autograd/description.hpp"

namespace xgrad {
namespace {

using detail::Description;
using detail::rest;

/// What becomes of the l, with the divisor of the mean, and PyTorch's option for it.
void reduce(Description& d, Reduction reduction, const char* mean = "n, n elements")
{
    constexpr const char* kNames[] = {"'none'", "'sum'", "'mean'"};
    d.line(reduction == Reduction::none  ? "y = l"
           : reduction == Reduction::sum ? "y = sum(l)"
                                         : fmt::format("y = sum(l) / {}", mean));
    d.option("reduction", kNames[static_cast<int>(reduction)]);
}

const char* factor(const Tensor& weight, const char* text) { return weight.defined() ? text : ""; }

void weight_option(Description& d, const Tensor& weight)
{
    if (weight.defined()) d.option("weight", "w");
}

constexpr const char* kCrossEntropyLecture =
    "-log f_k (S1:518), H (S2:209, under the title binary cross-entropy); x are raw scores, so that dl/dx = p - y: "
    "softmax(f(x)) - y (S1:747) is the softmax of a softmax";

/// The lectures' binary cross-entropy, for a mean or a sum over elements.
std::string binary_lecture(Reduction reduction)
{
    std::string text =
        "S3:36, S3:82; S0:192, S4:98 lack the brackets behind the minus; S2:113, 362, 420, S3:384, S4:209 lack the "
        "minus: "
        "that is the log-likelihood, its slope y - a climbs, that of the loss is a - y";
    if (reduction == Reduction::mean)
        text += "; K outputs of a sample are added up (S2:315), K times this mean over all elements";
    return text;
}

}  // namespace

// ---- labels ---------------------------------------------------------------------------------------------------------

std::string CrossEntropyOptions::describe() const
{
    Description d;
    const bool smooth = label_smoothing != 0;
    const std::string keep = smooth ? rest(label_smoothing) + " " : "";
    const std::string spread = smooth ? fmt::format("{} / C", label_smoothing) : "";
    std::string loss = fmt::format("-{}{}log p[t]", keep, factor(weight, "w[t] "));
    if (smooth) loss += fmt::format(" - {} sum_c {}log p[c]", spread, factor(weight, "w[c] "));
    d.line("p = softmax(x) over C classes, t the label");
    d.line(fmt::format("l = {}, 0 where t = {}", loss, ignore_index));
    d.line(fmt::format("l = -sum_c {}{} log p[c] with probabilities q for labels", factor(weight, "w[c] "),
                       smooth ? fmt::format("({}q[c] + {})", keep, spread) : "q[c]"));
    reduce(d, reduction,
           weight.defined() ? "sum(w[t]), over labels that count; with probabilities / n, n samples"
                            : "n, n labels that count");
    weight_option(d, weight);
    d.option("ignore_index", ignore_index);
    d.option("label_smoothing", label_smoothing);
    d.lecture(kCrossEntropyLecture);
    return d.text("cross_entropy", "torch.nn.CrossEntropyLoss");
}

std::string NllOptions::describe() const
{
    Description d;
    d.line(fmt::format("l = -{}x[t], x log-probabilities, t the label, 0 where t = {}", factor(weight, "w[t] "),
                       ignore_index));
    reduce(d, reduction, weight.defined() ? "sum(w[t]), over labels that count" : "n, n labels that count");
    weight_option(d, weight);
    d.option("ignore_index", ignore_index);
    d.lecture("-log f_k (S1:518), x = log f");
    return d.text("nll_loss", "torch.nn.NLLLoss");
}

std::string MultiMarginOptions::describe() const
{
    Description d;
    d.line(fmt::format("l = {}sum over c != t of max(0, {} - x[t] + x[c]){} / C", factor(weight, "w[t] "), margin,
                       p == 2 ? "^2" : ""));
    d.option("p", p);
    d.option("margin", margin);
    weight_option(d, weight);
    reduce(d, reduction, "n, n samples");
    return d.text("multi_margin_loss", "torch.nn.MultiMarginLoss");
}

std::string MultilabelMarginOptions::describe() const
{
    Description d;
    d.line("l = sum over labels j and other classes i of max(0, 1 - x[j] + x[i]) / C");
    reduce(d, reduction, "n, n samples");
    return d.text("multilabel_margin_loss", "torch.nn.MultiLabelMarginLoss");
}

// ---- two classes ----------------------------------------------------------------------------------------------------

std::string BinaryCrossEntropyOptions::describe() const
{
    Description d;
    d.line(fmt::format("l = -{}(t log x + (1 - t) log(1 - x)), logarithms at least -100", factor(weight, "w ")));
    weight_option(d, weight);
    reduce(d, reduction);
    d.lecture(binary_lecture(reduction));
    return d.text("binary_cross_entropy", "torch.nn.BCELoss");
}

std::string BinaryCrossEntropyWithLogitsOptions::describe() const
{
    Description d;
    d.line(fmt::format("l = -{}({}t log s + (1 - t) log(1 - s)), s = sigmoid(x)", factor(weight, "w "),
                       factor(pos_weight, "v ")));
    weight_option(d, weight);
    if (pos_weight.defined()) d.option("pos_weight", "v");
    reduce(d, reduction);
    d.lecture(binary_lecture(reduction));
    return d.text("binary_cross_entropy_with_logits", "torch.nn.BCEWithLogitsLoss");
}

std::string SoftMarginOptions::describe() const
{
    Description d;
    d.line("l = log(1 + exp(-t x))");
    reduce(d, reduction);
    return d.text("soft_margin_loss", "torch.nn.SoftMarginLoss");
}

std::string MultilabelSoftMarginOptions::describe() const
{
    Description d;
    d.line(fmt::format("l = -sum_c {}(t[c] log s[c] + (1 - t[c]) log(1 - s[c])) / C, s = sigmoid(x)",
                       factor(weight, "w[c] ")));
    weight_option(d, weight);
    reduce(d, reduction, "n, n samples");
    d.lecture("the K binary terms of S2:315, which are not divided by K");
    return d.text("multilabel_soft_margin_loss", "torch.nn.MultiLabelSoftMarginLoss");
}

std::string FocalOptions::describe() const
{
    Description d;
    const bool weighted = alpha >= 0;
    d.line(fmt::format("l = -{}(1 - p[t])^{} log p[t], p[1] = sigmoid(x), p[0] = 1 - p[1]", weighted ? "a[t] " : "",
                       gamma));
    if (weighted) d.line(fmt::format("a[1] = {}, a[0] = {}", alpha, rest(alpha)));
    d.option("alpha", alpha);
    d.option("gamma", gamma);
    reduce(d, reduction);
    return d.text("sigmoid_focal_loss", "torchvision.ops.sigmoid_focal_loss");
}

std::string DiceOptions::describe() const
{
    Description d;
    d.line(fmt::format("l = 1 - (2 sum(x t) + {0}) / ({1} + {0}), sums over a sample", smooth,
                       squared ? "sum(x^2) + sum(t^2)" : "sum(x) + sum(t)"));
    reduce(d, reduction, "n, n samples");
    d.not_in_pytorch("dice loss");
    return d.text("dice_loss", "");
}

// ---- sequences ------------------------------------------------------------------------------------------------------

std::string CtcOptions::describe() const
{
    Description d;
    d.line(fmt::format("l = -log sum over paths of prod_t p[t, path[t]], paths that read as the labels, blank {}{}",
                       blank, zero_infinity ? "; 0 where none fits" : ""));
    d.option("blank", blank);
    if (reduction == Reduction::mean) d.line("l = l / number of labels");
    reduce(d, reduction, "n, n samples");
    d.option("zero_infinity", zero_infinity);
    return d.text("ctc_loss", "torch.nn.CTCLoss");
}

// ---- numbers --------------------------------------------------------------------------------------------------------

std::string MseOptions::describe() const
{
    Description d;
    d.line(half ? "l = (a - b)^2 / 2, dl/da = a - b" : "l = (a - b)^2, dl/da = 2 (a - b)");
    reduce(d, reduction);
    std::string lecture = half ? "with 1/2 as S0:245, S0:405, S4:123" : "without 1/2 as S0:188, S1:482, S2:232";
    if (!half) lecture += "; S1:743 leaves the 2 of its gradient out";
    if (reduction == Reduction::mean) lecture += "; there it is a sum over outputs and samples, n times this";
    d.lecture(lecture);
    return d.text("mse_loss", half ? "0.5 * torch.nn.MSELoss" : "torch.nn.MSELoss");
}

std::string L1Options::describe() const
{
    Description d;
    d.line("l = |a - b|");
    reduce(d, reduction);
    return d.text("l1_loss", "torch.nn.L1Loss");
}

std::string SmoothL1Options::describe() const
{
    Description d;
    d.line(beta == 0
               ? "l = |a - b|"
               : fmt::format("l = (a - b)^2 / {} where |a - b| < {}, else |a - b| - {}", 2 * beta, beta, beta / 2));
    reduce(d, reduction);
    d.option("beta", beta);
    return d.text("smooth_l1_loss", "torch.nn.SmoothL1Loss");
}

std::string HuberOptions::describe() const
{
    Description d;
    d.line(fmt::format("l = (a - b)^2 / 2 where |a - b| <= {0}, else {0} (|a - b| - {1})", delta, delta / 2));
    reduce(d, reduction);
    d.option("delta", delta);
    return d.text("huber_loss", "torch.nn.HuberLoss");
}

// ---- distributions --------------------------------------------------------------------------------------------------

std::string KlDivOptions::describe() const
{
    Description d;
    d.line(log_target ? "l = exp(t) (t - x), x and t log-probabilities" : "l = t log t - t x, x log-probabilities");
    if (reduction == KlReduction::batchmean) {
        d.line("y = sum(l) / N, N rows");
        d.option("reduction", "'batchmean'");
    } else {
        reduce(d, static_cast<Reduction>(reduction));
    }
    d.option("log_target", log_target);
    return d.text("kl_div", "torch.nn.KLDivLoss");
}

std::string PoissonNllOptions::describe() const
{
    Description d;
    d.line((log_input ? "l = exp(x) - t x" : fmt::format("l = x - t log(x + {})", eps)) +
           (full ? " + (t log t - t + log(2 pi t) / 2 where t > 1)" : ""));
    d.option("log_input", log_input ? "True" : "False");
    d.option("full", full);
    d.option("eps", eps);
    reduce(d, reduction);
    return d.text("poisson_nll_loss", "torch.nn.PoissonNLLLoss");
}

std::string GaussianNllOptions::describe() const
{
    Description d;
    d.line(fmt::format("l = (log v + (x - t)^2 / v{}) / 2, v = max(var, {})", full ? " + log(2 pi)" : "", eps));
    d.option("full", full);
    d.option("eps", eps);
    reduce(d, reduction);
    return d.text("gaussian_nll_loss", "torch.nn.GaussianNLLLoss");
}

// ---- pairs and distances --------------------------------------------------------------------------------------------

std::string HingeEmbeddingOptions::describe() const
{
    Description d;
    d.line(fmt::format("l = x where t = 1, max(0, {} - x) where t = -1", margin));
    d.option("margin", margin);
    reduce(d, reduction);
    return d.text("hinge_embedding_loss", "torch.nn.HingeEmbeddingLoss");
}

std::string MarginRankingOptions::describe() const
{
    Description d;
    d.line(fmt::format("l = max(0, {} - t (x1 - x2))", margin));
    d.option("margin", margin);
    reduce(d, reduction);
    return d.text("margin_ranking_loss", "torch.nn.MarginRankingLoss");
}

std::string CosineEmbeddingOptions::describe() const
{
    Description d;
    d.line(fmt::format("l = 1 - cos(x1, x2) where t = 1, max(0, cos(x1, x2) - {}) where t = -1", margin));
    d.option("margin", margin);
    reduce(d, reduction, "n, n pairs");
    return d.text("cosine_embedding_loss", "torch.nn.CosineEmbeddingLoss");
}

std::string TripletMarginOptions::describe() const
{
    Description d;
    d.line(fmt::format("l = max(0, {} + d(anchor, positive) - {})", margin,
                       swap ? "min(d(anchor, negative), d(positive, negative))" : "d(anchor, negative)"));
    d.line(fmt::format("d(a, b) = |a - b + {}|, norm {}", eps, p));
    d.option("margin", margin);
    d.option("p", p);
    d.option("eps", eps);
    d.option("swap", swap);
    reduce(d, reduction, "n, n triplets");
    return d.text("triplet_margin_loss", "torch.nn.TripletMarginLoss");
}

}  // namespace xgrad
