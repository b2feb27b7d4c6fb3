#include <xgrad/error.hpp>
#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/init.hpp>

#include <cmath>

#include "nn/check.hpp"

namespace xgrad::nn {
namespace {

void check_sizes(std::int64_t in, std::int64_t out, Size2 kernel, const Conv2dOptions& options)
{
    detail::check_positive("Conv2d", "in_channels", in);
    detail::check_positive("Conv2d", "out_channels", out);
    detail::check_positive("Conv2d", "groups", options.groups);
    for (const auto& [what, size] :
         {std::pair{"kernel_size", kernel}, {"stride", options.stride}, {"dilation", options.dilation}}) {
        detail::check_positive("Conv2d", what, size.height);
        detail::check_positive("Conv2d", what, size.width);
    }
    if (options.padding.height < 0 || options.padding.width < 0)
        throw ShapeError(xgrad::detail::error_text("Conv2d", "padding is negative", "it is at least 0",
                                                   "cut the image with slice instead"));
    if (in % options.groups != 0 || out % options.groups != 0)
        throw ShapeError(xgrad::detail::error_text("Conv2d",
                                                   std::to_string(in) + " channels in, " + std::to_string(out) +
                                                       " out, " + std::to_string(options.groups) + " groups",
                                                   "both are multiples of groups", "change groups"));
}

}  // namespace

Conv2d::Conv2d(std::int64_t in_channels, std::int64_t out_channels, Size2 kernel_size, Conv2dOptions o)
    : options{.stride = o.stride, .padding = o.padding, .dilation = o.dilation, .groups = o.groups}
{
    check_sizes(in_channels, out_channels, kernel_size, o);
    const std::int64_t fan_in = in_channels / o.groups * kernel_size.height * kernel_size.width;
    const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
    weight = Parameter(
        init::uniform({out_channels, in_channels / o.groups, kernel_size.height, kernel_size.width}, -bound, bound),
        "Conv2d.weight");
    if (o.bias) bias = Parameter(init::uniform({out_channels}, -bound, bound), "Conv2d.bias");
}

Tensor Conv2d::operator()(const Input& x) const
{
    detail::check_dtype("Conv2d", *x, weight);
    const std::int64_t channels = weight.sizes()[1] * options.groups;
    if ((x->ndim() != 3 && x->ndim() != 4) || x->size(-3) != channels)
        throw ShapeError(xgrad::detail::error_text(
            "Conv2d",
            "input of shape " + to_string(x->sizes()) + " into Conv2d(" + std::to_string(channels) + ", " +
                std::to_string(weight.sizes()[0]) + ", ...)",
            "x: (N, in_channels, H, W) or (in_channels, H, W)",
            "unsqueeze(x, 1) for images without a channel axis, or check in_channels"));
    const Input w(weight, x.file(), x.line());
    return bias.defined() ? conv2d(x, w, {bias, x.file(), x.line()}, options) : conv2d(x, w, options);
}

}  // namespace xgrad::nn
