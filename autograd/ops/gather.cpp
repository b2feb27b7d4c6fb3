#include <xgrad/ops/gather.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/places.hpp"

namespace xgrad {

using detail::checked_indices;
using detail::Dims;
using detail::error_text;
using detail::Negative;
using detail::normal_axis;
using detail::places_along;

namespace {

/// The axis, for a number too: it counts as one axis of size 1.
std::size_t axis_of(const char* operation, std::int64_t axis, const Tensor& x)
{
    return normal_axis(operation, axis, std::max<std::size_t>(x.ndim(), 1));
}

/// The part of `source` that the index covers, in x's dtype.
Tensor covered(const char* operation, const Tensor& x, const Tensor& index, const Input& source)
{
    if (source->dtype() != x.dtype())
        throw DtypeError(error_text(operation, describe(*source) + " into " + describe(x), "both have one dtype",
                                    "convert one of them with to"));
    if (source->sizes() == index.sizes()) return *source;
    bool fits = source->ndim() == index.ndim();
    for (std::size_t i = 0; fits && i < index.ndim(); ++i) fits = index.sizes()[i] <= source->sizes()[i];
    if (!fits)
        throw ShapeError(error_text(
            operation,
            "a source of shape " + to_string(source->sizes()) + " for indices of shape " + to_string(index.sizes()),
            "the source is at least as large along every axis", "give each index a value"));
    Tensor part = *source;
    for (std::size_t i = 0; i < index.ndim(); ++i)
        part = narrow({part, source.file(), source.line()}, static_cast<std::int64_t>(i), 0, index.sizes()[i]);
    return part;
}

/// A list of positions of an axis.
Tensor checked_rows(const char* operation, const Tensor& index, std::int64_t n)
{
    if (index.ndim() > 1)
        throw ShapeError(error_text(operation, "indices of shape " + to_string(index.sizes()), "they have one axis",
                                    "flatten them, or use gather for one index an element"));
    return checked_indices(operation, index, n, Negative::refused);
}

/// x, a number seen as one axis.
Tensor with_axis(const Input& x) { return x->ndim() == 0 ? reshape(x, {1}) : *x; }

/// The source, which has x's shape with one position an index; one element for one position may be a number.
Tensor checked_source(const char* operation, const Tensor& x, std::size_t axis, const Tensor& index,
                      const Input& source)
{
    Dims sizes = x.sizes();
    if (x.ndim() > 0) sizes[axis] = index.numel();
    if (source->dtype() != x.dtype())
        throw DtypeError(error_text(operation, describe(*source) + " into " + describe(x), "both have one dtype",
                                    "convert one of them with to"));
    if (source->sizes() == sizes) return *source;
    if (x.ndim() <= 1 && source->ndim() <= 1 && source->numel() == 1 && index.numel() == 1)
        return reshape(source, sizes);
    throw ShapeError(error_text(operation,
                                "a source of shape " + to_string(source->sizes()) + " for " +
                                    std::to_string(index.numel()) + " positions of axis " + std::to_string(axis) +
                                    " of shape " + to_string(x.sizes()),
                                "it has x's shape with one position an index", "reshape or expand the source"));
}

}  // namespace

Tensor gather(const Input& x, std::int64_t axis, const Tensor& index)
{
    return detail::take_at(x, places_along("gather", x->sizes(), axis_of("gather", axis, *x), index));
}

Tensor scatter(const Input& x, std::int64_t axis, const Tensor& index, const Operand& source)
{
    const Tensor places = places_along("scatter", x->sizes(), axis_of("scatter", axis, *x), index);
    if (!source.tensor()) return detail::put_at(x, places, full(index.sizes(), source.number(), x->dtype()));
    return detail::put_at(x, places, covered("scatter", *x, index, {*source.tensor(), source.file(), source.line()}));
}

Tensor scatter_add(const Input& x, std::int64_t axis, const Tensor& index, const Input& source)
{
    const Tensor places = places_along("scatter_add", x->sizes(), axis_of("scatter_add", axis, *x), index);
    return add(x, detail::add_at(covered("scatter_add", *x, index, source), places, x->sizes()));
}

Tensor index_select(const Input& x, std::int64_t given_axis, const Tensor& index)
{
    const std::size_t axis = axis_of("index_select", given_axis, *x);
    const Tensor rows = checked_rows("index_select", index, x->ndim() == 0 ? 1 : x->sizes()[axis]);
    return x->ndim() == 0 ? reshape(detail::take_rows(with_axis(x), 0, rows), {}) : detail::take_rows(x, axis, rows);
}

Tensor index_add(const Input& x, std::int64_t given_axis, const Tensor& index, const Input& source, double alpha)
{
    const std::size_t axis = axis_of("index_add", given_axis, *x);
    const std::int64_t n = x->ndim() == 0 ? 1 : x->sizes()[axis];
    const Tensor rows = checked_rows("index_add", index, n);
    const Tensor from = checked_source("index_add", *x, axis, rows, source);
    const Tensor scaled = alpha == 1 ? from : mul(from, alpha);
    return add(x, reshape(detail::add_rows(with_axis(scaled), axis, rows, n), x->sizes()));
}

Tensor index_copy(const Input& x, std::int64_t given_axis, const Tensor& index, const Input& source)
{
    const std::size_t axis = axis_of("index_copy", given_axis, *x);
    const Tensor rows = checked_rows("index_copy", index, x->ndim() == 0 ? 1 : x->sizes()[axis]);
    const Tensor from = checked_source("index_copy", *x, axis, rows, source);
    if (x->ndim() == 0) return reshape(from, {});
    return detail::put_at(x, detail::take_rows(detail::positions(x->sizes()), axis, rows), from);
}

Tensor index_fill(const Input& x, std::int64_t given_axis, const Tensor& index, const Operand& value)
{
    const std::size_t axis = axis_of("index_fill", given_axis, *x);
    const std::int64_t n = x->ndim() == 0 ? 1 : x->sizes()[axis];
    const Tensor rows = checked_rows("index_fill", index, n), chosen = full({n}, 0, boolean);
    for (std::int64_t k = 0; k < rows.numel(); ++k)
        detail::mutable_data<bool>(chosen)[rows.data<std::int64_t>()[k]] = true;
    Dims sizes(x->ndim(), 1);
    if (x->ndim() > 0) sizes[axis] = n;
    return masked_fill(x, reshape(chosen, sizes), value);
}

Tensor take(const Input& x, const Tensor& index)
{
    return detail::take_at(x, checked_indices("take", index, x->numel(), Negative::from_the_back));
}

Tensor take_along_dim(const Input& x, const Tensor& indices, std::int64_t given_axis)
{
    const std::size_t axis = axis_of("take_along_dim", given_axis, *x);
    if (indices.ndim() != x->ndim() || x->ndim() == 0) return gather(x, given_axis, indices);
    Dims x_sizes = x->sizes(), index_sizes = indices.sizes();
    x_sizes[axis] = index_sizes[axis] = 1;
    const Dims common = detail::broadcast_sizes("take_along_dim", x_sizes, index_sizes);
    x_sizes = index_sizes = common;
    x_sizes[axis] = x->sizes()[axis];
    index_sizes[axis] = indices.sizes()[axis];
    return gather(expand(x, x_sizes), given_axis, expand(indices, index_sizes));
}

Tensor take_along_dim(const Input& x, const Tensor& indices) { return take(x, indices); }

}  // namespace xgrad
