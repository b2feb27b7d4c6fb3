#pragma once

// Rows of a table of vectors, by number.

#include <xgrad/record.hpp>

#include <optional>

namespace xgrad {

struct EmbeddingOptions {
    std::optional<std::int64_t> padding_idx = {};  ///< this row gets no gradient; may count from the back
    std::optional<double> max_norm = {};           ///< rows of a larger norm come out scaled down to it
    double norm_type = 2;                          ///< the order of that norm, as in linalg::vector_norm
    bool scale_grad_by_freq = false;               ///< a row's gradient is divided by how often it was looked up
};

/// y[..., :] = weight[indices[...], :], from i64 indices of any shape S and a weight (rows, d): S + (d). Throws
/// ShapeError for an index outside [0, rows) or a weight that is no matrix, DtypeError unless indices are i64.
///
/// With max_norm the values and gradients are PyTorch's: the gradient passes as if the row had not been scaled. PyTorch
/// also writes the scaled rows into the weight; values do not change here, so who owns the weight does that, with
/// weight = embedding_renorm(indices, weight, max_norm).
Tensor embedding(const Tensor& indices, const Input& weight, EmbeddingOptions options = {});

/// The weight with those of its rows that are looked up scaled down to max_norm where their norm is larger. No gradient.
/// Throws as embedding.
Tensor embedding_renorm(const Tensor& indices, const Tensor& weight, double max_norm, double norm_type = 2);

enum class BagMode : unsigned char { sum, mean, max };

struct EmbeddingBagOptions {
    Tensor offsets = {};  ///< where in one-axis indices each bag begins; undefined: rows of indices
    BagMode mode = BagMode::mean;
    Tensor per_sample_weights = {};                ///< a factor for each index, with gradient; mode sum alone
    std::optional<std::int64_t> padding_idx = {};  ///< this row counts nothing; may count from the back
    bool include_last_offset = false;              ///< the last offset is the end of the last bag
    std::optional<double> max_norm = {};           ///< these as in EmbeddingOptions
    double norm_type = 2;
    bool scale_grad_by_freq = false;  ///< not with mode max
};

/// Sums, means or maxima of the rows of each bag: (bags, d). Indices are (bags, n), or (n) with offsets that begin with
/// 0 and do not fall. An empty bag gives 0. Of equal elements the first gets the gradient of a maximum. Throws as
/// embedding.
Tensor embedding_bag(const Tensor& indices, const Input& weight, const EmbeddingBagOptions& options = {});

}  // namespace xgrad
