#pragma once

// What was put into Axes, and how it is measured and drawn. Private to this folder.

#include <xgrad/error.hpp>
#include <xgrad/teach/plot/axes.hpp>

#include <variant>

namespace xgrad::plot::detail {

using xgrad::detail::error_text;

struct LineItem {
    std::vector<Point> points;
    LineOptions options;
};
struct ScatterItem {
    std::vector<Point> points;
    ScatterOptions options;
};
struct BarItem {
    std::vector<double> heights;
    BarOptions options;
};
struct ImageItem {
    const char* kind;  // "image", "heat-map"
    Rectangle place;   // in data coordinates, y upwards
    std::size_t columns, rows;
    std::vector<double> values;  // from the lowest y
    ImageOptions options;
};
struct ContourItem {
    std::vector<std::vector<Point>> lines;
    ContourOptions options;
};
struct ArrowItem {
    Point from, to;
    ArrowOptions options;
};
struct TextItem {
    Point at;
    std::string text;
    Font font;
};
struct RuleItem {  // across the whole frame
    bool horizontal;
    double at;
    LineOptions options;
};
using Item = std::variant<LineItem, ScatterItem, BarItem, ImageItem, ContourItem, ArrowItem, TextItem, RuleItem>;

struct Range {
    double low, high;
};

struct AxisContent {
    std::string label;
    std::optional<Range> range;
    Scale scale = Scale::linear;
    std::vector<std::string> names;  // in place of numbers, at 0, 1, 2, ...
};

struct AxesContent {
    std::string title;
    AxisContent x, y;
    bool equal_aspect = false, ticks = true;
    Legend legend = Legend::automatic;
    std::vector<Item> items;
    std::size_t colors_used = 0;
};

/// Which range an axis shows: the one that was asked for, or the data's with a margin. Throws std::invalid_argument for
/// values that are not positive on a logarithmic axis.
Range x_range_of(const AxesContent& content);
Range y_range_of(const AxesContent& content);

/// Draws the axes into a part of the sheet.
void draw_axes(Drawing& drawing, const Rectangle& cell, const AxesContent& content);

}  // namespace xgrad::plot::detail
