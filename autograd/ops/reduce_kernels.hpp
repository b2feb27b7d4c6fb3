#pragma once

// Between tensors and the reduction kernels: results are new contiguous tensors, nothing is recorded.

#include <xgrad/tensor.hpp>

namespace xgrad::detail {

/// The axes of a reduction, as a bit set: small enough to be kept in a vjp.
class AxisSet {
public:
    /// Throws ShapeError, naming `operation`, for an axis out of range or listed twice.
    AxisSet(const char* operation, Sizes axes, std::size_t ndim);
    static AxisSet all(std::size_t ndim) { return AxisSet(ndim == 0 ? 0 : ~std::uint64_t{0} >> (64 - ndim)); }

    bool contains(std::size_t axis) const { return bits_ >> axis & 1; }
    std::uint64_t bits() const { return bits_; }

    /// The same axes of a tensor with one axis more in front.
    AxisSet behind_one() const { return AxisSet(bits_ << 1); }

    /// The axes in order, of a tensor that has `ndim`.
    Dims list(std::size_t ndim) const;

    /// `sizes` with 1 at the axes; and without them.
    Dims kept_sizes(Sizes sizes) const;
    Dims dropped_sizes(Sizes sizes) const;
    Dims result_sizes(Sizes sizes, bool keepdim) const { return keepdim ? kept_sizes(sizes) : dropped_sizes(sizes); }

    /// The number of elements that meet in one.
    std::int64_t count(Sizes sizes) const;

private:
    explicit AxisSet(std::uint64_t bits) : bits_(bits) {}
    std::uint64_t bits_ = 0;
};

Tensor run_sum(const Tensor& x, const AxisSet& axes, bool keepdim);
Tensor run_mean(const Tensor& x, const AxisSet& axes, bool keepdim);

/// `g`, contiguous, summed over the axes along which `sizes` was broadcast to its shape.
Tensor run_sum_to(const Tensor& g, Sizes sizes);

/// A tensor's elements in row-major order as (outer, n, inner) with the reduced axes in the middle: as they are where
/// these axes are neighbours, else with the reduced axes moved to the end.
struct Nest {
    Nest(const Tensor& x, const AxisSet& axes);

    /// A tensor in the nest's order, seen in the order of the axes of what was reduced.
    Tensor restore(const Tensor& y) const;

    Tensor x;
    std::int64_t outer = 1, n = 1, inner = 1;

private:
    bool moved_ = false;
    Dims order_;
};

}  // namespace xgrad::detail
