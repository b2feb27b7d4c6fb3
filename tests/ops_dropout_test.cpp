#include <xgrad/error.hpp>
#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/attention.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/dropout.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

TEST(Dropout, KeepsOrDropsAndScalesWhatItKeeps)
{
    Generator generator(1);
    const Tensor y = dropout(ones({100000}, f64), 0.2, true, generator);
    std::int64_t kept = 0;
    for (const double v : y.to_vector<double>()) {
        EXPECT_TRUE(v == 0 || v == 1 / 0.8);
        kept += v != 0;
    }
    EXPECT_NEAR(static_cast<double>(kept) / 100000, 0.8, 5 * std::sqrt(0.16 / 100000));  // five standard errors
}

TEST(Dropout, DrawsTheSameForTheSameSeed)
{
    Generator one(7), other(7);
    const Tensor x = ones({50}, f64);
    const Tensor first = dropout(x, 0.5, true, one);
    EXPECT_TENSOR_EQ(first, dropout(x, 0.5, true, other));
    EXPECT_FALSE(testing::tensors_agree(first, dropout(x, 0.5, true, one), 0));  // and goes on
}

TEST(Dropout, GradientPassesWhereTheElementStayed)
{
    Tape tape;
    Generator generator(2);
    const Tensor x = tape.variable(full({20}, 3, f64));
    const Tensor y = dropout(x, 0.5, true, generator);
    tape.backward(sum(y));
    EXPECT_TENSOR_EQ(x.grad(), y / 3);  // y = 3 m / (1 - p)
}

TEST(Dropout, PassesOnInEvaluationAndDropsAllAtOne)
{
    const Tensor x = randn({3, 4});
    EXPECT_TENSOR_EQ(dropout(x, 0.5, false), x);
    EXPECT_TENSOR_EQ(dropout(x, 0), x);
    EXPECT_TENSOR_EQ(dropout(x, 1), zeros({3, 4}));
    EXPECT_TENSOR_EQ(alpha_dropout(x, 1), zeros({3, 4}));
}

TEST(Dropout, OfChannelsDropsThemAsAWhole)
{
    Generator generator(4);
    const Tensor y = dropout2d(ones({4, 8, 2, 3}), 0.5, true, generator);
    const Tensor sums = sum(y, {2, 3});
    EXPECT_TENSOR_EQ(expand(reshape(sums / 6, {4, 8, 1, 1}), {4, 8, 2, 3}), y);
    EXPECT_TENSOR_EQ(dropout1d(ones({3, 5}), 1), zeros({3, 5}));  // (C, L)
}

TEST(AlphaDropout, KeepsMeanAndVariance)
{
    Generator generator(5);
    const Tensor x = randn({200000}, {.dtype = f64, .generator = generator});
    const Tensor y = alpha_dropout(x, 0.3, true, generator);
    EXPECT_NEAR(mean(y).item(), 0, 0.02);
    EXPECT_NEAR(mean(square(y)).item(), 1, 0.02);
}

TEST(Dropout, OfAttentionDropsWeights)
{
    Generator generator(6);
    const Tensor q = zeros({1, 4}, f64), k = zeros({1000, 4}, f64), v = ones({1000, 1}, f64);
    // every weight is 1/1000; those kept count twice
    const Tensor y = scaled_dot_product_attention(q, k, v, {.dropout_p = 0.5, .generator = generator});
    EXPECT_NE(y.item(), 1);
    EXPECT_NEAR(y.item(), 1, 5 * std::sqrt(1.0 / 1000));
}

TEST(Dropout, RefusesWhatIsNoProbability)
{
    EXPECT_THROW_TEXT(dropout(ones({2}), 1.5), ShapeError,
                      "dropout: p = 1.500000.\n  rule: p is a probability, from 0 to 1.\n"
                      "  try:  p is the part that is dropped: 1 - p where you know what is kept.");
    EXPECT_THROW(dropout(ones({2}), std::nan("")), ShapeError);
    EXPECT_THROW(dropout(ones({2}, i64)), DtypeError);
    EXPECT_THROW_TEXT(dropout2d(ones({3})), ShapeError,
                      "dropout2d: x of shape (3,).\n  rule: x: (N, C, ...).\n"
                      "  try:  use dropout where there are no channels.");
}

}  // namespace
}  // namespace xgrad
