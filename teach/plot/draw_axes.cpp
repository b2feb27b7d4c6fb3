#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "teach/plot/content.hpp"
#include "teach/plot/draw_items.hpp"
#include "teach/plot/ticks.hpp"

namespace xgrad::plot::detail {
namespace {

constexpr double kEdge = 12;  // around everything
constexpr double kTickLength = 4;
constexpr double kPixelsATick = 54;  // at least, on the x axis
const Font kTickFont{.size = 12, .color = Color{50, 50, 50}};
const Font kLabelFont{.size = 14, .anchor = Anchor::middle};
const Font kTitleFont{.size = 15, .anchor = Anchor::middle, .bold = true};
const Font kLegendFont{.size = 12.5};

struct Ticks {
    std::vector<Tick> x, y;
};

int fitting(double length, double each) { return std::max(2, static_cast<int>(length / each)); }

double widest(const std::vector<Tick>& ticks)
{
    double width = 0;
    for (const Tick& tick : ticks) width = std::max(width, text_width(tick.text, kTickFont));
    return width;
}

/// The frame within the cell: what labels, numbers and titles leave.
Frame frame_in(const Rectangle& cell, const AxesContent& content, Ticks& ticks)
{
    Frame frame{{}, x_range_of(content), y_range_of(content), content.x.scale, content.y.scale};
    const double top = cell.y + (content.title.empty() ? kEdge : 30);
    double bottom = cell.y + cell.height - kEdge;
    if (!content.x.label.empty()) bottom -= 19;
    if (content.ticks) bottom -= 21;
    double left = cell.x + kEdge, right = cell.x + cell.width - kEdge;
    if (!content.y.label.empty()) left += 20;
    if (content.ticks) {
        ticks.y = ticks_of(content.y, frame.y, fitting(bottom - top, kPixelsATick * 0.85));
        left += widest(ticks.y) + 9;
        ticks.x = ticks_of(content.x, frame.x, fitting(right - left, kPixelsATick));
        if (!ticks.x.empty()) right -= std::max(0.0, text_width(ticks.x.back().text, kTickFont) / 2 - kEdge + 4);
    }
    frame.place = {left, top, std::max(1.0, right - left), std::max(1.0, bottom - top)};
    if (!content.equal_aspect) return frame;
    const double unit =
        std::min(frame.place.width / (frame.x.high - frame.x.low), frame.place.height / (frame.y.high - frame.y.low));
    const double width = unit * (frame.x.high - frame.x.low), height = unit * (frame.y.high - frame.y.low);
    frame.place = {left + (frame.place.width - width) / 2, top + (frame.place.height - height) / 2, width, height};
    return frame;
}

void draw_grid(Drawing& drawing, const Frame& frame, const Ticks& ticks)
{
    const Pen pen{Color{232, 232, 232}, 1, Dash::solid};
    for (const Tick& tick : ticks.x) {
        const double x = frame.x_at(tick.at);
        drawing.line({{x, frame.place.y}, {x, frame.bottom()}}, pen);
    }
    for (const Tick& tick : ticks.y) {
        const double y = frame.y_at(tick.at);
        drawing.line({{frame.place.x, y}, {frame.right(), y}}, pen);
    }
}

void draw_ticks(Drawing& drawing, const Frame& frame, const Ticks& ticks)
{
    const Pen pen{Color{80, 80, 80}, 1, Dash::solid};
    Font font = kTickFont;
    font.anchor = Anchor::middle;
    drawing.begin_group("x-ticks");
    for (const Tick& tick : ticks.x) {
        const double x = frame.x_at(tick.at);
        drawing.line({{x, frame.bottom()}, {x, frame.bottom() + kTickLength}}, pen);
        drawing.text({x, frame.bottom() + 17}, tick.text, font);
    }
    drawing.end_group();
    font.anchor = Anchor::end;
    drawing.begin_group("y-ticks");
    for (const Tick& tick : ticks.y) {
        const double y = frame.y_at(tick.at);
        drawing.line({{frame.place.x - kTickLength, y}, {frame.place.x, y}}, pen);
        drawing.text({frame.place.x - 7, y + 4}, tick.text, font);
    }
    drawing.end_group();
}

void draw_labels(Drawing& drawing, const Frame& frame, const AxesContent& content, const Ticks& ticks)
{
    const Rectangle& r = frame.place;
    const double middle = r.x + r.width / 2;
    if (!content.title.empty()) drawing.text({middle, r.y - 10}, content.title, kTitleFont);
    if (!content.x.label.empty())
        drawing.text({middle, frame.bottom() + (content.ticks ? 36 : 18)}, content.x.label, kLabelFont);
    if (content.y.label.empty()) return;
    Font font = kLabelFont;
    font.angle = 90;
    drawing.text({r.x - (content.ticks ? widest(ticks.y) + 9 : 0) - 8, r.y + r.height / 2}, content.y.label, font);
}

/// Where a box of this size hides the fewest of the places: in a corner, if not, anywhere.
Rectangle best_place(const Frame& frame, double width, double height, const std::vector<Point>& places)
{
    constexpr double kGap = 8;
    constexpr int kSteps = 8;
    const Rectangle& r = frame.place;
    const auto corner_at = [&](int column, int row) {
        return Point{r.x + kGap + (r.width - 2 * kGap - width) * column / kSteps,
                     r.y + kGap + (r.height - 2 * kGap - height) * row / kSteps};
    };
    std::vector<Point> corners{corner_at(kSteps, 0), corner_at(0, 0), corner_at(kSteps, kSteps), corner_at(0, kSteps)};
    for (int row = 0; row <= kSteps; ++row)
        for (int column = kSteps; column >= 0; --column) corners.push_back(corner_at(column, row));
    Rectangle best{};
    std::ptrdiff_t least = -1;
    for (const Point corner : corners) {
        const auto is_hidden = [&](Point p) {
            return p.x >= corner.x - 4 && p.x <= corner.x + width + 4 && p.y >= corner.y - 4 &&
                   p.y <= corner.y + height + 4;
        };
        const std::ptrdiff_t hidden = std::count_if(places.begin(), places.end(), is_hidden);
        if (least >= 0 && hidden >= least) continue;
        least = hidden;
        best = {corner.x, corner.y, width, height};
        if (hidden == 0) break;
    }
    return best;
}

void draw_legend(Drawing& drawing, const Frame& frame, const AxesContent& content, const std::vector<Point>& places)
{
    constexpr double kLine = 19, kPadding = 7, kSample = 26;
    double widest = 0;
    std::vector<const Item*> entries;
    for (const Item& item : content.items) {
        const std::string label = legend_label(item);
        if (label.empty()) continue;
        entries.push_back(&item);
        widest = std::max(widest, text_width(label, kLegendFont));
    }
    if (entries.empty() || content.legend == Legend::none) return;
    const Rectangle box = best_place(frame, widest + kSample + 3 * kPadding,
                                     static_cast<double>(entries.size()) * kLine + kPadding, places);
    drawing.begin_group("legend");
    drawing.rectangle(box, {255, 255, 255, 0.88}, {kLightGray, 1, Dash::solid});
    double y = box.y + kPadding / 2 + kLine / 2;
    for (const Item* item : entries) {
        draw_sample(drawing, {box.x + kPadding + kSample / 2, y}, *item);
        drawing.text({box.x + 2 * kPadding + kSample, y + 4.5}, legend_label(*item), kLegendFont);
        y += kLine;
    }
    drawing.end_group();
}

std::string numbers(std::initializer_list<double> values)
{
    std::string text;
    for (const double value : values) text += fmt::format("{}{:.10g}", text.empty() ? "" : " ", value);
    return text;
}

}  // namespace

void draw_axes(Drawing& drawing, const Rectangle& cell, const AxesContent& content)
{
    Ticks ticks;
    const Frame frame = frame_in(cell, content, ticks);
    const Rectangle& r = frame.place;
    const auto scale_name = [](Scale scale) { return scale == Scale::log ? "log" : "linear"; };
    drawing.begin_group("axes", {{"title", content.title},
                                 {"frame", numbers({r.x, r.y, r.width, r.height})},
                                 {"x-range", numbers({frame.x.low, frame.x.high})},
                                 {"y-range", numbers({frame.y.low, frame.y.high})},
                                 {"x-scale", scale_name(frame.x_scale)},
                                 {"y-scale", scale_name(frame.y_scale)}});
    drawing.begin_clip("data", r);
    if (content.ticks) draw_grid(drawing, frame, ticks);
    const std::vector<Point> places = draw_items(drawing, frame, content.items);
    drawing.end_group();
    drawing.rectangle(r, kNoColor, {Color{80, 80, 80}, 1, Dash::solid});
    if (content.ticks) draw_ticks(drawing, frame, ticks);
    draw_labels(drawing, frame, content, ticks);
    draw_legend(drawing, frame, content, places);
    drawing.end_group();
}

}  // namespace xgrad::plot::detail
