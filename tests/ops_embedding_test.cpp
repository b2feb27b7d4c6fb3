#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/embedding.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

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

TEST(Embedding, BadInput)
{
    EXPECT_THROW_TEXT(embedding(tensor({1}, {3}, i64), kTable), ShapeError,
                      "embedding: index 3 for 3 positions.\n  rule: an index runs from 0 to 2.\n"
                      "  try:  check the indices, or clamp them.");
    EXPECT_THROW(embedding(tensor({1}, {-1}, i64), kTable), ShapeError);
    EXPECT_THROW(embedding(tensor({1}, {0}, f64), kTable), DtypeError);
    EXPECT_THROW(embedding(kIndices, ones({3})), ShapeError);
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
