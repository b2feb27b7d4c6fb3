// The explanation for Graphviz.
#include <fmt/format.h>

#include "teach/forms.hpp"
#include "teach/words.hpp"

namespace xgrad::teach {
namespace {

std::string quoted(const std::string& text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out + '"';
}

/// Where the values of a node come from: its circle, or the box of a leaf.
std::string node_of(const Graph& graph, std::size_t i)
{
    const GraphNode& y = graph.nodes[i];
    return fmt::format("  n{} [label={}, shape={}];\n", i, quoted(drawn_text(y)),
                       y.kind == NodeKind::leaf ? "box" : "ellipse");
}

/// The value and, below it, the gradient.
std::string edge_label(const std::string& name, const Tensor& value, const Tensor& gradient, bool is_walked)
{
    std::string label = name.empty() ? short_text(value) : name + " = " + short_text(value);
    if (is_walked && is_floating(value.dtype())) label += " / " + short_text(gradient);
    return quoted(label);
}

}  // namespace

std::string dot_of(const Graph& graph)
{
    std::string out =
        "// On each edge: the value that goes forward / the gradient that comes back.\n"
        "digraph explanation {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n"
        "  edge [fontname=\"sans-serif\", fontsize=11];\n";
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) out += node_of(graph, i);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const GraphNode& y = graph.nodes[i];
        for (std::size_t k = 0; k < y.operands.size(); ++k) {
            const GraphOperand& x = y.operands[k];
            if (x.node == kNone) {
                out += fmt::format("  c{}_{} [label={}, shape=plaintext];\n  c{}_{} -> n{};\n", i, k, quoted(x.name), i,
                                   k, i);
                continue;
            }
            Tensor contribution;
            for (const GraphEdge& edge : y.edges)
                if (edge.operand == k) contribution = edge.contribution;
            const GraphNode& from = graph.nodes[x.node];
            const std::string name = from.kind == NodeKind::operation && from.is_named ? from.name : "";
            out += fmt::format("  n{} -> n{} [label={}];\n", x.node, i,
                               edge_label(name, from.value, contribution, graph.is_walked));
        }
        if (y.kind == NodeKind::operation && y.uses == 0)
            out += fmt::format("  r{} [shape=point];\n  n{} -> r{} [label={}];\n", i, i, i,
                               edge_label(y.is_named ? y.name : "", y.value, y.adjoint, graph.is_walked));
    }
    return out + "}\n";
}

}  // namespace xgrad::teach
