#include "autograd/ops/conv_shape.hpp"

#include <xgrad/error.hpp>

#include <algorithm>

#include "autograd/kernels/conv.hpp"

namespace xgrad::detail {
namespace {

/// Options and kernel sizes stay below it, so that sums of their products fit 64 bits.
constexpr std::int64_t kMost = std::int64_t{1} << 31;

[[noreturn]] void throw_no_convolution(const ConvSettings& s, const std::string& what, const std::string& rule,
                                       const std::string& hint)
{
    throw ShapeError(error_text(s.operation, what, rule, hint));
}

/// The axes that the convolution has.
Sizes used(const ConvSettings& s, const std::int64_t (&axes)[3]) { return {axes + 3 - s.axes, s.axes}; }

bool within(const ConvSettings& s, const std::int64_t (&axes)[3], std::int64_t least)
{
    const Sizes all = used(s, axes);
    return std::all_of(all.begin(), all.end(), [&](std::int64_t n) { return n >= least && n < kMost; });
}

void check_options(const ConvSettings& s)
{
    const auto text = [&](const std::int64_t(&axes)[3]) { return to_string(used(s, axes)); };
    if (!within(s, s.stride, 1) || !within(s, s.dilation, 1) || !within(s, s.padding, 0) || s.groups < 1 ||
        s.groups >= kMost)
        throw_no_convolution(s,
                             "stride " + text(s.stride) + ", padding " + text(s.padding) + ", dilation " +
                                 text(s.dilation) + ", groups " + std::to_string(s.groups),
                             "stride, dilation and groups are at least 1, padding at least 0, all below 2^31",
                             "correct the option");
    bool padding_fits = within(s, s.output_padding, 0), no_stride = true;
    for (int d = 0; d < 3; ++d) {
        padding_fits = padding_fits && s.output_padding[d] < std::max(s.stride[d], s.dilation[d]);
        no_stride = no_stride && s.stride[d] == 1;
    }
    if (!padding_fits)
        throw_no_convolution(s,
                             "output_padding " + text(s.output_padding) + " with stride " + text(s.stride) +
                                 " and dilation " + text(s.dilation),
                             "output_padding is at least 0 and less than the stride or the dilation",
                             "use a smaller output_padding; it tells sizes apart that one stride maps to one size");
    if (s.same && !no_stride)
        throw_no_convolution(s, "padding same with stride " + text(s.stride),
                             "padding same keeps the sizes of x, so its stride is 1", "give the padding in numbers");
}

struct AxisNames {
    const char *sizes, *kernel, *one, *many;
};
constexpr AxisNames kNames[3] = {{"L", "K", "signal", "signals"},
                                 {"H, W", "KH, KW", "image", "images"},
                                 {"D, H, W", "KD, KH, KW", "volume", "volumes"}};

std::string shapes(Sizes x, Sizes w) { return "x of shape " + to_string(x) + " and weight of shape " + to_string(w); }

void check_axes(const ConvSettings& s, Sizes x, Sizes w)
{
    const AxisNames& names = kNames[s.axes - 1];
    const std::string sizes = names.sizes, kernel = names.kernel;
    if (x.size() != s.axes + 2 || w.size() != s.axes + 2)
        throw_no_convolution(
            s, shapes(x, w),
            "x: (N, C, " + sizes + ") or (C, " + sizes +
                "), weight: " + (s.transposed ? "(C, O / groups, " : "(O, C / groups, ") + kernel + ")",
            std::string("reshape to these axes, unsqueeze(x, 1) for ") + names.many + " without channels");
    if (std::any_of(w.begin() + 1, w.end(), [](std::int64_t n) { return n >= kMost; }))
        throw_no_convolution(s, shapes(x, w), "the axes of a kernel have fewer than 2^31 elements",
                             "check the weight's shape");
}

void put_kernel(kernels::ConvShape& shape, const ConvSettings& s, Sizes w)
{
    std::copy_n(w.begin() + 2, s.axes, shape.kernel + 3 - s.axes);
    std::copy_n(s.stride, 3, shape.stride);
    std::copy_n(s.padding, 3, shape.pad);
    std::copy_n(s.dilation, 3, shape.dilation);
}

void drop_unused_strides(kernels::ConvShape& shape)
{
    for (int d = 0; d < 3; ++d)
        if (shape.out[d] == 1) shape.stride[d] = 1;  // never taken, but kernels lay the image out by it
}

/// Throws where the padded image has too many elements to count.
void check_padded(const ConvSettings& s, const kernels::ConvShape& shape)
{
    std::int64_t padded[4] = {shape.in_channels};
    for (int d = 0; d < 3; ++d) padded[d + 1] = shape.in[d] + 2 * shape.pad[d];
    (void)checked_numel(s.operation, Sizes(padded, 4));
}

}  // namespace

kernels::ConvShape conv_shape(const ConvSettings& s, Sizes x, Sizes w)
{
    check_options(s);
    check_axes(s, x, w);
    if (x[1] != w[1] * s.groups || w[0] % s.groups != 0)
        throw_no_convolution(
            s, shapes(x, w) + " with groups " + std::to_string(s.groups),
            "channels of x equal weight's second axis times groups, and groups divide weight's first axis",
            "check the layer's in_channels and groups");
    kernels::ConvShape shape{.images = x[0], .in_channels = x[1], .out_channels = w[0], .groups = s.groups};
    put_kernel(shape, s, w);
    std::copy_n(x.begin() + 2, s.axes, shape.in + 3 - s.axes);
    for (int d = 0; d < 3; ++d) {
        if (s.same) shape.pad[d] = shape.dilation[d] * (shape.kernel[d] - 1) / 2;
        shape.out[d] = s.same ? shape.in[d]
                              : kernels::conv_output_size(shape.in[d], shape.kernel[d], shape.stride[d], shape.pad[d],
                                                          shape.dilation[d]);
    }
    drop_unused_strides(shape);
    check_padded(s, shape);
    if (std::any_of(shape.out, shape.out + 3, [](std::int64_t n) { return n <= 0; }))
        throw_no_convolution(
            s, shapes(x, w),
            std::string("the padded ") + kNames[s.axes - 1].one + " is at least as large as the dilated kernel",
            "use a smaller kernel or more padding");
    return shape;
}

kernels::ConvShape conv_transpose_shape(const ConvSettings& s, Sizes x, Sizes w)
{
    check_options(s);
    check_axes(s, x, w);
    if (x[1] != w[0] || w[0] % s.groups != 0)
        throw_no_convolution(s, shapes(x, w) + " with groups " + std::to_string(s.groups),
                             "channels of x equal weight's first axis, which groups divide",
                             "check the layer's in_channels and groups");
    kernels::ConvShape shape{.images = x[0], .in_channels = w[1] * s.groups, .out_channels = x[1], .groups = s.groups};
    put_kernel(shape, s, w);
    std::copy_n(x.begin() + 2, s.axes, shape.out + 3 - s.axes);
    bool any = true;
    for (int d = 0; d < 3; ++d) {
        (void)checked_numel(s.operation, {shape.out[d], s.stride[d]});
        shape.in[d] = (shape.out[d] - 1) * s.stride[d] - 2 * s.padding[d] + s.dilation[d] * (shape.kernel[d] - 1) +
                      s.output_padding[d] + 1;
        any = any && shape.in[d] > 0 && shape.out[d] > 0;
    }
    if (!any)
        throw_no_convolution(s, shapes(x, w) + " with padding " + to_string(used(s, s.padding)),
                             "(size - 1) stride + dilation (kernel - 1) + output_padding + 1 is more than twice the "
                             "padding, and x has elements",
                             "use less padding");
    drop_unused_strides(shape);
    check_padded(s, shape);
    return shape;
}

void check_conv_operands(const ConvSettings& s, const Tensor& x, const Tensor& w, const Tensor& bias,
                         std::int64_t channels)
{
    if (!is_floating(x.dtype()) || x.dtype() != w.dtype() || (bias.defined() && bias.dtype() != x.dtype()))
        throw DtypeError(error_text(s.operation, "x " + describe(x) + " and weight " + describe(w),
                                    "x, weight and bias are of one floating dtype",
                                    "convert the input with to(x, dtype), or the module"));
    if (!bias.defined() || bias.sizes() == Sizes{channels}) return;
    throw_no_convolution(s,
                         "bias of shape " + to_string(bias.sizes()) + " beside weight of shape " + to_string(w.sizes()),
                         std::string("bias: (O) for weight: ") +
                             (s.transposed ? "(C, O / groups, " : "(O, C / groups, ") + kNames[s.axes - 1].kernel + ")",
                         "give the bias one element an output channel");
}

}  // namespace xgrad::detail
