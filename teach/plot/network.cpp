#include <xgrad/teach/plot/network.hpp>

#include <xgrad/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace xgrad::plot {
namespace {

using xgrad::detail::error_text;

constexpr Color kPositive{0, 114, 178}, kNegative{213, 94, 0}, kDropped{190, 190, 190};

/// Throws ShapeError unless the list is empty or has a tensor of the right shape for each layer from `first` on.
void check_list(const char* what, const std::vector<Tensor>& list, const std::vector<std::int64_t>& units,
                std::size_t first, bool matrices)
{
    if (list.empty()) return;
    bool fits = list.size() + first == units.size();
    for (std::size_t i = 0; fits && i < list.size(); ++i) {
        const std::size_t layer = i + first;
        fits = matrices ? list[i].ndim() == 2 && list[i].size(0) == units[layer] && list[i].size(1) == units[layer - 1]
                        : list[i].ndim() == 1 && list[i].size(0) == units[layer];
    }
    if (fits) return;
    std::string shapes;
    for (const Tensor& x : list) shapes += (shapes.empty() ? "" : ", ") + describe(x);
    throw ShapeError(error_text("NetworkDiagram",
                                fmt::format("{} {} for layers of {} units", what, shapes, fmt::join(units, ", ")),
                                matrices ? "weights are (out, in), one for each layer behind the inputs"
                                         : "there is a number for each unit of each layer",
                                "check the shapes, or leave the list empty"));
}

void check(const NetworkDiagram& network)
{
    const auto& units = network.units;
    if (units.size() < 2 || *std::min_element(units.begin(), units.end()) < 1 || network.most_units < 3)
        throw ShapeError(error_text(
            "NetworkDiagram",
            fmt::format("layers of ({}) units, at most {} of them shown", fmt::join(units, ", "), network.most_units),
            "there are two layers at least, each of a unit at least; most_units is at least 3", "check units"));
    check_list("weights", network.weights, units, 1, true);
    check_list("biases", network.biases, units, 1, false);
    check_list("values", network.values, units, 0, false);
    check_list("kept", network.kept, units, 0, false);
    bool fits = network.names.empty() || network.names.size() == units.size();
    for (std::size_t layer = 0; fits && layer < network.names.size(); ++layer)
        fits = static_cast<std::int64_t>(network.names[layer].size()) == units[layer];
    if (!fits)
        throw ShapeError(error_text("NetworkDiagram",
                                    fmt::format("names that do not fit layers of {} units", fmt::join(units, ", ")),
                                    "each unit of each layer has a name, or none has", "check names"));
}

std::string short_number(double x)
{
    if (!std::isfinite(x)) return fmt::format("{}", x);
    const std::string text = fmt::format("{:.2f}", x);
    const std::string cut = text.substr(0, text.find_last_not_of('0') + 1);
    const std::string plain = cut.ends_with('.') ? cut.substr(0, cut.size() - 1) : cut;
    return plain == "-0" ? "0" : plain;
}

std::string subscript(std::size_t number)
{
    static constexpr std::array<const char*, 10> kDigits{"\u2080", "\u2081", "\u2082", "\u2083", "\u2084",
                                                         "\u2085", "\u2086", "\u2087", "\u2088", "\u2089"};
    std::string text;
    for (const char digit : std::to_string(number)) text += kDigits[static_cast<std::size_t>(digit - '0')];
    return text;
}

class NetworkPainter {
public:
    NetworkPainter(Drawing& drawing, const Rectangle& place, const NetworkDiagram& network)
        : drawing_(drawing), network_(network), area_(place)
    {
        if (!network.title.empty()) {
            area_.y += 30;
            area_.height -= 30;
        }
        std::size_t most = 0;
        for (std::size_t layer = 0; layer < network.units.size(); ++layer) {
            shown_.push_back(shown_units(layer));
            most = std::max(most, shown_.back().size() + (has_gap(layer) ? 1 : 0));
        }
        spacing_ = area_.height / static_cast<double>(most);
        radius_ = std::clamp(0.32 * spacing_, 5.0, 24.0);
        read(network.weights, weights_);
        read(network.biases, biases_);
        read(network.values, values_);
        read(network.kept, kept_);
        for (const auto& layer : weights_)
            for (const double w : layer)
                if (std::isfinite(w)) largest_ = std::max(largest_, std::abs(w));
    }

    void draw()
    {
        drawing_.begin_group("network", {{"title", network_.title}});
        if (!network_.title.empty())
            drawing_.text({area_.x + area_.width / 2, area_.y - 8}, network_.title,
                          {.size = 15, .anchor = Anchor::middle, .bold = true});
        for (std::size_t layer = 1; layer < shown_.size(); ++layer) draw_edges(layer);
        // Numbers above all edges.
        for (std::size_t layer = 1; network_.numbers && !weights_.empty() && layer < shown_.size(); ++layer)
            draw_numbers(layer);
        for (std::size_t layer = 0; layer < shown_.size(); ++layer) {
            for (std::size_t i = 0; i < shown_[layer].size(); ++i) draw_unit(layer, i);
            if (has_gap(layer)) draw_gap(layer);
        }
        drawing_.end_group();
    }

private:
    struct Edge {
        std::array<Point, 2> ends;
        double weight;
    };

