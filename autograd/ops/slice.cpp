#include <xgrad/ops/slice.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/shape.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "autograd/kernels/copy.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/walk.hpp"

namespace xgrad {

using detail::Dims;
using detail::error_text;
using detail::normal_axis;

const Op kSlice{.name = "slice",
                .formula = "take(x, axis, range(start, stop, step))",
                .shapes = "x: S -> y: S with fewer positions along the axis",
                .derivatives = {"put(gy, axis, range(start, stop, step), x)"}};

const Op kSelect{.name = "select",
                 .formula = "take(x, axis, index)",
                 .shapes = "x: S -> y: S without the axis",
                 .derivatives = {"put(gy, axis, index, x)"}};

const Op kPadSlice{.name = "pad_slice",
                   .formula = "put(x, axis, range(start, stop, step), y)",
                   .shapes = "x: S -> y: S with more positions along the axis",
                   .derivatives = {"take(gy, axis, range(start, stop, step))"}};

namespace detail {

Tensor slice_view(const Tensor& x, const SlicePlace& place, std::int64_t count)
{
    Dims sizes = x.sizes(), strides = x.strides();
    const std::int64_t offset = count == 0 ? 0 : place.start * strides[place.axis];
    sizes[place.axis] = count;
    strides[place.axis] *= place.step;
    return view(x, sizes, strides, offset);
}

namespace {

/// The same positions of an axis with one more in front.
SlicePlace behind_one(const SlicePlace& place) { return {place.axis + 1, place.start, place.step}; }

Tensor record_slice(const Input& x, const SlicePlace& place, std::int64_t count)
{
    if (is_batched(*x)) return of_all(x, [&](const Input& all) { return record_slice(all, behind_one(place), count); });
    return record(kSlice, {x}, slice_view(*x, place, count),
                  [place](const Tensor& gy, Adjoints& gx) { gx.add_slice(0, place, gy); });
}

/// A tensor to which the slice is written; zeros elsewhere.
Tensor zeros_around(Dtype dtype, Sizes sizes, const SlicePlace& place, std::int64_t count)
{
    if (place.axis != 0 || place.step != 1) return full(sizes, 0, dtype);
    const Tensor y = empty(dtype, sizes);
    const auto row = static_cast<std::size_t>(sizes[0] > 0 ? y.numel() / sizes[0] : 0) * size_of(dtype);
    const auto begin = static_cast<std::size_t>(place.start) * row, bytes = static_cast<std::size_t>(count) * row;
    auto* const all = mutable_data<std::byte>(y);
    std::memset(all, 0, begin);  // zeros of every dtype are zero bytes
    std::memset(all + begin + bytes, 0, static_cast<std::size_t>(sizes[0]) * row - begin - bytes);
    return y;
}

}  // namespace

Tensor pad_slice(const Input& g, const SlicePlace& place, Sizes sizes)
{
    if (is_batched(*g)) {
        const Dims of_samples = with_samples(batched_parts(*g).level.samples, sizes);
        return of_all(g, [&](const Input& all) { return pad_slice(all, behind_one(place), of_samples); });
    }
    const Tensor y = zeros_around(g->dtype(), sizes, place, g->sizes()[place.axis]);
    const Tensor part = slice_view(y, place, g->sizes()[place.axis]);
    kernels::copy(size_of(g->dtype()), {g->sizes().data(), g->ndim()}, g->raw(), g->strides().data(),
                  mutable_data(part), part.strides().data());
    return record(kPadSlice, {g}, y, [place, count = g->sizes()[place.axis]](const Tensor& gy, Adjoints& gx) {
        gx.add(0, record_slice(gy, place, count));
    });
}

Tensor select_index(const Input& x, std::int64_t given_axis, std::int64_t index)
{
    const std::size_t axis = normal_axis("select", given_axis, x->ndim());
    const std::int64_t size = x->sizes()[axis], at = index < 0 ? index + size : index;
    if (at < 0 || at >= size)
        throw ShapeError(
            error_text("select",
                       "index " + std::to_string(index) + " along axis " + std::to_string(given_axis) + " of shape " +
                           to_string(x->sizes()),
                       size == 0 ? "an axis of size 0 has no positions"
                                 : "an index runs from " + std::to_string(-size) + " to " + std::to_string(size - 1),
                       "check the index, or use slice, which cuts off what lies outside"));
    if (is_batched(*x))
        return of_all(x, [&](const Input& all) { return select_index(all, static_cast<std::int64_t>(axis) + 1, at); });
    Dims sizes = x->sizes(), strides = x->strides();
    const std::int64_t offset = at * strides[axis];
    sizes.erase(axis);
    strides.erase(axis);
    return record(kSelect, {x}, view(*x, sizes, strides, offset),
                  [place = SlicePlace{axis, at, 1}](const Tensor& gy, Adjoints& gx) {
                      gx.add_slice(0, place, unsqueeze(gy, static_cast<std::int64_t>(place.axis)));
                  });
}

}  // namespace detail

Tensor slice(const Input& x, std::int64_t given_axis, std::int64_t start, std::int64_t stop, std::int64_t step)
{
    const std::size_t axis = normal_axis("slice", given_axis, x->ndim());
    if (step <= 0)
        throw ShapeError(error_text("slice", "step " + std::to_string(step), "a step is 1 or more",
                                    "turn the axis around first: slice(flip(x, axis), ...)"));
    const std::int64_t size = x->sizes()[axis];
    const auto inside = [size](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + size : at, 0, size); };
    const std::int64_t first = inside(start), length = std::max<std::int64_t>(inside(stop) - first, 0);
    const std::int64_t count = length / step + (length % step != 0 ? 1 : 0);
    step = std::min(step, std::max<std::int64_t>(length, 1));  // a step beyond the end is never taken, and may be huge
    if (count == size) return *x;
    return detail::record_slice(x, {axis, first, step}, count);
}

