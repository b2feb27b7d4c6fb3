#pragma once

#include <xgrad/callable.hpp>
#include <xgrad/teach/plot/drawing.hpp>
#include <xgrad/tensor.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace xgrad::plot {

namespace detail {
struct AxesContent;
}

/// Numbers to draw: a list, a vector, or a tensor of one axis. NaN and infinities are gaps.
class Numbers {
public:
    Numbers(std::initializer_list<double> values) : values_(values) {}
    Numbers(std::vector<double> values) : values_(std::move(values)) {}
    Numbers(const Tensor& x);  ///< throws ShapeError unless it has one axis
    const std::vector<double>& values() const { return values_; }

private:
    std::vector<double> values_;
};

/// The middles of columns x rows equal cells of a rectangle: where a function of two variables is asked for its values.
struct Grid {
    double x_low = -1, x_high = 1, y_low = -1, y_high = 1;
    std::int64_t columns = 100, rows = 100;

    /// (rows * columns, 2): x and y of each cell, row by row from y_low. Throws ShapeError unless there are columns and
    /// rows and the bounds are finite and ascend.
    Tensor points(Dtype dtype = default_dtype()) const;
};

struct LineOptions {
    std::string label = {};           ///< in the legend
    std::optional<Color> color = {};  ///< none: the next one of the palette
    double width = 2.2;
    Dash dash = Dash::solid;
};

enum class Marker : unsigned char { circle, square, triangle, cross };

struct ScatterOptions {
    std::string label = {};
    std::optional<Color> color = {};
    double radius = 4;
    Marker marker = Marker::circle;
};

struct BarOptions {
    std::string label = {};
    std::optional<Color> color = {};
    double width = 0.7;  ///< part of the distance between two bars
};

struct ImageOptions {
    ColorMap colors = ColorMap::grays;
    std::optional<double> low = {},
                          high = {};  ///< values of the first and the last colour; none: the least and the largest one
};

struct ContourOptions {
    std::vector<double> levels = {0.5};
    std::string label = {};
    Color color = kBlack;
    double width = 1.4;
    Dash dash = Dash::solid;
};

struct ArrowOptions {
    std::string label = {};
    std::optional<Color> color = {};
    double width = 2.2;
    Dash dash = Dash::solid;
};

enum class Scale : unsigned char { linear, log };
enum class Legend : unsigned char { automatic, none };  ///< automatic: in the corner where it hides least

/// One system of coordinates of a Figure, with what is drawn in it, in this order. Every function returns the axes, so
/// that calls can be chained.
class Axes {
public:
    Axes();
    Axes(const Axes&) = delete;
    Axes& operator=(const Axes&) = delete;
    ~Axes();

    Axes& title(std::string text);
    Axes& x_label(std::string text);
    Axes& y_label(std::string text);
    /// Bounds that do not follow the data. Throws std::invalid_argument unless finite and ascending.
    Axes& x_range(double low, double high);
    Axes& y_range(double low, double high);
    /// A logarithmic axis refuses values that are not positive: drawing them throws std::invalid_argument.
    Axes& x_scale(Scale scale);
    Axes& y_scale(Scale scale);
    Axes& equal_aspect();  ///< a unit is as long in both directions
    Axes& no_ticks();      ///< neither numbers nor grid lines
    Axes& legend(Legend legend);

    /// Through the points, in order. Throws ShapeError unless there are as many x as y.
    Axes& line(const Numbers& x, const Numbers& y, LineOptions options = {});
    /// y against its position: 0, 1, 2, ...
    Axes& line(const Numbers& y, LineOptions options = {});
    /// A function between two bounds, at 200 positions. Throws std::invalid_argument as x_range.
    Axes& curve(double low, double high, const Callable<double(double)>& f, LineOptions options = {});
    Axes& scatter(const Numbers& x, const Numbers& y, ScatterOptions options = {});
    /// Points (n, 2). Throws ShapeError for another shape.
    Axes& scatter(const Tensor& points, ScatterOptions options = {});
    /// From 0 to each height, at 0, 1, 2, ...; names stand in place of the numbers. Throws ShapeError unless there are
    /// as many names as heights, or none.
    Axes& bars(const Numbers& heights, std::vector<std::string> names = {}, BarOptions options = {});
    /// Pixels (rows, columns), the first row at the top, without ticks. Throws ShapeError for another shape.
    Axes& image(const Tensor& values, ImageOptions options = {});
    /// Values (rows * columns) or (rows * columns, 1) at the points of the grid, as colours. Throws ShapeError for
    /// another number.
    Axes& heat_map(const Grid& grid, const Tensor& values, ImageOptions options = {});
    /// Lines along which the values are a level, linear between the points of the grid (marching squares).
    Axes& contours(const Grid& grid, const Tensor& values, ContourOptions options = {});
    Axes& arrow(Point from, Point to, ArrowOptions options = {});
    /// With its base line at the point.
    Axes& text(Point at, std::string text, Font font = {});
    Axes& horizontal_line(double y, LineOptions options = {.color = kGray, .width = 1.2, .dash = Dash::dashed});
    Axes& vertical_line(double x, LineOptions options = {.color = kGray, .width = 1.2, .dash = Dash::dashed});

    /// For Figure: what was said above.
    const detail::AxesContent& content() const { return *content_; }

private:
    std::unique_ptr<detail::AxesContent> content_;
};

}  // namespace xgrad::plot
