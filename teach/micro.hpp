// Reverse mode in 150 lines, for reading aloud. Single numbers, and nothing but the standard library: xgrad::Scalar does
// the same, faster, and tests/micro_test.cpp says that both give the same numbers.
//
//     micro::Value x = -2, y = 5, z = -4;
//     micro::Value f = (x + y) * z;
//     f.backward();
//     f.value();   // -12
//     x.grad();    // df/dx = z = -4
//     z.grad();    // df/dz = x + y = 3
#pragma once

#include <cmath>
#include <cstddef>
#include <memory>
#include <unordered_set>
#include <utility>
#include <vector>

namespace xgrad::micro {

/// A node of the computational graph: a number, and how it was computed. Each node does one operation.
struct Node {
    /// Leads to one input of the operation. `local` is the local derivative: d(this node) / d(input).
    struct Edge {
        std::shared_ptr<Node> input;
        double local;
    };

    double value = 0;
    double grad = 0;          // dL/d(this node), once backward came by
    std::vector<Edge> edges;  // none: a variable or a constant, which nobody computed

    ~Node();
};

/// All nodes that `end` was computed from, every node behind its inputs, `end` last: an order in which a program could
/// compute them. We walk down to the inputs and keep the path in a list of our own: functions that call themselves would
/// need as much stack as the graph is deep.
inline std::vector<Node*> inputs_first(Node* end)
{
    std::vector<Node*> order;
    std::unordered_set<Node*> seen{end};
    std::vector<std::pair<Node*, std::size_t>> path{{end, 0}};  // nodes, and which of their edges comes next
    while (!path.empty()) {
        auto& [node, next] = path.back();
        if (next == node->edges.size()) {  // all of its inputs stand in the list: now it may
            order.push_back(node);
            path.pop_back();
        } else if (Node* input = node->edges[next++].input.get(); seen.insert(input).second) {
            path.emplace_back(input, 0);
        }
    }
    return order;
}

/// Nodes are shared by those who use them, and the last one to go takes its inputs along: one after the other, again with
/// a list, since destructors that call each other need stack, too.
inline Node::~Node()
{
    std::vector<Edge> going = std::move(edges);
    while (!going.empty()) {
        const std::shared_ptr<Node> node = std::move(going.back().input);
        going.pop_back();
        if (node.use_count() > 1) continue;  // somebody else needs it
        for (Edge& edge : node->edges) going.push_back(std::move(edge));
        node->edges.clear();
    }
}

/// What the user holds: a number that remembers how it was computed. Copies are the same node.
class Value {
public:
    /// A plain number becomes a variable, or a constant: that is only a matter of whether one asks for its gradient.
    Value(double value = 0) : node_(std::make_shared<Node>()) { node_->value = value; }

    /// The result y of an operation, with its inputs and the derivative of y by each of them.
    Value(double y, const Value& x, double dy_dx) : Value(y) { node_->edges = {{x.node_, dy_dx}}; }
    Value(double y, const Value& a, double dy_da, const Value& b, double dy_db) : Value(y)
    {
        node_->edges = {{a.node_, dy_da}, {b.node_, dy_db}};
    }

    double value() const { return node_->value; }
    double grad() const { return node_->grad; }

    /// This value is L: computes dL/dv for every v that it was computed from. The chain rule, from the end backwards:
    /// when we come to a node, all nodes that use it have had their turn, so that its gradient is complete, and it hands
    /// on to each input upstream times local. What several nodes use gets the sum.
    void backward() const
    {
        const std::vector<Node*> order = inputs_first(node_.get());
        for (Node* node : order) node->grad = 0;  // of an earlier pass
        node_->grad = 1;                          // dL/dL
        for (auto node = order.rbegin(); node != order.rend(); ++node)
            for (const Node::Edge& edge : (*node)->edges) edge.input->grad += (*node)->grad * edge.local;
    }

private:
    std::shared_ptr<Node> node_;
};

// Every operation says two things: its value, and its local derivatives.

inline Value operator+(const Value& a, const Value& b) { return {a.value() + b.value(), a, 1, b, 1}; }
inline Value operator-(const Value& a, const Value& b) { return {a.value() - b.value(), a, 1, b, -1}; }
inline Value operator*(const Value& a, const Value& b) { return {a.value() * b.value(), a, b.value(), b, a.value()}; }
inline Value operator-(const Value& x) { return {-x.value(), x, -1}; }

inline Value operator/(const Value& a, const Value& b)
{
    const double y = a.value() / b.value(), reciprocal = 1 / b.value();
    return {y, a, reciprocal, b, -y * reciprocal};
}

/// x to the power of a number: p x^(p - 1).
inline Value pow(const Value& x, double p) { return {std::pow(x.value(), p), x, p * std::pow(x.value(), p - 1)}; }

/// The exponential is its own derivative.
inline Value exp(const Value& x)
{
    const double y = std::exp(x.value());
    return {y, x, y};
}

inline Value log(const Value& x) { return {std::log(x.value()), x, 1 / x.value()}; }

inline Value tanh(const Value& x)
{
    const double y = std::tanh(x.value());
    return {y, x, 1 - y * y};
}

/// 1 / (1 + e^-x), and for negative x the same as e^x / (1 + e^x): this exponential never overflows.
inline Value sigmoid(const Value& x)
{
    const double e = std::exp(-std::abs(x.value())), y = (x.value() < 0 ? e : 1) / (1 + e);
    return {y, x, y * (1 - y)};
}

/// A unit that is off passes no gradient on.
inline Value relu(const Value& x) { return x.value() <= 0 ? Value(0, x, 0) : Value(x.value(), x, 1); }

}  // namespace xgrad::micro
