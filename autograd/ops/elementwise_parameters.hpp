#pragma once

// The parameters of elementary functions from those that users give. What is out of range throws ShapeError.

#include <xgrad/ops/functions.hpp>

#include <array>
#include <optional>

#include "autograd/elementary/base.hpp"

namespace xgrad::detail {

using Parameters = std::array<double, elementary::kMaxParameters>;

Parameters hardtanh_parameters(double min_val, double max_val);
Parameters celu_parameters(double alpha);
Parameters selu_parameters();  ///< of Elu
Parameters softshrink_parameters(double lambd);
Parameters clamp_parameters(std::optional<double> min, std::optional<double> max);
Parameters nan_to_num_parameters(const NanToNumOptions& options, Dtype dtype);

}  // namespace xgrad::detail
