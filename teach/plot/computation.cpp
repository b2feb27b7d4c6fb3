#include <xgrad/teach/plot/computation.hpp>

#include <xgrad/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "teach/words.hpp"

namespace xgrad::plot {
namespace {

using teach::GraphNode;
using teach::GraphOperand;
using teach::kNone;
using teach::NodeKind;

constexpr Color kForward{0, 114, 178}, kBackward{200, 80, 0};

/// Something with a place: a node of the graph, or a constant that one operand is.
struct Spot {
    std::string label, name;
    bool is_operation = false;
    std::size_t column = 0;
    double row = 0;
};

struct Edge {
    std::size_t from, to;    // spots
    Tensor value, gradient;  // undefined: none
};

std::string exact_text(const Tensor& x) { return x.defined() ? teach::short_text(x) : ""; }

/// Three digits of a number: there is little room on an edge.
std::string shown_text(const Tensor& x)
{
    return x.defined() && x.numel() == 1 ? fmt::format("{:.3g}", x.item()) : exact_text(x);
}

/// Operations one column behind the last of their operands, leaves one before the first operation that uses them; rows
/// from the leaves on, each operation between its operands.
class Layout {
public:
    explicit Layout(const teach::Graph& graph) : graph_(graph), spots_(graph.nodes.size())
    {
        place_columns();
        for (std::size_t i = graph.nodes.size(); i-- > 0;)
            if (graph.nodes[i].uses == 0) place_leaves(i);
        place_operations();
        add_constants();
        spread_rows();
        for (std::size_t i = 0; i < graph.nodes.size(); ++i)
            if (graph.nodes[i].uses == 0) add_end(i);
    }

    const std::vector<Spot>& spots() const { return spots_; }
    const std::vector<Edge>& edges() const { return edges_; }

private:
    const GraphNode& node(std::size_t i) const { return graph_.nodes[i]; }

    void place_columns()
    {
        for (std::size_t i = 0; i < spots_.size(); ++i) {
            const GraphNode& y = node(i);
            spots_[i] = {teach::drawn_text(y), y.name, y.kind == NodeKind::operation};
            for (const GraphOperand& x : y.operands)
                if (x.node != kNone) spots_[i].column = std::max(spots_[i].column, spots_[x.node].column + 1);
            if (y.kind == NodeKind::operation) spots_[i].column = std::max<std::size_t>(spots_[i].column, 1);
        }
        std::vector<std::size_t> first(spots_.size(), kNone);  // column of a user
        for (std::size_t i = 0; i < spots_.size(); ++i)
            for (const GraphOperand& x : node(i).operands)
                if (x.node != kNone) first[x.node] = std::min(first[x.node], spots_[i].column);
        for (std::size_t i = 0; i < spots_.size(); ++i)
            if (node(i).kind == NodeKind::leaf && first[i] != kNone) spots_[i].column = first[i] - 1;
    }

    /// Rows in the order in which a walk from the end meets the leaves.
    void place_leaves(std::size_t end)
    {
        std::vector<std::size_t> stack{end};
        seen_.resize(spots_.size());
        while (!stack.empty()) {
            const std::size_t i = stack.back();
            stack.pop_back();
            if (std::exchange(seen_[i], char{1})) continue;
            if (node(i).kind == NodeKind::leaf) spots_[i].row = rows_++;
            for (std::size_t k = node(i).operands.size(); k-- > 0;)
                if (node(i).operands[k].node != kNone) stack.push_back(node(i).operands[k].node);
        }
    }

    void place_operations()
    {
        for (std::size_t i = 0; i < spots_.size(); ++i) {
            double sum = 0, count = 0;
            for (const GraphOperand& x : node(i).operands) {
                if (x.node == kNone) continue;
                sum += spots_[x.node].row;
                ++count;
            }
            if (count > 0) spots_[i].row = sum / count;
        }
    }

    void add_constants()
    {
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            for (std::size_t k = 0; k < node(i).operands.size(); ++k) {
                const GraphOperand& x = node(i).operands[k];
                std::size_t from = x.node;
                Tensor gradient;
                for (const teach::GraphEdge& edge : node(i).edges)
                    if (edge.operand == k) gradient = edge.contribution;
                if (from == kNone) {
                    from = spots_.size();
                    spots_.push_back({x.name, x.name, false, spots_[i].column - 1, spots_[i].row + 1});
                    edges_.push_back({from, i, {}, {}});
                } else {
                    edges_.push_back({from, i, node(from).value, gradient});
                }
            }
        }
    }

    /// What stands in one column keeps a row's distance.
    void spread_rows()
    {
        std::vector<std::size_t> order(spots_.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
            return std::pair(spots_[a].column, spots_[a].row) < std::pair(spots_[b].column, spots_[b].row);
        });
        for (std::size_t i = 1; i < order.size(); ++i) {
            const Spot& above = spots_[order[i - 1]];
            Spot& below = spots_[order[i]];
            if (above.column == below.column) below.row = std::max(below.row, above.row + 1);
        }
    }

    /// Behind a result, an edge that ends nowhere.
    void add_end(std::size_t i)
    {
        const GraphNode& y = node(i);
        if (y.kind == NodeKind::leaf) return;
        spots_.push_back({"", "", false, spots_[i].column + 1, spots_[i].row});
        edges_.push_back({i, spots_.size() - 1, y.value, y.adjoint});
    }

