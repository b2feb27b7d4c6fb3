// Pooling over one axis (two, of which one has size 1) and over three.
#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/shape.hpp>

#include <algorithm>

#include "autograd/new_tensor.hpp"
#include "autograd/ops/pool_window.hpp"

namespace xgrad {
namespace {

using detail::Dims;
using detail::error_text;
using detail::PoolWindow;

Size2 row(std::int64_t width, std::int64_t height) { return {height, width}; }

/// The options of a row of height 1.
MaxPool2dOptions over_rows(std::int64_t kernel, const MaxPool1dOptions& o)
{
    return {.stride = row(o.stride.value_or(kernel), 1),
            .padding = row(o.padding, 0),
            .dilation = row(o.dilation, 1),
            .ceil_mode = o.ceil_mode};
}

/// x as rows, after the checks that speak of one axis.
Tensor as_rows(const char* operation, const Input& x, const PoolWindow& window)
{
    detail::check_pool(operation, *x, window);
    (void)pool_output_sizes(operation, x->sizes(), window);
    return unsqueeze(x, -2);
}

std::vector<kernels::AxisWindows> windows_of(const char* operation, const Tensor& x, const PoolWindow& w)
{
    detail::check_pool(operation, x, w);
    const Dims out = pool_output_sizes(operation, x.sizes(), w);
    std::vector<kernels::AxisWindows> windows;
    for (std::size_t i = 0; i < out.size(); ++i)
        windows.push_back(pool_windows(x.sizes()[x.ndim() - out.size() + i], out[i], w, i));
    return windows;
}

/// The mean of windows along pooled axis i as a map. `counts` false: the sum.
detail::AxisMap average_map(const kernels::AxisWindows& windows, const PoolWindow& w, std::size_t i, bool counts,
                            bool count_pad)
{
    kernels::SparseRows rows;
    rows.columns = windows.in;
    for (std::int64_t o = 0; o < windows.out(); ++o) {
        const std::int64_t start = o * w.stride[i] - w.padding[i];
        const std::int64_t padded = std::min(w.kernel[i], windows.in + w.padding[i] - start);
        const std::int64_t n = !counts ? 1 : count_pad ? padded : windows.count[o];
        for (std::int64_t k = 0; k < windows.count[o]; ++k)
            rows.add(windows.start[o] + k, 1.0 / static_cast<double>(n));
        rows.end_row();
    }
    return detail::AxisMap(std::move(rows));
}

std::vector<kernels::AxisWindows> adaptive_windows_of(const char* operation, const Tensor& x, const Dims& output_size)
{
    detail::check_pooled(operation, x, output_size.size());
    std::vector<kernels::AxisWindows> windows;
    Dims sizes = x.sizes();
    for (std::size_t i = 0; i < output_size.size(); ++i) {
        const std::int64_t in = x.sizes()[x.ndim() - output_size.size() + i];
        const std::int64_t out = output_size[i] == kSameSize ? in : output_size[i];
        if (in <= 0 || out < 0 || out >= std::int64_t{1} << 31)
            throw ShapeError(error_text(
                operation, "x of shape " + to_string(x.sizes()) + " and output_size " + to_string(Sizes(output_size)),
                "output sizes are at least 0 and below 2^31, or kSameSize; the pooled axes of x are not empty",
                "correct the size"));
        sizes[x.ndim() - output_size.size() + i] = out;
    }
    detail::check_memory(operation, x.dtype(), sizes);
    for (std::size_t i = x.ndim() - output_size.size(); i < x.ndim(); ++i)
        windows.push_back(detail::adaptive_windows(x.sizes()[i], sizes[i]));
    return windows;
}

template <class Size>
Tensor adaptive_avg(const char* operation, const Input& x, const Size& output_size)
{
    const auto windows = adaptive_windows_of(operation, *x, detail::each_axis(output_size));
    const std::size_t before = x->ndim() - windows.size();
    Tensor y = *x;
    for (std::size_t i = 0; i < windows.size(); ++i)
        if (windows[i].out() != windows[i].in) y = detail::mean_along(y, before + i, windows[i]);
    return y;
}

template <class Size>
ValuesAndIndices adaptive_max(const char* operation, const Input& x, const Size& output_size)
{
    return max_of_windows(x, adaptive_windows_of(operation, *x, detail::each_axis(output_size)));
}

}  // namespace

Tensor max_pool1d(const Input& x, std::int64_t kernel, MaxPool1dOptions o)
{
    const Tensor rows = as_rows("max_pool1d", x, PoolWindow::of(kernel, o));
    return squeeze(max_pool2d(rows, row(kernel, 1), over_rows(kernel, o)), -2);
}

ValuesAndIndices max_pool1d_with_indices(const Input& x, std::int64_t kernel, MaxPool1dOptions o)
{
    const Tensor rows = as_rows("max_pool1d", x, PoolWindow::of(kernel, o));
    const ValuesAndIndices y = max_pool2d_with_indices(rows, row(kernel, 1), over_rows(kernel, o));
    return {squeeze(y.values, -2), squeeze(y.indices, -2)};
}

Tensor max_pool3d(const Input& x, Size3 kernel, MaxPool3dOptions o)
{
    return max_pool3d_with_indices(x, kernel, o).values;
}

ValuesAndIndices max_pool3d_with_indices(const Input& x, Size3 kernel, MaxPool3dOptions o)
{
    return max_of_windows(x, windows_of("max_pool3d", *x, PoolWindow::of(kernel, o)));
}

Tensor avg_pool1d(const Input& x, std::int64_t kernel, AvgPool1dOptions o)
{
    const Tensor rows = as_rows("avg_pool1d", x, PoolWindow::of(kernel, o));
    detail::check_divisor("avg_pool1d", o.divisor_override);
    return squeeze(avg_pool2d(rows, row(kernel, 1),
                              {.stride = row(o.stride.value_or(kernel), 1),
                               .padding = row(o.padding, 0),
                               .ceil_mode = o.ceil_mode,
                               .count_include_pad = o.count_include_pad,
                               .divisor_override = o.divisor_override}),
                   -2);
}

// The number of elements in a window is a product of numbers for each axis, and so the mean is one of means.
Tensor avg_pool3d(const Input& x, Size3 kernel, AvgPool3dOptions o)
{
    const PoolWindow w = PoolWindow::of(kernel, o);
    const auto windows = windows_of("avg_pool3d", *x, w);
    detail::check_divisor("avg_pool3d", o.divisor_override);
    Tensor y = *x;
    for (std::size_t i = 0; i < 3; ++i) {
        const auto map = average_map(windows[i], w, i, o.divisor_override == 0, o.count_include_pad);
        y = weigh_along(y, x->ndim() - 3 + i, map);
    }
    return o.divisor_override == 0 ? y : y / o.divisor_override;
}

Tensor adaptive_avg_pool1d(const Input& x, std::int64_t n) { return adaptive_avg("adaptive_avg_pool1d", x, n); }
Tensor adaptive_avg_pool2d(const Input& x, Size2 n) { return adaptive_avg("adaptive_avg_pool2d", x, n); }
Tensor adaptive_avg_pool3d(const Input& x, Size3 n) { return adaptive_avg("adaptive_avg_pool3d", x, n); }

Tensor adaptive_max_pool1d(const Input& x, std::int64_t n) { return adaptive_max_pool1d_with_indices(x, n).values; }
Tensor adaptive_max_pool2d(const Input& x, Size2 n) { return adaptive_max_pool2d_with_indices(x, n).values; }
Tensor adaptive_max_pool3d(const Input& x, Size3 n) { return adaptive_max_pool3d_with_indices(x, n).values; }
ValuesAndIndices adaptive_max_pool1d_with_indices(const Input& x, std::int64_t n)
{
    return adaptive_max("adaptive_max_pool1d", x, n);
}
ValuesAndIndices adaptive_max_pool2d_with_indices(const Input& x, Size2 n)
{
    return adaptive_max("adaptive_max_pool2d", x, n);
}
ValuesAndIndices adaptive_max_pool3d_with_indices(const Input& x, Size3 n)
{
    return adaptive_max("adaptive_max_pool3d", x, n);
}

}  // namespace xgrad
