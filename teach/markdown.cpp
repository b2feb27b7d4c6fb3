// The explanation for a page.
#include <fmt/format.h>

#include "teach/forms.hpp"
#include "teach/words.hpp"

namespace xgrad::teach {
namespace {

/// Text in a cell, as code: a bar would end the cell, and names may have back quotes.
std::string code(const std::string& text)
{
    if (text.empty()) return "";
    std::string out = "`";
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c == '`' ? '\'' : c == '\n' ? ' ' : c;
    }
    return out + '`';
}

constexpr std::int64_t kShownElements = 12;

std::string value_text(const Tensor& x)
{
    const std::string values = small_values(x, kShownElements);
    return values.empty() ? short_text(x) : values;
}

std::string forward_of(const Graph& graph)
{
    std::string out = "## Forward\n\n| value | is | computed as | line |\n| --- | --- | --- | --- |\n";
    for (const GraphNode& y : graph.nodes) {
        const std::string what = y.formula.empty() ? y.operation : y.operation + ": " + y.formula;
        const std::string place = code(place_of(y));
        out += fmt::format("| {} | {} | {} | {} |\n", code(y.name), code(value_text(y.value)), code(what), place);
    }
    return out;
}

std::string backward_of(const Graph& graph)
{
    std::string out =
        "\n## Backward\n\n| gradient | local derivative | upstream x local | sum so far | gate |\n"
        "| --- | --- | --- | --- | --- |\n";
    for (const Graph::Step& step : graph.backward) {
        const GraphNode& y = graph.nodes[step.node];
        const GraphEdge& edge = y.edges[step.edge];
        const std::string local = edge.derivative + " = " + local_text(edge);
        const std::string product = product_text(y, edge, value_text(edge.contribution));
        const GraphNode& x = graph.nodes[edge.to];
        const std::string sum = x.uses > 1 ? code(value_text(edge.accumulated)) : "";
        out += fmt::format("| {} | {} | {} | {} | {} {} |\n", code(graph.gradient_name(x.name)), code(local),
                           code(product), sum, y.operation, gate_of(y.operation).verb);
    }
    return out;
}

}  // namespace

std::string markdown_of(const Graph& graph)
{
    std::string out = forward_of(graph);
    if (!graph.is_walked) return out;
    out += backward_of(graph) + "\n## Gradients\n\n| leaf | gradient |\n| --- | --- |\n";
    for (const GraphNode& x : graph.nodes)
        if (x.kind == NodeKind::leaf)
            out += fmt::format("| {} | {} |\n", code(graph.gradient_name(x.name)), code(value_text(x.grad)));
    return out;
}

}  // namespace xgrad::teach
