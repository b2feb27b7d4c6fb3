#include <xgrad/error.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/statistics.hpp>

#include <cmath>
#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

TEST(Arange, DtypeFollowsTheNumbers)
{
    EXPECT_TENSOR_EQ(arange(4), tensor({4}, {0, 1, 2, 3}, i64));
    EXPECT_TENSOR_EQ(arange(1, 6, 2), tensor({3}, {1, 3, 5}, i64));
    EXPECT_TENSOR_EQ(arange(0, 1.0, 0.25), tensor({4}, {0, 0.25, 0.5, 0.75}));
    EXPECT_TENSOR_EQ(arange(3, 0, -1), tensor({3}, {3, 2, 1}, i64));
    EXPECT_TENSOR_EQ(arange(2.0, 2.0, 1.0, f64), zeros({0}, f64));
    EXPECT_THROW_TEXT(arange(0, 3, -1), ShapeError,
                      "arange: 0 to 3 in steps of -1.\n"
                      "  rule: the bounds are finite, and a step other than 0 leads from start to end in fewer than "
                      "2^57 steps.\n"
                      "  try:  change the sign of the step.");
    EXPECT_THROW(arange(0, 3, 0), ShapeError);
    EXPECT_THROW(arange(0, 1.0, -0.5), ShapeError);
    EXPECT_THROW(arange(kInfinity, kInfinity, 1.0), ShapeError);
    EXPECT_THROW(arange(0, 1e300, 1.0), ShapeError);
    EXPECT_THROW(arange(kLeast, kLargest), ShapeError);
}

TEST(Arange, IntegersBeyondTheDoublesAreExact)
{
    const std::int64_t odd = (std::int64_t{1} << 53) + 1;  // no double
    EXPECT_EQ(arange(odd, odd + 4, 2).to_vector<std::int64_t>(), (std::vector<std::int64_t>{odd, odd + 2}));
    EXPECT_EQ(arange(kLeast, kLargest, kLargest).to_vector<std::int64_t>(),
              (std::vector<std::int64_t>{kLeast, -1, kLargest - 1}));
    EXPECT_EQ(arange(1, kLeast, kLeast).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, kLeast + 1}));
}

TEST(Linspace, EndsAtTheEnd)
{
    EXPECT_TENSOR_EQ(linspace(0, 1, 5, f64), tensor({5}, {0, 0.25, 0.5, 0.75, 1}, f64));
    EXPECT_TENSOR_EQ(linspace(3, 9, 1), tensor({1}, {3}));
    EXPECT_TENSOR_EQ(linspace(0, 1, 0), zeros({0}));
    EXPECT_TENSOR_EQ(logspace(0, 3, 4, 2, f64), tensor({4}, {1, 2, 4, 8}, f64));
    EXPECT_THROW(linspace(0, 1, -1), ShapeError);
}

TEST(Eye, OnesOnTheDiagonal)
{
    EXPECT_TENSOR_EQ(eye(2), tensor({2, 2}, {1, 0, 0, 1}));
    EXPECT_TENSOR_EQ(eye(2, 3, f64), tensor({2, 3}, {1, 0, 0, 0, 1, 0}, f64));
    EXPECT_TENSOR_EQ(eye(0, 3), zeros({0, 3}));
    EXPECT_TENSOR_EQ(full_like(eye(2, i64), 7), full({2, 2}, 7, i64));
    EXPECT_THROW(eye(-1), ShapeError);
}

TEST(OneHot, AsManyClassesAsTheLargestNeeds)
{
    EXPECT_TENSOR_EQ(one_hot(tensor({2}, {2, 0}, i64)), tensor({2, 3}, {0, 0, 1, 1, 0, 0}, i64));
    EXPECT_TENSOR_EQ(one_hot(tensor(1, i64), 2), tensor({2}, {0, 1}, i64));
    EXPECT_TENSOR_EQ(one_hot(zeros({0}, i64), 4), zeros({0, 4}, i64));
    EXPECT_THROW_TEXT(one_hot(tensor({1}, {3}, i64), 3), ShapeError,
                      "one_hot: classes from 3 to 3 for 3 positions.\n"
                      "  rule: a class runs from 0 to the number of classes - 1.\n"
                      "  try:  check classes and labels.");
    EXPECT_THROW(one_hot(tensor({1}, {-1}, i64)), ShapeError);
    EXPECT_THROW(one_hot(tensor({1}, {1}, f64)), DtypeError);
}

TEST(OneHot, ClassesWithoutEndAreRefused)
{
    EXPECT_THROW_TEXT(one_hot(from_values<std::int64_t>({1}, {kLargest})), ShapeError,
                      "one_hot: classes from 9223372036854775807 to 9223372036854775807 for 144115188075855873 "
                      "positions.\n"
                      "  rule: a class runs from 0 to the number of classes - 1.\n  try:  check classes and labels.");
    EXPECT_THROW_TEXT(one_hot(tensor({2}, {0, 1}, i64), kLargest), ShapeError,
                      "one_hot: the number of elements of shape (2, 9223372036854775807) overflows.\n"
                      "  rule: the product of all sizes stays below 2^57.\n  try:  use smaller or fewer axes.");
    EXPECT_THROW(randperm(std::int64_t{1} << 50), MemoryError);
    EXPECT_THROW(linspace(0, 1, std::int64_t{1} << 50), MemoryError);
}

