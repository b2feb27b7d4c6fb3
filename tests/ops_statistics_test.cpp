#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/statistics.hpp>
#include <xgrad/tape.hpp>

#include <cmath>
#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const Tensor kMatrix = tensor({2, 3}, {1, 2, 3, 4, 6, 8}, f64);

template <class F>
Tensor gradient(const Tensor& at, F f)
{
    Tape tape;
    const Tensor x = tape.variable(at);
    tape.backward(f(x));
    return x.grad();
}

TEST(Var, DividesByTheCountOrOneLess)
{
    EXPECT_TENSOR_EQ(var(kMatrix, {1}), tensor({2}, {1, 4}, f64));
    EXPECT_TENSOR_EQ(std(kMatrix, {-1}, {.keepdim = true}), tensor({2, 1}, {1, 2}, f64));
    EXPECT_TENSOR_EQ(var(tensor({2}, {1, 3}, f64), Sizes(), {.unbiased = false}), tensor(1, f64));
    EXPECT_TENSOR_EQ(var(tensor({1}, {1}, f64)), tensor(kNan, f64));
    EXPECT_TENSOR_EQ(var_mean(kMatrix, {1}).mean, tensor({2}, {2, 6}, f64));
    EXPECT_TENSOR_EQ(std_mean(kMatrix, Sizes()).mean, tensor(4, f64));
}

TEST(Var, SmallDeviationsFromALargeMeanAreNotLost)
{
    EXPECT_TENSOR_EQ(var(tensor({3}, {1e9, 1e9 + 1, 1e9 + 2}, f64)), tensor(1, f64));
}

// The mean 10000 + 2/3 is no number of f32: the nearest is 1e-4 away.
TEST(Var, GradientShowsTheMeanBeyondItsLastPlace)
{
    const Tensor at = tensor({3}, {10000, 10001, 10001}, f32);
    EXPECT_TENSOR_NEAR(gradient(at, [](const Tensor& x) { return var(x); }),
                       tensor({3}, {-2.0 / 3, 1.0 / 3, 1.0 / 3}, f32), 1e-6);
}

TEST(Var, Gradients)
{
    // var: 2 (x - 2) / 2 = (-1, 0, 1); std: that / (2 std) = (-1/2, 0, 1/2); std of equal elements: 0.
    const Tensor at = tensor({3}, {1, 2, 3}, f64);
    EXPECT_TENSOR_EQ(gradient(at, [](const Tensor& x) { return var(x); }), tensor({3}, {-1, 0, 1}, f64));
    EXPECT_TENSOR_EQ(gradient(at, [](const Tensor& x) { return std(x); }), tensor({3}, {-0.5, 0, 0.5}, f64));
    EXPECT_TENSOR_EQ(gradient(ones({2}, f64), [](const Tensor& x) { return std(x); }), zeros({2}, f64));
}

TEST(Var, DividesByTheCountLessAnyCorrection)
{
    // Deviations -4/3, -1/3, 5/3 of 1, 2, 4: their squares add up to 14/3. dx = 2 (x - 7/3) / divisor.
    const Tensor x = tensor({3}, {1, 2, 4}, f64);
    EXPECT_TENSOR_NEAR(var(x, {0}, {.correction = 2}), tensor(14.0 / 3, f64), 1e-15);
    EXPECT_TENSOR_NEAR(std(x, {0}, {.unbiased = false, .correction = 2}), tensor(std::sqrt(14.0 / 3), f64), 1e-15);
    EXPECT_TENSOR_NEAR(var(x, {0}, {.correction = -1}), tensor(14.0 / 12, f64), 1e-15);
    EXPECT_TENSOR_EQ(var(x, {0}, {.correction = 3}), tensor(kInfinity, f64));
    EXPECT_TENSOR_NEAR(gradient(x, [](const Tensor& v) { return var(v, {0}, {.correction = 2}); }),
                       tensor({3}, {-8.0 / 3, -2.0 / 3, 10.0 / 3}, f64), 1e-15);
}

// The mean is infinite: 2 (1 - inf) for the finite element, and no number for the other (PyTorch).
TEST(Var, GradientBesideAnInfinityIsInfinite)
{
    EXPECT_TENSOR_EQ(gradient(tensor({2}, {1, kInfinity}, f64), [](const Tensor& x) { return var(x, {0}); }),
                     tensor({2}, {-kInfinity, kNan}, f64));
}

