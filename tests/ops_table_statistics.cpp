// Rows of the op table: products, moments, norms, running reductions, order.
#include <xgrad/ops/cumulative.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/statistics.hpp>

#include <limits>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const Tensor kWithZeros = tensor({2, 3}, {0.5, 0, 2, 0, 1.5, 0}, f64);  // one zero in a row, and two

const Tensor kFractions = tensor({2}, {0.2, 0.625}, f64);

const OpRows kRows{{
    {"Prod", [](const In& x) { return prod(x[0]); }, {kMatrix}},
    {"ProdOfAxis", [](const In& x) { return square(prod(x[0], 1)); }, {kCube}, {}, {{"prod", {{"axis", 1}}}}},
    {"ProdOfZeros", [](const In& x) { return prod(x[0], 1, true); }, {kWithZeros}},
    {"Cumsum",
     [](const In& x) { return square(cumsum(x[0], 1)); },
     {kCube},
     {},
     {{"cumsum", {{"axis", 1}, {"step", 1}}}}},
    {"Cumprod",
     [](const In& x) { return square(cumprod(x[0], -1)); },
     {kCube},
     {},
     {{"cumprod", {{"axis", 2}, {"step", 1}}}, {"linear_scan", {{"axis", 2}, {"step", -1}}}}},
    {"CumprodOfZeros", [](const In& x) { return cumprod(x[0], 1); }, {kWithZeros}},
    {"Cummax", [](const In& x) { return square(cummax(x[0], 1).values); }, {kMatrix}, {}, {{"cummax", {{"axis", 1}}}}},
    {"Cummin", [](const In& x) { return square(cummin(x[0], 0).values); }, {kCube}, {}, {{"cummin", {{"axis", 0}}}}},
    {"Logcumsumexp",
     [](const In& x) { return logcumsumexp(x[0], 1); },
     {kMatrix},
     {},
     {{"logcumsumexp", {{"axis", 1}}}}},
    {"LogcumsumexpOfTheFirstAxis", [](const In& x) { return square(logcumsumexp(x[0], 0)); }, {kCube}},
    {"Logsumexp", [](const In& x) { return logsumexp(x[0], 1); }, {kMatrix}, {}, {{"logsumexp", {{"axes", {1}}}}}},
    {"LogsumexpKeepdim",
     [](const In& x) {
         return x[0] * logsumexp(x[0], {0, 2}, true);
     },
     {kCube}},
    {"Softmin", [](const In& x) { return softmin(x[0], 1); }, {kMatrix}},
    {"SoftmaxOfNumber", [](const In& x) { return softmax(x[0], 0) + log_softmax(x[0], -1) + x[0]; }, {kSingle}},

    {"Var", [](const In& x) { return var(x[0]); }, {kMatrix}, {}, {{"var", {{"axes", {0, 1}}, {"divisor", 5}}}}},
    {"VarOfAxes",
     [](const In& x) {
         return square(var(x[0], {0, 2}, {.unbiased = false}));
     },
     {kCube}},
    {"VarKeepdim", [](const In& x) { return x[0] * var(x[0], {1}, {.keepdim = true}); }, {kCube}},
    {"Std", [](const In& x) { return xgrad::std(x[0]); }, {kMatrix}, {}, {{"std", {{"axes", {0, 1}}, {"divisor", 5}}}}},
    {"VarOfCorrection",
     [](const In& x) {
         return square(var(x[0], {0, 2}, {.correction = 2}));
     },
     {kCube}},
    {"StdMean",
     [](const In& x) {
         const auto [spread, mean] = std_mean(x[0], {-1});
         return spread * mean;
     },
     {kCube}},
    {"NormOne", [](const In& x) { return square(norm(x[0], 1)); }, {kMatrix}},
    {"NormTwo", [](const In& x) { return norm(x[0], 2, {1}); }, {kCube}},
    {"NormThreeKeepdim",
     [](const In& x) {
         return x[0] * norm(x[0], 3, {0, 2}, true);
     },
     {kCube}},
    {"NormBetweenOneAndTwo", [](const In& x) { return norm(x[0], 1.5); }, {kMatrix}},
    {"NormBelowOne", [](const In& x) { return norm(x[0], 0.5); }, {kPositive}},
    {"NormInfinity", [](const In& x) { return square(norm(x[0], kInfinity)); }, {kMatrix}},
    {"NormMinusInfinity", [](const In& x) { return square(norm(x[0], -kInfinity, {0})); }, {kMatrix}},
    {"NansumOfNumbers", [](const In& x) { return square(nansum(x[0], {1})); }, {kMatrix}},
    {"NanmeanOfNumbers",
     [](const In& x) { return square(nanmean(x[0], {0})); },
     {kMatrix},
     {},
     {{"nanmean", {{"axes", {0}}}}}},

    {"Sort",
     [](const In& x) { return x[0] * sort(x[0], 1).values; },
     {kMatrix},
     {},
     {{"argsort", {{"axis", 1}, {"direction", 1}, {"k", 3}}}}},
    {"SortDescending", [](const In& x) { return x[0] * sort(x[0], 0, {.descending = true}).values; }, {kCube}},
    {"Topk",
     [](const In& x) { return square(topk(x[0], 2).values); },
     {kCube},
     {},
     {{"argsort", {{"axis", 2}, {"direction", -1}, {"k", 2}}}}},
    {"Kthvalue",
     [](const In& x) { return square(kthvalue(x[0], 2).values); },
     {kMatrix},
     {},
     {{"ranked", {{"axis", 1}, {"rank", 1}}}}},
    {"Median", [](const In& x) { return square(median(x[0])); }, {kMatrix}},
    {"MedianOfAxis", [](const In& x) { return x[0] * median(x[0], 1, true).values; }, {kMatrix}},
    {"Mode", [](const In& x) { return square(mode(x[0], 0).values); }, {kMatrix}},
    {"Quantile", [](const In& x) { return square(quantile(x[0], 0.3, 1)); }, {kMatrix}},
    {"QuantilesOfAll",
     [](const In& x) {
         return square(quantile(x[0], tensor({2}, {0.1, 0.75}, f64)));
     },
     {kMatrix}},
    {"QuantilesOfBoth", [](const In& x) { return square(quantile(x[0], x[1], 1)); }, {kMatrix, kFractions}},
    {"QuantileOfBoth", [](const In& x) { return square(quantile(x[0], x[1])); }, {kMatrix, kSingle}},
    {"Bincount",
     [](const In& x) {
         return square(bincount(tensor({3}, {2, 0, 2}, i64), x[0]));
     },
     {kRow}},
}};

}  // namespace
