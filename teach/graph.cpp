#include <xgrad/teach/graph.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/scalar_explain.hpp>

#include "autograd/formula_names.hpp"
#include "autograd/recording.hpp"
#include "teach/words.hpp"

namespace xgrad::teach {
namespace {

using detail::ExplainedNode;
using detail::Node;
using detail::Operand;
using detail::Recording;
using detail::ScalarRecord;

class Builder {
public:
    explicit Builder(Recording& recording) : r_(recording), at_slot_(recording.slots, kNone) {}

    Graph graph()
    {
        const NoGrad nobody_records;
        graph_.is_walked = r_.root != Recording::kNotWalked;
        std::uint32_t node = 0;
        for (std::uint32_t slot = 0; slot < r_.slots; ++slot) {
            if (node < r_.nodes.size() && r_.nodes[node].slot == slot)
                add(slot, tensor_node(node++));
            else if (r_.is_leaf(slot))
                add(slot, scalar_leaf(slot));
            else if (record(slot).operation)
                add(slot, scalar_operation(slot));
        }
        if (r_.root < r_.slots && at_slot_[r_.root] != kNone) {
            graph_.root = at_slot_[r_.root];
            if (graph_.nodes[graph_.root].is_named) graph_.root_name = graph_.nodes[graph_.root].name;
        }
        walk();
        return std::move(graph_);
    }

private:
    const ScalarRecord& record(std::uint32_t slot) const { return (*r_.records)[slot]; }
    const ExplainedNode& entry(std::uint32_t node) const { return (*r_.log)[node]; }
    const std::string& name_at(std::uint32_t slot) const { return graph_.nodes[at_slot_[slot]].name; }

    void add(std::uint32_t slot, GraphNode node)
    {
        for (const GraphOperand& x : node.operands)
            if (x.node != kNone && node.group.empty()) node.group = graph_.nodes[x.node].group;
        for (const GraphOperand& x : node.operands)  // a parameter says more than what comes in
            if (x.node != kNone && graph_.nodes[x.node].kind == NodeKind::leaf && !graph_.nodes[x.node].group.empty())
                node.group = graph_.nodes[x.node].group;
        at_slot_[slot] = graph_.nodes.size();
        graph_.nodes.push_back(std::move(node));
    }

    static void give_name(GraphNode& y, const std::string& name, std::uint32_t slot)
    {
        y.is_named = !name.empty();
        y.name = detail::name_or_number(name, slot);
    }

    static void give_place(GraphNode& y, const char* file, int line)
    {
        if (!file || !*file) return;
        y.file = detail::file_name(file);
        y.line = line;
    }

    // ---- scalars ----

    GraphNode scalar_leaf(std::uint32_t slot) const
    {
        GraphNode y;
        y.kind = NodeKind::leaf;
        y.operation = "variable";
        y.is_scalar = true;
        give_name(y, record(slot).name, slot);
        y.value = number(record(slot).value);
        if (graph_.is_walked) y.grad = number(r_.adjoint(slot));
        return y;
    }

    GraphOperand scalar_operand(const Operand& x, std::string letter) const
    {
        GraphOperand operand{std::move(letter), kNone, {}, {}};
        if (r_.holds(x.serial)) operand.node = at_slot_[r_.slot_of(x.serial)];
        if (operand.node == kNone) {
            operand.constant = number(x.value);
            operand.name = number_text(x.value);
        } else {
            operand.name = graph_.nodes[operand.node].name;
        }
        return operand;
    }

    GraphNode scalar_operation(std::uint32_t slot) const
    {
        const ScalarRecord& record = this->record(slot);
        const detail::ElementaryInfo& operation = *record.operation;
        GraphNode y;
        y.is_scalar = true;
        give_name(y, record.name, slot);
        give_place(y, record.place.file, record.place.line);
        y.value = number(record.value);
        if (graph_.is_walked) y.adjoint = number(record.adjoint);
        const bool two = operation.n_operands == 2;
        detail::Names names{{"y", y.name}};
        for (unsigned i = 0; i < operation.n_operands; ++i) {
            y.operands.push_back(scalar_operand(record.operands[i], two ? (i == 0 ? "a" : "b") : "x"));
            names[y.operands[i].letter] = y.operands[i].name;
        }
        y.operation = operation.name;
        y.formula_template = operation.formula;
        y.formula = detail::with_names(operation.formula, names);
        for (unsigned i = 0; i < operation.n_operands; ++i) {
            if (y.operands[i].node == kNone) continue;
            GraphEdge edge{i, y.operands[i].node, "d" + y.name + "/d" + y.operands[i].name, {}, {}, {}, {}, {}};
            edge.local_template = operation.derivative_formulas[i];
            edge.local = detail::with_names(operation.derivative_formulas[i], names);
            edge.local_value = record.partials[i];
            if (graph_.is_walked) edge.contribution = number(record.adjoint * record.partials[i]);
            y.edges.push_back(std::move(edge));
        }
        return y;
    }

    // ---- tensors ----

