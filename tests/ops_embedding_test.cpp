#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/embedding.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

const Tensor kTable = tensor({3, 2}, {1, 2, 3, 4, 5, 6}, f64);
const Tensor kIndices = tensor({2, 2}, {2, 0, 2, 1}, i64);

TEST(Embedding, RowsOfTheTable)
{
    EXPECT_TENSOR_EQ(embedding(kIndices, kTable), tensor({2, 2, 2}, {5, 6, 1, 2, 5, 6, 3, 4}, f64));
    EXPECT_TENSOR_EQ(embedding(tensor(1, i64), kTable), tensor({2}, {3, 4}, f64));
    EXPECT_TENSOR_EQ(embedding(zeros({0}, i64), kTable), zeros({0, 2}, f64));
}

TEST(Embedding, GradientAddsUpButForThePadding)
{
    // Row 2 is looked up twice. With padding_idx = -1, row 2, it gets none; divided by its frequency, one share.
    const auto gradient = [](EmbeddingOptions options) {
        Tape tape;
        const Tensor w = tape.variable(kTable);
        tape.backward(sum(embedding(kIndices, w, options) * tensor({2}, {1, 10}, f64)));
        return w.grad();
    };
    EXPECT_TENSOR_EQ(gradient({}), tensor({3, 2}, {1, 10, 1, 10, 2, 20}, f64));
    EXPECT_TENSOR_EQ(gradient({.padding_idx = -1}), tensor({3, 2}, {1, 10, 1, 10, 0, 0}, f64));
    EXPECT_TENSOR_EQ(gradient({.scale_grad_by_freq = true}), tensor({3, 2}, {1, 10, 1, 10, 1, 10}, f64));
}

TEST(Embedding, MaxNormScalesRowsAndPassesGradients)
{
    // Rows (3, 4) of norm 5 and (0, 1) of norm 1; of order 1 the norms are 7 and 1, of order infinity 4 and 1.
    const Tensor table = tensor({3, 2}, {3, 4, 0, 1, 30, 40}, f64), indices = tensor({2}, {0, 1}, i64);
    const auto value = [&](double norm_type) {
        return embedding(indices, table, {.max_norm = 1, .norm_type = norm_type});
    };
    EXPECT_TENSOR_NEAR(value(2), tensor({2, 2}, {0.6, 0.8, 0, 1}, f64), 1e-7);
    EXPECT_TENSOR_NEAR(value(1), tensor({2, 2}, {3.0 / 7, 4.0 / 7, 0, 1}, f64), 1e-7);
    EXPECT_TENSOR_NEAR(value(INFINITY), tensor({2, 2}, {0.75, 1, 0, 1}, f64), 1e-7);
    EXPECT_TENSOR_NEAR(embedding_renorm(indices, table, 1), tensor({3, 2}, {0.6, 0.8, 0, 1, 30, 40}, f64), 1e-7);
    // L = sum y: 1 for each element of the rows looked up.
    Tape tape;
    const Tensor w = tape.variable(table);
    tape.backward(sum(embedding(indices, w, {.max_norm = 1})));
    EXPECT_TENSOR_EQ(w.grad(), tensor({3, 2}, {1, 1, 1, 1, 0, 0}, f64));
}

TEST(Embedding, BadInput)
{
    EXPECT_THROW_TEXT(embedding(tensor({1}, {3}, i64), kTable), ShapeError,
                      "embedding: index 3 for 3 positions.\n  rule: an index runs from 0 to 2.\n"
                      "  try:  check the indices, or clamp them.");
    EXPECT_THROW(embedding(tensor({1}, {-1}, i64), kTable), ShapeError);
    EXPECT_THROW(embedding(tensor({1}, {0}, f64), kTable), DtypeError);
    EXPECT_THROW(embedding(kIndices, ones({3})), ShapeError);
    EXPECT_THROW_TEXT(embedding(kIndices, kTable, {.max_norm = -1}), ShapeError,
                      "embedding: max_norm -1.000000 of norm_type 2.000000.\n"
                      "  rule: a norm is 0 or more, of an order that is a number.\n"
                      "  try:  leave max_norm out where rows keep their size.");
    EXPECT_THROW_TEXT(embedding(kIndices, kTable, {.padding_idx = 3}), ShapeError,
                      "embedding: padding_idx 3 for 3 rows.\n  rule: it is the number of a row.\n"
                      "  try:  leave it out where there is no padding.");
}

