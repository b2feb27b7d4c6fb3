#pragma once

// The windows of images as columns, and images as sums of windows.

#include <xgrad/ops/conv.hpp>

namespace xgrad {

struct FoldOptions {
    Size2 dilation = 1;
    Size2 padding = 0;
    Size2 stride = 1;
};

/// Every window of the image as a column: y[n, (c, u, v), (i, j)] = x[n, c, i stride + u dilation - padding, ...], 0 in
/// the padding.
///   x: (N, C, H, W) or (C, H, W)   y: (N, C KH KW, H' W') or (C KH KW, H' W')
///   H' = (H + 2 padding - dilation (KH - 1) - 1) / stride + 1, rounded down
/// matmul(reshape(weight, {O, C KH KW}), y) is a convolution. Throws ShapeError for shapes and options that make no
/// windows, DtypeError unless floating.
Tensor unfold(const Input& x, Size2 kernel_size, FoldOptions options = {});

/// The image in which every column of x is added at its window: the adjoint of unfold, so elements of several windows
/// are sums.
///   x: (N, C KH KW, H' W') or (C KH KW, H' W')   y: (N, C, H, W) or (C, H, W) with H, W = output_size
/// Throws ShapeError where x does not have the columns of such an image, DtypeError unless floating.
Tensor fold(const Input& x, Size2 output_size, Size2 kernel_size, FoldOptions options = {});

}  // namespace xgrad
