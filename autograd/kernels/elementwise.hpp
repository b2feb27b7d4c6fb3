// Elementwise functions over whole tensors: contiguous, or with strides and broadcasting. Threads above a grain.
//
// Contiguous (n elements; a step is 1, or 0 for one number):
//   unary<elementary::Tanh>(f32, n, x, y);
//   unary_vjp<elementary::Tanh>(f32, n, gy, x, y, gx);
//   binary<elementary::Mul>(f32, n, a, 1, b, 0, y);
//   binary_vjp_a<elementary::Mul>(f32, n, gy, a, 1, b, 0, y, g);
// A vjp multiplies gy by the derivative: gx = gy * tanh'(x, y). What the derivative does not read may be null. g has
// the shape of gy: where a was broadcast, sum_to (reduce.hpp) brings it down to a's shape afterwards.
//
// With strides (in elements, one for each size; 0 where an operand is broadcast). The result is contiguous:
//   binary<elementary::Add>(f32, sizes, a, a_strides, b, b_strides, y);
//
// y may be one of the inputs where that input is contiguous and of y's dtype.
#pragma once

#include <span>

#include "autograd/kernels/strided.hpp"
#include "autograd/kernels/table.hpp"

namespace xgrad::kernels {

namespace detail {
void run_unary(UnaryKernel* f, std::size_t element, Index n, const void* x, void* y, const double* parameters);
void run_unary_vjp(UnaryVjp* f, std::size_t element, Index n, const void* gy, const void* x, const void* y, void* gx,
                   const double* parameters);
void run_binary(BinaryKernel* f, std::size_t from, std::size_t to, Index n, const void* a, Index a_step, const void* b,
                Index b_step, void* y);
void run_binary_vjp(BinaryVjp* f, std::size_t element, Index n, const void* gy, const void* a, Index a_step,
                    const void* b, Index b_step, const void* y, void* g);
void run_where(WhereKernel* f, std::size_t element, Index n, const void* condition, const void* a, const void* b,
               void* y);
void walk_unary(UnaryKernel* f, std::size_t element, std::span<const Index> sizes, const void* x,
                const Index* x_strides, void* y, const double* parameters);
/// y is (rows, n) contiguous; an operand's row is `a_row` elements further on, 0 where each is the same.
void run_binary_rows(BinaryRowsKernel* f, std::size_t element, Index rows, Index n, const void* a, Index a_row,
                     const void* b, Index b_row, void* y);
/// `rows` is the kernel for rows that belongs to f, or null.
void walk_binary(BinaryKernel* f, BinaryRowsKernel* rows, std::size_t from, std::size_t to,
                 std::span<const Index> sizes, const void* a, const Index* a_strides, const void* b,
                 const Index* b_strides, void* y);
void walk_binary_vjp(BinaryVjp* f, unsigned reads, std::size_t element, std::span<const Index> sizes, const void* gy,
                     const void* a, const Index* a_strides, const void* b, const Index* b_strides, const void* y,
                     void* g);
}  // namespace detail

// ---- contiguous -----------------------------------------------------------------------------------------------------

template <class F>
inline void unary(Dtype dtype, Index n, const void* x, void* y)
{
    UnaryKernel* f = active.unary[index_of(dtype)][elementary::UnaryOps::index<F>()];
    if (n <= kGrain)
        f(n, x, y, nullptr);
    else
        detail::run_unary(f, size_of(dtype), n, x, y, nullptr);
}

template <class F>
inline void unary_vjp(Dtype dtype, Index n, const void* gy, const void* x, const void* y, void* gx)
{
    UnaryVjp* f = active.unary_vjp[index_of(dtype)][elementary::UnaryOps::index<F>()];
    if (n <= kGrain)
        f(n, gy, x, y, gx, nullptr);
    else
        detail::run_unary_vjp(f, size_of(dtype), n, gy, x, y, gx, nullptr);
}

template <class F>
inline void binary(Dtype dtype, Index n, const void* a, Index a_step, const void* b, Index b_step, void* y)
{
    BinaryKernel* f = active.binary[index_of(dtype)][elementary::BinaryOps::index<F>()];
    if (n <= kGrain)
        f(n, a, a_step, b, b_step, y);
    else
        detail::run_binary(f, size_of(dtype), size_of(dtype), n, a, a_step, b, b_step, y);
}

template <class F>
inline void binary_vjp_a(Dtype dtype, Index n, const void* gy, const void* a, Index a_step, const void* b, Index b_step,
                         const void* y, void* g)
{
    BinaryVjp* f = active.binary_vjp_a[index_of(dtype)][elementary::BinaryOps::index<F>()];
    detail::run_binary_vjp(f, size_of(dtype), n, gy, a, a_step, b, b_step, y, g);
}

template <class F>
inline void binary_vjp_b(Dtype dtype, Index n, const void* gy, const void* a, Index a_step, const void* b, Index b_step,
                         const void* y, void* g)
{
    BinaryVjp* f = active.binary_vjp_b[index_of(dtype)][elementary::BinaryOps::index<F>()];
    detail::run_binary_vjp(f, size_of(dtype), n, gy, a, a_step, b, b_step, y, g);
}

/// y = a < b and the like; `dtype` is that of a and b, y is bool.
inline void compare(Comparison comparison, Dtype dtype, Index n, const void* a, Index a_step, const void* b,
                    Index b_step, void* y)
{
    CompareKernel* f = active.compare[index_of(dtype)][static_cast<std::size_t>(comparison)];
    detail::run_binary(f, size_of(dtype), 1, n, a, a_step, b, b_step, y);
}

/// y = condition ? a : b, arrays of bool and of `dtype`.
inline void where(Dtype dtype, Index n, const void* condition, const void* a, const void* b, void* y)
{
    WhereKernel* f = active.where[index_of(dtype)];
    if (n <= kGrain)
        f(n, condition, 1, a, 1, b, 1, y);
    else
        detail::run_where(f, size_of(dtype), n, condition, a, b, y);
}

/// y = x in dtype `to`.
inline void cast(Dtype from, Dtype to, Index n, const void* x, void* y)
{
    active.cast[index_of(from)][index_of(to)](n, x, y);
}

/// y = number, as the dtype holds it.
void fill(Dtype dtype, Index n, double number, void* y);

/// y += factor * x. f32, f64, i64.
void add_scaled(Dtype dtype, Index n, double factor, const void* x, void* y);

/// y = factor * x. f32, f64, i64.
void scale(Dtype dtype, Index n, double factor, const void* x, void* y);

/// y[r, i] = activation(x[r, i] + bias[i]); y may be x, bias may be null. Its vjp is unary_vjp of the activation, from
/// y.
void bias_activation(Activation activation, Dtype dtype, Index rows, Index n, const void* x, const void* bias, void* y);

// ---- with strides ---------------------------------------------------------------------------------------------------

template <class F>
void unary(Dtype dtype, std::span<const Index> sizes, const void* x, const Index* x_strides, void* y)
{
    detail::walk_unary(active.unary[index_of(dtype)][elementary::UnaryOps::index<F>()], size_of(dtype), sizes, x,
                       x_strides, y, nullptr);
}

template <class F>
void binary(Dtype dtype, std::span<const Index> sizes, const void* a, const Index* a_strides, const void* b,
            const Index* b_strides, void* y)
{
    constexpr std::size_t f = elementary::BinaryOps::index<F>();
    detail::walk_binary(active.binary[index_of(dtype)][f],
                        is_floating(dtype) ? active.binary_rows[index_of(dtype)][f] : nullptr, size_of(dtype),
                        size_of(dtype), sizes, a, a_strides, b, b_strides, y);
}

/// gy and y are contiguous of the given sizes, as g is; those of a, b, y that the derivative does not read may be null.
template <class F>
void binary_vjp_a(Dtype dtype, std::span<const Index> sizes, const void* gy, const void* a, const Index* a_strides,
                  const void* b, const Index* b_strides, const void* y, void* g)
{
    detail::walk_binary_vjp(active.binary_vjp_a[index_of(dtype)][elementary::BinaryOps::index<F>()], F::reads_a,
                            size_of(dtype), sizes, gy, a, a_strides, b, b_strides, y, g);
}
template <class F>
void binary_vjp_b(Dtype dtype, std::span<const Index> sizes, const void* gy, const void* a, const Index* a_strides,
                  const void* b, const Index* b_strides, const void* y, void* g)
{
    detail::walk_binary_vjp(active.binary_vjp_b[index_of(dtype)][elementary::BinaryOps::index<F>()], F::reads_b,
                            size_of(dtype), sizes, gy, a, a_strides, b, b_strides, y, g);
}

void compare(Comparison comparison, Dtype dtype, std::span<const Index> sizes, const void* a, const Index* a_strides,
             const void* b, const Index* b_strides, void* y);

/// y = condition ? a : b; the condition is bool, a, b and y are of `dtype`.
void where(Dtype dtype, std::span<const Index> sizes, const void* condition, const Index* condition_strides,
           const void* a, const Index* a_strides, const void* b, const Index* b_strides, void* y);

void cast(Dtype from, Dtype to, std::span<const Index> sizes, const void* x, const Index* x_strides, void* y);

}  // namespace xgrad::kernels
