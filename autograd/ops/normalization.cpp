#include <xgrad/ops/normalization.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/ops/vector_norm.hpp>
#include <xgrad/tape.hpp>

#include <limits>

#include "autograd/ops/standardize.hpp"

namespace xgrad {

using detail::Dims;
using detail::error_text;

namespace {

void check_input(const char* operation, const Tensor& x, std::size_t least_axes)
{
    if (!is_floating(x.dtype()))
        throw DtypeError(error_text(operation, "x " + describe(x), "what is normalised is f32 or f64",
                                    "convert it first: to(x, f32)"));
    if (x.ndim() < least_axes)
        throw ShapeError(error_text(
            operation, "x of shape " + to_string(x.sizes()),
            least_axes == 2 ? "x: (N, C, ...), samples and channels first" : "x: (N, C, L, ...), three axes or more",
            "unsqueeze(x, 0) makes a batch of one sample"));
}

/// A weight, bias or running statistic that is undefined or of x's dtype and the shape given.
void check_factor(const char* operation, const char* name, const Tensor& factor, const Tensor& x, Sizes sizes)
{
    if (!factor.defined()) return;
    if (factor.dtype() != x.dtype())
        throw DtypeError(error_text(operation, std::string(name) + " " + describe(factor) + " beside x " + describe(x),
                                    "x and what belongs to its channels are of one dtype",
                                    "convert the input with to(x, dtype), or the module"));
    if (!(factor.sizes() == sizes))
        throw ShapeError(error_text(
            operation, std::string(name) + " of shape " + to_string(factor.sizes()) + " beside x " + describe(x),
            std::string(name) + " has the shape " + to_string(sizes), "make the layer for this shape"));
}

/// (C) as it stands beside (N, C, ...).
Tensor along_channels(const Tensor& of_channels, const Tensor& x)
{
    Dims sizes(x.ndim(), 1);
    sizes[1] = of_channels.numel();
    return reshape(of_channels, sizes);
}

/// The same where it is there.
Tensor along_channels_if(const Tensor& of_channels, const Tensor& x)
{
    return of_channels.defined() ? along_channels(of_channels, x) : of_channels;
}

/// What batch_norm and instance_norm have in common; `axes` are those that are reduced.
struct ChannelNorm {
    const char* operation;
    Dims axes;
    bool own_statistics;
    const Tensor &weight, &bias;
    double momentum, eps;

    std::int64_t count(const Tensor& x) const
    {
        std::int64_t n = 1;
        for (const std::int64_t axis : axes) n *= x.sizes()[static_cast<std::size_t>(axis)];
        return n;
    }

    void check(const Tensor& x, const Tensor& running_mean, const Tensor& running_var) const
    {
        const std::int64_t channels = x.sizes()[1];
        const Sizes sizes(&channels, 1);
        check_factor(operation, "running_mean", running_mean, x, sizes);
        check_factor(operation, "running_var", running_var, x, sizes);
        check_factor(operation, "weight", weight, x, sizes);
        check_factor(operation, "bias", bias, x, sizes);
        if (running_mean.defined() != running_var.defined() || (!own_statistics && !running_mean.defined()))
            throw ShapeError(error_text(
                operation,
                own_statistics ? "one running statistic without the other" : "evaluation without running statistics",
                "running_mean and running_var come together; without them x gives both",
                "give both of shape " + to_string(sizes)));
        if (own_statistics && count(x) == 1)
            throw ShapeError(error_text(operation, "x of shape " + to_string(x.sizes()) + " has one element a channel",
                                        "mean and variance need two elements or more: x minus its mean would be 0",
                                        "use a larger batch, or the running statistics"));
    }

