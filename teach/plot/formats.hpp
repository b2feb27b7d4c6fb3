#pragma once

// The two formats of a Drawing. Private to this folder.

#include <xgrad/error.hpp>
#include <xgrad/teach/plot/drawing.hpp>

#include "teach/plot/shapes.hpp"

namespace xgrad::plot::detail {

using xgrad::detail::error_text;

std::string svg_text(const Drawing& drawing);

// By cairo; without it both throw DataError.
std::string png_bytes(const Drawing& drawing, double scale);
std::string png_bytes(const Pixels& pixels);  // a pixel each

}  // namespace xgrad::plot::detail
