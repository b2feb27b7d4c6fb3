#include "autograd/autopsy.hpp"

#include <xgrad/scalar_explain.hpp>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "autograd/formula_names.hpp"
#include "autograd/open_tapes.hpp"
#include "autograd/walk.hpp"

namespace xgrad::detail {
namespace {

constexpr const char* kMore = "open the tape with xgrad::Tape tape{{.explain = true}}";

std::string name_of(const Recording& r, std::uint32_t node)
{
    const Node& n = r.nodes[node];
    return name_or_number((n.flags & Node::kScalar) ? (*r.records)[n.slot].name : (*r.log)[node].name, n.slot);
}

/// "h @ W", or "conv2d of h, W" where no formula says it.
std::string expression(const Recording& r, std::uint32_t node)
{
    const Node& n = r.nodes[node];
    const ExplainedNode& entry = (*r.log)[node];
    std::vector<std::string> inputs;
    for (std::uint32_t i = 0; i < n.input_count(); ++i)
        inputs.push_back(n.input_node(i) != Node::kNone ? name_of(r, n.input_node(i))
                                                        : "constant" + to_string(entry.inputs[i].sizes()));
    if (*n.op->formula) return with_names(n.op->formula, names_of(*n.op, inputs, name_of(r, node)));
    std::string list;
    for (const std::string& input : inputs) list += (list.empty() ? " of " : ", ") + input;
    return n.op->name + list;
}

/// "h (2, 3) f32 = relu(%2) (model.cpp:40)".
std::string description(const Recording& r, std::uint32_t node)
{
    const Node& n = r.nodes[node];
    const ExplainedNode& entry = (*r.log)[node];
    const std::string value = name_of(r, node) + " " + describe(entry.output);
    if (n.flags & Node::kLeaf) return value + (n.leaf->is_trained_parameter() ? ", a parameter" : ", a leaf");
    return value + " = " + expression(r, node) + at_line(entry.file, entry.line);
}

/// The same of any value; one that the tape does not hold is a constant, or a parameter before its first use.
std::string description(const Recording& r, const Tensor& x)
{
    const TensorHeader& header = x.header();
    if (r.holds(header.serial)) return description(r, header.node);
    if (header.leaf && header.leaf->is_trained_parameter())
        return header.leaf->name + " " + describe(x) + ", a parameter";
    return "a constant " + describe(x);
}

/// From a node along what was computed with it to the root: "h -> %4 -> loss".
std::string path_to_root(const Recording& r, std::uint32_t node, std::uint32_t root_slot)
{
    constexpr std::size_t kMost = 12;
    const Nodes& nodes = r.nodes;
    std::string path = name_of(r, node);
    for (std::size_t steps = 0; nodes[node].slot < root_slot; ++steps) {
        std::uint32_t user = node + 1;
        const auto uses_it = [&](const Node& n) {
            if (n.flags & Node::kLeaf) return false;
            for (std::uint32_t i = 0; i < n.input_count(); ++i)
                if (n.input_node(i) == node) return true;
            return false;
        };
        while (user < nodes.size() && nodes[user].slot <= root_slot && !uses_it(nodes[user])) ++user;
        if (user == nodes.size() || nodes[user].slot > root_slot) return path;
        if (steps == kMost) return path + " -> ...";
        path += " -> " + name_of(r, user);
        node = user;
    }
    return path;
}

std::string autopsy_of(const Walk& walk)
{
    const Node* const node = walk.visiting();
    if (!node) return "";
    const Recording& r = walk.r;
    const std::string in = std::string("\n  in:   the derivative of '") + node->op->name + "'";
    if (!r.log) return in + "; for its line, operands and path " + kMore;
    const auto index = static_cast<std::uint32_t>(node - r.nodes.begin());
    std::string text = in + at_line((*r.log)[index].file, (*r.log)[index].line);
    text += "\n        " + description(r, index);
    for (std::uint32_t i = 0; i < node->input_count(); ++i)
        if (node->input_node(i) != Node::kNone) text += "\n        " + description(r, node->input_node(i));
    return text + "\n  path: " + path_to_root(r, index, walk.root_slot());
}

/// Where the program was, when the operands of what failed are not known.
std::string last_operation(const Recording& r)
{
    for (std::uint32_t node = r.nodes.size(); node-- > 0;)
        if (!(r.nodes[node].flags & Node::kLeaf)) return "\n  last: recorded was " + description(r, node);
    return "";
}

std::string autopsy_of(const Recording& r)
{
    std::vector<NamedOperands::Operand> operands = r.named.of_one_line();
    if (operands.empty()) return last_operation(r);
    // The order in which a compiler evaluates arguments is its own: in that of the recording, constants last.
    std::stable_sort(operands.begin(), operands.end(), [](const auto& a, const auto& b) {
        return a.value.header().serial - 1 < b.value.header().serial - 1;
    });
    std::string text = "\n  at:   " + place_text(operands.front().file, operands.front().line) + ", with";
    for (const NamedOperands::Operand& x : operands) text += "\n        " + description(r, x.value);
    return text;
}

/// Whether tensors of the tape are the business of what failed: an operation, or a layer, which have capitals.
bool computes(const char* name)
{
    if (std::isupper(static_cast<unsigned char>(name[0]))) return std::strcmp(name, "Tape") != 0;
    for (const Op* op = Op::first(); op; op = op->next)
        if (std::strcmp(op->name, name) == 0) return true;
    return false;
}

}  // namespace

std::string autopsy(const char* operation)
{
    if (running_walk) return autopsy_of(*running_walk);
    const OpenTape* const open = this_thread ? this_thread->peek() : nullptr;
    if (!open || current != open->recording) return "";  // nobody records
    if (open->recording->log) return autopsy_of(*open->recording);
    return computes(operation) ? std::string("\n  more: for the line and the operands ") + kMore : "";
}

}  // namespace xgrad::detail
