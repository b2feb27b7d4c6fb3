// The operations of order.hpp that go on from sorted elements.
#include <xgrad/ops/order.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <algorithm>
#include <cmath>

#include "autograd/kernels/order.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/places.hpp"

namespace xgrad {

using detail::error_text;

namespace {

/// q and, where it is a tensor, the element of it that it is, for its gradient.
struct Quantile {
    double value;
    Tensor element = {};
};

/// The element of rank q (n - 1) along a sorted axis, which goes away. The rank is computed in the dtype of the axis.
Tensor quantile_of_sorted(const Tensor& sorted, const Quantile& quantile, std::int64_t axis,
                          Interpolation interpolation)
{
    const double q = quantile.value;
    if (!(q >= 0 && q <= 1))
        throw ShapeError(
            error_text("quantile", "q = " + std::to_string(q), "0 <= q <= 1", "a percentage is divided by 100"));
    const std::int64_t n = sorted.size(axis);
    const auto steps = static_cast<double>(n - 1);
    const double rank = sorted.dtype() == f32 ? static_cast<float>(q) * static_cast<float>(steps) : q * steps;
    const double below = std::floor(rank), part = rank - below;
    const auto at = [&](double position) { return select(sorted, axis, static_cast<std::int64_t>(position)); };
    switch (interpolation) {
        case Interpolation::lower:
            return at(below);
        case Interpolation::higher:
            return at(std::ceil(rank));
        case Interpolation::nearest:
            return at(std::nearbyint(rank));
        case Interpolation::midpoint:
            return part == 0 ? at(below) : (at(below) + at(below + 1)) * 0.5;
        case Interpolation::linear:
            break;
    }
    if (part == 0) return at(below);
    const Tensor distance = at(below + 1) - at(below);
    if (!quantile.element.defined()) return at(below) + distance * part;
    return at(below) + distance * (quantile.element * steps - below);
}

std::vector<Quantile> quantiles_of(const Operand& q, Dtype dtype)
{
    if (!q.tensor()) return {{q.number()}};
    std::vector<Quantile> all;
    const Tensor elements = to(reshape({*q.tensor(), q.file(), q.line()}, {-1}), dtype);
    for (const double value : q.tensor()->to_vector<double>())
        all.push_back({value, detail::is_tracked(elements) ? select(elements, 0, static_cast<std::int64_t>(all.size()))
                                                           : Tensor()});
    return all;
}

/// The sorted line that search goes through, f32, f64 or i64.
Tensor searchable(const Tensor& x, Dtype dtype) { return detail::contiguous_data(to(x, dtype)); }

}  // namespace

Tensor quantile(const Input& x, const Operand& q, std::int64_t axis, bool keepdim, Interpolation interpolation)
{
    const bool several = q.tensor() && q.tensor()->ndim() > 0;
    if (!is_floating(x->dtype()) || (several && q.tensor()->ndim() > 1))
        throw DtypeError(error_text("quantile",
                                    describe(*x) + (several ? " with q " + describe(*q.tensor()) : std::string()),
                                    "x is f32 or f64, and q a number or a tensor of one axis", "convert x with to"));
    if (q.tensor() && detail::is_batched(*q.tensor()))
        return detail::one_by_one({&*x, q.tensor()}, [&](const std::vector<Tensor>& one) {
            return quantile(one[0], one[1], axis, keepdim, interpolation);
        });
    const Tensor from = x->ndim() == 0 ? reshape(x, {1}) : *x;
    if (from.size(axis) == 0)
        throw ShapeError(error_text("quantile", "shape " + to_string(x->sizes()) + " has nothing to choose from",
                                    "the axis has at least one element", "check the tensor's size before"));
    const Tensor sorted = sort({from, x.file(), x.line()}, axis).values;
    const Tensor last = select(sorted, axis, -1);
    std::vector<Tensor> parts;
    for (const Quantile& each : quantiles_of(q, from.dtype())) {
        const Tensor y = where(ne(last, last), last, quantile_of_sorted(sorted, each, axis, interpolation));
        parts.push_back(keepdim && x->ndim() > 0 ? unsqueeze(y, axis) : y);
    }
    return several ? stack(parts) : parts[0];
}

Tensor quantile(const Input& x, const Operand& q) { return quantile(reshape(x, {-1}), q, 0); }

Tensor searchsorted(const Tensor& sorted, const Input& values, bool right)
{
    bool fits = sorted.ndim() == 1 || (sorted.ndim() > 1 && sorted.ndim() == values->ndim());
    for (std::size_t i = 0; fits && sorted.ndim() > 1 && i + 1 < sorted.ndim(); ++i)
        fits = sorted.sizes()[i] == values->sizes()[i];
    if (!fits)
        throw ShapeError(error_text(
            "searchsorted",
            "shapes " + to_string(sorted.sizes()) + " and " + to_string(values->sizes()) + " do not fit",
            "the sorted tensor has one axis, or those of the values but for the last size", "reshape one of them"));
    if (detail::is_batched(sorted, *values))
        return detail::one_by_one({&sorted, &*values}, [right](const std::vector<Tensor>& one) {
            return searchsorted(one[0], one[1], right);
        });
    const Dtype common = promote(sorted.dtype(), values->dtype()), dtype = common == boolean ? i64 : common;
    const Tensor lines = searchable(sorted, dtype), from = searchable(detach(*values), dtype);
    const Tensor y = detail::empty(i64, values->sizes());
    kernels::search_sorted(dtype, sorted.sizes().back(), lines.raw(), sorted.ndim() == 1 ? 0 : values->sizes().back(),
                           from.numel(), from.raw(), right, detail::mutable_data<std::int64_t>(y));
    return y;
}

namespace {

/// The first of each run of equal values; the positions tell where in x, of these sizes, each value comes from.
Unique runs_of(const Tensor& values, const Tensor& positions, Sizes sizes)
{
    const auto* from = positions.data<std::int64_t>();
    const Tensor inverse = detail::empty(i64, sizes);
    std::vector<std::int64_t> firsts, counts;
    const Tensor differs = values.numel() > 1 ? ne(slice(values, 0, 1), slice(values, 0, 0, -1)) : zeros({0}, boolean);
    for (std::int64_t k = 0; k < values.numel(); ++k) {
        if (k == 0 || differs.data<bool>()[k - 1]) {
            firsts.push_back(k);
            counts.push_back(0);
        }
        ++counts.back();
        detail::mutable_data<std::int64_t>(inverse)[from[k]] = static_cast<std::int64_t>(firsts.size()) - 1;
    }
    const auto count = static_cast<std::int64_t>(firsts.size());
    return {detail::take_at(values, from_values({count}, firsts)), inverse, from_values({count}, counts)};
}

}  // namespace

Unique unique(const Input& x)
{
    const auto [values, positions] = sort(reshape(detach(*x), {-1}));
    return runs_of(values, positions, x->sizes());
}

Unique unique_consecutive(const Input& x)
{
    return runs_of(reshape(detach(*x), {-1}), detail::positions({x->numel()}), x->sizes());
}

namespace {

/// The length of the result of bincount.
std::int64_t bins(const Tensor& x, std::int64_t minlength)
{
    constexpr std::int64_t kMost = std::int64_t{1} << 57;
    std::int64_t n = minlength;
    bool fits = x.dtype() == i64 && x.ndim() == 1 && minlength >= 0 && minlength < kMost;
    if (fits)
        for (const std::int64_t value : x.to_vector<std::int64_t>()) {
            fits = fits && value >= 0 && value < kMost;
            if (fits) n = std::max(n, value + 1);
        }
    if (!fits)
        throw ShapeError(error_text("bincount", describe(x) + ", minlength " + std::to_string(minlength),
                                    "i64 of one axis, none negative, and minlength 0 or more, all below 2^57",
                                    "flatten the tensor, or shift its values"));
    return n;
}

}  // namespace

Tensor bincount(const Tensor& x, std::int64_t minlength) { return bincount(x, ones({x.numel()}, i64), minlength); }

Tensor bincount(const Tensor& x, const Input& weights, std::int64_t minlength)
{
    const std::int64_t n = bins(x, minlength);
    if (!(weights->sizes() == x.sizes()))
        throw ShapeError(error_text(
            "bincount",
            "weights of shape " + to_string(weights->sizes()) + " for " + std::to_string(x.numel()) + " values",
            "there is one weight a value", "reshape the weights"));
    return detail::add_at(weights, detail::contiguous_data(x), {n});
}

}  // namespace xgrad
