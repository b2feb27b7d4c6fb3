// The explanation as a LaTeX document.
#include <fmt/format.h>

#include <cctype>

#include "teach/forms.hpp"
#include "teach/words.hpp"

namespace xgrad::teach {
namespace {

/// A word as one symbol: x, \mathit{loss}, v_{3} for the nameless %3, \mathit{conv1.weight}.
std::string symbol(const std::string& word)
{
    if (word.size() == 1 && std::isalpha(static_cast<unsigned char>(word[0]))) return word;
    if (word.size() > 1 && word[0] == '%') return "v_{" + word.substr(1) + "}";
    std::string out = "\\mathit{";
    for (const char c : word) {
        switch (c) {
            case '_':
            case '%':
            case '$':
            case '&':
            case '#':
            case '{':
            case '}':
                out += {'\\', c};
                break;
            case '\\':
                out += "\\backslash ";
                break;
            case '^':
                out += "\\hat{\\ }";
                break;
            case '~':
                out += "\\sim ";
                break;
            case ' ':
                out += "\\ ";
                break;
            default:
                out += static_cast<unsigned char>(c) < 128 && std::isprint(static_cast<unsigned char>(c)) ? c : '?';
        }
    }
    return out + '}';
}

std::string number_in_latex(const std::string& text)
{
    const std::size_t e = text.find('e');
    if (text == "nan") return "\\mathrm{nan}";
    if (text == "inf" || text == "-inf") return text[0] == '-' ? "-\\infty" : "\\infty";
    if (e == std::string::npos) return text;
    return fmt::format("{} \\cdot 10^{{{}}}", text.substr(0, e), std::stoi(text.substr(e + 1)));
}

/// A formula in plain notation as LaTeX, token by token.
class Translation {
public:
    Translation(const std::string& formula, const Graph& graph) : text_(formula), graph_(graph) {}

    std::string latex()
    {
        while (at_ < text_.size()) token();
        return std::move(out_);
    }

private:
    static bool is_word(char c)
    {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '%';
    }

    void token()
    {
        const char c = text_[at_];
        if (std::isdigit(static_cast<unsigned char>(c))) return number();
        if (is_word(c)) return word();
        static const std::pair<const char*, const char*> kSigns[] = {
            {"<=", " \\le "}, {">=", " \\ge "}, {"==", " = "},         {"!=", " \\ne "},  {"^T", "^{\\mathsf T}"},
            {"<", " < "},     {">", " > "},     {" * ", " \\cdot "},   {"*", " \\cdot "}, {"@", "\\,"},
            {"%", "\\%"},     {"&", "\\&"},     {"#", "\\#"},          {"$", "\\$"},      {"{", "\\{"},
            {"}", "\\}"},     {"~", "\\sim "},  {"\\", "\\backslash "}};
        for (const auto& [plain, latex] : kSigns)
            if (text_.compare(at_, std::char_traits<char>::length(plain), plain) == 0) {
                out_ += latex;
                at_ += std::char_traits<char>::length(plain);
                return;
            }
        if (c == '^') return exponent();
        out_ += static_cast<unsigned char>(c) < 128 ? c : '?';
        ++at_;
    }

    void number()
    {
        const std::size_t start = at_;
        while (at_ < text_.size() &&
               (is_word(text_[at_]) || ((text_[at_] == '-' || text_[at_] == '+') && text_[at_ - 1] == 'e')))
            ++at_;
        const std::string digits = text_.substr(start, at_ - start);
        out_ +=
            digits.find_first_not_of("0123456789.e+-") == std::string::npos ? number_in_latex(digits) : symbol(digits);
    }

    void word()
    {
        const std::size_t start = at_;
        while (at_ < text_.size() && is_word(text_[at_])) ++at_;
        const std::string word = text_.substr(start, at_ - start);
        const bool is_function = at_ < text_.size() && text_[at_] == '(';
        out_ += is_function ? "\\operatorname{" + symbol(word) + "}" : symbol(word);
    }

