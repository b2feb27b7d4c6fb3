#include <xgrad/ops/gather.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/diagonal.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <cmath>
#include <limits>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/float_type.hpp"
#include "autograd/ops/places.hpp"

namespace xgrad {

const Op kScatterAmax{
    .name = "scatter_amax",
    .formula = "max_at(a, places, b)",
    .shapes = "a: S, b, places: P -> y: S",
    .derivatives = {
        "gy * (a == y) / ((a == y) + add_at(b == take_at(y, places), places, a))",
        "take_at(gy / ((a == y) + add_at(b == take_at(y, places), places, a)), places) * (b == take_at(y, places))"}};
const Op kScatterAmin{
    .name = "scatter_amin",
    .formula = "min_at(a, places, b)",
    .shapes = "a: S, b, places: P -> y: S",
    .derivatives = {
        "gy * (a == y) / ((a == y) + add_at(b == take_at(y, places), places, a))",
        "take_at(gy / ((a == y) + add_at(b == take_at(y, places), places, a)), places) * (b == take_at(y, places))"}};

namespace {

/// Joins the values at the places into a copy of x.
template <class F>
Tensor join_at(const Tensor& x, const Tensor& places, const Tensor& values, F join)
{
    const Tensor y = detail::contiguous_copy(x), from = detail::contiguous_data(values);
    detail::with_float_type(x.dtype(), [&]<class T>(T*) {
        T* out = detail::mutable_data<T>(y);
        for (std::int64_t k = 0; k < places.numel(); ++k) {
            T& at = out[places.data<std::int64_t>()[k]];
            at = static_cast<T>(join(at, from.data<T>()[k]));
        }
    });
    return y;
}

Tensor scatter_extremum(const Tensor& x, const Tensor& places, const Tensor& values, bool largest)
{
    const Tensor y = join_at(
        x, places, values, [largest](auto a, auto b) { return std::isnan(a) || (largest ? a >= b : a <= b) ? a : b; });
    return record(largest ? kScatterAmax : kScatterAmin, {x, values}, y,
                  [places, x = detach(x), values = detach(values), y](const Tensor& gy, Adjoints& gx) {
                      const Tensor wins = to(eq(x, detach(y)), x.dtype());
                      const Tensor value_wins = to(eq(values, detail::take_at(detach(y), places)), x.dtype());
                      const Tensor share = gy / add(wins, detail::add_at(value_wins, places, x.sizes()));
                      if (gx.wants(0)) gx.add(0, share * wins);
                      if (gx.wants(1)) gx.add(1, detail::take_at(share, places) * value_wins);
                  });
}

/// For each value the number of those before it at the same place: values of one round do not meet.
std::vector<Tensor> rounds_of(const Tensor& places, std::int64_t numel)
{
    std::vector<std::int64_t> seen(static_cast<std::size_t>(numel));
    std::vector<std::vector<std::int64_t>> rounds;
    for (std::int64_t k = 0; k < places.numel(); ++k) {
        const auto place = static_cast<std::size_t>(places.data<std::int64_t>()[k]);
        const auto round = static_cast<std::size_t>(seen[place]++);
        if (round == rounds.size()) rounds.emplace_back();
        rounds[round].push_back(k);
    }
    std::vector<Tensor> out;
    for (const auto& round : rounds) out.push_back(from_values({static_cast<std::int64_t>(round.size())}, round));
    return out;
}

/// x times what lies at the places, in products of two: each round of values meets each place at most once.
Tensor scatter_product(const Tensor& x, const Tensor& places, const Tensor& values)
{
    Tensor y = x;
    for (const Tensor& round : rounds_of(places, x.numel())) {
        const Tensor at = detail::take_at(places, round), factors = detail::take_at(values, round);
        y = detail::put_at(y, at, detail::take_at(y, at) * factors);
    }
    return y;
}

/// x, without what lies at the places where it does not count.
Tensor start_of(const Input& x, const Tensor& places, ScatterReduction reduction, bool include_self)
{
    if (include_self) return *x;
    constexpr double kLargest = std::numeric_limits<double>::infinity();
    const double neutral[] = {0, 1, 0, -kLargest, kLargest};
    return detail::put_at(x, places, full(places.sizes(), neutral[static_cast<std::size_t>(reduction)], x->dtype()));
}

}  // namespace

Tensor scatter_reduce(const Input& x, std::int64_t given_axis, const Tensor& index, const Input& source,
                      ScatterReduction reduction, bool include_self)
{
    if (detail::is_batched(*x, index, *source))
        return detail::one_by_one({&*x, &index, &*source}, [&](const std::vector<Tensor>& one) {
            return scatter_reduce(one[0], given_axis, one[1], one[2], reduction, include_self);
        });
    const std::size_t axis = detail::normal_axis("scatter_reduce", given_axis, std::max<std::size_t>(x->ndim(), 1));
    const Tensor places = detail::places_along("scatter_reduce", x->sizes(), axis, index);
    if (!is_floating(x->dtype()) || source->dtype() != x->dtype())
        throw DtypeError(detail::error_text("scatter_reduce", describe(*source) + " into " + describe(*x),
                                            "both have one dtype, f32 or f64", "convert them with to"));
    Tensor values = *source;
    if (!(values.sizes() == index.sizes()))
        for (std::size_t i = 0; i < index.ndim() && values.ndim() == index.ndim(); ++i)
            values = narrow(values, static_cast<std::int64_t>(i), 0, index.sizes()[i]);
    if (!(values.sizes() == index.sizes()))
        throw ShapeError(detail::error_text(
            "scatter_reduce",
            "a source of shape " + to_string(source->sizes()) + " for indices of shape " + to_string(index.sizes()),
            "the source is at least as large along every axis", "give each index a value"));
    const Tensor start = start_of(x, places, reduction, include_self);
    switch (reduction) {
        case ScatterReduction::sum:
            return add(start, detail::add_at(values, places, x->sizes()));
        case ScatterReduction::prod:
            return scatter_product(start, places, values);
        case ScatterReduction::amax:
            return scatter_extremum(start, places, values, true);
        case ScatterReduction::amin:
            return scatter_extremum(start, places, values, false);
        case ScatterReduction::mean:
            break;
    }
    const Tensor met = detail::add_at(full(places.sizes(), 1, x->dtype()), places, x->sizes());
    const Tensor count = include_self ? add(met, 1) : maximum(met, 1);
    return div(add(start, detail::add_at(values, places, x->sizes())), count);
}

Tensor index_reduce(const Input& x, std::int64_t given_axis, const Tensor& index, const Input& source,
                    ScatterReduction reduction, bool include_self)
{
    const std::size_t axis = detail::normal_axis("index_reduce", given_axis, x->ndim());
    detail::Dims sizes = x->sizes(), line(x->ndim(), 1);
    sizes[axis] = line[axis] = index.numel();
    if (index.ndim() > 1 || !(source->sizes() == sizes))
        throw ShapeError(detail::error_text(
            "index_reduce",
            "indices of shape " + to_string(index.sizes()) + " and a source of shape " + to_string(source->sizes()) +
                " for axis " + std::to_string(axis) + " of shape " + to_string(x->sizes()),
            "indices have one axis, the source has x's shape with one position an index", "reshape them"));
    return scatter_reduce(x, given_axis, expand(reshape(index, line), sizes), source, reduction, include_self);
}

namespace {

/// x with the source at the places, a tensor of row-major positions in x.
Tensor replaced(const char* operation, const Input& x, const Tensor& places, const Input& source)
{
    if (source->dtype() != x->dtype())
        throw DtypeError(detail::error_text(operation, describe(*source) + " into " + describe(*x),
                                            "both have one dtype", "convert one of them with to"));
    if (!(source->sizes() == places.sizes()))
        throw ShapeError(detail::error_text(operation,
                                            "a source of shape " + to_string(source->sizes()) + " in the place of " +
                                                to_string(places.sizes()) + " in " + to_string(x->sizes()),
                                            "the source has the shape of what it replaces",
                                            "expand or reshape the source"));
    return detail::put_at(x, detail::contiguous_data(places), source);
}

}  // namespace

Tensor slice_scatter(const Input& x, const Input& source, std::int64_t axis, std::int64_t start, std::int64_t stop,
                     std::int64_t step)
{
    const Tensor places = slice(detail::positions(x->sizes()), axis, start, stop, step);
    return replaced("slice_scatter", x, places, source);
}

Tensor select_scatter(const Input& x, const Input& source, std::int64_t axis, std::int64_t index)
{
    return replaced("select_scatter", x, select(detail::positions(x->sizes()), axis, index), source);
}

Tensor diagonal_scatter(const Input& x, const Input& source, std::int64_t offset, std::int64_t axis0,
                        std::int64_t axis1)
{
    return replaced("diagonal_scatter", x, diagonal(detail::positions(x->sizes()), offset, axis0, axis1), source);
}

}  // namespace xgrad
