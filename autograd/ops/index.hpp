#pragma once

// Python's brackets: x[1:, None, ..., i] is index(x, {Slice{1}, kNewAxis, kEllipsis, i}).

#include <xgrad/ops/operand.hpp>
#include <xgrad/ops/slice.hpp>

#include <initializer_list>
#include <vector>

namespace xgrad {

/// start:stop:step. What lies outside the axis is cut off; the step is 1 or more.
struct Slice {
    std::int64_t start = 0, stop = kToEnd, step = 1;
};

/// An axis of size 1 that the result has and x does not: Python's None.
struct NewAxis {};
inline constexpr NewAxis kNewAxis;

/// As many whole axes as the other items leave over: Python's `...`.
struct Ellipsis {};
inline constexpr Ellipsis kEllipsis;

/// One item of an index: a position (the axis goes away), a Slice, kNewAxis, kEllipsis, or a tensor: i64 positions, which
/// may count from the back, or a bool mask over as many axes as it has.
class IndexItem {
public:
    enum class Kind : unsigned char { position, slice, new_axis, ellipsis, tensor };

    template <std::integral I>
    IndexItem(I position) : kind_(Kind::position), slice_{static_cast<std::int64_t>(position)}
    {
    }
    IndexItem(Slice slice) : kind_(Kind::slice), slice_(slice) {}
    IndexItem(NewAxis) : kind_(Kind::new_axis) {}
    IndexItem(Ellipsis) : kind_(Kind::ellipsis) {}
    IndexItem(const Tensor& tensor) : kind_(Kind::tensor), tensor_(tensor) {}

    Kind kind() const { return kind_; }
    std::int64_t position() const { return slice_.start; }
    const Slice& slice() const { return slice_; }
    const Tensor& tensor() const { return tensor_; }

private:
    Kind kind_;
    Slice slice_;
    Tensor tensor_;
};

/// x[items]. Without tensors among the items a view; whole axes follow where there are fewer items than axes. Tensors
/// broadcast together; their axes take the place of the axes they index where these are neighbours, else they come
/// first (the rule of NumPy and PyTorch). Throws ShapeError for too many items, positions that lie outside, or a mask
/// of another shape; DtypeError for tensors that are neither i64 nor bool.
Tensor index(const Input& x, std::initializer_list<IndexItem> items);
Tensor index(const Input& x, const std::vector<IndexItem>& items);

/// x with x[items] = values, which broadcast to the shape of x[items]; `accumulate`: with x[items] += values, where
/// equal places add up. Otherwise the last one wins.
Tensor index_put(const Input& x, const std::vector<IndexItem>& items, const Operand& values, bool accumulate = false);

}  // namespace xgrad
