#include "teach/plot/frame.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace xgrad::plot::detail {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kFar = 1e9;  // pixels: far outside of every sheet, and products of two are exact enough

/// The part of the way from low to high.
double position(double value, Range range, Scale scale)
{
    if (scale == Scale::log)
        return (std::log(value) - std::log(range.low)) / (std::log(range.high) - std::log(range.low));
    return (value - range.low) / (range.high - range.low);
}

/// std::clamp that lets NaN through.
double near(double pixel) { return std::isnan(pixel) ? pixel : std::clamp(pixel, -kFar, kFar); }

/// Cuts a piece of line to the frame (Liang and Barsky 1984). False where nothing is left.
bool cut(const Rectangle& r, Point& a, Point& b)
{
    double from = 0, to = 1;
    const double dx = b.x - a.x, dy = b.y - a.y;
    // For each side: how fast the piece leaves through it, and how far inside it begins.
    const double speeds[] = {-dx, dx, -dy, dy};
    const double rooms[] = {a.x - r.x, r.x + r.width - a.x, a.y - r.y, r.y + r.height - a.y};
    for (int side = 0; side < 4; ++side) {
        if (speeds[side] == 0) {
            if (rooms[side] < 0) return false;
        } else if (speeds[side] < 0) {
            from = std::max(from, rooms[side] / speeds[side]);
        } else {
            to = std::min(to, rooms[side] / speeds[side]);
        }
    }
    if (from > to) return false;
    const Point start = a;
    if (from > 0) a = {start.x + from * dx, start.y + from * dy};
    if (to < 1) b = {start.x + to * dx, start.y + to * dy};
    return true;
}

}  // namespace

Point Frame::at(Point data) const
{
    return {near(place.x + place.width * position(data.x, x, x_scale)),
            near(place.y + place.height * (1 - position(data.y, y, y_scale)))};
}

bool Frame::holds(Point pixel) const
{
    return pixel.x >= place.x - 0.5 && pixel.x <= right() + 0.5 && pixel.y >= place.y - 0.5 &&
           pixel.y <= bottom() + 0.5;
}

std::vector<Point> Frame::clipped(const std::vector<Point>& data) const
{
    const auto is_shown = [](Point p) { return std::isfinite(p.x) && std::isfinite(p.y); };
    std::vector<Point> out;
    for (std::size_t i = 0; i + 1 < data.size(); ++i) {
        if (!is_shown(data[i]) || !is_shown(data[i + 1])) continue;
        Point a = at(data[i]), b = at(data[i + 1]);
        if (!is_shown(a) || !is_shown(b) || !cut(place, a, b)) continue;
        if (out.empty() || !(out.back() == a)) {
            if (!out.empty()) out.push_back({kNaN, kNaN});
            out.push_back(a);
        }
        out.push_back(b);
    }
    return out;
}

}  // namespace xgrad::plot::detail
