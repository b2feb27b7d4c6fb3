#pragma once

// Picking one element along an axis, for each place of the others.

#include <xgrad/record.hpp>

namespace xgrad::detail {

/// The sizes before, along and behind an axis.
struct Along {
    Along(Sizes sizes, std::size_t axis) : n(sizes[axis])
    {
        for (std::size_t i = 0; i < axis; ++i) outer *= sizes[i];
        for (std::size_t i = axis + 1; i < sizes.size(); ++i) inner *= sizes[i];
    }
    std::int64_t outer = 1, n, inner = 1;
};

/// x at `indices` along the axis. `indices` are contiguous, valid, and as many as x has without the axis; the result
/// has their shape.
Tensor take_along(const Input& x, const Tensor& indices, std::size_t axis);

/// A tensor of the given sizes that is `g` at the indices along the axis, 0 elsewhere.
Tensor put_along(const Input& g, const Tensor& indices, std::size_t axis, Sizes sizes);

}  // namespace xgrad::detail
