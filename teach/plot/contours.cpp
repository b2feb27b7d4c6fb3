#include "teach/plot/contours.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace xgrad::plot::detail {
namespace {

/// The middles of the cells of one axis, and its two ends.
std::vector<double> positions(double low, double high, std::int64_t cells)
{
    std::vector<double> at{low};
    for (std::int64_t i = 0; i < cells; ++i)
        at.push_back(low + (high - low) * (static_cast<double>(i) + 0.5) / static_cast<double>(cells));
    at.push_back(high);
    return at;
}

/// The values at these positions: those at the ends continue the straight line through the two next to them.
std::vector<double> to_the_edges(const Grid& grid, const std::vector<double>& values)
{
    const auto value = [&](std::int64_t row, std::int64_t column) {
        return values[static_cast<std::size_t>(row * grid.columns + column)];
    };
    const auto at_column = [&](std::int64_t row, std::int64_t column) {
        const std::int64_t inside = std::clamp<std::int64_t>(column, 0, grid.columns - 1),
                           next = inside == 0 ? 1 : inside - 1;
        const double v = value(row, inside);
        return column == inside || grid.columns == 1 ? v : v + (v - value(row, next)) / 2;
    };
    std::vector<double> padded;
    for (std::int64_t row = -1; row <= grid.rows; ++row) {
        const std::int64_t inside = std::clamp<std::int64_t>(row, 0, grid.rows - 1),
                           next = inside == 0 ? 1 : inside - 1;
        for (std::int64_t column = -1; column <= grid.columns; ++column) {
            const double v = at_column(inside, column);
            padded.push_back(row == inside || grid.rows == 1 ? v : v + (v - at_column(next, column)) / 2);
        }
    }
    return padded;
}

/// Marching squares. A line crosses the sides of the squares between four neighbouring points; a side is known by its
/// first point and its direction, so that neighbouring squares agree on where it is crossed.
class Marcher {
public:
    Marcher(const Grid& grid, const std::vector<double>& values, double level)
        : x_(positions(grid.x_low, grid.x_high, grid.columns)),
          y_(positions(grid.y_low, grid.y_high, grid.rows)),
          values_(to_the_edges(grid, values)),
          columns_(grid.columns + 2),
          level_(level)
    {
        for (std::int64_t row = 0; row + 1 < grid.rows + 2; ++row)
            for (std::int64_t column = 0; column + 1 < columns_; ++column) add_square(row, column);
    }

    /// Joins the pieces: first the lines with two ends, then those that are closed.
    std::vector<std::vector<Point>> lines()
    {
        std::vector<std::vector<Point>> result;
        for (const auto& [side, others] : neighbours_)
            if (others.size() == 1 && !done_[side]) result.push_back(line_from(side));
        for (const auto& [side, others] : neighbours_) {
            if (done_[side]) continue;
            result.push_back(line_from(side));
            result.back().push_back(result.back().front());
        }
        return result;
    }

private:
    using Side = std::int64_t;  // twice the number of its first point, and 1 where it goes up

    std::int64_t point(std::int64_t row, std::int64_t column) const { return row * columns_ + column; }
    double value(std::int64_t p) const { return values_[static_cast<std::size_t>(p)]; }
    bool above(std::int64_t p) const { return value(p) >= level_; }

    void add_square(std::int64_t row, std::int64_t column)
    {
        // Round the square: lower left, lower right, upper right, upper left, and the sides behind each of them.
        const std::array<std::int64_t, 4> p{point(row, column), point(row, column + 1), point(row + 1, column + 1),
                                            point(row + 1, column)};
        const std::array<Side, 4> sides{2 * p[0], 2 * p[1] + 1, 2 * p[3], 2 * p[0] + 1};
        if (!std::all_of(p.begin(), p.end(), [this](std::int64_t i) { return std::isfinite(value(i)); })) return;
        std::vector<Side> crossed;
        for (std::size_t i = 0; i < 4; ++i)
            if (above(p[i]) != above(p[(i + 1) % 4])) crossed.push_back(sides[i]);
        if (crossed.size() == 2) join(crossed[0], crossed[1]);
        if (crossed.size() != 4) return;
        // A saddle: the middle says which two corners hang together.
        const bool middle = (value(p[0]) + value(p[1]) + value(p[2]) + value(p[3])) / 4 >= level_;
        const std::size_t cut = middle == above(p[0]) ? 1 : 0;  // corners 1 and 3 are cut off, or 0 and 2
        join(sides[cut], sides[(cut + 3) % 4]);
        join(sides[cut + 1], sides[cut + 2]);
    }

    void join(Side a, Side b)
    {
        neighbours_[a].push_back(b);
        neighbours_[b].push_back(a);
    }

    std::vector<Point> line_from(Side side)
    {
        std::vector<Point> line;
        for (bool more = true; more;) {
            done_[side] = true;
            line.push_back(crossing(side));
            more = false;
            for (const Side next : neighbours_[side]) {
                if (done_[next]) continue;
                side = next;
                more = true;
                break;
            }
        }
        return line;
    }

    Point crossing(Side side) const
    {
        const std::int64_t a = side / 2, b = side % 2 ? a + columns_ : a + 1;
        const double part = (level_ - value(a)) / (value(b) - value(a));
        const Point from = place(a), to = place(b);
        return {from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part};
    }

    Point place(std::int64_t p) const
    {
        return {x_[static_cast<std::size_t>(p % columns_)], y_[static_cast<std::size_t>(p / columns_)]};
    }

    std::vector<double> x_, y_, values_;
    std::int64_t columns_;
    double level_;
    std::map<Side, std::vector<Side>> neighbours_;
    std::map<Side, bool> done_;
};

}  // namespace

std::vector<std::vector<Point>> contour_lines(const Grid& grid, const std::vector<double>& values, double level)
{
    return Marcher(grid, values, level).lines();
}

}  // namespace xgrad::plot::detail
