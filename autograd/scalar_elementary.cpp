// What explaining tapes know of each elementary function.
#include <xgrad/scalar.hpp>
#include <xgrad/scalar_explain.hpp>

namespace xgrad::detail {

namespace {

template <class F>
constexpr bool takes_two = requires
{
    F::derivative_a_formula;
};

template <class F>
ElementaryInfo make_unary()
{
    return {F::name,
            1,
            F::formula,
            {F::derivative_formula, ""},
            [](double x, double) -> double { return F::value(x); },
            [](double x, double, double y, double(&out)[2]) {
                out[0] = F::derivative(x, y);
                out[1] = 0;
            },
            [](const Scalar& x, const Scalar&, const Scalar& y, Scalar(&out)[2]) { out[0] = F::derivative(x, y); }};
}

template <class F>
ElementaryInfo make_binary()
{
    return {F::name,
            2,
            F::formula,
            {F::derivative_a_formula, F::derivative_b_formula},
            [](double a, double b) -> double { return F::value(a, b); },
            [](double a, double b, double y, double(&out)[2]) {
                out[0] = F::derivative_a(a, b, y);
                out[1] = F::derivative_b(a, b, y);
            },
            [](const Scalar& a, const Scalar& b, const Scalar& y, Scalar(&out)[2]) {
                if (a.serial() != 0) out[0] = F::derivative_a(a, b, y);
                if (b.serial() != 0) out[1] = F::derivative_b(a, b, y);
            }};
}

}  // namespace

template <class F>
const ElementaryInfo& info_of()
{
    static const ElementaryInfo info = [] {
        if constexpr (takes_two<F>)
            return make_binary<F>();
        else
            return make_unary<F>();
    }();
    return info;
}

template const ElementaryInfo& info_of<elementary::Neg>();
template const ElementaryInfo& info_of<elementary::Exp>();
template const ElementaryInfo& info_of<elementary::Log>();
template const ElementaryInfo& info_of<elementary::Sqrt>();
template const ElementaryInfo& info_of<elementary::Tanh>();
template const ElementaryInfo& info_of<elementary::Sigmoid>();
template const ElementaryInfo& info_of<elementary::Relu>();
template const ElementaryInfo& info_of<elementary::Sin>();
template const ElementaryInfo& info_of<elementary::Cos>();
template const ElementaryInfo& info_of<elementary::Abs>();
template const ElementaryInfo& info_of<elementary::Square>();
template const ElementaryInfo& info_of<elementary::Reciprocal>();
template const ElementaryInfo& info_of<elementary::Exp2>();
template const ElementaryInfo& info_of<elementary::Expm1>();
template const ElementaryInfo& info_of<elementary::Log2>();
template const ElementaryInfo& info_of<elementary::Log10>();
template const ElementaryInfo& info_of<elementary::Log1p>();
template const ElementaryInfo& info_of<elementary::Rsqrt>();
template const ElementaryInfo& info_of<elementary::Cbrt>();
template const ElementaryInfo& info_of<elementary::Tan>();
template const ElementaryInfo& info_of<elementary::Asin>();
template const ElementaryInfo& info_of<elementary::Acos>();
template const ElementaryInfo& info_of<elementary::Atan>();
template const ElementaryInfo& info_of<elementary::Sinh>();
template const ElementaryInfo& info_of<elementary::Cosh>();
template const ElementaryInfo& info_of<elementary::Asinh>();
template const ElementaryInfo& info_of<elementary::Acosh>();
template const ElementaryInfo& info_of<elementary::Atanh>();
template const ElementaryInfo& info_of<elementary::Sinc>();
template const ElementaryInfo& info_of<elementary::Erf>();
template const ElementaryInfo& info_of<elementary::Erfc>();
template const ElementaryInfo& info_of<elementary::Erfinv>();
template const ElementaryInfo& info_of<elementary::Lgamma>();
template const ElementaryInfo& info_of<elementary::Digamma>();
template const ElementaryInfo& info_of<elementary::Trigamma>();
template const ElementaryInfo& info_of<elementary::I0>();
template const ElementaryInfo& info_of<elementary::I0e>();
template const ElementaryInfo& info_of<elementary::I1>();
template const ElementaryInfo& info_of<elementary::I1e>();
template const ElementaryInfo& info_of<elementary::Erfcx>();
template const ElementaryInfo& info_of<elementary::Ndtri>();
template const ElementaryInfo& info_of<elementary::Logit>();
template const ElementaryInfo& info_of<elementary::Sign>();
template const ElementaryInfo& info_of<elementary::Floor>();
template const ElementaryInfo& info_of<elementary::Ceil>();
template const ElementaryInfo& info_of<elementary::Trunc>();
template const ElementaryInfo& info_of<elementary::Round>();
template const ElementaryInfo& info_of<elementary::Frac>();
template const ElementaryInfo& info_of<elementary::SignStraightThrough>();
template const ElementaryInfo& info_of<elementary::Gelu>();
template const ElementaryInfo& info_of<elementary::GeluTanh>();
template const ElementaryInfo& info_of<elementary::Silu>();
template const ElementaryInfo& info_of<elementary::Mish>();
template const ElementaryInfo& info_of<elementary::LogSigmoid>();
template const ElementaryInfo& info_of<elementary::Softsign>();
template const ElementaryInfo& info_of<elementary::Tanhshrink>();
template const ElementaryInfo& info_of<elementary::Hardsigmoid>();
template const ElementaryInfo& info_of<elementary::Hardswish>();
template const ElementaryInfo& info_of<elementary::Add>();
template const ElementaryInfo& info_of<elementary::Sub>();
template const ElementaryInfo& info_of<elementary::Mul>();
template const ElementaryInfo& info_of<elementary::Div>();
template const ElementaryInfo& info_of<elementary::Pow>();
template const ElementaryInfo& info_of<elementary::Maximum>();
template const ElementaryInfo& info_of<elementary::Minimum>();
template const ElementaryInfo& info_of<elementary::Atan2>();
template const ElementaryInfo& info_of<elementary::Hypot>();
template const ElementaryInfo& info_of<elementary::Logaddexp>();
template const ElementaryInfo& info_of<elementary::Xlogy>();
template const ElementaryInfo& info_of<elementary::Fmax>();
template const ElementaryInfo& info_of<elementary::Fmin>();
template const ElementaryInfo& info_of<elementary::Fmod>();
template const ElementaryInfo& info_of<elementary::Remainder>();
template const ElementaryInfo& info_of<elementary::FloorDivide>();
template const ElementaryInfo& info_of<elementary::DivTrunc>();
template const ElementaryInfo& info_of<elementary::Copysign>();
template const ElementaryInfo& info_of<elementary::Prelu>();
template const ElementaryInfo& info_of<elementary::Polygamma>();

}  // namespace xgrad::detail