TEST(Random, TheSameSeedGivesTheSameNumbers)
{
    Generator a{7}, b{7}, other{8};
    const Tensor x = rand({1000}, {.dtype = f64, .generator = a});
    EXPECT_TENSOR_EQ(x, rand({1000}, {.dtype = f64, .generator = b}));
    EXPECT_TRUE(any(ne(x, rand({1000}, {.dtype = f64, .generator = other}))).item());
    EXPECT_TRUE(all(ne(x, rand({1000}, {.dtype = f64, .generator = a}))).item());
    EXPECT_TRUE(all(ge(x, 0)).item() && all(lt(x, 1)).item());
    EXPECT_NEAR(mean(x).item(), 0.5, 0.04);  // 4 deviations of 0.289 / sqrt(1000)
}

TEST(Random, MomentsOfNormalNumbers)
{
    Generator generator{1};
    const Tensor x = randn({10000}, {.dtype = f64, .generator = generator});
    EXPECT_NEAR(mean(x).item(), 0, 0.04);
    EXPECT_NEAR(std(x).item(), 1, 0.03);
    const Tensor y = normal(tensor({2, 1}, {0, 100}, f64), ones({3}, f64), generator);
    EXPECT_EQ(y.sizes(), Sizes({2, 3}));
    EXPECT_NEAR(mean(y, 1).to_vector<double>()[1], 100, 4);
    EXPECT_THROW_TEXT(randn({2}, {.dtype = i64}), DtypeError,
                      "randn: random numbers of type i64.\n  rule: f32 or f64.\n"
                      "  try:  use randint for integers and bernoulli for 0 and 1.");
}

TEST(Random, IntegersAndPermutations)
{
    Generator generator{3};
    const Tensor x = randint(-2, 3, {500}, generator);
    EXPECT_EQ(min(x).item(), -2);
    EXPECT_EQ(max(x).item(), 2);
    EXPECT_TENSOR_EQ(sort(randperm(50, generator)).values, arange(50));
    EXPECT_TENSOR_EQ(randperm(0, generator), zeros({0}, i64));
    EXPECT_THROW(randint(3, 3, {1}, generator), ShapeError);
    EXPECT_THROW(randperm(-1, generator), ShapeError);
}

TEST(Random, BernoulliKeepsItsProbabilities)
{
    Generator generator{5};
    EXPECT_TENSOR_EQ(bernoulli(tensor({3}, {0, 1, 1}, f32), generator), tensor({3}, {0, 1, 1}, f32));
    EXPECT_NEAR(mean(bernoulli(full({4000}, 0.25, f64), generator)).item(), 0.25, 0.03);
    EXPECT_THROW_TEXT(bernoulli(tensor({1}, {1.5}), generator), ShapeError,
                      "bernoulli: a probability outside [0, 1].\n  rule: 0 <= p <= 1.\n"
                      "  try:  p = sigmoid(logit) for a logit.");
    EXPECT_THROW(bernoulli(tensor({1}, {std::nan("")}), generator), ShapeError);
    EXPECT_THROW(bernoulli(tensor({1}, {1}, i64), generator), DtypeError);
}

// Mean and variance are the rate; 5 deviations of the mean of 4000 draws are 0.08 sqrt(rate).
TEST(Random, PoissonHasItsRateAsMeanAndVariance)
{
    Generator generator{11};
    for (const double rate : {0.5, 9.0, 12.0, 1000.0}) {
        const Tensor x = poisson(full({4000}, rate, f64), generator);
        EXPECT_NEAR(mean(x).item(), rate, 0.08 * xgrad::sqrt(tensor(rate, f64)).item()) << rate;
        EXPECT_NEAR(var(x).item() / rate, 1, 0.15) << rate;
        EXPECT_TENSOR_EQ(x, xgrad::floor(x));
    }
    EXPECT_TENSOR_EQ(poisson(zeros({2, 0, 3}), generator), zeros({2, 0, 3}));
    EXPECT_TENSOR_EQ(poisson(zeros({3}, f32), generator), zeros({3}, f32));
    EXPECT_THROW_TEXT(poisson(tensor({1}, {-1}), generator), ShapeError,
                      "poisson: a rate that is negative or not finite.\n  rule: 0 <= rate < infinity.\n"
                      "  try:  check the rates.");
    EXPECT_THROW(poisson(tensor({1}, {1}, i64), generator), DtypeError);
}

TEST(Random, ExponentialHasTheInverseOfItsRateAsMean)
{
    Generator generator{12};
    const Tensor x = exponential({4000}, 4, {.dtype = f64, .generator = generator});
    EXPECT_NEAR(mean(x).item(), 0.25, 0.02);
    EXPECT_NEAR(mean(to(gt(x, 0.25), f64)).item(), 0.36788, 0.04);  // exp(-1)
    EXPECT_GE(min(x).item(), 0);
    EXPECT_THROW(exponential({1}, 0), ShapeError);
}

TEST(Random, MultinomialDrawsInProportion)
{
    Generator generator{9};
    const Tensor draws = multinomial(tensor({3}, {1, 0, 3}, f64), 4000, true, generator);
    const std::vector<double> counts = bincount(draws, 3).to_vector<double>();
    EXPECT_NEAR(counts[0], 1000, 120);
    EXPECT_EQ(counts[1], 0);
    EXPECT_TENSOR_EQ(sort(multinomial(tensor({2, 3}, {1, 0, 1, 5, 1, 0}, f64), 2, false, generator)).values,
                     tensor({2, 2}, {0, 2, 0, 1}, i64));
    EXPECT_THROW(multinomial(tensor({3}, {1, 0, 0}, f64), 2, false, generator), ShapeError);
    EXPECT_THROW(multinomial(tensor({2}, {1, -1}, f64), 1, false, generator), ShapeError);
}

}  // namespace
}  // namespace xgrad
