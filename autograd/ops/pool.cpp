#include <xgrad/ops/pool.hpp>

#include <xgrad/error.hpp>

#include "autograd/kernels/pool.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/float_type.hpp"

namespace xgrad {
namespace {

using detail::contiguous_data;
using detail::Dims;
using detail::elements;
using detail::error_text;
using detail::with_float_type;
using kernels::PoolShape;

/// What both kinds of pooling are told, with the stride resolved.
struct Window {
    Size2 kernel, stride, padding, dilation;
    bool ceil;
};

std::string text(const Size2& s) { return "(" + std::to_string(s.height) + ", " + std::to_string(s.width) + ")"; }

void check(const char* operation, const Tensor& x, const Window& w)
{
    if (!is_floating(x.dtype()))
        throw DtypeError(error_text(operation, "x " + describe(x), "x is f32 or f64", "convert it: to(x, f32)"));
    if (x.ndim() != 3 && x.ndim() != 4)
        throw ShapeError(error_text(operation, "x of shape " + to_string(x.sizes()), "x: (N, C, H, W) or (C, H, W)",
                                    "reshape to these axes, unsqueeze(x, 1) for images without channels"));
    constexpr std::int64_t kMost = std::int64_t{1} << 31;  // sums of products of two fit 64 bits
    const auto each = [](const Size2& s, std::int64_t least) {
        return s.height >= least && s.width >= least && s.height < kMost && s.width < kMost;
    };
    const bool half = w.padding.height <= w.kernel.height / 2 && w.padding.width <= w.kernel.width / 2;
    if (!each(w.kernel, 1) || !each(w.stride, 1) || !each(w.dilation, 1) || !each(w.padding, 0) || !half)
        throw ShapeError(error_text(
            operation,
            "kernel " + text(w.kernel) + ", stride " + text(w.stride) + ", padding " + text(w.padding) + ", dilation " +
                text(w.dilation),
            "kernel, stride and dilation are at least 1 and below 2^31, padding is from 0 to half of the kernel",
            "correct the option"));
}

PoolShape shape_of(const char* operation, Sizes x, const Window& w)
{
    const std::size_t n = x.size();
    PoolShape shape{};
    shape.planes = 1;
    for (std::size_t i = 0; i + 2 < n; ++i) shape.planes *= x[i];
    for (std::size_t i = 0; i < 2; ++i) {
        const auto of = [i](const Size2& s) { return i == 0 ? s.height : s.width; };
        shape.in[i] = x[n - 2 + i];
        shape.kernel[i] = of(w.kernel), shape.stride[i] = of(w.stride);
        shape.pad[i] = of(w.padding), shape.dilation[i] = of(w.dilation);
        shape.out[i] = kernels::pool_output_size(shape.in[i], shape.kernel[i], shape.stride[i], shape.pad[i],
                                                 shape.dilation[i], w.ceil);
    }
    if (shape.out[0] <= 0 || shape.out[1] <= 0)
        throw ShapeError(error_text(operation, "x of shape " + to_string(x) + " and kernel " + text(w.kernel),
                                    "the padded image is at least as large as the dilated kernel",
                                    "use a smaller kernel or more padding"));
    return shape;
}

Dims pooled_sizes(Sizes x, const PoolShape& shape)
{
    Dims sizes = x;
    sizes[x.size() - 2] = shape.out[0];
    sizes[x.size() - 1] = shape.out[1];
    return sizes;
}

Tensor max_pool_gradient(const Input& gy, const Tensor& x, const Window& w);

// max_pool2d_at    y = v at the positions of x's maxima
//   shapes         v, x: (..., H, W)  ->  y: (..., H', W')
//   vjp            dv = max_pool2d_gradient(gy, x); x has none, the positions being constant
const Op kMaxPoolAt{"max_pool2d_at", "max_pool2d_at(x, at, window, y)", {"max_pool2d_gradient(gy, at, window)"}};

Tensor max_pool_at(const Input& v, const Tensor& x, const Window& w)
{
    const PoolShape shape = shape_of("max_pool2d", x.sizes(), w);
    const Tensor y = detail::empty(v->dtype(), pooled_sizes(x.sizes(), shape));
    const Tensor vc = contiguous_data(*v);
    with_float_type(y.dtype(), [&]<class T>(T*) {
        kernels::max_pool_gather<T>(shape, elements<T>(x), elements<T>(vc), detail::mutable_data<T>(y));
    });
    return record(kMaxPoolAt, {v}, y,
                  [x, w](const Tensor& gy, Adjoints& gx) { gx.add(0, max_pool_gradient(gy, x, w)); });
}

// max_pool2d_gradient   g = gy at the positions of x's maxima, 0 elsewhere
//   shapes              gy: (..., H', W'), x: (..., H, W)  ->  g: (..., H, W)
//   vjp                 dgy = max_pool2d_at(gg, x)
const Op kMaxPoolGradient{
    "max_pool2d_gradient", "max_pool2d_gradient(x, at, window)", {"max_pool2d_at(gy, at, window, x)"}};

Tensor max_pool_gradient(const Input& gy, const Tensor& x, const Window& w)
{
    const PoolShape shape = shape_of("max_pool2d", x.sizes(), w);
    const Tensor g = detail::empty(x.dtype(), x.sizes());
    const Tensor gyc = contiguous_data(*gy);
    with_float_type(g.dtype(), [&]<class T>(T*) {
        kernels::max_pool_backward<T>(shape, elements<T>(x), elements<T>(gyc), detail::mutable_data<T>(g));
    });
    return record(kMaxPoolGradient, {gy}, g,
                  [x, w](const Tensor& gg, Adjoints& gx) { gx.add(0, max_pool_at(gg, x, w)); });
}

kernels::AveragePoolOptions kernel_options(const AvgPool2dOptions& o)
{
    return {o.count_include_pad, o.divisor_override};
}

Window window_of(const Size2& kernel, const AvgPool2dOptions& o)
{
    return {kernel, o.stride.value_or(kernel), o.padding, 1, o.ceil_mode};
}

// avg_pool2d_gradient   g = gy spread evenly over each window
//   shapes              gy: (..., H', W')  ->  g: (..., H, W)
//   vjp                 dgy = avg_pool2d(gg)
const Op kAvgPoolGradient{"avg_pool2d_gradient", "avg_pool2d_gradient(x, window, y)", {"avg_pool2d(gy, window, x)"}};

Tensor avg_pool_gradient(const Input& gy, Sizes x_sizes, const Size2& kernel, const AvgPool2dOptions& options)
{
    const PoolShape shape = shape_of("avg_pool2d", x_sizes, window_of(kernel, options));
    const Tensor g = detail::empty(gy->dtype(), x_sizes);
    const Tensor gyc = contiguous_data(*gy);
    with_float_type(g.dtype(), [&]<class T>(T*) {
        kernels::average_pool_backward<T>(shape, elements<T>(gyc), detail::mutable_data<T>(g), kernel_options(options));
    });
    return record(kAvgPoolGradient, {gy}, g,
                  [kernel, options](const Tensor& gg, Adjoints& gx) { gx.add(0, avg_pool2d(gg, kernel, options)); });
}

}  // namespace

// max_pool2d     y = maximum of x over each window
//   shapes       x: (..., H, W)  ->  y: (..., H', W')
//   vjp          dx = gy at the first maximum of each window, 0 elsewhere
const Op kMaxPool{"max_pool2d", "max_pool2d(x, window, y)", {"max_pool2d_gradient(gy, x, window)"}};

Tensor max_pool2d(const Input& x, Size2 kernel, MaxPool2dOptions o)
{
    const Window w{kernel, o.stride.value_or(kernel), o.padding, o.dilation, o.ceil_mode};
    check("max_pool2d", *x, w);
    const PoolShape shape = shape_of("max_pool2d", x->sizes(), w);
    const Tensor xc = contiguous_data(*x), y = detail::empty(x->dtype(), pooled_sizes(x->sizes(), shape));
    with_float_type(y.dtype(), [&]<class T>(T*) {
        kernels::max_pool_forward<T>(shape, elements<T>(xc), detail::mutable_data<T>(y), nullptr);
    });
    return record(kMaxPool, {x}, y,
                  [xc, w](const Tensor& gy, Adjoints& gx) { gx.add(0, max_pool_gradient(gy, xc, w)); });
}

// avg_pool2d     y = mean of x over each window
//   shapes       x: (..., H, W)  ->  y: (..., H', W')
//   vjp          dx = gy / n over each window
const Op kAvgPool{"avg_pool2d", "avg_pool2d(x, window, y)", {"avg_pool2d_gradient(gy, window, x)"}};

Tensor avg_pool2d(const Input& x, Size2 kernel, AvgPool2dOptions options)
{
    const Window w = window_of(kernel, options);
    check("avg_pool2d", *x, w);
    if (options.divisor_override < 0)
        throw ShapeError(error_text("avg_pool2d", "divisor_override " + std::to_string(options.divisor_override),
                                    "the divisor is positive, or 0 for the number of elements", "leave it at 0"));
    const PoolShape shape = shape_of("avg_pool2d", x->sizes(), w);
    const Tensor xc = contiguous_data(*x), y = detail::empty(x->dtype(), pooled_sizes(x->sizes(), shape));
    with_float_type(y.dtype(), [&]<class T>(T*) {
        kernels::average_pool_forward<T>(shape, elements<T>(xc), detail::mutable_data<T>(y), kernel_options(options));
    });
    return record(kAvgPool, {x}, y, [kernel, options](const Tensor& gy, Adjoints& gx) {
        gx.add(0, avg_pool_gradient(gy, gx.sizes(0), kernel, options));
    });
}

}  // namespace xgrad
