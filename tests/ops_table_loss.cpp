// Rows of the op table: softmax, and losses of classes.
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

const Tensor kLabels = tensor({2}, {2, 0}, i64);
const Tensor kClassWeights = tensor({3}, {0.5, 2, 1.25}, f64);

const Tensor kProbabilities = tensor({2, 3}, {0.2, 0.3, 0.5, 0.1, 0.6, 0.3}, f64);

/// Of cross_entropy at two samples and three classes: the weights of -log softmax(x), what is summed, and the divisor.
OpParameters targets(const std::vector<double>& t, const xgrad::testing::Array& axes, double total)
{
    return {"cross_entropy", {{"t", from_values({2, 3}, t)}, {"axis", 1}, {"axes", axes}, {"total", total}}};
}

const OpRows kRows{{
    {"Softmax", [](const In& x) { return softmax(x[0], -1); }, {kMatrix}, {}, {{"softmax", {{"axis", -1}}}}},
    {"SoftmaxOfFirstAxis", [](const In& x) { return softmax(x[0], 0); }, {kCube}, {}, {{"softmax", {{"axis", 0}}}}},
    {"SoftmaxOfExpanded", [](const In& x) { return softmax(x[0], 1); }, {expand(kRow, {2, 3})}},
    {"LogSoftmax", [](const In& x) { return log_softmax(x[0], 1); }, {kMatrix}, {}, {{"log_softmax", {{"axis", 1}}}}},
    {"LogSoftmaxOfMiddleAxis",
     [](const In& x) { return log_softmax(x[0], 1); },
     {kCube},
     {},
     {{"log_softmax", {{"axis", 1}}}}},

    {"CrossEntropy",
     [](const In& x) { return cross_entropy(x[0], x[1]); },
     {kMatrix, kLabels},
     {},
     {targets({0, 0, 1, 1, 0, 0}, {0, 1}, 2)}},
    {"CrossEntropyOfEach",
     [](const In& x) { return cross_entropy(x[0], x[1], {.reduction = Reduction::none}); },
     {kMatrix, kLabels},
     {},
     {targets({0, 0, 1, 1, 0, 0}, {1}, 1)}},
    {"CrossEntropySum",
     [](const In& x) { return cross_entropy(x[0], x[1], {.reduction = Reduction::sum}); },
     {kMatrix, kLabels},
     {},
     {targets({0, 0, 1, 1, 0, 0}, {0, 1}, 1)}},
    {"CrossEntropyWeighted",
     [](const In& x) { return cross_entropy(x[0], x[1], {.weight = to(kClassWeights, x[0].dtype())}); },
     {kMatrix, kLabels},
     {},
     {targets({0, 0, 1.25, 0.5, 0, 0}, {0, 1}, 1.75)}},
    {"CrossEntropySmoothed",
     [](const In& x) { return cross_entropy(x[0], x[1], {.label_smoothing = 0.25}); },
     {kMatrix, kLabels},
     {},
     {targets({1 / 12., 1 / 12., 10 / 12., 10 / 12., 1 / 12., 1 / 12.}, {0, 1}, 2)}},
    {"CrossEntropyIgnoring",
     [](const In& x) { return cross_entropy(x[0], x[1], {.ignore_index = 0}); },
     {kMatrix, kLabels},
     {},
     {targets({0, 0, 1, 0, 0, 0}, {0, 1}, 1)}},
    {"CrossEntropyOfOneSample", [](const In& x) { return cross_entropy(x[0], x[1]); }, {kRow, tensor(1, i64)}},
    {"CrossEntropyOfPixels",
     [](const In& x) { return cross_entropy(x[0], x[1]); },
     {kCube, tensor({2, 3}, {1, 0, 1, 0, 0, 1}, i64)}},
    {"CrossEntropyOfProbabilities", [](const In& x) { return cross_entropy(x[0], x[1]); }, {kMatrix, kProbabilities}},
    {"CrossEntropyOfProbabilitiesSmoothed",
     [](const In& x) {
         return cross_entropy(x[0], x[1],
                              {.weight = kClassWeights, .reduction = Reduction::none, .label_smoothing = 0.25});
     },
     {kMatrix, kProbabilities}},
    {"NllLoss", [](const In& x) { return nll_loss(log_softmax(x[0], 1), x[1]); }, {kMatrix, kLabels}},
    {"NllLossWeighted",
     [](const In& x) { return nll_loss(x[0], x[1], {.weight = to(kClassWeights, x[0].dtype())}); },
     {kMatrix, kLabels}},
}};

}  // namespace
