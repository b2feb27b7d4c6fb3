#include <xgrad/teach/stepper.hpp>

#include <xgrad/error.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "teach/words.hpp"

namespace xgrad::teach {
namespace {

constexpr std::size_t kWidth = 100;

std::string line(std::string text)
{
    if (text.size() > kWidth) {
        text.resize(kWidth - 3);
        text += "...";
    }
    return text + '\n';
}

/// A number, a small tensor with its values, or a shape.
std::string value_text(const Tensor& x)
{
    const std::string values = small_values(x, 6);
    return values.empty() ? short_text(x) : values;
}

}  // namespace

BackwardStepper::BackwardStepper(const Tape& tape) : BackwardStepper(graph_of(tape)) {}

BackwardStepper::BackwardStepper(Graph graph) : graph_(std::move(graph))
{
    if (!graph_.is_walked)
        throw TapeError(detail::error_text("BackwardStepper", "the tape was not walked",
                                           "it shows the steps of a backward pass that was made",
                                           "call tape.backward(root) first"));
}

void BackwardStepper::move_to(std::size_t position)
{
    position_ = position;
    if (hook_) hook_(*this);
}

bool BackwardStepper::next()
{
    if (is_at_end()) return false;
    move_to(position_ + 1);
    return true;
}

bool BackwardStepper::previous()
{
    if (position_ == 0) return false;
    move_to(position_ - 1);
    return true;
}

void BackwardStepper::restart() { move_to(0); }

bool BackwardStepper::run()
{
    std::vector<std::size_t> stops;
    for (const std::size_t node : breakpoints_) stops.push_back(complete_at(node));
    while (next())
        if (std::find(stops.begin(), stops.end(), position_) != stops.end()) return true;
    return false;
}

std::size_t BackwardStepper::node_named(const std::string& name) const
{
    for (std::size_t i = graph_.nodes.size(); i-- > 0;)  // the last of that name
        if (graph_.nodes[i].name == name) return i;
    std::string known;
    for (const GraphNode& node : graph_.nodes) known += (known.empty() ? "" : ", ") + node.name;
    throw ShapeError(detail::error_text("BackwardStepper", "no value is called '" + name + "'",
                                        "values are called as tape.variable and tape.name say, others %0, %1 and so on",
                                        "take one of: " + known));
}

/// The position at which the adjoint of a node has all its contributions.
std::size_t BackwardStepper::complete_at(std::size_t node) const
{
    std::size_t last = 0;
    for (std::size_t i = 0; i < graph_.backward.size(); ++i) {
        const Graph::Step& step = graph_.backward[i];
        if (graph_.nodes[step.node].edges[step.edge].to == node) last = i + 1;
    }
    return last;
}

void BackwardStepper::run_to(const std::string& name)
{
    const std::size_t target = complete_at(node_named(name));
    if (position_ > target) restart();
    while (position_ < target) next();
}

void BackwardStepper::add_breakpoint(const std::string& name) { breakpoints_.push_back(node_named(name)); }
void BackwardStepper::remove_breakpoint(const std::string& name) { std::erase(breakpoints_, node_named(name)); }

void BackwardStepper::watch(const std::string& name)
{
    const std::size_t node = node_named(name);
    if (std::find(watched_.begin(), watched_.end(), node) == watched_.end()) watched_.push_back(node);
}

void BackwardStepper::unwatch(const std::string& name) { std::erase(watched_, node_named(name)); }

Tensor BackwardStepper::adjoint(const std::string& name) const { return adjoint_of(node_named(name)); }

Tensor BackwardStepper::adjoint_of(std::size_t node) const
{
    Tensor sum = node == graph_.root ? graph_.nodes[node].adjoint : Tensor();
    for (std::size_t i = 0; i < position_; ++i) {
        const GraphEdge& edge = graph_.nodes[graph_.backward[i].node].edges[graph_.backward[i].edge];
        if (edge.to == node) sum = edge.accumulated;
    }
    return sum;
}

const GraphEdge* BackwardStepper::edge() const
{
    if (position_ == 0) return nullptr;
    const Graph::Step& step = graph_.backward[position_ - 1];
    return &graph_.nodes[step.node].edges[step.edge];
}

std::string BackwardStepper::text() const
{
    const auto d = [this](const std::string& name) { return graph_.gradient_name(name); };
    std::string out;
    if (position_ == 0) {
        const std::string root = graph_.root == kNone ? "the roots" : graph_.nodes[graph_.root].name;
        const std::string seed = graph_.root == kNone ? "the seeds" : value_text(graph_.nodes[graph_.root].adjoint);
        out += line(fmt::format("start, {} steps: the gradient at {} is {}", size(), root, seed));
    } else {
        const GraphNode& y = graph_.nodes[graph_.backward[position_ - 1].node];
        const GraphEdge& edge = *this->edge();
        const GraphNode& x = graph_.nodes[edge.to];
        const std::string place = place_of(y).empty() ? "" : "   (" + place_of(y) + ")";
        const std::string formula = y.formula.empty() ? y.operation : y.formula;
        const Gate gate = gate_of(y.operation);
        out += line(fmt::format("step {} of {}: through {} = {}{}", position_, size(), y.name, formula, place));
        out += line(fmt::format("  {} {}: {}", y.operation, gate.verb, gate.meaning));
        out += line(fmt::format("  {} = {}", edge.derivative, edge.local));
        out += line(fmt::format("  {} {} {} * {} = {}", d(x.name), x.uses > 1 ? "+=" : "=", d(y.name), edge.derivative,
                                product_text(y, edge, value_text(edge.contribution))));
        if (x.uses > 1)
            out += line(fmt::format("  {} so far: {}   (copy sums)", d(x.name), value_text(edge.accumulated)));
    }
    for (const std::size_t node : watched_)
        out += line(fmt::format("  watch {} = {}", d(graph_.nodes[node].name), value_text(adjoint_of(node))));
    return out;
}

}  // namespace xgrad::teach
