// Update rules that PyTorch 1.13 lacks, by hand, and what is special of the others. tests/training compares the rest.
#include <xgrad/error.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/optim/layerwise.hpp>
#include <xgrad/optim/lbfgs.hpp>
#include <xgrad/optim/muon.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/signs.hpp>

#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/optim_testing.hpp"

using namespace xgrad;
using namespace optim_testing;

TEST(Lion, TakesTheSignOfAMixtureAndKeepsAnother)
{
    // g = (4, -2): sign(0.5 * 0 + 0.5 g) = (1, -1);  m = 0.75 * 0 + 0.25 g = (1, -0.5)
    const Parameter p = pair(2, 2);
    optim::Lion lion{{p}, {.lr = 0.5, .betas = {0.5, 0.75}}};
    give(p, 4, -2);
    lion.step();
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {1.5, 2.5}, f64));
    // g = (-0.5, 0.5): 0.5 m + 0.5 g = (0.25, 0): signs 1 and 0
    give(p, -0.5, 0.5);
    lion.step();
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {1, 2.5}, f64));
}

TEST(Lion, ShrinksTheParameter)
{
    // p = 4 (1 - 0.5 * 0.5) - 0.5 = 2.5
    const Parameter p = pair(4, 4);
    optim::Lion lion{{p}, {.lr = 0.5, .weight_decay = 0.5}};
    give(p, 1, 1);
    lion.step();
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {2.5, 2.5}, f64));
}

TEST(Lamb, StepsAreInProportionToTheParameter)
{
    // First step, eps 0: m / (1 - b1) = g, sqrt(v / (1 - b2)) = |g|, d = sign(g) = (1, -1) of length sqrt 2.
    // p = (3, 4) of length 5 moves by lr 5 / sqrt 2 against d.
    const Parameter p = pair(3, 4);
    optim::LAMB lamb{{p}, {.lr = 0.1, .eps = 0}};
    give(p, 7, -0.2);
    lamb.step();
    const double move = 0.1 * 5 / std::sqrt(2);
    EXPECT_TENSOR_NEAR(p.value(), tensor({2}, {3 - move, 4 + move}, f64), 1e-15);
}

TEST(Lamb, DecayJoinsTheDirectionAndAParameterOfZeroMovesByTheDirection)
{
    // d = sign(g) + 0.5 p = (1 + 1, 1 + 0) = (2, 1), |p| = 2, |d| = sqrt 5
    const Parameter p = pair(2, 0), zero = pair(0, 0);
    optim::LAMB lamb{{p, zero}, {.lr = 0.1, .eps = 0, .weight_decay = 0.5}};
    give(p, 1, 1);
    give(zero, 3, -3);
    lamb.step();
    EXPECT_TENSOR_NEAR(p.value(), tensor({2}, {2 - 0.1 * 2 / std::sqrt(5) * 2, -0.1 * 2 / std::sqrt(5)}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(zero.value(), tensor({2}, {-0.1, 0.1}, f64), 1e-15);
}

TEST(Lars, TheLocalRateIsTheRatioOfLengths)
{
    // |p| = 5, |g| = 10, r = 0.1 * 5 / (10 + 0.5 * 5) = 0.04;  v = 2 * 0.04 (g + 0.5 p) = 0.08 (7.5, 10) = (0.6, 0.8)
    const Parameter p = pair(3, 4);
    optim::LARS lars{{p}, {.lr = 2, .momentum = 0.5, .weight_decay = 0.5, .trust_coefficient = 0.1}};
    give(p, 6, 8);
    lars.step();
    EXPECT_TENSOR_NEAR(p.value(), tensor({2}, {2.4, 3.2}, f64), 1e-15);
    // |p| = 4, g = 0: r = 1, v = 0.5 (0.6, 0.8) + 2 (0.5 p) = (0.3, 0.4) + (2.4, 3.2)
    give(p, 0, 0);
    lars.step();
    EXPECT_TENSOR_NEAR(p.value(), tensor({2}, {-0.3, -0.4}, f64), 1e-15);
}

TEST(Muon, BringsSingularValuesNearOne)
{
    // A diagonal matrix stays diagonal, each singular value s goes through s = a s + b s^3 + c s^5, begun at s / |d|.
    const double a = 2, b = -1.5, c = 0.5, norm = 5;
    double s[2] = {3 / norm, 4 / norm};
    for (int i = 0; i < 3; ++i)
        for (double& x : s) x = a * x + b * x * x * x + c * x * x * x * x * x;
    const Parameter w(zeros({2, 2}, f64));
    w.set_grad(tensor({2, 2}, {3, 0, 0, 4}, f64));
    optim::Muon muon{{w}, {.lr = 1, .weight_decay = 0, .momentum = 0, .ns_coefficients = {a, b, c}, .ns_steps = 3}};
    muon.step();
    EXPECT_TENSOR_NEAR(w.value(), tensor({2, 2}, {-s[0], 0, 0, -s[1]}, f64), 1e-15);
    EXPECT_NEAR(s[0], 1, 0.05);
    EXPECT_NEAR(s[1], 1, 0.05);
}

TEST(Muon, ATallMatrixIsTransposedAndScaled)
{
    // original: sqrt(max(1, rows / columns)); a column vector has one singular value.
    const Parameter tall(ones({4, 1}, f64)), wide(ones({1, 4}, f64));
    optim::Muon muon{{tall, wide}, {.lr = 0.5, .weight_decay = 1, .momentum = 0, .ns_coefficients = {1, 0, 0}}};
    tall.set_grad(ones({4, 1}, f64));
    wide.set_grad(ones({1, 4}, f64));
    muon.step();  // 1 - 0.5 * 1 - 0.5 * scale * 1 / 2
    EXPECT_TENSOR_NEAR(tall.value(), full({4, 1}, 0.5 - 0.5 * 2 * 0.5, f64), 1e-15);
    EXPECT_TENSOR_NEAR(wide.value(), full({1, 4}, 0.5 - 0.5 * 0.5, f64), 1e-15);
}

TEST(Muon, NesterovMixesOnceMore)
{
    // m = 0.25 g;  d = 0.75 m + 0.25 g = 0.4375 g: another length, the same matrix once divided by it
    const Parameter p(zeros({1, 2}, f64)), q(zeros({1, 2}, f64));
    optim::Muon with{{p}, {.lr = 1, .momentum = 0.75}}, without{{q}, {.lr = 1, .momentum = 0.75, .nesterov = false}};
    for (const auto& grad : {tensor({1, 2}, {1, 0}, f64), tensor({1, 2}, {0, 1}, f64)}) {
        p.set_grad(grad);
        q.set_grad(grad);
        with.step();
        without.step();
    }
    // second step: m = (0.1875, 0.25);  d = 0.75 m + (0, 0.25) = (0.140625, 0.4375)
    const auto moved = [](const optim::Muon& o) { return o.state_dict()[4].second; };
    EXPECT_TENSOR_NEAR(moved(with), tensor({1, 2}, {0.140625, 0.4375}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(moved(without), tensor({1, 2}, {0.1875, 0.25}, f64), 1e-15);
}

TEST(Muon, RefusesWhatIsNoMatrix)
{
    EXPECT_THROW_TEXT((optim::Muon{{pair(1, 2, "bias")}}), ShapeError,
                      "Muon: parameter 'bias' f64 (2,) is no matrix.\n"
                      "  rule: the singular values of a matrix are what Muon works on.\n"
                      "  try:  give it to another optimizer, or store it as a matrix.");
}

TEST(Rprop, StepsGrowAndShrinkByTheSign)
{
    // d = (1, 1). g = (1, 1): p -= (1, 1). g = (2, -1): d = (2, 0.5), the second is forgotten: p -= (2, 0).
    // g = (1, -1): d = (4, 0.5): p -= (4, -0.5)
    const Parameter p = pair(0, 0);
    optim::Rprop rprop{{p}, {.lr = 1, .etas = {0.5, 2}}};
    give(p, 1, 1);
    rprop.step();
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {-1, -1}, f64));
    give(p, 2, -1);
    rprop.step();
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {-3, -1}, f64));
    give(p, 1, -1);
    rprop.step();
    EXPECT_TENSOR_EQ(p.value(), tensor({2}, {-7, -0.5}, f64));
}