TEST(Var, BadInput)
{
    EXPECT_THROW_TEXT(var(tensor({2}, {1, 2}, i64)), DtypeError,
                      "var: a tensor i64 (2,).\n  rule: f32 or f64.\n  try:  convert it first: to(x, f32).");
    EXPECT_THROW(std(kMatrix, {2}), ShapeError);
    EXPECT_THROW(var(kMatrix, {0, -2}), ShapeError);
}

TEST(Norm, EveryKind)
{
    const Tensor x = tensor({4}, {3, -4, 0, 0}, f64);
    EXPECT_TENSOR_EQ(norm(x), tensor(5, f64));
    EXPECT_TENSOR_EQ(norm(x, 1), tensor(7, f64));
    EXPECT_TENSOR_EQ(norm(x, 0), tensor(2, f64));
    EXPECT_TENSOR_EQ(norm(x, kInfinity), tensor(4, f64));
    EXPECT_TENSOR_EQ(norm(x, -kInfinity), tensor(0, f64));
    EXPECT_TENSOR_NEAR(norm(x, 3), tensor(std::cbrt(91.0), f64), 1e-15);
    EXPECT_TENSOR_EQ(norm(tensor({2, 2}, {3, 4, 6, 8}, f64), 2, {1}, true), tensor({2, 1}, {5, 10}, f64));
    EXPECT_TENSOR_EQ(norm(zeros({0}, f64), 2), tensor(0, f64));
    for (const double p : {kInfinity, -kInfinity, -1.0, 0.5}) {
        EXPECT_TENSOR_EQ(norm(zeros({0}, f64), p), tensor(0, f64));
        EXPECT_TENSOR_EQ(norm(zeros({0, 2}, f64), p, {0}), zeros({2}, f64));
    }
    EXPECT_THROW(norm(zeros({0}, f64), kNan), ShapeError);
    EXPECT_THROW(norm(tensor({1}, {1}, i64)), DtypeError);
}

TEST(Norm, Gradients)
{
    // p = 2: x / 5; p = infinity at a tie: half of the sign each; p = 2 of zeros: 0.
    const auto euclidean = [](const Tensor& x) { return norm(x); };
    EXPECT_TENSOR_NEAR(gradient(tensor({2}, {3, -4}, f64), euclidean), tensor({2}, {0.6, -0.8}, f64), 1e-15);
    EXPECT_TENSOR_EQ(gradient(zeros({2}, f64), euclidean), zeros({2}, f64));
    EXPECT_TENSOR_EQ(gradient(tensor({3}, {2, -2, 1}, f64), [](const Tensor& x) { return norm(x, kInfinity); }),
                     tensor({3}, {0.5, -0.5, 0}, f64));
    EXPECT_TENSOR_EQ(gradient(tensor({2}, {2, -2}, f64), [](const Tensor& x) { return norm(x, 0); }), zeros({2}, f64));
    // The sign of NaN is 0.
    EXPECT_TENSOR_EQ(gradient(tensor({2}, {kNan, -2}, f64), [](const Tensor& x) { return norm(x, 1); }),
                     tensor({2}, {0, -1}, f64));
    EXPECT_TENSOR_EQ(gradient(tensor({2}, {kNan, -2}, f64), [](const Tensor& x) { return norm(x, kInfinity); }),
                     zeros({2}, f64));
}

TEST(Logsumexp, InfinitiesAndLargeNumbers)
{
    EXPECT_TENSOR_NEAR(logsumexp(tensor({2}, {1000, 1000}, f64), 0), tensor(1000 + std::log(2.0), f64), 1e-15);
    EXPECT_TENSOR_EQ(logsumexp(tensor({2}, {-kInfinity, -kInfinity}, f64), 0), tensor(-kInfinity, f64));
    EXPECT_TENSOR_EQ(logsumexp(tensor({2}, {1, kInfinity}, f64), 0), tensor(kInfinity, f64));
    EXPECT_TENSOR_EQ(logsumexp(zeros({2, 0}, f64), 1), full({2}, -kInfinity, f64));
    EXPECT_EQ(logsumexp(zeros({2, 3}, f64), {0, 1}, true).sizes(), Sizes({1, 1}));
}

