#pragma once

// Arithmetic of whole numbers, i64: divisors and bits. Shapes broadcast; a number beside a tensor is a whole one. No
// derivative. Throws DtypeError for other dtypes, and ShapeError where shapes do not fit.

#include <xgrad/ops/operand.hpp>

namespace xgrad {

Tensor gcd(const Operand& a, const Operand& b);  ///< the greatest common divisor, without sign; 0 of zeros
Tensor lcm(const Operand& a, const Operand& b);  ///< the least common multiple, without sign; 0 where one is 0

/// Bit by bit, of two's complement; of bool the logical functions.
Tensor bitwise_and(const Operand& a, const Operand& b);
Tensor bitwise_or(const Operand& a, const Operand& b);
Tensor bitwise_xor(const Operand& a, const Operand& b);
Tensor bitwise_not(const Input& x);

/// a 2^b without the bits that run over, and a / 2^b rounded down. Where b is negative or above 63, all bits go: 0, and
/// for the right shift of a negative number -1.
Tensor bitwise_left_shift(const Operand& a, const Operand& b);
Tensor bitwise_right_shift(const Operand& a, const Operand& b);

}  // namespace xgrad