Tensor narrow(const Input& x, std::int64_t given_axis, std::int64_t start, std::int64_t length)
{
    const std::size_t axis = normal_axis("narrow", given_axis, x->ndim());
    const std::int64_t size = x->sizes()[axis], first = start < 0 ? start + size : start;
    if (first < 0 || length < 0 || length > size || first > size - length)
        throw ShapeError(error_text("narrow",
                                    std::to_string(length) + " positions from " + std::to_string(start) +
                                        " on along axis " + std::to_string(given_axis) + " of shape " +
                                        to_string(x->sizes()),
                                    "they lie inside the axis, of size " + std::to_string(size),
                                    "check start and length, or use slice, which cuts off what lies outside"));
    return detail::record_slice(x, {axis, first, 1}, length);
}

std::vector<Tensor> split(const Input& x, Sizes sizes, std::int64_t axis)
{
    const std::int64_t has = x->sizes()[normal_axis("split", axis, x->ndim())];
    std::int64_t left = has;
    for (const std::int64_t size : sizes) left = size < 0 || size > left ? -1 : left - size;
    if (left != 0)
        throw ShapeError(error_text(
            "split",
            "sizes " + to_string(sizes) + " along axis " + std::to_string(axis) + " of shape " + to_string(x->sizes()),
            "they are 0 or more and add up to the axis, " + std::to_string(has), "correct the sizes"));
    std::vector<Tensor> parts;
    parts.reserve(sizes.size());
    std::int64_t start = 0;
    for (const std::int64_t size : sizes) parts.push_back(narrow(x, axis, std::exchange(start, start + size), size));
    return parts;
}

std::vector<Tensor> split(const Input& x, std::int64_t size, std::int64_t axis)
{
    if (size <= 0)
        throw ShapeError(error_text("split", "parts of " + std::to_string(size) + " positions",
                                    "a part has 1 position or more",
                                    "give the size of a part; chunk takes their number"));
    const std::int64_t has = x->sizes()[normal_axis("split", axis, x->ndim())];
    std::vector<std::int64_t> sizes(static_cast<std::size_t>(std::max<std::int64_t>(has / size, 0)), size);
    if (has % size != 0 || has == 0) sizes.push_back(has % size);
    return split(x, Sizes(sizes), axis);
}

std::vector<Tensor> chunk(const Input& x, std::int64_t chunks, std::int64_t axis)
{
    if (chunks <= 0)
        throw ShapeError(error_text("chunk", std::to_string(chunks) + " chunks", "there is 1 chunk or more",
                                    "give the number of chunks; split takes the size of one"));
    const std::int64_t has = x->sizes()[normal_axis("chunk", axis, x->ndim())];
    constexpr std::int64_t kMostOfNothing = std::int64_t{1} << 20;
    if (has == 0 && chunks > kMostOfNothing)
        throw ShapeError(error_text("chunk", std::to_string(chunks) + " chunks of an axis of size 0",
                                    "an empty axis gives as many empty chunks, at most 2^20", "check the number"));
    if (has == 0) return split(x, Sizes(Dims(static_cast<std::size_t>(chunks))), axis);  // nothing in as many parts
    return split(x, std::max<std::int64_t>(has / chunks + (has % chunks != 0 ? 1 : 0), 1), axis);
}

}  // namespace xgrad
