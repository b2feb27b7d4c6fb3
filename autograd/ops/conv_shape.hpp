#pragma once
// What convolutions over one, two and three axes share: their options and checks, and the three bilinear operations
// over the sizes that kernels take. Transposed convolutions are made of the same three.

#include <xgrad/ops/conv.hpp>

#include <algorithm>

#include "autograd/kernels/compute_table.hpp"

namespace xgrad::detail {

/// Options with three axes; where a convolution has fewer, they are the last ones.
struct ConvSettings {
    const char* operation;  // for error texts
    std::size_t axes;
    std::int64_t stride[3] = {1, 1, 1}, padding[3] = {0, 0, 0}, dilation[3] = {1, 1, 1}, output_padding[3] = {0, 0, 0};
    std::int64_t groups = 1;
    bool same = false;
    bool transposed = false;
};

template <class Size>
void put_axes(std::int64_t (&axes)[3], const Size& size)
{
    const Dims numbers = each_axis(size);
    std::copy(numbers.begin(), numbers.end(), axes + 3 - numbers.size());
}

template <class Size>
ConvSettings conv_settings(const char* operation, const ConvOptions<Size>& o)
{
    ConvSettings s{.operation = operation, .axes = kAxes<Size>, .groups = o.groups, .same = o.padding.same};
    put_axes(s.stride, o.stride);
    put_axes(s.padding, o.padding.size);
    put_axes(s.dilation, o.dilation);
    return s;
}

template <class Size>
ConvSettings conv_settings(const char* operation, const ConvTransposeOptions<Size>& o)
{
    ConvSettings s{.operation = operation, .axes = kAxes<Size>, .groups = o.groups, .transposed = true};
    put_axes(s.stride, o.stride);
    put_axes(s.padding, o.padding);
    put_axes(s.dilation, o.dilation);
    put_axes(s.output_padding, o.output_padding);
    return s;
}

/// Sizes of the convolution x * w, and of the one whose input gradient the transposed convolution of x and w is: its
/// out is x and its in is y. Throw ShapeError where they do not fit.
kernels::ConvShape conv_shape(const ConvSettings& settings, Sizes x, Sizes w);
kernels::ConvShape conv_transpose_shape(const ConvSettings& settings, Sizes x, Sizes w);

/// Throws unless the dtypes are one floating dtype and the bias, if defined, has an element for each channel of y.
void check_conv_operands(const ConvSettings& settings, const Tensor& x, const Tensor& w, const Tensor& bias,
                         std::int64_t channels);

/// x * w + bias, and the gradients with respect to x and w. Their operands fit `shape`; as many axes as they have.
Tensor conv(const Input& x, const Input& w, const Input* bias, const kernels::ConvShape& shape);
Tensor conv_input_gradient(const Input& gy, const Input& w, const kernels::ConvShape& shape);
Tensor conv_weight_gradient(const Input& gy, const Input& x, const kernels::ConvShape& shape);

}  // namespace xgrad::detail
