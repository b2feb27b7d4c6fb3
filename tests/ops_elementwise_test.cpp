#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/weighted_gradient.hpp"

namespace xgrad {
namespace {

using testing::gradient;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

const Tensor kMatrix = tensor({2, 3}, {1, 2, 3, 4, 5, 6}, f64);
const Tensor kRow = tensor({3}, {10, 20, 30}, f64), kColumn = tensor({2, 1}, {100, 200}, f64);

// ---- values ---------------------------------------------------------------------------------------------------------

TEST(Elementwise, BroadcastsAlignedAtTheLastAxis)
{
    EXPECT_TENSOR_EQ(kMatrix + kRow, tensor({2, 3}, {11, 22, 33, 14, 25, 36}, f64));
    EXPECT_TENSOR_EQ(kRow - kMatrix, tensor({2, 3}, {9, 18, 27, 6, 15, 24}, f64));
    EXPECT_TENSOR_EQ(kColumn + kRow, tensor({2, 3}, {110, 120, 130, 210, 220, 230}, f64));
    EXPECT_TENSOR_EQ(kColumn * tensor(2, f64), tensor({2, 1}, {200, 400}, f64));
    EXPECT_TENSOR_EQ(tensor({1, 1, 1}, {2}, f64) * kRow, tensor({1, 1, 3}, {20, 40, 60}, f64));
}

TEST(Elementwise, ReadsViewsThroughTheirStrides)
{
    const Tensor square = tensor({2, 2}, {1, 2, 3, 4}, f64);
    EXPECT_TENSOR_EQ(square + transpose(square), tensor({2, 2}, {2, 5, 5, 8}, f64));
    EXPECT_TENSOR_EQ(neg(transpose(kMatrix)), tensor({3, 2}, {-1, -4, -2, -5, -3, -6}, f64));
    EXPECT_TENSOR_EQ(slice(kRow, 0, 0, kToEnd, 2) * 2.0, tensor({2}, {20, 60}, f64));
    EXPECT_TENSOR_EQ(exp(expand(tensor({1}, {0}, f64), {3})), ones({3}, f64));
    EXPECT_TENSOR_EQ(expand(kRow, {2, 3}) / kMatrix, tensor({2, 3}, {10, 10, 10, 2.5, 4, 5}, f64));
    EXPECT_TENSOR_EQ(transpose(kMatrix) > 2.5, tensor({3, 2}, {0, 1, 0, 1, 1, 1}, boolean));
    EXPECT_TENSOR_EQ(to(transpose(kMatrix), i64), tensor({3, 2}, {1, 4, 2, 5, 3, 6}, i64));
}

TEST(Elementwise, OfEmptyTensorsAreEmpty)
{
    EXPECT_TENSOR_EQ(zeros({0, 3}) + ones({3}), zeros({0, 3}));
    EXPECT_TENSOR_EQ(exp(zeros({2, 0})), zeros({2, 0}));
    EXPECT_TENSOR_EQ(zeros({0, 1}) * ones({1, 3}), zeros({0, 3}));
    EXPECT_THROW(zeros({0}) + ones({2}), ShapeError);
}

TEST(Elementwise, AboveTheGrainOfThreads)
{
    const Tensor x = full({100, 1000}, 3, f32);
    EXPECT_EQ(sum(x * x).item(), 900000);
    EXPECT_EQ(sum(x + ones({1000})).item(), 400000);
    EXPECT_EQ(sum(sqrt(transpose(x + 6.0))).item(), 300000);
}

TEST(Elementwise, ErrorNamesBothShapes)
{
    EXPECT_THROW_TEXT(kMatrix + zeros({2}, f64), ShapeError,
                      "add: shapes (2, 3) and (2,) do not fit.\n"
                      "  rule: aligned at the last axis, sizes must be equal or 1; here 3 meets 2.\n"
                      "  try:  reshape one operand so that the differing axis has size 1.");
    EXPECT_THROW(where(kMatrix > 1.0, kMatrix, zeros({2, 4}, f64)), ShapeError);
}

// ---- dtypes ---------------------------------------------------------------------------------------------------------

TEST(Elementwise, DtypesPromote)
{
    EXPECT_EQ((tensor({1}, {1}, f32) + tensor({1}, {1}, f64)).dtype(), f64);
    EXPECT_EQ((tensor({1}, {1}, i64) + tensor({1}, {1}, f32)).dtype(), f32);
    EXPECT_EQ((tensor({1}, {1}, boolean) + tensor({1}, {1}, i64)).dtype(), i64);
    EXPECT_TENSOR_EQ(tensor({2}, {7, 1}, i64) / tensor({2}, {2, 2}, i64), tensor({2}, {3.5, 0.5}, f32));
    EXPECT_TENSOR_EQ(exp(tensor({1}, {0}, i64)), tensor({1}, {1}, f32));
}

TEST(Elementwise, ANumberTakesTheDtypeOfTheTensorBesideIt)
{
    EXPECT_TENSOR_EQ(tensor({1}, {1}, f32) * 2.5, tensor({1}, {2.5}, f32));
    EXPECT_TENSOR_EQ(2.0 - tensor({1}, {1.5}, f64), tensor({1}, {0.5}, f64));
    EXPECT_TENSOR_EQ(tensor({1}, {3}, i64) * 2, tensor({1}, {6}, i64));
    EXPECT_TENSOR_EQ(tensor({1}, {3}, i64) * 2.5, tensor({1}, {7.5}, f32));
    EXPECT_TENSOR_EQ(tensor({1}, {1}, boolean) + 1, tensor({1}, {2}, i64));
}

TEST(Elementwise, IntegersStayIntegersWhereTheyCan)
{
    const Tensor x = tensor({3}, {-2, 0, 3}, i64);
    EXPECT_TENSOR_EQ(abs(x), tensor({3}, {2, 0, 3}, i64));
    EXPECT_TENSOR_EQ(relu(x), tensor({3}, {0, 0, 3}, i64));
    EXPECT_TENSOR_EQ(-x, tensor({3}, {2, 0, -3}, i64));
    EXPECT_TENSOR_EQ(square(x), tensor({3}, {4, 0, 9}, i64));
    EXPECT_TENSOR_EQ(maximum(x, 1), tensor({3}, {1, 1, 3}, i64));
}

TEST(Elementwise, ArithmeticOfTwoBooleansIsRefused)
{
    const Tensor yes = tensor({1}, {1}, boolean);
    EXPECT_THROW_TEXT(yes + yes, DtypeError,
                      "add: operands bool (1,) and bool (1,).\n  rule: add has no meaning for bool.\n"
                      "  try:  convert one operand first: to(x, f32) or to(x, i64).");
}

TEST(Elementwise, GradientsHaveTheDtypeOfTheirInput)
{
    Tape tape;
    const Tensor a = tape.variable(tensor({2}, {1, 2}, f32)), b = tape.variable(tensor({2}, {3, 4}, f64));
    tape.backward(sum(a * b));
    EXPECT_TENSOR_EQ(a.grad(), tensor({2}, {3, 4}, f32));
    EXPECT_TENSOR_EQ(b.grad(), tensor({2}, {1, 2}, f64));
}

// ---- gradients ------------------------------------------------------------------------------------------------------

TEST(Mul, GradientOfABroadcastRowIsSummedOverRows)
{
    // L = sum w_ij a_ij r_j: dr_j = w_0j a_0j + w_1j a_1j with w = 1..6: (1 + 16, 4 + 25, 9 + 36)
    EXPECT_TENSOR_EQ(gradient([](const Tensor& r) { return kMatrix * r; }, kRow), tensor({3}, {17, 29, 45}, f64));
    // dc_i = sum_j w_ij a_ij: 1 + 4 + 9 and 16 + 25 + 36
    EXPECT_TENSOR_EQ(gradient([](const Tensor& c) { return c * kMatrix; }, kColumn), tensor({2, 1}, {14, 77}, f64));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& s) { return kMatrix * s; }, tensor(1, f64)), tensor(91, f64));
}

