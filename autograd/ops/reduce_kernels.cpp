#include "autograd/ops/reduce_kernels.hpp"

#include <xgrad/error.hpp>

#include "autograd/kernels/table.hpp"
#include "autograd/ops/elementwise_kernels.hpp"

namespace xgrad::detail {

AxisSet::AxisSet(const char* operation, Sizes axes, std::size_t ndim)
{
    for (const std::int64_t given : axes) {
        const std::uint64_t bit = std::uint64_t{1} << normal_axis(operation, given, ndim);
        if (bits_ & bit)
            throw ShapeError(error_text(operation,
                                        "axis " + std::to_string(given) + " is listed twice in " + to_string(axes),
                                        "an axis is reduced once", "remove the repetition"));
        bits_ |= bit;
    }
}

Dims AxisSet::kept_sizes(Sizes sizes) const
{
    Dims out = sizes;
    for (std::size_t i = 0; i < out.size(); ++i)
        if (contains(i)) out[i] = 1;
    return out;
}

Dims AxisSet::dropped_sizes(Sizes sizes) const
{
    Dims out;
    for (std::size_t i = 0; i < sizes.size(); ++i)
        if (!contains(i)) out.push_back(sizes[i]);
    return out;
}

namespace {

/// The sum over neighbouring axes first to last - 1 of a contiguous tensor, whose sizes become 1.
Tensor sum_axes(const Tensor& x, std::size_t first, std::size_t last)
{
    std::int64_t outer = 1, n = 1, inner = 1;
    Dims sizes = x.sizes();
    for (std::size_t i = 0; i < sizes.size(); ++i) (i < first ? outer : i < last ? n : inner) *= sizes[i];
    for (std::size_t i = first; i < last; ++i) sizes[i] = 1;
    Tensor y = empty(x.dtype(), sizes);
    kernels::active.sum[kernels::index_of(x.dtype())](outer, n, inner, x.raw(), mutable_data(y));
    return y;
}

}  // namespace

Tensor run_sum(const Tensor& x, const AxisSet& axes, bool keepdim)
{
    Tensor y = contiguous_data(x);
    for (std::size_t last = x.ndim(); last > 0; --last) {
        if (!axes.contains(last - 1)) continue;
        std::size_t first = last;
        while (first > 0 && axes.contains(first - 1)) --first;
        y = sum_axes(y, first, last);
        last = first + 1;
    }
    const Dims sizes = keepdim ? axes.kept_sizes(x.sizes()) : axes.dropped_sizes(x.sizes());
    Dims strides(sizes.size());
    std::int64_t stride = 1;
    for (std::size_t i = sizes.size(); i-- > 0; stride *= sizes[i]) strides[i] = stride;
    return Sizes(sizes) == y.sizes() && y.unsafe_header() != x.unsafe_header() ? y : view(y, sizes, strides, 0);
}

}  // namespace xgrad::detail
