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
//
// oneDNN 2.6 was measured beside them, in the layouts it chooses and with the reorders from and to the one above: f32,
// milliseconds forward / data / weights on one thread of a virtual machine (AMD EPYC, Zen 5, AVX-512), medians of 9
// alternating samples; the benchmark's lenet5 has the first of these shapes.
//                                          here                   oneDNN
//   6->16, 5x5, 14x14, 64 images       0.20 / 0.41 / 0.30     0.17 / 0.44 / 0.52
//   64->64, 3x3, 32x32, 32 images      13.1 / 13.2 / 11.9     12.9 / 13.6 / 13.7
//   128->128, 3x3, 16x16, 32 images    11.8 / 11.9 / 11.5     11.7 / 11.6 / 12.0
//   16->16, 3x3, 32x32, 32 images      1.06 / 1.04 / 0.97     1.16 / 0.90 / 0.86
//   16->32, 3x3 stride 2, 32 images    0.50 / 0.98 / 0.50     0.47 / 0.57 / 0.45
//   16->32, 1x1 stride 2, 32 images    0.38 / 0.13 / 0.11     0.13 / 0.24 / 0.18
// Strided and small shapes leave it a lead of 1.2 to 2.9, in microseconds; where the time goes there is none, so
// convolutions do not call it.
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
