// The ready models: counts of their weights, shapes, names, and what they share with hand-written ones.
#include <xgrad/error.hpp>
#include <xgrad/nn/models.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <algorithm>
#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

using namespace xgrad;

namespace {

bool has(const nn::ConstModuleRef& module, const std::string& name)
{
    const NamedTensors state = nn::state_dict(module);
    return std::any_of(state.begin(), state.end(), [&](const auto& entry) { return entry.first == name; });
}

TEST(Models, PerceptronIsAThreshold)
{
    nn::Perceptron model(2);
    model.linear.weight = tensor({1, 2}, {1, 1});
    model.linear.bias = tensor({1}, {-1.5});
    // AND of two inputs: 1 + 1 - 1.5 > 0
    EXPECT_TENSOR_EQ(model(tensor({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1})), tensor({4}, {0, 0, 0, 1}));
}

TEST(Models, TwoLinearLayersAreOneMatrix)
{
    // With the identity between them, W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2)
    nn::MLP model({3, 5, 2}, {.activation = nn::MlpActivation::identity});
    nn::to(model, f64);
    const Tensor x = randn({4, 3}, {.dtype = f64});
    const Tensor w = matmul(model.layers[1].weight, model.layers[0].weight);
    const Tensor b = matmul(model.layers[1].weight, model.layers[0].bias) + model.layers[1].bias;
    EXPECT_TENSOR_NEAR(model(x), matmul(x, transpose(w)) + b, 1e-13);
}

TEST(Models, MlpCountsAndNames)
{
    nn::MLP model({784, 128, 64, 10});
    EXPECT_EQ(nn::parameter_count(model), 784 * 128 + 128 + 128 * 64 + 64 + 64 * 10 + 10);
    EXPECT_TRUE(has(model, "layers.2.bias"));
    EXPECT_THROW_TEXT(nn::MLP({3}), ShapeError,
                      "MLP: 1 sizes.\n  rule: two or more: inputs, hidden layers, outputs.\n  try:  MLP{{2, 8, 1}}.");
}

TEST(Models, MlpDropsInTrainingAlone)
{
    nn::MLP model({4, 64, 1}, {.dropout = 0.5});
    const Tensor x = ones({1, 4});
    EXPECT_FALSE(xgrad::testing::tensors_agree(model(x), model(x), 0));
    nn::eval(model);
    EXPECT_TENSOR_EQ(model(x), model(x));
}

TEST(Models, LeNet5HasTheWeightsOfTheTextbooks)
{
    const nn::LeNet5 model;
    EXPECT_EQ(nn::parameter_count(model), 61706);
    EXPECT_EQ(model(zeros({2, 1, 28, 28})).sizes(), (Sizes{2, 10}));
}

TEST(Models, TheOriginalLeNet5HasSixtyThousandWeights)
{
    // C1 156, S2 12, C3 1516, S4 32, C5 48120, F6 10164 (LeCun et al. 1998, section II B)
    const nn::LeNet5Original model;
    EXPECT_EQ(nn::parameter_count(model.c1), 156);
    EXPECT_EQ(nn::parameter_count(model.s2), 12);
    EXPECT_EQ(nn::parameter_count(model.c3), 1516);
    EXPECT_EQ(nn::parameter_count(model.s4), 32);
    EXPECT_EQ(nn::parameter_count(model.c5), 48120);
    EXPECT_EQ(nn::parameter_count(model.f6), 10164);
    EXPECT_EQ(nn::parameter_count(model) - nn::parameter_count(model.output), 60000);
    EXPECT_EQ(model(zeros({2, 1, 32, 32})).sizes(), (Sizes{2, 10}));
    EXPECT_EQ(model(zeros({2, 1, 28, 28})).sizes(), (Sizes{2, 10}));
}

TEST(Models, SubSamplingAddsFourPixelsUp)
{
    nn::SubSampling layer(1);
    nn::to(layer, f64);
    layer.coefficient = full({1}, 0.5, f64);
    layer.bias = full({1}, 0.25, f64);
    const Tensor x = tensor({1, 1, 2, 2}, {0.1, 0.2, 0.3, 0.4}, f64);
    const double wanted = 1.7159 * std::tanh(2.0 / 3 * (0.5 * 1.0 + 0.25));
    EXPECT_TENSOR_NEAR(layer(x), full({1, 1, 1, 1}, wanted, f64), 1e-15);
}

TEST(Models, ResNetsHaveTheirWeightsAndNames)
{
    nn::ResNet small = nn::ResNet::resnet20();
    // stem 432 + 32; stage 1: 6 x (2304 + 32); 2: 4608 + 5 x 9216 + 6 x 64, short cut 512 + 64;
    // 3: 18432 + 5 x 36864 + 6 x 128, short cut 2048 + 128; fc 650
    EXPECT_EQ(nn::parameter_count(small), 464 + 14016 + 4608 + 46080 + 384 + 576 + 18432 + 184320 + 768 + 2176 + 650);
    EXPECT_EQ(small(zeros({2, 3, 32, 32})).sizes(), (Sizes{2, 10}));
    const nn::ResNet large = nn::ResNet::resnet18();
    EXPECT_EQ(nn::parameter_count(large), 11689512);  // torchvision.models.resnet18
    EXPECT_TRUE(has(large, "layer2.0.downsample.0.weight"));
    EXPECT_TRUE(has(large, "layer4.1.bn2.running_var"));
}

TEST(Models, VggHalvesOnceABlock)
{
    nn::VGG model(3, 16, 10, {8, 16});
    EXPECT_EQ(model(zeros({2, 3, 16, 16})).sizes(), (Sizes{2, 10}));
    EXPECT_EQ(model.fc.in_features(), 16 * 4 * 4);
    EXPECT_THROW(nn::VGG(3, 18, 10, {8, 16}), ShapeError);
}

TEST(Models, AConstModelNeedsEvaluationForBatchNormalisation)
{
    nn::VGG model(1, 4, 2, {4});
    const nn::VGG& constant = model;
    EXPECT_THROW(constant(zeros({2, 1, 4, 4})), std::logic_error);
    nn::eval(model);
    EXPECT_EQ(constant(zeros({2, 1, 4, 4})).sizes(), (Sizes{2, 2}));
}

TEST(Models, SequenceClassifiersIgnorePadding)
{
    nn::LSTMClassifier recurrent(3, 4, 2, {.batch_first = true, .bidirectional = true});
    const Tensor x = randn({1, 5, 3});
    const Tensor padded = where(tensor({1, 5, 1}, {1, 1, 1, 0, 0}, boolean), x, 77.0);
    EXPECT_TENSOR_NEAR(recurrent(padded, tensor({1}, {3}, i64)), recurrent(narrow(x, 1, 0, 3)), 1e-6);

    nn::TransformerClassifier transformer(9, 8, 3);
    nn::eval(transformer);
    const Tensor tokens = tensor({1, 4}, {2, 5, 1, 1}, i64);
    const Tensor padding = tensor({1, 4}, {0, 0, 1, 1}, boolean);
    EXPECT_TENSOR_NEAR(transformer(tokens, padding), transformer(narrow(tokens, 1, 0, 2)), 1e-5);
}

TEST(Models, AutoencoderMirrorsItsSizes)
{
    const nn::Autoencoder model({8, 6, 2});
    EXPECT_EQ(model.encoder(zeros({5, 8})).sizes(), (Sizes{5, 2}));
    EXPECT_EQ(model(zeros({5, 8})).sizes(), (Sizes{5, 8}));
}

TEST(PositionalEncoding, HasTheSinesOfThePaper)
{
    nn::PositionalEncoding layer(4, {.max_len = 3, .dropout = 0});
    nn::to(layer, f64);
    // position 2: sin 2, cos 2, sin(2 / 100), cos(2 / 100)
    const Tensor y = layer(zeros({3, 4}, f64));
    EXPECT_TENSOR_NEAR(select(y, 0, 2),
                       tensor({4}, {std::sin(2.0), std::cos(2.0), std::sin(0.02), std::cos(0.02)}, f64), 1e-6);
    EXPECT_THROW(layer(zeros({4, 4}, f64)), ShapeError);
}

TEST(DropoutLayer, ClassicScalesInEvaluationInsteadOfTraining)
{
    const Tensor x = ones({1000});
    nn::Dropout classic = nn::Dropout::keep(0.75, {.form = nn::DropoutForm::classic});
    for (const double v : classic(x).to_vector<double>()) EXPECT_TRUE(v == 0 || v == 1);
    nn::eval(classic);
    EXPECT_TENSOR_EQ(classic(x), full({1000}, 0.75));
    nn::Dropout inverted(0.25);
    for (const double v : inverted(x).to_vector<double>()) EXPECT_TRUE(v == 0 || v == 1 / 0.75F);
    nn::eval(inverted);
    EXPECT_TENSOR_EQ(inverted(x), x);
}

TEST(DropoutLayer, SaysWhichFormulaItUses)
{
    EXPECT_EQ(nn::Dropout(0.2).describe(),
              "Dropout, inverted: training y = x m / 0.8, m = 1 with probability 0.8; evaluation y = x\n"
              "  PyTorch: torch.nn.Dropout(p=0.2); by keep probability: q = 0.8");
}

TEST(DropoutLayer, RefusesWhatIsNoProbability)
{
    EXPECT_THROW_TEXT(nn::Dropout(2), ShapeError,
                      "Dropout: p = 2.\n  rule: p is a probability, from 0 to 1.\n"
                      "  try:  p is the part that is dropped; Dropout::keep(q) says what stays.");
}

TEST(BatchNormLayer, RefusesOtherChannels)
{
    nn::BatchNorm2d layer(3);
    EXPECT_THROW_TEXT(layer(zeros({2, 4, 5, 5})), ShapeError,
                      "BatchNorm2d: input of shape (2, 4, 5, 5) into BatchNorm2d(3).\n"
                      "  rule: x: (N, C, H, W), with C the layer's num_features.\n"
                      "  try:  check num_features and the order of the axes.");
    EXPECT_TENSOR_EQ(layer.num_batches_tracked, tensor(0.0, i64));  // nothing happened
}

TEST(RMSNormLayer, DividesByTheRootOfTheMeanSquare)
{
    nn::RMSNorm layer(2, {.eps = 0});
    nn::to(layer, f64);
    layer.weight = tensor({2}, {1, 2}, f64);
    // mean of 9 and 16 is 12.5
    EXPECT_TENSOR_NEAR(layer(tensor({1, 2}, {3, 4}, f64)),
                       tensor({1, 2}, {3 / std::sqrt(12.5), 8 / std::sqrt(12.5)}, f64), 1e-15);
    EXPECT_THROW(layer(zeros({1, 3}, f64)), ShapeError);
}

TEST(RecurrentLayer, RefusesLengthsThatAreNotThere)
{
    const nn::GRU layer(2, 3);
    EXPECT_THROW_TEXT(layer(zeros({4, 2, 2}), {}, tensor({2}, {5, 1}, i64)), ShapeError,
                      "GRU: a length of 5 for x (4, 2, 2).\n  rule: lengths: (N), each from 1 to T.\n"
                      "  try:  leave lengths out where all steps count.");
    EXPECT_THROW(layer(zeros({4, 2, 3})), ShapeError);
}

TEST(RecurrentLayer, DropsBetweenLayersInTraining)
{
    nn::LSTM layer(2, 8, {.num_layers = 2, .dropout = 0.5});
    const Tensor x = ones({3, 1, 2});
    EXPECT_FALSE(xgrad::testing::tensors_agree(layer(x).output, layer(x).output, 0));
    nn::eval(layer);
    EXPECT_TENSOR_EQ(layer(x).output, layer(x).output);
}

TEST(Embedding, StartsWithAZeroRowForPadding)
{
    const nn::Embedding layer(4, 3, {.padding_idx = -1});
    EXPECT_TENSOR_EQ(select(layer.weight, 0, 3), zeros({3}));
    EXPECT_THROW(nn::Embedding(4, 3, {.padding_idx = 4}), ShapeError);
    const nn::Embedding given = nn::Embedding::from_pretrained(tensor({1, 2}, {1, 2}));
    EXPECT_TENSOR_EQ(given(tensor({2}, {0, 0}, i64)), tensor({2, 2}, {1, 2, 1, 2}));
    EXPECT_FALSE(given.weight.requires_grad());
}

}  // namespace
