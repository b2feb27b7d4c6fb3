#pragma once

// Losses: what a model computed against what it should have.

#include <xgrad/record.hpp>

namespace xgrad {

/// What becomes of the losses of single elements: kept, added up, or averaged.
enum class Reduction : unsigned char { none, sum, mean };

struct CrossEntropyOptions {
    Tensor weight = {};                ///< one factor a class, a constant; undefined: 1 each
    std::int64_t ignore_index = -100;  ///< elements with this label count nothing
    Reduction reduction = Reduction::mean;
    double label_smoothing = 0;  ///< this part of the label is spread evenly over all classes; 0 to 1
};

/// -log softmax(x)[label], from raw scores x: (N, C) or (N, C, d1, ...) or (C), with i64 labels (N), (N, d1, ...) or
/// (). The mean divides by the sum of the weights of the labels; with nothing counted it is NaN.
/// Throws ShapeError where shapes do not fit or a label is outside [0, C), DtypeError unless labels are i64.
Tensor cross_entropy(const Input& x, const Tensor& labels, const CrossEntropyOptions& options = {});

struct NllOptions {
    Tensor weight = {};
    std::int64_t ignore_index = -100;
    Reduction reduction = Reduction::mean;
};

/// -x[label], from log-probabilities x: what cross_entropy does after log_softmax.
Tensor nll_loss(const Input& x, const Tensor& labels, const NllOptions& options = {});

struct MseOptions {
    Reduction reduction = Reduction::mean;
};

/// (a - b)^2, by default its mean over all elements. Shapes broadcast, dtypes promote.
/// Throws DtypeError unless one of the two is floating.
Tensor mse_loss(const Input& a, const Input& b, MseOptions options = {});

}  // namespace xgrad
