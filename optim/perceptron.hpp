#pragma once

// The two learning rules of perceptrons, without gradients. Rows of x are samples; a column of ones is the bias.

#include <xgrad/tensor.hpp>

#include <cstdint>

namespace xgrad::optim {

struct PerceptronOptions {
    double lr = 1;
    std::int64_t max_epochs = 1000;
};

/// Rosenblatt's rule for labels 0 and 1: theta += lr (y - h(x)) x for one sample after the other, h(x) = 1 where
/// x theta >= 0, else 0. It converges when a plane separates the classes.
class PerceptronRule {
public:
    /// Begins at theta = 0. Throws std::invalid_argument for options out of range.
    explicit PerceptronRule(std::int64_t features, PerceptronOptions options = {});

    /// Goes once through all samples. Returns how many were wrong. Throws ShapeError unless x is (n, features) and y
    /// (n), DtypeError unless x is floating, std::invalid_argument for other labels; then nothing is changed.
    std::int64_t epoch(const Tensor& x, const Tensor& y);

    /// Epochs until none is wrong, or max_epochs. Returns whether none was.
    bool fit(const Tensor& x, const Tensor& y);

    Tensor predict(const Tensor& x) const;  ///< labels, i64 (n)
    Tensor theta() const;                   ///< f64 (features)
    std::int64_t epochs() const { return epochs_; }

private:
    PerceptronOptions options_;
    std::vector<double> theta_;
    std::int64_t epochs_ = 0;
};

struct BatchPerceptronOptions {
    double lr = 1;
    bool average = true;  ///< false, with lr 1: the fixed increment rule
    double eps = 1e-12;   ///< done when the update is shorter
    std::int64_t max_epochs = 1000;
};

/// The rule for labels -1 and 1: theta += lr d, d the sum of y x over the samples with y x theta <= 0, over n with
/// `average`. An epoch is one such step.
class BatchPerceptron {
public:
    explicit BatchPerceptron(std::int64_t features, BatchPerceptronOptions options = {});

    /// Returns the length of d. Throws as PerceptronRule.
    double epoch(const Tensor& x, const Tensor& y);

    /// Epochs until d is shorter than eps, the last one counted, or max_epochs. Returns whether it became so.
    bool fit(const Tensor& x, const Tensor& y);

    Tensor predict(const Tensor& x) const;  ///< -1 where x theta < 0, else 1; i64 (n)
    Tensor theta() const;
    std::int64_t epochs() const { return epochs_; }

private:
    BatchPerceptronOptions options_;
    std::vector<double> theta_;
    std::int64_t epochs_ = 0;
};

}  // namespace xgrad::optim
