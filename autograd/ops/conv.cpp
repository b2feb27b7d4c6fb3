#include <xgrad/ops/conv.hpp>

#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

#include <algorithm>

#include "autograd/kernels/conv.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/conv_shape.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/float_type.hpp"

namespace xgrad {
namespace detail {
namespace {

// For one, two and three axes, which "..." stands for.
#define XGRAD_FORWARD(conv, axes)                                                                              \
    {                                                                                                          \
        .name = conv, .formula = conv "(x, W, options) + expand(b, y, " axes ")",                              \
        .shapes = "x: (N, C, ...), W: (O, C / groups, ...), b: (O) -> y: (N, O, ...)",                         \
        .derivatives = {conv "_input_gradient(gy, W, options, x)", conv "_weight_gradient(gy, x, options, W)", \
                        "sum(gy, " axes ")"},                                                                  \
        .source = "Dumoulin, Visin, A guide to convolution arithmetic for deep learning (2016)"                \
    }
#define XGRAD_INPUT_GRADIENT(conv)                                                            \
    {                                                                                         \
        .name = conv "_input_gradient", .formula = conv "_input_gradient(x, W, options, y)",  \
        .shapes = "x: (N, O, ...), W: (O, C / groups, ...) -> y: (N, C, ...)",                \
        .derivatives = {conv "(gy, W, options)", conv "_weight_gradient(x, gy, options, W)"}, \
        .where = "the convolution of x with the weights turned around"                        \
    }
#define XGRAD_WEIGHT_GRADIENT(conv)                                                            \
    {                                                                                          \
        .name = conv "_weight_gradient", .formula = conv "_weight_gradient(a, b, options, y)", \
        .shapes = "a: (N, O, ...), b: (N, C, ...) -> y: (O, C / groups, ...)",                 \
        .derivatives = {conv "(b, gy, options)", conv "_input_gradient(a, gy, options, b)"},   \
        .where = "the correlation of b with a"                                                 \
    }
const Op kForward[3] = {XGRAD_FORWARD("conv1d", "[0, 2]"), XGRAD_FORWARD("conv2d", "[0, 2, 3]"),
                        XGRAD_FORWARD("conv3d", "[0, 2, 3, 4]")};
const Op kInputGradient[3] = {XGRAD_INPUT_GRADIENT("conv1d"), XGRAD_INPUT_GRADIENT("conv2d"),
                              XGRAD_INPUT_GRADIENT("conv3d")};
const Op kWeightGradient[3] = {XGRAD_WEIGHT_GRADIENT("conv1d"), XGRAD_WEIGHT_GRADIENT("conv2d"),
                               XGRAD_WEIGHT_GRADIENT("conv3d")};
#undef XGRAD_FORWARD
#undef XGRAD_INPUT_GRADIENT
#undef XGRAD_WEIGHT_GRADIENT

std::size_t axes_of(const Tensor& x) { return static_cast<std::size_t>(x.ndim()) - 2; }
const Op& of_axes(const Op (&ops)[3], const Tensor& x) { return ops[axes_of(x) - 1]; }

/// A new tensor with `like`'s dtype and number of axes, the last of them those of `size`.
Tensor empty_of_axes(const Tensor& like, std::int64_t first, std::int64_t second, const std::int64_t (&size)[3])
{
    std::int64_t sizes[5] = {first, second};
    std::copy_n(size + 3 - axes_of(like), axes_of(like), sizes + 2);
    return empty(like.dtype(), Sizes(sizes, static_cast<std::size_t>(like.ndim())));
}

Tensor run_forward(const kernels::ConvShape& shape, const Tensor& x, const Tensor& w, const Tensor& bias)
{
    const Tensor y = empty_of_axes(x, shape.images, shape.out_channels, shape.out);
    const Tensor xc = contiguous_data(x), wc = contiguous_data(w), bc = bias.defined() ? contiguous_data(bias) : bias;
    with_float_type(x.dtype(), [&]<class T>(T*) {
        kernels::conv_forward<T>(shape, elements<T>(xc), elements<T>(wc), elements<T>(bc), false, mutable_data<T>(y));
    });
    return y;
}

/// The weight's gradient and, if `gbias` is defined, the bias's into it.
Tensor run_weight_gradient(const kernels::ConvShape& shape, const Tensor& gy, const Tensor& x, const Tensor& gbias)
{
    const Tensor gw = empty_of_axes(x, shape.out_channels, shape.in_channels / shape.groups, shape.kernel);
    const Tensor gyc = contiguous_data(gy), xc = contiguous_data(x);
    with_float_type(x.dtype(), [&]<class T>(T*) {
        kernels::conv_backward_weight<T>(shape, elements<T>(xc), elements<T>(gyc), mutable_data<T>(gw),
                                         gbias.defined() ? mutable_data<T>(gbias) : nullptr);
    });
    return gw;
}

}  // namespace

Tensor conv(const Input& x, const Input& w, const Input* bias, const kernels::ConvShape& shape)
{
    const auto vjp = [x = *x, w = *w, shape](const Tensor& gy, Adjoints& gx) {
        if (gx.wants(0)) gx.add(0, conv_input_gradient(gy, w, shape));
        const bool wants_bias = gx.count() == 3 && gx.wants(2);
        if (wants_bias && gx.wants(1) && current == &null_tape) {  // both in one pass
            const Tensor gb = empty(gy.dtype(), gx.sizes(2));
            gx.add(1, run_weight_gradient(shape, gy, x, gb));
            return gx.add(2, gb);
        }
        if (gx.wants(1)) gx.add(1, conv_weight_gradient(gy, x, shape));
        constexpr std::int64_t kAllButChannels[] = {0, 2, 3, 4};
        if (wants_bias) gx.add(2, sum(gy, Sizes(kAllButChannels, axes_of(gy) + 1)));
    };
    const Tensor y = run_forward(shape, *x, *w, bias ? **bias : Tensor());
    const Op& op = of_axes(kForward, *x);
    return bias ? record(op, {x, w, *bias}, y, vjp) : record(op, {x, w}, y, vjp);
}

Tensor conv_input_gradient(const Input& gy, const Input& w, const kernels::ConvShape& shape)
{
    const Tensor g = empty_of_axes(*gy, shape.images, shape.in_channels, shape.in);
    const Tensor gyc = contiguous_data(*gy), wc = contiguous_data(*w);
    with_float_type(g.dtype(), [&]<class T>(T*) {
        kernels::conv_backward_data<T>(shape, elements<T>(gyc), elements<T>(wc), mutable_data<T>(g));
    });
    const auto vjp = [gy = *gy, w = *w, shape](const Tensor& gg, Adjoints& gx) {
        if (gx.wants(0)) gx.add(0, conv(gg, w, nullptr, shape));
        if (gx.wants(1)) gx.add(1, conv_weight_gradient(gy, gg, shape));
    };
    return record(of_axes(kInputGradient, *gy), {gy, w}, g, vjp);
}

Tensor conv_weight_gradient(const Input& gy, const Input& x, const kernels::ConvShape& shape)
{
    const Tensor g = run_weight_gradient(shape, *gy, *x, Tensor());
    const auto vjp = [gy = *gy, x = *x, shape](const Tensor& gg, Adjoints& gx) {
        if (gx.wants(0)) gx.add(0, conv(x, gg, nullptr, shape));
        if (gx.wants(1)) gx.add(1, conv_input_gradient(gy, gg, shape));
    };
    return record(of_axes(kWeightGradient, *gy), {gy, x}, g, vjp);
}

namespace {

Tensor convolve(const Input& x, const Input& w, const Input* bias, const ConvSettings& settings)
{
    const kernels::ConvShape shape = conv_shape(settings, x->sizes(), w->sizes());
    check_conv_operands(settings, *x, *w, bias ? **bias : Tensor(), shape.out_channels);
    return conv(x, w, bias, shape);
}

// The input gradient of a convolution, plus the bias.
Tensor convolve_transposed(const Input& x, const Input& w, const Input* bias, const ConvSettings& settings)
{
    const kernels::ConvShape shape = conv_transpose_shape(settings, x->sizes(), w->sizes());
    check_conv_operands(settings, *x, *w, bias ? **bias : Tensor(), shape.in_channels);
    const Tensor y = conv_input_gradient(x, w, shape);
    if (!bias) return y;
    constexpr std::int64_t kChannelsFirst[] = {-1, 1, 1, 1};
    return add(y, reshape(*bias, Sizes(kChannelsFirst, settings.axes + 1)));
}

/// Operands of which some are batched, x with the axis N: the samples are more images where they share the weight,
/// else more groups of channels.
template <class Options, class Run>
Tensor of_samples(const Input& x, const Input& w, const Input* bias, const Options& options, const Run& run)
{
    const Batch batch({&*x, &*w, bias ? &**bias : &*w});
    if (!batch.has(*w) && !(bias && batch.has(**bias)))
        return batch.merged({&*x}, [&](const std::vector<Tensor>& all) { return run(all[0], w, bias, options); });
    const auto merged = [&](const Tensor& one, std::size_t axis) {  // the samples into an axis
        Dims sizes = one.sizes();
        sizes[axis] *= batch.samples();
        return reshape(batch.along(one, axis), sizes);
    };
    Options grouped = options;
    grouped.groups = options.groups * batch.samples();
    const Tensor all = run(merged(*x, 1), merged(*w, 0), nullptr, grouped);
    Dims sizes = all.sizes();
    sizes[1] /= batch.samples();
    sizes.insert(1, batch.samples());
    const Tensor y = batch.result_along(reshape(all, sizes), 1);
    if (!bias) return y;
    constexpr std::int64_t kChannelsFirst[] = {-1, 1, 1, 1};
    return add(y, reshape(*bias, Sizes(kChannelsFirst, x->ndim() - 1)));
}

/// A single image (C, H, W) is a batch of one.
template <class Options>
Tensor batched(const char* operation, const Input& x, const Input& w, const Input* bias, const Options& options)
{
    const ConvSettings settings = conv_settings(operation, options);
    const auto run = [&](const Input& batch) {
        if (is_batched(*batch, *w) || (bias && is_batched(**bias)))
            return of_samples(batch, w, bias, options,
                              [&](const Input& all, const Input& weight, const Input* b, const Options& o) {
                                  return batched(operation, all, weight, b, o);
                              });
        return settings.transposed ? convolve_transposed(batch, w, bias, settings) : convolve(batch, w, bias, settings);
    };
    if (static_cast<std::size_t>(x->ndim()) != settings.axes + 1) return run(x);
    const Tensor batch = unsqueeze(x, 0);
    return squeeze(run({batch, x.file(), x.line()}), 0);
}

const Input* if_defined(const Input& bias) { return bias->defined() ? &bias : nullptr; }

}  // namespace
}  // namespace detail

#define XGRAD_CONV(conv, Options)                                                        \
    Tensor conv(const Input& x, const Input& weight, Options options)                    \
    {                                                                                    \
        return detail::batched(#conv, x, weight, nullptr, options);                      \
    }                                                                                    \
    Tensor conv(const Input& x, const Input& weight, const Input& bias, Options options) \
    {                                                                                    \
        return detail::batched(#conv, x, weight, detail::if_defined(bias), options);     \
    }
XGRAD_CONV(conv1d, Conv1dOptions)
XGRAD_CONV(conv2d, Conv2dOptions)
XGRAD_CONV(conv3d, Conv3dOptions)
XGRAD_CONV(conv_transpose1d, ConvTranspose1dOptions)
XGRAD_CONV(conv_transpose2d, ConvTranspose2dOptions)
XGRAD_CONV(conv_transpose3d, ConvTranspose3dOptions)
#undef XGRAD_CONV

}  // namespace xgrad