TEST(Mul, GradientOfTheLargeOperandReadsTheBroadcastOne)
{
    // da_ij = w_ij r_j, and w_ij c_i
    EXPECT_TENSOR_EQ(gradient([](const Tensor& a) { return a * kRow; }, kMatrix),
                     tensor({2, 3}, {10, 40, 90, 40, 100, 180}, f64));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& a) { return kColumn * a; }, kMatrix),
                     tensor({2, 3}, {100, 200, 300, 800, 1000, 1200}, f64));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& a) { return a * 3.0; }, kRow), tensor({3}, {3, 6, 9}, f64));
}

TEST(Mul, GradientOfATransposedOperandIsTransposedBack)
{
    // y_ij = a_ji b_ij with a (2, 2): da_ji = w_ij b_ij; b = 1 2 / 3 4, w = 1 2 / 3 4: (1, 9 / 4, 16)
    const Tensor b = tensor({2, 2}, {1, 2, 3, 4}, f64);
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& a) { return transpose(a) * b; }, b),
                     tensor({2, 2}, {1, 9, 4, 16}, f64));
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& a) { return a * transpose(b); }, b),
                     tensor({2, 2}, {1, 6, 6, 16}, f64));
}

TEST(Mul, TheSameOperandTwice)
{
    EXPECT_TENSOR_EQ(gradient([](const Tensor& x) { return x * x; }, kRow), tensor({3}, {20, 80, 180}, f64));
}

