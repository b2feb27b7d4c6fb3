#pragma once

// Running reductions along an axis: y_k is made of x_0 to x_k. They keep the shape; booleans count as i64. An axis out
// of range throws ShapeError. Floats are accumulated in double.

#include <xgrad/ops/reduce.hpp>
#include <xgrad/record.hpp>

namespace xgrad {

Tensor cumsum(const Input& x, std::int64_t axis);

/// Its derivatives of every order hold where x has zeros, too.
Tensor cumprod(const Input& x, std::int64_t axis);

/// The largest (smallest) so far and where it stands, of equal ones the last, which gets the whole gradient. NaN wins.
ValuesAndIndices cummax(const Input& x, std::int64_t axis);
ValuesAndIndices cummin(const Input& x, std::int64_t axis);

/// log(exp x_0 + ... + exp x_k), without overflow. Throws DtypeError unless x is floating.
Tensor logcumsumexp(const Input& x, std::int64_t axis);

/// The product over all elements, or along an axis; 1 for no elements. Integers and booleans give i64. Derivatives of
/// every order hold where x has zeros, too.
Tensor prod(const Input& x);
Tensor prod(const Input& x, std::int64_t axis, bool keepdim = false);

}  // namespace xgrad
