// The explanation for a terminal.
#include "teach/forms.hpp"

#include <xgrad/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "teach/words.hpp"

namespace xgrad::teach {
namespace {

// Columns: what is named, its value, the operation or derivative, the local derivative or line, upstream x local.
constexpr std::size_t kName = 12, kValue = 12, kFormula = 28, kLocal = 21, kProduct = 27;
constexpr std::size_t kWidth = kName + kValue + kFormula + kLocal + kProduct;

std::string shortened(std::string text, std::size_t width)
{
    if (text.size() <= width) return text;
    text.resize(width - 3);
    return text + "...";
}

/// Text in a column, with a blank behind it.
std::string cell(const std::string& text, std::size_t width)
{
    return fmt::format("{:<{}}", shortened(text, width - 1), width);
}

class Table {
public:
    Table(const Graph& graph, const ExplainOptions& options) : graph_(graph), options_(options), uses_(uses_of(graph))
    {
    }

    std::string text()
    {
        row("value of", "is", "computed as", "local derivative", "upstream x local");
        for (const GraphNode& node : graph_.nodes) block(node);
        if (graph_.is_walked) {
            gradients();
            copies();
        }
        for (const auto& [name, index] : options_.follow) follow(name, index);
        if (graph_.is_walked) gates();
        return std::move(out_);
    }

private:
    void row(const std::string& name, const std::string& value, const std::string& formula, const std::string& local,
             const std::string& product)
    {
        // A short line may use the columns that it leaves empty.
        std::string line = cell(name, kName) + cell(value, kValue);
        line += local.empty() && product.empty() ? shortened(formula, kWidth - line.size()) : cell(formula, kFormula);
        if (!product.empty())
            line += cell(local, kLocal) + shortened(product, kProduct);
        else
            line += shortened(local, kWidth - line.size());
        write(line);
    }
    void write(std::string line)
    {
        line.erase(line.find_last_not_of(' ') + 1);
        out_ += line + '\n';
    }
    void values_line(const std::string& values)
    {
        if (!values.empty()) write(std::string(kName + kValue, ' ') + shortened(values, kWidth - kName - kValue));
    }
    void detail_line(const std::string& text) { write(shortened("  " + text, kWidth)); }

    void block(const GraphNode& y)
    {
        if (y.kind == NodeKind::leaf) {
            row(y.name, short_text(y.value), "variable", "", "");
            values_line(small_values(y.value, options_.elements));
            return;
        }
        const bool has_own_line = y.operation == "fuse" && y.formula.size() + y.operation.size() + 2 >= kFormula;
        const std::string what = y.formula.empty() || has_own_line ? y.operation : y.operation + ": " + y.formula;
        const bool has_gradient = graph_.is_walked && is_floating(y.value.dtype());
        row(y.name, short_text(y.value), what, place_of(y),
            has_gradient ? graph_.gradient_name(y.name) + " = " + short_text(y.adjoint) : "");
        if (has_own_line) values_line(y.formula);
        values_line(small_values(y.value, options_.elements));
        for (const GraphEdge& edge : y.edges) flow(y, edge);
    }

    void flow(const GraphNode& y, const GraphEdge& edge)
    {
        const std::string product = product_text(y, edge, short_text(edge.contribution));
        row("", "", edge.derivative, local_text(edge), graph_.is_walked ? product : "");
        if (graph_.is_walked) values_line(small_values(edge.contribution, options_.elements));
    }

    void gradients()
    {
        out_ += "gradients\n";
        for (const GraphNode& x : graph_.nodes) {
            if (x.kind != NodeKind::leaf) continue;
            const bool is_small = x.grad.defined() && x.grad.ndim() > 0;
            detail_line(graph_.gradient_name(x.name) + " = " + (is_small ? to_string(x.grad) : short_text(x.grad)));
        }
    }

    using Use = std::pair<const GraphNode*, const GraphEdge*>;

    /// What came back to each value, use by use.
    static std::vector<std::vector<Use>> uses_of(const Graph& graph)
    {
        std::vector<std::vector<Use>> uses(graph.nodes.size());
        for (const Graph::Step& step : graph.backward) {
            const GraphNode& by = graph.nodes[step.node];
            uses[by.edges[step.edge].to].push_back({&by, &by.edges[step.edge]});
        }
        return uses;
    }

    void copies()
    {
        bool has_title = false;
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            const std::vector<Use>& uses = uses_[i];
            if (uses.size() < 2) continue;
            if (!has_title) out_ += "sums at copies\n";
            has_title = true;
            std::string sum;
            for (const auto& [by, edge] : uses)
                sum +=
                    fmt::format("{}{} (from {})", sum.empty() ? "" : " + ", short_text(edge->contribution), by->name);
            detail_line(graph_.gradient_name(graph_.nodes[i].name) + " = " + sum + " = " +
                        short_text(uses.back().second->accumulated));
        }
    }

    void follow(const std::string& name, const std::vector<std::int64_t>& index)
    {
        const auto at = std::find_if(graph_.nodes.begin(), graph_.nodes.end(),
                                     [&name](const GraphNode& node) { return node.name == name; });
        if (at == graph_.nodes.end())
            throw ShapeError(detail::error_text("explain", "follow names " + name + ", which the tape does not hold",
                                                "an element is named by its tensor's name and its index",
                                                "name values with tape.variable(name, ...) or tape.name(value, name)"));
        const Sizes axes(index.data(), index.size());
        const auto element = [&](const Tensor& x) { return number_text(element_of(x, axes)); };
        const std::string text = name + to_brackets(index);
        out_ += text + " = " + element(at->value) + '\n';
        if (!graph_.is_walked) return;
        std::string sum;
        for (const auto& [by, edge] : uses_[static_cast<std::size_t>(at - graph_.nodes.begin())])
            sum += fmt::format("{}{} (from {})", sum.empty() ? "" : " + ", element(edge->contribution), by->name);
        const Tensor& adjoint = at->adjoint;
        detail_line(graph_.gradient_name(text) + " = " + (sum.empty() ? "" : sum + " = ") +
                    (adjoint.defined() ? element(adjoint) : "0"));
    }

    static std::string to_brackets(const std::vector<std::int64_t>& index)
    {
        return fmt::format("[{}]", fmt::join(index, ", "));
    }

    static double element_of(const Tensor& x, Sizes index)
    {
        const NoGrad nobody_records;
        return x.scalar(index).value();
    }

    void gates()
    {
        std::set<std::string> seen;
        std::string lines;
        const auto line = [&](const std::string& name, const Gate& gate) {
            if (seen.insert(name).second)
                lines += shortened(fmt::format("  {} {}: {}", name, gate.verb, gate.meaning), kWidth) + '\n';
        };
        for (const GraphNode& node : graph_.nodes)
            if (!node.edges.empty()) line(node.operation, gate_of(node.operation));
        for (const GraphNode& node : graph_.nodes)
            if (node.uses > 1) line(kCopy.symbol, kCopy);
        if (!lines.empty()) out_ += "gates\n" + lines;
    }

    const Graph& graph_;
    const ExplainOptions& options_;
    std::vector<std::vector<Use>> uses_;  // by node
    std::string out_;
};

}  // namespace

std::string text_of(const Graph& graph, const ExplainOptions& options) { return Table(graph, options).text(); }

}  // namespace xgrad::teach
