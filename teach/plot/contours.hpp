#pragma once

#include <xgrad/teach/plot/axes.hpp>

namespace xgrad::plot::detail {

/// The lines along which values on the points of a grid are `level`, as chains of points. Cells with a value that is
/// not finite have none.
std::vector<std::vector<Point>> contour_lines(const Grid& grid, const std::vector<double>& values, double level);

}  // namespace xgrad::plot::detail
