#pragma once

// Convolutions over images, channels first.

#include <xgrad/record.hpp>

#include <cstdint>

namespace xgrad {

/// A number for each of the two image axes; one number stands for both.
struct Size2 {
    constexpr Size2(std::int64_t both) : height(both), width(both) {}
    constexpr Size2(std::int64_t h, std::int64_t w) : height(h), width(w) {}
    std::int64_t height, width;
};

struct Conv2dOptions {
    Size2 stride = 1;
    Size2 padding = 0;  ///< zeros around the image
    Size2 dilation = 1;
    std::int64_t groups = 1;
};

/// y[n, o, i, j] = bias[o] + sum over c, u, v of weight[o, c, u, v] x[n, c, i stride + u dilation - padding, ...]
///   x: (N, C, H, W) or (C, H, W)   weight: (O, C / groups, KH, KW)   bias: (O) or undefined   y: (N, O, H', W')
///   H' = (H + 2 padding - dilation (KH - 1) - 1) / stride + 1, rounded down
/// A cross-correlation, as in PyTorch. Throws ShapeError for shapes or options that make no convolution, DtypeError
/// unless all are of one floating dtype.
Tensor conv2d(const Input& x, const Input& weight, Conv2dOptions options = {});
Tensor conv2d(const Input& x, const Input& weight, const Input& bias, Conv2dOptions options = {});

namespace detail {

/// The gradient of a conv2d with respect to its x, which has the given sizes; and to its weight. Bilinear operations,
/// so each is the other's derivative.
Tensor conv2d_input_gradient(const Input& gy, const Input& weight, Sizes x_sizes, Conv2dOptions options);
Tensor conv2d_weight_gradient(const Input& gy, const Input& x, Sizes weight_sizes, Conv2dOptions options);

}  // namespace detail
}  // namespace xgrad
