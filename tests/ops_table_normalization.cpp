// Rows of the op table: normalisation.
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/normalization.hpp>
#include <xgrad/ops/shape.hpp>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

const Tensor kPair = tensor({2}, {0.5, -2}, f64);
const Tensor kChannelsOfFour = tensor({2, 4, 2},
                                      {0.5, -1.25, 2, 0.75, -0.625, 1.5, 1.25, 0.375,  //
                                       -2, 0.25, -1.75, 1, 0.125, -0.5, 2.25, -1},
                                      f64);
const Tensor kFour = tensor({4}, {1.5, -0.375, 0.875, 2}, f64);

OpParameters standardize(const xgrad::testing::Array& axes, double eps)
{
    return {"standardize", {{"axes", axes}, {"eps", eps}}};
}

/// With weights: its derivatives are made of the plain one.
OpParameters affine(const xgrad::testing::Array& axes, double eps)
{
    return {"affine_standardize standardize", {{"axes", axes}, {"eps", eps}}};
}

NormWithStatistics train(const Tensor& x, const Tensor& weight, const Tensor& bias)
{
    return batch_norm(x, zeros({2}, x.dtype()), ones({2}, x.dtype()),
                      {.weight = weight, .bias = bias, .training = true});
}

const OpRows kRows{{
    {"RmsNorm", [](const In& x) { return rms_norm(x[0], {3}, {.weight = x[1], .eps = 0.1}); }, {kCube, kRow}},
    {"LayerNorm",
     [](const In& x) { return layer_norm(x[0], {3}, {.weight = x[1], .bias = x[2], .eps = 0.25}); },
     {kMatrix, kRow, kRow},
     {},
     {affine({1}, 0.25)}},
    {"LayerNormOverTwoAxes",
     [](const In& x) {
         return layer_norm(x[0], {2, 3});
     },
     {kCube},
     {},
     {standardize({1, 2}, 1e-5)}},
    {"LayerNormWithoutBias",
     [](const In& x) { return layer_norm(x[0], {3}, {.weight = x[1]}); },
     {kMatrix, kRow},
     {},
     {affine({1}, 1e-5)}},
    {"LayerNormWithoutWeight", [](const In& x) { return layer_norm(x[0], {3}, {.bias = x[1]}); }, {kMatrix, kRow}},
    {"LayerNormOfExpanded", [](const In& x) { return layer_norm(x[0], {3}); }, {expand(kRow, {2, 3})}},
    {"GroupNorm",
     [](const In& x) { return group_norm(x[0], 2, {.weight = x[1], .bias = x[1]}); },
     {kChannelsOfFour, kFour},
     {},
     {standardize({2}, 1e-5)}},
    {"InstanceNorm",
     [](const In& x) { return instance_norm(x[0], {.weight = x[1], .bias = x[1]}); },
     {kCube, kPair},
     {},
     {standardize({2}, 1e-5)}},
    {"BatchNormTraining",
     [](const In& x) { return train(x[0], x[1], x[1]).y; },
     {kCube, kPair},
     {},
     {affine({0, 2}, 1e-5)}},
    {"BatchNormOfRows",
     [](const In& x) { return train(x[0], x[1], Tensor()).y; },
     {transpose(kMatrix), kPair},
     {},
     {affine({0}, 1e-5)}},
    {"BatchNormEvaluation",
     [](const In& x) {
         const Tensor mean = to(kPair, x[0].dtype()), var = to(square(kPair), x[0].dtype());
         return batch_norm(x[0], mean, var, {.weight = x[1], .bias = x[1]}).y;
     },
     {kCube, kPair}},
    {"LocalResponseNorm",
     [](const In& x) { return local_response_norm(x[0], 3, {.alpha = 0.5, .beta = 0.6, .k = 1.5}); },
     {kChannelsOfFour}},
    {"LocalResponseNormOfEvenSize",
     [](const In& x) { return local_response_norm(x[0], 2, {.alpha = 0.5}); },
     {kChannelsOfFour}},
    {"Normalize", [](const In& x) { return normalize(x[0]); }, {kMatrix}},
    {"NormalizeOfOrderOne", [](const In& x) { return normalize(x[0], {.p = 1, .dim = 0}); }, {kCube}},
    {"NormalizeBelowEps", [](const In& x) { return normalize(x[0], {.eps = 10}); }, {kMatrix}},
}};

}  // namespace
