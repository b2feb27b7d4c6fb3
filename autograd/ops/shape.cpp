#include <xgrad/ops/shape.hpp>

#include <xgrad/error.hpp>

#include "autograd/kernels/copy.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"

namespace xgrad {
namespace {

using detail::Dims;
using detail::error_text;
using detail::normal_axis;

/// `sizes` with a -1 replaced.
Dims resolved_sizes(const Tensor& x, Sizes sizes)
{
    Dims out = sizes;
    std::int64_t known = 1, unknowns = 0;
    for (std::int64_t size : sizes) size == -1 ? ++unknowns : known *= size;
    const bool solvable = unknowns == 0 || (unknowns == 1 && known > 0 && x.numel() % known == 0);
    if (solvable)
        for (std::int64_t& size : out)
            if (size == -1) size = x.numel() / known;
    if (!solvable || detail::checked_numel("reshape", out) != x.numel())
        throw ShapeError(error_text(
            "reshape",
            "shape " + to_string(x.sizes()) + " with " + std::to_string(x.numel()) + " elements to " + to_string(sizes),
            "the number of elements stays; at most one size is -1, and it must come out whole",
            "check the sizes, or leave one of them to -1"));
    return out;
}

/// The strides under which x's storage shows its elements in row-major order of `target`; false where only a copy can.
bool find_view_strides(const Tensor& x, Sizes target, Dims& strides)
{
    std::size_t left = target.size();  // target axes from here on have their stride
    std::int64_t stride = 1, run = 1, done = 1;
    if (!x.is_contiguous()) stride = x.strides().back();
    const std::size_t axes = x.is_contiguous() ? 1 : x.ndim();
    // Axes of x form runs in which the elements follow each other at one distance; target axes must fill whole runs.
    for (std::size_t i = axes; i-- > 0;) {
        run *= x.is_contiguous() ? x.numel() : x.sizes()[i];
        const bool goes_on = i > 0 && (x.sizes()[i - 1] == 1 || x.strides()[i - 1] == run * stride);
        if (goes_on) continue;
        for (; left > 0 && (done < run || target[left - 1] == 1); done *= target[left]) {
            strides[--left] = done * stride;
        }
        if (done != run) return false;
        if (i > 0) stride = x.strides()[i - 1];
        run = done = 1;
    }
    return left == 0;
}

/// x's elements under another shape, nothing recorded.
Tensor run_reshape(const Tensor& x, const Dims& target)
{
    Dims strides(target.size());
    if (x.numel() == 0) return detail::empty(x.dtype(), target, 0);
    if (find_view_strides(x, target, strides)) return detail::view(x, target, strides, 0);
    Tensor y = detail::empty(x.dtype(), target, x.numel());
    kernels::to_contiguous(size_of(x.dtype()), {x.sizes().data(), x.ndim()}, x.raw(), x.strides().data(),
                           detail::mutable_data(y));
    return y;
}

}  // namespace

const Op kReshape{.name = "reshape",
                  .formula = "reshape(x, y)",
                  .shapes = "x: S -> y: T of as many elements",
                  .derivatives = {"reshape(gy, x)"}};

Tensor reshape(const Input& x, Sizes sizes)
{
    if (x->sizes() == sizes) return *x;
    if (detail::is_batched(*x)) {
        const Dims all = detail::with_samples(detail::batched_parts(*x).level.samples, resolved_sizes(*x, sizes));
        return detail::of_all(x, [&](const Input& samples) { return reshape(samples, all); });
    }
    return record(kReshape, {x}, run_reshape(*x, resolved_sizes(*x, sizes)),
                  [](const Tensor& gy, Adjoints& gx) { gx.add(0, reshape(gy, gx.sizes(0))); });
}

Tensor flatten(const Input& x, std::int64_t start, std::int64_t end)
{
    if (x->ndim() == 0) return reshape(x, {1});
    const std::size_t first = normal_axis("flatten", start, x->ndim()), last = normal_axis("flatten", end, x->ndim());
    if (first > last)
        throw ShapeError(error_text("flatten", "axes " + std::to_string(start) + " to " + std::to_string(end),
                                    "the start axis does not come after the end axis", "exchange them"));
    Dims sizes;
    for (std::size_t i = 0; i < x->ndim(); ++i)
        if (i > first && i <= last)
            sizes.back() *= x->sizes()[i];
        else
            sizes.push_back(x->sizes()[i]);
    return reshape(x, sizes);
}

const Op kPermute{.name = "permute",
                  .formula = "permute(x, axes)",
                  .shapes = "x: S -> y: the sizes of S at axes",
                  .derivatives = {"permute(gy, inverse(axes))"}};

Tensor permute(const Input& x, Sizes axes)
{
    const std::size_t n = x->ndim();
    Dims sizes(axes.size()), strides(axes.size()), inverse(n, -1);
    bool fits = axes.size() == n;
    for (std::size_t i = 0; fits && i < n; ++i) {
        const std::size_t axis = normal_axis("permute", axes[i], n);
        sizes[i] = x->sizes()[axis];
        strides[i] = x->strides()[axis];
        fits = std::exchange(inverse[axis], static_cast<std::int64_t>(i)) == -1;
    }
    if (fits && detail::is_batched(*x)) {
        Dims order(1, 0);
        for (const std::int64_t axis : axes) order.push_back(detail::from_back("permute", axis, *x));
        return detail::of_all(x, [&](const Input& all) { return permute(all, order); });
    }
    if (!fits)
        throw ShapeError(error_text("permute", "axes " + to_string(axes) + " for shape " + to_string(x->sizes()),
                                    "every axis appears exactly once", "list all axes of the tensor in the new order"));
    return record(kPermute, {x}, detail::view(*x, sizes, strides, 0),
                  [kept = detail::PackedAxes(inverse)](const Tensor& gy, Adjoints& gx) {
                      gx.add(0, permute(gy, kept.unpack()));
                  });
}

const Op kTranspose{.name = "transpose",
                    .formula = "transpose(x, axis0, axis1)",
                    .shapes = "x: S -> y: S with two sizes exchanged",
                    .derivatives = {"transpose(gy, axis0, axis1)"}};

Tensor transpose(const Input& x, std::int64_t axis0, std::int64_t axis1)
{
    const std::size_t ndim = std::max<std::size_t>(x->ndim(), 1);  // a number counts as one axis
    const std::size_t a = normal_axis("transpose", axis0, ndim), b = normal_axis("transpose", axis1, ndim);
    if (x->ndim() == 0) return *x;
    if (detail::is_batched(*x))
        return detail::of_all(x, [&](const Input& all) {
            return transpose(all, static_cast<std::int64_t>(a) + 1, static_cast<std::int64_t>(b) + 1);
        });
    Dims sizes = x->sizes(), strides = x->strides();
    std::swap(sizes[a], sizes[b]);
    std::swap(strides[a], strides[b]);
    return record(kTranspose, {x}, detail::view(*x, sizes, strides, 0), [a, b](const Tensor& gy, Adjoints& gx) {
        gx.add(0, transpose(gy, static_cast<std::int64_t>(a), static_cast<std::int64_t>(b)));
    });
}

Tensor transpose(const Input& x)
{
    if (x->ndim() < 2)
        throw ShapeError(error_text("transpose", "shape " + to_string(x->sizes()),
                                    "at least two axes are needed to exchange the last two",
                                    "unsqueeze the tensor to a matrix first"));
    return transpose(x, -2, -1);
}

const Op kExpand{.name = "expand",
                 .formula = "expand(x, y)",
                 .shapes = "x: S -> y: a shape to which S broadcasts",
                 .derivatives = {"sum_to(gy, x)"}};

Tensor expand(const Input& x, Sizes sizes)
{
    Dims target = sizes;
    for (std::size_t back = 1; back <= target.size() && back <= x->ndim(); ++back)
        if (target[target.size() - back] == -1) target[target.size() - back] = x->sizes()[x->ndim() - back];
    (void)detail::checked_numel("expand", target);
    if (detail::is_batched(*x) && x->ndim() <= target.size()) {
        const detail::Batch batch({&*x});
        return batch.result(expand(batch.aligned(*x, target.size()), detail::with_samples(batch.samples(), target)));
    }
    return record(kExpand, {x}, detail::broadcast_view("expand", *x, target),
                  [](const Tensor& gy, Adjoints& gx) { gx.add(0, gy); });
}

Tensor unsqueeze(const Input& x, std::int64_t axis)
{
    const std::size_t at = normal_axis("unsqueeze", axis, x->ndim() + 1);
    Dims sizes = x->sizes();
    sizes.insert(at, 1);
    return reshape(x, sizes);
}

Tensor squeeze(const Input& x, std::int64_t axis)
{
    const std::size_t at = normal_axis("squeeze", axis, std::max<std::size_t>(x->ndim(), 1));
    if (x->ndim() == 0 || x->sizes()[at] != 1) return *x;
    Dims sizes = x->sizes();
    sizes.erase(at);
    return reshape(x, sizes);
}

const Op kContiguous{.name = "contiguous", .formula = "x", .shapes = "x: S -> y: S", .derivatives = {"gy"}};

Tensor contiguous(const Input& x)
{
    if (x->is_contiguous()) return *x;
    if (detail::is_batched(*x)) return detail::of_all(x, contiguous);
    return record(kContiguous, {x}, detail::contiguous_copy(*x), [](const Tensor& gy, Adjoints& gx) { gx.add(0, gy); });
}

}  // namespace xgrad
