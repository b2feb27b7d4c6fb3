// Transforms that turn images over or change single values.
#include <xgrad/data/transform.hpp>
#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tape.hpp>

#include "data/transform_check.hpp"

namespace xgrad::data {

RandomFlip::RandomFlip(FlipOptions options, std::uint64_t seed) : options_(options), generator_(seed)
{
    detail::check_probability("RandomFlip", "horizontal", options.horizontal);
    detail::check_probability("RandomFlip", "vertical", options.vertical);
}

Tensor RandomFlip::operator()(const Tensor& images)
{
    detail::check_images("RandomFlip", images);
    const NoGrad nothing_is_recorded;
    const auto chosen = [&](double probability) {
        return lt(rand({images.size(0), 1, 1, 1}, {.dtype = f64, .generator = generator_}), probability);
    };
    const Tensor across = where(chosen(options_.horizontal), flip(images, 3), images);
    return where(chosen(options_.vertical), flip(across, 2), across);
}

GaussianNoise::GaussianNoise(double stddev, std::uint64_t seed) : stddev_(stddev), generator_(seed)
{
    detail::check_option("GaussianNoise", "stddev", stddev);
}

Tensor GaussianNoise::operator()(const Tensor& x)
{
    detail::check_floating("GaussianNoise", x);
    const NoGrad nothing_is_recorded;
    return x + stddev_ * randn(x.sizes(), {.dtype = x.dtype(), .generator = generator_});
}

SaltAndPepper::SaltAndPepper(SaltAndPepperOptions options, std::uint64_t seed) : options_(options), generator_(seed)
{
    detail::check_probability("SaltAndPepper", "salt", options.salt);
    detail::check_probability("SaltAndPepper", "pepper", options.pepper);
    detail::check_probability("SaltAndPepper", "salt + pepper", options.salt + options.pepper);
}

Tensor SaltAndPepper::operator()(const Tensor& x)
{
    detail::check_floating("SaltAndPepper", x);
    const NoGrad nothing_is_recorded;
    const Tensor u = rand(x.sizes(), {.dtype = f64, .generator = generator_});
    const Tensor salted = where(lt(u, options_.salt), options_.hi, x);
    return where(ge(u, 1 - options_.pepper), options_.lo, salted);
}

}  // namespace xgrad::data
