// Rows of the op table: recurrent networks, attention and transformer layers.
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/recurrent.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/ops/transformer.hpp>

#include "autograd/ops/lstm_sequence.hpp"
#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

/// A part of the numbers of kCube, repeated and scaled differently in each row, so that rows are not equal.
Tensor weight(const Tensor& cube, std::int64_t rows, std::int64_t columns)
{
    const Tensor numbers = reshape(cube, {12});
    std::vector<Tensor> all;
    for (std::int64_t i = 0; i < rows; ++i)
        all.push_back(narrow(numbers, 0, i % (13 - columns), columns) * (0.5 + 0.125 * static_cast<double>(i)));
    return stack(all);
}

/// A network of two inputs or more and two hidden numbers.
CellWeights cell_weights(const Tensor& cube, std::int64_t gates, std::int64_t input)
{
    const Tensor hidden = weight(cube, 2 * gates, 3);
    return {.weight_ih = weight(cube, 2 * gates, input),
            .weight_hh = narrow(hidden, 1, 1, 2),
            .bias_ih = select(hidden, 1, 0),
            .bias_hh = select(hidden, 1, 2)};
}

/// x: two cubes, h and c.
Tensor lstm_sequence(const In& x, bool backwards)
{
    return detail::lstm_sequence(reshape(weight(x[0], 4, 8), {2, 2, 8}), weight(x[1], 8, 2), x[2], x[3], backwards);
}

Tensor all_of(const LstmOutput& y) { return cat({flatten(y.output), flatten(y.h_n), flatten(y.c_n)}); }
Tensor all_of(const RecurrentOutput& y) { return cat({flatten(y.output), flatten(y.h_n)}); }

const OpRows kRecurrent{{
    {"RnnTanhCell",
     [](const In& x) { return rnn_tanh_cell(x[0], x[1], cell_weights(x[2], 1, 3)); },
     {kMatrix, kSquare, kCube}},
    {"RnnReluCell",
     [](const In& x) { return rnn_relu_cell(x[0], x[1], cell_weights(x[2], 1, 3)); },
     {kMatrix, kSquare, kCube}},
    {"GruCell", [](const In& x) { return gru_cell(x[0], x[1], cell_weights(x[2], 3, 3)); }, {kMatrix, kSquare, kCube}},
    {"LstmCell",
     [](const In& x) {
         const LstmState y = lstm_cell(x[0], {x[1], square(x[1])}, cell_weights(x[2], 4, 3));
         return cat({y.h, y.c});
     },
     {kMatrix, kSquare, kCube}},
    {"RnnTanh",
     [](const In& x) { return all_of(rnn_tanh(x[0], unsqueeze(x[1], 0), {cell_weights(x[0], 1, 3)})); },
     {kCube, kSquare}},
    {"GruBothWays",
     [](const In& x) {
         const CellWeights w = cell_weights(x[0], 3, 3);
         return all_of(gru(x[0], stack({x[1], x[1]}), {w, w}, {.bidirectional = true, .batch_first = true}));
     },
     {kCube, kSquare}},
    {"LstmOfTwoLayers",
     [](const In& x) {
         return all_of(lstm(x[0], {}, {cell_weights(x[1], 4, 3), cell_weights(x[1], 4, 2)}));
     },
     {kCube, kCube}},
    {"LstmSequence",
     [](const In& x) { return lstm_sequence(x, false); },
     {kCube, kCube, kSquare, kSquare},
     {},
     {{"lstm_sequence", {{"direction", 1}}}}},
    {"LstmSequenceBackwards",
     [](const In& x) { return lstm_sequence(x, true); },
     {kCube, kCube, kSquare, kSquare},
     {},
     {{"lstm_sequence", {{"direction", -1}}}}},
}};

MultiHeadAttentionWeights attention_weights(const Tensor& cube)
{
    const Tensor square = weight(cube, 2, 2);
    return {.in_proj_weight = weight(cube, 6, 2),
            .in_proj_bias = narrow(reshape(cube, {12}), 0, 2, 6),
            .out_proj_weight = square,
            .out_proj_bias = select(square, 0, 1)};
}

const Tensor kMask = tensor({2, 3}, {0, 0, 1, 0, 1, 0}, boolean);

/// Three steps of two samples of two numbers.
Tensor steps(const Tensor& cube) { return reshape(cube, {3, 2, 2}); }

FeedForwardWeights feed_forward_weights(const Tensor& cube)
{
    return {
        .weight1 = weight(cube, 3, 2), .bias1 = narrow(reshape(cube, {12}), 0, 4, 3), .weight2 = weight(cube, 2, 3)};
}

const OpRows kAttention{{
    {"Attention", [](const In& x) { return scaled_dot_product_attention(x[0], x[1], x[1] * 2.0); }, {kMatrix, kCube}},
    {"AttentionCausal",
     [](const In& x) { return scaled_dot_product_attention(x[0], x[0], x[0], {.is_causal = true, .scale = 0.75}); },
     {kCube}},
    {"AttentionMasked",
     [](const In& x) {
         const Tensor keys = reshape(x[1], {4, 3});
         return scaled_dot_product_attention(x[0], narrow(keys, 0, 0, 3), narrow(keys, 0, 1, 3),
                                             {.attn_mask = eq(kMask, 0)});
     },
     {kMatrix, kCube}},
    {"AttentionWithAddedMask",
     [](const In& x) { return scaled_dot_product_attention(x[0], x[1], x[1], {.attn_mask = x[2]}); },
     {kMatrix, kCube, kSquare}},
    {"MultiHeadAttention",
     [](const In& x) {
         const auto y = multi_head_attention(steps(x[0]), steps(x[0]), steps(x[1]), 2, attention_weights(x[1]),
                                             {.key_padding_mask = kMask});
         return cat({flatten(y.output), flatten(y.weights)});
     },
     {kCube, kCube}},
    {"TransformerEncoderLayer",
     [](const In& x) {
         return transformer_encoder_layer(
             steps(x[0]),
             {attention_weights(x[1]), feed_forward_weights(x[1]), {select(x[2], 0, 0), select(x[2], 0, 1)}, {}},
             {.activation = TransformerActivation::gelu, .layer_norm_eps = 0.1}, {.src_key_padding_mask = kMask});
     },
     {kCube, kCube, kSquare}},
    {"TransformerDecoderLayerNormFirst",
     [](const In& x) {
         return transformer_decoder_layer(
             steps(x[0]), steps(x[1]),
             {attention_weights(x[1]), attention_weights(x[0]), feed_forward_weights(x[1]), {}, {}, {}},
             {.num_heads = 2, .activation = TransformerActivation::gelu, .norm_first = true, .layer_norm_eps = 0.1});
     },
     {kCube, kCube}},
}};

}  // namespace
