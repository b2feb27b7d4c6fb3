#include <xgrad/ops/arrange.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/slice.hpp>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/walk.hpp"

namespace xgrad::detail {

const Op kUnfold{.name = "unfold",
                 .formula = "unfold(x, axis, size, step)",
                 .shapes = "x: S -> y: S with the number of windows in place of the axis, and a last axis of size",
                 .derivatives = {"fold(gy, axis, size, step, x)"}};
const Op kFold{.name = "fold",
               .formula = "fold(x, axis, size, step, y)",
               .shapes = "x: as y of unfold -> y: S",
               .derivatives = {"unfold(gy, axis, size, step)"}};

namespace {

/// Along which axis, how wide and how far apart.
struct Windows {
    std::size_t axis;
    std::int64_t size, step;
    Windows behind_one() const { return {axis + 1, size, step}; }
};

Tensor unfold(const Input& x, const Windows& windows);

Tensor fold(const Input& g, const Windows& windows, Sizes sizes)
{
    if (is_batched(*g)) {
        const Dims of_samples = with_samples(batched_parts(*g).level.samples, sizes);
        return of_all(g, [&](const Input& all) { return fold(all, windows.behind_one(), of_samples); });
    }
    const Tensor y = full(sizes, 0, g->dtype());
    const auto last = static_cast<std::int64_t>(g->ndim()) - 1;
    const std::int64_t count = g->sizes()[windows.axis];
    for (std::int64_t k = 0; k < windows.size && count > 0; ++k) {
        Dims part_sizes = g->sizes(), part_strides = g->strides();
        part_sizes.erase(static_cast<std::size_t>(last));
        part_strides.erase(static_cast<std::size_t>(last));
        const Tensor part = view(*g, part_sizes, part_strides, k * g->strides()[static_cast<std::size_t>(last)]);
        add_in_place(slice_view(y, {windows.axis, k, windows.step}, count), part);
    }
    return record(kFold, {g}, y, [windows](const Tensor& gy, Adjoints& gx) { gx.add(0, unfold(gy, windows)); });
}

Tensor unfold(const Input& x, const Windows& windows)
{
    if (is_batched(*x)) return of_all(x, [&](const Input& all) { return unfold(all, windows.behind_one()); });
    Dims sizes = x->sizes(), strides = x->strides();
    const std::int64_t size = x->sizes()[windows.axis], stride = x->strides()[windows.axis];
    sizes[windows.axis] = (size - windows.size) / windows.step + 1;
    strides[windows.axis] = stride * windows.step;
    sizes.push_back(windows.size);
    strides.push_back(stride);
    return record(kUnfold, {x}, view(*x, sizes, strides, 0),
                  [windows](const Tensor& gy, Adjoints& gx) { gx.add(0, fold(gy, windows, gx.sizes(0))); });
}

}  // namespace

Tensor windows(const Input& x, std::int64_t given_axis, std::int64_t size, std::int64_t step)
{
    const std::size_t axis = normal_axis("unfold", given_axis, x->ndim());
    if (size < 0 || size > x->sizes()[axis] || step <= 0)
        throw ShapeError(error_text(
            "unfold",
            "windows of " + std::to_string(size) + " positions, " + std::to_string(step) + " apart, along axis " +
                std::to_string(given_axis) + " of shape " + to_string(x->sizes()),
            "a window lies inside the axis, and the step is 1 or more", "check size and step, or pad the axis"));
    return unfold(x, {axis, size, std::min(step, x->sizes()[axis] + 1)});  // a step beyond the end is never taken
}

}  // namespace xgrad::detail