    static void read(const std::vector<Tensor>& from, std::vector<std::vector<double>>& to)
    {
        for (const Tensor& x : from) to.push_back(x.to_vector<double>());
    }

    bool has_gap(std::size_t layer) const { return network_.units[layer] > network_.most_units; }

    std::vector<std::size_t> shown_units(std::size_t layer) const
    {
        const auto n = static_cast<std::size_t>(network_.units[layer]),
                   most = static_cast<std::size_t>(network_.most_units);
        std::vector<std::size_t> units;
        const std::size_t head = n > most ? most / 2 : n, tail = n > most ? most - 1 - head : 0;
        for (std::size_t i = 0; i < head; ++i) units.push_back(i);
        for (std::size_t i = n - tail; i < n; ++i) units.push_back(i);
        return units;
    }

    double row_y(std::size_t layer, double row) const
    {
        const double rows = static_cast<double>(shown_[layer].size()) + (has_gap(layer) ? 1 : 0);
        return area_.y + area_.height / 2 + (row - (rows - 1) / 2) * spacing_;
    }

    Point center(std::size_t layer, std::size_t i) const
    {
        const double step = (area_.width - 4 * radius_ - 30) / static_cast<double>(shown_.size() - 1);
        const bool behind_gap = has_gap(layer) && i >= static_cast<std::size_t>(network_.most_units) / 2;
        return {area_.x + 2 * radius_ + 15 + step * static_cast<double>(layer),
                row_y(layer, static_cast<double>(i) + (behind_gap ? 1 : 0))};
    }

    bool is_kept(std::size_t layer, std::size_t unit) const { return kept_.empty() || kept_[layer][unit] != 0; }

    double weight(std::size_t layer, std::size_t to, std::size_t from) const
    {
        return weights_[layer - 1][to * static_cast<std::size_t>(network_.units[layer - 1]) + from];
    }

    /// From rim to rim.
    std::array<Point, 2> ends(std::size_t layer, std::size_t j, std::size_t i) const
    {
        const Point a = center(layer - 1, j), b = center(layer, i);
        const double length = std::hypot(b.x - a.x, b.y - a.y), part = length > 0 ? radius_ / length : 0;
        return {Point{a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part},
                Point{b.x - (b.x - a.x) * part, b.y - (b.y - a.y) * part}};
    }

    void draw_edges(std::size_t layer)
    {
        for (std::size_t i = 0; i < shown_[layer].size(); ++i) {
            for (std::size_t j = 0; j < shown_[layer - 1].size(); ++j) {
                const std::size_t to = shown_[layer][i], from = shown_[layer - 1][j];
                if (!is_kept(layer, to) || !is_kept(layer - 1, from)) continue;
                const auto [a, b] = ends(layer, j, i);
                std::vector<std::pair<std::string, std::string>> facts{{"from", fmt::format("{}.{}", layer - 1, from)},
                                                                       {"to", fmt::format("{}.{}", layer, to)}};
                Pen pen{kGray, 1.2, Dash::solid};
                if (!weights_.empty()) {
                    const double w = weight(layer, to, from);
                    facts.emplace_back("weight", fmt::format("{:.6g}", w));
                    if (std::isfinite(w))
                        pen = {w < 0 ? kNegative : kPositive, 0.6 + 3.4 * std::abs(w) / std::max(largest_, 1e-300),
                               Dash::solid};
                }
                drawing_.begin_group("edge", std::move(facts));
                drawing_.line({a, b}, pen);
                drawing_.end_group();
            }
        }
    }

    void draw_numbers(std::size_t layer)
    {
        std::vector<Edge> edges;
        for (std::size_t i = 0; i < shown_[layer].size(); ++i)
            for (std::size_t j = 0; j < shown_[layer - 1].size(); ++j)
                if (is_kept(layer, shown_[layer][i]) && is_kept(layer - 1, shown_[layer - 1][j]))
                    edges.push_back({ends(layer, j, i), weight(layer, shown_[layer][i], shown_[layer - 1][j])});
        const double size = std::clamp(0.17 * spacing_, 9.0, 14.0);
        std::vector<Point> taken;
        for (std::size_t i = 0; i < edges.size(); ++i) {
            const auto [a, b] = edges[i].ends;
            const double w = edges[i].weight, angle = std::atan2(b.y - a.y, b.x - a.x);
            const Point on = free_place(edges, i, taken, size);
            taken.push_back(on);
            drawing_.text({on.x - std::sin(angle) * size * 0.36, on.y + std::cos(angle) * size * 0.36}, short_number(w),
                          {.size = size,
                           .color = mix(w < 0 ? kNegative : kPositive, kBlack, 0.3),
                           .anchor = Anchor::middle,
                           .bold = true,
                           .angle = -angle * 180 / std::numbers::pi,
                           .halo = true});
        }
    }

