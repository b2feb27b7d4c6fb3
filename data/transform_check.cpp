#include "data/transform_check.hpp"

#include <xgrad/error.hpp>

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

namespace xgrad::data::detail {

using xgrad::detail::error_text;

void check_images(const char* operation, const Tensor& images)
{
    if (images.ndim() == 4 && images.dtype() == f32) return;
    const std::string text =
        error_text(operation, "the images are " + describe(images), "images are f32 (n, channels, height, width)",
                   "reshape them, or convert with to(images, f32)");
    if (images.ndim() != 4) throw ShapeError(text);
    throw DtypeError(text);
}

void check_floating(const char* operation, const Tensor& x)
{
    if (!is_floating(x.dtype()))
        throw DtypeError(error_text(operation, "x is " + describe(x), "x is f32 or f64", "to(x, f32)"));
}

void check_option(const char* operation, const char* name, double value, double limit)
{
    if (value >= 0 && value < limit) return;
    throw std::invalid_argument(error_text(
        operation, fmt::format("{} is {}", name, value),
        std::isinf(limit) ? "it is at least 0 and finite" : fmt::format("it is at least 0 and below {}", limit),
        "a small positive number"));
}

void check_probability(const char* operation, const char* name, double value)
{
    if (!(value >= 0 && value <= 1))
        throw std::invalid_argument(error_text(operation, fmt::format("{} is {}", name, value),
                                               "it is a probability, from 0 to 1", "for example 0.5"));
}

}  // namespace xgrad::data::detail