TEST(EmbeddingBag, SumsMeansAndMaxima)
{
    EXPECT_TENSOR_EQ(embedding_bag(kIndices, kTable, {.mode = BagMode::sum}), tensor({2, 2}, {6, 8, 8, 10}, f64));
    EXPECT_TENSOR_EQ(embedding_bag(kIndices, kTable), tensor({2, 2}, {3, 4, 4, 5}, f64));
    EXPECT_TENSOR_EQ(embedding_bag(kIndices, kTable, {.mode = BagMode::max}), tensor({2, 2}, {5, 6, 5, 6}, f64));
    EXPECT_TENSOR_EQ(embedding_bag(kIndices, kTable, {.padding_idx = 2}), tensor({2, 2}, {1, 2, 3, 4}, f64));
}

TEST(EmbeddingBag, MaxNormScalesRowsBeforeTheyAreJoined)
{
    // Scaled to norm 1 the rows (3, 4) and (0, 1) are (0.6, 0.8) and (0, 1).
    const Tensor table = tensor({2, 2}, {3, 4, 0, 1}, f64), indices = tensor({1, 2}, {0, 1}, i64);
    const auto value = [&](BagMode mode) { return embedding_bag(indices, table, {.mode = mode, .max_norm = 1}); };
    EXPECT_TENSOR_NEAR(value(BagMode::sum), tensor({1, 2}, {0.6, 1.8}, f64), 1e-7);
    EXPECT_TENSOR_NEAR(value(BagMode::mean), tensor({1, 2}, {0.3, 0.9}, f64), 1e-7);
    EXPECT_TENSOR_NEAR(value(BagMode::max), tensor({1, 2}, {0.6, 1}, f64), 1e-7);
    Tape tape;
    const Tensor w = tape.variable(table);
    tape.backward(sum(embedding_bag(indices, w, {.mode = BagMode::max, .max_norm = 1})));
    EXPECT_TENSOR_EQ(w.grad(), tensor({2, 2}, {1, 0, 0, 1}, f64));
    EXPECT_THROW_TEXT(embedding_bag(indices, w, {.mode = BagMode::max, .scale_grad_by_freq = true}), ShapeError,
                      "embedding_bag: scale_grad_by_freq with mode max.\n"
                      "  rule: the gradient of a maximum goes to one row and is not divided.\n"
                      "  try:  use BagMode::sum or BagMode::mean.");
}

TEST(EmbeddingBag, OffsetsMayLeaveABagEmpty)
{
    // Bags (2), () and (0, 1).
    const Tensor indices = tensor({3}, {2, 0, 1}, i64), offsets = tensor({3}, {0, 1, 1}, i64);
    for (const BagMode mode : {BagMode::sum, BagMode::mean, BagMode::max}) {
        const double last = mode == BagMode::sum ? 4 : mode == BagMode::mean ? 2 : 3;
        const double last2 = mode == BagMode::sum ? 6 : mode == BagMode::mean ? 3 : 4;
        EXPECT_TENSOR_EQ(embedding_bag(indices, kTable, {.offsets = offsets, .mode = mode}),
                         tensor({3, 2}, {5, 6, 0, 0, last, last2}, f64));
    }
    EXPECT_TENSOR_EQ(embedding_bag(indices, kTable, {.offsets = tensor({2}, {0, 2}, i64), .include_last_offset = true}),
                     tensor({1, 2}, {3, 4}, f64));
    EXPECT_THROW(embedding_bag(indices, kTable, {.offsets = tensor({2}, {1, 2}, i64)}), ShapeError);
    EXPECT_THROW(embedding_bag(indices, kTable, {.offsets = tensor({2}, {0, 4}, i64)}), ShapeError);
    EXPECT_THROW(embedding_bag(indices, kTable), ShapeError);
}

TEST(EmbeddingBag, GradientOfAMaximumGoesToItsRow)
{
    // Both bags have their maxima in row 2.
    Tape tape;
    const Tensor w = tape.variable(kTable);
    tape.backward(sum(embedding_bag(kIndices, w, {.mode = BagMode::max})));
    EXPECT_TENSOR_EQ(w.grad(), tensor({3, 2}, {0, 0, 0, 0, 2, 2}, f64));
}

TEST(EmbeddingBag, SampleWeightsScaleTheRows)
{
    // y = (w_2 + 2 w_0, 3 w_2 + 4 w_1), L = sum y: dL/df = row sums, dL/dw = sums of the factors.
    Tape tape;
    const Tensor w = tape.variable(kTable), f = tape.variable(tensor({2, 2}, {1, 2, 3, 4}, f64));
    tape.backward(sum(embedding_bag(kIndices, w, {.mode = BagMode::sum, .per_sample_weights = f})));
    EXPECT_TENSOR_EQ(f.grad(), tensor({2, 2}, {11, 3, 11, 7}, f64));
    EXPECT_TENSOR_EQ(w.grad(), tensor({3, 2}, {2, 2, 4, 4, 4, 4}, f64));
    EXPECT_THROW(embedding_bag(kIndices, w, {.per_sample_weights = f}), ShapeError);
}

}  // namespace
}  // namespace xgrad
