#pragma once

#include <xgrad/tensor.hpp>

namespace xgrad::detail {

/// f[..., i, j] = 1 / (v[..., j] - v[..., i]), and 0 where the two are equal: there a loss that has a gradient does not
/// change with a rotation of the two vectors.
Tensor gaps(const Tensor& v);

}  // namespace xgrad::detail
