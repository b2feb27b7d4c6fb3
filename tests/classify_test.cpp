#include <xgrad/error.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/optim/sgd.hpp>
#include <xgrad/random.hpp>
#include <xgrad/train/classify.hpp>

#include "tests/expect_throw.hpp"

#include <cmath>

using xgrad::Tensor;
using xgrad::tensor;
using xgrad::train::ConfusionMatrix;

namespace {

Tensor labels(std::initializer_list<double> values)
{
    return tensor({static_cast<std::int64_t>(values.size())}, values, xgrad::i64);
}

// Notes the mode it is used in. Its scores are its inputs plus a bias.
struct Passing {
    bool training = true;
    mutable bool was_training = false;
    xgrad::Parameter bias{tensor({2}, {0, 0})};
    XGRAD_MODULE(Passing, training, was_training, bias)

    Tensor operator()(const xgrad::Input& x) const
    {
        was_training = training;
        return x + bias;
    }
};

}  // namespace

TEST(ConfusionMatrix, CountsWhatWasTakenForWhat)
{
    ConfusionMatrix matrix(3);
    EXPECT_TRUE(std::isnan(matrix.accuracy()));
    matrix.add(labels({0, 1, 2, 2}), labels({0, 1, 1, 2}));
    matrix.add(labels({1}), labels({1}));
    EXPECT_EQ(matrix.samples(), 5);
    EXPECT_EQ(matrix.correct(), 4);
    EXPECT_EQ(matrix.count(1, 2), 1);
    EXPECT_EQ(matrix.count(2, 1), 0);
    EXPECT_DOUBLE_EQ(matrix.accuracy(), 0.8);
    EXPECT_DOUBLE_EQ(matrix.accuracy(1), 2.0 / 3);
}

TEST(ConfusionMatrix, PrintsATableWithDotsForNone)
{
    ConfusionMatrix matrix(3);
    matrix.add(labels({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2}), labels({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1}));
    EXPECT_EQ(to_string(matrix),
              "label | taken for\n"
              "      |  0  1  2     right\n"
              "------+-------------------\n"
              "    0 | 10  .  .  100.00 %\n"
              "    1 |  .  1  1   50.00 %\n"
              "    2 |  .  .  .         -\n");
}

TEST(ConfusionMatrix, BadInputIsNamedAndCountsNothing)
{
    ConfusionMatrix matrix(3);
    EXPECT_THROW_TEXT(matrix.add(labels({0, 1}), labels({0, 3})), xgrad::ShapeError,
                      "ConfusionMatrix: label 3 of 3 classes.\n  rule: classes are 0 to 2.\n"
                      "  try:  check the labels, or the number of classes.");
    EXPECT_THROW_TEXT(matrix.add(labels({0, 1}), labels({0})), xgrad::ShapeError,
                      "ConfusionMatrix: guesses i64 (2,) and labels i64 (1,).\n  rule: both are i64 (n).\n"
                      "  try:  argmax(scores, 1) gives guesses.");
    EXPECT_THROW_TEXT(matrix.add(tensor({1}, {0}), labels({0})), xgrad::DtypeError,
                      "ConfusionMatrix: guesses f32 (1,) and labels i64 (1,).\n  rule: both are i64 (n).\n"
                      "  try:  argmax(scores, 1) gives guesses.");
    EXPECT_THROW_TEXT(ConfusionMatrix(0), xgrad::ShapeError,
                      "ConfusionMatrix: 0 classes.\n  rule: there is at least one class.\n"
                      "  try:  pass the number of classes.");
    EXPECT_THROW((void)matrix.count(-1, 0), xgrad::ShapeError);
    EXPECT_EQ(matrix.samples(), 0);
}

TEST(Classify, CountsRowsWhoseLabelScoresHighest)
{
    const Tensor scores = tensor({3, 2}, {1, 2, 3, 0, -1, -2});
    EXPECT_EQ(xgrad::train::count_correct(scores, labels({1, 1, 0})), 2);
}

TEST(Classify, EvaluationAveragesOverSamplesNotBatches)
{
    // Scores (0, 0) cost log 2, scores (0, log 3) with label 1 cost -log(3/4).
    const auto l3 = std::log(3.0);
    const xgrad::data::Dataset set(tensor({3, 2}, {0, 0, 0, 0, 0, l3}), labels({0, 1, 1}));
    Passing model;
    const auto result = xgrad::train::evaluate(model, set, 2, 2);
    EXPECT_NEAR(result.loss, (2 * std::log(2.0) + std::log(4.0 / 3)) / 3, 1e-6);
    EXPECT_NEAR(result.accuracy(), 2.0 / 3, 1e-12);  // of equal scores the first counts
    EXPECT_FALSE(model.was_training);
    EXPECT_FALSE(model.training);
}

TEST(Classify, AnEpochLowersTheLossAndSeesAugmentedInputs)
{
    const xgrad::data::Dataset set(tensor({4, 1}, {-2, -1, 1, 2}), labels({0, 0, 1, 1}));
    xgrad::manual_seed(3);
    xgrad::nn::Linear model{1, 2};
    xgrad::optim::SGD sgd{xgrad::nn::parameters(model), {.lr = 0.5}};
    xgrad::data::Loader loader(set, {.batch_size = 3, .seed = 1});
    std::FILE* sink = std::tmpfile();
    const double before = xgrad::train::evaluate(model, set, 2).loss;
    std::int64_t seen = 0;
    for (int epoch = 0; epoch < 20; ++epoch) {
        xgrad::train::Progress progress("epoch", loader.samples(), {.stream = sink});
        xgrad::train::train_epoch(model, sgd, loader, progress, [&seen](const Tensor& inputs) {
            seen += inputs.size(0);
            return inputs * 2;
        });
    }
    std::fclose(sink);
    const auto after = xgrad::train::evaluate(model, set, 2);
    EXPECT_EQ(seen, 80);
    EXPECT_LT(after.loss, 0.1 * before);
    EXPECT_EQ(after.accuracy(), 1);
}
