#include <xgrad/ops/order.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <limits>

#include "autograd/kernels/order.hpp"
#include "autograd/ops/along.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"

namespace xgrad {

using detail::Along;
using detail::contiguous_data;
using detail::Dims;
using detail::error_text;

const Op kMedian{.name = "median",
                 .formula = "median(x)",
                 .shapes = "x: S -> y: ()",
                 .derivatives = {"gy * (x == y) / sum(x == y)"}};

const Op kArgsort{.name = "argsort",
                  .formula = "take(argsort(x, axis, direction), axis, range(0, k, 1))",
                  .shapes = "x: S -> y: S with k along the axis",
                  .where = "k is the size of the axis, or how many are wanted"};
const Op kRanked{.name = "ranked",
                 .formula = "take(argsort(x, axis, 1), axis, rank)",
                 .shapes = "x: S -> y: S with 1 along the axis"};

namespace {

std::size_t axis_of(const char* operation, std::int64_t axis, const Tensor& x)
{
    return detail::normal_axis(operation, axis, std::max<std::size_t>(x.ndim(), 1));
}

/// x as the kernels take it.
Tensor comparable(const Input& x) { return contiguous_data(x->dtype() == boolean ? to(x, i64) : *x); }

/// Positions along the axis of the first `count` in order.
Tensor first_in_order(const Input& x, std::size_t axis, std::int64_t count, bool descending)
{
    if (detail::is_batched(*x))
        return detail::of_all(x, [&](const Input& all) { return first_in_order(all, axis + 1, count, descending); });
    Dims sizes = x->sizes();
    sizes[axis] = count;
    const Tensor from = comparable(x), positions = detail::empty(i64, sizes);
    const Along nest(x->sizes(), axis);
    kernels::order(from.dtype(), nest.outer, nest.n, nest.inner, from.raw(), count, descending,
                   detail::mutable_data<std::int64_t>(positions));
    return record_constant(kArgsort, {x}, positions);
}

/// The elements at `positions`, one for each line of the axis.
ValuesAndIndices chosen(const Input& x, std::size_t axis, const Tensor& positions, bool keepdim)
{
    const auto signed_axis = static_cast<std::int64_t>(axis);
    const Tensor values = gather(x, signed_axis, positions);
    if (keepdim) return {values, positions};
    return {squeeze(values, signed_axis), squeeze(positions, signed_axis)};
}

template <class Kernel>
ValuesAndIndices one_of_each_line(const char* operation, const Input& x, std::int64_t given_axis, bool keepdim,
                                  Kernel kernel)
{
    const std::size_t axis = axis_of(operation, given_axis, *x);
    if (x->ndim() == 0) return {*x, zeros({}, i64)};
    if (x->sizes()[axis] == 0)
        throw ShapeError(error_text(operation, "shape " + to_string(x->sizes()) + " has nothing to choose from",
                                    "the axis has at least one element", "check the tensor's size before"));
    if (detail::is_batched(*x)) {
        const std::int64_t from_back = detail::from_back(operation, given_axis, *x);
        return detail::pair_of_all<ValuesAndIndices>(
            x, [&](const Input& all) { return one_of_each_line(operation, all, from_back, keepdim, kernel); });
    }
    Dims sizes = x->sizes();
    sizes[axis] = 1;
    const Tensor from = comparable(x), positions = detail::empty(i64, sizes);
    const Along nest(x->sizes(), axis);
    kernel(from.dtype(), nest, from.raw(), detail::mutable_data<std::int64_t>(positions));
    return chosen(x, axis, record_constant(kRanked, {x}, positions), keepdim);
}

ValuesAndIndices ranked(const char* operation, const Input& x, std::int64_t axis, bool keepdim, kernels::Rank rank,
                        std::int64_t k)
{
    return one_of_each_line(operation, x, axis, keepdim,
                            [=](Dtype dtype, const Along& nest, const void* from, std::int64_t* positions) {
                                kernels::ranked(dtype, nest.outer, nest.n, nest.inner, from, rank, k, positions);
                            });
}

/// The median of all elements; equal ones share the gradient.
Tensor shared_median(const char* operation, const Input& x, kernels::Rank rank)
{
    if (x->numel() == 0) return tensor(std::numeric_limits<double>::quiet_NaN(), x->dtype());
    const Tensor y = detach(ranked(operation, reshape(x, {-1}), 0, false, rank, 0).values);
    if (!is_floating(x->dtype())) return y;
    const Tensor v = detach(*x), equal = to(where(ne(y, y), ne(v, v), eq(v, y)), x->dtype());
    return record(kMedian, {x}, y, [equal](const Tensor& gy, Adjoints& gx) { gx.add(0, gy * (equal / sum(equal))); });
}

}  // namespace

ValuesAndIndices sort(const Input& x, std::int64_t given_axis, SortOptions options)
{
    const std::size_t axis = axis_of("sort", given_axis, *x);
    if (x->ndim() == 0) return {*x, zeros({}, i64)};
    const Tensor positions = first_in_order(x, axis, x->sizes()[axis], options.descending);
    return {gather(x, given_axis, positions), positions};
}

Tensor argsort(const Input& x, std::int64_t given_axis, SortOptions options)
{
    const std::size_t axis = axis_of("argsort", given_axis, *x);
    if (x->ndim() == 0) return zeros({}, i64);
    return first_in_order(x, axis, x->sizes()[axis], options.descending);
}

ValuesAndIndices topk(const Input& x, std::int64_t k, TopkOptions options)
{
    const std::size_t axis = axis_of("topk", options.axis, *x);
    const std::int64_t n = x->ndim() == 0 ? 1 : x->sizes()[axis];
    if (k < 0 || k > n)
        throw ShapeError(error_text("topk",
                                    "k = " + std::to_string(k) + " along axis " + std::to_string(options.axis) +
                                        " of shape " + to_string(x->sizes()),
                                    "k runs from 0 to the size of the axis, " + std::to_string(n), "ask for fewer"));
    if (x->ndim() == 0) return {k == 0 ? zeros({0}, x->dtype()) : *x, k == 0 ? zeros({0}, i64) : zeros({}, i64)};
    const Tensor positions = first_in_order(x, axis, k, options.largest);
    return {gather(x, options.axis, positions), positions};
}

ValuesAndIndices kthvalue(const Input& x, std::int64_t k, std::int64_t axis, bool keepdim)
{
    const std::int64_t n = x->ndim() == 0 ? 1 : x->sizes()[axis_of("kthvalue", axis, *x)];
    if (k < 1 || k > n)
        throw ShapeError(error_text(
            "kthvalue",
            "k = " + std::to_string(k) + " along axis " + std::to_string(axis) + " of shape " + to_string(x->sizes()),
            "k runs from 1 to the size of the axis, " + std::to_string(n), "count from 1: k = 1 is the smallest"));
    return ranked("kthvalue", x, axis, keepdim, kernels::Rank::given, k - 1);
}

ValuesAndIndices median(const Input& x, std::int64_t axis, bool keepdim)
{
    return ranked("median", x, axis, keepdim, kernels::Rank::median, 0);
}

ValuesAndIndices nanmedian(const Input& x, std::int64_t axis, bool keepdim)
{
    return ranked("nanmedian", x, axis, keepdim, kernels::Rank::median_of_numbers, 0);
}

Tensor median(const Input& x) { return shared_median("median", x, kernels::Rank::median); }
Tensor nanmedian(const Input& x) { return shared_median("nanmedian", x, kernels::Rank::median_of_numbers); }

ValuesAndIndices mode(const Input& x, std::int64_t axis, bool keepdim)
{
    return one_of_each_line("mode", x, axis, keepdim,
                            [](Dtype dtype, const Along& nest, const void* from, std::int64_t* positions) {
                                kernels::most_frequent(dtype, nest.outer, nest.n, nest.inner, from, positions);
                            });
}

}  // namespace xgrad
