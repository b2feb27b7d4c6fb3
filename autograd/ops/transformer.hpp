#pragma once

// The layers of a transformer (Vaswani et al. 2017) as functions of their weights: attention and a small network over
// each position, each with a sum past it and a layer_norm. Shapes and masks are those of multi_head_attention.

#include <xgrad/ops/attention.hpp>

namespace xgrad {

struct LayerNormWeights {
    Tensor weight = {}, bias = {};  ///< (E), or undefined
};

struct FeedForwardWeights {
    Tensor weight1 = {}, bias1 = {};  ///< (F, E), (F)
    Tensor weight2 = {}, bias2 = {};  ///< (E, F), (E)
};

enum class TransformerActivation : unsigned char { relu, gelu };

struct TransformerLayerOptions {
    std::int64_t num_heads = 1;
    TransformerActivation activation = TransformerActivation::relu;
    bool norm_first = false;  ///< x + f(norm(x)) instead of norm(x + f(x))
    bool batch_first = false;
    double layer_norm_eps = 1e-5;
    double dropout_p =
        0;  ///< of attention's weights, of the hidden values, and of what each part gives; 0 in evaluation
    Generator& generator = default_generator();
};

struct TransformerEncoderLayerWeights {
    MultiHeadAttentionWeights self_attn;
    FeedForwardWeights feed_forward;
    LayerNormWeights norm1, norm2;
};

struct TransformerEncoderLayerMasks {
    Tensor src_mask = {}, src_key_padding_mask = {};
};

/// src looks at itself. src: (L, N, E)   y: (L, N, E)
Tensor transformer_encoder_layer(const Input& src, const TransformerEncoderLayerWeights& weights,
                                 const TransformerLayerOptions& options,
                                 const TransformerEncoderLayerMasks& masks = {});

struct TransformerDecoderLayerWeights {
    MultiHeadAttentionWeights self_attn, multihead_attn;
    FeedForwardWeights feed_forward;
    LayerNormWeights norm1, norm2, norm3;
};

struct TransformerDecoderLayerMasks {
    Tensor tgt_mask = {}, memory_mask = {}, tgt_key_padding_mask = {}, memory_key_padding_mask = {};
};

/// tgt looks at itself, then at what an encoder made. tgt: (L, N, E)   memory: (S, N, E)   y: (L, N, E)
Tensor transformer_decoder_layer(const Input& tgt, const Input& memory, const TransformerDecoderLayerWeights& weights,
                                 const TransformerLayerOptions& options,
                                 const TransformerDecoderLayerMasks& masks = {});

}  // namespace xgrad
