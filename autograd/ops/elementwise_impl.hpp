#pragma once

// How an elementary function becomes an operation: shapes and dtypes, the kernel, the record with its vjp. Included by
// the sources that define families of elementwise operations.

#include <xgrad/elementary.hpp>
#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/elementwise_parameters.hpp"
#include "autograd/walk.hpp"

namespace xgrad::detail {

inline constexpr const char* kOneShape = "x: S -> y: S";
inline constexpr const char* kBroadcast = "a, b broadcast to y";

/// The Op of an elementary function of one operand.
template <class F>
inline const Op unary_op{
    .name = F::name, .formula = F::formula, .shapes = kOneShape, .derivatives = {F::derivative_formula}};

/// The Op of an elementary function of two operands.
template <class F>
inline const Op binary_op{.name = F::name,
                          .formula = F::formula,
                          .shapes = kBroadcast,
                          .derivatives = {F::derivative_a_formula, F::derivative_b_formula}};

template <class... T>
[[gnu::noinline]] bool is_any_tracked(const Recording& r, const T&... values)
{
    return ((values.defined() && is_tracked(r, values.header())) || ...);
}

/// Whether operations on these values would be recorded. Absent values are undefined.
template <class... T>
bool is_recording(const T&... values)
{
    const Recording* const r = running();
    return r && is_any_tracked(*r, values...);
}

// What `record` does, in fewer steps, since most records are of elementary functions: the inputs' nodes, which tell what
// the vjp has to keep, are looked up once, the closure is made in its place, and adjoints go to the walk directly.

/// Records y, which was just made, where the nodes of its inputs are known and one of them is on the recording.
/// `make_vjp()` does not throw; `begin(bytes)` calls begin_record, for recordings that somebody watches.
template <std::size_t n, class MakeVjp, class Begin>
[[gnu::always_inline]] inline void record_from(Recording& r, const Op& op, const std::array<std::uint32_t, n>& inputs,
                                               Tensor& y, MakeVjp&& make_vjp, Begin&& begin)
{
    using Closure = VjpOf<decltype(make_vjp())>;
    const NewRecord made =
        r.watched ? begin(sizeof(Closure)) : r.add_record(op, inputs, *y.unsafe_header(), sizeof(Closure));
    *made.vjp = new (made.memory) Closure(make_vjp());
}

/// Records y = op(x), if x is tracked.
template <class MakeVjp>
[[gnu::always_inline]] inline void record_unary(const Op& op, const Input& x, Tensor& y, MakeVjp&& make_vjp)
{
    Recording* const r = running();
    if (!r) return;
    const std::array inputs{r->node_of(x->header())};
    if (inputs[0] == Node::kNone) return;
    record_from(*r, op, inputs, y, make_vjp, [&](std::size_t bytes) { return begin_record(op, {x}, y, bytes); });
}

/// Gives the only input its adjoint.
inline void add_vjp(Adjoints& gx, Tensor&& g) { gx.walk().add(gx.node(), 0, std::move(g)); }

/// dx = gy f'(x, y): one kernel, or, where the derivative is to be differentiated again, operations.
template <class F>
Tensor unary_vjp(const Tensor& gy, const Tensor& kept)
{
    constexpr bool by_number = std::is_same_v<decltype(F::derivative(kept, kept)), double>;
    if (is_recording(gy, kept) || is_batched(gy)) return gy * F::derivative(kept, kept);
    if constexpr (by_number)
        return run_scale(gy, F::derivative(kept, kept), MayOverwrite::yes);
    else
        return run_unary_vjp(elementary::UnaryOps::index<F>(), gy, kept);
}

/// The vjp of f, with x or y where f' reads one of them.
template <class F>
struct UnaryVjp {
    void operator()(const Tensor& gy, Adjoints& gx) const { add_vjp(gx, unary_vjp<F>(gy, kept)); }
    Tensor kept;
};
template <class F>
requires(F::reads == elementary::kNothing) struct UnaryVjp<F> {
    void operator()(const Tensor& gy, Adjoints& gx) const { add_vjp(gx, unary_vjp<F>(gy, gy)); }
};

/// y = f(x) for floating x. The vjp keeps x or y, whichever f' reads; no f' reads both.
template <class F>
Tensor unary(const Input& x)
{
    static_assert(F::reads == elementary::kNothing || F::reads == elementary::kX || F::reads == elementary::kY);
    if (is_batched(*x)) [[unlikely]]
        return of_all(x, unary<F>);
    if (!is_floating(x->dtype())) return unary<F>(to(x, default_dtype()));
    Tensor y = run_unary(elementary::UnaryOps::index<F>(), *x);
    record_unary(unary_op<F>, x, y, [&] {
        if constexpr (F::reads == elementary::kNothing)
            return UnaryVjp<F>{};
        else
            return UnaryVjp<F>{F::reads == elementary::kX ? *x : y};
    });
    return y;
}

/// dx = gy f'(x, y; p).
template <class F>
Tensor parametric_vjp(const Tensor& gy, const Tensor& kept, const Parameters& p)
{
    if (is_recording(gy, kept) || is_batched(gy)) return gy * F::derivative(kept, kept, p.data());
    constexpr std::size_t function = elementary::UnaryOps::size + elementary::ParametricOps::index<F>();
    return run_unary_vjp(function, gy, kept, p.data());
}

/// The same for a function with parameters.
template <class F>
struct ParametricVjp {
    void operator()(const Tensor& gy, Adjoints& gx) const { add_vjp(gx, parametric_vjp<F>(gy, kept, p)); }
    Tensor kept;
    Parameters p;
};

/// y = f(x; p) for a function with parameters.
template <class F>
Tensor parametric(const Input& x, const Parameters& p)
{
    static_assert(F::reads == elementary::kX || F::reads == elementary::kY);
    if (is_batched(*x)) [[unlikely]]
        return of_all(x, [&p](const Input& all) { return parametric<F>(all, p); });
    if (!is_floating(x->dtype())) return parametric<F>(to(x, default_dtype()), p);
    constexpr std::size_t function = elementary::UnaryOps::size + elementary::ParametricOps::index<F>();
    Tensor y = run_unary(function, *x, p.data());
    record_unary(unary_op<F>, x, y, [&] { return ParametricVjp<F>{F::reads == elementary::kX ? *x : y, p}; });
    return y;
}

/// The two operands of an elementwise operation as tensors of one dtype, with the lines they were written on.
class Operands {
public:
    Operands(const xgrad::Operand& a, const xgrad::Operand& b, bool needs_floating)
        : a_operand_(a), b_operand_(b), a_(a.tensor()), b_(b.tensor())
    {
        const bool agree = a_ && b_ && a_->dtype() == b_->dtype() && (!needs_floating || is_floating(a_->dtype()));
        if (!agree) convert(needs_floating);
    }
    // The operands are kept by reference: temporaries would be gone before they are read.
    Operands(const xgrad::Operand&&, const xgrad::Operand&, bool) = delete;
    Operands(const xgrad::Operand&, const xgrad::Operand&&, bool) = delete;
    Operands(const xgrad::Operand&&, const xgrad::Operand&&, bool) = delete;
    Operands(const Operands&) = delete;
    Operands& operator=(const Operands&) = delete;

