#pragma once

// Images of another size.

#include <xgrad/record.hpp>

#include <vector>

namespace xgrad {

/// How interpolate finds what lies between elements: the element below; the nearest one; on the line, in the rectangle,
/// on the cubic curves (Keys, a = -0.75), in the box between neighbours; the mean of the area (adaptive_avg_pool).
enum class InterpolateMode : unsigned char { nearest, nearest_exact, linear, bilinear, bicubic, trilinear, area };

/// One of `size` and `scale_factor` is given, with a number for each axis or one for all.
struct InterpolateOptions {
    std::vector<std::int64_t> size = {};
    std::vector<double> scale_factor = {};  ///< the size is the product, rounded down
    InterpolateMode mode = InterpolateMode::nearest;
    bool align_corners = false;           ///< first and last elements lie on those of x, else the images' edges do
    bool recompute_scale_factor = false;  ///< places follow from the sizes, not from scale_factor
    bool antialias = false;               ///< bilinear and bicubic: a smaller image is filtered, not only sampled
};

/// x: (N, C, L), (N, C, H, W) or (N, C, D, H, W); linear is for one axis, bilinear and bicubic for two, trilinear for
/// three. No filter where the image becomes smaller, unless antialias widens the weights by the factor; its cubic curve
/// has a = -0.5, that of the Python Imaging Library. Only area makes an axis of size 0. Throws ShapeError for shapes and
/// options that do not fit, DtypeError unless x is floating.
Tensor interpolate(const Input& x, InterpolateOptions options);

/// (..., C r^2, H, W) -> (..., C, H r, W r): each group of r^2 channels becomes a square of pixels (Shi et
/// al. 2016); and back.
Tensor pixel_shuffle(const Input& x, std::int64_t upscale_factor);
Tensor pixel_unshuffle(const Input& x, std::int64_t downscale_factor);

/// (N, C, ...) with channel i of group g moved to i groups + g (Zhang et al. 2018).
Tensor channel_shuffle(const Input& x, std::int64_t groups);

}  // namespace xgrad
