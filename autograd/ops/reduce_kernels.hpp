#pragma once

// Between tensors and the reduction kernels: results are new contiguous tensors, nothing is recorded.

#include <xgrad/tensor.hpp>

namespace xgrad::detail {

/// The axes of a reduction, as a bit set: small enough to be kept in a vjp.
class AxisSet {
public:
    /// Throws ShapeError, naming `operation`, for an axis out of range or listed twice.
    AxisSet(const char* operation, Sizes axes, std::size_t ndim);

    bool contains(std::size_t axis) const { return bits_ >> axis & 1; }

    /// `sizes` with 1 at the axes; and without them.
    Dims kept_sizes(Sizes sizes) const;
    Dims dropped_sizes(Sizes sizes) const;

private:
    std::uint64_t bits_ = 0;
};

Tensor run_sum(const Tensor& x, const AxisSet& axes, bool keepdim);

}  // namespace xgrad::detail
