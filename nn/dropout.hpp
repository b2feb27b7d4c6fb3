#pragma once

// Dropout layers: they draw in training mode and pass x on in evaluation, or as their form says.

#include <xgrad/nn/members.hpp>
#include <xgrad/ops/dropout.hpp>

#include <string>

namespace xgrad::nn {

/// Where the scaling that keeps the mean stands: on what is kept, by 1 / (1 - p), during training (what PyTorch does); or,
/// as in the paper, on everything, by 1 - p, in evaluation.
enum class DropoutForm : unsigned char { inverted, classic };

struct DropoutOptions {
    DropoutForm form = DropoutForm::inverted;
    Generator* generator = nullptr;  ///< not owned; null: the default one
};

/// The operation dropout: each element is 0 with probability p during training. Source: Srivastava et al. (2014).
struct Dropout {
    /// Throws ShapeError for a p outside [0, 1].
    explicit Dropout(double p = 0.5, DropoutOptions options = {});
    /// The same, told by the probability of staying.
    static Dropout keep(double probability, DropoutOptions options = {}) { return Dropout(1 - probability, options); }

    Tensor operator()(const Input& x) const;

    /// The formula in use, and what PyTorch calls it.
    std::string describe() const;

    double p;
    DropoutOptions options;
    bool training = true;
    XGRAD_MODULE(Dropout, p, options, training)
};

namespace detail {

/// The layers that differ in nothing but the operation.
using DropoutOperation = Tensor (*)(const Input&, double, bool, Generator&);
template <DropoutOperation kOperation>
struct DropoutOf {
    explicit DropoutOf(double probability = 0.5, Generator* source = nullptr) : p(probability), generator(source) {}

    /// Throws ShapeError for a p outside [0, 1] and shapes that the operation does not take.
    Tensor operator()(const Input& x) const
    {
        return kOperation(x, p, training, generator ? *generator : default_generator());
    }

    double p;
    Generator* generator;  // not owned; null: the default one
    bool training = true;
    XGRAD_MODULE(DropoutOf, p, generator, training)
};

}  // namespace detail

using Dropout1d = detail::DropoutOf<&dropout1d>;  ///< whole channels of (N, C, L) or (C, L)
using Dropout2d = detail::DropoutOf<&dropout2d>;  ///< whole channels of (N, C, H, W) or (C, H, W)
using Dropout3d = detail::DropoutOf<&dropout3d>;  ///< whole channels of (N, C, D, H, W) or (C, D, H, W)
using AlphaDropout = detail::DropoutOf<&alpha_dropout>;
using FeatureAlphaDropout = detail::DropoutOf<&feature_alpha_dropout>;

}  // namespace xgrad::nn
