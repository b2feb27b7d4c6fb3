#include "autograd/ops/step_tensors.hpp"

#include "autograd/ops/elementwise_impl.hpp"

namespace xgrad::detail {
namespace {

using kernels::Comparison;
using Kind = kernels::Steps::Kind;

/// An elementary function of one operand as an operation; p are its parameters, null where it has none.
struct UnaryOperation {
    Tensor (*value)(const Tensor& x, const double* p);
    Tensor (*vjp)(const Tensor& gy, const Tensor& x, const Tensor& y, const double* p);
};

/// The same of two operands.
struct BinaryOperation {
    Tensor (*value)(const Tensor& a, const Tensor& b);
    Tensor (*vjp_a)(const Tensor& gy, const Tensor& a, const Tensor& b, const Tensor& y);
    Tensor (*vjp_b)(const Tensor& gy, const Tensor& a, const Tensor& b, const Tensor& y);
};

/// All of them, in the order of the table of kernels.
struct Operations {
    UnaryOperation unary[kernels::kUnary];
    BinaryOperation binary[elementary::BinaryOps::size];

    Operations()
    {
        std::size_t at = 0;
        elementary::UnaryOps::for_each([&]<class F>(F) { unary[at++] = {value_of<F>, vjp_of<F>}; });
        elementary::ParametricOps::for_each([&]<class F>(F) {
            unary[at++] = {parametric_value_of<F>, parametric_vjp_of<F>};
        });
        at = 0;
        elementary::BinaryOps::for_each([&]<class F>(F) {
            binary[at++] = {[](const Tensor& a, const Tensor& b) { return detail::binary<F>(a, b, true); },
                            binary_vjp_of<F, 0>, binary_vjp_of<F, 1>};
        });
    }

private:
    template <class F>
    static Tensor value_of(const Tensor& x, const double*)
    {
        return detail::unary<F>(x);
    }
    template <class F>
    static Tensor vjp_of(const Tensor& gy, const Tensor& x, const Tensor& y, const double*)
    {
        return unary_vjp<F>(gy, F::reads == elementary::kY ? y : x);
    }
    static Parameters listed(const double* p) { return {p[0], p[1], p[2]}; }
    template <class F>
    static Tensor parametric_value_of(const Tensor& x, const double* p)
    {
        return parametric<F>(x, listed(p));
    }
    template <class F>
    static Tensor parametric_vjp_of(const Tensor& gy, const Tensor& x, const Tensor& y, const double* p)
    {
        return parametric_vjp<F>(gy, F::reads == elementary::kY ? y : x, listed(p));
    }
    template <class F, int I>
    static Tensor binary_vjp_of(const Tensor& gy, const Tensor& a, const Tensor& b, const Tensor& y)
    {
        return binary_vjp<F, I>(gy, {a, b, y});
    }
};

const Operations& operations()
{
    static const Operations all;
    return all;
}

Tensor compare(Comparison comparison, const Tensor& a, const Tensor& b)
{
    constexpr Tensor (*all[])(const xgrad::Operand&, const xgrad::Operand&) = {eq, ne, lt, le, gt, ge};
    return all[static_cast<std::size_t>(comparison)](a, b);
}

}  // namespace

StepTensors::StepTensors(const kernels::Steps& steps, std::span<const Tensor> inputs)
    : steps_(steps), values_(inputs.begin(), inputs.end()), adjoints_(steps.registers())
{
    values_.reserve(steps.registers());
    for (const Step& step : steps.steps) values_.push_back(value_of(step));
}

Tensor StepTensors::value(const Source& source) const
{
    return source.is_constant ? tensor(steps_.constants[source.at], values_.front().dtype()) : values_[source.at];
}

Tensor StepTensors::value_of(const Step& step) const
{
    const Tensor a = value(step.a);
    switch (step.kind) {
        case Kind::unary:
            return operations().unary[step.function].value(a, steps_.parameters_of(step));
        case Kind::binary:
            return operations().binary[step.function].value(a, value(step.b));
        case Kind::compare:
            return compare(static_cast<Comparison>(step.function), a, value(step.b));
        case Kind::where:
            return where(a, value(step.b), value(step.c));
        case Kind::logical_and:
            return logical_and(a, value(step.b));
        case Kind::logical_or:
            return logical_or(a, value(step.b));
        case Kind::logical_not:
            return logical_not(a);
    }
    return {};
}

void StepTensors::run_step_back(const Step& step, std::size_t place, const kernels::Marks& takers)
{
    const auto hand_on = [&](const Source& source, const auto& vjp) {
        if (source.is_constant || !takers[source.at]) return;
        Tensor& adjoint = adjoints_[source.at];
        Tensor g = vjp();
        adjoint = adjoint.defined() ? add(adjoint, g) : std::move(g);
    };
    const Tensor gy = adjoints_[place], y = values_[place], a = value(step.a);
    if (step.kind == Kind::where) {
        hand_on(step.b, [&] { return where(a, gy, 0.0); });
        hand_on(step.c, [&] { return where(a, 0.0, gy); });
        return;
    }
    if (step.kind == Kind::unary)
        return hand_on(step.a,
                       [&] { return operations().unary[step.function].vjp(gy, a, y, steps_.parameters_of(step)); });
    const BinaryOperation& f = operations().binary[step.function];
    const Tensor b = value(step.b);
    hand_on(step.a, [&] { return f.vjp_a(gy, a, b, y); });
    hand_on(step.b, [&] { return f.vjp_b(gy, a, b, y); });
}

void StepTensors::run_back(const Tensor& gy, const kernels::Marks& takers)
{
    adjoints_[steps_.outputs[0].at] = gy;
    for (std::size_t i = steps_.steps.size(); i-- > 0;) {
        const std::size_t place = steps_.inputs + i;
        if (adjoints_[place].defined()) run_step_back(steps_.steps[i], place, takers);
    }
}

}  // namespace xgrad::detail
