#include <xgrad/ops/transformer.hpp>

#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/dropout.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/normalization.hpp>

namespace xgrad {
namespace {

/// x past a part of the layer: x + part(norm(x)), or norm(x + part(x)).
template <class Part>
Tensor past(const Tensor& x, const LayerNormWeights& w, const TransformerLayerOptions& o, Part part)
{
    const auto norm = [&](const Tensor& y) {
        return layer_norm(y, {y.size(-1)}, {.weight = w.weight, .bias = w.bias, .eps = o.layer_norm_eps});
    };
    const auto dropped = [&](const Tensor& y) { return dropout(y, o.dropout_p, true, o.generator); };
    return o.norm_first ? x + dropped(part(norm(x))) : norm(x + dropped(part(x)));
}

Tensor attend(const Tensor& x, const Tensor& memory, const MultiHeadAttentionWeights& w, const Tensor& mask,
              const Tensor& padding, const TransformerLayerOptions& o)
{
    return multi_head_attention(x, memory, memory, o.num_heads, w,
                                {.key_padding_mask = padding,
                                 .attn_mask = mask,
                                 .batch_first = o.batch_first,
                                 .need_weights = false,
                                 .dropout_p = o.dropout_p,
                                 .generator = o.generator})
        .output;
}

Tensor feed_forward(const Tensor& x, const FeedForwardWeights& w, const TransformerLayerOptions& o)
{
    const Tensor h = linear(x, w.weight1, w.bias1);
    const Tensor active = o.activation == TransformerActivation::relu ? relu(h) : gelu(h);
    return linear(dropout(active, o.dropout_p, true, o.generator), w.weight2, w.bias2);
}

}  // namespace

Tensor transformer_encoder_layer(const Input& src, const TransformerEncoderLayerWeights& w,
                                 const TransformerLayerOptions& o, const TransformerEncoderLayerMasks& m)
{
    const Tensor x = past(*src, w.norm1, o, [&](const Tensor& y) {
        return attend(y, y, w.self_attn, m.src_mask, m.src_key_padding_mask, o);
    });
    return past(x, w.norm2, o, [&](const Tensor& y) { return feed_forward(y, w.feed_forward, o); });
}

Tensor transformer_decoder_layer(const Input& tgt, const Input& memory, const TransformerDecoderLayerWeights& w,
                                 const TransformerLayerOptions& o, const TransformerDecoderLayerMasks& m)
{
    Tensor x = past(*tgt, w.norm1, o,
                    [&](const Tensor& y) { return attend(y, y, w.self_attn, m.tgt_mask, m.tgt_key_padding_mask, o); });
    x = past(x, w.norm2, o, [&](const Tensor& y) {
        return attend(y, *memory, w.multihead_attn, m.memory_mask, m.memory_key_padding_mask, o);
    });
    return past(x, w.norm3, o, [&](const Tensor& y) { return feed_forward(y, w.feed_forward, o); });
}

}  // namespace xgrad
