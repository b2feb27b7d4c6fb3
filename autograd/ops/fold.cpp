#include <xgrad/ops/fold.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/shape.hpp>

#include "autograd/kernels/conv.hpp"
#include "autograd/kernels/fold.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/float_type.hpp"

namespace xgrad {
namespace {

using detail::contiguous_data;
using detail::elements;
using detail::error_text;
using detail::with_float_type;
using kernels::FoldShape;

std::string text(const Size2& s) { return to_string(detail::each_axis(s)); }

void check_options(const char* operation, const Tensor& x, const Size2& kernel, const FoldOptions& o)
{
    if (!is_floating(x.dtype()))
        throw DtypeError(error_text(operation, "x " + describe(x), "x is f32 or f64", "convert it: to(x, f32)"));
    constexpr std::int64_t kMost = std::int64_t{1} << 31;  // sums of products of two fit 64 bits
    const auto each = [](const Size2& s, std::int64_t least) {
        return s.height >= least && s.width >= least && s.height < kMost && s.width < kMost;
    };
    if (!each(kernel, 1) || !each(o.stride, 1) || !each(o.dilation, 1) || !each(o.padding, 0))
        throw ShapeError(error_text(operation,
                                    "kernel " + text(kernel) + ", dilation " + text(o.dilation) + ", padding " +
                                        text(o.padding) + ", stride " + text(o.stride),
                                    "kernel, dilation and stride are at least 1, padding at least 0, all below 2^31",
                                    "correct the option"));
}

/// The windows of an image; throws ShapeError where there are none.
FoldShape windows(const char* operation, const Size2& image, const Size2& kernel, const FoldOptions& o)
{
    FoldShape shape{};
    for (std::size_t d = 0; d < 2; ++d) {
        const auto of = [d](const Size2& s) { return detail::each_axis(s)[d]; };
        shape.in[d] = of(image), shape.kernel[d] = of(kernel), shape.stride[d] = of(o.stride);
        shape.pad[d] = of(o.padding), shape.dilation[d] = of(o.dilation);
        shape.out[d] =
            kernels::conv_output_size(shape.in[d], shape.kernel[d], shape.stride[d], shape.pad[d], shape.dilation[d]);
    }
    if (image.height < 1 || image.width < 1 || shape.out[0] <= 0 || shape.out[1] <= 0)
        throw ShapeError(error_text(operation,
                                    "image of size " + text(image) + " with padding " + text(o.padding) +
                                        " and kernel " + text(kernel) + " with dilation " + text(o.dilation),
                                    "the padded image is at least as large as the dilated kernel",
                                    "use a smaller kernel or more padding"));
    return shape;
}

Tensor im2col(const Input& x, const FoldShape& shape);
Tensor col2im(const Input& x, const FoldShape& shape);

/// Elements of a kernel, and windows of an image.
std::int64_t taps(const FoldShape& s) { return s.kernel[0] * s.kernel[1]; }
std::int64_t places(const FoldShape& s) { return s.out[0] * s.out[1]; }

const Op kUnfold{.name = "im2col",
                 .formula = "im2col(x, window, y)",
                 .shapes = "x: (N, C, H, W) -> y: (N, C KH KW, H' W')",
                 .derivatives = {"col2im(gy, window, x)"}};

Tensor im2col(const Input& x, const FoldShape& shape)
{
    (void)detail::checked_numel("unfold",
                                {x->sizes()[1], shape.kernel[0], shape.kernel[1], shape.out[0], shape.out[1]});
    const Tensor y = detail::empty(x->dtype(), {x->sizes()[0], x->sizes()[1] * taps(shape), places(shape)});
    const Tensor xc = contiguous_data(*x);
    with_float_type(x->dtype(),
                    [&]<class T>(T*) { kernels::unfold(shape, elements<T>(xc), detail::mutable_data<T>(y)); });
    return record(kUnfold, {x}, y, [shape](const Tensor& gy, Adjoints& gx) { gx.add(0, col2im(gy, shape)); });
}

const Op kFold{.name = "col2im",
               .formula = "col2im(x, window, y)",
               .shapes = "x: (N, C KH KW, H' W') -> y: (N, C, H, W)",
               .derivatives = {"im2col(gy, window, x)"}};

Tensor col2im(const Input& x, const FoldShape& shape)
{
    const Tensor y = detail::empty(x->dtype(), {x->sizes()[0], x->sizes()[1] / taps(shape), shape.in[0], shape.in[1]});
    const Tensor xc = contiguous_data(*x);
    with_float_type(x->dtype(),
                    [&]<class T>(T*) { kernels::fold(shape, elements<T>(xc), detail::mutable_data<T>(y)); });
    return record(kFold, {x}, y, [shape](const Tensor& gy, Adjoints& gx) { gx.add(0, im2col(gy, shape)); });
}

}  // namespace

Tensor unfold(const Input& x, Size2 kernel_size, FoldOptions options)
{
    if (x->ndim() == 3) {
        const Tensor batch = unsqueeze(x, 0);
        return squeeze(unfold({batch, x.file(), x.line()}, kernel_size, options), 0);
    }
    check_options("unfold", *x, kernel_size, options);
    if (x->ndim() != 4)
        throw ShapeError(error_text("unfold", "x of shape " + to_string(x->sizes()), "x: (N, C, H, W) or (C, H, W)",
                                    "reshape to these axes, unsqueeze(x, 1) for images without channels"));
    if (detail::is_batched(*x))
        return detail::Batch({&*x}).merged(
            {&*x}, [&](const std::vector<Tensor>& all) { return unfold(all[0], kernel_size, options); });
    FoldShape shape = windows("unfold", {x->sizes()[2], x->sizes()[3]}, kernel_size, options);
    shape.planes = x->sizes()[0] * x->sizes()[1];
    return im2col(x, shape);
}

Tensor fold(const Input& x, Size2 output_size, Size2 kernel_size, FoldOptions options)
{
    if (x->ndim() == 2) {
        const Tensor batch = unsqueeze(x, 0);
        return squeeze(fold({batch, x.file(), x.line()}, output_size, kernel_size, options), 0);
    }
    check_options("fold", *x, kernel_size, options);
    FoldShape shape = windows("fold", output_size, kernel_size, options);
    const Sizes sizes = x->sizes();
    if (sizes.size() != 3 || sizes[1] % taps(shape) != 0 ||
        sizes[2] != detail::checked_numel("fold", {shape.out[0], shape.out[1]}))
        throw ShapeError(error_text("fold",
                                    "x of shape " + to_string(sizes) + " for images of size " + text(output_size) +
                                        " with " + std::to_string(shape.out[0]) + " x " + std::to_string(shape.out[1]) +
                                        " windows of " + text(kernel_size),
                                    "x: (N, C KH KW, windows) or (C KH KW, windows)",
                                    "give the sizes and options that made the windows"));
    if (detail::is_batched(*x))
        return detail::Batch({&*x}).merged(
            {&*x}, [&](const std::vector<Tensor>& all) { return fold(all[0], output_size, kernel_size, options); });
    shape.planes = sizes[0] * (sizes[1] / taps(shape));
    return col2im(x, shape);
}

}  // namespace xgrad
