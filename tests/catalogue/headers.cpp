#include "tests/catalogue/headers.hpp"

#include <algorithm>
#include <regex>
#include <sstream>

namespace xgrad::catalogue {
namespace {

std::vector<std::string> lines_of(const std::string& text)
{
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

bool begins_with(const std::string& text, const char* start) { return text.rfind(start, 0) == 0; }

/// Lines flow together, but for those that are indented.
void append(std::string& text, const std::string& more)
{
    const std::size_t last = text.rfind('\n');
    const bool was_indented = last != std::string::npos && text.compare(last, 3, "\n  ") == 0;
    if (!text.empty() && !more.empty()) text += was_indented || begins_with(more, "  ") ? '\n' : ' ';
    text += more;
}

/// A comment's text, without the slashes before it. What is indented stays so.
std::string without_slashes(const std::string& line)
{
    const std::size_t slashes = line.find_first_not_of("/<"), start = line.find_first_not_of("/< ");
    if (start == std::string::npos) return "";
    return (start > slashes + 1 ? "  " : "") + line.substr(start);
}

class Reader {
public:
    explicit Reader(const std::string& text) : lines_(lines_of(text)) {}

    Family read(const std::string& header)
    {
        Family family{header, top_comment(), {}};
        for (; at_ < lines_.size(); ++at_) read_line(family);
        return family;
    }

private:
    const std::string& line() const { return lines_[at_]; }

    std::string top_comment()
    {
        std::string comment;
        while (at_ < lines_.size() && (line().empty() || line() == "#pragma once")) ++at_;
        for (; at_ < lines_.size() && begins_with(line(), "//"); ++at_) append(comment, without_slashes(line()));
        return comment;
    }

    void read_line(Family& family)
    {
        static const std::regex kNamespace("namespace (xgrad::)?([a-z]+) \\{"), kType("(struct|class|enum|union) .*");
        std::smatch match;
        if (line().empty()) {
            comment_.clear();
        } else if (begins_with(line(), "// ---") || line()[0] == '#') {
            comment_.clear();
        } else if (begins_with(line(), "//")) {
            append(comment_, without_slashes(line()));
        } else if (std::regex_match(line(), match, kNamespace)) {
            if (match[2] == "detail") return skip_braces();
            if (match[2] != "xgrad") scope_ = match[2].str() + ".";
        } else if (begins_with(line(), "}  // namespace")) {
            scope_.clear();
        } else {
            declaration(family);
        }
    }

    /// Goes on to the line that closes what is opened here.
    void skip_braces()
    {
        for (std::ptrdiff_t depth = 0; at_ < lines_.size(); ++at_) {
            depth += std::count(line().begin(), line().end(), '{') - std::count(line().begin(), line().end(), '}');
            if (depth == 0) return;
        }
    }

    /// A type, a constant or a function that begins here; leaves at_ on its last line.
    void declaration(Family& family)
    {
        static const std::regex kOther(
            "^(template <[^>]*>\n)?(struct|class|enum|union|using|inline constexpr|constexpr|"
            "extern) [^]*"),
            kFunction("(operator[^a-z(]+|[a-z_][a-z0-9_]*)\\(");
        std::string text = line().substr(0, line().find("//")), behind = comment_behind();
        while (std::min(body_of(text), text.find(';')) == std::string::npos && at_ + 1 < lines_.size()) {
            ++at_;
            text += "\n" + line().substr(0, line().find("//"));
            append(behind, comment_behind());
        }
        const std::size_t body = body_of(text), end = std::min(body, text.find(';'));
        const bool is_other = std::regex_match(text, kOther);
        if (is_other ? text.find('{') != std::string::npos && text.find('}') == std::string::npos
                     : body != std::string::npos && text.find(';') == std::string::npos)
            while (at_ + 1 < lines_.size() && line()[0] != '}') ++at_;
        if (is_other) return;
        text.erase(end);
        text.erase(text.find_last_not_of(" \n") + 1);
        std::smatch match;
        const std::string head = without_requirements(text);
        if (!std::regex_search(head, match, kFunction)) return;
        std::string comment = comment_;
        append(comment, behind);
        family.declarations.push_back({scope_ + match[1].str(), text, comment});
    }

    /// Where the brace of a body stands, not that of a default argument.
    static std::size_t body_of(const std::string& text)
    {
        std::size_t at = text.find('{');
        while (at != std::string::npos && text.compare(at, 2, "{}") == 0 && at >= 2 && text[at - 2] == '=')
            at = text.find('{', at + 1);
        return at;
    }

    std::string comment_behind() const
    {
        const std::size_t start = line().find("///<");
        return start == std::string::npos ? "" : without_slashes(line().substr(start));
    }

    /// What has parentheses before the function's name does.
    static std::string without_requirements(const std::string& text)
    {
        return std::regex_replace(text, std::regex("requires\\([^\n]*\\) "), "");
    }

    std::vector<std::string> lines_;
    std::size_t at_ = 0;
    std::string comment_, scope_;
};

}  // namespace

Family read_header(const std::string& name, const std::string& text) { return Reader(text).read(name); }

std::vector<std::string> function_names(const Family& family)
{
    std::vector<std::string> names;
    for (const Declaration& d : family.declarations)
        if (std::find(names.begin(), names.end(), d.name) == names.end()) names.push_back(d.name);
    return names;
}

}  // namespace xgrad::catalogue
