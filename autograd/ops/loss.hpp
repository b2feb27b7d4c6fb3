#pragma once

// Losses: what a model computed against what it should have. The options' describe() prints the formula in use with its
// numbers, PyTorch's name for it, and where lectures have it.

#include <xgrad/record.hpp>

#include <string>

namespace xgrad {

/// What becomes of the losses of single elements: kept, added up, or averaged.
enum class Reduction : unsigned char { none, sum, mean };

struct CrossEntropyOptions {
    Tensor weight = {};                ///< one factor a class, a constant; undefined: 1 each
    std::int64_t ignore_index = -100;  ///< elements with this label count nothing
    Reduction reduction = Reduction::mean;
    double label_smoothing = 0;  ///< this part of the label, 0 to 1, is spread over all classes (Szegedy et al. 2016)

    std::string describe() const;
};

/// -log softmax(x)[label], from raw scores x: (N, C) or (N, C, d1, ...) or (C), with i64 labels (N), (N, d1, ...) or
/// (). The mean divides by the sum of the weights of the labels; with nothing counted it is NaN.
/// Or -sum_c t[c] log softmax(x)[c], with floating targets t, the classes' probabilities, in the shape of x, which get a
/// gradient too. The mean divides by the number of elements, weights or not; nothing can be ignored.
/// Throws ShapeError where shapes do not fit or a label is outside [0, C), DtypeError unless labels are i64.
Tensor cross_entropy(const Input& x, const Input& target, const CrossEntropyOptions& options = {});

struct NllOptions {
    Tensor weight = {};
    std::int64_t ignore_index = -100;
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// -x[label], from log-probabilities x: what cross_entropy does after log_softmax.
Tensor nll_loss(const Input& x, const Tensor& labels, const NllOptions& options = {});

struct MultiMarginOptions {
    int p = 1;  ///< or 2
    double margin = 1;
    Tensor weight = {};  ///< one factor a class: that of the label counts, a constant
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// max(0, margin - x[label] + x[c])^p of the other classes c, added up and divided by the number of classes (Weston and
/// Watkins 1998).
/// Scores (N, C) with i64 labels (N) give N losses; (C) with () or (1) give one. The derivative where a margin is just kept
/// is 0. Throws as nll_loss, and for another p.
Tensor multi_margin_loss(const Input& x, const Tensor& labels, const MultiMarginOptions& options = {});

// ---- two classes: targets between 0 and 1, or -1 and 1 --------------------------------------------------------------

struct BinaryCrossEntropyOptions {
    Tensor weight = {};  ///< a factor of each loss, broadcast; undefined: 1
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// -t log(x) - (1 - t) log(1 - x) of probabilities x, for targets t in the shape of x. Logarithms are at least -100, and
/// the derivative divides by x (1 - x), or 1e-12 where that is larger: both are finite at 0 and 1.
/// Throws ShapeError where shapes differ, and for an x that is not in [0, 1].
Tensor binary_cross_entropy(const Input& x, const Input& target, const BinaryCrossEntropyOptions& options = {});

struct BinaryCrossEntropyWithLogitsOptions {
    Tensor weight = {};      ///< a factor of each loss, broadcast; undefined: 1
    Tensor pos_weight = {};  ///< a factor of the part of the target that is 1, broadcast: above 1 for rare classes
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// binary_cross_entropy of sigmoid(x), from raw scores: exact and finite for large ones. Throws ShapeError where the
/// shapes of x and target differ.
Tensor binary_cross_entropy_with_logits(const Input& x, const Input& target,
                                        const BinaryCrossEntropyWithLogitsOptions& options = {});

struct SoftMarginOptions {
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// log(1 + exp(-t x)), for targets t of -1 or 1; finite for large x, where PyTorch 1.13 has infinity. Shapes broadcast.
Tensor soft_margin_loss(const Input& x, const Input& target, SoftMarginOptions options = {});

struct MultilabelSoftMarginOptions {
    Tensor weight = {};  ///< a factor for each class, broadcast
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// binary_cross_entropy_with_logits averaged over the last axis, the classes. (..., C) -> (...) before the reduction.
Tensor multilabel_soft_margin_loss(const Input& x, const Input& target,
                                   const MultilabelSoftMarginOptions& options = {});

struct MultilabelMarginOptions {
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// sum over labels j and other classes i of max(0, 1 - (x[j] - x[i])) / C. Targets list the labels of each sample, -1 behind
/// them. x: (N, C) or (C), target: the same, i64   ->   (N) or (). Throws ShapeError for a label that is no class.
Tensor multilabel_margin_loss(const Input& x, const Tensor& target, MultilabelMarginOptions options = {});

struct FocalOptions {
    double alpha = 0.25;  ///< weight of the class 1, 1 - alpha that of 0; negative: none
    double gamma = 2;     ///< how little counts what is right already; 0: cross entropy
    Reduction reduction = Reduction::none;

    std::string describe() const;
};

/// -alpha_t (1 - p_t)^gamma log(p_t), with p_t the probability of the class that it is, from raw scores x and targets of 0
/// and 1. Name, formula and defaults are torchvision's. Source: Lin et al., Focal Loss (2017).
Tensor sigmoid_focal_loss(const Input& x, const Input& target, FocalOptions options = {});

struct DiceOptions {
    double smooth = 1;     ///< added above and below; makes the loss of two empty masks 0
    bool squared = false;  ///< squares in the divisor, as published
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// 1 - (2 sum x t + smooth) / (sum x + sum t + smooth) of each sample's probabilities and targets: how little two masks
/// overlap. x, target: (N, ...)   ->   (N). Source: Milletari, Navab and Ahmadi, V-Net (2016).
Tensor dice_loss(const Input& x, const Input& target, DiceOptions options = {});

// ---- sequences ------------------------------------------------------------------------------------------------------

struct CtcOptions {
    std::int64_t blank = 0;
    Reduction reduction = Reduction::mean;  ///< the mean divides each loss by its number of labels first
    bool zero_infinity = false;             ///< 0 instead of infinity where no path fits

