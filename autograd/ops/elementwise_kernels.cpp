#include "autograd/ops/elementwise_kernels.hpp"

#include <xgrad/error.hpp>

#include <span>

#include "autograd/kernels/elementwise.hpp"
#include "autograd/new_tensor.hpp"

namespace xgrad::detail {
namespace {

using kernels::Index;

std::size_t type_of(const Tensor& x) { return kernels::index_of(x.dtype()); }
std::span<const Index> span_of(Sizes sizes) { return {sizes.data(), sizes.size()}; }

/// The shape of an operation on a and b; most often it is that of one of them.
Dims common_sizes(const char* operation, const Tensor& a, const Tensor& b)
{
    if (a.sizes() == b.sizes() || b.ndim() == 0) return a.sizes();
    if (a.ndim() == 0) return b.sizes();
    return broadcast_sizes(operation, a.sizes(), b.sizes());
}

/// The strides of x seen with `sizes`: 0 where it is broadcast.
struct Strides {
    Strides(const char* operation, const Tensor& x, Sizes sizes) : values(sizes.size(), 0)
    {
        bool fits = x.ndim() <= sizes.size();
        const std::size_t extra = fits ? sizes.size() - x.ndim() : 0;
        for (std::size_t i = 0; fits && i < x.ndim(); ++i) {
            const std::int64_t size = x.sizes()[i];
            if (size == sizes[extra + i])
                values[extra + i] = x.strides()[i];
            else
                fits = size == 1;
        }
        if (!fits)
            throw ShapeError(error_text(operation,
                                        "shape " + to_string(x.sizes()) + " does not expand to " + to_string(sizes),
                                        "aligned at the last axis, a size stays or grows from 1",
                                        "reshape it so that the axis which shall grow has size 1"));
    }
    operator const Index*() const { return values.begin(); }
    Dims values;
};

bool is_number_beside(const Tensor& number, const Tensor& x)
{
    return number.numel() == 1 && number.ndim() <= x.ndim() && x.is_contiguous();
}

/// Whether `row`, an array, repeats along the first axes of x.
bool is_row_beside(const Tensor& row, const Tensor& x)
{
    if (!row.is_contiguous() || !x.is_contiguous() || row.ndim() == 0 || row.ndim() >= x.ndim()) return false;
    return row.numel() > 0 && row.sizes() == Sizes(x.sizes().data() + x.ndim() - row.ndim(), row.ndim());
}

/// What an operation on two arrays runs: the flat kernel, and the one for rows or null.
struct Two {
    kernels::BinaryKernel* flat;
    kernels::BinaryRowsKernel* rows;
};

/// y = f(a, b) of a dtype and of the shape of `shape`; a step of 0 means a number.
[[gnu::always_inline]] inline Tensor run_flat(kernels::BinaryKernel* f, Dtype dtype, const Tensor& shape,
                                              const Tensor& a, Index a_step, const Tensor& b, Index b_step)
{
    Tensor y = dtype == shape.dtype() ? new_like(shape) : empty(dtype, shape.sizes(), shape.numel());
    if (const Index n = y.numel(); n <= kernels::kGrain)
        f(n, a.raw(), a_step, b.raw(), b_step, mutable_data(y));
    else
        kernels::detail::run_binary(f, size_of(a.dtype()), size_of(dtype), n, a.raw(), a_step, b.raw(), b_step,
                                    mutable_data(y));
    return y;
}

/// y = f(a, b) of a dtype, where the shapes differ or there are gaps.
[[gnu::noinline]] Tensor run_unlike(const char* operation, Two f, Dtype dtype, const Tensor& a, const Tensor& b)
{
    if (is_number_beside(b, a)) return run_flat(f.flat, dtype, a, a, 1, b, 0);
    if (is_number_beside(a, b)) return run_flat(f.flat, dtype, b, a, 0, b, 1);
    const bool row_b = f.rows && is_row_beside(b, a), row_a = f.rows && !row_b && is_row_beside(a, b);
    if (row_a || row_b) {
        const Tensor& full = row_b ? a : b;
        const Index n = (row_b ? b : a).numel();
        Tensor y = new_like(full);
        kernels::detail::run_binary_rows(f.rows, size_of(dtype), full.numel() / n, n, a.raw(), row_a ? 0 : n, b.raw(),
                                         row_b ? 0 : n, mutable_data(y));
        return y;
    }
    const Dims sizes = common_sizes(operation, a, b);
    Tensor y = empty(dtype, sizes);
    kernels::detail::walk_binary(f.flat, f.rows, size_of(a.dtype()), size_of(dtype), span_of(sizes), a.raw(),
                                 Strides(operation, a, sizes), b.raw(), Strides(operation, b, sizes), mutable_data(y));
    return y;
}

/// y = f(a, b) of a dtype; flat kernels where one operand is a number or both are arrays of one shape.
inline Tensor run_two(const char* operation, Two f, Dtype dtype, const Tensor& a, const Tensor& b)
{
    if (have_same_layout(a, b)) [[likely]]
        return run_flat(f.flat, dtype, a, a, 1, b, 1);
    return run_unlike(operation, f, dtype, a, b);
}

/// One operand of a vjp as a flat kernel reads it; absent ones are null.
struct Flat {
    Flat(const Tensor& x, const Tensor& gy)
    {
        if (!x.defined()) return;
        data = x.raw();
        if (have_same_layout(x, gy)) return;
        step = 0;
        fits = x.numel() == 1;
    }
    const void* data = nullptr;
    Index step = 1;
    bool fits = true;
};

/// Where a vjp of contiguous gy writes its result.
inline Tensor result_of(const Tensor& gy, MayOverwrite overwrite)
{
    return overwrite == MayOverwrite::yes && is_unshared(gy) ? gy : new_like(gy);
}

}  // namespace

void check_expands(const char* operation, const Tensor& x, Sizes sizes) { (void)Strides(operation, x, sizes); }

Tensor broadcast_view(const char* operation, const Tensor& x, Sizes sizes)
{
    return view(x, sizes, Strides(operation, x, sizes).values, 0);
}

Tensor run_unary(std::size_t function, const Tensor& x, const double* parameters)
{
    kernels::UnaryKernel* f = kernels::active.unary[type_of(x)][function];
    const std::size_t element = size_of(x.dtype());
    Tensor y = new_like(x);
    if (!x.is_contiguous())
        kernels::detail::walk_unary(f, element, span_of(x.sizes()), x.raw(), x.strides().data(), mutable_data(y),
                                    parameters);
    else if (x.numel() <= kernels::kGrain)
        f(x.numel(), x.raw(), mutable_data(y), parameters);
    else
        kernels::detail::run_unary(f, element, x.numel(), x.raw(), mutable_data(y), parameters);
    return y;
}

Tensor run_unary_vjp(std::size_t function, const Tensor& gy, const Tensor& kept, const double* parameters)
{
    if (!gy.is_contiguous()) return run_unary_vjp(function, contiguous_copy(gy), kept, parameters);
    if (!kept.is_contiguous()) return run_unary_vjp(function, gy, contiguous_copy(kept), parameters);
    kernels::UnaryVjp* f = kernels::active.unary_vjp[type_of(gy)][function];
    Tensor gx = result_of(gy, MayOverwrite::yes);
    if (gy.numel() <= kernels::kGrain)
        f(gy.numel(), gy.raw(), kept.raw(), kept.raw(), mutable_data(gx), parameters);
    else
        kernels::detail::run_unary_vjp(f, size_of(gy.dtype()), gy.numel(), gy.raw(), kept.raw(), kept.raw(),
                                       mutable_data(gx), parameters);
    return gx;
}

[[noreturn, gnu::noinline]] void throw_meaningless(const char* operation, const Tensor& a, const Tensor& b)
{
    throw DtypeError(error_text(operation, "operands " + describe(a) + " and " + describe(b),
                                std::string(operation) + " has no meaning for " + name_of(a.dtype()),
                                "convert one operand first: to(x, f32) or to(x, i64)"));
}

Tensor run_binary(const char* operation, std::size_t function, const Tensor& a, const Tensor& b)
{
    kernels::BinaryKernel* f = a.dtype() == boolean ? nullptr : kernels::active.binary[type_of(a)][function];
    if (!f) [[unlikely]]
        throw_meaningless(operation, a, b);
    if (have_same_layout(a, b) && a.numel() <= kernels::kGrain) [[likely]] {
        Tensor y = new_like(a);
        f(a.numel(), a.raw(), 1, b.raw(), 1, mutable_data(y));
        return y;
    }
    kernels::BinaryRowsKernel* rows =
        is_floating(a.dtype()) ? kernels::active.binary_rows[type_of(a)][function] : nullptr;
    return run_two(operation, {f, rows}, a.dtype(), a, b);
}

/// gy times a derivative, where operands have been broadcast or are not contiguous, or the arrays are long.
[[gnu::noinline]] Tensor run_any_vjp(kernels::BinaryVjp* f, const Tensor& gy, const BinaryValues& values,
                                     MayOverwrite overwrite)
{
    if (!gy.is_contiguous()) return run_any_vjp(f, contiguous_copy(gy), values, MayOverwrite::yes);
    const auto& [a, b, y] = values;
    const Flat fa(a, gy), fb(b, gy), fy(y, gy);
    Tensor g = result_of(gy, overwrite);
    if (fa.fits && fb.fits) {
        if (const Index n = gy.numel(); n <= kernels::kGrain)
            f(n, gy.raw(), fa.data, fa.step, fb.data, fb.step, fy.data, mutable_data(g));
        else
            kernels::detail::run_binary_vjp(f, size_of(gy.dtype()), n, gy.raw(), fa.data, fa.step, fb.data, fb.step,
                                            fy.data, mutable_data(g));
        return g;
    }
    const auto strides = [&](const Tensor& x) { return Strides("backward", x.defined() ? x : gy, gy.sizes()); };
    const unsigned reads =
        (a.defined() ? elementary::kA : 0u) | (b.defined() ? elementary::kB : 0u) | (y.defined() ? elementary::kY : 0u);
    kernels::detail::walk_binary_vjp(f, reads, size_of(gy.dtype()), span_of(gy.sizes()), gy.raw(), fa.data, strides(a),
                                     fb.data, strides(b), fy.data, mutable_data(g));
    return g;
}

Tensor run_binary_vjp(std::size_t function, int operand, const Tensor& gy, const BinaryValues& values,
                      MayOverwrite overwrite)
{
    const auto& [a, b, y] = values;
    const auto& table = operand == 0 ? kernels::active.binary_vjp_a : kernels::active.binary_vjp_b;
    kernels::BinaryVjp* f = table[type_of(gy)][function];
    const auto is_flat = [&gy](const Tensor& x) { return !x.defined() || have_same_layout(x, gy); };
    const auto data = [](const Tensor& x) { return x.defined() ? x.raw() : nullptr; };
    const bool flat = gy.is_contiguous() && gy.numel() <= kernels::kGrain && is_flat(a) && is_flat(b);
    if (!flat) return run_any_vjp(f, gy, values, overwrite);
    Tensor g = result_of(gy, overwrite);
    f(gy.numel(), gy.raw(), data(a), 1, data(b), 1, data(y), mutable_data(g));
    return g;
}

Tensor run_scale(const Tensor& gy, double factor, MayOverwrite overwrite)
{
    if (!gy.is_contiguous()) return run_scale(contiguous_copy(gy), factor, MayOverwrite::yes);
    Tensor g = result_of(gy, overwrite);
    kernels::scale(gy.dtype(), gy.numel(), factor, gy.raw(), mutable_data(g));
    return g;
}

Tensor run_compare(const char* operation, kernels::Comparison comparison, const Tensor& a, const Tensor& b)
{
    kernels::CompareKernel* f = kernels::active.compare[type_of(a)][static_cast<std::size_t>(comparison)];
    return run_two(operation, {f, nullptr}, boolean, a, b);
}

Tensor run_where(const Tensor& condition, const Tensor& a, const Tensor& b)
{
    if (have_same_layout(a, b) && condition.is_contiguous() && condition.sizes() == a.sizes()) {
        Tensor y = new_like(a);
        kernels::where(a.dtype(), a.numel(), condition.raw(), a.raw(), b.raw(), mutable_data(y));
        return y;
    }
    const Dims both = common_sizes("where", a, b);
    const Dims sizes = condition.sizes() == Sizes(both) ? both : broadcast_sizes("where", condition.sizes(), both);
    Tensor y = empty(a.dtype(), sizes);
    kernels::where(a.dtype(), span_of(sizes), condition.raw(), Strides("where", condition, sizes), a.raw(),
                   Strides("where", a, sizes), b.raw(), Strides("where", b, sizes), mutable_data(y));
    return y;
}

Tensor run_cast(const Tensor& x, Dtype dtype)
{
    Tensor y = empty(dtype, x.sizes(), x.numel());
    if (x.is_contiguous())
        kernels::cast(x.dtype(), dtype, x.numel(), x.raw(), mutable_data(y));
    else
        kernels::cast(x.dtype(), dtype, span_of(x.sizes()), x.raw(), x.strides().data(), mutable_data(y));
    return y;
}

}  // namespace xgrad::detail
