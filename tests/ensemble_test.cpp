#include <xgrad/error.hpp>
#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/train/classify.hpp>
#include <xgrad/train/ensemble.hpp>

#include <cmath>
#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/temporary_files.hpp"

using namespace xgrad;
using train::Combine;
using train::Ensemble;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Answers the same whatever it is asked.
struct Fixed {
    Parameter answer;
    XGRAD_MODULE(Fixed, answer)
    Tensor operator()(const Tensor&) const { return answer; }
};

Fixed fixed(const Tensor& answer) { return {Parameter(answer, "answer")}; }

struct Network {
    nn::Linear hidden{64, 16}, output{16, 10};
    nn::Dropout dropout{0.1};
    XGRAD_MODULE(Network, hidden, output, dropout)
    Tensor operator()(const Input& x) const { return output(dropout(relu(hidden(x)))); }
};

data::Dataset digits(std::int64_t from, std::int64_t to)
{
    static const data::Dataset all = data::digits().train;
    const data::Dataset rows = all.rows(from, to);
    return {flatten(rows.inputs(), 1), rows.targets()};
}

// Epochs of Adam; called behind each step.
void fit(Network& model, const data::Dataset& rows, int epochs, double lr, const Callable<void()>& behind = nullptr)
{
    optim::Adam adam{nn::parameters(model), {.lr = lr}};
    data::Loader loader(rows, {.batch_size = 16});
    for (int epoch = 0; epoch < epochs; ++epoch) {
        nn::train(model);
        for (auto [inputs, labels] : loader) {
            Tape tape;
            const Tensor loss = cross_entropy(model(inputs), labels);
            adam.zero_grad();
            tape.backward(loss);
            adam.step();
            if (behind) behind();
        }
    }
}

Network fitted(const data::Dataset& rows, int epochs, double lr)
{
    Network model;
    fit(model, rows, epochs, lr);
    return model;
}

struct Judged {
    double loss, accuracy;
};

Judged judge(auto& model)
{
    const train::Evaluation result = train::evaluate(model, digits(300, 800), 10);
    return {result.loss, result.accuracy()};
}

// The ensemble is as good as its members are on average, or better, and by how much is printed.
void expect_no_worse_than_the_mean(Ensemble<Network>& ensemble)
{
    Judged mean{0, 0};
    for (Network& member : ensemble.members) {
        EXPECT_FALSE(member.dropout.training);
        const Judged one = judge(member);
        mean.loss += one.loss / static_cast<double>(ensemble.members.size());
        mean.accuracy += one.accuracy / static_cast<double>(ensemble.members.size());
    }
    const Judged all = judge(ensemble);
    EXPECT_LE(all.loss, mean.loss + 1e-12);  // -log is convex
    EXPECT_GE(all.accuracy, mean.accuracy);
    EXPECT_GT(mean.accuracy, 0.5);
    ensemble.combine = Combine::votes;
    EXPECT_GE(judge(ensemble).accuracy, mean.accuracy);
    ensemble.combine = Combine::probabilities;
}

}  // namespace

TEST(Ensemble, GivesLogarithmsOfTheMeanProbabilities)
{
    // Probabilities (1/5, 4/5) and (3/5, 2/5) have the mean (2/5, 3/5); scores may be shifted.
    const Ensemble<Fixed> ensemble{
        {fixed(log(tensor({1, 2}, {0.2, 0.8}, f64))), fixed(log(tensor({1, 2}, {0.6, 0.4}, f64)) + 7.0)}};
    EXPECT_TENSOR_NEAR(exp(ensemble(zeros({1}))), tensor({1, 2}, {0.4, 0.6}, f64), 1e-15);
}

TEST(Ensemble, KeepsProbabilitiesThatUnderflow)
{
    // Both say e^-2000 for class 1, so does their mean.
    const Ensemble<Fixed> ensemble{{fixed(tensor({1, 2}, {0, -2000})), fixed(tensor({1, 2}, {2000, 0}))}};
    EXPECT_TENSOR_EQ(ensemble(zeros({1})), tensor({1, 2}, {0, -2000}));
}

TEST(Ensemble, GivesLogarithmsOfTheSharesOfVotes)
{
    // Highest scores: classes 1, 0, 1, and in the second row 0 (the first of equal ones), 0, 0.
    const Ensemble<Fixed> ensemble{{fixed(tensor({2, 2}, {0, 9, 5, 5}, f64)), fixed(tensor({2, 2}, {1, 0, 3, 2}, f64)),
                                    fixed(tensor({2, 2}, {0, 1, 1, 0}, f64))},
                                   Combine::votes};
    EXPECT_TENSOR_NEAR(ensemble(zeros({1})), tensor({2, 2}, {std::log(1.0 / 3), std::log(2.0 / 3), 0, -kInfinity}, f64),
                       1e-15);
}

