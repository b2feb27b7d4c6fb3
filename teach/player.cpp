#include "teach/player.hpp"

#include <xgrad/error.hpp>

#include <fmt/format.h>

#include "data/atomic_file.hpp"

namespace xgrad::detail {

// Made at configure time from teach/player (embed.cmake): pieces of text, the last one null.
extern const char* const kPlayerPage[];
extern const char* const kPlayerStyle[];
extern const char* const kPlayerScript[];

namespace {

std::string joined(const char* const* pieces)
{
    std::string text;
    for (; *pieces; ++pieces) text += *pieces;
    return text;
}

std::string replaced(const std::string& text, const char* characters, const char* const* replacements)
{
    std::string out;
    for (std::size_t at = 0;;) {
        const std::size_t next = text.find_first_of(characters, at);
        out.append(text, at, next - at);
        if (next == std::string::npos) return out;
        out += replacements[std::string(characters).find(text[next])];
        at = next + 1;
    }
}

std::string as_html(const std::string& text)
{
    static const char* const kEntities[] = {"&amp;", "&lt;", "&gt;", "&quot;"};
    return replaced(text, "&<>\"", kEntities);
}

/// JSON as a script element may hold it: "<" stands only in strings there, and </script> in a name ends no element.
std::string as_script_data(const std::string& json)
{
    static const char* const kEscapes[] = {"\\u003c"};
    return replaced(json, "<", kEscapes);
}

}  // namespace

std::string player_page(const std::string& json, const std::string& title)
{
    const std::string page = joined(kPlayerPage);
    std::string out;
    for (std::size_t at = 0;;) {
        const std::size_t begin = page.find('@', at);
        out.append(page, at, begin - at);
        if (begin == std::string::npos) return out;
        const std::size_t end = page.find('@', begin + 1);
        const std::string what = page.substr(begin + 1, end - begin - 1);
        if (what == "TITLE") out += as_html(title);
        if (what == "STYLE") out += joined(kPlayerStyle);
        if (what == "SCRIPT") out += joined(kPlayerScript);
        if (what == "DATA") out += as_script_data(json);
        at = end + 1;
    }
}

void write_player(const std::string& path, const std::string& json, std::size_t nodes, const std::string& title)
{
    if (nodes == 0)
        throw TapeError(error_text("html", "the tape recorded nothing", "a page shows what was computed on the tape",
                                   "compute with tape.variable(...) while the tape is open, then explain it"));
    if (nodes > kMostDrawnNodes)
        throw TapeError(
            error_text("html", fmt::format("{} nodes are too many to draw", nodes),
                       fmt::format("a page draws at most {} nodes", kMostDrawnNodes),
                       "explain one sample or one layer on a tape of its own; print explain(tape) for all"));
    const std::string page = player_page(json, title);
    data::detail::AtomicFile file("html", path);
    file.write(page.data(), page.size());
    file.commit();
}

}  // namespace xgrad::detail
