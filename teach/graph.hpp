#pragma once

// A recorded computation as plain data: what the explanations, the stepper and the player show. It holds copies of names
// and shares tensors, so it outlives its tape.

#include <xgrad/tape.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace xgrad::teach {

inline constexpr std::size_t kNone = ~std::size_t{0};

/// What an operation computes with.
struct GraphOperand {
    std::string letter;        // that formulas have for it: "a"; empty where they have none
    std::size_t node = kNone;  // of the graph; kNone: a constant
    Tensor constant;
    std::string name;  // "x", "%3", "2.5" or "constant(2, 3)"
};

/// What flows back from an operation to one operand.
struct GraphEdge {
    std::size_t operand = 0;            // position among the operands
    std::size_t to = 0;                 // node that receives
    std::string derivative;             // "df/dq"
    std::string local;                  // local derivative or, of tensors, vjp: "z"
    std::string local_template;         // the same with letters: "b"
    std::optional<double> local_value;  // where one number says it
    Tensor contribution;                // upstream x local; undefined when nothing flowed
    Tensor accumulated;                 // adjoint of the receiver after it
};

enum class NodeKind { leaf, operation };

struct GraphNode {
    NodeKind kind = NodeKind::operation;
    std::string name;       // "q"; "%3" when it has none
    bool is_named = false;  // by the user
    std::string operation;  // "add"; of a leaf "variable"
    std::string formula;    // with the names of the operands: "x + y"
    std::string formula_template;
    std::string group;  // the layer it belongs to: "conv1" when the last parameter on its way is "conv1.weight"
    std::string file;   // of the user's line; empty when unknown
    int line = 0;
    bool is_scalar = false;  // a Scalar, not a tensor
    Tensor value;
    Tensor adjoint;  // after backward; undefined when nothing arrived
    Tensor grad;     // of a leaf: summed over all backward passes
    std::vector<GraphOperand> operands;
    std::vector<GraphEdge> edges;  // empty where nothing can flow back
    std::size_t uses = 0;          // edges that come in from later nodes
};

struct Graph {
    std::vector<GraphNode> nodes;  // in the order in which they were recorded
    std::size_t root = kNone;      // where backward began; kNone: not walked, or from several roots
    std::string root_name = "L";
    bool is_walked = false;
    bool is_scalar = true;  // every operation is one of scalars: it can be computed again from the formulas

    struct Step {
        std::size_t node, edge;
    };
    std::vector<Step> backward;  // the edges along which something flowed, in the order of the walk

    /// "df/dx".
    std::string gradient_name(const std::string& of) const { return "d" + root_name + "/d" + of; }
};

/// What the tape recorded. Throws TapeError unless the tape was opened with explain, and when it is empty.
Graph graph_of(const Tape& tape);

}  // namespace xgrad::teach
