#include <xgrad/teach/plot/drawing.hpp>

#include <xgrad/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <stdexcept>

#include "data/atomic_file.hpp"
#include "teach/plot/formats.hpp"
#include "teach/plot/text.hpp"

namespace xgrad::plot {
namespace {

constexpr double kFarthest = 1e6;  // cairo keeps coordinates in 24 bits before the point

double within(double coordinate) { return std::clamp(coordinate, -kFarthest, kFarthest); }
Point within(Point p) { return {within(p.x), within(p.y)}; }

bool is_finite(Point p) { return std::isfinite(p.x) && std::isfinite(p.y); }
bool is_finite(const Rectangle& r)
{
    return is_finite(Point{r.x, r.y}) && std::isfinite(r.width) && std::isfinite(r.height);
}

Rectangle within(const Rectangle& r)
{
    const Point a = within(Point{r.x, r.y}), b = within(Point{r.x + r.width, r.y + r.height});
    return {a.x, a.y, b.x - a.x, b.y - a.y};
}

std::string ending_of(const std::string& path)
{
    const std::size_t dot = path.rfind('.'), slash = path.rfind('/');
    if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return "";
    std::string ending = path.substr(dot);
    for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return ending;
}

}  // namespace

Drawing::Drawing(double width, double height)
    : width_(width), height_(height), shapes_(std::make_unique<detail::Shapes>())
{
    const auto fits = [](double side) { return side >= 1 && side <= 20000; };
    if (fits(width) && fits(height)) return;
    throw ShapeError(detail::error_text("Drawing", fmt::format("a sheet of {} x {} pixels", width, height),
                                        "both sides are at least 1 and at most 20000 pixels",
                                        "check the size of the figure and its rows and columns"));
}

Drawing::Drawing(Drawing&& other) noexcept = default;
Drawing& Drawing::operator=(Drawing&& other) noexcept = default;
Drawing::~Drawing() = default;

void Drawing::line(std::vector<Point> points, const Pen& pen)
{
    for (Point& p : points)
        if (is_finite(p)) p = within(p);
    shapes_->list.emplace_back(detail::Path{std::move(points), false, kNoColor, pen});
}

void Drawing::polygon(std::vector<Point> corners, Color fill, const Pen& outline)
{
    if (!std::all_of(corners.begin(), corners.end(), [](Point p) { return is_finite(p); })) return;
    for (Point& p : corners) p = within(p);
    shapes_->list.emplace_back(detail::Path{std::move(corners), true, fill, outline});
}

void Drawing::rectangle(const Rectangle& place, Color fill, const Pen& outline)
{
    if (is_finite(place)) shapes_->list.emplace_back(detail::Box{within(place), fill, outline});
}

void Drawing::circle(Point center, double radius, Color fill, const Pen& outline)
{
    if (is_finite(center) && std::isfinite(radius))
        shapes_->list.emplace_back(detail::Circle{within(center), within(radius), fill, outline});
}

void Drawing::arrow(Point from, Point to, const Pen& pen, double head)
{
    const double dx = to.x - from.x, dy = to.y - from.y, length = std::hypot(dx, dy);
    if (!(length > 0) || !std::isfinite(length)) return;
    const double ux = dx / length, uy = dy / length, back = std::min(head, length);
    const Point neck{to.x - back * ux, to.y - back * uy};
    line({from, neck}, pen);
    polygon({to,
             {neck.x - 0.4 * back * uy, neck.y + 0.4 * back * ux},
             {neck.x + 0.4 * back * uy, neck.y - 0.4 * back * ux}},
            pen.color);
}

void Drawing::text(Point at, const std::string& text, const Font& font)
{
    if (is_finite(at)) shapes_->list.emplace_back(detail::Text{within(at), detail::clean_text(text), font});
}

void Drawing::pixels(const Rectangle& place, std::size_t columns, std::size_t rows, std::vector<Color> colors)
{
    if (columns == 0 || rows == 0 || colors.size() != columns * rows)
        throw ShapeError(detail::error_text(
            "pixels", fmt::format("{} colours for {} columns and {} rows", colors.size(), columns, rows),
            "there is a colour for each column of each row, and at least one", "check columns and rows"));
    if (is_finite(place)) shapes_->list.emplace_back(detail::Pixels{within(place), columns, rows, std::move(colors)});
}

void Drawing::begin_group(std::string kind, std::vector<std::pair<std::string, std::string>> facts)
{
    for (auto& [name, fact] : facts) fact = detail::clean_text(fact);
    shapes_->list.emplace_back(detail::GroupBegin{std::move(kind), std::move(facts), false, {}});
    ++open_groups_;
}

void Drawing::begin_clip(std::string kind, const Rectangle& clip)
{
    shapes_->list.emplace_back(detail::GroupBegin{std::move(kind), {}, true, within(clip)});
    ++open_groups_;
}

void Drawing::end_group()
{
    if (open_groups_ == 0)
        throw std::logic_error(detail::error_text("end_group", "no group has begun",
                                                  "each end_group belongs to a begin_group or begin_clip",
                                                  "take this call out"));
    --open_groups_;
    shapes_->list.emplace_back(detail::GroupEnd{});
}

std::string Drawing::svg() const { return detail::svg_text(*this); }

std::string Drawing::png(double scale) const { return detail::png_bytes(*this, scale); }

void Drawing::save(const std::string& path) const
{
    const std::string ending = ending_of(path);
    if (ending != ".svg" && ending != ".png")
        throw DataError(detail::error_text("save",
                                           fmt::format("{}: the ending '{}' names no format of pictures", path, ending),
                                           "pictures are written as .svg or .png", "end the path with .svg or .png"));
    const std::string bytes = ending == ".svg" ? svg() : png();
    data::detail::AtomicFile file("save", path);
    file.write(bytes.data(), bytes.size());
    file.commit();
}

}  // namespace xgrad::plot