    /// Where the number of an edge is farthest from numbers and edges that are drawn already; near its left end if it
    /// can.
    static Point free_place(const std::vector<Edge>& edges, std::size_t edge, const std::vector<Point>& taken,
                            double size)
    {
        const auto [a, b] = edges[edge].ends;
        Point best{};
        double most = -1;
        for (const double part : {0.3, 0.22, 0.38, 0.16, 0.46, 0.54, 0.62, 0.7, 0.78}) {
            const Point p{a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part};
            double room = 1;  // 1: nothing is near
            for (const Point other : taken)
                room = std::min(room, std::hypot(p.x - other.x, p.y - other.y) / (2.4 * size));
            for (std::size_t i = 0; i < edges.size(); ++i)
                if (i != edge) room = std::min(room, distance(p, edges[i].ends) / (0.9 * size));
            if (room <= most) continue;
            most = room;
            best = p;
        }
        return best;
    }

    /// From a point to a piece of line.
    static double distance(Point p, const std::array<Point, 2>& ends)
    {
        const double dx = ends[1].x - ends[0].x, dy = ends[1].y - ends[0].y, squared = dx * dx + dy * dy;
        const double part =
            squared > 0 ? std::clamp(((p.x - ends[0].x) * dx + (p.y - ends[0].y) * dy) / squared, 0.0, 1.0) : 0;
        return std::hypot(p.x - ends[0].x - part * dx, p.y - ends[0].y - part * dy);
    }

    std::string name(std::size_t layer, std::size_t unit) const
    {
        if (!values_.empty()) return short_number(values_[layer][unit]);
        if (!network_.names.empty()) return network_.names[layer][unit];
        const char* letter = layer == 0 ? "x" : layer + 1 == shown_.size() ? "y" : "h";
        return letter + subscript(unit + 1);
    }

    void draw_unit(std::size_t layer, std::size_t i)
    {
        const std::size_t unit = shown_[layer][i];
        const Point c = center(layer, i);
        const bool kept = is_kept(layer, unit);
        drawing_.begin_group("unit",
                             {{"unit", fmt::format("{}.{}", layer, unit)}, {"dropped", kept ? "false" : "true"}});
        const Color fill = layer == 0                   ? Color{232, 240, 232}
                           : layer + 1 == shown_.size() ? Color{250, 236, 220}
                                                        : Color{228, 236, 246};
        drawing_.circle(c, radius_, kept ? fill : kWhite,
                        {kept ? kBlack : kDropped, 1.4, kept ? Dash::solid : Dash::dashed});
        if (!kept) {
            const double d = 0.6 * radius_;
            for (const double sign : {1.0, -1.0})
                drawing_.line({{c.x - d, c.y - sign * d}, {c.x + d, c.y + sign * d}}, {kNegative, 2.4, Dash::solid});
        } else if (radius_ >= 9) {
            const std::string text = name(layer, unit);
            const double size = std::min(0.75 * radius_, 1.7 * radius_ / std::max(1.0, text_width(text, {.size = 1})));
            drawing_.text({c.x, c.y + 0.36 * size}, text, {.size = size, .anchor = Anchor::middle});
        }
        if (layer > 0 && !biases_.empty() && kept)
            drawing_.text({c.x, c.y - radius_ - 5}, "b = " + short_number(biases_[layer - 1][unit]),
                          {.size = 11, .color = Color{70, 70, 70}, .anchor = Anchor::middle, .halo = true});
        drawing_.end_group();
    }

    void draw_gap(std::size_t layer)
    {
        const double x = center(layer, 0).x, y = row_y(layer, static_cast<double>(network_.most_units / 2));
        for (const double step : {-1.0, 0.0, 1.0}) drawing_.circle({x, y + 0.22 * spacing_ * step}, 2, kGray);
    }

    Drawing& drawing_;
    const NetworkDiagram& network_;
    Rectangle area_;
    double spacing_ = 1, radius_ = 1, largest_ = 0;
    std::vector<std::vector<std::size_t>> shown_;
    std::vector<std::vector<double>> weights_, biases_, values_, kept_;
};

}  // namespace

NetworkDiagram diagram(const nn::MLP& model)
{
    NetworkDiagram network{.units = {model.layers.front().in_features()}};
    for (const nn::Linear& layer : model.layers) {
        network.units.push_back(layer.out_features());
        network.weights.push_back(layer.weight);
        network.biases.push_back(layer.bias);
    }
    return network;
}

void draw(Drawing& drawing, const Rectangle& place, const NetworkDiagram& network)
{
    check(network);
    NetworkPainter(drawing, place, network).draw();
}

Drawing draw(const NetworkDiagram& network, double width, double height)
{
    Drawing drawing(width, height);
    draw(drawing, {10, 10, width - 20, height - 20}, network);
    return drawing;
}

}  // namespace xgrad::plot
