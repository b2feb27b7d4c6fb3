#include <xgrad/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "teach/plot/content.hpp"

namespace xgrad::plot::detail {
namespace {

constexpr double kMargin = 0.04;  // of the data's range, at both ends

/// Collects the bounds of one axis.
class Bounds {
public:
    Bounds(const AxisContent& axis, bool is_x) : axis_(axis), is_x_(is_x) {}

    void operator()(const LineItem& item) { add("line", item.options.label, item.points); }
    void operator()(const ScatterItem& item) { add("scatter", item.options.label, item.points); }
    void operator()(const ContourItem& item)
    {
        for (const std::vector<Point>& line : item.lines) add("contours", item.options.label, line);
    }
    void operator()(const ArrowItem& item) { add("arrow", item.options.label, {item.from, item.to}); }
    void operator()(const BarItem& item)
    {
        const std::size_t n = item.heights.size();
        for (std::size_t i = 0; i < n; ++i) {
            const double middle = static_cast<double>(i), half = item.options.width / 2;
            add("bars", item.options.label, {{middle - half, item.heights[i]}, {middle + half, item.heights[i]}});
        }
        if (!is_x_ && axis_.scale == Scale::linear && n > 0) include(0);
    }
    void operator()(const ImageItem& item)
    {
        const Rectangle& r = item.place;
        add(item.kind, "", {{r.x, r.y}, {r.x + r.width, r.y + r.height}});
        tight_low_ = std::min(tight_low_, is_x_ ? r.x : r.y);
        tight_high_ = std::max(tight_high_, is_x_ ? r.x + r.width : r.y + r.height);
    }
    void operator()(const TextItem&) {}
    void operator()(const RuleItem& item)
    {
        if (item.horizontal != is_x_)
            add(item.horizontal ? "horizontal_line" : "vertical_line", item.options.label, {{item.at, item.at}});
    }

    Range range() const
    {
        if (axis_.range) return *axis_.range;
        if (tight_low_ < tight_high_)
            return {tight_low_, tight_high_};  // of images: what lies around them is not shown
        const bool log = axis_.scale == Scale::log;
        if (low_ > high_) return log ? Range{0.1, 10} : Range{0, 1};  // no data
        if (log) return log_range();
        if (low_ == high_) return {low_ - half_around(low_), low_ + half_around(low_)};
        const double margin = kMargin * (high_ - low_);
        return {std::max(low_ - margin, -kLargest), std::min(high_ + margin, kLargest)};
    }

private:
    static constexpr double kLargest = std::numeric_limits<double>::max() / 8;  // differences stay finite

    static double half_around(double x) { return x == 0 ? 0.5 : std::abs(x) / 10; }

    Range log_range() const
    {
        const double low = std::log10(low_), high = std::log10(high_);
        const double margin = low == high ? 0.5 : kMargin * (high - low);
        return {std::pow(10, low - margin), std::pow(10, high + margin)};
    }

    void add(const char* kind, const std::string& label, const std::vector<Point>& points)
    {
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (!std::isfinite(points[i].x) || !std::isfinite(points[i].y)) continue;
            const double value = is_x_ ? points[i].x : points[i].y;
            if (axis_.scale == Scale::log && value <= 0) refuse(kind, label, value, i);
            include(value);
        }
    }

    void include(double value)
    {
        value = std::clamp(value, -kLargest, kLargest);
        low_ = std::min(low_, value);
        high_ = std::max(high_, value);
    }

    [[noreturn]] void refuse(const char* kind, const std::string& label, double value, std::size_t element) const
    {
        throw std::invalid_argument(
            error_text(kind,
                       fmt::format("{} is {} at element {}{}, on a logarithmic axis", is_x_ ? "x" : "y", value, element,
                                   label.empty() ? "" : " of '" + label + "'"),
                       "a logarithmic axis shows numbers above 0", "leave them out as NaN, or take Scale::linear"));
    }

    const AxisContent& axis_;
    bool is_x_;
    double low_ = std::numeric_limits<double>::infinity(), high_ = -low_;
    double tight_low_ = low_, tight_high_ = high_;
};

Range range_of(const AxesContent& content, const AxisContent& axis, bool is_x)
{
    if (axis.range && axis.scale == Scale::log && axis.range->low <= 0)
        throw std::invalid_argument(
            error_text(is_x ? "x_range" : "y_range",
                       fmt::format("from {} to {}, on a logarithmic axis", axis.range->low, axis.range->high),
                       "a logarithmic axis shows numbers above 0", "begin above 0, or take Scale::linear"));
    Bounds bounds(axis, is_x);
    for (const Item& item : content.items) std::visit(bounds, item);
    return bounds.range();
}

}  // namespace

Range x_range_of(const AxesContent& content) { return range_of(content, content.x, true); }
Range y_range_of(const AxesContent& content) { return range_of(content, content.y, false); }

}  // namespace xgrad::plot::detail
