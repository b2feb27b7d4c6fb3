#pragma once

// Tables of learned vectors, one for each number. Start values: normal, as in PyTorch; the padding row is 0.

#include <xgrad/nn/members.hpp>
#include <xgrad/ops/embedding.hpp>

#include <cstdint>
#include <optional>

namespace xgrad::nn {

/// The operation embedding.   indices: any shape S, i64   weight: (num_embeddings, embedding_dim)   y: S + (embedding_dim)
struct Embedding {
    /// Throws ShapeError unless both are at least 1 and padding_idx is a row.
    Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, EmbeddingOptions options = {});
    /// Rows given: a copy of the matrix, trained on unless `freeze`.
    static Embedding from_pretrained(const Tensor& rows, bool freeze = true, EmbeddingOptions options = {});

    /// With options.max_norm the rows that are looked up are scaled down in the weight first, as PyTorch does; a const
    /// module does not write, and gives the same values. Throws as the operation.
    Tensor operator()(const Tensor& indices);
    Tensor operator()(const Tensor& indices) const;

    Parameter weight;
    EmbeddingOptions options;
    XGRAD_MODULE(Embedding, weight, options)
};

struct EmbeddingBagLayerOptions {
    BagMode mode = BagMode::mean;
    std::optional<std::int64_t> padding_idx = {};
    bool include_last_offset = false;
    std::optional<double> max_norm = {};
    double norm_type = 2;
    bool scale_grad_by_freq = false;
};

/// The operation embedding_bag: sums, means or maxima of the rows of each bag.
///   indices: (bags, n), or (n) with offsets   y: (bags, embedding_dim)
struct EmbeddingBag {
    /// Throws as Embedding.
    EmbeddingBag(std::int64_t num_embeddings, std::int64_t embedding_dim, EmbeddingBagLayerOptions options = {});

    /// offsets and per_sample_weights as in EmbeddingBagOptions; max_norm as in Embedding. Throws as the operation.
    Tensor operator()(const Tensor& indices, const Tensor& offsets = {}, const Tensor& per_sample_weights = {});
    Tensor operator()(const Tensor& indices, const Tensor& offsets = {}, const Tensor& per_sample_weights = {}) const;

    Parameter weight;
    EmbeddingBagLayerOptions options;
    XGRAD_MODULE(EmbeddingBag, weight, options)
};

}  // namespace xgrad::nn
