#pragma once

#include <xgrad/random.hpp>
#include <xgrad/tensor.hpp>

namespace xgrad::data {

/// How far an image may be moved: each number is drawn uniformly from plus or minus this.
struct AffineOptions {
    double rotation = 0;  ///< radians
    double scale = 0;     ///< of width and height independently, 0.1 is 90 to 110 %
    double shear = 0;     ///< columns a row
    double shift = 0;     ///< pixels, in both directions
};

/// Moves every image of a batch a little in its own way, so that a model sees more kinds of handwriting than there are:
///
///     RandomAffine augment({.rotation = 0.2, .shift = 1}, seed);
///     images = augment(images);
class RandomAffine {
public:
    /// Throws std::invalid_argument for a number that is negative or not finite, or a scale of 1 or more.
    RandomAffine(AffineOptions options, std::uint64_t seed);

    /// Images f32 (n, channels, height, width). Values between pixels are interpolated linearly, outside is 0.
    /// Throws ShapeError for another number of axes, DtypeError for another dtype.
    Tensor operator()(const Tensor& images);

private:
    AffineOptions options_;
    Generator generator_;
};

}  // namespace xgrad::data
