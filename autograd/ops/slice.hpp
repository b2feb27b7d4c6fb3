#pragma once

// Parts of a tensor. All are views that share its storage. Negative axes and positions count from the back.

#include <xgrad/record.hpp>

#include <concepts>
#include <limits>
#include <vector>

namespace xgrad {

/// The end of an axis, as the stop of a slice.
constexpr std::int64_t kToEnd = std::numeric_limits<std::int64_t>::max();

/// Positions start, start + step, ... before `stop` of an axis. Python's rule: what lies outside the axis is cut off,
/// so a slice may be empty. Throws ShapeError unless step > 0: nothing runs backward, as in PyTorch; flip does.
Tensor slice(const Input& x, std::int64_t axis, std::int64_t start, std::int64_t stop = kToEnd, std::int64_t step = 1);

/// `length` positions from `start` on. Throws ShapeError when they do not lie inside the axis.
Tensor narrow(const Input& x, std::int64_t axis, std::int64_t start, std::int64_t length);

namespace detail {
Tensor select_index(const Input& x, std::int64_t axis, std::int64_t index);
}

/// One position of an axis, which goes away. Throws ShapeError when it does not lie inside the axis.
/// (Integers alone: select(condition, a, b) of <xgrad/ops/elementwise.hpp> chooses between values.)
template <std::integral A, std::integral I>
Tensor select(const Input& x, A axis, I index)
{
    return detail::select_index(x, static_cast<std::int64_t>(axis), static_cast<std::int64_t>(index));
}

/// Parts of `size` positions, the last one smaller where it does not come out even; parts of the sizes given, which
/// add up to the axis.
std::vector<Tensor> split(const Input& x, std::int64_t size, std::int64_t axis = 0);
std::vector<Tensor> split(const Input& x, Sizes sizes, std::int64_t axis = 0);

/// At most `chunks` parts of equal size, the last one smaller where it does not come out even.
std::vector<Tensor> chunk(const Input& x, std::int64_t chunks, std::int64_t axis = 0);

}  // namespace xgrad
