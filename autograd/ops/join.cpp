#include <xgrad/ops/join.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/slice.hpp>

#include <algorithm>
#include <span>

#include "autograd/kernels/copy.hpp"
#include "autograd/kernels/scratch.hpp"
#include "autograd/kernels/strided.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/walk.hpp"

namespace xgrad {

using detail::Dims;
using detail::error_text;

const Op kCat{.name = "cat",
              .formula = "cat(inputs, axis)",
              .shapes = "inputs: S but for the size along the axis -> y: S with the sum of these sizes",
              .derivatives = {"take(gy, axis, places(inputs, axis, i))"}};

const Op kStack{.name = "stack",
                .formula = "stack(inputs, axis)",
                .shapes = "inputs: S -> y: S with a new axis",
                .derivatives = {"take(gy, axis, i)"}};

namespace {

Dtype common_dtype(const TensorList& tensors)
{
    Dtype dtype = tensors[0].dtype();
    for (const Tensor& x : tensors) dtype = promote(dtype, x.dtype());
    return dtype;
}

void check_not_empty(const char* operation, const TensorList& tensors)
{
    if (tensors.size() == 0)
        throw ShapeError(error_text(operation, "the list is empty", "there is at least one tensor",
                                    "leave the call out where there is nothing to join"));
}

void copy_into(const Tensor& part, const Tensor& x)
{
    kernels::copy(size_of(x.dtype()), {x.sizes().data(), x.ndim()}, x.raw(), x.strides().data(),
                  detail::mutable_data(part), part.strides().data());
}

/// The same into y, from that position of the axis on: without a view, which takes as long as copying a small tensor.
void copy_along(const Tensor& y, std::size_t axis, std::int64_t start, const Tensor& x)
{
    void* const to = kernels::at(detail::mutable_data(y), start * y.strides()[axis], size_of(y.dtype()));
    kernels::copy(size_of(x.dtype()), {x.sizes().data(), x.ndim()}, x.raw(), x.strides().data(), to,
                  y.strides().data());
}

/// Records y as made from all tensors; without a vector, since a step of training may not allocate.
template <class F>
Tensor record_list(const Op& op, const TensorList& tensors, const Tensor& y, const F& vjp)
{
    const kernels::Scratch memory(tensors.size() * sizeof(detail::InputRef));
    auto* refs = memory.as<detail::InputRef>();
    for (std::size_t i = 0; i < tensors.size(); ++i)
        new (refs + i) detail::InputRef(tensors[i], tensors.file(), tensors.line());
    const detail::Inputs inputs(refs, tensors.size());
    return is_floating(y.dtype()) ? record(op, inputs, y, vjp) : record_constant(op, inputs, y);
}

/// All samples of each tensor, where some are batched.
std::vector<Tensor> all_samples_of(const detail::Batch& batch, const TensorList& tensors)
{
    std::vector<Tensor> all;
    for (const Tensor& x : tensors) all.push_back(batch.expanded(x));
    return all;
}

bool any_batched(const TensorList& tensors)
{
    return std::any_of(tensors.begin(), tensors.end(), [](const Tensor& x) { return detail::is_batched(x); });
}

/// The list with all tensors in one dtype.
std::vector<Tensor> in_dtype(const TensorList& tensors, Dtype dtype)
{
    std::vector<Tensor> typed;
    for (const Tensor& x : tensors) typed.push_back(to({x, tensors.file(), tensors.line()}, dtype));
    return typed;
}

bool all_of_dtype(const TensorList& tensors, Dtype dtype)
{
    return std::all_of(tensors.begin(), tensors.end(), [dtype](const Tensor& x) { return x.dtype() == dtype; });
}

void check_fits(const Tensor& first, const Tensor& x, std::size_t axis)
{
    bool fits = x.ndim() == first.ndim();
    for (std::size_t i = 0; fits && i < x.ndim(); ++i) fits = i == axis || x.sizes()[i] == first.sizes()[i];
    if (!fits)
        throw ShapeError(
            error_text("cat", "shapes " + to_string(first.sizes()) + " and " + to_string(x.sizes()) + " do not fit",
                       "all sizes but those along axis " + std::to_string(axis) + " are equal",
                       "reshape or slice one of them, choose another axis, or use stack for a new axis"));
}

/// A tensor of shape (0,) fits everything, as in PyTorch: what a list of parts often starts with.
bool is_nothing(const Tensor& x) { return x.ndim() == 1 && x.sizes()[0] == 0; }

/// The first tensor that says what the others look like.
const Tensor& pattern_of(const TensorList& tensors)
{
    const Tensor* found = std::find_if_not(tensors.begin(), tensors.end(), is_nothing);
    return found == tensors.end() ? tensors[0] : *found;
}

/// Positions of a tensor along the axis.
std::int64_t length(const Tensor& x, std::size_t axis) { return is_nothing(x) ? 0 : x.sizes()[axis]; }

/// Where along the axis each tensor begins, in the tape's memory.
const std::int64_t* starts_of(const TensorList& tensors, std::size_t axis)
{
    detail::Recording* r = detail::running();
    if (!r) return nullptr;
    auto* starts = static_cast<std::int64_t*>(r->arena.allocate(tensors.size() * sizeof(std::int64_t)));
    std::int64_t start = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) starts[i] = std::exchange(start, start + length(tensors[i], axis));
    return starts;
}

}  // namespace

