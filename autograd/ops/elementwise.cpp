#include <xgrad/ops/elementwise.hpp>

#include <xgrad/error.hpp>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_impl.hpp"

namespace xgrad {
namespace detail {
namespace {

Dtype dtype_beside(const xgrad::Operand& number, Dtype other)
{
    return number.is_fraction() && !is_floating(other) ? default_dtype() : other == boolean ? i64 : other;
}

Dtype common_dtype(const xgrad::Operand& a, const xgrad::Operand& b, bool needs_floating)
{
    Dtype dtype = default_dtype();
    if (a.tensor() && b.tensor())
        dtype = promote(a.tensor()->dtype(), b.tensor()->dtype());
    else if (a.tensor())
        dtype = dtype_beside(b, a.tensor()->dtype());
    else if (b.tensor())
        dtype = dtype_beside(a, b.tensor()->dtype());
    return needs_floating && !is_floating(dtype) ? default_dtype() : dtype;
}

/// The operand's own tensor, or the one that it becomes, which is kept in `made`.
const Tensor* in_dtype(const xgrad::Operand& x, Dtype dtype, Tensor& made)
{
    if (x.tensor() && x.tensor()->dtype() == dtype) return x.tensor();
    made = x.tensor() ? to({*x.tensor(), x.file(), x.line()}, dtype) : tensor(x.number(), dtype);
    return &made;
}

const Op kComparisons[] = {{"eq", "a == b", kBroadcast}, {"ne", "a != b", kBroadcast}, {"lt", "a < b", kBroadcast},
                           {"le", "a <= b", kBroadcast}, {"gt", "a > b", kBroadcast},  {"ge", "a >= b", kBroadcast}};

Tensor compare(kernels::Comparison comparison, const xgrad::Operand& a_operand, const xgrad::Operand& b_operand)
{
    const Op& op = kComparisons[static_cast<std::size_t>(comparison)];
    const Operands x(a_operand, b_operand, false);
    if (is_batched(x.a(), x.b()))
        return of_aligned(op.name, x.a(), x.b(),
                          [comparison](const Tensor& a, const Tensor& b) { return compare(comparison, a, b); });
    return record_constant(op, {x.a_ref(), x.b_ref()}, run_compare(op.name, comparison, x.a(), x.b()));
}

}  // namespace

void Operands::convert(bool needs_floating)
{
    const Dtype dtype = common_dtype(a_operand_, b_operand_, needs_floating);
    a_ = in_dtype(a_operand_, dtype, a_converted_);
    b_ = in_dtype(b_operand_, dtype, b_converted_);
}

}  // namespace detail

using detail::binary;
using detail::unary;
namespace el = elementary;

Tensor add(const Operand& a, const Operand& b) { return binary<el::Add>(a, b, false); }
Tensor sub(const Operand& a, const Operand& b) { return binary<el::Sub>(a, b, false); }
Tensor mul(const Operand& a, const Operand& b) { return binary<el::Mul>(a, b, false); }
Tensor div(const Operand& a, const Operand& b) { return binary<el::Div>(a, b, true); }
Tensor pow(const Operand& a, const Operand& b) { return binary<el::Pow>(a, b, true); }
Tensor maximum(const Operand& a, const Operand& b) { return binary<el::Maximum>(a, b, false); }
Tensor minimum(const Operand& a, const Operand& b) { return binary<el::Minimum>(a, b, false); }

Tensor exp(const Input& x) { return unary<el::Exp>(x); }
Tensor log(const Input& x) { return unary<el::Log>(x); }
Tensor sqrt(const Input& x) { return unary<el::Sqrt>(x); }
Tensor tanh(const Input& x) { return unary<el::Tanh>(x); }
Tensor sigmoid(const Input& x) { return unary<el::Sigmoid>(x); }
Tensor sin(const Input& x) { return unary<el::Sin>(x); }
Tensor cos(const Input& x) { return unary<el::Cos>(x); }
Tensor reciprocal(const Input& x) { return unary<el::Reciprocal>(x); }

// These keep integers, which the kernels of one operand do not have.
Tensor neg(const Input& x) { return is_floating(x->dtype()) ? unary<el::Neg>(x) : sub(0, x); }
Tensor relu(const Input& x) { return is_floating(x->dtype()) ? unary<el::Relu>(x) : maximum(x, 0); }
Tensor abs(const Input& x) { return is_floating(x->dtype()) ? unary<el::Abs>(x) : maximum(x, sub(0, x)); }
Tensor square(const Input& x) { return is_floating(x->dtype()) ? unary<el::Square>(x) : mul(x, x); }

Tensor eq(const Operand& a, const Operand& b) { return detail::compare(kernels::Comparison::eq, a, b); }
Tensor ne(const Operand& a, const Operand& b) { return detail::compare(kernels::Comparison::ne, a, b); }
Tensor lt(const Operand& a, const Operand& b) { return detail::compare(kernels::Comparison::lt, a, b); }
Tensor le(const Operand& a, const Operand& b) { return detail::compare(kernels::Comparison::le, a, b); }
Tensor gt(const Operand& a, const Operand& b) { return detail::compare(kernels::Comparison::gt, a, b); }
Tensor ge(const Operand& a, const Operand& b) { return detail::compare(kernels::Comparison::ge, a, b); }

const Op kWhere{.name = "where",
                .formula = "where(c, a, b)",
                .shapes = "c, a, b broadcast to y",
                .derivatives = {"0", "where(c, 1, 0)", "where(c, 0, 1)"}};

Tensor where(const Input& condition, const Operand& a_operand, const Operand& b_operand)
{
    if (condition->dtype() != boolean)
        throw DtypeError(detail::error_text("where", "a condition " + describe(*condition), "the condition is bool",
                                            "compare first, for example where(x > 0, a, b)"));
    const detail::Operands x(a_operand, b_operand, false);
    if (detail::is_batched(*condition, x.a(), x.b())) {
        const detail::Batch batch({&*condition, &x.a(), &x.b()});
        const detail::Dims sizes = detail::broadcast_sizes(
            "where", condition->sizes(), detail::broadcast_sizes("where", x.a().sizes(), x.b().sizes()));
        const auto all = [&](const Tensor& one) { return batch.aligned(one, sizes.size()); };
        return batch.result(where(all(condition), all(x.a()), all(x.b())));
    }
    const Tensor y = detail::run_where(*condition, x.a(), x.b());
    if (!is_floating(y.dtype())) return record_constant(kWhere, {condition, x.a_ref(), x.b_ref()}, y);
    return record(kWhere, {condition, x.a_ref(), x.b_ref()}, y, [c = *condition](const Tensor& gy, Adjoints& gx) {
        if (gx.wants(1)) gx.add(1, where(c, gy, 0.0));
        if (gx.wants(2)) gx.add(2, where(c, 0.0, gy));
    });
}

const Op kTo{.name = "to",
             .formula = "x",
             .shapes = "x: S -> y: S",
             .derivatives = {"1"},
             .where = "gy is converted to the dtype of x"};

Tensor to(const Input& x, Dtype dtype)
{
    if (x->dtype() == dtype) return *x;
    if (detail::is_batched(*x)) return detail::of_all(x, [dtype](const Input& all) { return to(all, dtype); });
    const Tensor y = detail::run_cast(*x, dtype);
    if (!is_floating(dtype)) return record_constant(kTo, {x}, y);
    return record(kTo, {x}, y, [](const Tensor& gy, Adjoints& gx) { gx.add(0, gy); });
}

}  // namespace xgrad
