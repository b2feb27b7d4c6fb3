// Losses from raw scores, fused: nothing of the size of the scores is kept between forward and backward.
#pragma once

#include <cstdint>

#include "autograd/kernels/table.hpp"

namespace xgrad::kernels {

enum class Reduction : unsigned char { none, sum, mean };

// ---- cross-entropy of logits and i64 labels -------------------------------------------------------------------------

/// Logits are contiguous (outer, n, inner) with n classes; labels, losses and lse are (outer, inner).
struct CrossEntropy {
    Dtype dtype;  // of logits, weight, loss, lse: f32 or f64
    Index outer, n, inner;
    const std::int64_t* labels;
    const void* weight = nullptr;      // n numbers, or null for 1 each
    std::int64_t ignore_index = -100;  // rows with this label count nothing
    double label_smoothing = 0;
    Reduction reduction = Reduction::mean;
};

/// Position of the first label that is neither in [0, n) nor ignore_index, or -1: call it before the others.
Index first_bad_label(const CrossEntropy& c);

/// loss: one number, or (outer, inner) without reduction. Keeps lse = log sum exp(logits), and returns the sum of the
/// weights of the labels, which the mean divides by. PyTorch's definition, label smoothing and weights included;
/// nothing counted gives nan.
double cross_entropy(const CrossEntropy& c, const void* logits, void* loss, void* lse);

/// gx = gradient for the logits; gy as `loss` above, lse and weight_sum from forward.
void cross_entropy_vjp(const CrossEntropy& c, const void* gy, const void* logits, const void* lse, double weight_sum,
                       void* gx);

// ---- squared error --------------------------------------------------------------------------------------------------

/// *y = sum of (a - b)^2 over n elements, divided by `total`: 1, or n for the mean; contiguous, f32 or f64.
void squared_error(Dtype dtype, double total, Index n, const void* a, const void* b, void* y);

/// g = *gy * 2 (a - b) / total: the gradient for a, and negated for b.
void squared_error_vjp(Dtype dtype, double total, Index n, const void* gy, const void* a, const void* b, void* g);

}  // namespace xgrad::kernels