    std::string describe() const;
};

/// -log of the probability of all ways to write the labels along the steps, with blanks between and repetitions
/// (connectionist temporal classification, Graves et al. 2006).
///   log_probs: (T, N, C), after log_softmax, or (T, C)   targets: (N, S), or all labels one behind the other, i64
///   input_lengths, target_lengths: (N), i64: how much of each counts
/// The gradient of an impossible sample is 0. It is that with respect to log_probs; PyTorch gives another one there, which
/// agrees after log_softmax. Throws ShapeError for labels and lengths that do not fit, DtypeError for other dtypes.
Tensor ctc_loss(const Input& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, CtcOptions options = {});

// ---- numbers: shapes broadcast, dtypes promote; DtypeError unless one of the two is floating ------------------------

struct MseOptions {
    bool half = false;  ///< (a - b)^2 / 2, whose gradient is a - b
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// (a - b)^2, by default its mean over all elements.
Tensor mse_loss(const Input& a, const Input& b, MseOptions options = {});

struct L1Options {
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// |a - b|; the derivative at a = b is 0.
Tensor l1_loss(const Input& a, const Input& b, L1Options options = {});

struct SmoothL1Options {
    double beta = 1;  ///< 0 or more
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// (a - b)^2 / (2 beta) where |a - b| < beta, else |a - b| - beta / 2; with beta = 0 l1_loss (Girshick 2015).
Tensor smooth_l1_loss(const Input& a, const Input& b, SmoothL1Options options = {});

struct HuberOptions {
    double delta = 1;  ///< above 0
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// (a - b)^2 / 2 where |a - b| <= delta, else delta (|a - b| - delta / 2) (Huber 1964).
Tensor huber_loss(const Input& a, const Input& b, HuberOptions options = {});

// ---- distributions --------------------------------------------------------------------------------------------------

/// `batchmean` divides the sum by the size of the first axis: the mean of divergences in the mathematical sense.
enum class KlReduction : unsigned char { none, sum, mean, batchmean };

struct KlDivOptions {
    bool log_target = false;  ///< the target is a log-probability, too
    KlReduction reduction = KlReduction::mean;

    std::string describe() const;
};

/// t log(t) - t x of log-probabilities x and probabilities t; 0 log(0) is 0. With log_target exp(t) (t - x).
/// Shapes broadcast (Kullback and Leibler 1951). The batchmean of 0-dimensional x is the sum.
Tensor kl_div(const Input& x, const Input& target, KlDivOptions options = {});

struct PoissonNllOptions {
    bool log_input = true;  ///< x is the logarithm of the expected count
    bool full = false;      ///< with Stirling's approximation of log(t!) where t > 1
    double eps = 1e-8;      ///< added to x in log(x), without log_input
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// exp(x) - t x, or x - t log(x + eps): the negative log-likelihood of counts t. Shapes broadcast.
Tensor poisson_nll_loss(const Input& x, const Input& target, PoissonNllOptions options = {});

struct GaussianNllOptions {
    bool full = false;  ///< with the constant, log(2 pi) / 2
    double eps = 1e-6;  ///< smaller variances count as this; their derivative is that at eps
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// (log(var) + (x - t)^2 / var) / 2 (Nix and Weigend 1994). The variance has the shape of x, or lacks its last axis, or has
/// 1 there. Throws ShapeError where it does not, and for a negative one or an eps that is not above 0.
Tensor gaussian_nll_loss(const Input& x, const Input& target, const Input& var, GaussianNllOptions options = {});

// ---- pairs and distances: targets are -1 or 1 -----------------------------------------------------------------------

struct HingeEmbeddingOptions {
    double margin = 1;
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// x where the target is 1, max(0, margin - x) where it is -1, both added elsewhere. Shapes broadcast.
Tensor hinge_embedding_loss(const Input& x, const Tensor& target, HingeEmbeddingOptions options = {});

struct MarginRankingOptions {
    double margin = 0;
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// max(0, margin - t (x1 - x2)): with t = 1 x1 should be larger. Shapes broadcast; the derivative at 0 is that of the
/// slope. Throws ShapeError unless all three have as many axes.
Tensor margin_ranking_loss(const Input& x1, const Input& x2, const Input& target, MarginRankingOptions options = {});

struct CosineEmbeddingOptions {
    double margin = 0;
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// 1 - cos(x1, x2) where the target is 1, max(0, cos(x1, x2) - margin) where it is -1, else 0.
///   x1, x2: (N, k), target: (N)  ->  (N);  x1, x2: (k), target: ()  ->  ()
/// Squared lengths are increased by 1e-12. Throws ShapeError for other numbers of axes.
Tensor cosine_embedding_loss(const Input& x1, const Input& x2, const Tensor& target,
                             CosineEmbeddingOptions options = {});

struct TripletMarginOptions {
    double margin = 1;
    double p = 2;
    double eps = 1e-6;  ///< added to each difference
    bool swap = false;  ///< takes the distance of positive and negative where that is smaller
    Reduction reduction = Reduction::mean;

    std::string describe() const;
};

/// max(0, margin + |anchor - positive| - |anchor - negative|), norms p over the last axis (Balntas et al. 2016). Shapes
/// broadcast. Throws ShapeError unless all three have as many axes.
Tensor triplet_margin_loss(const Input& anchor, const Input& positive, const Input& negative,
                           TripletMarginOptions options = {});

}  // namespace xgrad
