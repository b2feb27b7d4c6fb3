#include <xgrad/error.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>

#include <stdexcept>
#include <string>

#include "nn/check.hpp"

namespace xgrad::nn {
namespace {

using detail::value_or_none;
using xgrad::detail::error_text;

constexpr const char* kBatchNorm[] = {"BatchNorm1d", "BatchNorm2d", "BatchNorm3d"};
constexpr const char* kInstanceNorm[] = {"InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"};
constexpr const char* kBatches[] = {"(N, C) or (N, C, L)", "(N, C, H, W)", "(N, C, D, H, W)"};
constexpr const char* kInstances[] = {"(N, C, L) or (C, L)", "(N, C, H, W) or (C, H, W)",
                                      "(N, C, D, H, W) or (C, D, H, W)"};

/// Weights 1 and biases 0, named after their layer.
void start(const char* layer, Sizes sizes, bool affine, bool with_bias, Parameter& weight, Parameter& bias)
{
    for (const std::int64_t size : sizes) detail::check_positive(layer, "num_features", size);
    if (!affine) return;
    weight = Parameter(ones(sizes), layer + std::string(".weight"));
    if (with_bias) bias = Parameter(zeros(sizes), layer + std::string(".bias"));
}

void start_statistics(std::int64_t count, Tensor& mean, Tensor& var, Tensor& batches)
{
    mean = zeros({count});
    var = ones({count});
    batches = zeros({}, i64);
}

/// The dtype must be that of the parameters or, without them, of the statistics.
void check_own_dtype(const char* layer, const Tensor& x, const Parameter& weight, const Tensor& statistics)
{
    if (weight.defined())
        detail::check_dtype(layer, x, weight);
    else if (statistics.defined())
        detail::check_dtype(layer, x, statistics.dtype());
}

void check_channels(const char* layer, const Tensor& x, std::int64_t axis, std::int64_t channels, bool right_ndim,
                    const char* rule)
{
    if (right_ndim && x.size(axis) == channels) return;
    throw ShapeError(error_text(
        layer, "input of shape " + to_string(x.sizes()) + " into " + layer + "(" + std::to_string(channels) + ")",
        std::string("x: ") + rule + ", with C the layer's num_features",
        "check num_features and the order of the axes"));
}

[[noreturn]] void throw_const(const char* layer)
{
    throw std::logic_error(error_text(layer, "a const module was called in training mode",
                                      "training writes running statistics into the module",
                                      "call nn::eval(model) before it, or do not make the model const"));
}

}  // namespace

// ---- BatchNorm ------------------------------------------------------------------------------------------------------

template <int Axes>
BatchNorm<Axes>::BatchNorm(std::int64_t num_features, BatchNormOptions o) : options(o), num_features_(num_features)
{
    start(kBatchNorm[Axes - 1], {num_features}, o.affine, true, weight, bias);
    if (o.track_running_stats) start_statistics(num_features, running_mean, running_var, num_batches_tracked);
}

template <int Axes>
NormWithStatistics BatchNorm<Axes>::normalised(const Input& x, double momentum) const
{
    constexpr const char* kName = kBatchNorm[Axes - 1];
    check_own_dtype(kName, *x, weight, running_mean);
    const bool right_ndim = x->ndim() == Axes + 2 || (Axes == 1 && x->ndim() == 2);
    check_channels(kName, *x, 1, num_features_, right_ndim, kBatches[Axes - 1]);
    return batch_norm(x, running_mean, running_var,
                      {.weight = value_or_none(weight),
                       .bias = value_or_none(bias),
                       .training = training || !running_mean.defined(),
                       .momentum = momentum,
                       .eps = options.eps});
}

template <int Axes>
Tensor BatchNorm<Axes>::operator()(const Input& x)
{
    if (!training || !running_mean.defined()) return std::as_const(*this)(x);
    const Tensor batches = add(num_batches_tracked, 1);
    const double momentum = options.momentum.value_or(1 / batches.item());
    NormWithStatistics result = normalised(x, momentum);
    running_mean = std::move(result.running_mean);
    running_var = std::move(result.running_var);
    num_batches_tracked = batches;
    return std::move(result.y);
}

template <int Axes>
Tensor BatchNorm<Axes>::operator()(const Input& x) const
{
    if (training && running_mean.defined()) throw_const(kBatchNorm[Axes - 1]);
    return normalised(x, 0).y;
}

// ---- InstanceNorm ---------------------------------------------------------------------------------------------------

template <int Axes>
InstanceNorm<Axes>::InstanceNorm(std::int64_t num_features, InstanceNormOptions o)
    : options(o), num_features_(num_features)
{
    start(kInstanceNorm[Axes - 1], {num_features}, o.affine, true, weight, bias);
    if (o.track_running_stats) start_statistics(num_features, running_mean, running_var, num_batches_tracked);
}

template <int Axes>
NormWithStatistics InstanceNorm<Axes>::normalised(const Input& x) const
{
    constexpr const char* kName = kInstanceNorm[Axes - 1];
    check_own_dtype(kName, *x, weight, running_mean);
    const bool single = x->ndim() == Axes + 1;
    check_channels(kName, *x, single ? 0 : 1, num_features_, single || x->ndim() == Axes + 2, kInstances[Axes - 1]);
    const Tensor batch = single ? unsqueeze(x, 0) : *x;
    NormWithStatistics result = instance_norm({batch, x.file(), x.line()}, running_mean, running_var,
                                              {.weight = value_or_none(weight),
                                               .bias = value_or_none(bias),
                                               .use_input_stats = training || !running_mean.defined(),
                                               .momentum = options.momentum,
                                               .eps = options.eps});
    if (single) result.y = squeeze(result.y, 0);
    return result;
}

template <int Axes>
Tensor InstanceNorm<Axes>::operator()(const Input& x)
{
    if (!training || !running_mean.defined()) return std::as_const(*this)(x);
    NormWithStatistics result = normalised(x);
    running_mean = std::move(result.running_mean);
    running_var = std::move(result.running_var);
    return std::move(result.y);
}

template <int Axes>
Tensor InstanceNorm<Axes>::operator()(const Input& x) const
{
    if (training && running_mean.defined()) throw_const(kInstanceNorm[Axes - 1]);
    return normalised(x).y;
}

template struct BatchNorm<1>;
template struct BatchNorm<2>;
template struct BatchNorm<3>;
template struct InstanceNorm<1>;
template struct InstanceNorm<2>;
template struct InstanceNorm<3>;

// ---- LayerNorm, RMSNorm, GroupNorm ----------------------------------------------------------------------------------

LayerNorm::LayerNorm(std::vector<std::int64_t> shape, LayerNormOptions o)
    : normalized_shape(std::move(shape)), options(o)
{
    start("LayerNorm", normalized_shape, o.elementwise_affine, o.bias, weight, bias);
}

LayerNorm::LayerNorm(std::int64_t last_axis, LayerNormOptions o) : LayerNorm(std::vector{last_axis}, o) {}

Tensor LayerNorm::operator()(const Input& x) const
{
    if (weight.defined()) detail::check_dtype("LayerNorm", *x, weight);
    return layer_norm(x, normalized_shape,
                      {.weight = value_or_none(weight), .bias = value_or_none(bias), .eps = options.eps});
}

RMSNorm::RMSNorm(std::vector<std::int64_t> shape, RMSNormOptions o) : normalized_shape(std::move(shape)), options(o)
{
    Parameter no_bias;
    start("RMSNorm", normalized_shape, o.elementwise_affine, false, weight, no_bias);
}

RMSNorm::RMSNorm(std::int64_t last_axis, RMSNormOptions o) : RMSNorm(std::vector{last_axis}, o) {}

Tensor RMSNorm::operator()(const Input& x) const
{
    if (weight.defined()) detail::check_dtype("RMSNorm", *x, weight);
    return rms_norm(x, normalized_shape, {.weight = value_or_none(weight), .eps = options.eps});
}

GroupNorm::GroupNorm(std::int64_t groups, std::int64_t channels, GroupNormOptions o)
    : num_groups(groups), num_channels(channels), options(o)
{
    detail::check_positive("GroupNorm", "num_groups", groups);
    if (channels % groups != 0)
        throw ShapeError(error_text("GroupNorm",
                                    std::to_string(channels) + " channels in " + std::to_string(groups) + " groups",
                                    "num_channels is a multiple of num_groups", "change num_groups"));
    start("GroupNorm", {channels}, o.affine, true, weight, bias);
}

Tensor GroupNorm::operator()(const Input& x) const
{
    if (weight.defined()) detail::check_dtype("GroupNorm", *x, weight);
    check_channels("GroupNorm", *x, 1, num_channels, x->ndim() >= 2, "(N, C, ...)");
    return group_norm(x, num_groups,
                      {.weight = value_or_none(weight), .bias = value_or_none(bias), .eps = options.eps});
}

}  // namespace xgrad::nn