    const teach::Graph& graph_;
    std::vector<Spot> spots_;
    std::vector<Edge> edges_;
    std::vector<char> seen_;
    double rows_ = 0;
};

class ComputationPainter {
public:
    ComputationPainter(Drawing& drawing, const Rectangle& place, const Layout& layout)
        : drawing_(drawing), place_(place), layout_(layout)
    {
        std::size_t columns = 1;
        double rows = 0;
        for (const Spot& spot : layout.spots()) {
            columns = std::max(columns, spot.column);
            rows = std::max(rows, spot.row);
        }
        x_step_ = (place.width - 2 * kSide) / static_cast<double>(columns);
        y_step_ = place.height / (rows + 1);
        radius_ = std::clamp(0.3 * std::min(x_step_, y_step_), 6.0, 20.0);
    }

    void draw()
    {
        drawing_.begin_group("computation");
        for (const Edge& edge : layout_.edges()) draw_line(edge);
        for (const Edge& edge : layout_.edges()) draw_texts(edge);
        for (const Spot& spot : layout_.spots()) draw_spot(spot);
        drawing_.end_group();
    }

private:
    static constexpr double kSide = 34;

    Point center(const Spot& spot) const
    {
        return {place_.x + kSide + x_step_ * static_cast<double>(spot.column), place_.y + y_step_ * (spot.row + 0.5)};
    }

    double font_size() const { return std::clamp(0.16 * x_step_, 8.0, 13.0); }

    double half_width(const Spot& spot) const
    {
        return spot.is_operation ? radius_ : spot.label.empty() ? 0 : text_width(spot.label, {.size = 14}) / 2 + 8;
    }

    std::pair<Point, Point> ends(const Edge& edge) const
    {
        const Spot &from = layout_.spots()[edge.from], &to = layout_.spots()[edge.to];
        const Point a = center(from), b = center(to);
        const double length = std::hypot(b.x - a.x, b.y - a.y), ux = (b.x - a.x) / length, uy = (b.y - a.y) / length;
        const double start = half_width(from), stop = half_width(to) + 2;
        return {{a.x + ux * start, a.y + uy * start}, {b.x - ux * stop, b.y - uy * stop}};
    }

    void draw_line(const Edge& edge)
    {
        drawing_.begin_group("edge", {{"from", layout_.spots()[edge.from].name},
                                      {"to", layout_.spots()[edge.to].name},
                                      {"value", exact_text(edge.value)},
                                      {"gradient", exact_text(edge.gradient)}});
        const auto [a, b] = ends(edge);
        drawing_.arrow(a, b, {kGray, 1.4, Dash::solid}, 7);
        drawing_.end_group();
    }

    void draw_texts(const Edge& edge)
    {
        const auto [a, b] = ends(edge);
        const double size = font_size(), x = a.x + 0.46 * (b.x - a.x), y = a.y + 0.46 * (b.y - a.y);
        // Beside a steep line, above and below a flat one.
        const double steep = std::abs(b.y - a.y) / std::max(1.0, std::hypot(b.x - a.x, b.y - a.y));
        const double away = 4 + 5 * steep;
        drawing_.text({x, y - away}, shown_text(edge.value),
                      {.size = size, .color = kForward, .anchor = Anchor::middle, .bold = true, .halo = true});
        drawing_.text({x, y + away + 0.75 * size}, shown_text(edge.gradient),
                      {.size = size, .color = kBackward, .anchor = Anchor::middle, .bold = true, .halo = true});
    }

    void draw_spot(const Spot& spot)
    {
        if (spot.label.empty()) return;
        const Point c = center(spot);
        drawing_.begin_group("node", {{"name", spot.name}, {"operation", spot.is_operation ? spot.label : ""}});
        const Pen rim{kBlack, 1.3, Dash::solid};
        if (spot.is_operation) {
            drawing_.circle(c, radius_, Color{228, 236, 246}, rim);
            const double size = std::min(radius_, 1.5 * radius_ / std::max(1.0, text_width(spot.label, {.size = 1})));
            drawing_.text({c.x, c.y + 0.36 * size}, spot.label, {.size = size, .anchor = Anchor::middle});
            if (!spot.name.starts_with('%'))
                drawing_.text({c.x, c.y - radius_ - 5}, spot.name,
                              {.size = 13, .anchor = Anchor::middle, .halo = true});
        } else {
            const double half = half_width(spot);
            drawing_.rectangle({c.x - half, c.y - 13, 2 * half, 26}, Color{232, 240, 232}, rim);
            drawing_.text({c.x, c.y + 5}, spot.label, {.size = 14, .anchor = Anchor::middle});
        }
        drawing_.end_group();
    }

    Drawing& drawing_;
    Rectangle place_;
    const Layout& layout_;
    double x_step_, y_step_, radius_;
};

}  // namespace

void draw(Drawing& drawing, const Rectangle& place, const teach::Graph& graph)
{
    if (graph.nodes.empty())
        throw ShapeError(xgrad::detail::error_text("draw", "a graph without nodes", "a picture shows a node at least",
                                                   "record something on a tape opened with explain"));
    const Layout layout(graph);
    ComputationPainter(drawing, place, layout).draw();
}

Drawing draw(const teach::Graph& graph, double width, double height)
{
    Drawing drawing(width, height);
    draw(drawing, {0, 0, width, height}, graph);
    return drawing;
}

}  // namespace xgrad::plot
