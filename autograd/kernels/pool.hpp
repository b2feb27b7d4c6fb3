#pragma once
// Pooling over two spatial axes of contiguous (planes, height, width) arrays; T is float or double.
//
// The maximum of a window is its first largest element, or its last NaN if there is one, as in PyTorch; padding never
// wins. No positions are kept for the gradient: finding them again in x is quicker than storing and reading them.
// Windows of 2 x 2 that do not overlap run in registers.
#include <cstdint>

#include "autograd/kernels/compute_table.hpp"

namespace xgrad::kernels {

/// Elements along one axis of y. With ceil a last window that begins inside x or its near padding counts although it
/// reaches beyond the end.
constexpr std::int64_t pool_output_size(std::int64_t in, std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                                        std::int64_t dilation, bool ceil)
{
    const std::int64_t room = in + 2 * pad - dilation * (kernel - 1) - 1;
    if (room < 0) return 0;
    const std::int64_t out = (room + (ceil ? stride - 1 : 0)) / stride + 1;
    return ceil && (out - 1) * stride >= in + pad ? out - 1 : out;
}

/// y = maximum of each window of x; indices, unless null, where it stands in its plane (h * width + w). Throws
/// ShapeError for sizes that make no pooling.
template <class T>
void max_pool_forward(const PoolShape& shape, const T* x, T* y, std::int64_t* indices);

/// gx = dL/dx for gy = dL/dy; overwrites gx.
template <class T>
void max_pool_backward(const PoolShape& shape, const T* x, const T* gy, T* gx);

/// y = v where x has its maxima: the derivative of max_pool_backward by gy.
template <class T>
void max_pool_gather(const PoolShape& shape, const T* x, const T* v, T* y);

struct AveragePoolOptions {
    bool count_pad = true;     // padding counts as elements that are 0
    std::int64_t divisor = 0;  // divides each sum instead of the number of elements, unless 0
};

/// y = mean of each window of x. Needs dilation 1.
template <class T>
void average_pool_forward(const PoolShape& shape, const T* x, T* y, const AveragePoolOptions& options = {});

/// gx = dL/dx for gy = dL/dy; overwrites gx.
template <class T>
void average_pool_backward(const PoolShape& shape, const T* gy, T* gx, const AveragePoolOptions& options = {});

}  // namespace xgrad::kernels
