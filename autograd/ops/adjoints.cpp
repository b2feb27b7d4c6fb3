// What the walk asks of the operations: adding adjoints up, undoing broadcasting, making them contiguous.

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

#include <algorithm>

#include "autograd/kernels/copy.hpp"
#include "autograd/kernels/elementwise.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/reduce_kernels.hpp"
#include "autograd/walk.hpp"

namespace xgrad::detail {

void accumulate(Tensor& sum, Tensor&& g)
{
    bool in_place = is_unshared(sum);
    if (!in_place) {
        sum.swap(g);
        in_place = is_unshared(sum);
    }
    if (!in_place || running() || !sum.is_contiguous() || !g.is_contiguous()) [[unlikely]]
        sum = add(sum, g);
    else
        kernels::add_scaled(sum.dtype(), sum.numel(), 1.0, g.raw(), mutable_data(sum));
}

void add_in_place(const Tensor& part, const Tensor& g)
{
    const bool flat = part.is_contiguous() && g.is_contiguous();
    const Tensor sum = flat ? g : run_binary("add", elementary::BinaryOps::index<elementary::Add>(), part, g);
    if (flat)
        kernels::add_scaled(g.dtype(), g.numel(), 1.0, g.raw(), mutable_data(part));
    else
        kernels::from_contiguous(size_of(g.dtype()), {part.sizes().data(), part.ndim()}, sum.raw(), mutable_data(part),
                                 part.strides().data());
}

Tensor fit(const char* operation, const Tensor& g, Sizes sizes, Dtype dtype)
{
    const Tensor typed = g.dtype() == dtype ? g : to(g, dtype);
    if (typed.sizes() == sizes) return typed;
    bool fits = typed.ndim() >= sizes.size();
    Dims axes;
    const std::size_t extra = fits ? typed.ndim() - sizes.size() : 0;
    for (std::size_t i = 0; fits && i < typed.ndim(); ++i) {
        const std::int64_t size = typed.sizes()[i];
        if (i < extra || (sizes[i - extra] == 1 && size != 1))
            axes.push_back(static_cast<std::int64_t>(i));
        else
            fits = sizes[i - extra] == size;
    }
    if (!fits)
        throw ShapeError(error_text(
            operation,
            "its vjp gave an adjoint of shape " + to_string(g.sizes()) + " for an input of shape " + to_string(sizes),
            "an adjoint has the shape of its input, or one that the input broadcasts to",
            "sum or reshape it in the vjp before gx.add"));
    const auto has_one = [&typed](std::int64_t axis) { return typed.sizes()[static_cast<std::size_t>(axis)] == 1; };
    const bool adds_nothing = std::all_of(axes.begin(), axes.end(), has_one);  // they are axes in front
    if (is_tracked(typed) || is_batched(typed)) return reshape(adds_nothing ? typed : sum(typed, axes, true), sizes);
    if (adds_nothing) return view(typed, sizes, Sizes(typed.strides().data() + extra, sizes.size()), 0);
    return run_sum_to(typed, sizes);
}

Tensor contiguous(const Tensor& x) { return xgrad::contiguous(x); }

}  // namespace xgrad::detail
