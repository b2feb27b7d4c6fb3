#include <xgrad/nn/attention.hpp>

#include <xgrad/error.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/ops/diagonal.hpp>
#include <xgrad/ops/dropout.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include <cmath>
#include <limits>
#include <string>

#include "nn/check.hpp"

namespace xgrad::nn {
namespace {

using detail::value_or_none;
using xgrad::detail::error_text;

Parameter projection(Sizes sizes) { return Parameter(init::xavier_uniform(sizes), "MultiheadAttention.projection"); }

TransformerLayerOptions layer_options(const TransformerOptions& o, std::int64_t heads, bool training)
{
    return {.num_heads = heads,
            .activation = o.activation,
            .norm_first = o.norm_first,
            .batch_first = o.batch_first,
            .layer_norm_eps = o.layer_norm_eps,
            .dropout_p = training ? o.dropout : 0};
}

template <class Layer>
FeedForwardWeights feed_forward(const Layer& layer)
{
    return {layer.linear1.weight, layer.linear1.bias, layer.linear2.weight, layer.linear2.bias};
}

LayerNormWeights weights_of(const LayerNorm& norm) { return {norm.weight, norm.bias}; }

/// Encodings of all positions, of shape (max_len, d).
template <class T>
void fill_encoding(T* pe, std::int64_t max_len, std::int64_t d)
{
    for (std::int64_t t = 0; t < max_len; ++t)
        for (std::int64_t i = 0; i < d; ++i) {
            const double rate = std::pow(10000.0, -static_cast<double>(i - i % 2) / static_cast<double>(d));
            const double angle = static_cast<double>(t) * rate;
            pe[t * d + i] = static_cast<T>(i % 2 == 0 ? std::sin(angle) : std::cos(angle));
        }
}

}  // namespace

MultiheadAttention::MultiheadAttention(std::int64_t embed_dim, std::int64_t heads, MultiheadAttentionOptions o)
    : out_proj(embed_dim, embed_dim, {.bias = o.bias}), num_heads(heads), options(o)
{
    const std::int64_t e = embed_dim;
    detail::check_positive("MultiheadAttention", "num_heads", heads);
    if (e % heads != 0)
        throw ShapeError(error_text("MultiheadAttention",
                                    std::to_string(e) + " numbers for " + std::to_string(heads) + " heads",
                                    "num_heads divides embed_dim", "change one of them"));
    const std::int64_t kdim = o.kdim.value_or(e), vdim = o.vdim.value_or(e);
    detail::check_positive("MultiheadAttention", "kdim", kdim);
    detail::check_positive("MultiheadAttention", "vdim", vdim);
    if (kdim == e && vdim == e) {
        in_proj_weight = projection({3 * e, e});
    } else {
        q_proj_weight = projection({e, e});
        k_proj_weight = projection({e, kdim});
        v_proj_weight = projection({e, vdim});
    }
    if (o.bias) {
        in_proj_bias = Parameter(zeros({3 * e}), "MultiheadAttention.in_proj_bias");
        out_proj.bias = zeros({e});
    }
    if (!o.add_bias_kv) return;
    bias_k = Parameter(init::xavier_normal({1, 1, e}), "MultiheadAttention.bias_k");
    bias_v = Parameter(init::xavier_normal({1, 1, e}), "MultiheadAttention.bias_v");
}

MultiHeadAttentionWeights MultiheadAttention::weights() const
{
    return {.in_proj_weight = value_or_none(in_proj_weight),
            .in_proj_bias = value_or_none(in_proj_bias),
            .out_proj_weight = out_proj.weight,
            .out_proj_bias = value_or_none(out_proj.bias),
            .q_proj_weight = value_or_none(q_proj_weight),
            .k_proj_weight = value_or_none(k_proj_weight),
            .v_proj_weight = value_or_none(v_proj_weight),
            .bias_k = value_or_none(bias_k),
            .bias_v = value_or_none(bias_v)};
}

MultiHeadAttentionOutput MultiheadAttention::operator()(const Input& query, const Input& key, const Input& value,
                                                        const AttentionMasks& masks) const
{
    detail::check_dtype("MultiheadAttention", *query, out_proj.weight);
    return multi_head_attention(query, key, value, num_heads, weights(),
                                {.key_padding_mask = masks.key_padding_mask,
                                 .attn_mask = masks.attn_mask,
                                 .batch_first = options.batch_first,
                                 .add_zero_attn = options.add_zero_attn,
                                 .need_weights = masks.need_weights,
                                 .average_attn_weights = masks.average_attn_weights,
                                 .dropout_p = training ? options.dropout : 0});
}

TransformerEncoderLayer::TransformerEncoderLayer(std::int64_t d_model, std::int64_t nhead, TransformerOptions o)
    : self_attn(d_model, nhead, {.dropout = o.dropout, .batch_first = o.batch_first}),
      linear1(d_model, o.dim_feedforward),
      linear2(o.dim_feedforward, d_model),
      norm1(d_model, {.eps = o.layer_norm_eps}),
      norm2(d_model, {.eps = o.layer_norm_eps}),
      options(o)
{
}

Tensor TransformerEncoderLayer::operator()(const Input& src, const TransformerEncoderLayerMasks& masks) const
{
    detail::check_dtype("TransformerEncoderLayer", *src, linear1.weight);
    return transformer_encoder_layer(src,
                                     {.self_attn = self_attn.weights(),
                                      .feed_forward = feed_forward(*this),
                                      .norm1 = weights_of(norm1),
                                      .norm2 = weights_of(norm2)},
                                     layer_options(options, self_attn.num_heads, training), masks);
}

TransformerDecoderLayer::TransformerDecoderLayer(std::int64_t d_model, std::int64_t nhead, TransformerOptions o)
    : self_attn(d_model, nhead, {.dropout = o.dropout, .batch_first = o.batch_first}),
      multihead_attn(d_model, nhead, {.dropout = o.dropout, .batch_first = o.batch_first}),
      linear1(d_model, o.dim_feedforward),
      linear2(o.dim_feedforward, d_model),
      norm1(d_model, {.eps = o.layer_norm_eps}),
      norm2(d_model, {.eps = o.layer_norm_eps}),
      norm3(d_model, {.eps = o.layer_norm_eps}),
      options(o)
{
}

Tensor TransformerDecoderLayer::operator()(const Input& tgt, const Input& memory,
                                           const TransformerDecoderLayerMasks& masks) const
{
    detail::check_dtype("TransformerDecoderLayer", *tgt, linear1.weight);
    return transformer_decoder_layer(tgt, memory,
                                     {.self_attn = self_attn.weights(),
                                      .multihead_attn = multihead_attn.weights(),
                                      .feed_forward = feed_forward(*this),
                                      .norm1 = weights_of(norm1),
                                      .norm2 = weights_of(norm2),
                                      .norm3 = weights_of(norm3)},
                                     layer_options(options, self_attn.num_heads, training), masks);
}

TransformerEncoder::TransformerEncoder(const TransformerEncoderLayer& layer, std::int64_t count,
                                       std::optional<LayerNorm> n)
    : norm(std::move(n))
{
    detail::check_positive("TransformerEncoder", "the number of layers", count);
    for (std::int64_t i = 0; i < count; ++i) layers.push_back(layer);
}

Tensor TransformerEncoder::operator()(const Input& src, const TransformerEncoderLayerMasks& masks) const
{
    Tensor x = *src;
    for (const TransformerEncoderLayer& layer : layers) x = layer({x, src.file(), src.line()}, masks);
    return norm ? (*norm)({x, src.file(), src.line()}) : x;
}

TransformerDecoder::TransformerDecoder(const TransformerDecoderLayer& layer, std::int64_t count,
                                       std::optional<LayerNorm> n)
    : norm(std::move(n))
{
    detail::check_positive("TransformerDecoder", "the number of layers", count);
    for (std::int64_t i = 0; i < count; ++i) layers.push_back(layer);
}

Tensor TransformerDecoder::operator()(const Input& tgt, const Input& memory,
                                      const TransformerDecoderLayerMasks& masks) const
{
    Tensor x = *tgt;
    for (const TransformerDecoderLayer& layer : layers) x = layer({x, tgt.file(), tgt.line()}, memory, masks);
    return norm ? (*norm)({x, tgt.file(), tgt.line()}) : x;
}

PositionalEncoding::PositionalEncoding(std::int64_t d_model, PositionalEncodingOptions o) : options(o)
{
    detail::check_positive("PositionalEncoding", "d_model", d_model);
    detail::check_positive("PositionalEncoding", "max_len", o.max_len);
    pe = xgrad::detail::empty(default_dtype(), {o.max_len, d_model});
    if (pe.dtype() == f32)
        fill_encoding(xgrad::detail::mutable_data<float>(pe), o.max_len, d_model);
    else
        fill_encoding(xgrad::detail::mutable_data<double>(pe), o.max_len, d_model);
}

Tensor PositionalEncoding::operator()(const Input& x) const
{
    detail::check_dtype("PositionalEncoding", *x, pe.dtype());
    const bool batch = x->ndim() == 3;
    const std::int64_t axis = batch && options.batch_first ? 1 : 0;
    if ((x->ndim() != 2 && !batch) || x->size(-1) != pe.size(1) || x->size(axis) > pe.size(0))
        throw ShapeError(error_text("PositionalEncoding", "input of shape " + to_string(x->sizes()),
                                    "x: (L, N, " + std::to_string(pe.size(1)) + ") with L at most " +
                                        std::to_string(pe.size(0)) + ", (N, L, ...) with batch_first, or (L, ...)",
                                    "check d_model, max_len and batch_first"));
    const Tensor rows = narrow(pe, 0, 0, x->size(axis));
    const Tensor y = add(x, batch && axis == 0 ? unsqueeze(rows, 1) : rows);
    return dropout({y, x.file(), x.line()}, options.dropout, training);
}

Tensor square_subsequent_mask(std::int64_t n, Dtype dtype)
{
    detail::check_positive("square_subsequent_mask", "n", n);
    return where(tril(ones({n, n}, boolean)), zeros({}, dtype), -std::numeric_limits<double>::infinity());
}

}  // namespace xgrad::nn