    void exponent()
    {
        ++at_;
        std::size_t end = at_;
        int depth = 0;
        do {
            if (end < text_.size() && text_[end] == '(') ++depth;
            if (end < text_.size() && text_[end] == ')') --depth;
            ++end;
        } while (end < text_.size() && (depth > 0 || is_word(text_[end])));
        const std::string rest = text_.substr(at_, end - at_);
        out_ += "^{" + Translation(rest, graph_).latex() + "}";
        at_ = end;
    }

    const std::string& text_;
    const Graph& graph_;
    std::size_t at_ = 0;
    std::string out_;
};

std::string value_in_latex(const Tensor& x)
{
    if (!x.defined() || x.ndim() == 0) return number_in_latex(short_text(x));
    constexpr std::int64_t kRows = 8, kColumns = 8;
    const NoGrad nobody_records;
    const std::int64_t columns = x.size(-1), rows = columns == 0 ? 0 : x.numel() / columns;
    if (x.ndim() > 2 || rows == 0 || rows > kRows || columns > kColumns)
        return "\\text{a tensor of shape }" + short_text(x);
    const std::vector<double> values = x.to_vector<double>();
    std::string out = "\\begin{pmatrix}";
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < columns; ++j)
            out += number_in_latex(number_text(values[i * columns + j])) + (j + 1 < columns ? " & "
                                                                            : i + 1 < rows  ? " \\\\ "
                                                                                            : "");
    return out + "\\end{pmatrix}";
}

std::string fraction(const std::string& of, const std::string& by)
{
    return fmt::format("\\frac{{\\partial {}}}{{\\partial {}}}", symbol(of), symbol(by));
}

std::string forward_step(const Graph& graph, const GraphNode& y)
{
    std::string out = symbol(y.name);
    if (y.kind == NodeKind::operation)
        out += " = " + (y.formula.empty() ? symbol(y.operation) : Translation(y.formula, graph).latex());
    return out + " = " + value_in_latex(y.value);
}

std::string backward_step(const Graph& graph, const Graph::Step& step)
{
    const GraphNode& y = graph.nodes[step.node];
    const GraphEdge& edge = y.edges[step.edge];
    const GraphNode& x = graph.nodes[edge.to];
    std::string out = fraction(graph.root_name, x.name) + (x.uses > 1 ? " \\mathrel{+}= " : " = ");
    out += fraction(graph.root_name, y.name) + " \\cdot " + fraction(y.name, x.name) + " = ";
    if (edge.local_value)
        out += fmt::format("{} \\cdot ({}) = ", number_in_latex(short_text(y.adjoint)),
                           number_in_latex(number_text(*edge.local_value)));
    out += value_in_latex(edge.contribution);
    if (x.uses > 1) out += " \\quad\\text{sum } " + value_in_latex(edge.accumulated);
    return out + " \\qquad " + symbol(y.operation) + "\\ \\text{" + gate_of(y.operation).verb + "}";
}

}  // namespace

std::string latex_of(const Graph& graph)
{
    std::string out =
        "\\documentclass{article}\n\\usepackage{amsmath}\n\\setlength{\\parindent}{0pt}\n\\begin{document}\n"
        "\\section*{Forward}\n";
    for (const GraphNode& y : graph.nodes) out += "\\[ " + forward_step(graph, y) + " \\]\n";
    if (graph.is_walked) {
        out += "\\section*{Backward}\n";
        for (const Graph::Step& step : graph.backward) out += "\\[ " + backward_step(graph, step) + " \\]\n";
        out += "\\section*{Gradients}\n";
        for (const GraphNode& x : graph.nodes)
            if (x.kind == NodeKind::leaf)
                out += "\\[ " + fraction(graph.root_name, x.name) + " = " + value_in_latex(x.grad) + " \\]\n";
    }
    return out + "\\end{document}\n";
}

}  // namespace xgrad::teach