TEST(Sub, GradientOfTheRightOperandIsNegative)
{
    EXPECT_TENSOR_EQ(gradient([](const Tensor& x) { return 1.0 - x; }, kRow), tensor({3}, {-1, -2, -3}, f64));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& r) { return kMatrix - r; }, kRow), tensor({3}, {-5, -7, -9}, f64));
}

TEST(Div, Gradients)
{
    // y = a / b at a = 6, b = 2: da = 1/2, db = -a / b^2 = -3/2
    EXPECT_TENSOR_EQ(gradient([](const Tensor& a) { return a / 2.0; }, tensor({1}, {6}, f64)), tensor({1}, {0.5}, f64));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& b) { return 6.0 / b; }, tensor({1}, {2}, f64)),
                     tensor({1}, {-1.5}, f64));
}

TEST(Pow, GradientsAndTheirValuesAtZero)
{
    // d a^3 / da at 2 = 12; d 2^b / db at 3 = 8 log 2; a^0 is flat in a, 0^b is flat in b >= 0
    EXPECT_TENSOR_NEAR(gradient([](const Tensor& a) { return pow(a, 3.0); }, tensor({1}, {2}, f64)),
                       tensor({1}, {12}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(gradient([](const Tensor& b) { return pow(2.0, b); }, tensor({1}, {3}, f64)),
                       tensor({1}, {8 * std::log(2.0)}, f64), 1e-15);
    EXPECT_TENSOR_EQ(gradient([](const Tensor& a) { return pow(a, 0.0); }, tensor({1}, {0}, f64)), zeros({1}, f64));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& b) { return pow(0.0, b); }, tensor({2}, {0, 2}, f64)), zeros({2}, f64));
}

TEST(Maximum, NanWinsAndTiesShareTheGradient)
{
    const Tensor a = tensor({4}, {1, 5, 3, kNan}, f64), b = tensor({4}, {2, 4, 3, 0}, f64);
    EXPECT_TENSOR_EQ(maximum(a, b), tensor({4}, {2, 5, 3, kNan}, f64));
    EXPECT_TENSOR_EQ(minimum(b, a), tensor({4}, {1, 4, 3, kNan}, f64));
    const Tensor c = slice(a, 0, 0, 3), d = slice(b, 0, 0, 3);
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& x) { return maximum(x, d); }, c), tensor({3}, {0, 2, 1.5}, f64));
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& x) { return minimum(d, x); }, c), tensor({3}, {1, 0, 1.5}, f64));
}