TEST(Logsumexp, GradientIsTheSoftmax)
{
    const Tensor at = tensor({2}, {0, std::log(3.0)}, f64);
    EXPECT_TENSOR_NEAR(gradient(at, [](const Tensor& x) { return logsumexp(x, 0); }), tensor({2}, {0.25, 0.75}, f64),
                       1e-15);
}

TEST(Softmin, PrefersTheSmallest)
{
    EXPECT_TENSOR_NEAR(softmin(tensor({2}, {0, std::log(3.0)}, f64), 0), tensor({2}, {0.75, 0.25}, f64), 1e-15);
    EXPECT_TENSOR_EQ(softmax(tensor(5.0), -1), tensor(1.0));
    EXPECT_TENSOR_EQ(log_softmax(tensor(5.0), 0), tensor(0.0));
    EXPECT_THROW(softmax(tensor(5.0), 1), ShapeError);
}

TEST(Truth, AnyAllAndCounts)
{
    const Tensor x = tensor({2, 2}, {0, 2, 0, 0}, f64);
    EXPECT_TENSOR_EQ(any(x, 1), tensor({2}, {1, 0}, boolean));
    EXPECT_TENSOR_EQ(all(x, 0, true), tensor({1, 2}, {0, 0}, boolean));
    EXPECT_TENSOR_EQ(any(x), tensor(1, boolean));
    EXPECT_TENSOR_EQ(any(zeros({0})), tensor(0, boolean));
    EXPECT_TENSOR_EQ(all(zeros({0})), tensor(1, boolean));
    EXPECT_TENSOR_EQ(all(tensor({1}, {kNan})), tensor(1, boolean));
    EXPECT_TENSOR_EQ(count_nonzero(x), tensor(1, i64));
    EXPECT_TENSOR_EQ(count_nonzero(tensor({2, 1}, {1, 0}, boolean), {0}), tensor({1}, {1}, i64));
    EXPECT_THROW(any(x, 2), ShapeError);
}

TEST(Nansum, LeavesNanOut)
{
    const Tensor x = tensor({2, 2}, {1, kNan, kNan, kNan}, f64);
    EXPECT_TENSOR_EQ(nansum(x, {1}), tensor({2}, {1, 0}, f64));
    EXPECT_TENSOR_EQ(nanmean(x, {1}), tensor({2}, {1, kNan}, f64));
    EXPECT_TENSOR_EQ(nanmean(x), tensor(1, f64));
    EXPECT_TENSOR_EQ(gradient(tensor({2}, {3, kNan}, f64), [](const Tensor& y) { return nansum(y); }),
                     tensor({2}, {1, 0}, f64));
    // Half to each of two numbers; what has no number has no gradient, either.
    EXPECT_TENSOR_EQ(gradient(tensor({2, 3}, {1, kNan, 2, kNan, kNan, kNan}, f64),
                              [](const Tensor& y) { return sum(nanmean(y, {1})); }),
                     tensor({2, 3}, {0.5, 0, 0.5, kNan, kNan, kNan}, f64));
    EXPECT_TENSOR_EQ(nansum(tensor({2}, {1, 2}, i64)), tensor(3, i64));
    EXPECT_THROW(nanmean(tensor({2}, {1, 2}, i64)), DtypeError);
}

TEST(Extrema, GradientOfANanExtremumIsNan)
{
    // amax: of the slice with a NaN, all of it; max over all elements: the NaN alone (PyTorch).
    const Tensor at = tensor({2, 2}, {1, kNan, 3, 4}, f64);
    EXPECT_TENSOR_EQ(gradient(at, [](const Tensor& x) { return sum(amax(x, 1)); }),
                     tensor({2, 2}, {kNan, kNan, 0, 1}, f64));
    EXPECT_TENSOR_EQ(gradient(at, [](const Tensor& x) { return sum(amin(x, 0)); }),
                     tensor({2, 2}, {1, kNan, 0, kNan}, f64));
    EXPECT_TENSOR_EQ(gradient(at, [](const Tensor& x) { return max(x); }), tensor({2, 2}, {0, 1, 0, 0}, f64));
}

}  // namespace
}  // namespace xgrad
