// Rows of the op table: losses of numbers, and of distributions.
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

// Differences to kMatrix are away from 1 and 1.5, where squares become lines.
const Tensor kVariance = tensor({2, 1}, {0.75, 1.125}, f64);

const OpRows kRows{{
    {"MseLoss",
     [](const In& x) { return mse_loss(x[0], x[1]); },
     {kMatrix, kOther},
     {},
     {{"mse_loss", {{"total", 6}}}}},
    {"MseLossBroadcast", [](const In& x) { return mse_loss(x[0], x[1]); }, {kMatrix, kRow}},
    {"MseLossOfEach",
     [](const In& x) { return mse_loss(x[0], x[1], {.reduction = Reduction::none}); },
     {kMatrix, kOther}},
    {"MseLossSum",
     [](const In& x) { return mse_loss(x[0], x[1], {.reduction = Reduction::sum}); },
     {kMatrix, kOther},
     {},
     {{"mse_loss", {{"total", 1}}}}},
    {"MseLossHalf",
     [](const In& x) { return mse_loss(x[0], x[1], {.half = true}); },
     {kMatrix, kOther},
     {},
     {{"mse_loss", {{"total", 12}}}}},
    {"MseLossHalfBroadcast",
     [](const In& x) { return mse_loss(x[0], x[1], {.half = true, .reduction = Reduction::sum}); },
     {kMatrix, kRow}},
    {"MseLossSameOperandTwice", [](const In& x) { return mse_loss(x[0], x[0]); }, {kMatrix}},

    {"L1Loss", [](const In& x) { return l1_loss(x[0], x[1]); }, {kMatrix, kOther}},
    {"L1LossSumBroadcast",
     [](const In& x) { return l1_loss(x[0], x[1], {.reduction = Reduction::sum}); },
     {kMatrix, kRow}},
    {"SmoothL1Loss", [](const In& x) { return smooth_l1_loss(x[0], x[1]); }, {kMatrix, kOther}},
    {"SmoothL1LossOfEachBroadcast",
     [](const In& x) { return smooth_l1_loss(x[0], x[1], {.beta = 0.5, .reduction = Reduction::none}); },
     {kMatrix, kRow}},
    {"SmoothL1LossWithoutSquare",
     [](const In& x) { return smooth_l1_loss(x[0], x[1], {.beta = 0, .reduction = Reduction::sum}); },
     {kMatrix, kOther}},
    {"HuberLoss", [](const In& x) { return huber_loss(x[0], x[1]); }, {kMatrix, kOther}},
    {"HuberLossOfEachBroadcast",
     [](const In& x) { return huber_loss(x[0], x[1], {.delta = 1.5, .reduction = Reduction::none}); },
     {kMatrix, kColumn}},

    {"KlDiv", [](const In& x) { return kl_div(x[0], x[1]); }, {kMatrix, kPositive}},
    {"KlDivBatchmean",
     [](const In& x) { return kl_div(x[0], x[1], {.reduction = KlReduction::batchmean}); },
     {kMatrix, kPositive}},
    {"KlDivLogTargetOfEach",
     [](const In& x) { return kl_div(x[0], x[1], {.log_target = true, .reduction = KlReduction::none}); },
     {kMatrix, kRow}},
    {"PoissonNllLoss", [](const In& x) { return poisson_nll_loss(x[0], x[1]); }, {kMatrix, kPositive}},
    {"PoissonNllLossOfRatesFull",
     [](const In& x) {
         return poisson_nll_loss(x[0], x[1], {.log_input = false, .full = true, .reduction = Reduction::none});
     },
     {kPositive, kPositive}},
    {"GaussianNllLoss", [](const In& x) { return gaussian_nll_loss(x[0], x[1], x[2]); }, {kMatrix, kOther, kPositive}},
    {"GaussianNllLossFullBroadcast",
     [](const In& x) { return gaussian_nll_loss(x[0], x[1], x[2], {.full = true, .reduction = Reduction::none}); },
     {kMatrix, kRow, kVariance}},
}};

}  // namespace
