#pragma once

// Random changes of images, so that a model sees more of them than there are. Each transform draws from a generator of its
// own, every image of a batch in its own way; the numbers depend on the seed and on what was drawn before, not on threads.
// generator() is for a checkpoint, in which the transform is a part.
// Images are f32 (n, channels, height, width): ShapeError for another number of axes, DtypeError for another dtype.

#include <xgrad/random.hpp>
#include <xgrad/tensor.hpp>

#include <cstdint>
#include <tuple>
#include <utility>

namespace xgrad::data {

/// How far an image may be moved: each number is drawn uniformly from plus or minus this.
struct AffineOptions {
    double rotation = 0;  ///< radians
    double scale = 0;     ///< of width and height independently, 0.1 is 90 to 110 %
    double shear = 0;     ///< columns a row
    double shift = 0;     ///< pixels, in both directions
};

/// Moves every image a little:
///
///     RandomAffine augment({.rotation = 0.2, .shift = 1}, seed);
///     images = augment(images);
class RandomAffine {
public:
    /// Throws std::invalid_argument for a number that is negative or not finite, or a scale of 1 or more.
    RandomAffine(AffineOptions options, std::uint64_t seed);

    /// Values between pixels are interpolated linearly, outside is 0.
    Tensor operator()(const Tensor& images);
    Generator& generator() { return generator_; }

private:
    AffineOptions options_;
    Generator generator_;
};

/// With which probability an image is turned over.
struct FlipOptions {
    double horizontal = 0.5;  ///< left and right change places
    double vertical = 0;      ///< top and bottom do
};

class RandomFlip {
public:
    /// Throws std::invalid_argument for a number outside [0, 1].
    RandomFlip(FlipOptions options, std::uint64_t seed);
    Tensor operator()(const Tensor& images);
    Generator& generator() { return generator_; }

private:
    FlipOptions options_;
    Generator generator_;
};

/// Each pixel takes the value from where its displacement points:
///   y[n, c, i, j] = images[n, c, i + d[n, 0, i, j], j + d[n, 1, i, j]], interpolated linearly, outside 0.
///   images: (n, c, h, w), d: (n, 2, h, w)   ->   as images. Throws ShapeError where they do not fit.
Tensor displace(const Tensor& images, const Tensor& displacement);

struct ElasticOptions {
    double alpha = 34;  ///< factor of the displacements, pixels
    double sigma = 4;   ///< of the Gaussian that smooths them, pixels; 0: none
};

/// Displaces every pixel at random, neighbours alike: uniform numbers from [-1, 1) for both directions, smoothed by a
/// Gaussian (cut off at 4 sigma, outside the image 0), times alpha. Away from the edges their deviation is
/// alpha / (sigma sqrt(12 pi)), 1.4 pixels by default.
/// Source: Simard, Steinkraus and Platt, Best practices for convolutional neural networks applied to visual document
/// analysis (2003).
class ElasticDeformation {
public:
    /// Throws std::invalid_argument for a number that is negative or not finite, and for a sigma of 10^4 or more.
    ElasticDeformation(ElasticOptions options, std::uint64_t seed);
    Tensor operator()(const Tensor& images);

    /// The displacements of the next images, f32 (n, 2, height, width).
    Tensor draw(std::int64_t count, std::int64_t height, std::int64_t width);
    Generator& generator() { return generator_; }

private:
    ElasticOptions options_;
    Generator generator_;
};

/// Adds normal numbers of mean 0 to floating tensors of any shape, not only images.
class GaussianNoise {
public:
    /// Throws std::invalid_argument for a deviation that is negative or not finite.
    GaussianNoise(double stddev, std::uint64_t seed);
    Tensor operator()(const Tensor& x);
    Generator& generator() { return generator_; }

private:
    double stddev_;
    Generator generator_;
};

struct SaltAndPepperOptions {
    double salt = 0.01;    ///< part of the elements that become hi
    double pepper = 0.01;  ///< part that become lo
    double lo = 0, hi = 1;
};

/// Overwrites single elements of floating tensors of any shape.
class SaltAndPepper {
public:
    /// Throws std::invalid_argument for parts below 0 or of more than 1 together.
    SaltAndPepper(SaltAndPepperOptions options, std::uint64_t seed);
    Tensor operator()(const Tensor& x);
    Generator& generator() { return generator_; }

private:
    SaltAndPepperOptions options_;
    Generator generator_;
};

/// One transform after the other, each of them any function of a tensor:
///
///     Compose augment{RandomFlip{{}, 1}, ElasticDeformation{{}, 2}, [](const Tensor& x) { return clamp(x, 0, 1); }};
template <class... Transforms>
class Compose {
public:
    explicit Compose(Transforms... transforms) : transforms_(std::move(transforms)...) {}

    Tensor operator()(Tensor x)
    {
        std::apply([&x](auto&... transform) { ((x = transform(x)), ...); }, transforms_);
        return x;
    }
    /// One of them, for its generator().
    template <std::size_t I>
    auto& get()
    {
        return std::get<I>(transforms_);
    }

private:
    std::tuple<Transforms...> transforms_;
};

}  // namespace xgrad::data
