#pragma once

#include <vector>

#include "teach/plot/frame.hpp"

namespace xgrad::plot::detail {

/// Draws what was put into the axes. Returns where data lie, in pixels, for a legend to keep away from.
std::vector<Point> draw_items(Drawing& drawing, const Frame& frame, const std::vector<Item>& items);

/// An example of the item in the legend, 26 pixels wide around the point, and its text; empty for items that have none.
std::string legend_label(const Item& item);
void draw_sample(Drawing& drawing, Point middle, const Item& item);

}  // namespace xgrad::plot::detail
