// The numeric examples of lectures, with the right numbers. S0 to S4 as in curriculum_derivations_test.cpp.
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/models.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/scalar_math.hpp>
#include <xgrad/tape.hpp>

#include <cmath>

#include "tests/expect_tensor.hpp"

namespace xgrad {
namespace {

Tensor f64s(std::initializer_list<double> values)
{
    return tensor({static_cast<std::int64_t>(values.size())}, values, f64);
}

// N1 (S1:553-627). q = x + y = 3, f = q z = -12; df/dq = z = -4, df/dz = q = 3 (S1:618 repeats z = -4
// for it), df/dx = df/dy = -4.
TEST(Numbers, SumTimesZ)
{
    Tape tape;
    const Scalar x = tape.variable(-2), y = tape.variable(5), z = tape.variable(-4), q = x + y, f = q * z;
    tape.backward(f);
    EXPECT_EQ(f.value(), -12);
    EXPECT_EQ(z.grad(), 3);
    EXPECT_EQ(x.grad(), -4);
    EXPECT_EQ(y.grad(), -4);
}

// N2 (S1:685-705). a = w x = 2, b = v y = 12, h = a + b = 14, c = u h = 28, dL/dc = 3: dL/du = 3 h = 42, dL/dh = 3 u = 6,
// dL/dw = 6 x = 12, dL/dx = 6 w = 6, dL/dv = 6 y = 24, dL/dy = 6 v = 18.
TEST(Numbers, StagedNode)
{
    Tape tape;
    const Scalar w = tape.variable(1), x = tape.variable(2), v = tape.variable(3), y = tape.variable(4);
    const Scalar u = tape.variable(2), a = w * x, b = v * y, h = a + b, c = u * h;
    tape.backward(3 * c);
    EXPECT_EQ(c.value(), 28);
    EXPECT_EQ(u.grad(), 42);
    EXPECT_EQ(w.grad(), 12);
    EXPECT_EQ(x.grad(), 6);
    EXPECT_EQ(v.grad(), 24);
    EXPECT_EQ(y.grad(), 18);
}

// N3 (S1:707-710). d exp(1/x) / dx = -exp(1/x) / x^2; the second derivative exp(1/x) (1 + 2 x) / x^4 at 2 is 0.515225.
TEST(Numbers, ExponentialOfTheReciprocal)
{
    const double points[][3] = {
        {1, 2.718281828, -2.718281828}, {2, 1.648721271, -0.412180318}, {0.5, 7.389056, -29.556224}};
    for (const auto& [at, value, derivative] : points) {
        Tape tape;
        const Scalar x = tape.variable(at), f = exp(1 / x);
        tape.backward(f);
        EXPECT_NEAR(f.value(), value, 1e-6);
        EXPECT_NEAR(x.grad(), derivative, 1e-6);
    }
    Tape tape;
    const Tensor x = tape.variable(tensor(2.0, f64));
    const Tensor first = tape.grad(exp(1 / x), {x}, {.create_graph = true})[0];
    tape.backward(first);
    EXPECT_NEAR(x.grad().item(), 0.515225, 1e-6);
}

// N4 (S1:510). The slide prints 0.006 and 0.17 for 0.0006 and 0.017; its numbers add up to 1.163.
TEST(Numbers, SoftmaxOfFiveScores)
{
    const Tensor o = f64s({0.6, -1, 5, 8, 4});
    EXPECT_TENSOR_NEAR(softmax(o, 0), f64s({0.000572, 0.000115, 0.046581, 0.935596, 0.017136}), 5e-7);
    EXPECT_TENSOR_NEAR(-log_softmax(o, 0), f64s({7.466571, 9.066571, 3.066571, 0.066571, 4.066571}), 5e-7);
}

// N5 (S1:482-486). (3, 1, -2) - (0, 1, 0): 9 + 0 + 4 = 13, gradient 2 (f - y) = (6, 0, -4). S1:743 gives f - y for it, which
// is the gradient of half of it, 6.5, as S0:245 and S4:123 have it. S1:497 adds up over samples as over outputs.
TEST(Numbers, SquaredLoss)
{
    for (const bool half : {false, true}) {
        Tape tape;
        const Tensor f = tape.variable(f64s({3, 1, -2}));
        const Tensor loss = mse_loss(f, f64s({0, 1, 0}), {.half = half, .reduction = Reduction::sum});
        tape.backward(loss);
        EXPECT_EQ(loss.item(), half ? 6.5 : 13);
        EXPECT_TENSOR_EQ(f.grad(), half ? f64s({3, 0, -2}) : f64s({6, 0, -4}));
    }
}

// N6 (S0:318-369). y1 = s(0.5 x + 1), y2 = s(w x + 0.5) with w = 1, u = 0.5 y1 + 0.5 y2 + 0.25, z = s(u), E = (z - 1)^2 / 2.
// The exercise puts z = 0.9, which no x gives: u is between 0.25 and 1.25. With it: dE/du = -0.1 * 0.09 = -0.009.
TEST(Numbers, ExerciseOfTwoHiddenUnits)
{
    const double cases[][6] = {// x, y1, y2, z, dE/dw, dE/dw with z = 0.9
                               {1, 0.8175744762, 0.8175744762, 0.7441353747, -0.003632916153, -0.000671159034},
                               {2, 0.8807970780, 0.9241418200, 0.7599616828, -0.003069685518, -0.000630933449}};
    for (const auto& [at, y1_wanted, y2_wanted, z_wanted, true_gradient, exercise] : cases) {
        Tape tape;
        const Scalar w = tape.variable(1.0), y1 = sigmoid(Scalar(0.5 * at + 1)), y2 = sigmoid(w * at + 0.5);
        const Scalar u = 0.5 * y1 + 0.5 * y2 + 0.25, z = sigmoid(u), error = 0.5 * (z - 1) * (z - 1);
        tape.backward(error);
        EXPECT_NEAR(y1.value(), y1_wanted, 1e-10);
        EXPECT_NEAR(y2.value(), y2_wanted, 1e-10);
        EXPECT_NEAR(z.value(), z_wanted, 1e-10);
        EXPECT_NEAR(w.grad(), true_gradient, 1e-12);
        EXPECT_NEAR(-0.009 * 0.5 * y2.value() * (1 - y2.value()) * at, exercise, 1e-12);
    }
    const auto s = [](double v) { return 1 / (1 + std::exp(-v)); };
    EXPECT_NEAR(s(0.25), 0.5622, 5e-5);
    EXPECT_NEAR(s(1.25), 0.7773, 5e-5);
}

// N7 (S1:223-237). sign(4 h1 + 2 h2 + 7) with h of -1 or 1: at least 7 - 4 - 2 = 1, so the classifier is constant.
TEST(Numbers, AClassifierThatSaysOneOnly)
{
    for (double x1 = -3; x1 <= 3; x1 += 0.5)
        for (double x2 = -3; x2 <= 3; x2 += 0.5) {
            const Tensor h1 = sign(tensor(3 * x1 + 5 * x2, f64)), h2 = sign(tensor(6 + 3 * x2, f64));
            EXPECT_GE((4 * h1 + 2 * h2 + 7).item(), 1);
        }
}

// N8 (S1:455-462): a1 = W1 x + b1, h1 = sign(a1), a2 = W2 h1 + b2, h2 = sign(a2), a3 = w3 h2 + b3. For all 8 patterns of h1 a3
// is 8 or 14: this classifier is constant, too.
TEST(Numbers, ThreeLayersOfSigns)
{
    const Tensor w1 = tensor({3, 2}, {3, 4, 1, 2, 9, 7}, f64), b1 = f64s({5, 8, 6});
    const Tensor w2 = tensor({2, 3}, {3, 4, 1, 5, 2, 7}, f64), b2 = f64s({9, 1}), w3 = f64s({5, 3});
    const auto outputs = [&](const Tensor& h1) { return matmul(w2, h1) + b2; };
    const auto last = [&](const Tensor& a2) { return (matmul(w3, sign(a2)) + 6).item(); };
    const Tensor first = matmul(w1, f64s({1, 1})) + b1, second = matmul(w1, f64s({-3, 0})) + b1;
    EXPECT_TENSOR_EQ(first, f64s({12, 11, 22}));
    EXPECT_TENSOR_EQ(outputs(sign(first)), f64s({17, 15}));
    EXPECT_EQ(last(outputs(sign(first))), 14);
    EXPECT_TENSOR_EQ(second, f64s({-4, 5, -21}));
    EXPECT_TENSOR_EQ(outputs(sign(second)), f64s({9, -9}));
    EXPECT_EQ(last(outputs(sign(second))), 8);
    for (int pattern = 0; pattern < 8; ++pattern) {
        const auto bit = [&](int i) { return pattern >> i & 1 ? 1.0 : -1.0; };
        const double a3 = last(outputs(f64s({bit(0), bit(1), bit(2)})));
        EXPECT_TRUE(a3 == 8 || a3 == 14) << a3;
    }
}

// N9 (S2:88-90). 3 inputs, 3 hidden units, 1 output: Theta 3 x 4 and 1 x 4.
TEST(Numbers, SixteenParameters) { EXPECT_EQ(nn::parameter_count(nn::MLP({3, 3, 1})), 16); }

// N10 (S3:388-412). All weights 0: every sigmoid gives 1/2, whatever x is, and the gradients of hidden units are equal. (S3:404
// and 408 have z[2] = W[2] x and z[3] = W[3] x for W[2] a[1] and W[3] a[2].)
TEST(Numbers, ZeroStartIsSymmetric)
{
    nn::MLP model({3, 4, 4, 1}, {.activation = nn::MlpActivation::sigmoid});
    for (ParameterRef p : nn::parameters(model)) p.set_value(zeros(p.sizes()));
    for (const double scale : {-2.0, 0.5, 3.0}) {
        Tape tape;
        for (ParameterRef p : nn::parameters(model)) p.zero_grad();
        const Tensor x = full({1, 3}, scale);
        const Tensor hidden = sigmoid(model.layers[0](x)), out = sigmoid(model(x));
        EXPECT_TENSOR_EQ(hidden, full({1, 4}, 0.5));
        EXPECT_TENSOR_EQ(out, full({1, 1}, 0.5));
        tape.backward(sum(square(out - 1)));
        for (const nn::Linear& layer : model.layers) {
            const Tensor first = narrow(layer.weight.grad(), 0, 0, 1);
            EXPECT_TENSOR_EQ(layer.weight.grad() - first, zeros(layer.weight.sizes()));
        }
    }
}

// N16 (S1:861). The standard deviation for ReLU is sqrt(2 / n); the slide's randn(n) 2 / sqrt(n) is sqrt 2 times that.
TEST(Numbers, HeDeviationOfAHundredInputs)
{
    Generator generator(1);
    const Tensor w = nn::init::kaiming_normal({2000, 100}, {.dtype = f64, .generator = generator});
    EXPECT_NEAR(std::sqrt(mean(square(w)).item()), 0.141421, 0.141421 * 5 / std::sqrt(2 * 200000.0));
    EXPECT_NEAR(0.2 / 0.141421, std::sqrt(2.0), 1e-5);
}

// S1:747: cross entropy of an output that is a softmax already. dL/do = softmax(o) - y holds for raw scores alone.
TEST(Numbers, SoftmaxTwiceIsAnotherGradient)
{
    Tape tape;
    const Tensor o = tape.variable(tensor({1, 3}, {0.5, -1, 2}, f64)), label = tensor({1}, {2}, i64);
    const Tensor once = tape.grad(cross_entropy(o, label), {o})[0];
    EXPECT_TENSOR_NEAR(once, softmax(o, 1) - tensor({1, 3}, {0, 0, 1}, f64), 1e-15);
    const Tensor twice = tape.grad(cross_entropy(softmax(o, 1), label), {o})[0];
    EXPECT_GT(max(abs(twice - once)).item(), 0.05);
}

}  // namespace
}  // namespace xgrad
