#include "autograd/ops/places.hpp"
#include "autograd/ops/batch.hpp"

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>

#include <algorithm>
#include <numeric>

#include "autograd/kernels/index.hpp"
#include "autograd/ops/along.hpp"
#include "autograd/ops/elementwise_kernels.hpp"

namespace xgrad::detail {

static_assert(kNowhere == kernels::kNowhere);

const Op kTakeAt{.name = "take_at",
                 .formula = "take_at(x, places)",
                 .shapes = "x: S, places: P -> y: P",
                 .derivatives = {"add_at(gy, places, x)"},
                 .where = "places are positions in row-major order"};
const Op kAddAt{.name = "add_at",
                .formula = "add_at(x, places, y)",
                .shapes = "x, places: P -> y: S",
                .derivatives = {"take_at(gy, places)"},
                .where = "places are positions in row-major order; equal ones add up"};

const Op kPutAt{.name = "put_at",
                .formula = "put_at(a, places, b)",
                .shapes = "a: S, b, places: P -> y: S",
                .derivatives = {"put_at(gy, places, 0)", "take_at(gy, last_places)"},
                .where =
                    "of values for one place the last one stays; last_places are those of its values, nowhere for "
                    "the others"};

const Op kTakeRows{.name = "take_rows",
                   .formula = "take(x, axis, rows)",
                   .shapes = "x: S -> y: S with the number of rows along the axis",
                   .derivatives = {"put(gy, axis, rows, x)"}};
const Op kAddRows{.name = "add_rows",
                  .formula = "put(x, axis, rows, y)",
                  .shapes = "x: S -> y: S with another size along the axis",
                  .derivatives = {"take(gy, axis, rows)"},
                  .where = "equal rows add up"};

namespace {

const std::int64_t* data_of(const Tensor& places) { return places.data<std::int64_t>(); }

/// The places with kNowhere where a later one is equal.
Tensor last_places(const Tensor& places, std::int64_t numel)
{
    const Tensor last = contiguous_copy(places);
    std::int64_t* at = mutable_data<std::int64_t>(last);
    std::vector<std::uint8_t> taken(static_cast<std::size_t>(numel));
    for (std::int64_t k = places.numel(); k-- > 0;)
        if (at[k] != kNowhere && std::exchange(taken[static_cast<std::size_t>(at[k])], std::uint8_t{1}))
            at[k] = kNowhere;
    return last;
}

/// For each sample its number times n, with as many axes as places of one sample, in front of which the samples lie.
Tensor starts_of_samples(const Batch& batch, const Tensor& places_of_one, std::int64_t n)
{
    Dims sizes(places_of_one.ndim() + 1, 1);
    sizes[0] = batch.samples();
    return mul(positions(sizes), n);
}

/// Places in the n elements of each sample as places in those of all samples.
Tensor places_of_all(const Batch& batch, const Tensor& places, std::int64_t n)
{
    const Tensor all = batch.expanded(places);
    return contiguous_data(where(lt(all, 0), all, add(all, starts_of_samples(batch, places, n))));
}

/// All samples of x, (samples, numel).
Tensor rows_of_samples(const Batch& batch, const Tensor& x)
{
    return reshape(batch.expanded(x), {batch.samples(), x.numel()});
}

Tensor take_at_of_samples(const Tensor& x, const Tensor& places)
{
    const Batch batch({&x, &places});
    if (!batch.has(x)) return batch.result(take_at(x, contiguous_data(batch.all(places))));
    if (batch.has(places))
        return batch.result(take_at(rows_of_samples(batch, x), places_of_all(batch, places, x.numel())));
    const Tensor y = take_rows(rows_of_samples(batch, x), 1, reshape(places, {places.numel()}));
    return batch.result(reshape(y, with_samples(batch.samples(), places.sizes())));
}

Tensor add_at_of_samples(const Tensor& g, const Tensor& places, Sizes sizes)
{
    const Batch batch({&g, &places});
    const Dims all = with_samples(batch.samples(), sizes);
    const std::int64_t n = checked_numel("add_at", sizes);
    if (batch.has(places)) return batch.result(add_at(batch.expanded(g), places_of_all(batch, places, n), all));
    const Tensor y = add_rows(rows_of_samples(batch, g), 1, reshape(places, {places.numel()}), n);
    return batch.result(reshape(y, all));
}

Tensor put_at_of_samples(const Tensor& x, const Tensor& places, const Tensor& values)
{
    const Batch batch({&x, &places, &values});
    return batch.result(put_at(batch.expanded(x), places_of_all(batch, places, x.numel()), batch.expanded(values)));
}

}  // namespace

Tensor take_at(const Input& x, const Tensor& places)
{
    if (is_batched(*x, places)) return take_at_of_samples(x, places);
    const Tensor from = contiguous_data(*x), y = empty(x->dtype(), places.sizes(), places.numel());
    kernels::take(size_of(x->dtype()), places.numel(), from.raw(), data_of(places), mutable_data(y));
    return record(kTakeAt, {x}, y,
                  [places](const Tensor& gy, Adjoints& gx) { gx.add(0, add_at(gy, places, gx.sizes(0))); });
}

Tensor add_at(const Input& g, const Tensor& places, Sizes sizes)
{
    if (is_batched(*g, places)) return add_at_of_samples(g, places, sizes);
    const Tensor from = contiguous_data(*g), y = full(sizes, 0, g->dtype());
    kernels::add_at(g->dtype(), places.numel(), from.raw(), data_of(places), mutable_data(y));
    return record(kAddAt, {g}, y, [places](const Tensor& gy, Adjoints& gx) { gx.add(0, take_at(gy, places)); });
}

Tensor put_at(const Input& x, const Tensor& places, const Input& values)
{
    if (is_batched(*x, places, *values)) return put_at_of_samples(x, places, values);
    const Tensor from = contiguous_data(*values), y = contiguous_copy(*x);
    kernels::put(size_of(x->dtype()), places.numel(), from.raw(), data_of(places), mutable_data(y));
    if (!is_tracked(*x) && !is_tracked(*values)) return y;
    return record(kPutAt, {x, values}, y,
                  [places, last = last_places(places, x->numel())](const Tensor& gy, Adjoints& gx) {
                      if (gx.wants(0)) gx.add(0, put_at(gy, places, full(places.sizes(), 0, gy.dtype())));
                      if (gx.wants(1)) gx.add(1, take_at(gy, last));
                  });
}

Tensor take_rows(const Input& x, std::size_t axis, const Tensor& rows)
{
    if (is_batched(rows))
        return one_by_one({&*x, &rows}, [axis](const std::vector<Tensor>& one) {
            return take_rows(one[0], axis, contiguous_data(one[1]));
        });
    if (is_batched(*x)) return of_all(x, [&](const Input& all) { return take_rows(all, axis + 1, rows); });
    const Tensor from = contiguous_data(*x);
    const Along nest(x->sizes(), axis);
    Dims sizes = x->sizes();
    sizes[axis] = rows.numel();
    const Tensor y = empty(x->dtype(), sizes);
    kernels::take_rows(size_of(x->dtype()), nest.outer, nest.n, nest.inner, from.raw(), rows.numel(), data_of(rows),
                       mutable_data(y));
    return record(kTakeRows, {x}, y, [rows, axis](const Tensor& gy, Adjoints& gx) {
        gx.add(0, add_rows(gy, axis, rows, gx.sizes(0)[axis]));
    });
}

Tensor add_rows(const Input& g, std::size_t axis, const Tensor& rows, std::int64_t n)
{
    if (is_batched(rows))
        return one_by_one({&*g, &rows}, [axis, n](const std::vector<Tensor>& one) {
            return add_rows(one[0], axis, contiguous_data(one[1]), n);
        });
    if (is_batched(*g)) return of_all(g, [&](const Input& all) { return add_rows(all, axis + 1, rows, n); });
    const Tensor from = contiguous_data(*g);
    Dims sizes = g->sizes();
    sizes[axis] = n;
    const Along nest(sizes, axis);
    const Tensor y = full(sizes, 0, g->dtype());
    kernels::add_rows(g->dtype(), nest.outer, n, nest.inner, from.raw(), rows.numel(), data_of(rows), mutable_data(y));
    return record(kAddRows, {g}, y,
                  [rows, axis](const Tensor& gy, Adjoints& gx) { gx.add(0, take_rows(gy, axis, rows)); });
}

Tensor checked_indices(const char* operation, const Tensor& indices, std::int64_t n, Negative negative)
{
    if (indices.dtype() != i64)
        throw DtypeError(error_text(operation, "indices " + describe(indices), "indices are i64",
                                    "convert them first: to(indices, i64)"));
    if (is_batched(indices))
        return of_all(indices, [&](const Input& all) { return checked_indices(operation, all, n, negative); });
    Tensor places = contiguous_data(indices);
    const std::int64_t lowest = negative == Negative::refused ? 0 : -n;
    bool any_negative = false;
    for (std::int64_t k = 0; k < places.numel(); ++k) {
        const std::int64_t index = data_of(places)[k];
        any_negative |= index < 0;
        if (index < lowest || index >= n)
            throw ShapeError(
                error_text(operation, "index " + std::to_string(index) + " for " + std::to_string(n) + " positions",
                           n == 0 ? "an axis of size 0 has no positions"
                                  : "an index runs from " + std::to_string(lowest) + " to " + std::to_string(n - 1),
                           "check the indices, or clamp them"));
    }
    if (!any_negative) return places;
    places = contiguous_copy(places);
    auto* at = mutable_data<std::int64_t>(places);
    for (std::int64_t k = 0; k < places.numel(); ++k) at[k] += at[k] < 0 ? n : 0;
    return places;
}

Tensor places_along(const char* operation, Sizes given_sizes, std::size_t given_axis, const Tensor& given)
{
    // A number is an axis of size 1.
    const std::int64_t one = 1;
    const Sizes sizes = given_sizes.empty() ? Sizes(&one, 1) : given_sizes;
    const Sizes index_sizes = given.ndim() == 0 ? Sizes(&one, 1) : given.sizes();
    const std::size_t axis = given_axis, ndim = sizes.size();
    bool fits = index_sizes.size() == ndim;
    for (std::size_t i = 0; fits && i < ndim && given.numel() > 0; ++i) fits = i == axis || index_sizes[i] <= sizes[i];
    if (!fits)
        throw ShapeError(error_text(
            operation, "indices of shape " + to_string(given.sizes()) + " for shape " + to_string(given_sizes),
            "as many axes, and no larger size along those but axis " + std::to_string(axis),
            "reshape or slice the indices; index_select takes one list of indices for all"));
    if (is_batched(given)) {
        const Batch batch({&given});
        const Tensor all = reshape(batch.all(given), with_samples(batch.samples(), index_sizes));
        const Tensor in_all = places_along(operation, with_samples(batch.samples(), sizes), axis + 1, all);
        const Tensor in_one =
            sub(in_all, starts_of_samples(batch, positions(index_sizes), checked_numel(operation, sizes)));
        return batch.result(reshape(in_one, with_samples(batch.samples(), given.sizes())));
    }
    const Tensor indices = checked_indices(operation, given, sizes[axis], Negative::refused);
    const Tensor places = empty(i64, given.sizes());
    auto* out = mutable_data<std::int64_t>(places);
    Dims at(ndim), strides(ndim);
    std::int64_t stride = 1;
    for (std::size_t i = ndim; i-- > 0; stride *= sizes[i]) strides[i] = stride;
    for (std::int64_t k = 0; k < indices.numel(); ++k) {
        std::int64_t place = data_of(indices)[k] * strides[axis];
        for (std::size_t i = 0; i < ndim; ++i) place += i == axis ? 0 : at[i] * strides[i];
        out[k] = place;
        for (std::size_t i = ndim; i-- > 0;) {
            if (++at[i] < index_sizes[i]) break;
            at[i] = 0;
        }
    }
    return places;
}

Tensor places_of_true(const Tensor& mask)
{
    const Tensor from = contiguous_data(mask);
    const bool* is_true = from.data<bool>();
    const Tensor places = empty(i64, {std::count(is_true, is_true + from.numel(), true)});
    auto* out = mutable_data<std::int64_t>(places);
    for (std::int64_t k = 0; k < from.numel(); ++k)
        if (is_true[k]) *out++ = k;
    return places;
}

Tensor positions(Sizes sizes)
{
    const Tensor y = empty(i64, sizes);
    auto* out = mutable_data<std::int64_t>(y);
    std::iota(out, out + y.numel(), std::int64_t{0});
    return y;
}

}  // namespace xgrad::detail
