// Each mistake of the catalogue is planted and must be named. S0 to S4 name the lectures: S0 CMU 18-661, S1 Western CS4442, S2
// Marquette, S3 Northeastern DS 4400, S4 Berkeley INFO 251; the slips are theirs.
#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/teach/check_by_hand.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "tests/by_hand_testing.hpp"

namespace xgrad {
namespace {

using by_hand_testing::expect_only;
using by_hand_testing::half_squares;
using by_hand_testing::numbers;

constexpr double kSamples = 5;

/// Rows of samples through a layer of sigmoids and a layer of two outputs: u1 = x W1 + b1, h = g(u1), u2 = h W2 + b2.
struct Network {
    Tensor x = numbers({5, 3}, 1), y = tensor({5, 2}, {1, 0, 0, 1, 1, 1, 0, 0, 1, 0}, f64);
    Tensor w1 = numbers({3, 3}, 2), b1 = numbers({3}, 3), w2 = numbers({3, 2}, 4), b2 = numbers({2}, 5);
    Tensor u1 = matmul(x, w1) + b1, h = sigmoid(u1), u2 = matmul(h, w2) + b2, a = sigmoid(u2);

    NamedTensors inputs() const { return {{"W1", w1}, {"b1", b1}, {"W2", w2}, {"b2", b2}}; }

