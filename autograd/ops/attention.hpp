#pragma once

// Attention and the layers of a transformer (Vaswani et al. 2017). Formulas, shapes and masks are PyTorch's. All tensors
// but boolean masks are of one floating dtype. Throws ShapeError where shapes do not fit, DtypeError for other dtypes.
//
// N: batch, L: positions that ask, S: positions that are asked, E: numbers a position has.

#include <xgrad/random.hpp>
#include <xgrad/record.hpp>

#include <cstdint>
#include <optional>

namespace xgrad {

struct AttentionOptions {
    Tensor attn_mask = {};             ///< broadcasts to (..., L, S): bool, true where one may look; or numbers to add
    bool is_causal = false;            ///< position i sees 0 to i alone; not together with attn_mask
    std::optional<double> scale = {};  ///< factor of the scores; 1 / sqrt(E) when absent
    double dropout_p = 0;              ///< of the weights, see dropout; 0 in evaluation
    Generator& generator = default_generator();
};

/// softmax(query key^T scale + mask) value.
///   query: (..., L, E)   key: (..., S, E)   value: (..., S, E')   y: (..., L, E')
/// Leading axes broadcast. A row whose positions are all masked gives NaN.
Tensor scaled_dot_product_attention(const Input& query, const Input& key, const Input& value,
                                    const AttentionOptions& options = {});

/// What an attention layer of E numbers learns; biases may be undefined. Either in_proj_weight, whose rows project query,
/// key and value one behind the other, or one projection each, for keys and values of other sizes than E.
struct MultiHeadAttentionWeights {
    Tensor in_proj_weight = {};                                         ///< (3 E, E)
    Tensor in_proj_bias = {};                                           ///< (3 E)
    Tensor out_proj_weight = {};                                        ///< (E, E)
    Tensor out_proj_bias = {};                                          ///< (E)
    Tensor q_proj_weight = {}, k_proj_weight = {}, v_proj_weight = {};  ///< (E, size of query, key, value)
    Tensor bias_k = {}, bias_v = {};                                    ///< (1, 1, E): a position more; both or none
};

struct MultiHeadAttentionOptions {
    Tensor key_padding_mask = {};      ///< (N, S): bool, true for positions to leave out; or numbers to add
    Tensor attn_mask = {};             ///< (L, S) or (N heads, L, S): the same; true where one may not look
    bool batch_first = false;          ///< (N, L, E) instead of (L, N, E)
    bool add_zero_attn = false;        ///< one position more, whose key and value are zeros
    bool need_weights = true;          ///< whether the weights are given, too
    bool average_attn_weights = true;  ///< their mean over the heads, (N, L, S); else (N, heads, L, S)
    double dropout_p = 0;              ///< of the weights, see dropout; 0 in evaluation
    Generator& generator = default_generator();
};

struct MultiHeadAttentionOutput {
    Tensor output, weights;  // weights: undefined unless needed
};

/// Several attentions side by side, each over E / num_heads of the projected numbers, projected again. The order of
/// axes is (L, N, E); without the axis N for one sample.
MultiHeadAttentionOutput multi_head_attention(const Input& query, const Input& key, const Input& value,
                                              std::int64_t num_heads, const MultiHeadAttentionWeights& weights,
                                              const MultiHeadAttentionOptions& options = {});

}  // namespace xgrad
