#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/transformer.hpp>
#include <xgrad/tape.hpp>

#include <cmath>
#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// A query of zeros looks at all positions alike: the result is the mean of the values.
const Tensor kNothing = zeros({2, 2}, f64), kValues = tensor({2, 2}, {1, 2, 3, 6}, f64);
const Tensor kIdentity = tensor({2, 2}, {1, 0, 0, 1}, f64);

Tensor attend(const AttentionOptions& options)
{
    return scaled_dot_product_attention(kNothing, kValues, kValues, options);
}

TEST(Attention, IsAWeightedMeanOfTheValues)
{
    EXPECT_TENSOR_NEAR(attend({}), tensor({2, 2}, {2, 4, 2, 4}, f64), 1e-15);
    // Scores log 3 / sqrt(2) * (sqrt(2), 0) = (log 3, 0): weights 3/4 and 1/4.
    const Tensor q = tensor({1, 2}, {std::log(3.0), 0}, f64), k = tensor({2, 2}, {std::sqrt(2.0), 5, 0, 7}, f64);
    EXPECT_TENSOR_NEAR(scaled_dot_product_attention(q, k, kValues), tensor({1, 2}, {1.5, 3}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(scaled_dot_product_attention(q, k / std::sqrt(2.0), kValues, {.scale = 1}),
                       tensor({1, 2}, {1.5, 3}, f64), 1e-15);
}

TEST(Attention, MasksHidePositions)
{
    const Tensor seen = tensor({2, 2}, {0, 1, 1, 1}, boolean);
    EXPECT_TENSOR_NEAR(attend({.is_causal = true}), tensor({2, 2}, {1, 2, 2, 4}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(attend({.attn_mask = seen}), tensor({2, 2}, {3, 6, 2, 4}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(attend({.attn_mask = tensor({2}, {std::log(3.0), 0}, f64)}),
                       tensor({2, 2}, {1.5, 3, 1.5, 3}, f64), 1e-15);
    EXPECT_TENSOR_EQ(attend({.attn_mask = zeros({2, 2}, boolean)}), full({2, 2}, kNan, f64));
}

// The softmax of nothing is NaN, as in PyTorch; a row that sees something is not touched by it.
TEST(Attention, GradientOfARowThatSeesNothingIsNan)
{
    Tape tape;
    const Tensor query = tape.variable(kNothing);
    tape.backward(sum(
        scaled_dot_product_attention(query, kValues, kValues, {.attn_mask = tensor({2, 2}, {0, 0, 1, 0}, boolean)})));
    EXPECT_TENSOR_EQ(query.grad(), tensor({2, 2}, {kNan, kNan, 0, 0}, f64));
}

TEST(Attention, GradientOfTheValuesIsTheWeights)
{
    // Row 0 sees value 0 alone, row 1 both by half.
    Tape tape;
    const Tensor v = tape.variable(kValues);
    tape.backward(scaled_dot_product_attention(kNothing, kValues, v, {.is_causal = true}),
                  tensor({2, 2}, {1, 0, 10, 0}, f64));
    EXPECT_TENSOR_NEAR(v.grad(), tensor({2, 2}, {6, 0, 5, 0}, f64), 1e-15);
}

/// Queries are projected to zeros, keys and values to themselves.
MultiHeadAttentionWeights mean_weights()
{
    return {.in_proj_weight = cat({kNothing, kIdentity, kIdentity}), .out_proj_weight = kIdentity};
}

TEST(MultiHeadAttention, TakesMeansOfWhatMasksLeave)
{
    const Tensor x = unsqueeze(kValues, 1);  // two positions of one sample
    const auto y = multi_head_attention(x, x, x, 2, mean_weights());
    EXPECT_TENSOR_NEAR(y.output, tensor({2, 1, 2}, {2, 4, 2, 4}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(y.weights, full({1, 2, 2}, 0.5, f64), 1e-15);
    const Tensor padding = tensor({1, 2}, {1, 0}, boolean);
    const auto masked =
        multi_head_attention(x, x, x, 2, mean_weights(), {.key_padding_mask = padding, .average_attn_weights = false});
    EXPECT_TENSOR_NEAR(masked.output, tensor({2, 1, 2}, {3, 6, 3, 6}, f64), 1e-15);
    EXPECT_TENSOR_EQ(masked.weights, expand(tensor({2}, {0, 1}, f64), {1, 2, 2, 2}));
    // A mask for each head: the first sees position 0 alone.
    const Tensor of_heads = tensor({2, 1, 2}, {0, 1, 0, 0}, boolean);
    const auto heads = multi_head_attention(x, x, x, 2, mean_weights(),
                                            {.attn_mask = expand(of_heads, {2, 2, 2}), .need_weights = false});
    EXPECT_TENSOR_NEAR(heads.output, tensor({2, 1, 2}, {1, 4, 1, 4}, f64), 1e-15);
    EXPECT_FALSE(heads.weights.defined());
}

TEST(MultiHeadAttention, AddsPositions)
{
    const Tensor x = unsqueeze(kValues, 1);
    const auto zero = multi_head_attention(x, x, x, 1, mean_weights(), {.add_zero_attn = true});
    EXPECT_TENSOR_NEAR(zero.output, tensor({2, 1, 2}, {4 / 3., 8 / 3., 4 / 3., 8 / 3.}, f64), 1e-15);
    MultiHeadAttentionWeights w = mean_weights();
    w.bias_k = zeros({1, 1, 2}, f64), w.bias_v = full({1, 1, 2}, 9, f64);
    const Tensor padding = tensor({1, 2}, {1, 1}, boolean);
    EXPECT_TENSOR_NEAR(multi_head_attention(x, x, x, 1, w, {.key_padding_mask = padding}).output,
                       full({2, 1, 2}, 9, f64), 1e-15);
}

TEST(MultiHeadAttention, ArrangementsAgree)
{
    const Tensor x = unsqueeze(kValues, 1), first = unsqueeze(kValues, 0);
    MultiHeadAttentionWeights w = mean_weights();
    w.in_proj_bias = tensor({6}, {1, -2, 0.5, 0.25, 1, 2}, f64), w.out_proj_bias = tensor({2}, {10, 20}, f64);
    const Tensor y = multi_head_attention(x, x, x, 2, w).output;
    EXPECT_TENSOR_EQ(multi_head_attention(first, first, first, 2, w, {.batch_first = true}).output, transpose(y, 0, 1));
    EXPECT_TENSOR_EQ(multi_head_attention(kValues, kValues, kValues, 2, w).output, squeeze(y, 1));
    const Tensor same = x + 0.0;  // another tensor: projected on its own
    EXPECT_TENSOR_NEAR(multi_head_attention(x, same, same, 2, w).output, y, 1e-14);
    w.q_proj_weight = kNothing, w.k_proj_weight = w.v_proj_weight = kIdentity, w.in_proj_weight = Tensor();
    EXPECT_TENSOR_NEAR(multi_head_attention(x, x, x, 2, w).output, y, 1e-14);
}

/// A network over each position that gives 0, so that the layers keep what attention makes.
FeedForwardWeights no_feed_forward() { return {.weight1 = kIdentity, .weight2 = kNothing}; }

TEST(Transformer, LayersAddAttentionToTheirInput)
{
    // norm_first: x + mean over the positions of norm(x); norm gives (-1, 1) for both rows. Then x again for the memory.
    const Tensor x = unsqueeze(kValues, 1);
    TransformerLayerOptions options{.norm_first = true, .layer_norm_eps = 0};
    EXPECT_TENSOR_NEAR(transformer_encoder_layer(x, {mean_weights(), no_feed_forward(), {}, {}}, options),
                       tensor({2, 1, 2}, {0, 3, 2, 7}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(
        transformer_decoder_layer(x, x, {mean_weights(), mean_weights(), no_feed_forward(), {}, {}, {}}, options),
        tensor({2, 1, 2}, {2, 7, 4, 11}, f64), 1e-15);
    options.norm_first = false;
    EXPECT_TENSOR_NEAR(transformer_encoder_layer(x, {mean_weights(), no_feed_forward(), {}, {}}, options),
                       tensor({2, 1, 2}, {-1, 1, -1, 1}, f64), 1e-15);
}

TEST(Attention, BadInput)
{
    const Tensor x = unsqueeze(kValues, 1), three = zeros({2, 3}, f64);
    EXPECT_THROW_TEXT(scaled_dot_product_attention(kValues, three, three), ShapeError,
                      "scaled_dot_product_attention: query (2, 2), key (2, 3), value (2, 3) do not fit.\n"
                      "  rule: query (..., L, E), key (..., S, E), value (..., S, E').\n"
                      "  try:  the last two axes are positions and numbers: transpose what is not.");
    EXPECT_THROW_TEXT(
        attend({.attn_mask = kValues, .is_causal = true}), ShapeError,
        "scaled_dot_product_attention: attn_mask together with is_causal.\n  rule: is_causal is a mask of "
        "its own.\n  try:  put the causal mask into attn_mask.");
    EXPECT_THROW_TEXT(
        attend({.attn_mask = zeros({2, 2}, i64)}), DtypeError,
        "scaled_dot_product_attention: a mask i64 (2, 2) beside query f64 (2, 2).\n  rule: a mask is bool, "
        "or of the query's dtype where it is added.\n  try:  convert it: to(mask, dtype).");
    EXPECT_THROW(scaled_dot_product_attention(kValues, to(kValues, f32), kValues), DtypeError);
    EXPECT_THROW(attend({.attn_mask = zeros({3, 2}, boolean)}), ShapeError);
    EXPECT_THROW_TEXT(
        multi_head_attention(x, x, x, 3, mean_weights()), ShapeError,
        "multi_head_attention: 3 heads of 2 numbers.\n  rule: the number of heads is at least 1 and divides "
        "E.\n  try:  check embed_dim, num_heads and batch_first of the layer.");
    EXPECT_THROW(multi_head_attention(x, x, x, 0, mean_weights()), ShapeError);
    EXPECT_THROW(multi_head_attention(x, x, kValues, 1, mean_weights()), ShapeError);
    EXPECT_THROW(multi_head_attention(x, x, x, 1, {.out_proj_weight = kIdentity}), ShapeError);
    EXPECT_THROW(multi_head_attention(x, x, x, 1, {.in_proj_weight = mean_weights().in_proj_weight}), ShapeError);
    MultiHeadAttentionWeights w = mean_weights();
    w.bias_k = zeros({1, 1, 2}, f64);
    EXPECT_THROW(multi_head_attention(x, x, x, 1, w), ShapeError);
    EXPECT_THROW(multi_head_attention(x, x, x, 1, mean_weights(), {.key_padding_mask = zeros({1, 3}, boolean)}),
                 ShapeError);
    EXPECT_THROW(multi_head_attention(x, x, x, 1, mean_weights(), {.attn_mask = zeros({3, 3}, boolean)}), ShapeError);
    EXPECT_THROW(multi_head_attention(to(x, f32), x, x, 1, mean_weights()), DtypeError);
}

}  // namespace
}  // namespace xgrad
