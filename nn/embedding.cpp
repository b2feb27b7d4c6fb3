#include <xgrad/error.hpp>
#include <xgrad/nn/embedding.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/ops/gather.hpp>

#include <string>

#include "nn/check.hpp"

namespace xgrad::nn {
namespace {

/// Normal rows; the padding row, which may be counted from the back, is 0.
Parameter table(const char* layer, std::int64_t rows, std::int64_t size, std::optional<std::int64_t> padding)
{
    detail::check_positive(layer, "num_embeddings", rows);
    detail::check_positive(layer, "embedding_dim", size);
    Tensor values = init::normal({rows, size}, 0, 1);
    if (padding) {
        const std::int64_t row = *padding < 0 ? *padding + rows : *padding;
        if (row < 0 || row >= rows)
            throw ShapeError(xgrad::detail::error_text(layer, "padding_idx is " + std::to_string(*padding),
                                                       "a row of the table, of " + std::to_string(rows) + " here",
                                                       "leave it out where no row stands for padding"));
        values = index_fill(values, 0, full({1}, static_cast<double>(row), i64), 0);
    }
    return Parameter(values, layer + std::string(".weight"));
}

/// Scales the rows that are looked up down to max_norm, in the weight itself.
template <class Layer>
void renormalise(Layer& layer, const Tensor& indices)
{
    if (layer.options.max_norm)
        layer.weight = embedding_renorm(indices, layer.weight, *layer.options.max_norm, layer.options.norm_type);
}

}  // namespace

Embedding::Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, EmbeddingOptions o)
    : weight(table("Embedding", num_embeddings, embedding_dim, o.padding_idx)), options(o)
{
}

Embedding Embedding::from_pretrained(const Tensor& rows, bool freeze, EmbeddingOptions o)
{
    if (rows.ndim() != 2)
        throw ShapeError(xgrad::detail::error_text("Embedding::from_pretrained",
                                                   "rows of shape " + to_string(rows.sizes()),
                                                   "(num_embeddings, embedding_dim)", "reshape them"));
    Embedding layer(rows.size(0), rows.size(1), o);
    layer.weight = Parameter(rows, "Embedding.weight");
    layer.weight.requires_grad(!freeze);
    return layer;
}

Tensor Embedding::operator()(const Tensor& indices)
{
    renormalise(*this, indices);
    return std::as_const(*this)(indices);
}

Tensor Embedding::operator()(const Tensor& indices) const { return embedding(indices, weight, options); }

EmbeddingBag::EmbeddingBag(std::int64_t num_embeddings, std::int64_t embedding_dim, EmbeddingBagLayerOptions o)
    : weight(table("EmbeddingBag", num_embeddings, embedding_dim, o.padding_idx)), options(o)
{
}

Tensor EmbeddingBag::operator()(const Tensor& indices, const Tensor& offsets, const Tensor& per_sample_weights)
{
    renormalise(*this, indices);
    return std::as_const(*this)(indices, offsets, per_sample_weights);
}

Tensor EmbeddingBag::operator()(const Tensor& indices, const Tensor& offsets, const Tensor& per_sample_weights) const
{
    return embedding_bag(indices, weight,
                         {.offsets = offsets,
                          .mode = options.mode,
                          .per_sample_weights = per_sample_weights,
                          .padding_idx = options.padding_idx,
                          .include_last_offset = options.include_last_offset,
                          .max_norm = options.max_norm,
                          .norm_type = options.norm_type,
                          .scale_grad_by_freq = options.scale_grad_by_freq});
}

}  // namespace xgrad::nn
