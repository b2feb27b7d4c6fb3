#include <xgrad/error.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/threads.hpp>

#include <algorithm>
#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

using namespace xgrad;

namespace {

double variance(const Tensor& x) { return mean(square(x - mean(x))).item(); }
double largest(const Tensor& x) { return max(abs(x)).item(); }

TEST(Init, GainsArePyTorchs)
{
    using nn::init::Nonlinearity;
    EXPECT_EQ(nn::init::calculate_gain(Nonlinearity::linear), 1);
    EXPECT_EQ(nn::init::calculate_gain(Nonlinearity::tanh), 5.0 / 3);
    EXPECT_EQ(nn::init::calculate_gain(Nonlinearity::relu), std::sqrt(2.0));
    EXPECT_EQ(nn::init::calculate_gain(Nonlinearity::leaky_relu, 1), 1);
    EXPECT_EQ(nn::init::calculate_gain(Nonlinearity::selu), 0.75);
}

TEST(Init, OptionsChangeTheVarianceAsTheFormulasSay)
{
    // (300, 100): fan_out 300: sqrt(6 / 300); gain 5/3: 5/3 sqrt(6 / 400); LeCun sqrt(3 / 100)
    EXPECT_NEAR(largest(nn::init::kaiming_uniform({300, 100}, {.mode = nn::init::FanMode::out})), std::sqrt(0.02),
                1e-4);
    EXPECT_NEAR(largest(nn::init::xavier_uniform({300, 100}, {.gain = 5.0 / 3})), 5.0 / 3 * std::sqrt(0.015), 1e-4);
    EXPECT_NEAR(largest(nn::init::lecun_uniform({300, 100})), std::sqrt(0.03), 1e-4);
    EXPECT_NEAR(variance(nn::init::lecun_normal({300, 100}, {.dtype = f64})), 0.01, 5 * 0.01 * std::sqrt(2.0 / 30000));
    EXPECT_NEAR(variance(nn::init::kaiming_normal({300, 100}, {.nonlinearity = nn::init::Nonlinearity::linear})), 0.01,
                5 * 0.01 * std::sqrt(2.0 / 30000));
}

TEST(Init, TruncatedNormalStaysInsideItsBounds)
{
    const Tensor x = nn::init::trunc_normal({100000}, {.stddev = 2, .lo = -1, .hi = 3, .dtype = f64});
    EXPECT_GE(min(x).item(), -1);
    EXPECT_LE(max(x).item(), 3);
    // mean of N(0, 4) in (-1, 3): 2 (phi(-0.5) - phi(1.5)) / (Phi(1.5) - Phi(-0.5)) = 2 * 0.222548 / 0.624655
    EXPECT_NEAR(mean(x).item(), 0.712547, 0.02);
    EXPECT_THROW(nn::init::trunc_normal({2}, {.lo = 1, .hi = 1}), ShapeError);
}

TEST(Init, OrthogonalHasOrthonormalRowsOrColumns)
{
    const Tensor wide = nn::init::orthogonal({3, 2, 4}, {.gain = 2, .dtype = f64});  // 3 rows of 8
    EXPECT_EQ(wide.sizes(), (Sizes{3, 2, 4}));
    const Tensor rows = reshape(wide, {3, 8});
    EXPECT_TENSOR_NEAR(matmul(rows, transpose(rows)), 4.0 * xgrad::eye(3, f64), 1e-14);
    const Tensor tall = nn::init::orthogonal({5, 2}, {.dtype = f64});
    EXPECT_TENSOR_NEAR(matmul(transpose(tall), tall), xgrad::eye(2, f64), 1e-14);
}

TEST(Init, SparseHasItsZerosInEveryColumn)
{
    const Tensor x = nn::init::sparse({10, 6}, 0.25, 1);  // ceil(2.5) = 3
    EXPECT_TENSOR_EQ(sum(to(eq(x, 0), f64), 0), full({6}, 3, f64));
    EXPECT_THROW(nn::init::sparse({10}, 0.5), ShapeError);
    EXPECT_THROW(nn::init::sparse({10, 2}, 1.5), ShapeError);
}

TEST(Init, DiracPassesChannelsOn)
{
    // groups of 2 outputs: output 0 sees input 0 and output 1 input 1; the same in the second group
    const Tensor w = nn::init::dirac({4, 2, 3}, 2);
    EXPECT_TENSOR_EQ(w, tensor({4, 2, 3}, {0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}));
    EXPECT_THROW(nn::init::dirac({4, 2}), ShapeError);
}

TEST(Init, EyeAndConstant)
{
    EXPECT_TENSOR_EQ(nn::init::eye({2, 3}), tensor({2, 3}, {1, 0, 0, 0, 1, 0}));
    EXPECT_TENSOR_EQ(nn::init::constant({2}, 0.1, f64), tensor({2}, {0.1, 0.1}, f64));
}

TEST(Init, NumbersDoNotDependOnThreads)
{
    const int before = num_threads();
    set_num_threads(1);
    Generator one(9), other(9);
    const Tensor alone = nn::init::kaiming_normal({300, 300}, {.generator = one});
    set_num_threads(2);
    EXPECT_TENSOR_EQ(nn::init::kaiming_normal({300, 300}, {.generator = other}), alone);
    set_num_threads(before);
}

TEST(Init, DescribesItsFormulas)
{
    EXPECT_EQ(nn::init::describe("xavier_uniform"),
              "xavier_uniform: w ~ U(-b, b), b = gain sqrt(6 / (fan_in + fan_out)); PyTorch: xavier_uniform_");
    EXPECT_THROW(nn::init::describe("glorot"), std::invalid_argument);
}

}  // namespace
