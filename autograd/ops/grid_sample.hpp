#pragma once

// Images read at places that a tensor names.

#include <xgrad/record.hpp>

namespace xgrad {

enum class GridMode : unsigned char { bilinear, nearest, bicubic };

/// What lies outside the image: zeros, the nearest edge, the mirror image.
enum class GridPadding : unsigned char { zeros, border, reflection };

struct GridSampleOptions {
    GridMode mode = GridMode::bilinear;
    GridPadding padding_mode = GridPadding::zeros;
    bool align_corners = false;  ///< -1 and 1 are the centres of the outer pixels, else the image's edges
};

/// y[n, :, p] = x[n, :, at grid[n, p]], interpolated; a place is (x, y) or (x, y, z), each from -1 to 1
/// (Jaderberg et al. 2015).
///   x: (N, C, H, W)      grid: (N, H', W', 2)        y: (N, C, H', W')
///   x: (N, C, D, H, W)   grid: (N, D', H', W', 3)    y: (N, C, D', H', W'), not bicubic
/// The derivative by the grid is that of the piece a place lies in, 0 for nearest and for places moved to the border.
/// Throws ShapeError for shapes and modes that do not fit, DtypeError unless both are of one floating dtype.
Tensor grid_sample(const Input& x, const Input& grid, GridSampleOptions options = {});

/// The places to which the affine maps theta send a regular grid, for grid_sample.
///   theta: (N, 2, 3)   size: (N, C, H, W)      y: (N, H, W, 2)
///   theta: (N, 3, 4)   size: (N, C, D, H, W)   y: (N, D, H, W, 3)
/// Throws ShapeError for shapes that do not fit, DtypeError unless theta is floating.
Tensor affine_grid(const Input& theta, Sizes size, bool align_corners = false);

}  // namespace xgrad
