// Checks that the transforms share. Private to data.
#pragma once

#include <xgrad/tensor.hpp>

#include <limits>

namespace xgrad::data::detail {

/// Throws ShapeError unless the images have four axes, DtypeError unless they are f32.
void check_images(const char* operation, const Tensor& images);

/// Throws DtypeError unless x is floating.
void check_floating(const char* operation, const Tensor& x);

/// Throws std::invalid_argument unless value is in [0, limit).
void check_option(const char* operation, const char* name, double value,
                  double limit = std::numeric_limits<double>::infinity());

/// Throws std::invalid_argument unless value is in [0, 1].
void check_probability(const char* operation, const char* name, double value);

}  // namespace xgrad::data::detail
