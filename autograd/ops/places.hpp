#pragma once

// What index operations have in common: reading, writing and adding up elements or rows at given places. Each of them
// comes down to places (contiguous i64, checked), and their vjps are each other.

#include <xgrad/record.hpp>

namespace xgrad::detail {

/// The place of what is left out: reads 0, is not written.
inline constexpr std::int64_t kNowhere = -1;

/// x at the places, row-major positions in x; of the places' shape.
Tensor take_at(const Input& x, const Tensor& places);

/// Zeros of the given sizes with the elements of `g`, of the places' shape, added at the places.
Tensor add_at(const Input& g, const Tensor& places, Sizes sizes);

/// x with `values`, of the places' shape and x's dtype, at the places. Of equal places the last one wins.
Tensor put_at(const Input& x, const Tensor& places, const Input& values);

/// Positions rows[0], rows[1], ... of an axis.
Tensor take_rows(const Input& x, std::size_t axis, const Tensor& rows);

/// Zeros, `n` along the axis, with the positions of `g` added at the rows.
Tensor add_rows(const Input& g, std::size_t axis, const Tensor& rows, std::int64_t n);

/// Whether an index may count from the back.
enum class Negative : bool { refused, from_the_back };

/// The indices as places of an axis of n positions: contiguous, 0 or more. Throws DtypeError unless they are i64, and
/// ShapeError for one that lies outside.
Tensor checked_indices(const char* operation, const Tensor& indices, std::int64_t n, Negative negative);

/// The row-major positions in a tensor of `sizes` at which the elements of `indices` along `axis` lie. Throws as
/// checked_indices, and ShapeError unless the indices have as many axes and no larger size along the others.
Tensor places_along(const char* operation, Sizes sizes, std::size_t axis, const Tensor& indices);

/// The row-major positions of the elements that are true.
Tensor places_of_true(const Tensor& mask);

/// A tensor holding 0, 1, 2, ... in the given shape.
Tensor positions(Sizes sizes);

}  // namespace xgrad::detail