    /// (samples, channels), both merged into one where each sample has statistics of its own.
    kernels::NormGroups groups(const Tensor& x) const
    {
        const std::int64_t samples = x.sizes()[0], channels = x.sizes()[1];
        const bool together = axes[0] == 0;
        kernels::NormGroups g{together ? samples : 1, together ? channels : samples * channels, 1, eps};
        for (std::size_t i = 2; i < x.ndim(); ++i) g.n *= x.sizes()[i];
        if (together) g.weights = kernels::Weights::of_groups;
        return g;
    }

    /// momentum of the new value, which is averaged over the samples.
    Tensor updated(const Tensor& running, const Tensor& value) const
    {
        const Tensor rows = reshape(value, {value.numel() / running.numel(), running.numel()});
        return running * (1 - momentum) + mean(rows, 0) * momentum;
    }

    NormWithStatistics operator()(const Input& x, const Tensor& running_mean, const Tensor& running_var) const
    {
        check(*x, running_mean, running_var);
        if (!own_statistics) {
            const Tensor centred = x - along_channels(detach(running_mean), *x);
            const Tensor r = detail::inverse_deviation(along_channels(detach(running_var), *x), eps);
            const Tensor scale = weight.defined() ? r * along_channels(weight, *x) : r;
            const Tensor y = centred * scale;
            return {bias.defined() ? y + along_channels(bias, *x) : y, running_mean, running_var};
        }
        const detail::Standardized s =
            detail::standardize(x, axes, groups(*x), along_channels_if(weight, *x), along_channels_if(bias, *x));
        if (!running_mean.defined() || x->numel() == 0) return {s.y, running_mean, running_var};
        const NoGrad untracked;
        const auto n = static_cast<double>(count(*x));
        return {s.y, updated(running_mean, s.mean()), updated(running_var, s.var() * (n / (n - 1)))};
    }
};

/// The axes behind samples and channels, on request with that of the samples.
Dims axes_of(const Tensor& x, bool with_samples)
{
    Dims axes;
    if (with_samples) axes.push_back(0);
    for (std::size_t i = 2; i < x.ndim(); ++i) axes.push_back(static_cast<std::int64_t>(i));
    return axes;
}

void check_normalized_shape(const char* operation, const Tensor& x, Sizes normalized_shape)
{
    check_input(operation, x, 0);
    const std::size_t n = normalized_shape.size();
    if (n == 0 || n > x.ndim() || !(Sizes(x.sizes().data() + x.ndim() - n, n) == normalized_shape))
        throw ShapeError(error_text(
            operation, "x of shape " + to_string(x.sizes()) + " for the shape " + to_string(normalized_shape),
            "normalized_shape has an axis or more and is the shape of the last axes of x",
            "the layer's shape, or x, must change"));
}

}  // namespace

Tensor layer_norm(const Input& x, Sizes normalized_shape, const NormOptions& options)
{
    check_normalized_shape("layer_norm", *x, normalized_shape);
    const std::size_t n = normalized_shape.size();
    check_factor("layer_norm", "weight", options.weight, *x, normalized_shape);
    check_factor("layer_norm", "bias", options.bias, *x, normalized_shape);
    Dims axes(n);
    kernels::NormGroups groups{1, 1, 1, options.eps, kernels::Weights::of_elements};
    for (std::size_t i = 0; i < x->ndim() - n; ++i) groups.groups *= x->sizes()[i];
    for (std::size_t i = 0; i < n; ++i) {
        axes[i] = static_cast<std::int64_t>(x->ndim() - n + i);
        groups.n *= normalized_shape[i];
    }
    return detail::standardize(x, axes, groups, options.weight, options.bias).y;
}

Tensor rms_norm(const Input& x, Sizes normalized_shape, const RmsNormOptions& options)
{
    check_normalized_shape("rms_norm", *x, normalized_shape);
    check_factor("rms_norm", "weight", options.weight, *x, normalized_shape);
    const double epsilon = x->dtype() == f64 ? std::numeric_limits<double>::epsilon()
                                             : static_cast<double>(std::numeric_limits<float>::epsilon());
    Dims axes;
    for (std::size_t i = 1; i <= normalized_shape.size(); ++i) axes.push_back(-static_cast<std::int64_t>(i));
    const Tensor y = x * rsqrt(mean(square(x), axes, true) + options.eps.value_or(epsilon));
    return options.weight.defined() ? y * options.weight : y;
}

Tensor group_norm(const Input& x, std::int64_t num_groups, const NormOptions& options)
{
    check_input("group_norm", *x, 2);
    const std::int64_t channels = x->sizes()[1];
    if (num_groups < 1 || channels % num_groups != 0)
        throw ShapeError(error_text("group_norm",
                                    std::to_string(num_groups) + " groups of " + std::to_string(channels) + " channels",
                                    "the number of groups is at least 1 and divides the number of channels",
                                    "for example 1 group, which normalises each sample"));
    check_factor("group_norm", "weight", options.weight, *x, Sizes(&channels, 1));
    check_factor("group_norm", "bias", options.bias, *x, Sizes(&channels, 1));
    std::int64_t of_group = channels / num_groups;
    for (std::size_t i = 2; i < x->ndim(); ++i) of_group *= x->sizes()[i];
    const Tensor rows = reshape(x, {x->sizes()[0], num_groups, of_group});
    const kernels::NormGroups groups{1, x->sizes()[0] * num_groups, of_group, options.eps};
    Tensor y = reshape(detail::standardize(rows, Dims(1, 2), groups, {}, {}).y, x->sizes());
    if (options.weight.defined()) y = y * along_channels(options.weight, y);
    return options.bias.defined() ? y + along_channels(options.bias, y) : y;
}

NormWithStatistics batch_norm(const Input& x, const Tensor& running_mean, const Tensor& running_var,
                              const BatchNormOptions& o)
{
    check_input("batch_norm", *x, 2);
    const ChannelNorm norm{"batch_norm", axes_of(*x, true), o.training, o.weight, o.bias, o.momentum, o.eps};
    return norm(x, running_mean, running_var);
}

NormWithStatistics instance_norm(const Input& x, const Tensor& running_mean, const Tensor& running_var,
                                 const InstanceNormOptions& o)
{
    check_input("instance_norm", *x, 3);
    const ChannelNorm norm{"instance_norm", axes_of(*x, false), o.use_input_stats, o.weight, o.bias, o.momentum, o.eps};
    return norm(x, running_mean, running_var);
}

Tensor instance_norm(const Input& x, const NormOptions& o)
{
    return instance_norm(x, Tensor(), Tensor(), {.weight = o.weight, .bias = o.bias, .eps = o.eps}).y;
}

Tensor local_response_norm(const Input& x, std::int64_t size, LocalResponseNormOptions options)
{
    check_input("local_response_norm", *x, 3);
    if (size < 1)
        throw ShapeError(error_text("local_response_norm", "size " + std::to_string(size),
                                    "the mean is over one channel or more", "for example 5"));
    const std::int64_t channels = x->sizes()[1];
    const auto padding = [&](std::int64_t width) {
        Dims sizes = x->sizes();
        sizes[1] = width;
        return zeros(sizes, x->dtype());
    };
    const std::int64_t before = std::min(size / 2, channels), behind = std::min((size - 1) / 2, channels);
    const Tensor squares = cat({padding(before), square(x), padding(behind)}, 1);
    Tensor total = narrow(squares, 1, 0, channels);
    for (std::int64_t i = 1; i <= before + behind; ++i) total = total + narrow(squares, 1, i, channels);
    return x / pow(total * (options.alpha / static_cast<double>(size)) + options.k, options.beta);
}

Tensor normalize(const Input& x, NormalizeOptions options)
{
    if (options.dims.empty()) options.dims = {options.dim};
    return x / clamp(linalg::vector_norm(x, options.p, options.dims, true), options.eps);
}

}  // namespace xgrad
