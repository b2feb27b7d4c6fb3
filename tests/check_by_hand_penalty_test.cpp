// Penalties of weights: J = loss / n + lambda / (2 n) |W|^2, S2:305 and S2:315. S1 names Western CS4442, S2 Marquette, S3
// Northeastern DS 4400.
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/teach/check_by_hand.hpp>

#include <gtest/gtest.h>

#include "tests/by_hand_testing.hpp"

namespace xgrad {
namespace {

using by_hand_testing::expect_only;
using by_hand_testing::half_squares;
using by_hand_testing::numbers;

constexpr double kSamples = 5;
constexpr double kLambda = 0.3;

struct Penalised {
    Tensor x = numbers({5, 3}, 1), y = numbers({5, 2}, 2), w = numbers({3, 2}, 3), b = numbers({2}, 4);
    Tensor delta = (matmul(x, w) + b - y) / kSamples, dw = matmul(transpose(x), delta), db = sum(delta, 0);

    CheckReport check(const Tensor& by_hand_w, const Tensor& by_hand_b) const
    {
        const auto loss = [this](const Tensor& v, const Tensor& c) {
            return sum(square(matmul(x, v) + c - y)) / (2 * kSamples) + kLambda / (2 * kSamples) * sum(square(v));
        };
        return check_by_hand(loss, {{"W", w}, {"b", b}}, {{"W", by_hand_w}, {"b", by_hand_b}});
    }
};

TEST(CheckByHandPenalty, RightPenaltyPasses)
{
    const Penalised p;
    const CheckReport report = p.check(p.dw + kLambda / kSamples * p.w, p.db);
    EXPECT_TRUE(report) << report.message;
}

// S2:577: D = Delta / n + lambda Theta.
TEST(CheckByHandPenalty, LambdaAgainstLambdaOverN)
{
    const Penalised p;
    const CheckReport report = p.check(p.dw + kLambda * p.w, p.db);
    expect_only(report, "W", Mistake::lambda_against_lambda_over_n);
    EXPECT_EQ(report["b"].mistake(), Mistake::none);
    EXPECT_NE(report.message.find("by hand the penalty gives 0.3 W, in the loss 0.06 W"), std::string::npos)
        << report.message;
}

// lambda |W|^2 has the gradient 2 lambda W (S3:471), lambda/2 |W|^2 has lambda W (S1:818).
TEST(CheckByHandPenalty, PenaltyOfTwiceTheWeight)
{
    const Penalised p;
    expect_only(p.check(p.dw + 2 * kLambda / kSamples * p.w, p.db), "W", Mistake::penalty_factor);
    expect_only(p.check(p.dw + kLambda / 2 / kSamples * p.w, p.db), "W", Mistake::penalty_factor);
    expect_only(p.check(p.dw - kLambda / kSamples * p.w, p.db), "W", Mistake::penalty_factor);
}

TEST(CheckByHandPenalty, PenaltyMissing)
{
    const Penalised p;
    expect_only(p.check(p.dw, p.db), "W", Mistake::penalty_missing);
}

// S2:305 and S2:577 leave j = 0 out.
TEST(CheckByHandPenalty, BiasRegularised)
{
    const Penalised p;
    const CheckReport report = p.check(p.dw + kLambda / kSamples * p.w, p.db + kLambda / kSamples * p.b);
    EXPECT_EQ(report["W"].mistake(), Mistake::none);
    expect_only(report, "b", Mistake::bias_regularised);
    EXPECT_NE(report.message.find("by hand there is 0.06 b more"), std::string::npos) << report.message;
}

// The bias as column 0 of Theta (S2).
TEST(CheckByHandPenalty, BiasColumnRegularised)
{
    const Tensor x = numbers({4, 6}, 1), y = numbers({3, 6}, 2), theta = numbers({3, 4}, 3);
    const auto loss = [&](const Tensor& t) {
        return sum(square(matmul(t, x) - y)) / 12 + kLambda / 12 * sum(square(slice(t, 1, 1)));
    };
    const Tensor delta = (matmul(theta, x) - y) / 6, data = matmul(delta, transpose(x));
    const Tensor rest = cat({zeros({3, 1}, f64), slice(theta, 1, 1)}, 1);
    EXPECT_TRUE(check_by_hand(loss, theta, data + kLambda / 6 * rest));
    const CheckReport report = check_by_hand(loss, theta, data + kLambda / 6 * theta);
    expect_only(report, "input 0", Mistake::bias_regularised);
    EXPECT_NE(report.message.find("column 0"), std::string::npos) << report.message;
}

TEST(CheckByHandPenalty, SignAndPenaltyBothWrong)
{
    const Penalised p;
    const CheckReport flipped = p.check(-p.dw + kLambda / kSamples * p.w, p.db);
    expect_only(flipped, "W", Mistake::sign_flipped);
    EXPECT_NE(flipped.message.find("its penalty is right"), std::string::npos) << flipped.message;
    EXPECT_EQ(p.check(p.dw + 0.01234 * p.w, p.db)["W"].mistake(), Mistake::penalty_factor);
}

// With one element every difference is a multiple of the bias; it must be one that something else tells.
TEST(CheckByHandPenalty, BiasOfOneElementNeedsAKnownWeight)
{
    const Tensor x = numbers({5, 3}, 1), y = numbers({5, 1}, 2), w = numbers({3, 1}, 3), b = numbers({1}, 4);
    const auto loss = [&](const Tensor& c) { return half_squares(matmul(x, w) + c, y); };
    const Tensor db = sum(matmul(x, w) + b - y, 0);
    const auto mistake = [&](double lambda, const CheckOptions& options) {
        return check_by_hand(loss, b, db + lambda * b, options).gradients[0].mistake();
    };
    EXPECT_EQ(mistake(0.3, {}), Mistake::unknown);
    EXPECT_EQ(mistake(0.3, {.lambda = 0.3}), Mistake::bias_regularised);
    EXPECT_EQ(mistake(0.06, {.lambda = 0.3}), Mistake::bias_regularised);
    EXPECT_EQ(mistake(0.07, {.lambda = 0.3}), Mistake::unknown);
}

TEST(CheckByHandPenalty, BiasesCanBeNamed)
{
    const Tensor m = numbers({3, 3}, 1);
    const auto loss = [](const Tensor& v) { return sum(exp(v)); };
    const Tensor by_hand = exp(m) + 0.1 * m;
    EXPECT_EQ(check_by_hand(loss, m, by_hand).gradients[0].mistake(), Mistake::penalty_added);
    EXPECT_EQ(check_by_hand(loss, m, by_hand, {.biases = {"input 0"}}).gradients[0].mistake(),
              Mistake::bias_regularised);
}

// The weights are used twice, by the layer and by their penalty: the term of one of them is replaced.
TEST(CheckByHandPenalty, FactorMissingBesideAPenalty)
{
    const Penalised p;
    const Tensor without_x = expand(sum(p.delta, 0), {3, 2});
    expect_only(p.check(without_x + kLambda / kSamples * p.w, p.db), "W", Mistake::factor_missing);
    const CheckReport report = p.check(without_x, p.db);
    expect_only(report, "W", Mistake::factor_missing);
    EXPECT_NE(report.message.find("And the penalty is missing"), std::string::npos) << report.message;
}

}  // namespace
}  // namespace xgrad
