#pragma once

// What the function given to fuse (fuse.hpp) computes with: symbols, which stand for one element of each tensor. Names,
// defaults and derivatives at kinks are those of the functions of tensors; numbers take the dtype of the tensors.

#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>

#include <cstdint>
#include <optional>
#include <type_traits>

namespace xgrad {

class Symbol;

namespace detail {

class SymbolTrace;

/// A number beside a symbol.
class SymbolNumber {
public:
    template <class N>
    requires std::is_arithmetic_v<N> SymbolNumber(N number) : value_(static_cast<double>(number)) {}

    // A tensor that the function captured: throws TapeError, since it is no number for each element.
    SymbolNumber(const Tensor& captured);
    SymbolNumber(const ParameterRef& captured) : SymbolNumber(captured.value()) {}

    double value() const { return value_; }

private:
    double value_;
};

}  // namespace detail

/// A value inside fuse. Copying it shares; assigning makes the name another value. Lives as long as the call of the
/// function; using it later, or in another call, throws TapeError.
class Symbol {
public:
    Symbol& operator+=(const Symbol& x);
    Symbol& operator-=(const Symbol& x);
    Symbol& operator*=(const Symbol& x);
    Symbol& operator/=(const Symbol& x);
    Symbol& operator+=(const detail::SymbolNumber& x);
    Symbol& operator-=(const detail::SymbolNumber& x);
    Symbol& operator*=(const detail::SymbolNumber& x);
    Symbol& operator/=(const detail::SymbolNumber& x);

private:
    friend class detail::SymbolTrace;
    Symbol(std::uint64_t trace, std::uint32_t at) : trace_(trace), at_(at) {}
    std::uint64_t trace_;
    std::uint32_t at_;
};

/// The result of a comparison: what where and the logical functions take. It is no bool: both sides of a branch are
/// computed, and `where` chooses.
class SymbolicCondition {
private:
    friend class detail::SymbolTrace;
    SymbolicCondition(std::uint64_t trace, std::uint32_t at) : trace_(trace), at_(at) {}
    std::uint64_t trace_;
    std::uint32_t at_;
};

namespace detail {

/// A symbol or a number.
class SymbolOperand {
public:
    SymbolOperand(const Symbol& symbol) : symbol_(symbol) {}
    SymbolOperand(const SymbolNumber& number) : number_(number.value()) {}
    template <class N>
    requires std::is_arithmetic_v<N> SymbolOperand(N number) : number_(static_cast<double>(number)) {}
    SymbolOperand(const Tensor& captured) : SymbolOperand(SymbolNumber(captured)) {}
    SymbolOperand(const ParameterRef& captured) : SymbolOperand(SymbolNumber(captured)) {}

