#include "tests/catalogue/page.hpp"

#include <xgrad/error.hpp>
#include <xgrad/record.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>

#include "tests/catalogue/contradictions.hpp"
#include "tests/catalogue/disagreements.hpp"
#include "tests/catalogue/observe.hpp"
#include "tests/catalogue/probes.hpp"
#include "tests/catalogue/special_points.hpp"

namespace xgrad::catalogue {
namespace {

std::string read_file(const std::string& path)
{
    std::ifstream in(path);
    if (!in) throw DataError("catalogue: cannot read " + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Text as Markdown shows it. What stands between backticks is code already.
std::string escaped(const std::string& text)
{
    std::string result;
    bool is_code = false;
    for (const char c : text) {
        if (c == '`') is_code = !is_code;
        if (!is_code && std::strchr("*_<[]|\\", c)) result += '\\';
        result += c;
    }
    return result;
}

/// A comment: paragraphs of text, and indented lines as they are.
std::string shown(const std::string& comment)
{
    std::string text;
    bool was_indented = false;
    for (std::size_t start = 0; start <= comment.size();) {
        const std::size_t end = std::min(comment.find('\n', start), comment.size());
        const std::string line = comment.substr(start, end - start);
        const bool is_indented = line.rfind("  ", 0) == 0;
        if (is_indented != was_indented) text += is_indented ? "\n```text\n" : "```\n\n";
        text += (is_indented ? line.substr(2) : escaped(line)) + "\n";
        was_indented = is_indented;
        start = end + 1;
    }
    return text + (was_indented ? "```\n" : "");
}

/// The anchor that headings have on GitHub.
std::string link(const std::string& name)
{
    std::string anchor = name;
    std::erase(anchor, '.');
    return "[`" + name + "`](#" + anchor + ")";
}

/// The names of an operation's inputs, as its formulas have them.
std::vector<std::string> inputs_of(const Op& op)
{
    const auto count = static_cast<std::size_t>(
        std::find(std::begin(op.derivatives), std::end(op.derivatives), nullptr) - std::begin(op.derivatives));
    const bool is_list = std::strstr(op.formula, "inputs"), is_layer = std::strchr(op.formula, 'W');
    if (is_list) return {"inputs[i]"};
    if (is_layer) return {"x", "W", "b"};
    if (std::strchr(op.formula, '@') && std::strchr(op.formula, 'A')) return {"A", "B"};
    if (std::strchr(op.shapes, 's') == op.shapes) return {"s"};
    static const std::vector<std::string> kNames[] = {{}, {"x"}, {"a", "b"}, {"c", "a", "b"}};
    return kNames[count];
}

std::string vjp_of(const std::string& derivative)
{
    if (derivative.find("gy") != std::string::npos || derivative.find("gY") != std::string::npos) return derivative;
    if (derivative == "0") return "0";
    if (derivative == "1") return "gy";
    return derivative.find(' ') == std::string::npos ? "gy * " + derivative : "gy * (" + derivative + ")";
}

std::string facts_of(const Op& op)
{
    std::string text = fmt::format("- formula: `y = {}`\n- shapes: {}\n", op.formula, escaped(op.shapes));
    const std::vector<std::string> inputs = inputs_of(op);
    std::string vjp;
    for (std::size_t i = 0; i < std::size(op.derivatives) && op.derivatives[i]; ++i)
        vjp += fmt::format("{}`d{} = {}`", i ? ", " : "", inputs.at(i), vjp_of(op.derivatives[i]));
    text += "- vjp: " + (vjp.empty() ? "none; the value is a constant" : vjp) + "\n";
    if (*op.where) text += "- where " + escaped(op.where) + "\n";
    if (*op.source) text += "- source: " + escaped(op.source) + "\n";
    return text;
}

class Page {
public:
    explicit Page(const std::string& source_folder)
        : families_(read_families(source_folder)),
          cases_(source_folder + "/tests/data/reference"),
          seen_(observe(cases_))
    {
        for (const Op* op = Op::first(); op; op = op->next)
            if (op->name != std::string("leaf")) ops_[op->name] = op;
        vocabulary_ = vocabulary(read_file(source_folder + "/tests/formula_array.hpp"));
    }

    std::string text()
    {
        std::string families;
        for (const Family& family : families_) families += text_of(family);
        return head() + families + other_operations() + ending();
    }

private:
    std::string head()
    {
        std::size_t functions = 0;
        std::string contents;
        for (const Family& family : families_) {
            std::string names;
            for (const std::string& name : function_names(family)) {
                if (name.rfind("operator", 0) == 0) continue;
                names += (names.empty() ? "" : ", ") + link(name);
                ++functions;
            }
            contents += "- " + file_of(family) + ": " + names + "\n";
        }
        return fmt::format(R"(# Operations

This page is printed by the program `catalogue` (tests/catalogue) from the library itself: declarations and what is said of
them from the public headers, formulas, shapes and vjps from the operations' `Op`, values at special points and the
shapes of examples from calling them. To write it anew: `cmake --build build/dev --target operations_page`. A test
fails where it is not what the program prints.

{} functions, {} operations. An operation has a vjp of its own; what a function without one is made of stands at
"records", and its gradient is that of these operations. Names in formulas: `x` one input, `a`, `b` two, `c`, `a`, `b`
three, `y` the value, `gy` the adjoint of the value, `dx` what the vjp gives for x; broadcasting is undone afterwards.
`S`, `T`, `P` are any shapes. The [functions in formulas](#functions-in-formulas) are explained at the end. A test
compares each formula with the operation's values and vjps. Where no source is named, the formula is the definition;
names, arguments and results are those of PyTorch 1.13, also [where it contradicts itself](#where-pytorch-contradicts-itself).

{})",
                           functions, ops_.size(), contents);
    }

    std::string text_of(const Family& family)
    {
        const std::string file = family.header.substr(family.header.rfind('/') + 1);
        std::string text =
            fmt::format("\n## {}\n\n`#include <xgrad/{}>`\n\n{}", file, family.header, shown(family.comment));
        std::string operators;
        for (const std::string& name : function_names(family)) {
            if (name.rfind("operator", 0) != 0)
                text += text_of(family, name);
            else
                operators += code_of(family, name);
        }
        if (!operators.empty()) text += "\n### operators\n\n```cpp\n" + operators + "```\n";
        return text;
    }

    static std::string code_of(const Family& family, const std::string& name)
    {
        std::string code;
        for (const Declaration& d : family.declarations)
            if (d.name == name) code += d.code + ";\n";
        return code;
    }

    std::string text_of(const Family& family, const std::string& name)
    {
        std::string text = "\n### " + name + "\n\n", code, comment;
        bool is_inline = true;  // so it records nothing itself; the operation of that name is another function's
        const auto flush = [&] {
            if (!code.empty())
                text += "```cpp\n" + code + "```\n" + (comment.empty() ? "" : "\n" + shown(comment)) + "\n";
            code.clear();
        };
        for (const Declaration& d : family.declarations) {
            if (d.name != name) continue;
            if (d.comment != comment) flush();
            code += d.code + ";\n";
            comment = d.comment;
            is_inline &= d.code.rfind("inline ", 0) == 0;
        }
        flush();
        if (is_inline) return text;
        const Observation* const seen = seen_of(family, name);
        return text + facts_of(name, seen) + special_points_of(family, name, seen);
    }

    /// Of an elementary function, or of one along an axis.
    std::string special_points_of(const Family& family, const std::string& name, const Observation* seen)
    {
        static const std::set<std::string> kAlongAnAxis{"reduce.hpp",     "statistics.hpp", "order.hpp",
                                                        "cumulative.hpp", "softmax.hpp",    "vector_norm.hpp"};
        std::string table = table_of(name);
        if (table.empty() && seen) {
            if (is_elementary(seen->operations)) table = table_of(cases_, seen->torch);
            if (kAlongAnAxis.contains(file_of(family))) table = probe_table(cases_, seen->torch);
        }
        return table.empty() ? "" : "\n" + table;
    }

    static bool is_elementary(const std::vector<std::string>& operations)
    {
        return operations.size() == 1 && has_parameters(operations[0]);
    }

    /// The Op of that name is this function's where its reference cases record it, or none shows otherwise.
    std::string facts_of(const std::string& name, const Observation* seen)
    {
        static const std::vector<std::string> kUnknown;
        const std::vector<std::string>& recorded = seen ? seen->operations : kUnknown;
        const auto op = ops_.find(name);
        const bool is_own = recorded.empty() || std::find(recorded.begin(), recorded.end(), name) != recorded.end();
        std::string text;
        if (op != ops_.end() && is_own && shown_.insert(name).second) text += catalogue::facts_of(*op->second);
        if (!recorded.empty() && recorded != std::vector<std::string>{name}) {
            std::string list;
            for (const std::string& operation : recorded) list += (list.empty() ? "" : ", ") + link(operation);
            text += "- records: " + list + "\n";
        }
        if (!seen) return text;
        if (!seen->torch.empty()) text += fmt::format("- PyTorch: `torch.{}`\n", seen->torch);
        if (!seen->shapes.empty()) text += "- for example " + seen->shapes + "\n";
        return text;
    }

    const Observation* seen_of(const Family& family, const std::string& name) const
    {
        auto seen = seen_.find(file_of(family) + "/" + name);
        if (seen == seen_.end()) seen = seen_.find(name);
        return seen == seen_.end() ? nullptr : &seen->second;
    }

    static std::string file_of(const Family& family) { return family.header.substr(family.header.rfind('/') + 1); }

    std::string other_operations()
    {
        std::string text = "\n## Operations behind the functions\n\nWhat functions and vjps record besides.\n";
        for (const auto& [name, op] : ops_)
            if (!shown_.contains(name)) text += "\n### " + name + "\n\n" + catalogue::facts_of(*op);
        return text;
    }

    std::string ending() const
    {
        return "\n## Where PyTorch contradicts itself\n\nPyTorch computes the elements that fill vector registers with "
               "one "
               "loop and the rest with another. At these points the two disagree: its result depends on the position "
               "of "
               "the element. Here it does not. Each pair is y and, for gy = 0.75, the gradient.\n\n" +
               contradiction_table() +
               "\nHere a gradient of PyTorch is not that of its value, a value overflows where the function does not, "
               "or two "
               "ways to call it disagree.\n\n" +
               disagreement_table() + "\n## Functions in formulas\n\n```text\n" + vocabulary_ + "```\n";
    }

    /// The comment above formula_functions.
    static std::string vocabulary(const std::string& header)
    {
        const std::size_t start = header.find("/// Elementwise with broadcasting"),
                          end = header.find("const Functions&");
        std::string text = header.substr(start, end - start);
        return std::regex_replace(text, std::regex("/// ?"), "");
    }

    std::vector<Family> families_;
    reference::CaseSet cases_;
    std::map<std::string, Observation> seen_;
    std::map<std::string, const Op*> ops_;
    std::set<std::string> shown_;
    std::string vocabulary_;
};

}  // namespace

std::vector<Family> read_families(const std::string& source_folder)
{
    const std::string folder = source_folder + "/autograd/ops/", list = read_file(folder + "CMakeLists.txt");
    const std::string headers = list.substr(list.find("xgrad_headers("), list.find("target_sources"));
    std::vector<Family> families;
    static const std::regex kHeader("[a-z_0-9]+\\.hpp");
    for (std::sregex_iterator header(headers.begin(), headers.end(), kHeader), none; header != none; ++header) {
        if (header->str() == "symbol.hpp") continue;  // the same functions, of what fuse traces
        Family family = read_header("ops/" + header->str(), read_file(folder + header->str()));
        if (!family.declarations.empty()) families.push_back(std::move(family));
    }
    return families;
}

std::string page(const std::string& source_folder) { return Page(source_folder).text(); }

}  // namespace xgrad::catalogue
