#include <xgrad/data/features.hpp>
#include <xgrad/data/split.hpp>
#include <xgrad/error.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

// Columns 1 2 3, 10 10 10 and 0 4 8: means 2, 10, 4, deviations sqrt(2/3), 0, sqrt(32/3).
const Tensor kRows = tensor({3, 3}, {1, 10, 0, 2, 10, 4, 3, 10, 8}, f64);

TEST(Standardizer, UsesTheTrainingDataForAllData)
{
    const data::Standardizer scale(kRows);
    EXPECT_TENSOR_NEAR(mean(scale(kRows), 0), zeros({3}, f64), 1e-15);
    const double s = std::sqrt(2.0 / 3);
    EXPECT_TENSOR_NEAR(scale(tensor({1, 3}, {4, 11, 4}, f64)), tensor({1, 3}, {2 / s, 1, 0}, f64), 1e-14);
    EXPECT_TENSOR_NEAR(scale.inverse(scale(kRows)), kRows, 1e-14);
    EXPECT_THROW_TEXT(
        scale(zeros({2, 2}, f64)), ShapeError,
        "Standardizer: rows of shape (2, 2).\n  rule: behind the first axis those of the fitted rows, (3,).\n"
        "  try:  fit another one for other features.");
    EXPECT_THROW(data::Standardizer(zeros({0, 2})), ShapeError);
    EXPECT_THROW(data::Standardizer(zeros({2, 2}, i64)), DtypeError);
}

TEST(MinMaxScaler, MapsTheTrainingRangeOntoTheWantedOne)
{
    const data::MinMaxScaler scale(kRows, -1, 1);
    EXPECT_TENSOR_NEAR(scale(kRows), tensor({3, 3}, {-1, -1, -1, 0, -1, 0, 1, -1, 1}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(scale.inverse(scale(kRows)), kRows, 1e-14);
    EXPECT_THROW(data::MinMaxScaler(kRows, 1, 1), std::invalid_argument);
}

TEST(MeanSubtraction, TakesTheMeanImageAway)
{
    const Tensor images = tensor({2, 1, 2, 2}, {0, 1, 2, 3, 2, 1, 0, 5}, f64);
    const data::MeanSubtraction center(images);
    EXPECT_TENSOR_EQ(center.mean(), tensor({1, 2, 2}, {1, 1, 1, 4}, f64));
    EXPECT_TENSOR_EQ(center(images), tensor({2, 1, 2, 2}, {-1, 0, 1, -1, 1, 0, -1, 1}, f64));
}

TEST(PolynomialFeatures, AreAllProductsUpToTheDegree)
{
    // a = 2, b = 3: 1, a, b, aa, ab, bb, aaa, aab, abb, bbb
    EXPECT_TENSOR_EQ(data::polynomial_features(tensor({1, 2}, {2, 3}, f64), 3),
                     tensor({1, 10}, {1, 2, 3, 4, 6, 9, 8, 12, 18, 27}, f64));
    EXPECT_TENSOR_EQ(data::polynomial_features(tensor({1, 3}, {2, 3, 5}, f64), 2, false),
                     tensor({1, 9}, {2, 3, 5, 4, 6, 10, 9, 15, 25}, f64));
    EXPECT_THROW(data::polynomial_features(zeros({2}), 2), ShapeError);
    EXPECT_THROW(data::polynomial_features(zeros({1, 1000}), 5), ShapeError);
}

data::Dataset numbered(std::int64_t n)
{
    return {reshape(arange(0.0, static_cast<double>(n), 1.0, f64), {n, 1}), arange(n)};
}

TEST(Split, KeepsEveryRowOnceAndTargetsWithTheirInputs)
{
    Generator generator(1);
    const data::ThreeWaySplit s = data::random_split(numbered(10), 0.2, 0.3, generator);
    EXPECT_EQ(s.train.size(), 5);
    EXPECT_EQ(s.validation.size(), 2);
    EXPECT_EQ(s.test.size(), 3);
    const Tensor all = cat({s.train.targets(), s.validation.targets(), s.test.targets()});
    EXPECT_TENSOR_EQ(sort(all, 0).values, arange(10));
    EXPECT_TENSOR_EQ(to(reshape(s.train.inputs(), {5}), i64), s.train.targets());
    EXPECT_THROW(data::random_split(numbered(10), 0.6, 0.4, generator), std::invalid_argument);
}

TEST(KFold, EachRowIsJudgedInOneFold)
{
    const std::vector<data::Fold> folds = data::k_fold(numbered(7), 3);
    std::vector<Tensor> judged;
    for (const data::Fold& fold : folds) {
        EXPECT_EQ(fold.train.size() + fold.validation.size(), 7);
        EXPECT_GE(fold.validation.size(), 2);
        EXPECT_LE(fold.validation.size(), 3);
        judged.push_back(fold.validation.targets());
        const Tensor both = cat({fold.train.targets(), fold.validation.targets()});
        EXPECT_TENSOR_EQ(sort(both, 0).values, arange(7));
    }
    EXPECT_TENSOR_EQ(sort(cat(judged), 0).values, arange(7));
    EXPECT_THROW(data::k_fold(numbered(3), 4), std::invalid_argument);
}

TEST(Bootstrap, DrawsAsManyRowsWithReplacement)
{
    Generator generator(2);
    const data::Dataset drawn = data::bootstrap(numbered(1000), generator);
    EXPECT_EQ(drawn.size(), 1000);
    // a share of 1 - 1/e = 0.632 of the rows is drawn at least once
    const Tensor sorted = sort(drawn.targets(), 0).values;
    std::int64_t distinct = 0, last = -1;
    for (const std::int64_t row : sorted.to_vector<std::int64_t>()) distinct += row != std::exchange(last, row);
    EXPECT_NEAR(static_cast<double>(distinct), 632, 50);
}

}  // namespace
}  // namespace xgrad
