#include "teach/plot/draw_items.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace xgrad::plot::detail {
namespace {

constexpr double kSampleWidth = 26;

Pen pen_of(const auto& options) { return {*options.color, options.width, options.dash}; }

void draw_marker(Drawing& drawing, Point p, const ScatterOptions& options)
{
    const double r = options.radius;
    const Color color = *options.color;
    const Pen rim{kWhite, 0.8, Dash::solid};
    switch (options.marker) {
        case Marker::circle:
            drawing.circle(p, r, color, rim);
            break;
        case Marker::square:
            drawing.rectangle({p.x - 0.9 * r, p.y - 0.9 * r, 1.8 * r, 1.8 * r}, color, rim);
            break;
        case Marker::triangle:
            drawing.polygon({{p.x, p.y - 1.2 * r}, {p.x + 1.1 * r, p.y + 0.8 * r}, {p.x - 1.1 * r, p.y + 0.8 * r}},
                            color, rim);
            break;
        case Marker::cross:
            drawing.line({{p.x - r, p.y - r}, {p.x + r, p.y + r}}, {color, 2, Dash::solid});
            drawing.line({{p.x - r, p.y + r}, {p.x + r, p.y - r}}, {color, 2, Dash::solid});
            break;
    }
}

/// Draws items of one axes, and notes where they lie.
class ItemPainter {
public:
    ItemPainter(Drawing& drawing, const Frame& frame) : drawing_(drawing), frame_(frame) {}

    std::vector<Point> take_places() { return std::move(places_); }

    void operator()(const LineItem& item)
    {
        begin("line", item.options.label);
        draw_line(item.points, pen_of(item.options));
        drawing_.end_group();
    }

    void operator()(const ScatterItem& item)
    {
        begin("scatter", item.options.label);
        for (const Point data : item.points) {
            const Point p = frame_.at(data);
            if (!std::isfinite(data.x) || !std::isfinite(data.y) || !frame_.holds(p)) continue;
            draw_marker(drawing_, p, item.options);
            places_.push_back(p);
        }
        drawing_.end_group();
    }

    void operator()(const BarItem& item)
    {
        begin("bars", item.options.label);
        const double foot = std::clamp(frame_.y_scale == Scale::log ? frame_.bottom() : frame_.y_at(0), frame_.place.y,
                                       frame_.bottom());
        for (std::size_t i = 0; i < item.heights.size(); ++i) {
            if (!std::isfinite(item.heights[i])) continue;
            const double middle = static_cast<double>(i), half = item.options.width / 2;
            const double left = frame_.x_at(middle - half), right = frame_.x_at(middle + half);
            const double end = std::clamp(frame_.y_at(item.heights[i]), frame_.place.y, frame_.bottom());
            drawing_.rectangle({left, std::min(foot, end), right - left, std::abs(foot - end)}, *item.options.color);
            note({{(left + right) / 2, foot}, {(left + right) / 2, end}});
        }
        drawing_.end_group();
    }

    void operator()(const ImageItem& item)
    {
        begin(item.kind, "");
        const auto [low, high] = color_range(item);
        std::vector<Color> colors;
        colors.reserve(item.values.size());
        for (std::size_t row = item.rows; row-- > 0;) {
            for (std::size_t column = 0; column < item.columns; ++column) {
                const double value = item.values[row * item.columns + column];
                colors.push_back(
                    color_at(item.options.colors, high > low ? (value - low) / (high - low) : 0.5 + 0 * value));
            }
        }
        const Rectangle& r = item.place;
        const Point top_left = frame_.at({r.x, r.y + r.height}), bottom_right = frame_.at({r.x + r.width, r.y});
        drawing_.pixels({top_left.x, top_left.y, bottom_right.x - top_left.x, bottom_right.y - top_left.y},
                        item.columns, item.rows, std::move(colors));
        drawing_.end_group();
    }

    void operator()(const ContourItem& item)
    {
        begin("contours", item.options.label);
        for (const std::vector<Point>& line : item.lines) {
            const std::vector<Point> points = frame_.clipped(line);
            if (!points.empty()) drawing_.line(points, {item.options.color, item.options.width, item.options.dash});
        }
        drawing_.end_group();
    }

    void operator()(const ArrowItem& item)
    {
        begin("arrow", item.options.label);
        drawing_.arrow(frame_.at(item.from), frame_.at(item.to), pen_of(item.options));
        note({frame_.at(item.from), frame_.at(item.to)});
        drawing_.end_group();
    }

