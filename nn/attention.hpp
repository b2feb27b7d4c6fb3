#pragma once

// Attention and the layers of a transformer (Vaswani et al. 2017). Names, shapes, masks and start values are PyTorch's.
//
// N: batch, L: positions that ask, S: positions that are asked, E: embed_dim.

#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/ops/transformer.hpp>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace xgrad::nn {

struct MultiheadAttentionOptions {
    double dropout = 0;  ///< of the weights, in training
    bool bias = true;
    bool add_bias_kv = false;                          ///< a learned position more among keys and values
    bool add_zero_attn = false;                        ///< a position of zeros more
    std::optional<std::int64_t> kdim = {}, vdim = {};  ///< sizes of keys and values where they are not E
    bool batch_first = false;                          ///< (N, L, E) instead of (L, N, E)
};

struct AttentionMasks {
    Tensor key_padding_mask = {};  ///< (N, S): bool, true for positions to leave out; or numbers to add
    Tensor attn_mask = {};         ///< (L, S) or (N heads, L, S): the same; true where one may not look
    bool need_weights = true;
    bool average_attn_weights = true;  ///< their mean over the heads; else each head's
};

/// The operation multi_head_attention with its weights: in_proj_weight and in_proj_bias, or q_, k_ and v_proj_weight where
/// kdim or vdim differ from E; out_proj; bias_k and bias_v.
struct MultiheadAttention {
    /// Throws ShapeError unless num_heads divides embed_dim.
    MultiheadAttention(std::int64_t embed_dim, std::int64_t num_heads, MultiheadAttentionOptions options = {});

    /// query (L, N, E), key (S, N, kdim), value (S, N, vdim); without N for one sample. Throws as the operation.
    MultiHeadAttentionOutput operator()(const Input& query, const Input& key, const Input& value,
                                        const AttentionMasks& masks = {}) const;

    MultiHeadAttentionWeights weights() const;

    Parameter q_proj_weight, k_proj_weight, v_proj_weight, in_proj_weight, in_proj_bias, bias_k, bias_v;
    Linear out_proj;
    std::int64_t num_heads;
    MultiheadAttentionOptions options;
    bool training = true;
    XGRAD_MODULE(MultiheadAttention, q_proj_weight, k_proj_weight, v_proj_weight, in_proj_weight, in_proj_bias, bias_k,
                 bias_v, out_proj, num_heads, options, training)
};

struct TransformerOptions {
    std::int64_t dim_feedforward = 2048;
    double dropout = 0.1;
    TransformerActivation activation = TransformerActivation::relu;
    double layer_norm_eps = 1e-5;
    bool batch_first = false;
    bool norm_first = false;  ///< x + f(norm(x)) instead of norm(x + f(x))
};

/// src looks at itself, then a small network over each position.   src, y: (L, N, E)
struct TransformerEncoderLayer {
    TransformerEncoderLayer(std::int64_t d_model, std::int64_t nhead, TransformerOptions options = {});
    Tensor operator()(const Input& src, const TransformerEncoderLayerMasks& masks = {}) const;

    MultiheadAttention self_attn;
    Linear linear1, linear2;
    LayerNorm norm1, norm2;
    TransformerOptions options;
    bool training = true;
    XGRAD_MODULE(TransformerEncoderLayer, self_attn, linear1, linear2, norm1, norm2, options, training)
};

/// tgt looks at itself, then at what an encoder made, then a small network.   tgt, y: (L, N, E)   memory: (S, N, E)
struct TransformerDecoderLayer {
    TransformerDecoderLayer(std::int64_t d_model, std::int64_t nhead, TransformerOptions options = {});
    Tensor operator()(const Input& tgt, const Input& memory, const TransformerDecoderLayerMasks& masks = {}) const;

    MultiheadAttention self_attn, multihead_attn;
    Linear linear1, linear2;
    LayerNorm norm1, norm2, norm3;
    TransformerOptions options;
    bool training = true;
    XGRAD_MODULE(TransformerDecoderLayer, self_attn, multihead_attn, linear1, linear2, norm1, norm2, norm3, options,
                 training)
};

/// `count` copies of a layer, one after the other, and a norm at the end where one is given. As in PyTorch the copies
/// start with equal weights.
struct TransformerEncoder {
    TransformerEncoder(const TransformerEncoderLayer& layer, std::int64_t count, std::optional<LayerNorm> norm = {});
    Tensor operator()(const Input& src, const TransformerEncoderLayerMasks& masks = {}) const;

    std::vector<TransformerEncoderLayer> layers;
    std::optional<LayerNorm> norm;
    XGRAD_MODULE(TransformerEncoder, layers, norm)
};

struct TransformerDecoder {
    TransformerDecoder(const TransformerDecoderLayer& layer, std::int64_t count, std::optional<LayerNorm> norm = {});
    Tensor operator()(const Input& tgt, const Input& memory, const TransformerDecoderLayerMasks& masks = {}) const;

    std::vector<TransformerDecoderLayer> layers;
    std::optional<LayerNorm> norm;
    XGRAD_MODULE(TransformerDecoder, layers, norm)
};

struct PositionalEncodingOptions {
    std::int64_t max_len = 5000;
    double dropout = 0.1;
    bool batch_first = false;
};

/// dropout(x + pe), with pe[t, 2 i] = sin(t / 10000^(2 i / d)) and pe[t, 2 i + 1] = cos(t / 10000^(2 i / d)), section 3.5 of
/// the paper. x: (L, N, d), or (L, d)
struct PositionalEncoding {
    /// Throws ShapeError unless all sizes are at least 1.
    explicit PositionalEncoding(std::int64_t d_model, PositionalEncodingOptions options = {});

    /// Throws ShapeError for more than max_len positions or another d.
    Tensor operator()(const Input& x) const;

    Tensor pe;  ///< (max_len, d)
    PositionalEncodingOptions options;
    bool training = true;
    XGRAD_MODULE(PositionalEncoding, pe, options, training)
};

/// (n, n), what attn_mask takes so that each position sees itself and those before: 0 there, -infinity behind.
Tensor square_subsequent_mask(std::int64_t n, Dtype dtype = default_dtype());

}  // namespace xgrad::nn
