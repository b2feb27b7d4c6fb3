// Elementary functions: the one place where a value and its local derivatives are written down.
//
// The same struct serves plain doubles, SIMD vectors, scalars on the tape and recorded tensors, so a template here uses
//   - operators, also with plain numbers:            1.0 - y * y
//   - functions found by argument-dependent lookup:  exp(x), sqrt(x); for float and double those of <cmath>
//   - comparisons that feed select(condition, a, b), and constant_like(x, 2.0): a number as x's type holds it.
// A type T that wants to be used here provides these beside itself; for float and double see elementary/base.hpp.
// A derivative that is a plain number for every x is returned as double (add, sub, neg).
//
// Formula strings are plain notation: numbers, x y (one operand) or a b y (two), + - * /, parentheses, comparisons,
// functions by their names, and where(condition, a, b).
//
// Kinks and special points are PyTorch's: relu'(0) = 0, abs'(0) = 0, ties of maximum and minimum give half to each,
// NaN wins (maximum(nan, 1) = nan, relu(nan) = nan), d pow(a, 0)/da = 0, d pow(0, b)/db = 0 for b >= 0.
//
// Adding one: a struct in the elementary/*.hpp of its family, and its name in a list at the end of this file. The
// kernels for all dtypes and instruction sets are generated from these lists.
#pragma once

#include <xgrad/elementary/activations.hpp>
#include <xgrad/elementary/arithmetic.hpp>
#include <xgrad/elementary/binary.hpp>
#include <xgrad/elementary/binary_functions.hpp>
#include <xgrad/elementary/exponential.hpp>
#include <xgrad/elementary/special.hpp>
#include <xgrad/elementary/trigonometric.hpp>

namespace xgrad::elementary {

// The kernels of each family are compiled in a source of their own (kernels/isa/elementwise_*.cpp).
using ArithmeticOps =
    FunctionList<Neg, Abs, Square, Reciprocal, Sqrt, Rsqrt, Sign, Floor, Ceil, Trunc, Round, Frac, SignStraightThrough>;
using ExponentialOps =
    FunctionList<Exp, Exp2, Expm1, Log, Log2, Log10, Log1p, Tanh, Sinh, Cosh, Asinh, Acosh, Atanh, Sigmoid, Logit>;
using TrigonometricOps = FunctionList<Sin, Cos, Tan, Asin, Acos, Atan, Sinc>;
using SpecialOps = FunctionList<Cbrt, Erf, Erfc, Erfinv, Lgamma, Digamma, Trigamma, I0, I0e, I1, I1e, Erfcx, Ndtri>;
using ActivationOps =
    FunctionList<Relu, Gelu, GeluTanh, Silu, Mish, LogSigmoid, Softsign, Tanhshrink, Hardsigmoid, Hardswish>;
using UnaryOps = Joined<ArithmeticOps, ExponentialOps, TrigonometricOps, SpecialOps, ActivationOps>::List;

// Functions of one operand with parameters: value(x, p) and derivative(x, y, p), p an array of kMaxParameters numbers.
using ArithmeticParametricOps = FunctionList<Clamp, NanToNum>;
using SpecialParametricOps = FunctionList<BoundedLogit>;
using ActivationParametricOps =
    FunctionList<Hardtanh, LeakyRelu, Elu, Celu, Softplus, Hardshrink, Softshrink, Threshold>;
using ParametricOps = Joined<ArithmeticParametricOps, SpecialParametricOps, ActivationParametricOps>::List;

using BinaryArithmeticOps = FunctionList<Add, Sub, Mul, Div, Pow, Maximum, Minimum>;
using BinaryFunctionOps = FunctionList<Fmax, Fmin, Atan2, Hypot, Logaddexp, Xlogy, Fmod, Remainder, DivTrunc,
                                       FloorDivide, Copysign, Polygamma, Prelu>;
using BinaryOps = Joined<BinaryArithmeticOps, BinaryFunctionOps>::List;

}  // namespace xgrad::elementary
