#pragma once

// Convolution layers over signals (1d), images (2d) and volumes (3d). Weights lie as in PyTorch and start as there:
// weight and bias uniform in +-1/sqrt(fan_in), with fan_in the second axis of the weight times the kernel's elements
// (He et al. 2015 with a = sqrt 5).

#include <xgrad/nn/members.hpp>
#include <xgrad/ops/conv.hpp>
#include <xgrad/ops/pad.hpp>

#include <cstdint>

namespace xgrad::nn {

template <class Size>
struct ConvOptions {
    Size stride = 1;
    ConvPadding<Size> padding = 0;  ///< or Padding::same, Padding::valid
    Size dilation = 1;
    std::int64_t groups = 1;
    bool bias = true;
    PadMode padding_mode = PadMode::constant;  ///< what stands in the padding: zeros, or as in `pad`
};
using Conv1dOptions = ConvOptions<std::int64_t>;
using Conv2dOptions = ConvOptions<Size2>;
using Conv3dOptions = ConvOptions<Size3>;

/// Cross-correlation, as the operations conv1d, conv2d and conv3d.
///   x: (N, C, H, W) or (C, H, W)   weight: (O, C / groups, KH, KW)   bias: (O)   y: (N, O, H', W')
/// and in the same way with one axis or three in place of H, W.
template <class Size>
struct Conv {
    /// Throws ShapeError unless all numbers are at least 1 (padding 0) and both channel counts are multiples of groups.
    Conv(std::int64_t in_channels, std::int64_t out_channels, Size kernel_size, ConvOptions<Size> options = {});

    /// Throws ShapeError for other channels or an x smaller than the kernel, DtypeError unless x has the weight's dtype.
    Tensor operator()(const Input& x) const;

    Parameter weight, bias;  // bias: undefined without one
    ConvOptions<Size> options;
    XGRAD_MODULE(Conv, weight, bias, options)
};
using Conv1d = Conv<std::int64_t>;
using Conv2d = Conv<Size2>;
using Conv3d = Conv<Size3>;

template <class Size>
struct ConvTransposeOptions {
    Size stride = 1;
    Size padding = 0;         ///< rows and columns of y that are left out at each end
    Size output_padding = 0;  ///< more of them at the far end; less than the stride or the dilation
    std::int64_t groups = 1;
    bool bias = true;
    Size dilation = 1;
};
using ConvTranspose1dOptions = ConvTransposeOptions<std::int64_t>;
using ConvTranspose2dOptions = ConvTransposeOptions<Size2>;
using ConvTranspose3dOptions = ConvTransposeOptions<Size3>;

/// The adjoint of a convolution, as the operations conv_transpose1d, conv_transpose2d and conv_transpose3d.
///   x: (N, C, H, W) or (C, H, W)   weight: (C, O / groups, KH, KW)   bias: (O)   y: (N, O, H', W')
template <class Size>
struct ConvTranspose {
    /// Throws as Conv.
    ConvTranspose(std::int64_t in_channels, std::int64_t out_channels, Size kernel_size,
                  ConvTransposeOptions<Size> options = {});

    /// Throws as Conv.
    Tensor operator()(const Input& x) const;

    Parameter weight, bias;  // bias: undefined without one
    ConvTransposeOptions<Size> options;
    XGRAD_MODULE(ConvTranspose, weight, bias, options)
};
using ConvTranspose1d = ConvTranspose<std::int64_t>;
using ConvTranspose2d = ConvTranspose<Size2>;
using ConvTranspose3d = ConvTranspose<Size3>;

}  // namespace xgrad::nn
