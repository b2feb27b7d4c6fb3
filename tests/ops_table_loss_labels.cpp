// Rows of the op table: losses of several labels, masks and sequences, and dropout.
#include <xgrad/ops/dropout.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/softmax.hpp>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

const Tensor kLists = tensor({2, 3}, {2, -1, 0, 1, 0, -1}, i64);
const Tensor kMask = tensor({2, 3}, {0, 1, 1, 1, 0, 0}, f64);
const Tensor kLengths = tensor({2}, {2, 1}, i64), kSteps = tensor({2}, {3, 2}, i64);
const Tensor kSequence = tensor(
    {3, 2, 3},
    {0.5, -1.25, 2, 0.75, -0.625, 1.5, 1.25, 0.375, -0.875, -1.5, 0.25, 2.25, 0.125, -0.5, 1, -0.25, 0.875, 0.625},
    f64);

/// Each call draws the same numbers.
Tensor dropped(const Tensor& x, Tensor (*f)(const Input&, double, bool, Generator&))
{
    Generator generator(3);
    return f(x, 0.4, true, generator);
}

const OpRows kRows{{
    {"MultilabelMarginLoss", [](const In& x) { return multilabel_margin_loss(x[0], x[1]); }, {kMatrix, kLists}},
    {"SigmoidFocalLoss", [](const In& x) { return sigmoid_focal_loss(x[0], x[1]); }, {kMatrix, kMask}},
    {"DiceLoss", [](const In& x) { return dice_loss(sigmoid(x[0]), x[1]); }, {kMatrix, kMask}},
    {"DiceLossSquared",
     [](const In& x) { return dice_loss(sigmoid(x[0]), x[1], {.squared = true}); },
     {kMatrix, kMask}},
    {"CtcLoss",
     [](const In& x) {
         return ctc_loss(log_softmax(x[0], 2), tensor({2, 2}, {1, 1, 2, 1}, i64), kSteps, kLengths);
     },
     {kSequence}},
    {"Dropout", [](const In& x) { return dropped(x[0], &dropout); }, {kMatrix}},
    {"Dropout2d", [](const In& x) { return dropped(x[0], &dropout2d); }, {kCube}},
    {"AlphaDropout", [](const In& x) { return dropped(x[0], &alpha_dropout); }, {kMatrix}},
    {"FeatureAlphaDropout", [](const In& x) { return dropped(x[0], &feature_alpha_dropout); }, {kCube}},
}};

}  // namespace
