#include <xgrad/ops/arrange.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include <algorithm>
#include <numeric>

#include "autograd/kernels/copy.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/places.hpp"
#include "autograd/ops/reduce_kernels.hpp"
#include "autograd/walk.hpp"

namespace xgrad {

using detail::AxisSet;
using detail::Dims;
using detail::error_text;
using detail::normal_axis;

const Op kFlip{.name = "flip", .formula = "flip(x, axes)", .shapes = "x: S -> y: S", .derivatives = {"flip(gy, axes)"}};

namespace {

Tensor flip(const Input& x, const AxisSet& axes)
{
    const Tensor y = detail::empty_like(*x);
    Dims strides = x->strides();
    std::int64_t first = 0;
    for (std::size_t i = 0; i < x->ndim(); ++i)
        if (axes.contains(i)) {
            first += strides[i] * std::max<std::int64_t>(x->sizes()[i] - 1, 0);
            strides[i] = -strides[i];
        }
    if (x->numel() > 0)
        kernels::to_contiguous(
            size_of(x->dtype()), {x->sizes().data(), x->ndim()},
            static_cast<const char*>(x->raw()) + first * static_cast<std::int64_t>(size_of(x->dtype())), strides.data(),
            detail::mutable_data(y));
    return record(kFlip, {x}, y, [axes](const Tensor& gy, Adjoints& gx) { gx.add(0, flip(gy, axes)); });
}

}  // namespace

Tensor flip(const Input& x, Sizes given_axes)
{
    const AxisSet axes("flip", given_axes, x->ndim());
    if (detail::is_batched(*x))
        return detail::of_all(x, [&](const Input& all) { return flip(all, axes.behind_one()); });
    return flip(x, axes);
}
Tensor flip(const Input& x, std::int64_t axis) { return flip(x, Sizes(&axis, 1)); }

Tensor roll(const Input& x, std::int64_t shift, std::int64_t given_axis)
{
    const std::size_t axis = normal_axis("roll", given_axis, x->ndim());
    const std::int64_t n = x->sizes()[axis];
    if (n == 0) return *x;
    const std::int64_t at = (n - shift % n) % n;  // what comes first in the result
    if (at == 0) return *x;
    return cat({narrow(x, given_axis, at, n - at), narrow(x, given_axis, 0, at)}, given_axis);
}

Tensor roll(const Input& x, std::int64_t shift) { return reshape(roll(reshape(x, {-1}), shift, 0), x->sizes()); }

Tensor roll(const Input& x, Sizes shifts, Sizes axes)
{
    if (axes.empty() && shifts.size() == 1) return roll(x, shifts[0]);
    if (axes.size() != shifts.size())
        throw ShapeError(error_text("roll", "shifts " + to_string(shifts) + " along axes " + to_string(axes),
                                    "there is one shift an axis", "list as many axes as shifts"));
    Tensor y = *x;
    for (std::size_t i = 0; i < axes.size(); ++i) y = roll({y, x.file(), x.line()}, shifts[i], axes[i]);
    return y;
}

Tensor rot90(const Input& x, std::int64_t k, std::int64_t axis0, std::int64_t axis1)
{
    (void)AxisSet("rot90", {axis0, axis1}, x->ndim());
    switch ((k % 4 + 4) % 4) {
        case 1:
            return transpose(flip(x, axis1), axis0, axis1);
        case 2:
            return flip(x, {axis0, axis1});
        case 3:
            return flip(transpose(x, axis0, axis1), axis1);
        default:
            return *x;
    }
}

Tensor repeat(const Input& x, Sizes repeats)
{
    if (repeats.size() < x->ndim() ||
        std::any_of(repeats.begin(), repeats.end(), [](std::int64_t times) { return times < 0; }))
        throw ShapeError(error_text("repeat", "repeats " + to_string(repeats) + " for shape " + to_string(x->sizes()),
                                    "there is a number for each axis, 0 or more", "list all axes, or use tile"));
    const std::size_t extra = repeats.size() - x->ndim();
    Dims single, wide, sizes;  // (1, s), (r, s) and r * s for each axis
    for (std::size_t i = 0; i < repeats.size(); ++i) {
        const std::int64_t size = i < extra ? 1 : x->sizes()[i - extra];
        single.push_back(1);
        single.push_back(size);
        wide.push_back(repeats[i]);
        wide.push_back(size);
        (void)detail::checked_numel("repeat", {repeats[i], size});
        sizes.push_back(repeats[i] * size);
    }
    return reshape(expand(reshape(x, single), wide), sizes);
}

Tensor tile(const Input& x, Sizes repeats)
{
    Dims all(x->ndim() > repeats.size() ? x->ndim() - repeats.size() : 0, 1);
    for (const std::int64_t times : repeats) all.push_back(times);
    return repeat(x, all);
}

Tensor repeat_interleave(const Input& x, std::int64_t repeats, std::int64_t given_axis)
{
    const std::size_t axis = normal_axis("repeat_interleave", given_axis, x->ndim());
    if (repeats < 0)
        throw ShapeError(
            error_text("repeat_interleave", std::to_string(repeats) + " repeats", "0 or more", "check the number"));
    Dims wide = x->sizes(), sizes = x->sizes();
    wide.insert(axis + 1, repeats);
    (void)detail::checked_numel("repeat_interleave", {sizes[axis], repeats});
    sizes[axis] *= repeats;
    return reshape(expand(unsqueeze(x, static_cast<std::int64_t>(axis) + 1), wide), sizes);
}

Tensor repeat_interleave(const Input& x, const Tensor& repeats, std::int64_t given_axis)
{
    const std::size_t axis = normal_axis("repeat_interleave", given_axis, x->ndim());
    const std::int64_t n = x->sizes()[axis];
    if (repeats.dtype() == i64 && repeats.numel() == 1)
        return repeat_interleave(x, repeats.to_vector<std::int64_t>()[0], given_axis);
    if (repeats.dtype() != i64 || repeats.ndim() != 1 || repeats.numel() != n)
        throw ShapeError(error_text(
            "repeat_interleave",
            "repeats " + describe(repeats) + " for axis " + std::to_string(given_axis) + " of " + to_string(x->sizes()),
            "one i64 for each position, or one for all", "check the repeats"));
    const std::vector<std::int64_t> counts = repeats.to_vector<std::int64_t>();
    std::int64_t total = 0;
    for (const std::int64_t count : counts)
        if (count < 0 || __builtin_add_overflow(total, count, &total))
            throw ShapeError(error_text("repeat_interleave", "repeats " + to_string(repeats),
                                        "each is 0 or more, and their sum fits 63 bits", "check the numbers"));
    const Tensor rows = detail::empty(i64, {total});
    auto* next = detail::mutable_data<std::int64_t>(rows);
    for (std::int64_t i = 0; i < n; ++i) next = std::fill_n(next, counts[static_cast<std::size_t>(i)], i);
    return detail::take_rows(x, axis, rows);
}

Tensor repeat_interleave(const Input& x, std::int64_t repeats)
{
    return repeat_interleave(reshape(x, {-1}), repeats, 0);
}

Tensor repeat_interleave(const Input& x, const Tensor& repeats)
{
    return repeat_interleave(reshape(x, {-1}), repeats, 0);
}

Tensor movedim(const Input& x, Sizes source, Sizes destination)
{
    const std::size_t ndim = std::max<std::size_t>(x->ndim(), 1);  // a number counts as one axis
    const AxisSet from("movedim", source, ndim), to("movedim", destination, ndim);
    if (source.size() != destination.size())
        throw ShapeError(error_text("movedim", "axes " + to_string(source) + " to " + to_string(destination),
                                    "as many axes come as go", "list a destination for each axis"));
    if (x->ndim() == 0) return *x;
    Dims order(x->ndim(), -1);
    for (std::size_t i = 0; i < source.size(); ++i)
        order[normal_axis("movedim", destination[i], x->ndim())] =
            static_cast<std::int64_t>(normal_axis("movedim", source[i], x->ndim()));
    std::size_t next = 0;
    for (std::int64_t& axis : order) {
        if (axis != -1) continue;
        while (from.contains(next)) ++next;
        axis = static_cast<std::int64_t>(next++);
    }
    return permute(x, order);
}

Tensor movedim(const Input& x, std::int64_t source, std::int64_t destination)
{
    return movedim(x, Sizes(&source, 1), Sizes(&destination, 1));
}

Tensor swapaxes(const Input& x, std::int64_t axis0, std::int64_t axis1) { return transpose(x, axis0, axis1); }

Tensor unflatten(const Input& x, std::int64_t given_axis, Sizes given)
{
    const std::size_t axis = normal_axis("unflatten", given_axis, x->ndim());
    const std::int64_t size = x->sizes()[axis];
    std::int64_t known = 1, unknowns = 0;
    bool fits = !given.empty();
    for (const std::int64_t part : given)
        if (part == -1)
            ++unknowns;
        else
            fits = fits && part >= 0 && !__builtin_mul_overflow(known, part, &known);
    fits = fits && (unknowns == 0 ? known == size : unknowns == 1 && known > 0 && size % known == 0);
    if (!fits)
        throw ShapeError(error_text(
            "unflatten",
            "axis " + std::to_string(given_axis) + " of shape " + to_string(x->sizes()) + " into " + to_string(given),
            "the product of the sizes is the axis'; at most one of them is -1",
            "check the sizes, or leave one of them to -1"));
    Dims sizes;
    for (std::size_t i = 0; i < x->ndim(); ++i)
        if (i != axis)
            sizes.push_back(x->sizes()[i]);
        else
            for (const std::int64_t part : given) sizes.push_back(part == -1 ? size / known : part);
    return reshape(x, sizes);
}

Tensor squeeze(const Input& x, Sizes axes)
{
    const AxisSet set("squeeze", axes, std::max<std::size_t>(x->ndim(), 1));
    Dims sizes;
    for (std::size_t i = 0; i < x->ndim(); ++i)
        if (!set.contains(i) || x->sizes()[i] != 1) sizes.push_back(x->sizes()[i]);
    return reshape(x, sizes);
}

Tensor squeeze(const Input& x)
{
    Dims all(x->ndim());
    std::iota(all.begin(), all.end(), std::int64_t{0});
    return squeeze(x, all);
}

std::vector<Tensor> unbind(const Input& x, std::int64_t axis)
{
    std::vector<Tensor> parts;
    const std::int64_t n = x->sizes()[normal_axis("unbind", axis, x->ndim())];
    for (std::int64_t i = 0; i < n; ++i) parts.push_back(select(x, axis, i));
    return parts;
}

std::vector<Tensor> meshgrid(const TensorList& tensors, Indexing indexing)
{
    Dims sizes;
    for (const Tensor& x : tensors) {
        if (x.ndim() > 1)
            throw ShapeError(error_text("meshgrid", "a tensor of shape " + to_string(x.sizes()),
                                        "each has one axis, or none", "flatten it first"));
        sizes.push_back(x.numel());
    }
    std::vector<Tensor> grids;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        Dims own(sizes.size(), 1);
        own[i] = sizes[i];
        const Input x(tensors[i], tensors.file(), tensors.line());
        grids.push_back(expand(reshape(x, own), sizes));
        if (indexing == Indexing::xy && sizes.size() >= 2) grids.back() = transpose(grids.back(), 0, 1);
    }
    return grids;
}

}  // namespace xgrad
