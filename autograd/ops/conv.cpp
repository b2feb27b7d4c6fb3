#include <xgrad/ops/conv.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

#include "autograd/kernels/conv.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/float_type.hpp"

namespace xgrad {
namespace {

using detail::contiguous_data;
using detail::elements;
using detail::error_text;
using detail::with_float_type;

[[noreturn]] void throw_no_convolution(const std::string& what, const std::string& rule, const std::string& hint)
{
    throw ShapeError(error_text("conv2d", what, rule, hint));
}

/// Options and kernel sizes stay below it, so that sums of their products fit 64 bits.
constexpr std::int64_t kMost = std::int64_t{1} << 31;

void check_options(const Conv2dOptions& o)
{
    const auto within = [](const Size2& s, std::int64_t least) {
        return s.height >= least && s.width >= least && s.height < kMost && s.width < kMost;
    };
    if (!within(o.stride, 1) || !within(o.dilation, 1) || !within(o.padding, 0) || o.groups < 1 || o.groups >= kMost)
        throw_no_convolution("stride (" + std::to_string(o.stride.height) + ", " + std::to_string(o.stride.width) +
                                 "), padding (" + std::to_string(o.padding.height) + ", " +
                                 std::to_string(o.padding.width) + "), dilation (" + std::to_string(o.dilation.height) +
                                 ", " + std::to_string(o.dilation.width) + "), groups " + std::to_string(o.groups),
                             "stride, dilation and groups are at least 1, padding at least 0, all below 2^31",
                             "correct the option");
}

/// Sizes of the convolution x * w; throws where they do not fit.
kernels::ConvShape conv_shape(Sizes x, Sizes w, const Conv2dOptions& o)
{
    check_options(o);
    const auto shapes = [&] { return "x of shape " + to_string(x) + " and weight of shape " + to_string(w); };
    if (x.size() != 4 || w.size() != 4)
        throw_no_convolution(shapes(), "x: (N, C, H, W) or (C, H, W), weight: (O, C / groups, KH, KW)",
                             "reshape to these axes, unsqueeze(x, 1) for images without channels");
    if (x[1] != w[1] * o.groups || w[0] % o.groups != 0)
        throw_no_convolution(
            shapes() + " with groups " + std::to_string(o.groups),
            "channels of x equal weight's second axis times groups, and groups divide weight's first axis",
            "check the layer's in_channels and groups");
    if (w[2] >= kMost || w[3] >= kMost)
        throw_no_convolution(shapes(), "a kernel has less than 2^31 rows and columns", "check the weight's shape");
    kernels::ConvShape shape{.images = x[0], .in_channels = x[1], .out_channels = w[0], .groups = o.groups};
    const Size2 axes[3] = {o.stride, o.padding, o.dilation};
    for (int i = 0; i < 2; ++i) {
        const auto of = [&](const Size2& s) { return i == 0 ? s.height : s.width; };
        shape.in[i + 1] = x[static_cast<std::size_t>(i) + 2];
        shape.kernel[i + 1] = w[static_cast<std::size_t>(i) + 2];
        shape.stride[i + 1] = of(axes[0]);
        shape.pad[i + 1] = of(axes[1]);
        shape.dilation[i + 1] = of(axes[2]);
        shape.out[i + 1] = kernels::conv_output_size(shape.in[i + 1], shape.kernel[i + 1], shape.stride[i + 1],
                                                     shape.pad[i + 1], shape.dilation[i + 1]);
    }
    for (int i = 1; i < 3; ++i)
        if (shape.out[i] == 1) shape.stride[i] = 1;  // never taken, but kernels lay the image out by it
    (void)detail::checked_numel("conv2d", {x[1], x[2] + 2 * o.padding.height, x[3] + 2 * o.padding.width});
    if (shape.out[1] <= 0 || shape.out[2] <= 0)
        throw_no_convolution(shapes(), "the padded image is at least as large as the dilated kernel",
                             "use a smaller kernel or more padding");
    return shape;
}

void check_dtypes(const Tensor& x, const Tensor& w, const Tensor& bias)
{
    if (is_floating(x.dtype()) && x.dtype() == w.dtype() && (!bias.defined() || bias.dtype() == x.dtype())) return;
    throw DtypeError(error_text("conv2d", "x " + describe(x) + " and weight " + describe(w),
                                "x, weight and bias are of one floating dtype",
                                "convert the input with to(x, dtype), or the module"));
}

Tensor run_forward(const kernels::ConvShape& shape, const Tensor& x, const Tensor& w, const Tensor& bias)
{
    const Tensor y = detail::empty(x.dtype(), {shape.images, shape.out_channels, shape.out[1], shape.out[2]});
    const Tensor xc = contiguous_data(x), wc = contiguous_data(w), bc = bias.defined() ? contiguous_data(bias) : bias;
    with_float_type(x.dtype(), [&]<class T>(T*) {
        kernels::conv_forward<T>(shape, elements<T>(xc), elements<T>(wc), elements<T>(bc), false,
                                 detail::mutable_data<T>(y));
    });
    return y;
}

/// The weight's gradient and, if `gbias` is defined, the bias's into it.
Tensor run_weight_gradient(const kernels::ConvShape& shape, const Tensor& gy, const Tensor& x, Sizes w,
                           const Tensor& gbias)
{
    const Tensor gw = detail::empty(x.dtype(), w);
    const Tensor gyc = contiguous_data(gy), xc = contiguous_data(x);
    with_float_type(x.dtype(), [&]<class T>(T*) {
        kernels::conv_backward_weight<T>(shape, elements<T>(xc), elements<T>(gyc), detail::mutable_data<T>(gw),
                                         gbias.defined() ? detail::mutable_data<T>(gbias) : nullptr);
    });
    return gw;
}

}  // namespace

// conv2d         y = x * w + b
//   shapes       x: (N, C, H, W), w: (O, C / groups, KH, KW), b: (O)  ->  y: (N, O, H', W')
//   vjp          dx, dw: conv2d_input_gradient, conv2d_weight_gradient;  db = sum of gy over N, H', W'
//   source       Dumoulin, Visin, A guide to convolution arithmetic for deep learning (2016)
const Op kConv2d{
    "conv2d",
    "conv2d(x, W, options) + expand(b, y, [0, 2, 3])",
    {"conv2d_input_gradient(gy, W, options, x)", "conv2d_weight_gradient(gy, x, options, W)", "sum(gy, [0, 2, 3])"},
    "Dumoulin, Visin 2016"};

namespace {

Tensor conv2d(const Input& x, const Input& w, const Input* bias, const Conv2dOptions& options)
{
    const Tensor b = bias ? **bias : Tensor();
    check_dtypes(*x, *w, b);
    const kernels::ConvShape shape = conv_shape(x->sizes(), w->sizes(), options);
    if (b.defined() && !(b.sizes() == Sizes{shape.out_channels}))
        throw_no_convolution(
            "bias of shape " + to_string(b.sizes()) + " beside weight of shape " + to_string(w->sizes()),
            "bias: (O) for weight: (O, C / groups, KH, KW)", "give the bias one element an output channel");
    const auto vjp = [x = *x, w = *w, options](const Tensor& gy, Adjoints& gx) {
        if (gx.wants(0)) gx.add(0, detail::conv2d_input_gradient(gy, w, x.sizes(), options));
        const bool wants_bias = gx.count() == 3 && gx.wants(2);
        if (wants_bias && gx.wants(1) && detail::current == &detail::null_tape) {  // both in one pass
            const Tensor gb = detail::empty(gy.dtype(), gx.sizes(2));
            gx.add(1, run_weight_gradient(conv_shape(x.sizes(), w.sizes(), options), gy, x, w.sizes(), gb));
            return gx.add(2, gb);
        }
        if (gx.wants(1)) gx.add(1, detail::conv2d_weight_gradient(gy, x, w.sizes(), options));
        if (wants_bias) gx.add(2, sum(gy, {0, 2, 3}));
    };
    const Tensor y = run_forward(shape, *x, *w, b);
    return bias ? record(kConv2d, {x, w, *bias}, y, vjp) : record(kConv2d, {x, w}, y, vjp);
}

/// A single image (C, H, W) is a batch of one.
Tensor conv2d_of_any(const Input& x, const Input& w, const Input* bias, const Conv2dOptions& options)
{
    if (x->ndim() != 3) return conv2d(x, w, bias, options);
    const Tensor batch = unsqueeze(x, 0);
    return squeeze(conv2d({batch, x.file(), x.line()}, w, bias, options), 0);
}

}  // namespace

Tensor conv2d(const Input& x, const Input& weight, Conv2dOptions options)
{
    return conv2d_of_any(x, weight, nullptr, options);
}

Tensor conv2d(const Input& x, const Input& weight, const Input& bias, Conv2dOptions options)
{
    return conv2d_of_any(x, weight, bias->defined() ? &bias : nullptr, options);
}

namespace detail {

// conv2d_input_gradient    g = gy * rotated w
//   shapes       gy: (N, O, H', W'), w: (O, C / groups, KH, KW)  ->  g: (N, C, H, W)
//   vjp          dgy = conv2d(gg, w),  dw = conv2d_weight_gradient(gy, gg)
const Op kInputGradient{"conv2d_input_gradient",
                        "conv2d_input_gradient(x, W, options, y)",
                        {"conv2d(gy, W, options)", "conv2d_weight_gradient(x, gy, options, W)"}};

Tensor conv2d_input_gradient(const Input& gy, const Input& weight, Sizes x_sizes, Conv2dOptions options)
{
    const kernels::ConvShape shape = conv_shape(x_sizes, weight->sizes(), options);
    const Tensor g = empty(gy->dtype(), x_sizes);
    const Tensor gyc = contiguous_data(*gy), wc = contiguous_data(*weight);
    with_float_type(g.dtype(), [&]<class T>(T*) {
        kernels::conv_backward_data<T>(shape, elements<T>(gyc), elements<T>(wc), mutable_data<T>(g));
    });
    return record(kInputGradient, {gy, weight}, g, [gy = *gy, w = *weight, options](const Tensor& gg, Adjoints& gx) {
        if (gx.wants(0)) gx.add(0, xgrad::conv2d(gg, w, options));
        if (gx.wants(1)) gx.add(1, conv2d_weight_gradient(gy, gg, w.sizes(), options));
    });
}

// conv2d_weight_gradient   g = x * gy
//   shapes       gy: (N, O, H', W'), x: (N, C, H, W)  ->  g: (O, C / groups, KH, KW)
//   vjp          dgy = conv2d(x, gg),  dx = conv2d_input_gradient(gy, gg)
const Op kWeightGradient{"conv2d_weight_gradient",
                         "conv2d_weight_gradient(a, b, options, y)",
                         {"conv2d(b, gy, options)", "conv2d_input_gradient(a, gy, options, b)"}};

Tensor conv2d_weight_gradient(const Input& gy, const Input& x, Sizes weight_sizes, Conv2dOptions options)
{
    const kernels::ConvShape shape = conv_shape(x->sizes(), weight_sizes, options);
    const Tensor g = run_weight_gradient(shape, *gy, *x, weight_sizes, Tensor());
    return record(kWeightGradient, {gy, x}, g, [gy = *gy, x = *x, options](const Tensor& gg, Adjoints& gx) {
        if (gx.wants(0)) gx.add(0, xgrad::conv2d(x, gg, options));
        if (gx.wants(1)) gx.add(1, conv2d_input_gradient(gy, gg, x.sizes(), options));
    });
}

}  // namespace detail
}  // namespace xgrad
