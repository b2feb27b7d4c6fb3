// Pooling by norms, and the way back from a maximum.
#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/tape.hpp>

#include <cstdlib>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/places.hpp"
#include "autograd/ops/pool_window.hpp"

namespace xgrad {
namespace {

using detail::Dims;
using detail::error_text;

void check_norm(const char* operation, double p)
{
    if (p == 0) throw ShapeError(error_text(operation, "norm 0", "the norm p is not 0", "use p = 2"));
}

/// (n mean)^(1/p) of the means of x^p.
Tensor norm_of_means(const Tensor& means, std::int64_t n, double p)
{
    // At 0 the power's derivative is infinite; a 1 in its place keeps the gradient 0.
    const Tensor nothing = eq(means, 0.0);
    return where(nothing, 0.0, pow(where(nothing, 1.0, means) * n, 1.0 / p));
}

/// The places in all planes of `out` elements that the indices in each plane of `in` are.
Tensor places_of(const char* operation, const Tensor& x, const Tensor& indices, std::int64_t in, std::int64_t out)
{
    if (!(indices.sizes() == x.sizes()))
        throw ShapeError(error_text(
            operation, "x of shape " + to_string(x.sizes()) + " and indices of shape " + to_string(indices.sizes()),
            "each element has an index", "take the indices that max_pool gave with x"));
    const Tensor all = detail::checked_indices(operation, indices, out, detail::Negative::refused);
    const Tensor places = detail::empty(i64, x.sizes());
    const auto* const from = all.data<std::int64_t>();
    auto* const to = detail::mutable_data<std::int64_t>(places);
    for (std::int64_t i = 0; i < places.numel(); ++i) to[i] = i / in * out + from[i];
    return places;
}

template <class Size>
Dims unpooled_sizes(const char* operation, Sizes x, const Size& kernel, const MaxUnpoolOptions<Size>& o)
{
    const Dims k = detail::each_axis(kernel), padding = detail::each_axis(o.padding);
    const Dims stride = detail::each_axis(o.stride.value_or(kernel));
    Dims out(k.size());
    for (std::size_t i = 0; i < k.size(); ++i) {
        const std::int64_t usual = (x[x.size() - k.size() + i] - 1) * stride[i] - 2 * padding[i] + k[i];
        out[i] = o.output_size ? detail::each_axis(*o.output_size)[i] : usual;
        if (k[i] < 1 || stride[i] < 1 || padding[i] < 0 || out[i] < 1 || std::abs(out[i] - usual) >= stride[i])
            throw ShapeError(error_text(
                operation,
                "x of shape " + to_string(x) + ", kernel " + to_string(Sizes(k)) + ", stride " +
                    to_string(Sizes(stride)) + ", padding " + to_string(Sizes(padding)) + ", output of " +
                    std::to_string(out[i]),
                "the output has (in - 1) stride - 2 padding + kernel elements, less than a stride more or fewer",
                "take the options of the pooling"));
    }
    return out;
}

}  // namespace

// Where windows overlap, indices repeat; PyTorch (1.13) then gives each value the gradient.
const Op kMaxUnpool{.name = "max_unpool",
                    .formula = "put_at(0 * y, places, x)",
                    .shapes = "x, places: P -> y: S",
                    .derivatives = {"take_at(gy, places)"},
                    .where = "of values for one place the last one stays, but all get the gradient, as in PyTorch"};

namespace {

template <class Size>
Tensor max_unpool(const char* operation, const Input& x, const Tensor& indices, const Size& kernel,
                  const MaxUnpoolOptions<Size>& o)
{
    const std::size_t axes = detail::each_axis(kernel).size();
    detail::check_pooled(operation, *x, axes);
    if (detail::is_batched(*x, indices) && indices.ndim() == x->ndim())
        return detail::Batch({&*x, &indices}).merged({&*x, &indices}, [&](const std::vector<Tensor>& all) {
            return max_unpool(operation, all[0], all[1], kernel, o);
        });
    const Dims out = unpooled_sizes(operation, x->sizes(), kernel, o);
    Dims sizes = x->sizes();
    std::int64_t from = 1, to = 1;
    for (std::size_t i = 0; i < axes; ++i) {
        std::int64_t& size = sizes[sizes.size() - axes + i];
        from *= size, to *= out[i];
        size = out[i];
    }
    const Tensor places = places_of(operation, *x, indices, from, to);
    return record(kMaxUnpool, {x}, detail::put_at(zeros(sizes, x->dtype()), places, detach(*x)),
                  [places](const Tensor& gy, Adjoints& gx) { gx.add(0, detail::take_at(gy, places)); });
}

}  // namespace

Tensor lp_pool1d(const Input& x, double p, std::int64_t kernel, LpPool1dOptions o)
{
    check_norm("lp_pool1d", p);
    return norm_of_means(avg_pool1d(pow(x, p), kernel, {.stride = o.stride, .ceil_mode = o.ceil_mode}), kernel, p);
}

Tensor lp_pool2d(const Input& x, double p, Size2 kernel, LpPool2dOptions o)
{
    check_norm("lp_pool2d", p);
    return norm_of_means(avg_pool2d(pow(x, p), kernel, {.stride = o.stride, .ceil_mode = o.ceil_mode}),
                         kernel.height * kernel.width, p);
}

Tensor max_unpool1d(const Input& x, const Tensor& indices, std::int64_t kernel, MaxUnpool1dOptions o)
{
    return max_unpool("max_unpool1d", x, indices, kernel, o);
}
Tensor max_unpool2d(const Input& x, const Tensor& indices, Size2 kernel, MaxUnpool2dOptions o)
{
    return max_unpool("max_unpool2d", x, indices, kernel, o);
}
Tensor max_unpool3d(const Input& x, const Tensor& indices, Size3 kernel, MaxUnpool3dOptions o)
{
    return max_unpool("max_unpool3d", x, indices, kernel, o);
}

}  // namespace xgrad
