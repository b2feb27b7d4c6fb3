#include <xgrad/teach/explain.hpp>

#include <xgrad/error.hpp>
#include <xgrad/scalar_explain.hpp>

#include <fmt/format.h>

#include <cctype>
#include <cstring>
#include <map>
#include <vector>

#include "autograd/recording.hpp"

namespace xgrad {
namespace {

using detail::ExplainedNode;
using detail::Node;
using detail::Recording;
using detail::ScalarRecord;

// Columns: what is named, its value, the operation or derivative, the local derivative or line, upstream x local.
constexpr std::size_t kName = 12, kValue = 12, kFormula = 28, kLocal = 21, kProduct = 27;
constexpr std::size_t kWidth = kName + kValue + kFormula + kLocal + kProduct;
constexpr std::int64_t kShownElements = 12;  // tensors of at most so many elements are shown with their values

std::string number(double x) { return fmt::format("{:.6g}", x); }

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

std::string place_text(const char* file, int line)
{
    if (!file || !*file) return "";
    const char* slash = std::strrchr(file, '/');
    return fmt::format("{}:{}", slash ? slash + 1 : file, line);
}

/// A formula with names in place of its letters: "a * b" becomes "q * z".
std::string with_names(const char* formula, const std::map<std::string, std::string>& names)
{
    std::string out;
    for (const char* at = formula; *at;) {
        std::string word;
        while (std::isalnum(static_cast<unsigned char>(*at)) || *at == '_') word += *at++;
        const auto name = names.find(word);
        out += name == names.end() ? word : name->second;
        if (*at && word.empty()) out += *at++;
    }
    return out;
}

/// One line of a block below the operation: what flows to one operand.
struct Flow {
    std::string derivative;  // "df/dq"
    std::string local;       // "z = -4"
    std::string product;     // "1 * -4 = -4"
    std::string values;      // of a small tensor
};

class Table {
public:
    explicit Table(Recording& recording) : r_(recording), root_(root_name()) {}