    const std::optional<Symbol>& symbol() const { return symbol_; }
    double number() const { return number_; }  ///< without a symbol

private:
    std::optional<Symbol> symbol_;
    double number_ = 0;
};

}  // namespace detail

// ---- of two operands ------------------------------------------------------------------------------------------------

Symbol operator+(const Symbol& a, const detail::SymbolOperand& b);
Symbol operator+(const detail::SymbolNumber& a, const Symbol& b);
Symbol operator-(const Symbol& a, const detail::SymbolOperand& b);
Symbol operator-(const detail::SymbolNumber& a, const Symbol& b);
Symbol operator*(const Symbol& a, const detail::SymbolOperand& b);
Symbol operator*(const detail::SymbolNumber& a, const Symbol& b);
Symbol operator/(const Symbol& a, const detail::SymbolOperand& b);
Symbol operator/(const detail::SymbolNumber& a, const Symbol& b);

Symbol pow(const Symbol& a, const detail::SymbolOperand& b);
Symbol pow(const detail::SymbolNumber& a, const Symbol& b);
Symbol maximum(const Symbol& a, const detail::SymbolOperand& b);
Symbol maximum(const detail::SymbolNumber& a, const Symbol& b);
Symbol minimum(const Symbol& a, const detail::SymbolOperand& b);
Symbol minimum(const detail::SymbolNumber& a, const Symbol& b);
Symbol fmax(const Symbol& a, const detail::SymbolOperand& b);
Symbol fmax(const detail::SymbolNumber& a, const Symbol& b);
Symbol fmin(const Symbol& a, const detail::SymbolOperand& b);
Symbol fmin(const detail::SymbolNumber& a, const Symbol& b);
Symbol atan2(const Symbol& a, const detail::SymbolOperand& b);
Symbol atan2(const detail::SymbolNumber& a, const Symbol& b);
Symbol hypot(const Symbol& a, const detail::SymbolOperand& b);
Symbol hypot(const detail::SymbolNumber& a, const Symbol& b);
Symbol logaddexp(const Symbol& a, const detail::SymbolOperand& b);
Symbol logaddexp(const detail::SymbolNumber& a, const Symbol& b);
Symbol xlogy(const Symbol& a, const detail::SymbolOperand& b);
Symbol xlogy(const detail::SymbolNumber& a, const Symbol& b);
Symbol fmod(const Symbol& a, const detail::SymbolOperand& b);
Symbol fmod(const detail::SymbolNumber& a, const Symbol& b);
Symbol remainder(const Symbol& a, const detail::SymbolOperand& b);
Symbol remainder(const detail::SymbolNumber& a, const Symbol& b);
Symbol floor_divide(const Symbol& a, const detail::SymbolOperand& b);
Symbol floor_divide(const detail::SymbolNumber& a, const Symbol& b);
Symbol div(const Symbol& a, const detail::SymbolOperand& b, Rounding rounding = Rounding::none);
Symbol div(const detail::SymbolNumber& a, const Symbol& b, Rounding rounding = Rounding::none);
Symbol copysign(const Symbol& a, const detail::SymbolOperand& b);
Symbol copysign(const detail::SymbolNumber& a, const Symbol& b);
Symbol polygamma(const detail::SymbolNumber& n, const Symbol& x);
Symbol prelu(const Symbol& x, const detail::SymbolOperand& weight);  ///< x where it is positive, else weight x

/// a + weight (b - a). Its gradients may differ from those of the operation by rounding.
Symbol lerp(const Symbol& a, const Symbol& b, const detail::SymbolOperand& weight);

// ---- of one operand -------------------------------------------------------------------------------------------------

Symbol operator-(const Symbol& x);
Symbol abs(const Symbol& x);
Symbol square(const Symbol& x);
Symbol reciprocal(const Symbol& x);
Symbol sqrt(const Symbol& x);
Symbol rsqrt(const Symbol& x);
Symbol sign(const Symbol& x);
Symbol floor(const Symbol& x);
Symbol ceil(const Symbol& x);
Symbol trunc(const Symbol& x);
Symbol round(const Symbol& x);
Symbol frac(const Symbol& x);
Symbol sign_straight_through(const Symbol& x);
Symbol exp(const Symbol& x);
Symbol exp2(const Symbol& x);
Symbol expm1(const Symbol& x);
Symbol log(const Symbol& x);
Symbol log2(const Symbol& x);
Symbol log10(const Symbol& x);
Symbol log1p(const Symbol& x);
Symbol tanh(const Symbol& x);
Symbol sinh(const Symbol& x);
Symbol cosh(const Symbol& x);
Symbol asinh(const Symbol& x);
Symbol acosh(const Symbol& x);
Symbol atanh(const Symbol& x);
Symbol sigmoid(const Symbol& x);
Symbol logit(const Symbol& x);
Symbol sin(const Symbol& x);
Symbol cos(const Symbol& x);
Symbol tan(const Symbol& x);
Symbol asin(const Symbol& x);
Symbol acos(const Symbol& x);
Symbol atan(const Symbol& x);
Symbol sinc(const Symbol& x);
Symbol cbrt(const Symbol& x);
Symbol erf(const Symbol& x);
Symbol erfc(const Symbol& x);
Symbol erfinv(const Symbol& x);
Symbol lgamma(const Symbol& x);
Symbol digamma(const Symbol& x);
Symbol i0(const Symbol& x);
Symbol i0e(const Symbol& x);
Symbol i1(const Symbol& x);
Symbol i1e(const Symbol& x);
Symbol erfcx(const Symbol& x);
Symbol ndtri(const Symbol& x);
Symbol trigamma(const Symbol& x);
Symbol relu(const Symbol& x);
Symbol silu(const Symbol& x);
Symbol mish(const Symbol& x);
Symbol softsign(const Symbol& x);
Symbol tanhshrink(const Symbol& x);
Symbol logsigmoid(const Symbol& x);
Symbol hardsigmoid(const Symbol& x);
Symbol hardswish(const Symbol& x);
Symbol gelu(const Symbol& x, GeluApproximation approximate = GeluApproximation::none);

// With parameters.
Symbol relu6(const Symbol& x);
Symbol hardtanh(const Symbol& x, double min_val = -1, double max_val = 1);
Symbol leaky_relu(const Symbol& x, double negative_slope = 0.01);
Symbol elu(const Symbol& x, double alpha = 1);
Symbol selu(const Symbol& x);
Symbol celu(const Symbol& x, double alpha = 1);
Symbol softplus(const Symbol& x, double beta = 1, double threshold = 20);
Symbol hardshrink(const Symbol& x, double lambd = 0.5);
Symbol softshrink(const Symbol& x, double lambd = 0.5);
Symbol threshold(const Symbol& x, double threshold, double value);
Symbol clamp(const Symbol& x, std::optional<double> min, std::optional<double> max = std::nullopt);
Symbol logit(const Symbol& x, double eps);
Symbol nan_to_num(const Symbol& x, NanToNumOptions options = {});

// ---- conditions -----------------------------------------------------------------------------------------------------

SymbolicCondition operator==(const Symbol& a, const Symbol& b);
SymbolicCondition operator==(const Symbol& a, const detail::SymbolNumber& b);
SymbolicCondition operator==(const detail::SymbolNumber& a, const Symbol& b);
SymbolicCondition operator!=(const Symbol& a, const Symbol& b);
SymbolicCondition operator!=(const Symbol& a, const detail::SymbolNumber& b);
SymbolicCondition operator!=(const detail::SymbolNumber& a, const Symbol& b);
SymbolicCondition operator<(const Symbol& a, const detail::SymbolOperand& b);
SymbolicCondition operator<(const detail::SymbolNumber& a, const Symbol& b);
SymbolicCondition operator<=(const Symbol& a, const detail::SymbolOperand& b);
SymbolicCondition operator<=(const detail::SymbolNumber& a, const Symbol& b);
SymbolicCondition operator>(const Symbol& a, const detail::SymbolOperand& b);
SymbolicCondition operator>(const detail::SymbolNumber& a, const Symbol& b);
SymbolicCondition operator>=(const Symbol& a, const detail::SymbolOperand& b);
SymbolicCondition operator>=(const detail::SymbolNumber& a, const Symbol& b);
SymbolicCondition isnan(const Symbol& x);
SymbolicCondition logical_and(const SymbolicCondition& a, const SymbolicCondition& b);
SymbolicCondition logical_or(const SymbolicCondition& a, const SymbolicCondition& b);
SymbolicCondition logical_not(const SymbolicCondition& x);

/// a where the condition holds, else b.
Symbol where(const SymbolicCondition& condition, const detail::SymbolOperand& a, const detail::SymbolOperand& b);

}  // namespace xgrad