TEST(Lbfgs, FindsTheMinimumOfAParabolaInTwoIterations)
{
    // f = (x - 1)^2 + 10 (y + 2)^2: exact for a quadratic function once the line search ends near the minimum.
    const Parameter p = pair(0, 0);
    optim::LBFGS lbfgs{{p}, {.max_iter = 20, .line_search_fn = optim::LineSearch::strong_wolfe}};
    const auto closure = [&] {
        p.zero_grad();
        Tape tape;
        const Tensor d = p.value() - tensor({2}, {1, -2}, f64), loss = sum(square(d) * tensor({2}, {1, 10}, f64));
        tape.backward(loss);
        return loss;
    };
    EXPECT_EQ(lbfgs.step(closure).item(), 41);
    EXPECT_TENSOR_NEAR(p.value(), tensor({2}, {1, -2}, f64), 1e-6);
    EXPECT_LT(lbfgs.evaluations(), 15);
}

TEST(Lbfgs, AThrowingClosureLeavesEverything)
{
    const Parameter p = number(3);
    optim::LBFGS lbfgs{{p}, {.lr = 0.5}};
    int calls = 0;
    const auto failing = [&] {
        if (++calls == 3) throw std::runtime_error("stop");
        return parabola({p});
    };
    EXPECT_THROW(lbfgs.step(failing), std::runtime_error);
    EXPECT_EQ(p.value().item(), 3);
    EXPECT_EQ(lbfgs.iterations(), 0);
    lbfgs.step([&] { return parabola({p}); });
    EXPECT_NEAR(p.value().item(), 0, 1e-4);
}

TEST(Lbfgs, NeedsAClosureOneDtypeAndNoPenalty)
{
    const Parameter p = number(3), q(ones({1}, f32), "q");
    optim::LBFGS lbfgs{{p}};
    parabola({p});
    EXPECT_THROW_TEXT(lbfgs.step(), std::logic_error,
                      "LBFGS::step: there is no closure.\n  rule: the line is searched by computing the loss anew.\n"
                      "  try:  call step(closure).");
    EXPECT_THROW((optim::LBFGS{{p, q}}), DtypeError);
    EXPECT_THROW((optim::LBFGS{{p}, {.weight_decay = 0.1}}), std::invalid_argument);
}