Tensor cat(const TensorList& tensors, std::int64_t given_axis)
{
    check_not_empty("cat", tensors);
    const Dtype dtype = common_dtype(tensors);
    if (!all_of_dtype(tensors, dtype))
        return cat({in_dtype(tensors, dtype), tensors.file(), tensors.line()}, given_axis);
    const Tensor& pattern = pattern_of(tensors);
    const std::size_t axis = detail::normal_axis("cat", given_axis, pattern.ndim());
    Dims sizes = pattern.sizes();
    sizes[axis] = 0;
    for (const Tensor& x : tensors) {
        if (!is_nothing(x)) check_fits(pattern, x, axis);
        sizes[axis] += length(x, axis);
    }
    if (any_batched(tensors)) {
        const detail::Batch batch(tensors.begin(), tensors.size());
        std::vector<Tensor> all;
        for (Tensor& x : all_samples_of(batch, tensors))
            if (x.ndim() != 2 || x.numel() > 0 || pattern.ndim() == 1) all.push_back(std::move(x));
        return batch.result(cat({all, tensors.file(), tensors.line()}, static_cast<std::int64_t>(axis) + 1));
    }
    const Tensor y = detail::empty(dtype, sizes);
    std::int64_t start = 0;
    for (const Tensor& x : tensors) {
        if (is_nothing(x)) continue;
        copy_along(y, axis, start, x);
        start += x.sizes()[axis];
    }
    const auto vjp = [axis, count = tensors.size(), starts = starts_of(tensors, axis)](const Tensor& gy, Adjoints& gx) {
        for (std::size_t i = 0; i < count; ++i)
            if (gx.wants(i) && gx.sizes(i).size() == gy.ndim())
                gx.add(i, narrow(gy, static_cast<std::int64_t>(axis), starts[i], gx.sizes(i)[axis]));
    };
    return record_list(kCat, tensors, y, vjp);
}

Tensor stack(const TensorList& tensors, std::int64_t given_axis)
{
    check_not_empty("stack", tensors);
    const Dtype dtype = common_dtype(tensors);
    if (!all_of_dtype(tensors, dtype))
        return stack({in_dtype(tensors, dtype), tensors.file(), tensors.line()}, given_axis);
    const std::size_t axis = detail::normal_axis("stack", given_axis, tensors[0].ndim() + 1);
    for (const Tensor& x : tensors)
        if (!(x.sizes() == tensors[0].sizes()))
            throw ShapeError(error_text(
                "stack", "shapes " + to_string(tensors[0].sizes()) + " and " + to_string(x.sizes()) + " differ",
                "all tensors have one shape", "reshape one of them, or use cat along an axis that they have"));
    if (any_batched(tensors)) {
        const detail::Batch batch(tensors.begin(), tensors.size());
        return batch.result(stack({all_samples_of(batch, tensors), tensors.file(), tensors.line()},
                                  static_cast<std::int64_t>(axis) + 1));
    }
    Dims sizes = tensors[0].sizes();
    sizes.insert(axis, static_cast<std::int64_t>(tensors.size()));
    const Tensor y = detail::empty(dtype, sizes);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        Dims strides = y.strides();
        const std::int64_t offset = static_cast<std::int64_t>(i) * strides[axis];
        strides.erase(axis);
        copy_into(detail::view(y, tensors[i].sizes(), strides, offset), tensors[i]);
    }
    const auto vjp = [axis, count = tensors.size()](const Tensor& gy, Adjoints& gx) {
        for (std::size_t i = 0; i < count; ++i)
            if (gx.wants(i)) gx.add(i, select(gy, axis, i));
    };
    return record_list(kStack, tensors, y, vjp);
}

}  // namespace xgrad
