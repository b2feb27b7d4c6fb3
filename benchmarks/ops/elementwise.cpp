#include <xgrad/ops/elementwise.hpp>

#include "autograd/kernels/elementwise.hpp"
#include "benchmarks/ops/tensors.hpp"

namespace bench {
namespace {

namespace kernels = xgrad::kernels;
namespace elementary = xgrad::elementary;

constexpr double kGoal = 1.1;

struct Shape {
    std::int64_t rows, columns;
    int dtype;

    Tensor array(int number, double low = -4, double high = 4) const
    {
        return values({rows, columns}, dtype, number, low, high);
    }
    Tensor result() const { return array(9); }
    xgrad::Dtype type() const { return dtype_of(dtype); }
    std::int64_t numel() const { return rows * columns; }
};

template <class F>
Case one(const Shape& s, const char* name, Tensor (*f)(const xgrad::Input&), double low = -4)
{
    const Tensor x = s.array(0, low), y = s.result();
    return Maker(name, s.rows, s.columns, s.dtype, kGoal)
        .op([=] { return f(x); })
        .kernel([=] { kernels::unary<F>(s.type(), s.numel(), x.raw(), xgrad::detail::mutable_data(y)); })
        .against(name, y, x);
}

template <class F>
Case two(const Shape& s, const char* name, Tensor (*f)(const xgrad::Operand&, const xgrad::Operand&), double low = -4)
{
    const Tensor a = s.array(0, low), b = s.array(1, low), y = s.result();
    return Maker(name, s.rows, s.columns, s.dtype, kGoal)
        .op([=] { return f(a, b); })
        .kernel(
            [=] { kernels::binary<F>(s.type(), s.numel(), a.raw(), 1, b.raw(), 1, xgrad::detail::mutable_data(y)); })
        .against(name, y, a, b);
}

Case add_row(const Shape& s)
{
    const Tensor a = s.array(0), b = values({s.columns}, s.dtype, 1), y = s.result();
    return Maker("add_row", s.rows, s.columns, s.dtype, kGoal)
        .op([=] { return xgrad::add(a, b); })
        .kernel([=] {
            const std::int64_t sizes[] = {s.rows, s.columns}, of_a[] = {s.columns, 1}, of_b[] = {0, 1};
            kernels::binary<elementary::Add>(s.type(), sizes, a.raw(), of_a, b.raw(), of_b,
                                             xgrad::detail::mutable_data(y));
        })
        .against("add_row", y, a, b);
}

Case lt(const Shape& s)
{
    const Tensor a = s.array(0), b = s.array(1), y = a < b;
    return Maker("lt", s.rows, s.columns, s.dtype, kGoal)
        .op([=] { return a < b; })
        .kernel([=] {
            kernels::compare(kernels::Comparison::lt, s.type(), s.numel(), a.raw(), 1, b.raw(), 1,
                             xgrad::detail::mutable_data(y));
        })
        .against("lt", y, a, b);
}

Case where(const Shape& s)
{
    const Tensor a = s.array(0), b = s.array(1), c = s.array(2) < 0, y = s.result();
    return Maker("where", s.rows, s.columns, s.dtype, kGoal)
        .op([=] { return xgrad::where(c, a, b); })
        .kernel([=] {
            kernels::active.where[kernels::index_of(s.type())](s.numel(), c.raw(), 1, a.raw(), 1, b.raw(), 1,
                                                               xgrad::detail::mutable_data(y));
        })
        .against("where", y, a, b, c);
}

}  // namespace

std::vector<Case> elementwise_cases(std::int64_t rows, std::int64_t columns, int dtype)
{
    const Shape s{rows, columns, dtype};
    return {two<elementary::Add>(s, "add", xgrad::add),
            two<elementary::Mul>(s, "mul", xgrad::mul),
            add_row(s),
            one<elementary::Exp>(s, "exp", xgrad::exp),
            one<elementary::Tanh>(s, "tanh", xgrad::tanh),
            one<elementary::Sigmoid>(s, "sigmoid", xgrad::sigmoid),
            one<elementary::Relu>(s, "relu", xgrad::relu),
            one<elementary::Sqrt>(s, "sqrt", xgrad::sqrt, 0.25),
            two<elementary::Pow>(s, "pow", xgrad::pow, 0.25),
            where(s),
            lt(s)};
}

}  // namespace bench
