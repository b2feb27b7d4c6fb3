#pragma once

// Operations that turn, repeat and regroup axes. Those marked as views share the storage.

#include <xgrad/ops/join.hpp>
#include <xgrad/record.hpp>

#include <concepts>
#include <vector>

namespace xgrad {

/// The elements in reverse order along the axes.
Tensor flip(const Input& x, Sizes axes);
Tensor flip(const Input& x, std::int64_t axis);

/// Moved by shifts[i] positions along axes[i]; what falls off one end comes in at the other. Without axes: in row-major
/// order of all elements. Throws ShapeError unless there is a shift for each axis.
Tensor roll(const Input& x, Sizes shifts, Sizes axes);
Tensor roll(const Input& x, std::int64_t shift, std::int64_t axis);
Tensor roll(const Input& x, std::int64_t shift);

/// Turned by k quarter turns, from axis0 towards axis1.
Tensor rot90(const Input& x, std::int64_t k = 1, std::int64_t axis0 = 0, std::int64_t axis1 = 1);

/// The whole tensor repeats[i] times along each axis; more repeats than axes add axes in front. Fewer throw ShapeError.
Tensor repeat(const Input& x, Sizes repeats);

/// The same; fewer repeats than axes count for the last axes.
Tensor tile(const Input& x, Sizes repeats);

/// Each position of the axis several times in a row: all equally often, or repeats[i] (i64, one axis) times. Without an
/// axis: of the flattened tensor.
Tensor repeat_interleave(const Input& x, std::int64_t repeats, std::int64_t axis);
Tensor repeat_interleave(const Input& x, std::int64_t repeats);
Tensor repeat_interleave(const Input& x, const Tensor& repeats, std::int64_t axis);
Tensor repeat_interleave(const Input& x, const Tensor& repeats);

/// Axis source[i] moved to position destination[i] of the result, the others in order; a view.
Tensor movedim(const Input& x, Sizes source, Sizes destination);
Tensor movedim(const Input& x, std::int64_t source, std::int64_t destination);

/// transpose(x, axis0, axis1) under NumPy's name; a view.
Tensor swapaxes(const Input& x, std::int64_t axis0, std::int64_t axis1);

/// One axis split into several, one of whose sizes may be -1; a view.
Tensor unflatten(const Input& x, std::int64_t axis, Sizes sizes);

/// Without all axes of size 1, or those of the axes listed; a view.
Tensor squeeze(const Input& x);
Tensor squeeze(const Input& x, Sizes axes);

/// The tensors at each position of the axis, which goes away; views.
std::vector<Tensor> unbind(const Input& x, std::int64_t axis = 0);

/// All windows of `size` positions, `step` apart, along an axis, in a new last axis; a view.
template <std::integral A, std::integral S, std::integral P>
Tensor unfold(const Input& x, A axis, S size, P step);

/// Which of the two first axes of meshgrid's results belongs to the first tensor: the first (ij), or the second (xy).
enum class Indexing : unsigned char { ij, xy };

/// One tensor for each one-axis tensor given, all of the shape of their sizes, with the coordinate along its axis; views.
std::vector<Tensor> meshgrid(const TensorList& tensors, Indexing indexing = Indexing::ij);

namespace detail {
Tensor windows(const Input& x, std::int64_t axis, std::int64_t size, std::int64_t step);
}

template <std::integral A, std::integral S, std::integral P>
Tensor unfold(const Input& x, A axis, S size, P step)
{
    return detail::windows(x, static_cast<std::int64_t>(axis), static_cast<std::int64_t>(size),
                           static_cast<std::int64_t>(step));
}

}  // namespace xgrad
