#include <xgrad/ops/symbol.hpp>

#include <xgrad/error.hpp>

#include "autograd/kernels/table.hpp"
#include "autograd/ops/elementwise_parameters.hpp"
#include "autograd/ops/symbol_trace.hpp"

namespace xgrad {
namespace detail {

SymbolNumber::SymbolNumber(const Tensor& captured)
{
    throw TapeError(error_text("fuse", "the function reads a tensor " + describe(captured) + " that it captured",
                               "what has an element for each element is an argument; only numbers are captured",
                               "give the tensor to fuse as one more argument, or take its number with item()"));
}

namespace {

using kernels::Comparison;
using Kind = kernels::Steps::Kind;

template <class F>
Symbol unary(const Symbol& x)
{
    constexpr auto function = static_cast<std::uint32_t>(elementary::UnaryOps::index<F>());
    SymbolTrace& trace = SymbolTrace::of(x);
    return trace.add({Kind::unary, function, trace.source(x), {}, {}});
}

template <class F>
Symbol parametric(const Symbol& x, const Parameters& p)
{
    constexpr auto function =
        static_cast<std::uint32_t>(elementary::UnaryOps::size + elementary::ParametricOps::index<F>());
    SymbolTrace& trace = SymbolTrace::of(x);
    return trace.add({Kind::unary, function, trace.source(x), {}, {}, trace.parameters(p.data())});
}

template <class F>
Symbol binary(const SymbolOperand& a, const SymbolOperand& b)
{
    constexpr auto function = static_cast<std::uint32_t>(elementary::BinaryOps::index<F>());
    SymbolTrace& trace = SymbolTrace::of(a, b);
    return trace.add({Kind::binary, function, trace.source(a), trace.source(b), {}});
}

SymbolicCondition compare(Comparison comparison, const SymbolOperand& a, const SymbolOperand& b)
{
    SymbolTrace& trace = SymbolTrace::of(a, b);
    return trace.add_condition(
        {Kind::compare, static_cast<std::uint32_t>(comparison), trace.source(a), trace.source(b), {}});
}

SymbolicCondition logical(Kind kind, const SymbolicCondition& a, const SymbolicCondition& b)
{
    SymbolTrace& trace = SymbolTrace::of(a);
    return trace.add_condition({kind, 0, trace.source(a), trace.source(b), {}});
}

}  // namespace
}  // namespace detail

using detail::binary;
using detail::compare;
using detail::parametric;
using detail::SymbolNumber;
using detail::SymbolOperand;
using detail::unary;
using kernels::Comparison;
namespace el = elementary;

// ---- of two operands ------------------------------------------------------------------------------------------------

Symbol operator+(const Symbol& a, const SymbolOperand& b) { return binary<el::Add>(a, b); }
Symbol operator+(const SymbolNumber& a, const Symbol& b) { return binary<el::Add>(a, b); }
Symbol operator-(const Symbol& a, const SymbolOperand& b) { return binary<el::Sub>(a, b); }
Symbol operator-(const SymbolNumber& a, const Symbol& b) { return binary<el::Sub>(a, b); }
Symbol operator*(const Symbol& a, const SymbolOperand& b) { return binary<el::Mul>(a, b); }
Symbol operator*(const SymbolNumber& a, const Symbol& b) { return binary<el::Mul>(a, b); }
Symbol operator/(const Symbol& a, const SymbolOperand& b) { return binary<el::Div>(a, b); }
Symbol operator/(const SymbolNumber& a, const Symbol& b) { return binary<el::Div>(a, b); }
Symbol pow(const Symbol& a, const SymbolOperand& b) { return binary<el::Pow>(a, b); }
Symbol pow(const SymbolNumber& a, const Symbol& b) { return binary<el::Pow>(a, b); }
Symbol maximum(const Symbol& a, const SymbolOperand& b) { return binary<el::Maximum>(a, b); }
Symbol maximum(const SymbolNumber& a, const Symbol& b) { return binary<el::Maximum>(a, b); }
Symbol minimum(const Symbol& a, const SymbolOperand& b) { return binary<el::Minimum>(a, b); }
Symbol minimum(const SymbolNumber& a, const Symbol& b) { return binary<el::Minimum>(a, b); }
Symbol fmax(const Symbol& a, const SymbolOperand& b) { return binary<el::Fmax>(a, b); }
Symbol fmax(const SymbolNumber& a, const Symbol& b) { return binary<el::Fmax>(a, b); }
Symbol fmin(const Symbol& a, const SymbolOperand& b) { return binary<el::Fmin>(a, b); }
Symbol fmin(const SymbolNumber& a, const Symbol& b) { return binary<el::Fmin>(a, b); }
Symbol atan2(const Symbol& a, const SymbolOperand& b) { return binary<el::Atan2>(a, b); }
Symbol atan2(const SymbolNumber& a, const Symbol& b) { return binary<el::Atan2>(a, b); }
Symbol hypot(const Symbol& a, const SymbolOperand& b) { return binary<el::Hypot>(a, b); }
Symbol hypot(const SymbolNumber& a, const Symbol& b) { return binary<el::Hypot>(a, b); }
Symbol logaddexp(const Symbol& a, const SymbolOperand& b) { return binary<el::Logaddexp>(a, b); }
Symbol logaddexp(const SymbolNumber& a, const Symbol& b) { return binary<el::Logaddexp>(a, b); }
Symbol xlogy(const Symbol& a, const SymbolOperand& b) { return binary<el::Xlogy>(a, b); }
Symbol xlogy(const SymbolNumber& a, const Symbol& b) { return binary<el::Xlogy>(a, b); }
Symbol fmod(const Symbol& a, const SymbolOperand& b) { return binary<el::Fmod>(a, b); }
Symbol fmod(const SymbolNumber& a, const Symbol& b) { return binary<el::Fmod>(a, b); }
Symbol remainder(const Symbol& a, const SymbolOperand& b) { return binary<el::Remainder>(a, b); }
Symbol remainder(const SymbolNumber& a, const Symbol& b) { return binary<el::Remainder>(a, b); }
Symbol floor_divide(const Symbol& a, const SymbolOperand& b) { return binary<el::FloorDivide>(a, b); }
Symbol floor_divide(const SymbolNumber& a, const Symbol& b) { return binary<el::FloorDivide>(a, b); }
Symbol polygamma(const SymbolNumber& n, const Symbol& x) { return binary<el::Polygamma>(n, x); }
Symbol copysign(const Symbol& a, const SymbolOperand& b) { return binary<el::Copysign>(a, b); }
Symbol copysign(const SymbolNumber& a, const Symbol& b) { return binary<el::Copysign>(a, b); }
Symbol prelu(const Symbol& x, const SymbolOperand& weight) { return binary<el::Prelu>(x, weight); }

Symbol div(const Symbol& a, const SymbolOperand& b, Rounding rounding)
{
    if (rounding == Rounding::none) return a / b;
    return rounding == Rounding::floor ? floor_divide(a, b) : binary<el::DivTrunc>(a, b);
}
Symbol div(const SymbolNumber& a, const Symbol& b, Rounding rounding)
{
    if (rounding == Rounding::none) return a / b;
    return rounding == Rounding::floor ? floor_divide(a, b) : binary<el::DivTrunc>(a, b);
}

Symbol lerp(const Symbol& a, const Symbol& b, const SymbolOperand& weight)
{
    const Symbol step = b - a;
    if (!weight.symbol()) {
        const double w = weight.number();
        return w < 0.5 ? a + w * step : b - step * (1.0 - w);
    }
    const Symbol& w = *weight.symbol();
    return where(w < 0.5, a + w * step, b - step * (1.0 - w));
}

Symbol& Symbol::operator+=(const Symbol& x) { return *this = *this + x; }
Symbol& Symbol::operator+=(const SymbolNumber& x) { return *this = *this + x; }
Symbol& Symbol::operator-=(const Symbol& x) { return *this = *this - x; }
Symbol& Symbol::operator-=(const SymbolNumber& x) { return *this = *this - x; }
Symbol& Symbol::operator*=(const Symbol& x) { return *this = *this * x; }
Symbol& Symbol::operator*=(const SymbolNumber& x) { return *this = *this * x; }
Symbol& Symbol::operator/=(const Symbol& x) { return *this = *this / x; }
Symbol& Symbol::operator/=(const SymbolNumber& x) { return *this = *this / x; }

// ---- of one operand -------------------------------------------------------------------------------------------------

Symbol operator-(const Symbol& x) { return unary<el::Neg>(x); }
Symbol abs(const Symbol& x) { return unary<el::Abs>(x); }
Symbol square(const Symbol& x) { return unary<el::Square>(x); }
Symbol reciprocal(const Symbol& x) { return unary<el::Reciprocal>(x); }
Symbol sqrt(const Symbol& x) { return unary<el::Sqrt>(x); }
Symbol rsqrt(const Symbol& x) { return unary<el::Rsqrt>(x); }
Symbol sign(const Symbol& x) { return unary<el::Sign>(x); }
Symbol floor(const Symbol& x) { return unary<el::Floor>(x); }
Symbol ceil(const Symbol& x) { return unary<el::Ceil>(x); }
Symbol trunc(const Symbol& x) { return unary<el::Trunc>(x); }
Symbol round(const Symbol& x) { return unary<el::Round>(x); }
Symbol frac(const Symbol& x) { return unary<el::Frac>(x); }
Symbol sign_straight_through(const Symbol& x) { return unary<el::SignStraightThrough>(x); }
Symbol exp(const Symbol& x) { return unary<el::Exp>(x); }
Symbol exp2(const Symbol& x) { return unary<el::Exp2>(x); }
Symbol expm1(const Symbol& x) { return unary<el::Expm1>(x); }
Symbol log(const Symbol& x) { return unary<el::Log>(x); }
Symbol log2(const Symbol& x) { return unary<el::Log2>(x); }
Symbol log10(const Symbol& x) { return unary<el::Log10>(x); }
Symbol log1p(const Symbol& x) { return unary<el::Log1p>(x); }
Symbol tanh(const Symbol& x) { return unary<el::Tanh>(x); }
Symbol sinh(const Symbol& x) { return unary<el::Sinh>(x); }
Symbol cosh(const Symbol& x) { return unary<el::Cosh>(x); }
Symbol asinh(const Symbol& x) { return unary<el::Asinh>(x); }
Symbol acosh(const Symbol& x) { return unary<el::Acosh>(x); }
Symbol atanh(const Symbol& x) { return unary<el::Atanh>(x); }
Symbol sigmoid(const Symbol& x) { return unary<el::Sigmoid>(x); }
Symbol logit(const Symbol& x) { return unary<el::Logit>(x); }
Symbol sin(const Symbol& x) { return unary<el::Sin>(x); }
Symbol cos(const Symbol& x) { return unary<el::Cos>(x); }
Symbol tan(const Symbol& x) { return unary<el::Tan>(x); }
Symbol asin(const Symbol& x) { return unary<el::Asin>(x); }
Symbol acos(const Symbol& x) { return unary<el::Acos>(x); }
Symbol atan(const Symbol& x) { return unary<el::Atan>(x); }
Symbol sinc(const Symbol& x) { return unary<el::Sinc>(x); }
Symbol cbrt(const Symbol& x) { return unary<el::Cbrt>(x); }
Symbol erf(const Symbol& x) { return unary<el::Erf>(x); }
Symbol erfc(const Symbol& x) { return unary<el::Erfc>(x); }
Symbol erfinv(const Symbol& x) { return unary<el::Erfinv>(x); }
Symbol lgamma(const Symbol& x) { return unary<el::Lgamma>(x); }
Symbol digamma(const Symbol& x) { return unary<el::Digamma>(x); }
Symbol i0(const Symbol& x) { return unary<el::I0>(x); }
Symbol i0e(const Symbol& x) { return unary<el::I0e>(x); }
Symbol i1(const Symbol& x) { return unary<el::I1>(x); }
Symbol i1e(const Symbol& x) { return unary<el::I1e>(x); }
Symbol erfcx(const Symbol& x) { return unary<el::Erfcx>(x); }
Symbol ndtri(const Symbol& x) { return unary<el::Ndtri>(x); }
Symbol trigamma(const Symbol& x) { return unary<el::Trigamma>(x); }
Symbol relu(const Symbol& x) { return unary<el::Relu>(x); }
Symbol silu(const Symbol& x) { return unary<el::Silu>(x); }
Symbol mish(const Symbol& x) { return unary<el::Mish>(x); }
Symbol softsign(const Symbol& x) { return unary<el::Softsign>(x); }
Symbol tanhshrink(const Symbol& x) { return unary<el::Tanhshrink>(x); }
Symbol logsigmoid(const Symbol& x) { return unary<el::LogSigmoid>(x); }
Symbol hardsigmoid(const Symbol& x) { return unary<el::Hardsigmoid>(x); }
Symbol hardswish(const Symbol& x) { return unary<el::Hardswish>(x); }

Symbol gelu(const Symbol& x, GeluApproximation approximate)
{
    return approximate == GeluApproximation::none ? unary<el::Gelu>(x) : unary<el::GeluTanh>(x);
}

Symbol relu6(const Symbol& x) { return hardtanh(x, 0, 6); }
Symbol hardtanh(const Symbol& x, double min_val, double max_val)
{
    return parametric<el::Hardtanh>(x, detail::hardtanh_parameters(min_val, max_val));
}
Symbol leaky_relu(const Symbol& x, double negative_slope) { return parametric<el::LeakyRelu>(x, {negative_slope}); }
Symbol elu(const Symbol& x, double alpha) { return parametric<el::Elu>(x, {alpha, 1, 1}); }
Symbol selu(const Symbol& x) { return parametric<el::Elu>(x, detail::selu_parameters()); }
Symbol celu(const Symbol& x, double alpha) { return parametric<el::Celu>(x, detail::celu_parameters(alpha)); }
Symbol softplus(const Symbol& x, double beta, double threshold)
{
    return parametric<el::Softplus>(x, {beta, threshold});
}
Symbol hardshrink(const Symbol& x, double lambd) { return parametric<el::Hardshrink>(x, {lambd}); }
Symbol softshrink(const Symbol& x, double lambd)
{
    return parametric<el::Softshrink>(x, detail::softshrink_parameters(lambd));
}
Symbol threshold(const Symbol& x, double threshold, double value)
{
    return parametric<el::Threshold>(x, {threshold, value});
}
Symbol clamp(const Symbol& x, std::optional<double> min, std::optional<double> max)
{
    return parametric<el::Clamp>(x, detail::clamp_parameters(min, max));
}
Symbol logit(const Symbol& x, double eps) { return parametric<el::BoundedLogit>(x, {eps}); }
Symbol nan_to_num(const Symbol& x, NanToNumOptions options)
{
    return parametric<el::NanToNum>(x, detail::nan_to_num_parameters(options, detail::SymbolTrace::of(x).dtype()));
}

// ---- conditions -----------------------------------------------------------------------------------------------------

SymbolicCondition operator==(const Symbol& a, const Symbol& b) { return compare(Comparison::eq, a, b); }
SymbolicCondition operator==(const Symbol& a, const SymbolNumber& b) { return compare(Comparison::eq, a, b); }
SymbolicCondition operator==(const SymbolNumber& a, const Symbol& b) { return compare(Comparison::eq, a, b); }
SymbolicCondition operator!=(const Symbol& a, const Symbol& b) { return compare(Comparison::ne, a, b); }
SymbolicCondition operator!=(const Symbol& a, const SymbolNumber& b) { return compare(Comparison::ne, a, b); }
SymbolicCondition operator!=(const SymbolNumber& a, const Symbol& b) { return compare(Comparison::ne, a, b); }
SymbolicCondition operator<(const Symbol& a, const SymbolOperand& b) { return compare(Comparison::lt, a, b); }
SymbolicCondition operator<(const SymbolNumber& a, const Symbol& b) { return compare(Comparison::lt, a, b); }
SymbolicCondition operator<=(const Symbol& a, const SymbolOperand& b) { return compare(Comparison::le, a, b); }
SymbolicCondition operator<=(const SymbolNumber& a, const Symbol& b) { return compare(Comparison::le, a, b); }
SymbolicCondition operator>(const Symbol& a, const SymbolOperand& b) { return compare(Comparison::gt, a, b); }
SymbolicCondition operator>(const SymbolNumber& a, const Symbol& b) { return compare(Comparison::gt, a, b); }
SymbolicCondition operator>=(const Symbol& a, const SymbolOperand& b) { return compare(Comparison::ge, a, b); }
SymbolicCondition operator>=(const SymbolNumber& a, const Symbol& b) { return compare(Comparison::ge, a, b); }

SymbolicCondition isnan(const Symbol& x) { return x != x; }

SymbolicCondition logical_and(const SymbolicCondition& a, const SymbolicCondition& b)
{
    return detail::logical(detail::Kind::logical_and, a, b);
}
SymbolicCondition logical_or(const SymbolicCondition& a, const SymbolicCondition& b)
{
    return detail::logical(detail::Kind::logical_or, a, b);
}
SymbolicCondition logical_not(const SymbolicCondition& x) { return detail::logical(detail::Kind::logical_not, x, x); }

Symbol where(const SymbolicCondition& condition, const SymbolOperand& a, const SymbolOperand& b)
{
    auto& trace = detail::SymbolTrace::of(condition);
    return trace.add({detail::Kind::where, 0, trace.source(condition), trace.source(a), trace.source(b)});
}

}  // namespace xgrad
