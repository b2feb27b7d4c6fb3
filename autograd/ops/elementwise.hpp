#pragma once

// Operations that work element by element. Operands broadcast as in NumPy (aligned at the last axis, sizes equal or 1)
// and promote bool < i64 < f32 < f64; what cannot be done in integers (exp, div, ...) is done in the default dtype.
// Throws ShapeError where shapes do not fit, and DtypeError where a dtype makes no sense.

#include <xgrad/ops/operand.hpp>

namespace xgrad {

Tensor add(const Operand& a, const Operand& b);
Tensor sub(const Operand& a, const Operand& b);
Tensor mul(const Operand& a, const Operand& b);
Tensor div(const Operand& a, const Operand& b);
Tensor pow(const Operand& a, const Operand& b);      ///< d/da at b = 0 is 0; d/db at a = 0 and b >= 0 is 0
Tensor maximum(const Operand& a, const Operand& b);  ///< NaN wins; at a tie each gets half of the gradient
Tensor minimum(const Operand& a, const Operand& b);  ///< NaN wins; at a tie each gets half of the gradient

/// a + alpha b, a - alpha b. Throws DtypeError when all are integers and alpha is not.
Tensor add(const Operand& a, const Operand& b, double alpha);
Tensor sub(const Operand& a, const Operand& b, double alpha);

/// The quotient cut towards zero, or the whole number at or below it; the derivative is 0. Integers stay integers, and
/// their division by 0 throws ShapeError.
enum class Rounding : unsigned char { none, trunc, floor };
Tensor div(const Operand& a, const Operand& b, Rounding rounding);

Tensor neg(const Input& x);
Tensor exp(const Input& x);
Tensor log(const Input& x);
Tensor sqrt(const Input& x);
Tensor tanh(const Input& x);
Tensor sigmoid(const Input& x);
Tensor relu(const Input& x);  ///< derivative at 0 is 0
Tensor sin(const Input& x);
Tensor cos(const Input& x);
Tensor abs(const Input& x);  ///< derivative at 0 is 0
Tensor square(const Input& x);
Tensor reciprocal(const Input& x);

/// Comparisons give bool tensors without derivative; every comparison with NaN but `ne` is false.
Tensor eq(const Operand& a, const Operand& b);
Tensor ne(const Operand& a, const Operand& b);
Tensor lt(const Operand& a, const Operand& b);
Tensor le(const Operand& a, const Operand& b);
Tensor gt(const Operand& a, const Operand& b);
Tensor ge(const Operand& a, const Operand& b);

/// a where the condition (bool) holds, else b; all three broadcast.
Tensor where(const Input& condition, const Operand& a, const Operand& b);

/// The same values in another dtype; itself if it has that dtype. Float to i64 cuts towards zero.
Tensor to(const Input& x, Dtype dtype);

inline Tensor operator+(const Operand& a, const Operand& b) { return add(a, b); }
inline Tensor operator-(const Operand& a, const Operand& b) { return sub(a, b); }
inline Tensor operator*(const Operand& a, const Operand& b) { return mul(a, b); }
inline Tensor operator/(const Operand& a, const Operand& b) { return div(a, b); }
inline Tensor operator-(const Input& x) { return neg(x); }
inline Tensor operator==(const Operand& a, const Operand& b) { return eq(a, b); }
inline Tensor operator!=(const Operand& a, const Operand& b) { return ne(a, b); }
inline Tensor operator<(const Operand& a, const Operand& b) { return lt(a, b); }
inline Tensor operator<=(const Operand& a, const Operand& b) { return le(a, b); }
inline Tensor operator>(const Operand& a, const Operand& b) { return gt(a, b); }
inline Tensor operator>=(const Operand& a, const Operand& b) { return ge(a, b); }

// What the elementary functions ask of a type (autograd/elementary.hpp).
inline Tensor select(const Input& condition, const Operand& a, const Operand& b) { return where(condition, a, b); }
inline Tensor constant_like(const Tensor& x, double number) { return tensor(number, x.dtype()); }

}  // namespace xgrad
