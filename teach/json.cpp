// The explanation as data; docs/explanation.md has the schema.
#include <nlohmann/json.hpp>

#include <cmath>

#include "teach/forms.hpp"
#include "teach/words.hpp"

namespace xgrad::teach {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostElements = 64;

Json number_in_json(double x)
{
    if (std::isnan(x)) return "nan";
    if (std::isinf(x)) return x < 0 ? "-inf" : "inf";
    return x;
}

/// The elements from `at` on in nested lists.
Json nested(Sizes sizes, std::size_t axis, const std::vector<double>& values, std::size_t& at)
{
    if (axis == sizes.size()) return number_in_json(values[at++]);
    Json list = Json::array();
    for (std::int64_t i = 0; i < sizes[axis]; ++i) list.push_back(nested(sizes, axis + 1, values, at));
    return list;
}

/// null for an undefined tensor and for a large one.
Json values_in_json(const Tensor& x)
{
    if (!x.defined() || x.numel() > kMostElements) return nullptr;
    std::size_t at = 0;
    return nested(x.sizes(), 0, x.to_vector<double>(), at);
}

Json sizes_in_json(const Tensor& x)
{
    Json sizes = Json::array();
    for (std::size_t i = 0; i < x.ndim(); ++i) sizes.push_back(x.sizes()[i]);
    return sizes;
}

Json operand_in_json(const GraphOperand& x)
{
    Json out{{"letter", x.letter}, {"name", x.name}};
    if (x.node != kNone)
        out["node"] = x.node;
    else
        out["constant"] = values_in_json(x.constant);
    return out;
}

Json edge_in_json(const GraphNode& y, const GraphEdge& edge)
{
    Json out{{"operand", edge.operand},
             {"to", edge.to},
             {"derivative", edge.derivative},
             {"local", edge.local},
             {"local_template", edge.local_template}};
    out["local_value"] = edge.local_value ? number_in_json(*edge.local_value) : Json(nullptr);
    out["upstream"] = values_in_json(y.adjoint);
    out["contribution"] = values_in_json(edge.contribution);
    out["accumulated"] = values_in_json(edge.accumulated);
    return out;
}

Json node_in_json(const GraphNode& y)
{
    const Gate gate = gate_of(y.operation);
    const bool is_operation = y.kind == NodeKind::operation;
    Json out{{"name", y.name}, {"operation", y.operation}, {"kind", is_operation ? "operation" : "leaf"}};
    out["symbol"] = is_operation ? drawn_text(y) : "";
    out["gate"] = is_operation && !y.edges.empty() ? y.operation + " " + gate.verb + ": " + gate.meaning : "";
    out["formula"] = y.formula;
    out["template"] = y.formula_template;
    out["scalar"] = y.is_scalar;
    out["shape"] = sizes_in_json(y.value);
    out["dtype"] = name_of(y.value.dtype());
    out["value"] = values_in_json(y.value);
    out["adjoint"] = values_in_json(y.adjoint);
    out["grad"] = values_in_json(y.grad);
    out["group"] = y.group;
    out["place"] = y.file.empty() ? Json(nullptr) : Json{{"file", y.file}, {"line", y.line}};
    out["operands"] = Json::array();
    for (const GraphOperand& x : y.operands) out["operands"].push_back(operand_in_json(x));
    out["edges"] = Json::array();
    for (const GraphEdge& edge : y.edges) out["edges"].push_back(edge_in_json(y, edge));
    return out;
}

}  // namespace

std::string json_of(const Graph& graph)
{
    Json out{{"format", "xgrad.explanation"}, {"version", 1}};
    out["root"] = graph.root == kNone ? Json(nullptr) : Json(graph.root);
    out["root_name"] = graph.root_name;
    out["walked"] = graph.is_walked;
    out["scalar"] = graph.is_scalar;
    out["nodes"] = Json::array();
    for (const GraphNode& node : graph.nodes) out["nodes"].push_back(node_in_json(node));
    out["backward"] = Json::array();
    for (const Graph::Step& step : graph.backward) out["backward"].push_back({step.node, step.edge});
    // Names are the user's bytes: what is no UTF-8 becomes a replacement character.
    return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace xgrad::teach