TEST(Relu, DerivativeAtZeroIsZeroAndNanStays)
{
    const Tensor x = tensor({4}, {-1, 0, 2, kNan}, f64);
    EXPECT_TENSOR_EQ(relu(x), tensor({4}, {0, 0, 2, kNan}, f64));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& v) { return relu(v); }, slice(x, 0, 0, 3)), tensor({3}, {0, 0, 3}, f64));
}

TEST(Abs, DerivativeAtZeroIsZero)
{
    EXPECT_TENSOR_EQ(gradient([](const Tensor& x) { return abs(x); }, tensor({3}, {-2, 0, 2}, f64)),
                     tensor({3}, {-1, 0, 3}, f64));
}

TEST(Sigmoid, GradientAtZeroIsOneQuarter)
{
    EXPECT_TENSOR_EQ(gradient([](const Tensor& x) { return sigmoid(x); }, tensor({1}, {0}, f64)),
                     tensor({1}, {0.25}, f64));
    EXPECT_TENSOR_EQ(sigmoid(tensor({2}, {-kInf, kInf}, f64)), tensor({2}, {0, 1}, f64));
}

TEST(Unary, GradientsAtPointsWhereTheyAreKnown)
{
    const auto at = [](double x) { return tensor({1}, {x}, f64); };
    EXPECT_TENSOR_EQ(gradient([](const Tensor& x) { return exp(x); }, at(0)), at(1));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& x) { return log(x); }, at(4)), at(0.25));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& x) { return sqrt(x); }, at(4)), at(0.25));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& x) { return tanh(x); }, at(0)), at(1));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& x) { return sin(x); }, at(0)), at(1));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& x) { return cos(x); }, at(0)), at(0));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& x) { return square(x); }, at(3)), at(6));
    EXPECT_TENSOR_EQ(gradient([](const Tensor& x) { return reciprocal(x); }, at(2)), at(-0.25));
}

TEST(Unary, GradientThroughAViewReadsItsStrides)
{
    // y = exp(x^T) where x = log(1 2 / 3 4): dx_ij = w_ji exp(x_ij) = (1 * 1, 3 * 2 / 2 * 3, 4 * 4)
    const Tensor x = log(tensor({2, 2}, {1, 2, 3, 4}, f64));
    EXPECT_TENSOR_NEAR(
        gradient([](const Tensor& v) { return square(transpose(v)); }, tensor({2, 2}, {1, 2, 3, 4}, f64)),
        tensor({2, 2}, {2, 12, 12, 32}, f64), 0);
    EXPECT_TENSOR_NEAR(gradient([](const Tensor& v) { return exp(transpose(v)); }, x),
                       tensor({2, 2}, {1, 6, 6, 16}, f64), 1e-15);
}

TEST(Elementwise, SecondDerivativeOfACube)
{
    // y = x^3 written as x x x: y' = 3 x^2, y'' = 6 x. A gradient added up in place would give 2 x.
    Tape tape;
    const Tensor x = tape.variable(tensor({2}, {3, -1}, f64));
    const Tensor g = tape.grad(sum(x * x * x), {x}, {.create_graph = true})[0];
    EXPECT_TENSOR_EQ(g, tensor({2}, {27, 3}, f64));
    EXPECT_TENSOR_EQ(tape.grad(sum(g), {x})[0], tensor({2}, {18, -6}, f64));
}

