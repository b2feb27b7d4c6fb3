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

namespace xgrad {

using detail::Dims;
using detail::error_text;

// A vjp of its own: one record instead of seven takes 0.6 to 0.9 of the composition's time up to (1024, 512) in f32; at
// (4096, 768) memory decides and it takes 1.1 to 1.3, as it goes over x once more for the mean that rounding left.
const Op kStandardize{
    .name = "standardize",
    .formula =
        "(x - sum(x, axes) / count(x, axes)) /"
        " sqrt(sum(pow(x - sum(x, axes) / count(x, axes), 2), axes) / count(x, axes) + eps)",
    .shapes = "x: S -> y: S",
    .derivatives = {"(gy - sum(gy, axes) / count(x, axes) - y * sum(gy * y, axes) / count(x, axes)) /"
                    " sqrt(sum(pow(x - sum(x, axes) / count(x, axes), 2), axes) / count(x, axes) + eps)"},
    .source = "Ioffe, Szegedy, Batch normalization (2015)"};

namespace {

/// Over the reduced axes, which keep size 1.
struct Moments {
    Tensor mean, var;  // var: biased
    Tensor centred;    // x - mean
};

/// The mean is taken away before squares are formed. What rounding left of it, which counts beside a large mean, is
/// taken away as well.
Moments moments(const Tensor& x, Sizes axes)
{
    const Tensor about = mean(x, axes, true), near = x - about, rest = mean(near, axes, true);
    const Tensor centred = near - rest;
    return {about + rest, mean(square(centred), axes, true), centred};
}

Tensor inverse_deviation(const Tensor& var, double eps) { return 1 / sqrt(var + eps); }

struct Standardized {
    Tensor y, mean, var;
};

Standardized standardize(const Input& x, const Dims& axes, double eps)
{
    const Moments of_x = [&] {
        const NoGrad untracked;
        return moments(*x, axes);
    }();
    const Tensor r = inverse_deviation(of_x.var, eps), y = of_x.centred * r;
    const auto vjp = [x = *x, y, r, eps, kept = detail::PackedAxes(axes)](const Tensor& gy, Adjoints& gx) {
        const Dims over = kept.unpack();
        const bool again = detail::is_tracked(gy) || detail::is_tracked(y);
        const Tensor scale = again ? inverse_deviation(moments(x, over).var, eps) : r;
        gx.add(0, scale * (gy - mean(gy, over, true) - y * mean(gy * y, over, true)));
    };
    return {record(kStandardize, {x}, y, vjp), of_x.mean, of_x.var};
}

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

/// weight y + bias, as far as they are there, both shaped to broadcast.
Tensor scale_and_shift(Tensor y, const Tensor& weight, const Tensor& bias)
{
    if (weight.defined()) y = y * weight;
    return bias.defined() ? y + bias : y;
}

Tensor scale_and_shift_channels(const Tensor& y, const Tensor& weight, const Tensor& bias)
{
    return scale_and_shift(y, weight.defined() ? along_channels(weight, y) : weight,
                           bias.defined() ? along_channels(bias, y) : bias);
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

    /// momentum of the new value, of whose axes all but the channels' are averaged.
    Tensor updated(const Tensor& running, const Tensor& value) const
    {
        const Tensor rows = reshape(value, {value.sizes()[0], running.numel()});
        return running * (1 - momentum) + mean(rows, 0) * momentum;
    }

    NormWithStatistics operator()(const Input& x, const Tensor& running_mean, const Tensor& running_var) const
    {
        check(*x, running_mean, running_var);
        if (!own_statistics) {
            const Tensor centred = x - along_channels(detach(running_mean), *x);
            const Tensor r = inverse_deviation(along_channels(detach(running_var), *x), eps);
            const Tensor scale = weight.defined() ? r * along_channels(weight, *x) : r;
            return {scale_and_shift_channels(centred * scale, Tensor(), bias), running_mean, running_var};
        }
        const Standardized s = standardize(x, axes, eps);
        const Tensor y = scale_and_shift_channels(s.y, weight, bias);
        if (!running_mean.defined() || x->numel() == 0) return {y, running_mean, running_var};
        const NoGrad untracked;
        const auto n = static_cast<double>(count(*x));
        return {y, updated(running_mean, s.mean), updated(running_var, s.var * (n / (n - 1)))};
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

}  // namespace

Tensor layer_norm(const Input& x, Sizes normalized_shape, const NormOptions& options)
{
    check_input("layer_norm", *x, 0);
    const std::size_t n = normalized_shape.size();
    if (n == 0 || n > x->ndim() || !(Sizes(x->sizes().data() + x->ndim() - n, n) == normalized_shape))
        throw ShapeError(error_text(
            "layer_norm", "x of shape " + to_string(x->sizes()) + " for the shape " + to_string(normalized_shape),
            "normalized_shape has an axis or more and is the shape of the last axes of x",
            "the layer's shape, or x, must change"));
    check_factor("layer_norm", "weight", options.weight, *x, normalized_shape);
    check_factor("layer_norm", "bias", options.bias, *x, normalized_shape);
    Dims axes(n);
    for (std::size_t i = 0; i < n; ++i) axes[i] = static_cast<std::int64_t>(x->ndim() - n + i);
    return scale_and_shift(standardize(x, axes, options.eps).y, options.weight, options.bias);
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
    const Tensor groups = reshape(x, {x->sizes()[0], num_groups, of_group});
    const Tensor y = reshape(standardize(groups, Dims(1, 2), options.eps).y, x->sizes());
    return scale_and_shift_channels(y, options.weight, options.bias);
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
    return x / clamp(linalg::vector_norm(x, options.p, options.dim, true), options.eps);
}

}  // namespace xgrad