    GraphNode tensor_node(std::uint32_t node)
    {
        const Node& n = r_.nodes[node];
        const ExplainedNode& entry = this->entry(node);
        GraphNode y;
        const bool is_scalar = n.flags & Node::kScalar;
        give_name(y, is_scalar ? record(n.slot).name : entry.name, n.slot);
        y.value = entry.output;
        graph_.is_scalar = false;
        if (n.flags & Node::kLeaf) {
            y.kind = NodeKind::leaf;
            y.operation = "variable";
            y.grad = n.leaf->grad;
            if (const std::size_t dot = y.name.rfind('.'); dot != std::string::npos) y.group = y.name.substr(0, dot);
            return y;
        }
        y.operation = n.op->name;
        give_place(y, entry.file, entry.line);
        y.adjoint = entry.adjoint;
        add_operands(y, node);
        const detail::Names names = letters(y, *n.op);
        y.formula_template = n.op->formula;
        y.formula = entry.scalars.empty() ? detail::with_names(n.op->formula, names) : list_of(y.operands);
        if (is_floating(n.dtype)) add_edges(y, node, names);
        return y;
    }

    void add_operands(GraphNode& y, std::uint32_t node) const
    {
        const Node& n = r_.nodes[node];
        for (const Operand& x : entry(node).scalars) y.operands.push_back(scalar_operand(x, ""));
        for (std::uint32_t i = 0; i < n.input_count(); ++i) {
            const std::uint32_t from = n.input_node(i);
            GraphOperand operand;
            if (from != Node::kNone) {
                operand.node = at_slot_[r_.nodes[from].slot];
                operand.name = graph_.nodes[operand.node].name;
            } else {
                operand.constant = entry(node).inputs[i];
                operand.name = operand.constant.ndim() == 0 ? number_text(operand.constant.item())
                                                            : "constant" + to_string(operand.constant.sizes());
            }
            y.operands.push_back(std::move(operand));
        }
    }

    /// "(x, y, 2)": the scalars that enter a tensor.
    static std::string list_of(const std::vector<GraphOperand>& operands)
    {
        std::string list;
        for (const GraphOperand& x : operands) list += (list.empty() ? "(" : ", ") + x.name;
        return list + ")";
    }

    static detail::Names letters(GraphNode& y, const Op& op)
    {
        std::vector<std::string> inputs;
        for (std::size_t i = 0; i < y.operands.size(); ++i) {
            y.operands[i].letter = detail::letter_of(op, i, y.operands.size());
            inputs.push_back(y.operands[i].name);
        }
        return detail::names_of(op, inputs, y.name);
    }

    void add_edges(GraphNode& y, std::uint32_t node, const detail::Names& names) const
    {
        const Node& n = r_.nodes[node];
        const ExplainedNode& entry = this->entry(node);
        for (std::size_t i = 0; i < y.operands.size(); ++i) {
            const std::size_t to = y.operands[i].node;
            if (to == kNone || !is_floating(graph_.nodes[to].value.dtype())) continue;
            GraphEdge edge{i, to, "d" + y.name + "/d" + y.operands[i].name, {}, {}, {}, {}, {}};
            if (!entry.scalars.empty()) {
                edge.local = "gy[" + std::to_string(i) + "]";
                if (y.adjoint.defined()) edge.contribution = number(y.adjoint.to_vector<double>()[i]);
            } else {
                if (i < 4 && n.op->derivatives[i]) edge.local_template = n.op->derivatives[i];
                edge.local = detail::with_names(edge.local_template.c_str(), names);
                take_contribution(edge, y, entry);
            }
            y.edges.push_back(std::move(edge));
        }
    }

    static void take_contribution(GraphEdge& edge, const GraphNode& y, const ExplainedNode& entry)
    {
        for (const ExplainedNode::Contribution& contribution : entry.contributions) {
            if (contribution.input != edge.operand) continue;
            edge.contribution = contribution.value;
            if (contribution.value.ndim() > 0 || y.adjoint.ndim() > 0 || y.adjoint.item() == 0) continue;
            edge.local_value = contribution.value.item() / y.adjoint.item();
        }
    }

    // ---- what flowed, in order ----

    void walk()
    {
        std::vector<Tensor> adjoints(graph_.nodes.size());
        for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
            GraphNode& y = graph_.nodes[i];
            for (std::size_t e = 0; e < y.edges.size(); ++e) {
                GraphEdge& edge = y.edges[e];
                ++graph_.nodes[edge.to].uses;
                if (!edge.contribution.defined() || (y.is_scalar && is_unreached(i))) continue;
                Tensor& sum = adjoints[edge.to];
                sum = sum.defined() ? sum + edge.contribution : edge.contribution;
                edge.accumulated = sum;
                graph_.backward.push_back({i, e});
                reached_.resize(graph_.nodes.size());
                reached_[edge.to] = true;
            }
        }
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
            if (graph_.nodes[i].kind == NodeKind::leaf) graph_.nodes[i].adjoint = adjoints[i];
    }

    /// Whether no gradient came to a scalar: what is recorded after the root, or beside its way.
    bool is_unreached(std::size_t i) const
    {
        if (graph_.nodes[i].adjoint.item() != 0 || i == graph_.root) return false;
        return i >= reached_.size() || !reached_[i];
    }

    Recording& r_;
    std::vector<std::size_t> at_slot_;  // the graph's node, by the tape's slot
    std::vector<bool> reached_;
    Graph graph_;
};

}  // namespace

Graph graph_of(const Tape& tape)
{
    Recording& r = tape.recording("explain");
    if (!r.log)
        throw TapeError(detail::error_text("explain", "the tape was not opened for it",
                                           "what a tape records is chosen when it is opened",
                                           "open it with xgrad::Tape tape{{.explain = true}}"));
    Graph graph = Builder(r).graph();
    if (graph.nodes.empty())
        throw TapeError(detail::error_text("explain", "the tape is empty",
                                           "variables of the tape, and operations on them, are recorded",
                                           "make variables with tape.variable(name, value) and compute with them"));
    return graph;
}

}  // namespace xgrad::teach
