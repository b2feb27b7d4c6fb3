#pragma once

// Convolutions over signals (one axis), images (two) and volumes (three), channels first.

#include <xgrad/record.hpp>

#include <concepts>
#include <cstdint>

namespace xgrad {

/// A number for each of the two image axes; one number stands for both.
struct Size2 {
    constexpr Size2(std::int64_t both) : height(both), width(both) {}
    constexpr Size2(std::int64_t h, std::int64_t w) : height(h), width(w) {}
    std::int64_t height, width;
};

/// A number for each of the three axes of a volume; one number stands for all.
struct Size3 {
    constexpr Size3(std::int64_t all) : depth(all), height(all), width(all) {}
    constexpr Size3(std::int64_t d, std::int64_t h, std::int64_t w) : depth(d), height(h), width(w) {}
    std::int64_t depth, height, width;
};

namespace detail {

/// The numbers of a size, one for each axis.
inline Dims each_axis(std::int64_t s) { return Sizes{s}; }
inline Dims each_axis(const Size2& s) { return Sizes{s.height, s.width}; }
inline Dims each_axis(const Size3& s) { return Sizes{s.depth, s.height, s.width}; }

template <class Size>
constexpr std::size_t kAxes = sizeof(Size) / sizeof(std::int64_t);

}  // namespace detail

/// Padding by rule. valid: none. same: y is as large as x, with d (K - 1) zeros along each axis, of which the smaller
/// half comes first; needs stride 1.
enum class Padding { valid, same };

/// The padding of a convolution: zeros before and after each axis, or a rule.
template <class Size>
struct ConvPadding {
    constexpr ConvPadding(Size zeros) : size(zeros) {}
    constexpr ConvPadding(Padding rule) : size(0), same(rule == Padding::same) {}
    template <std::integral... N>
    requires(sizeof...(N) > 0) constexpr ConvPadding(N... zeros) : size(zeros...) {}
    Size size;
    bool same = false;
};

template <class Size>
struct ConvOptions {
    Size stride = 1;
    ConvPadding<Size> padding = 0;
    Size dilation = 1;
    std::int64_t groups = 1;
};
using Conv1dOptions = ConvOptions<std::int64_t>;
using Conv2dOptions = ConvOptions<Size2>;
using Conv3dOptions = ConvOptions<Size3>;

/// y[n, o, i, j] = bias[o] + sum over c, u, v of weight[o, c, u, v] x[n, c, i stride + u dilation - padding, ...]
///   x: (N, C, H, W) or (C, H, W)   weight: (O, C / groups, KH, KW)   bias: (O) or undefined   y: (N, O, H', W')
///   H' = (H + 2 padding - dilation (KH - 1) - 1) / stride + 1, rounded down
/// A cross-correlation, as in PyTorch. Throws ShapeError for shapes or options that make no convolution, DtypeError
/// unless all are of one floating dtype.
Tensor conv2d(const Input& x, const Input& weight, Conv2dOptions options = {});
Tensor conv2d(const Input& x, const Input& weight, const Input& bias, Conv2dOptions options = {});

/// The same over signals: x: (N, C, L) or (C, L), weight: (O, C / groups, K), y: (N, O, L').
Tensor conv1d(const Input& x, const Input& weight, Conv1dOptions options = {});
Tensor conv1d(const Input& x, const Input& weight, const Input& bias, Conv1dOptions options = {});

/// The same over volumes: x: (N, C, D, H, W) or (C, D, H, W), weight: (O, C / groups, KD, KH, KW), y: (N, O, D', H', W').
Tensor conv3d(const Input& x, const Input& weight, Conv3dOptions options = {});
Tensor conv3d(const Input& x, const Input& weight, const Input& bias, Conv3dOptions options = {});

template <class Size>
struct ConvTransposeOptions {
    Size stride = 1;
    Size padding = 0;         ///< rows and columns of y that are left out at each end
    Size output_padding = 0;  ///< more of them at the far end; less than the stride or the dilation
    std::int64_t groups = 1;
    Size dilation = 1;
};
using ConvTranspose1dOptions = ConvTransposeOptions<std::int64_t>;
using ConvTranspose2dOptions = ConvTransposeOptions<Size2>;
using ConvTranspose3dOptions = ConvTransposeOptions<Size3>;

/// The adjoint of conv2d (what its vjp does to gy), plus a bias: every x[n, c, i, j] adds
/// x[n, c, i, j] weight[c, o, u, v] to y[n, o, i stride + u dilation - padding, ...].
///   x: (N, C, H, W) or (C, H, W)   weight: (C, O / groups, KH, KW)   bias: (O) or undefined   y: (N, O, H', W')
///   H' = (H - 1) stride - 2 padding + dilation (KH - 1) + output_padding + 1
/// Throws ShapeError for shapes or options that make no convolution, DtypeError unless all are of one floating dtype.
Tensor conv_transpose2d(const Input& x, const Input& weight, ConvTranspose2dOptions options = {});
Tensor conv_transpose2d(const Input& x, const Input& weight, const Input& bias, ConvTranspose2dOptions options = {});

/// The same over signals: x: (N, C, L) or (C, L), weight: (C, O / groups, K), y: (N, O, L').
Tensor conv_transpose1d(const Input& x, const Input& weight, ConvTranspose1dOptions options = {});
Tensor conv_transpose1d(const Input& x, const Input& weight, const Input& bias, ConvTranspose1dOptions options = {});

/// The same over volumes: x: (N, C, D, H, W) or (C, D, H, W), weight: (C, O / groups, KD, KH, KW),
/// y: (N, O, D', H', W').
Tensor conv_transpose3d(const Input& x, const Input& weight, ConvTranspose3dOptions options = {});
Tensor conv_transpose3d(const Input& x, const Input& weight, const Input& bias, ConvTranspose3dOptions options = {});

}  // namespace xgrad