    const Tensor& a() const { return *a_; }
    const Tensor& b() const { return *b_; }
    InputRef a_ref() const { return {*a_, a_operand_.file(), a_operand_.line()}; }
    InputRef b_ref() const { return {*b_, b_operand_.file(), b_operand_.line()}; }

private:
    void convert(bool needs_floating);

    const xgrad::Operand &a_operand_, &b_operand_;
    const Tensor *a_, *b_;              // the operands' own, or
    Tensor a_converted_, b_converted_;  // what became of numbers and of other dtypes
};

/// df/d(operand I): a tensor, or a number where it is the same everywhere.
template <class F, int I>
auto binary_derivative(const BinaryValues& v)
{
    if constexpr (I == 0)
        return F::derivative_a(v.a, v.b, v.y);
    else
        return F::derivative_b(v.a, v.b, v.y);
}

/// g = gy df/d(operand I), at the result's shape; nothing is recorded.
template <class F, int I>
Tensor unrecorded_binary_vjp(const Tensor& gy, const BinaryValues& v, MayOverwrite overwrite)
{
    if constexpr (std::is_same_v<decltype(binary_derivative<F, I>(v)), double>) {
        const double derivative = binary_derivative<F, I>(v);
        return derivative == 1.0 ? gy : run_scale(gy, derivative, overwrite);
    } else {
        return run_binary_vjp(elementary::BinaryOps::index<F>(), I, gy, v, overwrite);
    }
}

/// The same by operations, where the derivative is to be differentiated again.
template <class F, int I>
Tensor binary_vjp(const Tensor& gy, const BinaryValues& v)
{
    if constexpr (std::is_same_v<decltype(binary_derivative<F, I>(v)), double>)
        if (binary_derivative<F, I>(v) == 1.0) return gy;
    if (is_recording(gy, v.a, v.b, v.y) || is_batched(gy)) return gy * binary_derivative<F, I>(v);
    return unrecorded_binary_vjp<F, I>(gy, v, MayOverwrite::no);
}

/// da and db where they are wanted.
template <class F>
void add_binary_vjps(const Tensor& gy, const BinaryValues& v, Adjoints& gx)
{
    Walk& walk = gx.walk();
    Node &node = gx.node(), *to_a = walk.wanted(node, 0), *to_b = walk.wanted(node, 1);
    if (running() || is_batched(gy)) [[unlikely]] {
        if (to_a) walk.add_to(*to_a, node, 0, binary_vjp<F, 0>(gy, v));
        if (to_b) walk.add_to(*to_b, node, 1, binary_vjp<F, 1>(gy, v));
        return;
    }
    if constexpr ((F::reads_a | F::reads_b) != elementary::kNothing)
        if (!gy.is_contiguous()) [[unlikely]]
            return add_binary_vjps<F>(contiguous_copy(gy), v, gx);  // one for both
    const MayOverwrite first = to_b ? MayOverwrite::no : MayOverwrite::yes;
    if (to_a) walk.add_to(*to_a, node, 0, unrecorded_binary_vjp<F, 0>(gy, v, first));
    if (to_b) walk.add_to(*to_b, node, 1, unrecorded_binary_vjp<F, 1>(gy, v, MayOverwrite::yes));
}

/// What the vjp of f keeps: those of a, b and y that the wanted derivatives read; the others are undefined.
template <class F>
struct BinaryVjp {
    void operator()(const Tensor& gy, Adjoints& gx) const { add_binary_vjps<F>(gy, kept, gx); }
    BinaryValues kept;
};

/// The same for an f whose derivatives are numbers.
template <class F>
requires((F::reads_a | F::reads_b) == elementary::kNothing) struct BinaryVjp<F> {
    void operator()(const Tensor& gy, Adjoints& gx) const { add_binary_vjps<F>(gy, {}, gx); }
};

template <class F>
Tensor binary_of_all(const Tensor& a, const Tensor& b);

/// y = f(a, b) in the operands' common dtype.
template <class F>
[[gnu::always_inline]] inline Tensor binary(const Operands& x)
{
    if (is_batched(x.a(), x.b())) [[unlikely]]
        return of_aligned(F::name, x.a(), x.b(), binary_of_all<F>);
    Tensor y = run_binary(F::name, elementary::BinaryOps::index<F>(), x.a(), x.b());
    if (!is_floating(y.dtype())) return record_constant(binary_op<F>, {x.a_ref(), x.b_ref()}, y);
    Recording* const r = running();
    if (!r) return y;
    const std::array inputs{r->node_of(x.a().header()), r->node_of(x.b().header())};
    const bool to_a = inputs[0] != Node::kNone, to_b = inputs[1] != Node::kNone;
    if (!to_a && !to_b) return y;
    const auto make_vjp = [&] {
        if constexpr ((F::reads_a | F::reads_b) == elementary::kNothing) {
            return BinaryVjp<F>{};
        } else {
            const unsigned reads = (to_a ? F::reads_a : 0u) | (to_b ? F::reads_b : 0u);
            const auto keep = [reads](unsigned bit, const Tensor& value) { return reads & bit ? value : Tensor(); };
            return BinaryVjp<F>{{keep(elementary::kA, x.a()), keep(elementary::kB, x.b()), keep(elementary::kY, y)}};
        }
    };
    record_from(*r, binary_op<F>, inputs, y, make_vjp, [&](std::size_t bytes) {
        return begin_record(binary_op<F>, {x.a_ref(), x.b_ref()}, y, bytes);
    });
    return y;
}

/// The same; `needs_floating`: integers become the default dtype first.
template <class F>
Tensor binary(const xgrad::Operand& a, const xgrad::Operand& b, bool needs_floating)
{
    return binary<F>(Operands(a, b, needs_floating));
}
template <class F>
Tensor binary_of_all(const Tensor& a, const Tensor& b)
{
    return binary<F>(a, b, false);
}

}  // namespace xgrad::detail
