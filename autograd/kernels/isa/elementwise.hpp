// Elementary functions over arrays: value and vector-Jacobian products, generated from the lists in elementary.hpp.
// Each isa/elementwise_*.cpp fills the table for the functions of one family.
#pragma once

#include "autograd/kernels/simd_rounding.hpp"
#include "autograd/kernels/simd_special.hpp"
#include "autograd/kernels/table.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {
namespace {

/// An operand that is an array.
template <class T>
struct Array {
    explicit Array(const T* from) : from_(from) {}
    template <class Lanes>
    Vec<T> read(Index i, Lanes lanes) const
    {
        return lanes.load(from_ + i);
    }

private:
    const T* from_;
};

/// One number for all elements.
template <class T>
struct Number {
    explicit Number(T number) : number_(number) {}
    template <class Lanes>
    Vec<T> read(Index, Lanes) const
    {
        return number_;
    }

private:
    Vec<T> number_;
};

/// An operand that is an array or one number, known at run time: the number fills a register-sized buffer that the loop
/// reads again and again.
template <class T>
class ArrayOrNumber {
public:
    ArrayOrNumber(const T* from, Index step) : from_(from), step_(step)
    {
        if (step == 1) return;
        Vec<T>(*from).store(repeated_);
        from_ = repeated_;
    }
    ArrayOrNumber(const ArrayOrNumber&) = delete;
    ArrayOrNumber& operator=(const ArrayOrNumber&) = delete;

