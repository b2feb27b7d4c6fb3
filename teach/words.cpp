#include "teach/words.hpp"

#include <xgrad/ops/create.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "autograd/formula_names.hpp"

namespace xgrad::teach {
namespace {

struct Row {
    const char* operations;  // with a blank before and behind each
    const char* symbol;      // null: the operation's name
    const char* verb;
    const char* meaning;
};

constexpr std::array kRows{
    Row{" add ", "+", "distributes", "each operand receives the upstream gradient unchanged"},
    Row{" sub ", "-", "distributes",
        "the upstream gradient goes to both operands, to the second with its sign changed"},
    Row{" mul ", "*", "swaps", "each operand receives upstream times the other operand"},
    Row{" matmul ", "@", "swaps", "each operand receives upstream times the other operand, transposed"},
    Row{" div ", "/", "scales", "the numerator receives upstream / b, the denominator -upstream a / b^2"},
    Row{" neg ", "-", "flips", "the upstream gradient comes back with its sign changed"},
    Row{" pow ", "^", "scales", "upstream times the local derivative"},
    Row{" linear ", nullptr, "swaps", "W receives upstream^T x, x receives upstream W, b the sum of upstream"},
    Row{" conv1d conv2d conv3d ", nullptr, "swaps",
        "W receives upstream correlated with x, x receives upstream convolved with W, b the sum of upstream"},
    Row{" relu ", nullptr, "routes", "the upstream gradient passes where the value is positive, 0 elsewhere"},
    Row{" maximum max amax max_pool2d fmax clamp_min cummax ", "max", "routes",
        "the upstream gradient goes to the largest, 0 to the others"},
    Row{" minimum min amin fmin cummin ", "min", "routes",
        "the upstream gradient goes to the smallest, 0 to the others"},
    Row{" where ", nullptr, "routes", "the upstream gradient goes to the operand that was chosen"},
    Row{" select slice take_at take_rows take_along scalar diagonal embedding ", nullptr, "routes",
        "the upstream gradient goes to the elements that were taken, 0 to the others"},
    Row{" cat stack stack_scalars ", nullptr, "splits", "each operand receives its own part of the upstream gradient"},
    Row{" reshape transpose permute flip contiguous clone to ", nullptr, "passes",
        "the upstream gradient comes back unchanged, in the shape of the operand"},
    Row{" sum ", nullptr, "distributes", "each element receives the upstream gradient unchanged"},
    Row{" mean avg_pool2d ", nullptr, "distributes", "each of n elements receives an n-th of the upstream gradient"},
    Row{" expand ", nullptr, "sums", "the copies' gradients are added up"},
};

}  // namespace

Gate gate_of(const std::string& operation)
{
    const std::string word = ' ' + operation + ' ';
    const auto row = std::find_if(kRows.begin(), kRows.end(), [&word](const Row& one) {
        return std::string(one.operations).find(word) != std::string::npos;
    });
    if (row == kRows.end()) return {nullptr, "scales", "upstream times the local derivative"};
    return {row->symbol, row->verb, row->meaning};
}

Tensor number(double x) { return tensor(x, f64); }

std::string number_text(double x) { return fmt::format("{:.6g}", x); }

std::string short_text(const Tensor& x)
{
    if (!x.defined()) return "0";
    return x.ndim() == 0 ? number_text(x.item()) : to_string(x.sizes());
}

std::string small_values(const Tensor& x, std::int64_t elements)
{
    return x.defined() && x.ndim() > 0 && x.numel() <= elements ? to_string(x) : "";
}

std::string drawn_text(const GraphNode& y)
{
    if (y.kind == NodeKind::leaf) return y.name;
    const char* const symbol = gate_of(y.operation).symbol;
    return symbol ? symbol : y.operation;
}

std::string place_of(const GraphNode& y) { return detail::place_text(y.file.c_str(), y.line); }

std::string local_text(const GraphEdge& edge)
{
    if (!edge.local_value) return edge.local;
    const std::string value = number_text(*edge.local_value);
    return edge.local == value ? edge.local : edge.local + " = " + value;
}

std::string product_text(const GraphNode& y, const GraphEdge& edge, const std::string& contribution)
{
    if (!edge.local_value) return contribution;
    return fmt::format("{} * {} = {}", short_text(y.adjoint), number_text(*edge.local_value), contribution);
}

}  // namespace xgrad::teach
