#pragma once

#include <vector>

#include "teach/plot/content.hpp"

namespace xgrad::plot::detail {

/// Where data lie on the sheet.
struct Frame {
    Rectangle place;  // in pixels
    Range x, y;
    Scale x_scale, y_scale;

    Point at(Point data) const;
    double x_at(double value) const { return at({value, y.low}).x; }
    double y_at(double value) const { return at({x.low, value}).y; }
    double right() const { return place.x + place.width; }
    double bottom() const { return place.y + place.height; }
    bool holds(Point pixel) const;

    /// The data as pixels, without what lies outside: each piece of the line from where it comes in to where it goes
    /// out. Gaps are points of NaN.
    std::vector<Point> clipped(const std::vector<Point>& data) const;
};

}  // namespace xgrad::plot::detail