TEST(Ensemble, ALabelWithoutAVoteCostsInfinitelyMuchAndTheOthersWhatTheirSharesSay)
{
    Ensemble<Fixed> ensemble{{fixed(tensor({1, 3}, {1, 0, 0}, f64)), fixed(tensor({1, 3}, {0, 1, 0}, f64))},
                             Combine::votes};
    const auto loss = [&](double label) {
        return train::evaluate(ensemble, {zeros({1, 1}, f64), tensor({1}, {label}, i64)}, 3).loss;
    };
    EXPECT_NEAR(loss(0), std::log(2.0), 1e-15);
    EXPECT_NEAR(loss(1), std::log(2.0), 1e-15);
    EXPECT_EQ(loss(2), kInfinity);
}

TEST(Ensemble, GivesTheMeanOfOutputs)
{
    const Ensemble<Fixed> ensemble{{fixed(tensor({2}, {1, 2}, f64)), fixed(tensor({2}, {4, -8}, f64))},
                                   Combine::outputs};
    EXPECT_TENSOR_EQ(ensemble(zeros({1})), tensor({2}, {2.5, -3}, f64));
}

TEST(Ensemble, IsAModelLikeAnyOther)
{
    Ensemble<Network> ensemble{{Network{}, Network{}}};
    EXPECT_EQ(nn::parameter_count(ensemble), 2 * nn::parameter_count(Network{}));
    EXPECT_EQ(nn::state_dict(ensemble)[0].first, "members.0.hidden.weight");
    nn::eval(ensemble);
    EXPECT_FALSE(ensemble.members[1].dropout.training);
}

TEST(Ensemble, RefusesWhatCannotAnswerTogether)
{
    EXPECT_THROW_TEXT(Ensemble<Fixed>{}(zeros({1})), std::logic_error,
                      "Ensemble: there are no members.\n  rule: one or more models answer together.\n"
                      "  try:  add_snapshot, or one of the functions ensemble_of_....");
    const Ensemble<Fixed> ensemble{{fixed(zeros({1, 2})), fixed(zeros({1, 3}))}};
    EXPECT_THROW((void)ensemble(zeros({1})), ShapeError);
    EXPECT_THROW_TEXT(train::ensemble_of_starts(0, [](std::int64_t) { return Network{}; }), std::invalid_argument,
                      "ensemble_of_starts: 0 members.\n  rule: an ensemble has one or more.\n"
                      "  try:  3 to 10 are usual.");
    EXPECT_THROW_TEXT(train::detail::best_of({1, 2}, 3), std::invalid_argument,
                      "ensemble_of_best: 3 of 2 settings.\n  rule: one to all of them are kept.\n"
                      "  try:  a smaller number, or more settings.");
    EXPECT_THROW(train::ensemble_of_bootstraps(digits(0, 4), 0, [](const data::Dataset&) { return Network{}; }),
                 std::invalid_argument);
}

TEST(Ensemble, OfStartsIsNoWorseThanItsMembers)
{
    manual_seed(1);
    std::vector<std::int64_t> asked;
    auto ensemble = train::ensemble_of_starts(4, [&](std::int64_t member) {
        asked.push_back(member);
        return fitted(digits(0, 300), 4, 0.01);
    });
    EXPECT_EQ(asked, (std::vector<std::int64_t>{0, 1, 2, 3}));
    EXPECT_FALSE(xgrad::testing::tensors_agree(ensemble.members[0].hidden.weight.value(),
                                               ensemble.members[1].hidden.weight.value(), 1e-3));
    expect_no_worse_than_the_mean(ensemble);
}

TEST(Ensemble, OfTheBestKeepsTheSettingsWithTheLargestMeans)
{
    // The judge says setting + rows of the fold that were left out: means 1 + 2, 5 + 2, NaN, 3 + 2.
    const std::vector<double> settings = {1, 5, std::nan(""), 3};
    const data::Dataset rows(zeros({6, 1}), zeros({6}));
    std::int64_t trained = 0;
    const auto ensemble = train::ensemble_of_best(
        settings, 2, data::k_fold(rows, 3, false),
        [&](double setting, const data::Dataset& part) {
            EXPECT_EQ(part.size(), 4);
            return fixed(tensor({1, 2}, {setting, static_cast<double>(trained++)}, f64));
        },
        [](const Fixed& model, const data::Dataset& part) {
            return model.answer.value().to_vector<double>()[0] + static_cast<double>(part.size());
        });
    EXPECT_EQ(trained, 12);
    ASSERT_EQ(ensemble.members.size(), 6U);
    for (std::size_t i = 0; i < 6; ++i)
        EXPECT_TENSOR_EQ(ensemble.members[i].answer.value(),
                         tensor({1, 2}, {i < 3 ? 5.0 : 3.0, static_cast<double>(i < 3 ? i + 3 : i + 6)}, f64));
    EXPECT_EQ(train::detail::best_of({std::nan(""), 1, 2, 2}, 4), (std::vector<std::size_t>{2, 3, 1, 0}));
}

