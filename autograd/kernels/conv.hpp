#pragma once
// Convolutions over one to three spatial axes, channels first and contiguous:
//
//   x: (images, in_channels, in...)    w: (out_channels, in_channels / groups, kernel...)    y: (images, out_channels,
//   out...) y[n, o, t] = bias[o] + sum over channels c of o's group and taps u of  w[o, c, u] * x[n, c, t * stride + u
//   * dilation - pad]
//
// where x counts as 0 outside. `out` is the caller's to choose (conv_output_size): what x lacks at the far end counts
// as padding too, so unequal padding needs nothing more. A transposed convolution is the data gradient of a plain one.
//
// Ways to compute, chosen by shape and instruction set:
//   windows   rows of y are sums of shifted rows of the padded image: a matrix product whose right side is never built
//   channels  the same product turned, with output channels along the registers: no waste at row ends, any stride
//   columns   data gradient with strides or little overlap: product first, then each tap's rows are added where they
//   belong
//   rows      weight gradient: each position's taps are copied side by side, then a matrix product
//   taps      weight gradient of many channels: the image is turned, each tap is a matrix product without copies
// Work is cut over images; the weight gradient then sums one part a thread in fixed order. Fewer images than threads are
// cut over channels, too. T is float or double.
#include <cstdint>

#include "autograd/kernels/compute_table.hpp"

namespace xgrad::kernels {

/// Elements along one axis of y.
constexpr std::int64_t conv_output_size(std::int64_t in, std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                                        std::int64_t dilation)
{
    const std::int64_t room = in + 2 * pad - dilation * (kernel - 1) - 1;
    return room < 0 ? 0 : room / stride + 1;
}

/// y = x * w + bias, then relu where asked. bias may be null. Throws ShapeError for sizes that make no convolution.
template <class T>
void conv_forward(const ConvShape& shape, const T* x, const T* w, const T* bias, bool relu, T* y);

/// gx = dL/dx for gy = dL/dy; overwrites gx.
template <class T>
void conv_backward_data(const ConvShape& shape, const T* gy, const T* w, T* gx);

/// gw = dL/dw and, unless null, gbias = dL/dbias; overwrites both.
template <class T>
void conv_backward_weight(const ConvShape& shape, const T* x, const T* gy, T* gw, T* gbias);

}  // namespace xgrad::kernels
