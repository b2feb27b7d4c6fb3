#include "autograd/ops/pool_window.hpp"
#include "autograd/ops/batch.hpp"

#include <xgrad/error.hpp>

#include <algorithm>

#include "autograd/kernels/pool.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/float_type.hpp"
#include "autograd/ops/places.hpp"

namespace xgrad::detail {
namespace {

constexpr const char* kShapes[] = {"x: (N, C, L) or (C, L)", "x: (N, C, H, W) or (C, H, W)",
                                   "x: (N, C, D, H, W) or (C, D, H, W)"};

/// Rows of the weights that all elements of a window share.
AxisMap mean_map(const kernels::AxisWindows& windows)
{
    kernels::SparseRows rows;
    rows.columns = windows.in;
    for (std::int64_t i = 0; i < windows.out(); ++i) {
        for (std::int64_t k = 0; k < windows.count[i]; ++k)
            rows.add(windows.start[i] + k * windows.step, 1.0 / static_cast<double>(windows.count[i]));
        rows.end_row();
    }
    return AxisMap(std::move(rows));
}

}  // namespace

void check_pooled(const char* operation, const Tensor& x, std::size_t axes)
{
    if (!is_floating(x.dtype()))
        throw DtypeError(error_text(operation, "x " + describe(x), "x is f32 or f64", "convert it: to(x, f32)"));
    if (x.ndim() != axes + 1 && x.ndim() != axes + 2)
        throw ShapeError(error_text(operation, "x of shape " + to_string(x.sizes()), kShapes[axes - 1],
                                    "reshape to these axes, unsqueeze(x, 1) where there are no channels"));
}

void check_pool(const char* operation, const Tensor& x, const PoolWindow& w)
{
    check_pooled(operation, x, w.kernel.size());
    bool good = true;
    constexpr std::int64_t kMost = std::int64_t{1} << 31;  // sums of products of two fit 64 bits
    const auto within = [](std::int64_t s, std::int64_t least) { return s >= least && s < kMost; };
    for (std::size_t i = 0; i < w.kernel.size(); ++i)
        good = good && within(w.kernel[i], 1) && within(w.stride[i], 1) && within(w.dilation[i], 1) &&
               within(w.padding[i], 0) && w.padding[i] <= w.kernel[i] / 2;
    if (!good)
        throw ShapeError(error_text(
            operation,
            "kernel " + to_string(Sizes(w.kernel)) + ", stride " + to_string(Sizes(w.stride)) + ", padding " +
                to_string(Sizes(w.padding)) + ", dilation " + to_string(Sizes(w.dilation)),
            "kernel, stride and dilation are at least 1 and below 2^31, padding is from 0 to half of the kernel",
            "correct the option"));
}

void check_divisor(const char* operation, std::int64_t divisor)
{
    if (divisor < 0)
        throw ShapeError(error_text(operation, "divisor_override " + std::to_string(divisor),
                                    "the divisor is positive, or 0 for the number of elements", "leave it at 0"));
}

Dims pool_output_sizes(const char* operation, Sizes x, const PoolWindow& w)
{
    const std::size_t axes = w.kernel.size();
    Dims out(axes);
    for (std::size_t i = 0; i < axes; ++i) {
        out[i] = kernels::pool_output_size(x[x.size() - axes + i], w.kernel[i], w.stride[i], w.padding[i],
                                           w.dilation[i], w.ceil);
        if (out[i] <= 0)
            throw ShapeError(error_text(
                operation, "x of shape " + to_string(x) + " and kernel " + to_string(Sizes(w.kernel)),
                "the padded image is at least as large as the dilated kernel", "use a smaller kernel or more padding"));
    }
    return out;
}

kernels::AxisWindows pool_windows(std::int64_t in, std::int64_t out, const PoolWindow& w, std::size_t i)
{
    kernels::AxisWindows windows{in, w.dilation[i], {}, {}};
    for (std::int64_t o = 0; o < out; ++o) {
        const std::int64_t start = o * w.stride[i] - w.padding[i], step = windows.step;
        const std::int64_t before = start < 0 ? (-start + step - 1) / step : 0;  // taps in the padding
        const std::int64_t first = start + before * step;
        windows.start.push_back(first);
        windows.count.push_back(std::clamp<std::int64_t>((in - first + step - 1) / step, 0, w.kernel[i] - before));
    }
    return windows;
}

kernels::AxisWindows adaptive_windows(std::int64_t in, std::int64_t out)
{
    kernels::AxisWindows windows{in, 1, {}, {}};
    for (std::int64_t o = 0; o < out; ++o) {
        // o in / out without a product that could overflow
        const auto scaled = [&](std::int64_t n) { return n * (in / out) + n * (in % out) / out; };
        const std::int64_t start = scaled(o), rest = (o + 1) * (in % out) % out;
        windows.start.push_back(start);
        windows.count.push_back(scaled(o + 1) + (rest != 0) - start);
    }
    return windows;
}

ValuesAndIndices max_of_windows(const Input& x, const std::vector<kernels::AxisWindows>& windows)
{
    if (is_batched(*x))
        return Batch({&*x}).merged<ValuesAndIndices>(
            {&*x}, [&](const std::vector<Tensor>& all) { return max_of_windows(all[0], windows); });
    kernels::AxisWindows axes[3] = {{1, 1, {0}, {1}}, {1, 1, {0}, {1}}, {1, 1, {0}, {1}}};
    const std::size_t before = x->ndim() - windows.size();
    Dims sizes = x->sizes();
    std::int64_t planes = 1;
    for (std::size_t i = 0; i < before; ++i) planes *= sizes[i];
    for (std::size_t i = 0; i < windows.size(); ++i) {
        axes[3 - windows.size() + i] = windows[i];
        sizes[before + i] = windows[i].out();
    }
    const Tensor xc = contiguous_data(*x), places = empty(i64, sizes), indices = empty(i64, sizes);
    with_float_type(x->dtype(), [&]<class T>(T*) {
        kernels::places_of_maxima<T>(planes, axes, elements<T>(xc), mutable_data<std::int64_t>(places),
                                     mutable_data<std::int64_t>(indices));
    });
    return {take_at(x, places), indices};
}

Tensor mean_along(const Input& x, std::size_t axis, const kernels::AxisWindows& windows)
{
    return weigh_along(x, axis, mean_map(windows));
}

}  // namespace xgrad::detail
