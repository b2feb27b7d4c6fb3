#pragma once

// Rows of a table of vectors, by number.

#include <xgrad/record.hpp>

#include <optional>

namespace xgrad {

struct EmbeddingOptions {
    std::optional<std::int64_t> padding_idx = {};  ///< this row gets no gradient; may count from the back
    bool scale_grad_by_freq = false;               ///< a row's gradient is divided by how often it was looked up
};

/// y[..., :] = weight[indices[...], :], from i64 indices of any shape S and a weight (rows, d): S + (d). Throws
/// ShapeError for an index outside [0, rows) or a weight that is no matrix, DtypeError unless indices are i64.
Tensor embedding(const Tensor& indices, const Input& weight, EmbeddingOptions options = {});

enum class BagMode : unsigned char { sum, mean, max };

struct EmbeddingBagOptions {
    Tensor offsets = {};  ///< where in one-axis indices each bag begins; undefined: rows of indices
    BagMode mode = BagMode::mean;
    Tensor per_sample_weights = {};                ///< a factor for each index, with gradient; mode sum alone
    std::optional<std::int64_t> padding_idx = {};  ///< this row counts nothing; may count from the back
    bool include_last_offset = false;              ///< the last offset is the end of the last bag
    bool scale_grad_by_freq = false;
};

/// Sums, means or maxima of the rows of each bag: (bags, d). Indices are (bags, n), or (n) with offsets that begin with
/// 0 and do not fall. An empty bag gives 0. Of equal elements the first gets the gradient of a maximum. Throws as
/// embedding.
Tensor embedding_bag(const Tensor& indices, const Input& weight, const EmbeddingBagOptions& options = {});

}  // namespace xgrad
