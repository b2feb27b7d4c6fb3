#pragma once

// Normalised exponentials along an axis. Integers are computed in the default dtype. An axis out of range throws
// ShapeError; a number counts as having one axis.

#include <xgrad/record.hpp>

namespace xgrad {

/// exp(x) / sum exp(x); finite for large x.
Tensor softmax(const Input& x, std::int64_t axis);

/// x - log sum exp(x), more accurate than log(softmax(x)).
Tensor log_softmax(const Input& x, std::int64_t axis);

/// softmax(-x): the smallest element gets the largest share.
Tensor softmin(const Input& x, std::int64_t axis);

}  // namespace xgrad
