#include <xgrad/teach/plot/axes.hpp>

#include <xgrad/error.hpp>

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "teach/plot/content.hpp"
#include "teach/plot/contours.hpp"

namespace xgrad::plot {
namespace {

using detail::error_text, detail::Range;

/// Pairs of the numbers. Throws ShapeError unless there are as many x as y.
std::vector<Point> paired(const char* operation, const Numbers& x, const Numbers& y)
{
    const std::size_t n = x.values().size();
    if (n != y.values().size())
        throw ShapeError(error_text(operation, fmt::format("{} x and {} y", n, y.values().size()),
                                    "each point has an x and a y", "check the lengths of both"));
    std::vector<Point> points(n);
    for (std::size_t i = 0; i < n; ++i) points[i] = {x.values()[i], y.values()[i]};
    return points;
}

/// The values of a grid's points. Throws ShapeError unless there is one for each.
std::vector<double> values_on(const char* operation, const Grid& grid, const Tensor& values)
{
    if (grid.columns < 1 || grid.rows < 1 || values.numel() != grid.rows * grid.columns)
        throw ShapeError(error_text(
            operation,
            fmt::format("values {} on a grid of {} rows and {} columns", describe(values), grid.rows, grid.columns),
            "there is one value for each point of the grid", "give f(grid.points())"));
    return values.to_vector<double>();
}

Range checked_range(const char* operation, double low, double high)
{
    if (std::isfinite(low) && std::isfinite(high) && low < high) return {low, high};
    throw std::invalid_argument(error_text(operation, fmt::format("from {} to {}", low, high),
                                           "a range goes from a finite number to a larger one",
                                           "swap or widen the bounds"));
}

}  // namespace

Numbers::Numbers(const Tensor& x)
{
    if (x.ndim() != 1)
        throw ShapeError(error_text("plot", fmt::format("{} as numbers of a curve", describe(x)), "they have one axis",
                                    "flatten it, or take one row or column"));
    values_ = x.to_vector<double>();
}

Tensor Grid::points(Dtype dtype) const
{
    if (columns < 1 || rows < 1)
        throw ShapeError(error_text("Grid", fmt::format("{} columns and {} rows", columns, rows),
                                    "there is one of each at least", "check the size of the grid"));
    checked_range("Grid: x", x_low, x_high);
    checked_range("Grid: y", y_low, y_high);
    std::vector<double> coordinates;
    coordinates.reserve(static_cast<std::size_t>(2 * rows * columns));
    const double width = (x_high - x_low) / static_cast<double>(columns),
                 height = (y_high - y_low) / static_cast<double>(rows);
    for (std::int64_t row = 0; row < rows; ++row) {
        for (std::int64_t column = 0; column < columns; ++column) {
            coordinates.push_back(x_low + width * (static_cast<double>(column) + 0.5));
            coordinates.push_back(y_low + height * (static_cast<double>(row) + 0.5));
        }
    }
    const std::int64_t n = rows * columns;
    if (dtype == f64) return from_values({n, 2}, coordinates);
    return from_values({n, 2}, std::vector<float>(coordinates.begin(), coordinates.end()));
}

Axes::Axes() : content_(std::make_unique<detail::AxesContent>()) {}
Axes::~Axes() = default;

Axes& Axes::title(std::string text)
{
    content_->title = std::move(text);
    return *this;
}

Axes& Axes::x_label(std::string text)
{
    content_->x.label = std::move(text);
    return *this;
}

Axes& Axes::y_label(std::string text)
{
    content_->y.label = std::move(text);
    return *this;
}

Axes& Axes::x_range(double low, double high)
{
    content_->x.range = checked_range("x_range", low, high);
    return *this;
}

Axes& Axes::y_range(double low, double high)
{
    content_->y.range = checked_range("y_range", low, high);
    return *this;
}

Axes& Axes::x_scale(Scale scale)
{
    content_->x.scale = scale;
    return *this;
}

Axes& Axes::y_scale(Scale scale)
{
    content_->y.scale = scale;
    return *this;
}

Axes& Axes::equal_aspect()
{
    content_->equal_aspect = true;
    return *this;
}

Axes& Axes::no_ticks()
{
    content_->ticks = false;
    return *this;
}

Axes& Axes::legend(Legend legend)
{
    content_->legend = legend;
    return *this;
}

Axes& Axes::line(const Numbers& x, const Numbers& y, LineOptions options)
{
    std::vector<Point> points = paired("line", x, y);
    if (!options.color) options.color = palette(content_->colors_used++);
    content_->items.emplace_back(detail::LineItem{std::move(points), std::move(options)});
    return *this;
}

Axes& Axes::line(const Numbers& y, LineOptions options)
{
    std::vector<double> x(y.values().size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
    return line(std::move(x), y, std::move(options));
}

Axes& Axes::curve(double low, double high, const Callable<double(double)>& f, LineOptions options)
{
    checked_range("curve", low, high);
    constexpr int kSteps = 200;
    std::vector<double> x, y;
    for (int i = 0; i <= kSteps; ++i) {
        x.push_back(low + (high - low) * i / kSteps);
        y.push_back(f(x.back()));
    }
    return line(std::move(x), std::move(y), std::move(options));
}

Axes& Axes::scatter(const Numbers& x, const Numbers& y, ScatterOptions options)
{
    std::vector<Point> points = paired("scatter", x, y);
    if (!options.color) options.color = palette(content_->colors_used++);
    content_->items.emplace_back(detail::ScatterItem{std::move(points), std::move(options)});
    return *this;
}

Axes& Axes::scatter(const Tensor& points, ScatterOptions options)
{
    if (points.ndim() != 2 || points.size(1) != 2)
        throw ShapeError(
            error_text("scatter", describe(points), "points have the shape (n, 2)", "give x and y by themselves"));
    const std::vector<double> values = points.to_vector<double>();
    std::vector<double> x, y;
    for (std::size_t i = 0; i < values.size(); i += 2) {
        x.push_back(values[i]);
        y.push_back(values[i + 1]);
    }
    return scatter(std::move(x), std::move(y), std::move(options));
}

Axes& Axes::bars(const Numbers& heights, std::vector<std::string> names, BarOptions options)
{
    if (!names.empty() && names.size() != heights.values().size())
        throw ShapeError(error_text("bars", fmt::format("{} names for {} bars", names.size(), heights.values().size()),
                                    "each bar has a name, or none has", "check the lengths of both"));
    if (!options.color) options.color = palette(content_->colors_used++);
    content_->x.names = std::move(names);
    content_->items.emplace_back(detail::BarItem{heights.values(), std::move(options)});
    return *this;
}

Axes& Axes::image(const Tensor& values, ImageOptions options)
{
    if (values.ndim() != 2 || values.numel() == 0)
        throw ShapeError(error_text("image", describe(values),
                                    "an image has the shape (rows, columns) and a pixel at least",
                                    "take one channel of one sample"));
    const auto rows = static_cast<std::size_t>(values.size(0)), columns = static_cast<std::size_t>(values.size(1));
    const std::vector<double> from_top = values.to_vector<double>();
    std::vector<double> from_bottom;
    for (std::size_t row = rows; row-- > 0;)
        from_bottom.insert(from_bottom.end(), from_top.begin() + static_cast<std::ptrdiff_t>(row * columns),
                           from_top.begin() + static_cast<std::ptrdiff_t>((row + 1) * columns));
    content_->items.emplace_back(detail::ImageItem{"image",
                                                   {0, 0, static_cast<double>(columns), static_cast<double>(rows)},
                                                   columns,
                                                   rows,
                                                   std::move(from_bottom),
                                                   std::move(options)});
    return equal_aspect().no_ticks();
}

Axes& Axes::heat_map(const Grid& grid, const Tensor& values, ImageOptions options)
{
    std::vector<double> list = values_on("heat_map", grid, values);
    content_->items.emplace_back(
        detail::ImageItem{"heat-map",
                          {grid.x_low, grid.y_low, grid.x_high - grid.x_low, grid.y_high - grid.y_low},
                          static_cast<std::size_t>(grid.columns),
                          static_cast<std::size_t>(grid.rows),
                          std::move(list),
                          std::move(options)});
    return *this;
}

Axes& Axes::contours(const Grid& grid, const Tensor& values, ContourOptions options)
{
    const std::vector<double> list = values_on("contours", grid, values);
    std::vector<std::vector<Point>> lines;
    for (const double level : options.levels)
        for (std::vector<Point>& line : detail::contour_lines(grid, list, level)) lines.push_back(std::move(line));
    content_->items.emplace_back(detail::ContourItem{std::move(lines), std::move(options)});
    return *this;
}

Axes& Axes::arrow(Point from, Point to, ArrowOptions options)
{
    if (!options.color) options.color = palette(content_->colors_used++);
    content_->items.emplace_back(detail::ArrowItem{from, to, std::move(options)});
    return *this;
}

Axes& Axes::text(Point at, std::string text, Font font)
{
    content_->items.emplace_back(detail::TextItem{at, std::move(text), font});
    return *this;
}

Axes& Axes::horizontal_line(double y, LineOptions options)
{
    if (!options.color) options.color = kGray;
    content_->items.emplace_back(detail::RuleItem{true, y, std::move(options)});
    return *this;
}

Axes& Axes::vertical_line(double x, LineOptions options)
{
    if (!options.color) options.color = kGray;
    content_->items.emplace_back(detail::RuleItem{false, x, std::move(options)});
    return *this;
}

}  // namespace xgrad::plot
