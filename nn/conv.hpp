#pragma once

#include <xgrad/nn/members.hpp>
#include <xgrad/ops/conv.hpp>

#include <cstdint>

namespace xgrad::nn {

struct Conv2dOptions {
    Size2 stride = 1;
    Size2 padding = 0;
    Size2 dilation = 1;
    std::int64_t groups = 1;
    bool bias = true;
};

/// Cross-correlation over images, as the operation conv2d.
///   x: (N, C, H, W) or (C, H, W)   weight: (O, C / groups, KH, KW)   bias: (O)   y: (N, O, H', W')
/// weight and bias start uniform in +-1/sqrt(C / groups * KH * KW), as in PyTorch (He et al. 2015 with a = sqrt 5).
struct Conv2d {
    /// Throws ShapeError unless all numbers are at least 1 (padding 0) and both channel counts are multiples of groups.
    Conv2d(std::int64_t in_channels, std::int64_t out_channels, Size2 kernel_size, Conv2dOptions options = {});

    /// Throws ShapeError for other channels or images smaller than the kernel, DtypeError unless x has the weight's
    /// dtype.
    Tensor operator()(const Input& x) const;

    Parameter weight, bias;  // bias: undefined without one
    xgrad::Conv2dOptions options;
    XGRAD_MODULE(Conv2d, weight, bias, options)
};

}  // namespace xgrad::nn
