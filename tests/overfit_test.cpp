#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/sgd.hpp>
#include <xgrad/random.hpp>
#include <xgrad/train/overfit.hpp>

#include <stdexcept>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

using namespace xgrad;

namespace {

struct Net {
    nn::Linear first{4, 32};
    nn::BatchNorm1d norm{32};
    nn::Dropout dropout{0.5};
    nn::Linear second{32, 3};
    bool softmax_too_many = false;
    std::vector<bool> modes;  // of norm and dropout, one behind the other
    XGRAD_MODULE(Net, first, norm, dropout, second, softmax_too_many, modes)

    Tensor operator()(const Input& x)
    {
        modes.push_back(norm.training);
        modes.push_back(dropout.training);
        const Tensor scores = second(dropout(relu(norm(first(x)))));
        return softmax_too_many ? softmax(scores, 1) : scores;
    }
};

data::Batch batch_of_noise()
{
    Generator generator(5);
    return {randn({12, 4}, {.generator = generator}), randint(0, 3, {12}, generator)};
}

Net seeded_net()
{
    manual_seed(2);
    return Net();
}

}  // namespace

TEST(OverfitOneBatch, LearnsRandomLabelsByHeartWithRegularisationOff)
{
    // With weight decay 10 and dropout of a half no net of this size could.
    Net net = seeded_net();
    optim::AdamW adam{nn::parameters(net), {.lr = 0.03, .weight_decay = 10, .penalty = {.l1 = 1, .max_norm = 0.1}}};
    const auto check = train::overfit_one_batch(net, adam, batch_of_noise());
    EXPECT_TRUE(check.passed);
    EXPECT_LT(check.losses.size(), 200U);
    EXPECT_LE(check.losses.back(), 0.01 * check.losses.front());
    EXPECT_EQ(to_string(check).find("is not learnt"), std::string::npos);
    for (std::size_t i = 0; i < net.modes.size(); i += 2) {
        EXPECT_TRUE(net.modes[i]);       // norms go on with the statistics of the batch
        EXPECT_FALSE(net.modes[i + 1]);  // dropout is off
    }
}

TEST(OverfitOneBatch, LeavesModelAndOptimizerAsTheyWere)
{
    Net net = seeded_net();
    nn::eval(net);
    net.dropout.training = true;
    optim::SGD sgd{nn::parameters(net), {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.5}};
    const NamedTensors weights = nn::state_dict(net), state = sgd.state_dict();
    const auto expect_unchanged = [&] {
        const NamedTensors now = nn::state_dict(net);
        for (std::size_t i = 0; i < now.size(); ++i) EXPECT_TENSOR_EQ(now[i].second, weights[i].second);
        EXPECT_EQ(sgd.state_dict().size(), state.size());
        EXPECT_EQ(sgd.option("weight_decay"), 0.5);
        EXPECT_FALSE(net.norm.training);
        EXPECT_TRUE(net.dropout.training);
        EXPECT_FALSE(net.first.weight.grad().defined());
    };
    EXPECT_EQ(train::overfit_one_batch(net, sgd, batch_of_noise(), {.steps = 3}).losses.size(), 3U);
    expect_unchanged();
    const auto throwing = [](const Tensor&, const Tensor&) -> Tensor { throw std::runtime_error("stop"); };
    EXPECT_THROW(train::overfit_one_batch(net, sgd, batch_of_noise(), {.loss = throwing}), std::runtime_error);
    expect_unchanged();
}

TEST(OverfitOneBatch, FailsForASoftmaxTooManyAndSaysWhatToLookFor)
{
    // Scores that are probabilities bound the loss below: log(e + 2) - 1 = 0.551 with three classes.
    Net net = seeded_net();
    net.softmax_too_many = true;
    optim::Adam adam{nn::parameters(net), {.lr = 0.03}};
    const auto check = train::overfit_one_batch(net, adam, batch_of_noise(), {.steps = 50});
    EXPECT_FALSE(check.passed);
    EXPECT_GT(check.losses.back(), 0.551);
    EXPECT_NE(to_string(check).find("a softmax before cross_entropy"), std::string::npos);
}

TEST(OverfitOneBatch, TakesTheLossThatItIsGivenAndStopsAtNan)
{
    nn::Linear model{1, 1};
    optim::SGD sgd{nn::parameters(model), {.lr = 1e30}};
    const data::Batch batch{ones({4, 1}), zeros({4, 1})};
    const auto squared = [](const Tensor& y, const Tensor& t) { return mse_loss(y, t); };
    const auto check = train::overfit_one_batch(model, sgd, batch, {.loss = squared});
    EXPECT_FALSE(check.passed);
    EXPECT_LT(check.losses.size(), 6U);
    sgd.set_lr(0.1);
    EXPECT_TRUE(train::overfit_one_batch(model, sgd, batch, {.loss = squared}).passed);
    EXPECT_THROW_TEXT(train::overfit_one_batch(model, sgd, batch, {.steps = 0}), std::invalid_argument,
                      "overfit_one_batch: 0 steps.\n  rule: there is at least one.\n  try:  for example 200.");
}