    template <class Lanes>
    Vec<T> read(Index i, Lanes lanes) const
    {
        return lanes.load(from_ + i * step_);
    }

private:
    const T* from_;
    Index step_;
    alignas(64) T repeated_[Vec<T>::size];
};

template <class F, class T>
[[gnu::flatten]] void unary(Index n, const void* x_, void* y_, const double*)
{
    const T* x = static_cast<const T*>(x_);
    T* y = static_cast<T*>(y_);
    for_each_vec<T>(n, [=](Index i, auto lanes) { lanes.store(y + i, Vec<T>(F::value(lanes.load(x + i)))); });
}

/// body(x, y, i, lanes) with those of x and y that f' reads; the others are 0.
template <class F, class T, class Body>
inline void for_each_read(Index n, const T* x, const T* y, Body body)
{
    for_each_vec<T>(n, [=](Index i, auto lanes) {
        Vec<T> xs(0), ys(0);
        if constexpr ((F::reads & elementary::kX) != 0) xs = lanes.load(x + i);
        if constexpr ((F::reads & elementary::kY) != 0) ys = lanes.load(y + i);
        body(xs, ys, i, lanes);
    });
}

template <class F, class T>
[[gnu::flatten]] void unary_vjp(Index n, const void* gy_, const void* x, const void* y, void* gx_, const double*)
{
    const T* gy = static_cast<const T*>(gy_);
    T* gx = static_cast<T*>(gx_);
    for_each_read<F>(n, static_cast<const T*>(x), static_cast<const T*>(y),
                     [=](const Vec<T>& xs, const Vec<T>& ys, Index i, auto lanes) {
                         lanes.store(gx + i, lanes.load(gy + i) * F::derivative(xs, ys));
                     });
}

/// A copy of the parameters, which no write to an array can change: they stay in registers.
struct Parameters {
    explicit Parameters(const double* from) : values{from[0], from[1], from[2]} {}
    double values[elementary::kMaxParameters];
};

template <class F, class T>
[[gnu::flatten]] void parametric(Index n, const void* x_, void* y_, const double* parameters)
{
    const T* x = static_cast<const T*>(x_);
    T* y = static_cast<T*>(y_);
    const Parameters p(parameters);
    for_each_vec<T>(n, [=](Index i, auto lanes) { lanes.store(y + i, Vec<T>(F::value(lanes.load(x + i), p.values))); });
}

template <class F, class T>
[[gnu::flatten]] void parametric_vjp(Index n, const void* gy_, const void* x, const void* y, void* gx_,
                                     const double* parameters)
{
    const T* gy = static_cast<const T*>(gy_);
    T* gx = static_cast<T*>(gx_);
    const Parameters p(parameters);
    for_each_read<F>(n, static_cast<const T*>(x), static_cast<const T*>(y),
                     [=](const Vec<T>& xs, const Vec<T>& ys, Index i, auto lanes) {
                         lanes.store(gx + i, lanes.load(gy + i) * F::derivative(xs, ys, p.values));
                     });
}

template <class F, class T, class A, class B>
inline void binary_loop(Index n, const A& a, const B& b, T* y)
{
    for_each_vec<T>(
        n, [&, y](Index i, auto lanes) { lanes.store(y + i, Vec<T>(F::value(a.read(i, lanes), b.read(i, lanes)))); });
}

template <class F, class T>
[[gnu::noinline, gnu::flatten]] void binary_with_number(Index n, const T* a, Index a_step, const T* b, Index b_step,
                                                        T* y)
{
    if (a_step == 1) return binary_loop<F>(n, Array<T>(a), Number<T>(*b), y);
    if (b_step == 1) return binary_loop<F>(n, Number<T>(*a), Array<T>(b), y);
    binary_loop<F>(n, Number<T>(*a), Number<T>(*b), y);
}

/// Rows of a broadcast operation: `row` from one row of an operand to the next, 0 where each is the same.
template <class F, class T>
[[gnu::flatten]] void binary_rows(Index rows, Index n, const void* a_, Index a_row, Index a_step, const void* b_,
                                  Index b_row, Index b_step, void* y_)
{
    const T *a = static_cast<const T*>(a_), *b = static_cast<const T*>(b_);
    T* y = static_cast<T*>(y_);
    for (Index r = 0; r < rows; ++r, a += a_row, b += b_row, y += n) {
        if (a_step == 1 && b_step == 1)
            binary_loop<F>(n, Array<T>(a), Array<T>(b), y);
        else
            binary_with_number<F>(n, a, a_step, b, b_step, y);
    }
}

template <class F, class T>
[[gnu::flatten]] void binary(Index n, const void* a_, Index a_step, const void* b_, Index b_step, void* y_)
{
    const T *a = static_cast<const T*>(a_), *b = static_cast<const T*>(b_);
    T* y = static_cast<T*>(y_);
    if (a_step == 1 && b_step == 1)
        binary_loop<F>(n, Array<T>(a), Array<T>(b), y);
    else if (n > 0)
        binary_with_number<F>(n, a, a_step, b, b_step, y);
}

struct ByA {
    template <class F>
    static constexpr unsigned reads = F::reads_a;
    template <class F, class T>
    static Vec<T> derivative(const Vec<T>& a, const Vec<T>& b, const Vec<T>& y)
    {
        return F::derivative_a(a, b, y);
    }
};
struct ByB {
    template <class F>
    static constexpr unsigned reads = F::reads_b;
    template <class F, class T>
    static Vec<T> derivative(const Vec<T>& a, const Vec<T>& b, const Vec<T>& y)
    {
        return F::derivative_b(a, b, y);
    }
};

template <class F, class By, class T, class A, class B>
inline void binary_vjp_loop(Index n, const T* gy, const A& a, const B& b, const T* y, T* g)
{
    constexpr unsigned reads = By::template reads<F>;
    for_each_vec<T>(n, [&, gy, y, g](Index i, auto lanes) {
        (void)y;  // clang 14 warns where no derivative reads it
        Vec<T> as(0), bs(0), ys(0);
        if constexpr ((reads & elementary::kA) != 0) as = a.read(i, lanes);
        if constexpr ((reads & elementary::kB) != 0) bs = b.read(i, lanes);
        if constexpr ((reads & elementary::kY) != 0) ys = lanes.load(y + i);
        lanes.store(g + i, lanes.load(gy + i) * By::template derivative<F>(as, bs, ys));
    });
}

template <class F, class By, class T>
[[gnu::noinline, gnu::flatten]] void binary_vjp_with_number(Index n, const T* gy, const T* a, Index a_step, const T* b,
                                                            Index b_step, const T* y, T* g)
{
    binary_vjp_loop<F, By>(n, gy, ArrayOrNumber<T>(a, a_step), ArrayOrNumber<T>(b, b_step), y, g);
}

template <class F, class By, class T>
[[gnu::flatten]] void binary_vjp(Index n, const void* gy_, const void* a_, Index a_step, const void* b_, Index b_step,
                                 const void* y_, void* g_)
{
    constexpr unsigned reads = By::template reads<F>;
    if constexpr ((reads & elementary::kA) == 0) a_step = 1;
    if constexpr ((reads & elementary::kB) == 0) b_step = 1;
    const T *gy = static_cast<const T*>(gy_), *y = static_cast<const T*>(y_);
    const T *a = static_cast<const T*>(a_), *b = static_cast<const T*>(b_);
    T* g = static_cast<T*>(g_);
    if (a_step == 1 && b_step == 1)
        binary_vjp_loop<F, By>(n, gy, Array<T>(a), Array<T>(b), y, g);
    else
        binary_vjp_with_number<F, By>(n, gy, a, a_step, b, b_step, y, g);
}

template <class List, class T>
void fill_unary(KernelTable& table, std::size_t dtype)
{
    List::for_each([&]<class F>(F) {
        constexpr std::size_t at = elementary::UnaryOps::index<F>();
        table.unary[dtype][at] = unary<F, T>;
        table.unary_vjp[dtype][at] = unary_vjp<F, T>;
    });
}

template <class List, class T>
void fill_parametric(KernelTable& table, std::size_t dtype)
{
    List::for_each([&]<class F>(F) {
        constexpr std::size_t at = elementary::UnaryOps::size + elementary::ParametricOps::index<F>();
        table.unary[dtype][at] = parametric<F, T>;
        table.unary_vjp[dtype][at] = parametric_vjp<F, T>;
    });
}

template <class List, class T>
void fill_binary(KernelTable& table, std::size_t dtype)
{
    List::for_each([&]<class F>(F) {
        constexpr std::size_t at = elementary::BinaryOps::index<F>();
        table.binary[dtype][at] = binary<F, T>;
        table.binary_rows[dtype][at] = binary_rows<F, T>;
        table.binary_vjp_a[dtype][at] = binary_vjp<F, ByA, T>;
        table.binary_vjp_b[dtype][at] = binary_vjp<F, ByB, T>;
    });
}

}  // namespace
}  // namespace xgrad::kernels::XGRAD_ISA_NAME
