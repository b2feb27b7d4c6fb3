#pragma once

// Normalisation layers, with the defaults and start values of PyTorch: weights 1, biases 0.

#include <xgrad/nn/members.hpp>
#include <xgrad/ops/normalization.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace xgrad::nn {

struct BatchNormOptions {
    double eps = 1e-5;
    std::optional<double> momentum = 0.1;  ///< weight of a batch in the running statistics; nullopt: all batches alike
    bool affine = true;                    ///< weight and bias
    bool track_running_stats = true;       ///< else every batch is normalised by itself, in evaluation too
};

/// y = (x - mean) / sqrt(var + eps) weight + bias over all axes but the channels'. In training mean and var are the
/// batch's, and the running ones take a step towards them; in evaluation they are the running ones (Ioffe and Szegedy
/// 2015). Axes is 1, 2 or 3:
///   x: (N, C) or (N, C, L); (N, C, H, W); (N, C, D, H, W)   all others: (C)
template <int Axes>
struct BatchNorm {
    /// Throws ShapeError unless num_features is at least 1.
    explicit BatchNorm(std::int64_t num_features, BatchNormOptions options = {});

    /// Throws ShapeError for other shapes, and in training for one element a channel; DtypeError unless x has the
    /// parameters' dtype.
    Tensor operator()(const Input& x);
    /// A const module cannot update its statistics: throws std::logic_error where it would have to.
    Tensor operator()(const Input& x) const;

    Parameter weight, bias;                                 // undefined unless affine
    Tensor running_mean, running_var, num_batches_tracked;  // undefined unless tracked
    BatchNormOptions options;
    bool training = true;
    XGRAD_MODULE(BatchNorm, weight, bias, running_mean, running_var, num_batches_tracked, options, training)

private:
    NormWithStatistics normalised(const Input& x, double momentum) const;
    std::int64_t num_features_;
};
using BatchNorm1d = BatchNorm<1>;
using BatchNorm2d = BatchNorm<2>;
using BatchNorm3d = BatchNorm<3>;

struct InstanceNormOptions {
    double eps = 1e-5;
    double momentum = 0.1;
    bool affine = false;
    bool track_running_stats = false;  ///< then evaluation uses the running statistics, which training updates
};

/// The same over each channel of each sample by itself (Ulyanov et al. 2016). x may also come without the axis N.
template <int Axes>
struct InstanceNorm {
    explicit InstanceNorm(std::int64_t num_features, InstanceNormOptions options = {});

    /// Throw as BatchNorm.
    Tensor operator()(const Input& x);
    Tensor operator()(const Input& x) const;

    Parameter weight, bias;
    Tensor running_mean, running_var, num_batches_tracked;  // the last stays 0, as in PyTorch
    InstanceNormOptions options;
    bool training = true;
    XGRAD_MODULE(InstanceNorm, weight, bias, running_mean, running_var, num_batches_tracked, options, training)

private:
    NormWithStatistics normalised(const Input& x) const;
    std::int64_t num_features_;
};
using InstanceNorm1d = InstanceNorm<1>;
using InstanceNorm2d = InstanceNorm<2>;
using InstanceNorm3d = InstanceNorm<3>;

struct LayerNormOptions {
    double eps = 1e-5;
    bool elementwise_affine = true;
    bool bias = true;  ///< where elementwise_affine
};

/// Over the last axes, whose shape is given (Ba, Kiros and Hinton 2016). weight and bias have that shape.
struct LayerNorm {
    /// Throws ShapeError unless all numbers are at least 1.
    explicit LayerNorm(std::vector<std::int64_t> normalized_shape, LayerNormOptions options = {});
    explicit LayerNorm(std::int64_t last_axis, LayerNormOptions options = {});

    /// Throws ShapeError for other last axes, DtypeError unless x has the parameters' dtype.
    Tensor operator()(const Input& x) const;

    Parameter weight, bias;  // undefined where there are none
    std::vector<std::int64_t> normalized_shape;
    LayerNormOptions options;
    XGRAD_MODULE(LayerNorm, weight, bias, normalized_shape, options)
};

struct RMSNormOptions {
    std::optional<double> eps = {};  ///< absent: the dtype's epsilon
    bool elementwise_affine = true;  ///< a weight
};

/// x / sqrt(mean x^2 + eps) weight over the last axes, as the operation rms_norm (Zhang and Sennrich 2019).
struct RMSNorm {
    /// Throws as LayerNorm.
    explicit RMSNorm(std::vector<std::int64_t> normalized_shape, RMSNormOptions options = {});
    explicit RMSNorm(std::int64_t last_axis, RMSNormOptions options = {});

    /// Throws as LayerNorm.
    Tensor operator()(const Input& x) const;

    Parameter weight;  // undefined where there is none
    std::vector<std::int64_t> normalized_shape;
    RMSNormOptions options;
    XGRAD_MODULE(RMSNorm, weight, normalized_shape, options)
};

struct GroupNormOptions {
    double eps = 1e-5;
    bool affine = true;
};

/// Over groups of neighbouring channels of each sample (Wu and He 2018). x: (N, C, ...)   weight, bias: (C)
struct GroupNorm {
    /// Throws ShapeError unless both are at least 1 and groups divide channels.
    GroupNorm(std::int64_t num_groups, std::int64_t num_channels, GroupNormOptions options = {});

    /// Throws ShapeError for other channels, DtypeError unless x has the parameters' dtype.
    Tensor operator()(const Input& x) const;

    Parameter weight, bias;
    std::int64_t num_groups, num_channels;
    GroupNormOptions options;
    XGRAD_MODULE(GroupNorm, weight, bias, num_groups, num_channels, options)
};

/// The operation local_response_norm over `size` neighbouring channels.
struct LocalResponseNorm {
    std::int64_t size;
    LocalResponseNormOptions options = {};
    Tensor operator()(const Input& x) const { return local_response_norm(x, size, options); }
};

}  // namespace xgrad::nn
