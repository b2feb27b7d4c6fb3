#include "tests/reference/binding.hpp"

#include <xgrad/ops/transformer.hpp>

namespace xgrad::reference {
namespace {

MultiHeadAttentionWeights attention_weights(const Call& c, const std::string& prefix)
{
    const auto of = [&](const char* name) { return c.tensor_if_any(prefix + name); };
    return {.in_proj_weight = of("in_proj_weight"),
            .in_proj_bias = of("in_proj_bias"),
            .out_proj_weight = of("out_proj.weight"),
            .out_proj_bias = of("out_proj.bias"),
            .q_proj_weight = of("q_proj_weight"),
            .k_proj_weight = of("k_proj_weight"),
            .v_proj_weight = of("v_proj_weight"),
            .bias_k = of("bias_k"),
            .bias_v = of("bias_v")};
}

LayerNormWeights norm_weights(const Call& c, const std::string& name)
{
    return {.weight = c.tensor_if_any(name + ".weight"), .bias = c.tensor_if_any(name + ".bias")};
}

FeedForwardWeights feed_forward_weights(const Call& c)
{
    return {.weight1 = c.tensor("linear1.weight"),
            .bias1 = c.tensor_if_any("linear1.bias"),
            .weight2 = c.tensor("linear2.weight"),
            .bias2 = c.tensor_if_any("linear2.bias")};
}

void refuse_dropout(const Call& c)
{
    if (c.number("dropout", 0) != 0) throw CallError("results of dropout are random");
}

TransformerLayerOptions layer_options(const Call& c)
{
    refuse_dropout(c);
    (void)c.integer("d_model");
    (void)c.integer("dim_feedforward", 0);
    const bool gelu = c.text("activation", "relu") == "gelu";
    return {.num_heads = c.integer("nhead"),
            .activation = gelu ? TransformerActivation::gelu : TransformerActivation::relu,
            .norm_first = c.flag("norm_first", false),
            .batch_first = c.flag("batch_first", false),
            .layer_norm_eps = c.number("layer_norm_eps", 1e-5)};
}

Outputs multi_head_attention_of(const Call& c)
{
    refuse_dropout(c);
    (void)c.integer("embed_dim");
    (void)c.integer("kdim", 0), (void)c.integer("vdim", 0);
    (void)c.flag("bias", true), (void)c.flag("add_bias_kv", false);
    const MultiHeadAttentionOutput y = multi_head_attention(
        c.tensor("query"), c.tensor("key"), c.tensor("value"), c.integer("num_heads"), attention_weights(c, ""),
        {.key_padding_mask = c.tensor_if_any("key_padding_mask"),
         .attn_mask = c.tensor_if_any("attn_mask"),
         .batch_first = c.flag("batch_first", false),
         .add_zero_attn = c.flag("add_zero_attn", false),
         .need_weights = c.flag("need_weights", true),
         .average_attn_weights = c.flag("average_attn_weights", true)});
    if (!y.weights.defined()) return y.output;
    return std::vector<Tensor>{y.output, y.weights};
}

Outputs encoder_layer_of(const Call& c)
{
    return transformer_encoder_layer(
        c.tensor("src"),
        {attention_weights(c, "self_attn."), feed_forward_weights(c), norm_weights(c, "norm1"),
         norm_weights(c, "norm2")},
        layer_options(c),
        {.src_mask = c.tensor_if_any("src_mask"), .src_key_padding_mask = c.tensor_if_any("src_key_padding_mask")});
}

Outputs decoder_layer_of(const Call& c)
{
    return transformer_decoder_layer(
        c.tensor("tgt"), c.tensor("memory"),
        {attention_weights(c, "self_attn."), attention_weights(c, "multihead_attn."), feed_forward_weights(c),
         norm_weights(c, "norm1"), norm_weights(c, "norm2"), norm_weights(c, "norm3")},
        layer_options(c),
        {.tgt_mask = c.tensor_if_any("tgt_mask"),
         .memory_mask = c.tensor_if_any("memory_mask"),
         .tgt_key_padding_mask = c.tensor_if_any("tgt_key_padding_mask"),
         .memory_key_padding_mask = c.tensor_if_any("memory_key_padding_mask")});
}

constexpr Binding kRows[] = {
    {"nn.functional.scaled_dot_product_attention",
     [](const Call& c) -> Outputs {
         if (c.number("dropout_p", 0) != 0) throw CallError("results of dropout are random");
         return scaled_dot_product_attention(
             c.tensor("query"), c.tensor("key"), c.tensor("value"),
             {.attn_mask = c.tensor_if_any("attn_mask"), .is_causal = c.flag("is_causal", false)});
     }},
    {"nn.MultiheadAttention", multi_head_attention_of},
    {"nn.TransformerEncoderLayer", encoder_layer_of},
    {"nn.TransformerDecoderLayer", decoder_layer_of},
};

}  // namespace

Bindings attention_bindings() { return kRows; }

}  // namespace xgrad::reference
