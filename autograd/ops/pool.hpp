#pragma once

// Pooling over the last two axes of images (N, C, H, W) or (C, H, W).

#include <xgrad/ops/conv.hpp>

#include <optional>

namespace xgrad {

struct MaxPool2dOptions {
    std::optional<Size2> stride = {};  ///< the kernel's size unless given
    Size2 padding = 0;                 ///< at most half of the kernel; padding never wins
    Size2 dilation = 1;
    bool ceil_mode = false;  ///< a last window may reach beyond the end
};

struct AvgPool2dOptions {
    std::optional<Size2> stride = {};
    Size2 padding = 0;
    bool ceil_mode = false;
    bool count_include_pad = true;      ///< padding counts as elements that are 0
    std::int64_t divisor_override = 0;  ///< divides each sum instead of the number of elements, unless 0
};

/// The largest element of each window; NaN wins. The gradient goes to the first largest element (the last NaN).
/// H' = (H + 2 padding - dilation (kernel - 1) - 1) / stride + 1, rounded down, or up with ceil_mode.
/// Throws ShapeError for shapes and options that make no pooling, DtypeError unless floating.
Tensor max_pool2d(const Input& x, Size2 kernel, MaxPool2dOptions options = {});

/// The mean of each window.
Tensor avg_pool2d(const Input& x, Size2 kernel, AvgPool2dOptions options = {});

}  // namespace xgrad
