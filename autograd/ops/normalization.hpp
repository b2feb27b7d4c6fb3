#pragma once

// Normalisation: values freed from mean and deviation, then scaled by a weight and shifted by a bias where these are
// given. Names, defaults and shapes are PyTorch's. x is floating, weight and bias have its dtype. Deviations are biased,
// sqrt(mean (x - mean x)^2 + eps). Throws ShapeError where shapes do not fit, DtypeError for other dtypes.

#include <xgrad/record.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace xgrad {

struct NormOptions {
    Tensor weight = {}, bias = {};  ///< undefined: none
    double eps = 1e-5;              ///< added to the variance, so that a constant x gives 0
};

/// Over the last axes, whose shape is `normalized_shape`; weight and bias have that shape (Ba et al. 2016).
Tensor layer_norm(const Input& x, Sizes normalized_shape, const NormOptions& options = {});

struct RmsNormOptions {
    Tensor weight = {};              ///< undefined: none
    std::optional<double> eps = {};  ///< added to the mean square; absent: the dtype's epsilon
};

/// x / sqrt(mean x^2 + eps) over the last axes, whose shape is `normalized_shape`: layer_norm without mean and bias, as in
/// PyTorch 2.4 (Zhang and Sennrich 2019).
Tensor rms_norm(const Input& x, Sizes normalized_shape, const RmsNormOptions& options = {});

/// Over each of `num_groups` groups of neighbouring channels of each sample (Wu and He 2018). x: (N, C, ...), weight and
/// bias: (C).
Tensor group_norm(const Input& x, std::int64_t num_groups, const NormOptions& options = {});

/// Over all axes but the first two, the samples and channels (Ulyanov et al. 2016). x: (N, C, ...), weight and bias: (C).
/// Throws ShapeError for a single element a channel, of which nothing would be left.
Tensor instance_norm(const Input& x, const NormOptions& options = {});

/// A normalised tensor and the running statistics after it: values never change, so that these are new ones, constants,
/// which a module stores. Undefined where there were none.
struct NormWithStatistics {
    Tensor y, running_mean, running_var;
};

struct BatchNormOptions {
    Tensor weight = {}, bias = {};
    bool training = false;  ///< whether x itself gives mean and variance; else the running ones do
    double momentum = 0.1;  ///< weight of the new value in a running one
    double eps = 1e-5;
};

/// Over all axes but the second, the channels. x: (N, C, ...), all others: (C). The running variance is the unbiased
/// one (Ioffe and Szegedy 2015). Throws ShapeError for evaluation without running statistics, and for training with one
/// element a channel.
NormWithStatistics batch_norm(const Input& x, const Tensor& running_mean, const Tensor& running_var,
                              const BatchNormOptions& options = {});

struct InstanceNormOptions {
    Tensor weight = {}, bias = {};
    bool use_input_stats = true;  ///< as `training` of batch_norm
    double momentum = 0.1;
    double eps = 1e-5;
};

/// instance_norm with running statistics, which take the mean over all samples.
NormWithStatistics instance_norm(const Input& x, const Tensor& running_mean, const Tensor& running_var,
                                 const InstanceNormOptions& options = {});

struct LocalResponseNormOptions {
    double alpha = 1e-4, beta = 0.75, k = 1;
};

/// x / (k + alpha mean x^2)^beta, with the mean over `size` neighbouring channels, size / 2 of them before; beyond the
/// first and the last channel there are zeros. x: (N, C, ...) with three axes or more (Krizhevsky et al. 2012).
Tensor local_response_norm(const Input& x, std::int64_t size, LocalResponseNormOptions options = {});

struct NormalizeOptions {
    double p = 2;  ///< order of the norm, as in linalg::vector_norm
    std::int64_t dim = 1;
    double eps = 1e-12;                   ///< the least that is divided by
    std::vector<std::int64_t> dims = {};  ///< several axes, in the place of dim
};

/// x / max(|x|, eps), with the norm along an axis or several.
Tensor normalize(const Input& x, NormalizeOptions options = {});

}  // namespace xgrad
