// What the losses' options say of themselves. That the formula is the one in use: the losses of small numbers beside it.
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>

#include <cmath>
#include <string>
#include <vector>

#include "tests/expect_tensor.hpp"

namespace xgrad {
namespace {

TEST(DescribeLoss, SquaredErrorSaysHalfOrFullSumOrMean)
{
    EXPECT_EQ(MseOptions{.reduction = Reduction::sum}.describe(),
              "mse_loss\n"
              "  l = (a - b)^2, dl/da = 2 (a - b)\n"
              "  y = sum(l)\n"
              "  PyTorch: torch.nn.MSELoss(reduction='sum')\n"
              "  lecture: without 1/2 as S0:188, S1:482, S2:232; S1:743 leaves the 2 of its gradient out\n");
    EXPECT_EQ(
        MseOptions{.half = true}.describe(),
        "mse_loss\n"
        "  l = (a - b)^2 / 2, dl/da = a - b\n"
        "  y = sum(l) / n, n elements\n"
        "  PyTorch: 0.5 * torch.nn.MSELoss(reduction='mean')\n"
        "  lecture: with 1/2 as S0:245, S0:405, S4:123; there it is a sum over outputs and samples, n times this\n");
    EXPECT_NE((MseOptions{.half = true, .reduction = Reduction::none}.describe().find("  y = l\n")), std::string::npos);
}

TEST(DescribeLoss, CrossEntropyNamesItsSoftmaxWeightsAndSmoothing)
{
    EXPECT_EQ(
        CrossEntropyOptions{}.describe(),
        "cross_entropy\n"
        "  p = softmax(x) over C classes, t the label\n"
        "  l = -log p[t], 0 where t = -100\n"
        "  l = -sum_c q[c] log p[c] with probabilities q for labels\n"
        "  y = sum(l) / n, n labels that count\n"
        "  PyTorch: torch.nn.CrossEntropyLoss(reduction='mean', ignore_index=-100, label_smoothing=0)\n"
        "  lecture: -log f_k (S1:518), H (S2:209, under the title binary cross-entropy); x are raw scores, so that "
        "dl/dx = p - y: softmax(f(x)) - y (S1:747) is the softmax of a softmax\n");
    const std::string text =
        CrossEntropyOptions{.weight = tensor({3}, {1, 2, 3}), .reduction = Reduction::sum, .label_smoothing = 0.1}
            .describe();
    EXPECT_NE(text.find("  l = -0.9 w[t] log p[t] - 0.1 / C sum_c w[c] log p[c], 0 where t = -100\n"
                        "  l = -sum_c w[c] (0.9 q[c] + 0.1 / C) log p[c] with probabilities q for labels\n"
                        "  y = sum(l)\n"
                        "  PyTorch: torch.nn.CrossEntropyLoss(reduction='sum', weight=w, ignore_index=-100, "
                        "label_smoothing=0.1)\n"),
              std::string::npos)
        << text;
    // -0.9 2 log p[1] - 0.1 / 3 (1 + 2 + 3) log(1/3) at equal scores, p = 1/3: (1.8 + 0.2) log 3
    EXPECT_NEAR(cross_entropy(zeros({1, 3}, f64), tensor({1}, {1}, i64),
                              {.weight = tensor({3}, {1, 2, 3}), .reduction = Reduction::sum, .label_smoothing = 0.1})
                    .item(),
                2 * std::log(3.0), 1e-15);
}

TEST(DescribeLoss, BinaryCrossEntropyNamesTheMissingMinusAndTheSumOfKTerms)
{
    EXPECT_EQ((BinaryCrossEntropyWithLogitsOptions{.pos_weight = tensor(2)}.describe()),
              "binary_cross_entropy_with_logits\n"
              "  l = -(v t log s + (1 - t) log(1 - s)), s = sigmoid(x)\n"
              "  y = sum(l) / n, n elements\n"
              "  PyTorch: torch.nn.BCEWithLogitsLoss(pos_weight=v, reduction='mean')\n"
              "  lecture: S3:36, S3:82; S0:192, S4:98 lack the brackets behind the minus; S2:113, 362, 420, S3:384, "
              "S4:209 lack the minus: that is the log-likelihood, its slope y - a climbs, that of the loss is a - y; "
              "K outputs of a sample are added up (S2:315), K times this mean over all elements\n");
    EXPECT_EQ(BinaryCrossEntropyOptions{.reduction = Reduction::sum}.describe().find("K outputs"), std::string::npos);
    EXPECT_NE(BinaryCrossEntropyOptions{}.describe().find("torch.nn.BCELoss(reduction='mean')"), std::string::npos);
}

// Each description with one number of the loss that its formula gives, by hand.
struct Case {
    const char* loss;
    std::string text;
    const char* formula;  // stands in the text
    const char* pytorch;  // likewise
    Tensor value;
    double wanted;
};

std::vector<Case> all_cases()
{
    const Tensor a = tensor(3, f64), b = tensor(1, f64), one = tensor(1, f64), none = tensor({1}, {-1}, i64);
    const Tensor pair = tensor({1, 2}, {0, 1}, f64), label = tensor({1}, {1}, i64);
    const double e = std::exp(1);
    return {
        {"nll_loss", NllOptions{}.describe(), "l = -x[t], x log-probabilities, t the label, 0 where t = -100",
         "torch.nn.NLLLoss(reduction='mean', ignore_index=-100)", nll_loss(pair, label), -1},
        {"multi_margin_loss", MultiMarginOptions{.p = 2, .margin = 3}.describe(),
         "l = sum over c != t of max(0, 3 - x[t] + x[c])^2 / C",
         "torch.nn.MultiMarginLoss(p=2, margin=3, reduction='mean')",
         multi_margin_loss(pair, label, {.p = 2, .margin = 3}), 2},
        {"multilabel_margin_loss", MultilabelMarginOptions{}.describe(),
         "l = sum over labels j and other classes i of max(0, 1 - x[j] + x[i]) / C",
         "torch.nn.MultiLabelMarginLoss(reduction='mean')", multilabel_margin_loss(pair, tensor({1, 2}, {0, -1}, i64)),
         1},
        {"binary_cross_entropy", BinaryCrossEntropyOptions{.weight = b}.describe(),
         "l = -w (t log x + (1 - t) log(1 - x)), logarithms at least -100",
         "torch.nn.BCELoss(weight=w, reduction='mean')", binary_cross_entropy(tensor(0.5, f64), one), std::log(2)},
        {"soft_margin_loss", SoftMarginOptions{}.describe(), "l = log(1 + exp(-t x))",
         "torch.nn.SoftMarginLoss(reduction='mean')", soft_margin_loss(a, one), std::log(1 + std::exp(-3))},
        {"multilabel_soft_margin_loss", MultilabelSoftMarginOptions{}.describe(),
         "l = -sum_c (t[c] log s[c] + (1 - t[c]) log(1 - s[c])) / C, s = sigmoid(x)",
         "torch.nn.MultiLabelSoftMarginLoss(reduction='mean')", multilabel_soft_margin_loss(zeros({1, 2}, f64), pair),
         std::log(2)},
        {"sigmoid_focal_loss", FocalOptions{}.describe(), "a[1] = 0.25, a[0] = 0.75",
         "torchvision.ops.sigmoid_focal_loss(alpha=0.25, gamma=2, reduction='none')",
         sigmoid_focal_loss(zeros({}, f64), one), 0.25 * 0.25 * std::log(2)},
        {"dice_loss", DiceOptions{.squared = true}.describe(),
         "l = 1 - (2 sum(x t) + 1) / (sum(x^2) + sum(t^2) + 1), sums over a sample", "has no dice loss",
         dice_loss(2 * pair, pair, {.squared = true}), 1 - 5.0 / 6},
        {"ctc_loss", CtcOptions{}.describe(), "l = l / number of labels", "torch.nn.CTCLoss(blank=0, reduction='mean')",
         ctc_loss(full({1, 1, 2}, -1, f64), tensor({1, 1}, {1}, i64), label, label), 1},
        {"l1_loss", L1Options{}.describe(), "l = |a - b|", "torch.nn.L1Loss(reduction='mean')", l1_loss(a, b), 2},
        {"smooth_l1_loss", SmoothL1Options{.beta = 0.5}.describe(),
         "l = (a - b)^2 / 1 where |a - b| < 0.5, else |a - b| - 0.25",
         "torch.nn.SmoothL1Loss(reduction='mean', beta=0.5)", smooth_l1_loss(a, b, {.beta = 0.5}), 1.75},
        {"huber_loss", HuberOptions{.delta = 0.5}.describe(),
         "l = (a - b)^2 / 2 where |a - b| <= 0.5, else 0.5 (|a - b| - 0.25)",
         "torch.nn.HuberLoss(reduction='mean', delta=0.5)", huber_loss(a, b, {.delta = 0.5}), 0.875},
        {"kl_div", KlDivOptions{.log_target = true, .reduction = KlReduction::batchmean}.describe(),
         "l = exp(t) (t - x), x and t log-probabilities", "torch.nn.KLDivLoss(reduction='batchmean', log_target=True)",
         kl_div(a, b, {.log_target = true}), -2 * e},
        {"poisson_nll_loss", PoissonNllOptions{.log_input = false, .eps = 1}.describe(), "l = x - t log(x + 1)",
         "torch.nn.PoissonNLLLoss(log_input=False, eps=1, reduction='mean')",
         poisson_nll_loss(a, b, {.log_input = false, .eps = 1}), 3 - std::log(4)},
        {"gaussian_nll_loss", GaussianNllOptions{.eps = 0.5}.describe(),
         "l = (log v + (x - t)^2 / v) / 2, v = max(var, 0.5)", "torch.nn.GaussianNLLLoss(eps=0.5, reduction='mean')",
         gaussian_nll_loss(a, b, one), 2},
        {"hinge_embedding_loss", HingeEmbeddingOptions{.margin = 5}.describe(),
         "l = x where t = 1, max(0, 5 - x) where t = -1", "torch.nn.HingeEmbeddingLoss(margin=5, reduction='mean')",
         hinge_embedding_loss(a, tensor(-1, f64), {.margin = 5}), 2},
        {"margin_ranking_loss", MarginRankingOptions{.margin = 3}.describe(), "l = max(0, 3 - t (x1 - x2))",
         "torch.nn.MarginRankingLoss(margin=3, reduction='mean')", margin_ranking_loss(a, b, one, {.margin = 3}), 1},
        {"cosine_embedding_loss", CosineEmbeddingOptions{.margin = 0.5}.describe(),
         "l = 1 - cos(x1, x2) where t = 1, max(0, cos(x1, x2) - 0.5) where t = -1",
         "torch.nn.CosineEmbeddingLoss(margin=0.5, reduction='mean')",
         cosine_embedding_loss(pair, pair, none, {.margin = 0.5}), 0.5},
        {"triplet_margin_loss", TripletMarginOptions{.eps = 0, .swap = true}.describe(),
         "l = max(0, 1 + d(anchor, positive) - min(d(anchor, negative), d(positive, negative)))\n"
         "  d(a, b) = |a - b + 0|, norm 2",
         "torch.nn.TripletMarginLoss(margin=1, p=2, eps=0, swap=True, reduction='mean')",
         triplet_margin_loss(zeros({1, 2}, f64), pair, 1.5 * pair, {.eps = 0, .swap = true}), 1.5},
    };
}

TEST(DescribeLoss, SaysTheFormulaAndPyTorchsNameOfEveryLoss)
{
    for (const Case& c : all_cases()) {
        EXPECT_EQ(c.text.rfind(std::string(c.loss) + "\n  l = ", 0), 0U) << c.text;
        EXPECT_NE(c.text.find(c.formula), std::string::npos) << c.text;
        EXPECT_NE(c.text.find(c.pytorch), std::string::npos) << c.text;
        EXPECT_NEAR(c.value.item(), c.wanted, 1e-11) << c.loss;
    }
}

}  // namespace
}  // namespace xgrad
