#include "autograd/ops/reduce_kernels.hpp"

#include <xgrad/error.hpp>

#include <limits>
#include <span>

#include "autograd/kernels/reduce.hpp"
#include "autograd/ops/elementwise_kernels.hpp"

namespace xgrad::detail {

AxisSet::AxisSet(const char* operation, Sizes axes, std::size_t ndim)
{
    for (const std::int64_t given : axes) {
        if (ndim == 0 && (given == 0 || given == -1)) continue;  // as if there were one axis: the element stays
        const std::uint64_t bit = std::uint64_t{1} << normal_axis(operation, given, ndim);
        if (bits_ & bit)
            throw ShapeError(error_text(operation,
                                        "axis " + std::to_string(given) + " is listed twice in " + to_string(axes),
                                        "an axis is reduced once", "remove the repetition"));
        bits_ |= bit;
    }
}

Dims AxisSet::list(std::size_t ndim) const
{
    Dims axes;
    for (std::size_t i = 0; i < ndim; ++i)
        if (contains(i)) axes.push_back(static_cast<std::int64_t>(i));
    return axes;
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

std::int64_t AxisSet::count(Sizes sizes) const
{
    std::int64_t count = 1;
    for (std::size_t i = 0; i < sizes.size(); ++i)
        if (contains(i)) count *= sizes[i];
    return count;
}

namespace {

constexpr std::int64_t kShort = 4096;  // sums up to here are one call of the flat kernel

std::span<const std::int64_t> span_of(Sizes sizes) { return {sizes.data(), sizes.size()}; }
const std::int64_t* strides_of(const Tensor& x) { return x.is_contiguous() ? nullptr : x.strides().data(); }

}  // namespace

// Of nothing without going through the axes, of which some may be long.
Tensor run_sum(const Tensor& x, const AxisSet& axes, bool keepdim)
{
    if (x.numel() == 0) return full(axes.result_sizes(x.sizes(), keepdim), 0, x.dtype());
    if (!keepdim && x.is_contiguous() && x.numel() <= kShort && axes.bits() == AxisSet::all(x.ndim()).bits()) {
        Tensor y = empty(x.dtype(), {}, 1);
        kernels::active.sum[kernels::index_of(x.dtype())](1, x.numel(), 1, x.raw(), mutable_data(y));
        return y;
    }
    Tensor y = empty(x.dtype(), axes.result_sizes(x.sizes(), keepdim));
    kernels::sum(x.dtype(), span_of(x.sizes()), axes.bits(), x.raw(), strides_of(x), mutable_data(y));
    return y;
}

Tensor run_mean(const Tensor& x, const AxisSet& axes, bool keepdim)
{
    if (x.numel() == 0)
        return full(axes.result_sizes(x.sizes(), keepdim), std::numeric_limits<double>::quiet_NaN(), x.dtype());
    Tensor y = empty(x.dtype(), axes.result_sizes(x.sizes(), keepdim));
    kernels::mean(x.dtype(), span_of(x.sizes()), axes.bits(), x.raw(), strides_of(x), mutable_data(y));
    return y;
}

Tensor run_sum_to(const Tensor& g, Sizes sizes)
{
    if (g.numel() == 0) return full(sizes, 0, g.dtype());
    const Tensor from = contiguous_data(g);
    Tensor y = empty(g.dtype(), sizes);
    kernels::sum_to(g.dtype(), span_of(from.sizes()), from.raw(), span_of(sizes), mutable_data(y));
    return y;
}

Nest::Nest(const Tensor& from, const AxisSet& axes)
{
    const std::size_t ndim = from.ndim();
    std::size_t first = 0, last = ndim;  // the reduced axes lie in [first, last)
    while (first < last && !axes.contains(first)) ++first;
    while (last > first && !axes.contains(last - 1)) --last;
    for (std::size_t i = first; i < last; ++i) moved_ |= !axes.contains(i);
    if (!moved_) {
        for (std::size_t i = 0; i < ndim; ++i) (i < first ? outer : i < last ? n : inner) *= from.sizes()[i];
        x = contiguous_data(from);
        return;
    }
    Dims sizes, strides;
    for (const bool reduced : {false, true})
        for (std::size_t i = 0; i < ndim; ++i)
            if (axes.contains(i) == reduced) {
                order_.push_back(static_cast<std::int64_t>(i));
                sizes.push_back(from.sizes()[i]);
                strides.push_back(from.strides()[i]);
                (reduced ? n : outer) *= from.sizes()[i];
            }
    x = contiguous_copy(view(from, sizes, strides, 0));
}

Tensor Nest::restore(const Tensor& y) const
{
    if (!moved_) return y;
    Dims sizes(order_.size()), strides(order_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) {
        const auto axis = static_cast<std::size_t>(order_[i]);
        sizes[axis] = y.sizes()[i];
        strides[axis] = y.strides()[i];
    }
    return view(y, sizes, strides, 0);
}

}  // namespace xgrad::detail