TEST(Ensemble, OfTheBestIsNoWorseThanItsMembers)
{
    manual_seed(2);
    auto ensemble = train::ensemble_of_best(
        std::vector<double>{0.01, 0.00001, 0.02}, 2, data::k_fold(digits(0, 300), 3),
        [](double lr, const data::Dataset& rows) { return fitted(rows, 4, lr); },
        [](Network& model, const data::Dataset& rows) { return train::evaluate(model, rows, 10).accuracy(); });
    EXPECT_EQ(ensemble.members.size(), 6U);
    expect_no_worse_than_the_mean(ensemble);
}

TEST(Ensemble, OfSnapshotsIsNoWorseThanItsMembers)
{
    manual_seed(3);
    Network model;
    Ensemble<Network> ensemble;
    std::int64_t steps = 0;
    fit(model, digits(0, 300), 6, 0.01, [&] {
        if (++steps % 19 == 0) train::add_snapshot(ensemble, model, 4);  // once an epoch
    });
    EXPECT_EQ(steps, 6 * 19);
    ASSERT_EQ(ensemble.members.size(), 4U);
    EXPECT_TRUE(model.dropout.training);
    EXPECT_TENSOR_EQ(ensemble.members[3].hidden.weight.value(), model.hidden.weight.value());
    model.hidden.weight = zeros({16, 64});
    EXPECT_FALSE(xgrad::testing::tensors_agree(ensemble.members[3].hidden.weight.value(), zeros({16, 64}), 0));
    expect_no_worse_than_the_mean(ensemble);
}

TEST(Ensemble, OfFilesHasTheirWeights)
{
    const test::TemporaryFolder folder;
    const Network first, second;
    const std::vector<std::string> paths = {folder.path() + "/1", folder.path() + "/2"};
    train::save_weights(paths[0], first);
    train::save_weights(paths[1], second);
    const auto ensemble = train::ensemble_of_files(paths, [] { return Network{}; });
    ASSERT_EQ(ensemble.members.size(), 2U);
    EXPECT_TENSOR_EQ(ensemble.members[0].output.bias.value(), first.output.bias.value());
    EXPECT_TENSOR_EQ(ensemble.members[1].output.bias.value(), second.output.bias.value());
    EXPECT_FALSE(ensemble.members[1].dropout.training);
}

TEST(Ensemble, OfTheAverageIsOneModelWithTheMeanOfTheWeights)
{
    // Weights 1, 2, 6 with decay 3/4: 1, then 5/4, then 3/4 5/4 + 6/4 = 39/16.
    Fixed model = fixed(zeros({1}, f64));
    optim::WeightAverage average(nn::parameters(model), {.decay = 0.75});
    for (const double weight : {1, 2, 6}) {
        model.answer = full({1}, weight, f64);
        average.update();
    }
    const auto ensemble = train::ensemble_of_average(model, average);
    ASSERT_EQ(ensemble.members.size(), 1U);
    EXPECT_TENSOR_EQ(ensemble.members[0].answer.value(), full({1}, 39.0 / 16, f64));
    EXPECT_TENSOR_EQ(model.answer.value(), full({1}, 6, f64));
}

TEST(Ensemble, OfTheAverageIsNoWorseThanTheModelsOnTheWay)
{
    manual_seed(4);
    Network model;
    optim::WeightAverage average(nn::parameters(model), {.decay = 0.9});
    Ensemble<Network> way;
    fit(model, digits(0, 300), 4, 0.01);
    fit(model, digits(0, 300), 2, 0.03, [&] {
        average.update();
        train::add_snapshot(way, model);
    });
    Judged mean{0, 0};
    for (Network& member : way.members) {
        const Judged one = judge(member);
        mean.loss += one.loss / static_cast<double>(way.members.size());
        mean.accuracy += one.accuracy / static_cast<double>(way.members.size());
    }
    auto ensemble = train::ensemble_of_average(model, average);
    const Judged averaged = judge(ensemble);
    EXPECT_LE(averaged.loss, mean.loss);
    EXPECT_GE(averaged.accuracy, mean.accuracy);
}

TEST(Ensemble, OfBootstrapsTrainsOnRowsDrawnWithReplacement)
{
    std::vector<float> numbers(50);
    for (std::size_t i = 0; i < 50; ++i) numbers[i] = static_cast<float>(i);
    const data::Dataset rows(from_values({50, 1}, numbers), zeros({50}, i64));
    Generator generator(3), same(3);
    const auto ensemble = train::ensemble_of_bootstraps(
        rows, 2, [](const data::Dataset& part) { return fixed(part.inputs()); }, generator);
    EXPECT_TENSOR_EQ(ensemble.members[0].answer.value(), data::bootstrap(rows, same).inputs());
    EXPECT_TENSOR_EQ(ensemble.members[1].answer.value(), data::bootstrap(rows, same).inputs());
}

TEST(Ensemble, OfBootstrapsIsNoWorseThanItsMembers)
{
    manual_seed(5);
    auto ensemble = train::ensemble_of_bootstraps(digits(0, 300), 4,
                                                  [](const data::Dataset& rows) { return fitted(rows, 4, 0.01); });
    expect_no_worse_than_the_mean(ensemble);
}
