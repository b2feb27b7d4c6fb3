#include "teach/plot/contours.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace xgrad::plot::detail {
namespace {

/// Marching squares. A line crosses the sides of the squares between four neighbouring points; a side is known by its first
/// point and its direction, so that neighbouring squares agree on where it is crossed.
class Marcher {
public:
    Marcher(const Grid& grid, const std::vector<double>& values, double level)
        : grid_(grid), values_(values), level_(level)
    {
        for (std::int64_t row = 0; row + 1 < grid.rows; ++row)
            for (std::int64_t column = 0; column + 1 < grid.columns; ++column) add_square(row, column);
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

    std::int64_t point(std::int64_t row, std::int64_t column) const { return row * grid_.columns + column; }
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
        const std::int64_t a = side / 2, b = side % 2 ? a + grid_.columns : a + 1;
        const double part = (level_ - value(a)) / (value(b) - value(a));
        const Point from = place(a), to = place(b);
        return {from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part};
    }

    Point place(std::int64_t p) const
    {
        const double width = (grid_.x_high - grid_.x_low) / static_cast<double>(grid_.columns);
        const double height = (grid_.y_high - grid_.y_low) / static_cast<double>(grid_.rows);
        return {grid_.x_low + width * (static_cast<double>(p % grid_.columns) + 0.5),
                grid_.y_low + height * (static_cast<double>(p / grid_.columns) + 0.5)};
    }

    const Grid& grid_;
    const std::vector<double>& values_;
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
