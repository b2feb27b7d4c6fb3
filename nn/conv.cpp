#include <xgrad/error.hpp>
#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/init.hpp>

#include <cmath>
#include <string>

#include "nn/check.hpp"

namespace xgrad::nn {
namespace {

using xgrad::detail::Dims;
using xgrad::detail::each_axis;
using xgrad::detail::error_text;
using xgrad::detail::kAxes;

/// Names and shapes in messages, by the number of axes less one.
constexpr const char* kConv[] = {"Conv1d", "Conv2d", "Conv3d"};
constexpr const char* kConvTranspose[] = {"ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"};
constexpr const char* kAxisNames[] = {"L", "H, W", "D, H, W"};
constexpr const char* kInputs[] = {"signals", "images", "volumes"};

template <class Size>
void check_each(const char* layer, const char* what, const Size& size)
{
    for (const std::int64_t number : each_axis(size)) detail::check_positive(layer, what, number);
}

template <class Size>
void check_padding(const char* layer, const char* what, const Size& size)
{
    for (const std::int64_t number : each_axis(size))
        if (number < 0)
            throw ShapeError(error_text(layer, std::string(what) + " is negative", "it is at least 0",
                                        "cut the input with slice instead"));
}

/// The checks that both kinds share.
template <class Size, class Options>
void check_sizes(const char* layer, std::int64_t in, std::int64_t out, const Size& kernel, const Options& options)
{
    detail::check_positive(layer, "in_channels", in);
    detail::check_positive(layer, "out_channels", out);
    detail::check_positive(layer, "groups", options.groups);
    check_each(layer, "kernel_size", kernel);
    check_each(layer, "stride", options.stride);
    check_each(layer, "dilation", options.dilation);
    if (in % options.groups != 0 || out % options.groups != 0)
        throw ShapeError(error_text(layer,
                                    std::to_string(in) + " channels in, " + std::to_string(out) + " out, " +
                                        std::to_string(options.groups) + " groups",
                                    "both are multiples of groups", "change groups"));
}

/// Start values of a weight (first, second, kernel...) and of `out` biases.
template <class Layer, class Size>
void start(Layer& layer, const char* name, std::int64_t first, std::int64_t second, const Size& kernel,
           std::int64_t out)
{
    Dims sizes = Sizes{first, second};
    for (const std::int64_t number : each_axis(kernel)) sizes.push_back(number);
    const double bound = 1 / std::sqrt(static_cast<double>(init::fans(sizes).in));
    layer.weight = Parameter(init::uniform(sizes, -bound, bound), name + std::string(".weight"));
    if (layer.options.bias) layer.bias = Parameter(init::uniform({out}, -bound, bound), name + std::string(".bias"));
}

void check_input(const char* layer, std::size_t axes, const Tensor& x, const Parameter& weight, std::int64_t in,
                 std::int64_t out)
{
    detail::check_dtype(layer, x, weight);
    const auto ndim = static_cast<std::size_t>(x.ndim());
    if ((ndim == axes + 1 || ndim == axes + 2) && x.size(-static_cast<std::int64_t>(axes) - 1) == in) return;
    const std::string places = kAxisNames[axes - 1];
    throw ShapeError(error_text(
        layer,
        "input of shape " + to_string(x.sizes()) + " into " + layer + "(" + std::to_string(in) + ", " +
            std::to_string(out) + ", ...)",
        "x: (N, in_channels, " + places + ") or (in_channels, " + places + ")",
        std::string("unsqueeze(x, 1) for ") + kInputs[axes - 1] + " without a channel axis, or check in_channels"));
}

template <class Size>
Tensor convolve(const Input& x, const Input& w, const Input& b, const xgrad::ConvOptions<Size>& o)
{
    if constexpr (kAxes<Size> == 1)
        return conv1d(x, w, b, o);
    else if constexpr (kAxes<Size> == 2)
        return conv2d(x, w, b, o);
    else
        return conv3d(x, w, b, o);
}

template <class Size>
Tensor transposed(const Input& x, const Input& w, const Input& b, const xgrad::ConvTransposeOptions<Size>& o)
{
    if constexpr (kAxes<Size> == 1)
        return conv_transpose1d(x, w, b, o);
    else if constexpr (kAxes<Size> == 2)
        return conv_transpose2d(x, w, b, o);
    else
        return conv_transpose3d(x, w, b, o);
}

/// What stands around x as `pad` takes it: (start, end) of the last axis first. Padding::same puts the smaller half of
/// dilation (kernel - 1) first.
template <class Size>
Dims amounts_of(const Conv<Size>& layer)
{
    const Dims zeros = each_axis(layer.options.padding.size), dilation = each_axis(layer.options.dilation);
    Dims amounts;
    for (std::size_t i = zeros.size(); i-- > 0;) {
        const std::int64_t both =
            layer.options.padding.same ? dilation[i] * (layer.weight.sizes()[2 + i] - 1) : 2 * zeros[i];
        amounts.push_back(both / 2);
        amounts.push_back(both - both / 2);
    }
    return amounts;
}

}  // namespace

template <class Size>
Conv<Size>::Conv(std::int64_t in_channels, std::int64_t out_channels, Size kernel_size, ConvOptions<Size> o)
    : options(o)
{
    const char* name = kConv[kAxes<Size> - 1];
    check_sizes(name, in_channels, out_channels, kernel_size, o);
    check_padding(name, "padding", o.padding.size);
    start(*this, name, out_channels, in_channels / o.groups, kernel_size, out_channels);
}

template <class Size>
Tensor Conv<Size>::operator()(const Input& x) const
{
    check_input(kConv[kAxes<Size> - 1], kAxes<Size>, *x, weight, weight.sizes()[1] * options.groups, weight.sizes()[0]);
    const Input w(weight, x.file(), x.line()), b(detail::value_or_none(bias), x.file(), x.line());
    xgrad::ConvOptions<Size> o{
        .stride = options.stride, .padding = options.padding, .dilation = options.dilation, .groups = options.groups};
    if (options.padding_mode == PadMode::constant) return convolve(x, w, b, o);
    o.padding = Padding::valid;
    const Tensor padded = pad(x, amounts_of(*this), {.mode = options.padding_mode});
    return convolve({padded, x.file(), x.line()}, w, b, o);
}

template <class Size>
ConvTranspose<Size>::ConvTranspose(std::int64_t in_channels, std::int64_t out_channels, Size kernel_size,
                                   ConvTransposeOptions<Size> o)
    : options(o)
{
    const char* name = kConvTranspose[kAxes<Size> - 1];
    check_sizes(name, in_channels, out_channels, kernel_size, o);
    check_padding(name, "padding", o.padding);
    check_padding(name, "output_padding", o.output_padding);
    start(*this, name, in_channels, out_channels / o.groups, kernel_size, out_channels);
}

template <class Size>
Tensor ConvTranspose<Size>::operator()(const Input& x) const
{
    check_input(kConvTranspose[kAxes<Size> - 1], kAxes<Size>, *x, weight, weight.sizes()[0],
                weight.sizes()[1] * options.groups);
    return transposed<Size>(x, {weight, x.file(), x.line()}, {detail::value_or_none(bias), x.file(), x.line()},
                            {.stride = options.stride,
                             .padding = options.padding,
                             .output_padding = options.output_padding,
                             .groups = options.groups,
                             .dilation = options.dilation});
}

template struct Conv<std::int64_t>;
template struct Conv<Size2>;
template struct Conv<Size3>;
template struct ConvTranspose<std::int64_t>;
template struct ConvTranspose<Size2>;
template struct ConvTranspose<Size3>;

}  // namespace xgrad::nn
