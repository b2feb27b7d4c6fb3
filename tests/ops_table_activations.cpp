// Rows of the op table: activations.
#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tape.hpp>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

const Tensor kChannels = tensor({2}, {0.25, -0.5}, f64);

const OpRows kRows{{
    {"Relu6", [](const In& x) { return relu6(x[0]); }, {kMatrix}},
    {"Hardtanh", [](const In& x) { return hardtanh(x[0]); }, {kMatrix}},
    {"LeakyRelu", [](const In& x) { return leaky_relu(x[0]); }, {kMatrix}},
    {"Elu", [](const In& x) { return elu(x[0]); }, {kMatrix}},
    {"Selu", [](const In& x) { return selu(x[0]); }, {kMatrix}},
    {"Celu", [](const In& x) { return celu(x[0]); }, {kMatrix}},
    {"Silu", [](const In& x) { return silu(x[0]); }, {kMatrix}},
    {"Mish", [](const In& x) { return mish(x[0]); }, {kMatrix}},
    {"Softsign", [](const In& x) { return softsign(x[0]); }, {kMatrix}},
    {"Tanhshrink", [](const In& x) { return tanhshrink(x[0]); }, {kMatrix}},
    {"Logsigmoid", [](const In& x) { return logsigmoid(x[0]); }, {kMatrix}},
    {"Hardsigmoid", [](const In& x) { return hardsigmoid(x[0]); }, {kMatrix}},
    {"Hardswish", [](const In& x) { return hardswish(x[0]); }, {kMatrix}},
    {"Hardshrink", [](const In& x) { return hardshrink(x[0], 0.3); }, {kMatrix}},
    {"Softshrink", [](const In& x) { return softshrink(x[0], 0.3); }, {kMatrix}},
    {"SoftplusDefault", [](const In& x) { return softplus(x[0]); }, {kMatrix}},
    {"Gelu", [](const In& x) { return gelu(x[0]); }, {kMatrix}},
    {"Rrelu", [](const In& x) { return rrelu(x[0]); }, {kMatrix}},
    {"GeluByTanh", [](const In& x) { return gelu(x[0], GeluApproximation::tanh); }, {kMatrix}},
    {"HardtanhBetween",
     [](const In& x) { return square(hardtanh(x[0], -0.5, 1.75)); },
     {kMatrix},
     {},
     {{"hardtanh", {{"min", -0.5}, {"max", 1.75}}}}},
    {"LeakyReluSteep",
     [](const In& x) { return leaky_relu(x[0], 0.5) * x[0]; },
     {kMatrix},
     {},
     {{"leaky_relu", {{"slope", 0.5}}}}},
    {"EluAlpha",
     [](const In& x) { return elu(x[0], 1.5); },
     {kMatrix},
     {},
     {{"elu", {{"alpha", 1.5}, {"scale", 1}, {"rate", 1}}}}},
    {"CeluAlpha",
     [](const In& x) { return celu(x[0], 1.5); },
     {kMatrix},
     {},
     {{"celu", {{"alpha", 1.5}, {"rate", 1 / 1.5}, {"rounded", 1 / 1.5}}}}},
    {"SoftplusBeta",
     [](const In& x) { return softplus(x[0], 2, 3.5); },
     {kMatrix},
     {},
     {{"softplus", {{"beta", 2}, {"threshold", 3.5}}}}},
    {"HardshrinkWide",
     [](const In& x) { return square(hardshrink(x[0], 1)); },
     {kMatrix},
     {},
     {{"hardshrink", {{"lambd", 1}}}}},
    {"SoftshrinkWide",
     [](const In& x) { return square(softshrink(x[0], 1)); },
     {kMatrix},
     {},
     {{"softshrink", {{"lambd", 1}}}}},
    {"Threshold",
     [](const In& x) { return square(threshold(x[0], 1, 3)); },
     {kMatrix},
     {},
     {{"threshold", {{"threshold", 1}, {"value", 3}}}}},
    {"Prelu", [](const In& x) { return prelu(x[0], x[1]); }, {kMatrix, kSingle}},
    {"PreluOfChannels", [](const In& x) { return prelu(x[0], x[1]); }, {kCube, kChannels}},
    {"Glu", [](const In& x) { return glu(x[0], 0); }, {kMatrix}},
    {"GluOfMiddleAxis", [](const In& x) { return glu(x[0], 1); }, {kCube}},
}};

}  // namespace