    std::string text()
    {
        row("value of", "is", "computed as", "local derivative", "upstream x local");
        std::uint32_t node = 0;
        for (std::uint32_t slot = 0; slot < r_.slots; ++slot) {
            if (node < r_.nodes.size() && r_.nodes[node].slot == slot)
                tensor_block(node++);
            else if (r_.is_leaf(slot))
                row(scalar_name(slot), number(record(slot).value), "variable", "", "");
            else if (record(slot).operation)
                scalar_block(slot);
        }
        gradients();
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

    const ScalarRecord& record(std::uint32_t slot) const { return (*r_.records)[slot]; }
    const ExplainedNode& entry(std::uint32_t node) const { return (*r_.log)[node]; }

    // ---- names ----

    std::string scalar_name(std::uint32_t slot) const
    {
        return record(slot).name.empty() ? fmt::format("%{}", slot) : record(slot).name;
    }
    std::string node_name(std::uint32_t node) const
    {
        if (r_.nodes[node].flags & Node::kScalar) return scalar_name(r_.nodes[node].slot);
        return entry(node).name.empty() ? fmt::format("%{}", r_.nodes[node].slot) : entry(node).name;
    }
    std::string operand_name(const detail::Operand& x) const
    {
        return r_.holds(x.serial) ? scalar_name(r_.slot_of(x.serial)) : number(x.value);
    }
    std::string input_name(std::uint32_t node, std::size_t i) const
    {
        const std::uint32_t from = r_.nodes[node].input_node(i);
        if (from != Node::kNone) return node_name(from);
        const Tensor& constant = entry(node).inputs[i];
        return constant.ndim() == 0 ? number(constant.item()) : "constant" + to_string(constant.sizes());
    }

    /// What backward started from: its name, or L where it has none or there were several.
    std::string root_name() const
    {
        if (r_.root >= r_.slots) return "L";
        for (std::uint32_t node = 0; node < r_.nodes.size(); ++node)
            if (r_.nodes[node].slot == r_.root) return entry(node).name.empty() ? "L" : entry(node).name;
        return record(r_.root).name.empty() ? "L" : record(r_.root).name;
    }
    bool walked() const { return r_.root != Recording::kNotWalked; }
    std::string gradient_name(const std::string& name) const { return "d" + root_ + "/d" + name; }

    // ---- scalars ----

    void scalar_block(std::uint32_t slot)
    {
        const ScalarRecord& y = record(slot);
        const std::string name = scalar_name(slot);
        const bool two = y.operation->n_operands == 2;
        std::map<std::string, std::string> names{{two ? "a" : "x", operand_name(y.operands[0])}, {"y", name}};
        if (two) names["b"] = operand_name(y.operands[1]);
        head(name, number(y.value), y.operation->name, with_names(y.operation->formula, names),
             place_text(y.place.file, y.place.line), number(y.adjoint));
        for (unsigned i = 0; i < y.operation->n_operands; ++i) {
            if (!r_.holds(y.operands[i].serial)) continue;
            const double local = y.partials[i];
            flow({"d" + name + "/d" + operand_name(y.operands[i]),
                  local_text(with_names(y.operation->derivative_formulas[i], names), local),
                  fmt::format("{} * {} = {}", number(y.adjoint), number(local), number(y.adjoint * local)), ""});
        }
    }

    static std::string local_text(const std::string& formula, double value)
    {
        return formula == number(value) ? formula : formula + " = " + number(value);
    }

    /// The first line of an operation.
    void head(const std::string& name, const std::string& value, const char* operation, const std::string& formula,
              const std::string& place, const std::string& upstream)
    {
        const std::string what = formula.empty() ? std::string(operation) : std::string(operation) + ": " + formula;
        row(name, value, what, place, walked() && !upstream.empty() ? gradient_name(name) + " = " + upstream : "");
    }
    void flow(const Flow& f)
    {
        row("", "", f.derivative, f.local, walked() ? f.product : "");
        if (!f.values.empty() && walked()) values_line(f.values);
    }
    void values_line(const std::string& values)
    {
        write(std::string(kName + kValue, ' ') + shortened(values, kWidth - kName - kValue));
    }

    // ---- tensors ----

    static std::string values_of(const Tensor& x)
    {
        return x.defined() && x.ndim() > 0 && x.numel() <= kShownElements ? to_string(x) : "";
    }
    static std::string short_value(const Tensor& x)
    {
        if (!x.defined()) return "0";
        return x.ndim() == 0 ? number(x.item()) : to_string(x.sizes());
    }

    static bool is_fused(const Node& n) { return std::strcmp(n.op->name, "fuse") == 0; }

    void tensor_block(std::uint32_t node)
    {
        const Node& n = r_.nodes[node];
        const ExplainedNode& y = entry(node);
        const std::string name = node_name(node);
        if (n.flags & Node::kLeaf) {
            row(name, short_value(y.output), "variable", "", "");
            if (const std::string values = values_of(y.output); !values.empty()) values_line(values);
            return;
        }
        const std::map<std::string, std::string> names = letters(node);
        const std::string formula = y.scalars.empty() ? with_names(n.op->formula, names) : list_of(y.scalars);
        const bool has_own_line = is_fused(n) && formula.size() + std::strlen("fuse: ") >= kFormula;
        head(name, short_value(y.output), n.op->name, has_own_line ? "" : formula, place_text(y.file, y.line),
             is_floating(n.dtype) ? short_value(y.adjoint) : "");
        if (has_own_line) values_line(formula);
        if (const std::string values = values_of(y.output); !values.empty()) values_line(values);
        if (!is_floating(n.dtype)) return;
        for (std::uint32_t i = 0; i < n.input_count(); ++i)
            if (n.input_node(i) != Node::kNone && is_floating(r_.nodes[n.input_node(i)].dtype))
                flow(tensor_flow(node, i, names));
    }

    /// "(x, y, 2)": the scalars that enter a tensor.
    std::string list_of(const std::vector<detail::Operand>& scalars) const
    {
        std::string list;
        for (const detail::Operand& x : scalars) list += (list.empty() ? "(" : ", ") + operand_name(x);
        return list + ")";
    }

    /// The letters that formulas have for the inputs: x, or a and b, or c, a and b; layers have x, W and b, joins a list
    /// of inputs. y is the output; capitals are matrices. Expressions of fuse have x0, x1 ...
    std::map<std::string, std::string> letters(std::uint32_t node) const
    {
        static const char* const kPlain[] = {"", "x", "ab", "cab"};
        const Node& n = r_.nodes[node];
        const std::uint32_t count = n.input_count();
        const bool is_layer = count > 1 && std::strchr(n.op->formula, 'W');
        const std::string order = count > 3 ? "" : is_layer ? "xWb" : kPlain[count];
        std::map<std::string, std::string> names{{"y", node_name(node)}};
        if (std::strstr(n.op->formula, "inputs")) {
            std::string& list = names["inputs"];
            for (std::uint32_t i = 0; i < count; ++i) list += (i == 0 ? "[" : ", ") + input_name(node, i);
            list += "]";
        }
        if (is_fused(n))
            for (std::uint32_t i = 0; i < count; ++i) names["x" + std::to_string(i)] = input_name(node, i);
        for (std::uint32_t i = 0; i < count && i < order.size(); ++i) {
            const std::string letter(1, order[i]), capital(1, static_cast<char>(std::toupper(order[i])));
            names[letter] = input_name(node, i);
            if (!is_layer) names[capital] = names[letter];
        }
        return names;
    }

    Flow tensor_flow(std::uint32_t node, std::uint32_t i, const std::map<std::string, std::string>& names) const
    {
        const ExplainedNode& y = entry(node);
        const char* derivative = i < 4 ? r_.nodes[node].op->derivatives[i] : nullptr;
        Flow f{"d" + node_name(node) + "/d" + input_name(node, i), derivative ? with_names(derivative, names) : "", "0",
               ""};
        for (const ExplainedNode::Contribution& contribution : y.contributions) {
            if (contribution.input != i) continue;
            f.product = short_value(contribution.value);
            f.values = values_of(contribution.value);
            if (contribution.value.ndim() > 0 || y.adjoint.ndim() > 0 || y.adjoint.item() == 0) continue;
            const double upstream = y.adjoint.item(), local = contribution.value.item() / upstream;
            f.local = local_text(f.local, local);
            f.product = fmt::format("{} * {} = {}", number(upstream), number(local), f.product);
        }
        return f;
    }

    // ---- the end of the table ----

    void gradients()
    {
        if (!walked()) return;
        out_ += "gradients\n";
        std::uint32_t node = 0;
        for (std::uint32_t slot = 0; slot < r_.slots; ++slot) {
            const bool is_node = node < r_.nodes.size() && r_.nodes[node].slot == slot;
            if (is_node && (r_.nodes[node].flags & Node::kLeaf)) {
                const Tensor& grad = r_.nodes[node].leaf->grad;
                gradient(node_name(node), grad.defined() && grad.ndim() > 0 ? to_string(grad) : short_value(grad));
            } else if (!is_node && r_.is_leaf(slot)) {
                gradient(scalar_name(slot), number(r_.adjoint(slot)));
            }
            node += is_node;
        }
    }
    void gradient(const std::string& name, const std::string& value)
    {
        write(shortened("  " + gradient_name(name) + " = " + value, kWidth));
    }

    Recording& r_;
    std::string root_;
    std::string out_;
};

}  // namespace

std::string explain(const Tape& tape)
{
    Recording& r = tape.recording("explain");
    if (!r.log)
        throw TapeError(detail::error_text("explain", "the tape was not opened for it",
                                           "what a tape records is chosen when it is opened",
                                           "open it with xgrad::Tape tape{{.explain = true}}"));
    return Table(r).text();
}

}  // namespace xgrad
