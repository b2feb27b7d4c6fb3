#pragma once

// Operations that arrange elements anew. Where they can, they return views that share the storage.

#include <xgrad/record.hpp>

namespace xgrad {

/// The elements in row-major order under another shape; one size may be -1 and is worked out. A view where the strides
/// allow it. Throws ShapeError when the number of elements differs.
Tensor reshape(const Input& x, Sizes sizes);

/// Axes start to end (inclusive) merged into one. Negative axes count from the back.
Tensor flatten(const Input& x, std::int64_t start = 0, std::int64_t end = -1);

/// Axis i of the result is axis axes[i] of x; a view. Throws ShapeError unless `axes` is a permutation.
Tensor permute(const Input& x, Sizes axes);

/// Two axes exchanged; a view.
Tensor transpose(const Input& x, std::int64_t axis0, std::int64_t axis1);

/// The last two axes exchanged; a view. Throws ShapeError for fewer than two axes.
Tensor transpose(const Input& x);

/// Broadcast to `sizes`, aligned at the last axis; -1 keeps a size. A view whose broadcast axes have stride 0.
Tensor expand(const Input& x, Sizes sizes);

/// An axis of size 1 more, at `axis` of the result; and one less (x's own if the axis has another size).
Tensor unsqueeze(const Input& x, std::int64_t axis);
Tensor squeeze(const Input& x, std::int64_t axis);

/// x itself if its elements lie in row-major order, else a copy that does.
Tensor contiguous(const Input& x);

}  // namespace xgrad
