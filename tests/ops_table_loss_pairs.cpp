// Rows of the op table: losses of two classes, of margins and of distances.
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

const Tensor kProbabilities = tensor({2, 3}, {0.2, 0.7, 0.5, 0.9, 0.35, 0.6}, f64);
const Tensor kTargets = tensor({2, 3}, {0, 1, 0.25, 1, 0.5, 0.75}, f64);
const Tensor kSigns = tensor({2, 3}, {1, -1, -1, 1, 1, -1}, i64);
const Tensor kWeights = tensor({3}, {0.5, 2, 1.25}, f64);
const Tensor kThird = tensor({2, 3}, {0.125, 0.875, -0.25, 2.25, 1.125, -0.375}, f64);
const Tensor kLabels = tensor({2}, {2, 0}, i64);

const OpRows kRows{{
    {"BinaryCrossEntropy", [](const In& x) { return binary_cross_entropy(x[0], x[1]); }, {kProbabilities, kTargets}},
    {"BinaryCrossEntropyWeighted",
     [](const In& x) { return binary_cross_entropy(x[0], x[1], {.weight = kWeights, .reduction = Reduction::none}); },
     {kProbabilities, kTargets}},
    {"BinaryCrossEntropyWithLogits",
     [](const In& x) { return binary_cross_entropy_with_logits(x[0], x[1]); },
     {kMatrix, kTargets}},
    {"BinaryCrossEntropyWithLogitsWeighted",
     [](const In& x) {
         return binary_cross_entropy_with_logits(x[0], x[1],
                                                 {.weight = kColumn, .pos_weight = x[2], .reduction = Reduction::none});
     },
     {kMatrix, kTargets, kWeights}},
    {"SoftMarginLoss", [](const In& x) { return soft_margin_loss(x[0], x[1]); }, {kMatrix, kSigns}},
    {"SoftMarginLossOfEachBroadcast",
     [](const In& x) { return soft_margin_loss(x[0], x[1], {.reduction = Reduction::none}); },
     {kMatrix, kRow}},
    {"MultilabelSoftMarginLoss",
     [](const In& x) { return multilabel_soft_margin_loss(x[0], x[1]); },
     {kMatrix, kTargets}},
    {"MultilabelSoftMarginLossWeighted",
     [](const In& x) {
         return multilabel_soft_margin_loss(x[0], x[1], {.weight = kWeights, .reduction = Reduction::none});
     },
     {kMatrix, kTargets}},
    {"MultiMarginLoss", [](const In& x) { return multi_margin_loss(x[0], x[1]); }, {kMatrix, kLabels}},
    {"MultiMarginLossOfSquaresWeighted",
     [](const In& x) {
         return multi_margin_loss(x[0], x[1], {.p = 2, .margin = 2, .weight = kWeights, .reduction = Reduction::none});
     },
     {kMatrix, kLabels}},
    {"MultiMarginLossOfOneSample", [](const In& x) { return multi_margin_loss(x[0], x[1]); }, {kRow, tensor(1, i64)}},

    {"HingeEmbeddingLoss", [](const In& x) { return hinge_embedding_loss(x[0], x[1]); }, {kMatrix, kSigns}},
    {"HingeEmbeddingLossOfEach",
     [](const In& x) { return hinge_embedding_loss(x[0], x[1], {.margin = 2.5, .reduction = Reduction::none}); },
     {kMatrix, kSigns}},
    {"MarginRankingLoss",
     [](const In& x) { return margin_ranking_loss(x[0], x[1], x[2], {.margin = 0.25, .reduction = Reduction::none}); },
     {kMatrix, kOther, kSigns}},
    {"CosineEmbeddingLoss",
     [](const In& x) {
         return cosine_embedding_loss(x[0], x[1], x[2], {.margin = 0.125, .reduction = Reduction::none});
     },
     {kMatrix, kOther, tensor({2}, {1, -1}, i64)}},
    {"CosineEmbeddingLossOfVectors",
     [](const In& x) { return cosine_embedding_loss(x[0], x[1], x[2]); },
     {kRow, kWeights, tensor(1, i64)}},
    {"TripletMarginLoss", [](const In& x) { return triplet_margin_loss(x[0], x[1], x[2]); }, {kMatrix, kOther, kThird}},
    {"TripletMarginLossSwap",
     [](const In& x) { return triplet_margin_loss(x[0], x[1], x[2], {.swap = true, .reduction = Reduction::none}); },
     {kMatrix, kOther, kThird}},
    {"TripletMarginLossOfFirstNorm",
     [](const In& x) { return triplet_margin_loss(x[0], x[1], x[2], {.margin = 2, .p = 1}); },
     {kMatrix, kOther, kThird}},
}};

}  // namespace
