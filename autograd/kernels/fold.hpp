#pragma once
// The windows of images side by side (im2col), and back, where overlapping elements add up (col2im):
//
//   x: (planes, in...)    columns: (planes, kernel..., out...)
//   columns[p, u, v, i, j] = x[p, i stride + u dilation - pad, j stride + v dilation - pad], 0 outside of x
//
// The inner loop runs along a row of both, between the positions that lie inside x. T is float or double.
#include <cstdint>

namespace xgrad::kernels {

/// The axes are height and width.
struct FoldShape {
    std::int64_t planes;
    std::int64_t in[2], out[2], kernel[2], stride[2], pad[2], dilation[2];
};

/// Overwrites columns.
template <class T>
void unfold(const FoldShape& shape, const T* x, T* columns);

/// Overwrites x.
template <class T>
void fold(const FoldShape& shape, const T* columns, T* x);

}  // namespace xgrad::kernels