TEST(Elementwise, AdjointsThatSomebodyHoldsAreNotOverwritten)
{
    // z = exp(2 x) at 0, seed 3: dz/dy = 3 with y = 2 x, dz/dx = 6. The seed and the kept adjoint stay as they are.
    Tape tape;
    const Tensor x = tape.variable(tensor({2}, {0, 0}, f64)), seed = tensor({2}, {3, 3}, f64);
    const Tensor y = x * 2.0;
    retain_grad(y);
    const Tensor z = exp(y);
    tape.backward(z, seed, {.retain = true});
    EXPECT_TENSOR_EQ(seed, full({2}, 3, f64));
    EXPECT_TENSOR_EQ(y.grad(), full({2}, 3, f64));
    EXPECT_TENSOR_EQ(x.grad(), full({2}, 6, f64));
    const Tensor first = x.grad();
    tape.backward(z, seed);
    EXPECT_TENSOR_EQ(first, full({2}, 6, f64));
    EXPECT_TENSOR_EQ(x.grad(), full({2}, 12, f64));
}

TEST(Elementwise, OneAdjointForTwoOperandsReachesBoth)
{
    // L = sum 5 (exp(a) + exp(b)) at 0: both operands get the same adjoint, and each changes it by its own derivative.
    Tape tape;
    const Tensor a = tape.variable(zeros({2}, f64)), b = tape.variable(tensor({2}, {std::log(2.0), 0}, f64));
    tape.backward(sum((exp(a) + exp(b)) * 5.0));
    EXPECT_TENSOR_EQ(a.grad(), full({2}, 5, f64));
    EXPECT_TENSOR_NEAR(b.grad(), tensor({2}, {10, 5}, f64), 1e-15);
}

TEST(Where, GradientsGoToTheChosenSide)
{
    const Tensor c = tensor({3}, {1, 0, 1}, boolean);
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& a) { return where(c, a, 7.0); }, kRow), tensor({3}, {1, 0, 3}, f64));
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& b) { return where(c, kRow, b); }, kRow), tensor({3}, {0, 2, 0}, f64));
    // A broadcast side gets the sum: where c holds, weights 1 and 3.
    EXPECT_TENSOR_EQ(gradient([&](const Tensor& a) { return where(c, a, kRow); }, tensor(0, f64)), tensor(4, f64));
    EXPECT_THROW_TEXT(where(kRow, kRow, kRow), DtypeError,
                      "where: a condition f64 (3,).\n  rule: the condition is bool.\n"
                      "  try:  compare first, for example where(x > 0, a, b).");
}

TEST(Compare, WithNanIsFalseButForNe)
{
    const Tensor x = tensor({2}, {kNan, 1}, f64);
    EXPECT_TENSOR_EQ(x == x, tensor({2}, {0, 1}, boolean));
    EXPECT_TENSOR_EQ(x != x, tensor({2}, {1, 0}, boolean));
    EXPECT_TENSOR_EQ(x <= 1.0, tensor({2}, {0, 1}, boolean));
    EXPECT_TENSOR_EQ(tensor({2}, {1, 0}, boolean) == tensor({2}, {1, 1}, boolean), tensor({2}, {1, 0}, boolean));
    EXPECT_TENSOR_EQ(kRow > kColumn / 10.0, tensor({2, 3}, {0, 1, 1, 0, 0, 1}, boolean));
}

TEST(To, GradientComesBackInTheInputsDtype)
{
    Tape tape;
    const Tensor x = tape.variable(tensor({2}, {1, 2}, f32));
    tape.backward(sum(to(x, f64) * tensor({2}, {3, 4}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2}, {3, 4}, f32));
    EXPECT_TENSOR_EQ(to(tensor({2}, {-1.7, 1.7}), i64), tensor({2}, {-1, 1}, i64));
    EXPECT_TENSOR_EQ(to(tensor({3}, {0, 0.5, kNan}), boolean), tensor({3}, {0, 1, 1}, boolean));
}

}  // namespace
}  // namespace xgrad