    /// The loss of the outputs, with deltas of both layers to be seen.
    auto function(Tensor (*loss)(const Tensor& a, const Tensor& y)) const
    {
        return [*this, loss](const std::vector<Tensor>& p, Probe& probe) {
            const Tensor v1 = probe("u1", matmul(x, p[0]) + p[1]), k = sigmoid(v1);
            const Tensor v2 = probe("u2", matmul(k, p[2]) + p[3]);
            return loss(sigmoid(v2), y);
        };
    }
    /// What follows from the deltas of the last layer, rightly.
    NamedTensors from(const Tensor& delta2) const { return from(delta2, matmul(delta2, transpose(w2)) * h * (1 - h)); }
    NamedTensors from(const Tensor& delta2, const Tensor& delta1) const
    {
        return {{"u2", delta2},
                {"u1", delta1},
                {"W2", matmul(transpose(h), delta2)},
                {"b2", sum(delta2, 0)},
                {"W1", matmul(transpose(x), delta1)},
                {"b1", sum(delta1, 0)}};
    }
};

Tensor cross_entropy_sum(const Tensor& a, const Tensor& y) { return -sum(y * log(a) + (1 - y) * log(1 - a)); }
Tensor cross_entropy_mean(const Tensor& a, const Tensor& y) { return cross_entropy_sum(a, y) / kSamples; }
Tensor squares(const Tensor& a, const Tensor& y) { return sum(square(a - y)); }

TEST(CheckByHand, RightGradientsAndDeltasPass)
{
    const Network n;
    const CheckReport report = check_by_hand(n.function(cross_entropy_sum), n.inputs(), n.from(n.a - n.y));
    EXPECT_TRUE(report) << report.message;
    EXPECT_EQ(report.gradients.size(), 6u);
    for (const CheckedGradient& g : report.gradients) {
        EXPECT_EQ(g.mistake(), Mistake::none);
        EXPECT_LE(g.error, 1e-12);
        EXPECT_NEAR(g.numeric, g.autograd, 1e-8);
        EXPECT_TRUE(g.notes.empty()) << report.message;
    }
    EXPECT_EQ(report.message.find("6 of 6 gradients by hand are right\nu2 is right: largest error "), 0u)
        << report.message;
}

// S2:430 has delta = y - a, the derivative of the log-likelihood; S2:455 a - y.
TEST(CheckByHand, SignFlipped)
{
    const Network n;
    const CheckReport report = check_by_hand(n.function(cross_entropy_sum), n.inputs(), n.from(n.y - n.a));
    for (const char* name : {"u2", "u1", "W2", "b2", "W1", "b1"}) expect_only(report, name, Mistake::sign_flipped);
    EXPECT_NE(report.message.find("6 of 6 gradients by hand are wrong"), std::string::npos) << report.message;
    EXPECT_NE(report.message.find("the sign is flipped: it is the negative of the gradient"), std::string::npos);
}

// S1:743 has dL/do = f - y for the loss of S1:482, which has no 1/2.
TEST(CheckByHand, FactorOneHalf)
{
    const Network n;
    const Tensor delta = (n.a - n.y) * n.a * (1 - n.a);
    const CheckReport report = check_by_hand(n.function(squares), n.inputs(), n.from(delta));
    for (const char* name : {"u2", "u1", "W2", "b2", "W1", "b1"}) expect_only(report, name, Mistake::factor_half);
}

// The other way round: S0:205 has no 1/2, S0:245 has one.
TEST(CheckByHand, FactorTwo)
{
    const Network n;
    const Tensor delta = 2 * (n.a - n.y) * n.a * (1 - n.a);
    const CheckReport report = check_by_hand(n.function(half_squares), n.inputs(), n.from(delta));
    for (const char* name : {"u2", "u1", "W2", "b2", "W1", "b1"}) expect_only(report, name, Mistake::factor_two);
}

// S2:577 divides by n, S3:438 steps along the sum.
TEST(CheckByHand, OneOverNMissing)
{
    const Network n;
    const CheckReport report = check_by_hand(n.function(cross_entropy_mean), n.inputs(), n.from(n.a - n.y));
    for (const char* name : {"u2", "u1", "W2", "b2", "W1", "b1"})
        expect_only(report, name, Mistake::one_over_n_missing);
    EXPECT_NE(report["W1"].suspicions[0].text.find("N = 5"), std::string::npos);
}

TEST(CheckByHand, SumAgainstMean)
{
    const Network n;
    const CheckReport report =
        check_by_hand(n.function(cross_entropy_sum), n.inputs(), n.from((n.a - n.y) / kSamples), {.samples = 5});
    for (const char* name : {"u2", "u1", "W2", "b2", "W1", "b1"}) expect_only(report, name, Mistake::sum_against_mean);
    EXPECT_NE(report["W1"].suspicions[0].text.find("N = 5, the number of samples"), std::string::npos);
}

// mse_loss averages over all elements, by hand over the samples: 3 columns.
TEST(CheckByHand, MeanOverElementsAgainstMeanOverSamples)
{
    const Tensor x = numbers({5, 2}, 1), y = numbers({5, 3}, 2), w = numbers({2, 3}, 3);
    const auto loss = [&](const Tensor& v) { return mse_loss(matmul(x, v), y); };
    const Tensor by_hand = 2 * matmul(transpose(x), matmul(x, w) - y) / 5;
    expect_only(check_by_hand(loss, w, by_hand), "input 0", Mistake::one_over_n_missing);
}

// ---- slopes -----------------------------------------------------------------------------------------------------------

// S3:205: delta^[1] = W delta^[2], without g'(z).
TEST(CheckByHand, SlopeMissing)
{
    const Network n;
    const Tensor delta = n.a - n.y;
    const CheckReport report =
        check_by_hand(n.function(cross_entropy_sum), n.inputs(), n.from(delta, matmul(delta, transpose(n.w2))));
    for (const char* name : {"u2", "W2", "b2"}) EXPECT_TRUE(report[name].passed);
    for (const char* name : {"u1", "W1", "b1"}) expect_only(report, name, Mistake::slope_missing);
    EXPECT_NE(report.message.find("the slope of sigmoid of u1 is left out"), std::string::npos) << report.message;
    EXPECT_NE(report.message.find("\n  as u1.\n"), std::string::npos) << report.message;
    EXPECT_NE(report.message.find("\nstart with u1: what lies before it is derived from it.\n"), std::string::npos);
    EXPECT_THROW((void)report["u3"], std::out_of_range);
}

// S0:409: dE/dw_jk = sum_n (z - t), without g'(u) and without y_j.
TEST(CheckByHand, SlopeAndInputMissing)
{
    const Network n;
    const Tensor by_hand = expand(sum(n.a - n.y, 0), {3, 2});
    const CheckReport report = check_by_hand(n.function(half_squares), n.inputs(), NamedTensors{{"W2", by_hand}});
    expect_only(report, "W2", Mistake::slope_missing);
    EXPECT_NE(report.message.find("a factor is missing"), std::string::npos) << report.message;
}

TEST(CheckByHand, FactorMissing)
{
    const Network n;
    const Tensor by_hand = expand(sum(n.a - n.y, 0), {3, 2});
    expect_only(check_by_hand(n.function(cross_entropy_sum), n.inputs(), NamedTensors{{"W2", by_hand}}), "W2",
                Mistake::factor_missing);
}

TEST(CheckByHand, MistakesAreFoundInSinglePrecision)
{
    const Network n;
    const auto single = [](const NamedTensors& list) {
        NamedTensors out;
        for (const auto& [name, value] : list) out.emplace_back(name, to(value, f32));
        return out;
    };
    const Tensor delta = n.a - n.y, no_slope = matmul(delta, transpose(n.w2));
    const auto check = [&](const NamedTensors& by_hand) {
        return check_by_hand(n.function(cross_entropy_mean), single(n.inputs()), single(by_hand));
    };
    EXPECT_TRUE(check(n.from(delta / kSamples)));
    expect_only(check(n.from(delta)), "W1", Mistake::one_over_n_missing);
    expect_only(check(n.from(-delta / kSamples)), "W1", Mistake::sign_flipped);
    expect_only(check(n.from(delta / kSamples, no_slope / kSamples)), "W1", Mistake::slope_missing);
}

// S4:213: delta = Y (1 - Y) (Yh - Y), which is 0 for each label.
TEST(CheckByHand, SlopeAtTheTarget)
{
    Network n;
    CheckReport report = check_by_hand(n.function(half_squares), n.inputs(), n.from((n.a - n.y) * n.y * (1 - n.y)));
    for (const char* name : {"u2", "u1", "W2", "b2", "W1", "b1"}) expect_only(report, name, Mistake::slope_at_target);
    n.y = (n.y + 0.25) / 2;
    report = check_by_hand(n.function(half_squares), n.inputs(), n.from((n.a - n.y) * n.y * (1 - n.y)));
    for (const char* name : {"u2", "u1", "W2", "b2", "W1", "b1"}) expect_only(report, name, Mistake::slope_at_target);
}

// A target that the loss takes in another shape is told to the check.
TEST(CheckByHand, SlopeAtATargetThatIsGiven)
{
    const Tensor u = numbers({4, 2}, 1), y = tensor({2}, {0.25, 0.75}, f64), all = expand(y, {4, 2}), a = sigmoid(u);
    const auto loss = [&](const Tensor& v) { return sum(square(sigmoid(v) - y)) / 2; };
    const Tensor by_hand = (a - y) * y * (1 - y);
    EXPECT_EQ(check_by_hand(loss, u, by_hand).gradients[0].mistake(), Mistake::unknown);
    expect_only(check_by_hand(loss, u, by_hand, {.target = all}), "input 0", Mistake::slope_at_target);
}

// g'(y) = g(y) (1 - g(y)) instead of y (1 - y).
TEST(CheckByHand, SlopeAtTheOutput)
{
    const Network n;
    const Tensor delta = n.a - n.y, slope = sigmoid(n.h) * (1 - sigmoid(n.h));
    const CheckReport report =
        check_by_hand(n.function(cross_entropy_sum), n.inputs(), n.from(delta, matmul(delta, transpose(n.w2)) * slope));
    for (const char* name : {"u1", "W1", "b1"}) expect_only(report, name, Mistake::slope_at_output);
}

// The delta of squares, (a - y) a (1 - a), with cross entropy.
TEST(CheckByHand, SlopeTwice)
{
    const Network n;
    const CheckReport report =
        check_by_hand(n.function(cross_entropy_sum), n.inputs(), n.from((n.a - n.y) * n.a * (1 - n.a)));
    for (const char* name : {"u2", "u1", "W2", "b2", "W1", "b1"}) expect_only(report, name, Mistake::slope_twice);
}

// ---- transposition ----------------------------------------------------------------------------------------------------

// S3:334 and S3:373: delta^[l] = delta^[l+1] W^[l+1] g'. It can be multiplied where W is square.
TEST(CheckByHand, WeightsNotTransposed)
{
    const Tensor x = numbers({4, 5}, 1), w = numbers({3, 3}, 2), v = numbers({3, 4}, 3), y = numbers({3, 5}, 4);
    const auto loss = [&](const std::vector<Tensor>& p, Probe& probe) {
        const Tensor u = probe("u", matmul(p[0], x));
        return half_squares(tanh(matmul(p[1], tanh(u))), y);
    };
    const Tensor h = tanh(matmul(v, x)), o = tanh(matmul(w, h)), delta2 = (o - y) * (1 - square(o));
    const auto check = [&](const Tensor& gh) {
        const Tensor delta1 = gh * (1 - square(h));
        return check_by_hand(loss, {{"V", v}, {"W", w}},
                             {{"W", matmul(delta2, transpose(h))}, {"u", delta1}, {"V", matmul(delta1, transpose(x))}});
    };
    EXPECT_TRUE(check(matmul(transpose(w), delta2)));
    const CheckReport report = check(matmul(w, delta2));
    EXPECT_TRUE(report["W"].passed);
    expect_only(report, "u", Mistake::not_transposed);
    expect_only(report, "V", Mistake::not_transposed);
    EXPECT_NE(report.message.find("W is not transposed"), std::string::npos) << report.message;
}

// S1:758 and S1:770: dL/dh2 = diag(h'(a3)) W3^T dL/do instead of W3^T diag(h'(a3)) dL/do; beside it dL/dW3 is right.
TEST(CheckByHand, FactorsSwapped)
{
    const Tensor h2 = numbers({3, 1}, 1), w = numbers({3, 3}, 2), b = numbers({3, 1}, 3), go = numbers({3, 1}, 4);
    const auto loss = [&](const Tensor& h, const Tensor& w3) { return sum(tanh(matmul(w3, h) + b) * go); };
    const Tensor o = tanh(matmul(w, h2) + b), slope = 1 - square(o), dw = matmul(slope * go, transpose(h2));
    const auto check = [&](const Tensor& dh) {
        return check_by_hand(loss, {{"h2", h2}, {"W3", w}}, {{"h2", dh}, {"W3", dw}});
    };
    EXPECT_TRUE(check(matmul(transpose(w), slope * go)));
    const CheckReport report = check(slope * matmul(transpose(w), go));
    expect_only(report, "h2", Mistake::factors_swapped);
    EXPECT_TRUE(report["W3"].passed);
    const auto of_rows = [&](const Tensor& h) { return sum(sigmoid(linear(h, w)) * transpose(go)); };
    const Tensor row = transpose(h2), a = sigmoid(linear(row, w));
    expect_only(check_by_hand(of_rows, row, a * (1 - a) * matmul(transpose(go), w)), "input 0",
                Mistake::factors_swapped);
}

TEST(CheckByHand, WeightsOfALayerTransposed)
{
    const Tensor w = numbers({3, 3}, 2), x = numbers({4, 3}, 1), y = numbers({4, 3}, 4);
    const auto loss = [&](const Tensor& input) { return half_squares(linear(input, w), y); };
    const Tensor delta = linear(x, w) - y;
    EXPECT_TRUE(check_by_hand(loss, x, matmul(delta, w)));
    expect_only(check_by_hand(loss, x, matmul(delta, transpose(w))), "input 0", Mistake::not_transposed);
}

TEST(CheckByHand, GradientTransposed)
{
    const Tensor x = numbers({5, 3}, 1), w = numbers({3, 3}, 2), y = numbers({5, 3}, 3);
    const auto loss = [&](const Tensor& v) { return half_squares(matmul(x, v), y); };
    const Tensor delta = matmul(x, w) - y;
    expect_only(check_by_hand(loss, w, matmul(transpose(delta), x)), "input 0", Mistake::transposed);
}

// ---- softmax ----------------------------------------------------------------------------------------------------------

// S1:747: dL/do = softmax(f) - y, with f = softmax(o) already (S1:508).
TEST(CheckByHand, SoftmaxTwiceByHand)
{
    const Tensor o = numbers({4, 3}, 1), labels = from_values({4}, std::vector<std::int64_t>{2, 0, 1, 1});
    const Tensor y = to(one_hot(labels, 3), f64), f = softmax(o, 1), by_hand = softmax(f, 1) - y;
    const auto by_cross_entropy = [&](const Tensor& s) {
        return cross_entropy(s, labels, {.reduction = Reduction::sum});
    };
    const auto by_log_softmax = [&](const Tensor& s) { return -sum(log_softmax(s, 1) * y); };
    const auto by_softmax = [&](const Tensor& s) { return -sum(log(softmax(s, 1)) * y); };
    EXPECT_TRUE(check_by_hand(by_cross_entropy, o, f - y));
    expect_only(check_by_hand(by_cross_entropy, o, by_hand), "input 0", Mistake::softmax_twice);
    expect_only(check_by_hand(by_log_softmax, o, by_hand), "input 0", Mistake::softmax_twice);
    expect_only(check_by_hand(by_softmax, o, by_hand), "input 0", Mistake::softmax_twice);
}

TEST(CheckByHand, SoftmaxTwiceInTheFunction)
{
    const Tensor o = numbers({4, 3}, 1), labels = from_values({4}, std::vector<std::int64_t>{2, 0, 1, 1});
    const Tensor y = to(one_hot(labels, 3), f64), by_hand = (softmax(o, 1) - y) / 4;
    const auto of_labels = [&](const Tensor& s) { return cross_entropy(softmax(s, 1), labels); };
    const auto of_shares = [&](const Tensor& s) { return cross_entropy(softmax(s, 1), y); };
    const CheckReport report = check_by_hand(of_labels, o, by_hand);
    expect_only(report, "input 0", Mistake::softmax_twice);
    EXPECT_NE(report.message.find("softmax is applied twice by the function"), std::string::npos) << report.message;
    expect_only(check_by_hand(of_shares, o, by_hand), "input 0", Mistake::softmax_twice);
}

// ---- nothing is claimed that does not fit -----------------------------------------------------------------------------

TEST(CheckByHand, OneWrongElementIsShownWithThreeNumbers)
{
    const Tensor x = numbers({3}, 1);
    const auto loss = [](const Tensor& v) { return sum(square(v)); };
    const Tensor by_hand = 2 * x + tensor({3}, {0, 0.125, 0}, f64);
    const CheckReport report = check_by_hand(loss, x, by_hand);
    expect_only(report, "input 0", Mistake::unknown);
    EXPECT_EQ(report.message,
              "1 of 1 gradients by hand is wrong\n"
              "input 0 is wrong at element 1: by hand 0.97976, autograd 0.85476, numeric 0.85476 (error 0.066).\n"
              "  none of the known mistakes gives these numbers.\n");
}

TEST(CheckByHand, LongLinesGoOnBehindTwoBlanks)
{
    const std::string name = "the weights of the second of all layers";
    const CheckReport report = check_by_hand([](const Tensor& v) { return sum(exp(v)); },
                                             {{name, tensor({1}, {0.3}, f64)}}, {{name, tensor({1}, {2}, f64)}});
    EXPECT_EQ(
        report.message.find(
            "1 of 1 gradients by hand is wrong\n"
            "the weights of the second of all layers is wrong at element 0: by hand 2, autograd 1.34986, numeric\n"
            "  1.34986 (error 0.48).\n"),
        0u)
        << report.message;
}

TEST(CheckByHand, ALooseToleranceMakesNoLooseClaims)
{
    const Tensor x = numbers({3}, 1), near = tensor({3}, {0.1, 0, -0.1}, f64);
    const auto loss = [](const Tensor& v) { return sum(exp(v)); };
    EXPECT_TRUE(check_by_hand(loss, x, exp(x) + near, {.tolerance = 0.5}));
    expect_only(check_by_hand(loss, x, near - exp(x), {.tolerance = 0.5}), "input 0", Mistake::unknown);
    expect_only(check_by_hand(loss, x, -exp(x), {.tolerance = 1e-15}), "input 0", Mistake::sign_flipped);
}

TEST(CheckByHand, UnknownFactorIsNumbered)
{
    const Tensor x = numbers({3}, 1);
    const CheckReport report = check_by_hand([](const Tensor& v) { return sum(exp(v)); }, x, 1.75 * exp(x));
    expect_only(report, "input 0", Mistake::constant_factor);
    EXPECT_NE(report.message.find("it is 1.75 times the gradient"), std::string::npos) << report.message;
}

TEST(CheckByHand, ZeroGradient)
{
    const Tensor x = numbers({3}, 1);
    const auto loss = [](const Tensor& v) { return sum(exp(v)); };
    expect_only(check_by_hand(loss, x, zeros({3}, f64)), "input 0", Mistake::all_zero);
    const Tensor nan = tensor({3}, {0, std::nan(""), 0}, f64);
    const CheckReport report = check_by_hand(loss, x, nan);
    EXPECT_FALSE(report.passed);
    EXPECT_EQ(report.gradients[0].element, 1);
}

TEST(CheckByHand, SmallGradientsAreComparedWithTheirOwnSize)
{
    const Tensor x = numbers({3}, 1);
    const auto loss = [](const Tensor& v) { return 1e-9 * sum(exp(v)); };
    EXPECT_TRUE(check_by_hand(loss, x, 1e-9 * exp(x)));
    expect_only(check_by_hand(loss, x, -1e-9 * exp(x)), "input 0", Mistake::sign_flipped);
}

}  // namespace
}  // namespace xgrad
