#include <xgrad/ops/pool.hpp>

#include "autograd/kernels/pool.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/float_type.hpp"
#include "autograd/ops/pool_window.hpp"

namespace xgrad {
namespace {

using detail::check_divisor;
using detail::check_pool;
using detail::contiguous_data;
using detail::Dims;
using detail::each_axis;
using detail::elements;
using detail::pool_output_sizes;
using detail::PoolWindow;
using detail::with_float_type;
using kernels::PoolShape;

/// What both kinds of pooling are told, with the stride resolved.
struct Window {
    Size2 kernel, stride, padding, dilation;
    bool ceil;
};

PoolWindow window_over(const Window& w)
{
    return {each_axis(w.kernel), each_axis(w.stride), each_axis(w.padding), each_axis(w.dilation), w.ceil};
}

PoolShape shape_of(const char* operation, Sizes x, const Window& w)
{
    const std::size_t n = x.size();
    const PoolWindow all = window_over(w);
    const Dims out = pool_output_sizes(operation, x, all);
    PoolShape shape{};
    shape.planes = 1;
    for (std::size_t i = 0; i + 2 < n; ++i) shape.planes *= x[i];
    for (std::size_t i = 0; i < 2; ++i) {
        shape.in[i] = x[n - 2 + i];
        shape.out[i] = out[i];
        shape.kernel[i] = all.kernel[i], shape.stride[i] = all.stride[i];
        shape.pad[i] = all.padding[i], shape.dilation[i] = all.dilation[i];
    }
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

const Op kMaxPoolAt{.name = "max_pool2d_at",
                    .formula = "max_pool2d_at(x, at, window, y)",
                    .shapes = "x, at: (..., H, W) -> y: (..., H', W')",
                    .derivatives = {"max_pool2d_gradient(gy, at, window)"},
                    .where = "y is x at the positions of the maxima of at, which are constants"};

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

const Op kMaxPoolGradient{.name = "max_pool2d_gradient",
                          .formula = "max_pool2d_gradient(x, at, window)",
                          .shapes = "x: (..., H', W'), at: (..., H, W) -> y: (..., H, W)",
                          .derivatives = {"max_pool2d_at(gy, at, window, x)"},
                          .where = "y is x at the positions of the maxima of at, which are constants, 0 elsewhere"};

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

const Op kAvgPoolGradient{.name = "avg_pool2d_gradient",
                          .formula = "avg_pool2d_gradient(x, window, y)",
                          .shapes = "x: (..., H', W') -> y: (..., H, W)",
                          .derivatives = {"avg_pool2d(gy, window, x)"},
                          .where = "each element of x is spread evenly over its window"};

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

const Op kMaxPool{.name = "max_pool2d",
                  .formula = "max_pool2d(x, window, y)",
                  .shapes = "x: (..., H, W) -> y: (..., H', W')",
                  .derivatives = {"max_pool2d_gradient(gy, x, window)"}};

namespace {

/// `indices` is i64 and of the result's shape, or undefined.
Tensor max_pool(const Input& x, const Window& w, const PoolShape& shape, const Tensor& indices)
{
    const Tensor xc = contiguous_data(*x), y = detail::empty(x->dtype(), pooled_sizes(x->sizes(), shape));
    std::int64_t* at = indices.defined() ? detail::mutable_data<std::int64_t>(indices) : nullptr;
    with_float_type(y.dtype(), [&]<class T>(T*) {
        kernels::max_pool_forward<T>(shape, elements<T>(xc), detail::mutable_data<T>(y), at);
    });
    return record(kMaxPool, {x}, y,
                  [xc, w](const Tensor& gy, Adjoints& gx) { gx.add(0, max_pool_gradient(gy, xc, w)); });
}

Window window_of(const Size2& kernel, const MaxPool2dOptions& o)
{
    return {kernel, o.stride.value_or(kernel), o.padding, o.dilation, o.ceil_mode};
}

}  // namespace

Tensor max_pool2d(const Input& x, Size2 kernel, MaxPool2dOptions o)
{
    const Window w = window_of(kernel, o);
    check_pool("max_pool2d", *x, window_over(w));
    if (detail::is_batched(*x))
        return detail::Batch({&*x}).merged(
            {&*x}, [&](const std::vector<Tensor>& all) { return max_pool2d(all[0], kernel, o); });
    return max_pool(x, w, shape_of("max_pool2d", x->sizes(), w), {});
}

ValuesAndIndices max_pool2d_with_indices(const Input& x, Size2 kernel, MaxPool2dOptions o)
{
    const Window w = window_of(kernel, o);
    check_pool("max_pool2d", *x, window_over(w));
    if (detail::is_batched(*x))
        return detail::Batch({&*x}).merged<ValuesAndIndices>(
            {&*x}, [&](const std::vector<Tensor>& all) { return max_pool2d_with_indices(all[0], kernel, o); });
    const PoolShape shape = shape_of("max_pool2d", x->sizes(), w);
    const Tensor indices = detail::empty(i64, pooled_sizes(x->sizes(), shape));
    return {max_pool(x, w, shape, indices), indices};
}

const Op kAvgPool{.name = "avg_pool2d",
                  .formula = "avg_pool2d(x, window, y)",
                  .shapes = "x: (..., H, W) -> y: (..., H', W')",
                  .derivatives = {"avg_pool2d_gradient(gy, window, x)"}};

Tensor avg_pool2d(const Input& x, Size2 kernel, AvgPool2dOptions options)
{
    const Window w = window_of(kernel, options);
    check_pool("avg_pool2d", *x, window_over(w));
    check_divisor("avg_pool2d", options.divisor_override);
    if (detail::is_batched(*x))
        return detail::Batch({&*x}).merged(
            {&*x}, [&](const std::vector<Tensor>& all) { return avg_pool2d(all[0], kernel, options); });
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
