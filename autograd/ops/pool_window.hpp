#pragma once

// What all kinds of pooling share: windows over the last axes, and the checks of their options.

#include <xgrad/ops/pool.hpp>

#include "autograd/ops/sampling.hpp"

namespace xgrad::detail {

/// A window for each pooled axis.
struct PoolWindow {
    Dims kernel, stride, padding, dilation;
    bool ceil;

    template <class Size>
    static PoolWindow of(const Size& kernel, const MaxPoolOptions<Size>& o)
    {
        return {each_axis(kernel), each_axis(o.stride.value_or(kernel)), each_axis(o.padding), each_axis(o.dilation),
                o.ceil_mode};
    }
    template <class Size>
    static PoolWindow of(const Size& kernel, const AvgPoolOptions<Size>& o)
    {
        return {each_axis(kernel), each_axis(o.stride.value_or(kernel)), each_axis(o.padding), each_axis(Size(1)),
                o.ceil_mode};
    }
};

/// Throws unless x is floating and has one or two axes before the pooled ones.
void check_pooled(const char* operation, const Tensor& x, std::size_t axes);

/// That and the options.
void check_pool(const char* operation, const Tensor& x, const PoolWindow& window);
void check_divisor(const char* operation, std::int64_t divisor);

/// Elements along each pooled axis of the result. Throws ShapeError where there are none.
Dims pool_output_sizes(const char* operation, Sizes x, const PoolWindow& window);

/// The windows along pooled axis i; of an adaptive pooling.
kernels::AxisWindows pool_windows(std::int64_t in, std::int64_t out, const PoolWindow& window, std::size_t i);
kernels::AxisWindows adaptive_windows(std::int64_t in, std::int64_t out);

/// The largest element of each window of the last axes.
ValuesAndIndices max_of_windows(const Input& x, const std::vector<kernels::AxisWindows>& windows);

/// The mean of each window along an axis.
Tensor mean_along(const Input& x, std::size_t axis, const kernels::AxisWindows& windows);

}  // namespace xgrad::detail
