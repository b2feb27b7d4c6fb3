#include <xgrad/teach/explain.hpp>

#include <xgrad/error.hpp>

#include <array>

#include "data/atomic_file.hpp"
#include "teach/forms.hpp"
#include "teach/player.hpp"

namespace xgrad {
namespace {

using Form = std::string (*)(const Explanation&);

struct Extension {
    const char* text;
    Form form;
};

constexpr std::array kExtensions{
    Extension{".txt", [](const Explanation& e) -> std::string { return e; }},
    Extension{".md", [](const Explanation& e) { return e.markdown(); }},
    Extension{".tex", [](const Explanation& e) { return e.latex(); }},
    Extension{".json", [](const Explanation& e) { return e.json(); }},
    Extension{".dot", [](const Explanation& e) { return e.dot(); }},
};

}  // namespace

Explanation::Explanation(teach::Graph graph, ExplainOptions options)
    : std::string(teach::text_of(graph, options)), graph_(std::make_shared<const teach::Graph>(std::move(graph)))
{
}

std::string Explanation::markdown() const { return teach::markdown_of(*graph_); }
std::string Explanation::latex() const { return teach::latex_of(*graph_); }
std::string Explanation::json() const { return teach::json_of(*graph_); }
std::string Explanation::dot() const { return teach::dot_of(*graph_); }

void Explanation::html(const std::string& path, const std::string& title) const
{
    const std::string named = title.empty() ? "Back-propagation of " + graph_->root_name : title;
    detail::write_player(path, json(), graph_->nodes.size(), named);
}

void Explanation::save(const std::string& path) const
{
    if (path.ends_with(".html")) return html(path);
    for (const Extension& extension : kExtensions) {
        if (!path.ends_with(extension.text)) continue;
        const std::string text = extension.form(*this);
        data::detail::AtomicFile file("explain", path);
        file.write(text.data(), text.size());
        file.commit();
        return;
    }
    throw ShapeError(detail::error_text("explain", "'" + path + "' has none of the extensions that say a form",
                                        "explanations are written as .txt, .md, .tex, .json, .dot or .html",
                                        "give the path one of them"));
}

Explanation explain(const Tape& tape, ExplainOptions options)
{
    return Explanation(teach::graph_of(tape), std::move(options));
}

}  // namespace xgrad