    void operator()(const TextItem& item)
    {
        const Point at = frame_.at(item.at);
        drawing_.text(at, item.text, item.font);
        const double width = text_width(item.text, item.font);
        const double left = at.x - (item.font.anchor == Anchor::start    ? 0
                                    : item.font.anchor == Anchor::middle ? width / 2
                                                                         : width);
        note({{left, at.y - item.font.size / 2}, {left + width, at.y - item.font.size / 2}});
    }

    void operator()(const RuleItem& item)
    {
        begin("line", item.options.label);
        const std::vector<Point> ends = item.horizontal
                                            ? std::vector<Point>{{frame_.x.low, item.at}, {frame_.x.high, item.at}}
                                            : std::vector<Point>{{item.at, frame_.y.low}, {item.at, frame_.y.high}};
        draw_line(ends, pen_of(item.options));
        drawing_.end_group();
    }

private:
    void begin(const char* kind, const std::string& label)
    {
        if (label.empty())
            drawing_.begin_group(kind);
        else
            drawing_.begin_group(kind, {{"label", label}});
    }

    void draw_line(const std::vector<Point>& data, const Pen& pen)
    {
        std::vector<Point> points = frame_.clipped(data);
        note(points);
        if (!points.empty()) drawing_.line(std::move(points), pen);
    }

    /// Points along the line, close enough to each other.
    void note(const std::vector<Point>& line)
    {
        constexpr double kStep = 6;
        for (std::size_t i = 0; i + 1 < line.size(); ++i) {
            const double length = std::hypot(line[i + 1].x - line[i].x, line[i + 1].y - line[i].y);
            if (!(length < 1e5)) continue;
            const int steps = 1 + static_cast<int>(length / kStep);
            for (int j = 0; j <= steps; ++j) {
                const double part = static_cast<double>(j) / steps;
                places_.push_back(
                    {line[i].x + (line[i + 1].x - line[i].x) * part, line[i].y + (line[i + 1].y - line[i].y) * part});
            }
        }
    }

    static Range color_range(const ImageItem& item)
    {
        Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
        for (const double value : item.values) {
            if (!std::isfinite(value)) continue;
            range.low = std::min(range.low, value);
            range.high = std::max(range.high, value);
        }
        return {item.options.low.value_or(range.low), item.options.high.value_or(range.high)};
    }

    Drawing& drawing_;
    const Frame& frame_;
    std::vector<Point> places_;
};

struct Label {
    std::string operator()(const auto& item) const { return item.options.label; }
    std::string operator()(const ImageItem&) const { return ""; }
    std::string operator()(const TextItem&) const { return ""; }
};

struct Sample {
    Drawing& drawing;
    Point middle;

    void stroke(const Pen& pen) const
    {
        drawing.line({{middle.x - kSampleWidth / 2, middle.y}, {middle.x + kSampleWidth / 2, middle.y}}, pen);
    }
    void operator()(const LineItem& item) const { stroke(pen_of(item.options)); }
    void operator()(const RuleItem& item) const { stroke(pen_of(item.options)); }
    void operator()(const ContourItem& item) const
    {
        stroke({item.options.color, item.options.width, item.options.dash});
    }
    void operator()(const ScatterItem& item) const { draw_marker(drawing, middle, item.options); }
    void operator()(const BarItem& item) const
    {
        drawing.rectangle({middle.x - 8, middle.y - 5, 16, 10}, *item.options.color);
    }
    void operator()(const ArrowItem& item) const
    {
        drawing.arrow({middle.x - kSampleWidth / 2, middle.y}, {middle.x + kSampleWidth / 2, middle.y},
                      pen_of(item.options), 7);
    }
    void operator()(const ImageItem&) const {}
    void operator()(const TextItem&) const {}
};

}  // namespace

std::vector<Point> draw_items(Drawing& drawing, const Frame& frame, const std::vector<Item>& items)
{
    ItemPainter painter(drawing, frame);
    for (const Item& item : items) std::visit(painter, item);
    return painter.take_places();
}

std::string legend_label(const Item& item) { return std::visit(Label{}, item); }

void draw_sample(Drawing& drawing, Point middle, const Item& item) { std::visit(Sample{drawing, middle}, item); }

}  // namespace xgrad::plot::detail
