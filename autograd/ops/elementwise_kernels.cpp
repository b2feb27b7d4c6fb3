#include "autograd/ops/elementwise_kernels.hpp"

#include <xgrad/error.hpp>

#include "autograd/kernels/threads.hpp"

namespace xgrad::detail {
namespace {

using kernels::Index;

constexpr Index kGrain = 32768;  // elements for which starting another thread pays

std::size_t type_of(const Tensor& x) { return kernels::index_of(x.dtype()); }

/// One operand as a flat kernel reads it: an array of the result's size (step 1) or one number (step 0).
struct Flat {
    Flat(const char* operation, const Tensor& x, Sizes sizes)
    {
        if (!x.defined()) return;
        if (x.numel() == 1)
            step = 0, data = x.raw(), element = size_of(x.dtype());
        else {
            kept = x.sizes() == sizes ? contiguous_data(x) : contiguous_copy(broadcast_view(operation, x, sizes));
            step = 1, data = kept.raw(), element = size_of(x.dtype());
        }
    }
    const void* at(Index i) const
    {
        return data ? static_cast<const std::byte*>(data) + i * step * static_cast<Index>(element) : nullptr;
    }
    Tensor kept;
    const void* data = nullptr;
    Index step = 0;
    std::size_t element = 0;
};

void* at(const Tensor& y, Index i)
{
    return static_cast<std::byte*>(mutable_data(y)) + i * static_cast<Index>(size_of(y.dtype()));
}

/// The shape of an operation on a and b; most often it is that of one of them.
Dims common_sizes(const char* operation, const Tensor& a, const Tensor& b)
{
    if (a.sizes() == b.sizes() || b.ndim() == 0) return a.sizes();
    if (a.ndim() == 0) return b.sizes();
    return broadcast_sizes(operation, a.sizes(), b.sizes());
}

template <class F>
void for_parts(Index n, F&& f)
{
    if (n <= kGrain)
        f(Index{0}, n);
    else
        kernels::parallel_for(n, kGrain, f);
}

}  // namespace

Tensor broadcast_view(const char* operation, const Tensor& x, Sizes sizes)
{
    Dims strides(sizes.size(), 0);
    bool fits = x.ndim() <= sizes.size();
    for (std::size_t back = 1; fits && back <= x.ndim(); ++back) {
        const std::int64_t size = x.sizes()[x.ndim() - back];
        if (size == sizes[sizes.size() - back])
            strides[sizes.size() - back] = x.strides()[x.ndim() - back];
        else
            fits = size == 1;
    }
    if (!fits)
        throw ShapeError(error_text(operation,
                                    "shape " + to_string(x.sizes()) + " does not expand to " + to_string(sizes),
                                    "aligned at the last axis, a size stays or grows from 1",
                                    "reshape it so that the axis which shall grow has size 1"));
    return view(x, sizes, strides, 0);
}

Tensor run_unary(std::size_t function, const Tensor& x)
{
    const Tensor from = contiguous_data(x);
    Tensor y = empty_like(from);
    auto* kernel = kernels::active.unary[type_of(x)][function];
    for_parts(x.numel(), [&](Index begin, Index end) {
        kernel(end - begin, static_cast<const std::byte*>(from.raw()) + begin * static_cast<Index>(size_of(x.dtype())),
               at(y, begin));
    });
    return y;
}

Tensor run_unary_vjp(std::size_t function, const Tensor& gy, const Tensor& x, const Tensor& y)
{
    const Flat g("backward", gy, gy.sizes()), fx("backward", x, gy.sizes()), fy("backward", y, gy.sizes());
    Tensor gx = empty(gy.dtype(), gy.sizes(), gy.numel());
    auto* kernel = kernels::active.unary_vjp[type_of(gy)][function];
    for_parts(gy.numel(), [&](Index begin, Index end) {
        kernel(end - begin, g.at(begin), fx.at(begin), fy.at(begin), at(gx, begin));
    });
    return gx;
}

Tensor run_binary(const char* operation, std::size_t function, const Tensor& a, const Tensor& b)
{
    auto* kernel = a.dtype() == boolean ? nullptr : kernels::active.binary[type_of(a)][function];
    if (!kernel)
        throw DtypeError(error_text(operation, "operands " + describe(a) + " and " + describe(b),
                                    std::string(operation) + " has no meaning for " + name_of(a.dtype()),
                                    "convert one operand first: to(x, f32) or to(x, i64)"));
    const Dims sizes = common_sizes(operation, a, b);
    const Flat fa(operation, a, sizes), fb(operation, b, sizes);
    Tensor y = empty(a.dtype(), sizes);
    for_parts(y.numel(), [&](Index begin, Index end) {
        kernel(end - begin, fa.at(begin), fa.step, fb.at(begin), fb.step, at(y, begin));
    });
    return y;
}

Tensor run_binary_vjp(std::size_t function, int operand, const Tensor& gy, const Tensor& a, const Tensor& b,
                      const Tensor& y)
{
    const auto& table = operand == 0 ? kernels::active.binary_vjp_a : kernels::active.binary_vjp_b;
    const Flat g("backward", gy, gy.sizes()), fa("backward", a, gy.sizes()), fb("backward", b, gy.sizes());
    const Flat fy("backward", y, gy.sizes());
    Tensor out = empty(gy.dtype(), gy.sizes(), gy.numel());
    auto* kernel = table[type_of(gy)][function];
    for_parts(gy.numel(), [&](Index begin, Index end) {
        kernel(end - begin, g.at(begin), fa.at(begin), fa.step, fb.at(begin), fb.step, fy.at(begin), at(out, begin));
    });
    return out;
}

Tensor run_compare(const char* operation, kernels::Comparison comparison, const Tensor& a, const Tensor& b)
{
    const Dims sizes = common_sizes(operation, a, b);
    const Flat fa(operation, a, sizes), fb(operation, b, sizes);
    Tensor y = empty(boolean, sizes);
    auto* kernel = kernels::active.compare[type_of(a)][static_cast<std::size_t>(comparison)];
    for_parts(y.numel(), [&](Index begin, Index end) {
        kernel(end - begin, fa.at(begin), fa.step, fb.at(begin), fb.step, at(y, begin));
    });
    return y;
}

Tensor run_where(const Tensor& condition, const Tensor& a, const Tensor& b)
{
    const Dims both = common_sizes("where", a, b);
    const Dims sizes = condition.sizes() == Sizes(both) ? both : broadcast_sizes("where", condition.sizes(), both);
    const Flat fc("where", condition, sizes), fa("where", a, sizes), fb("where", b, sizes);
    Tensor y = empty(a.dtype(), sizes);
    auto* kernel = kernels::active.where[type_of(a)];
    for_parts(y.numel(), [&](Index begin, Index end) {
        kernel(end - begin, fc.at(begin), fc.step, fa.at(begin), fa.step, fb.at(begin), fb.step, at(y, begin));
    });
    return y;
}

Tensor run_cast(const Tensor& x, Dtype dtype)
{
    const Tensor from = contiguous_data(x);
    Tensor y = empty(dtype, x.sizes(), x.numel());
    kernels::active.cast[type_of(x)][kernels::index_of(dtype)](x.numel(), from.raw(), mutable_data(y));
    return y;
}

}  // namespace xgrad::detail
