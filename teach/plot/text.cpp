#include "teach/plot/text.hpp"

#include <xgrad/teach/plot/drawing.hpp>

#include <array>
#include <cstdint>

namespace xgrad::plot {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

// Of DejaVu Sans, from the blank to ~, in thousandths of the size.
constexpr std::array<std::uint16_t, 95> kWidths{
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361,  318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635,  611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352,  635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592,  525, 636, 337, 636, 838};

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Takes the next character off the text; kReplacement for one byte that begins none.
std::uint32_t take_character(std::string_view& text)
{
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    std::uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
    bool valid = length > 0 && text.size() >= length;
    for (std::size_t i = 1; valid && i < length; ++i) {
        valid = is_continuation(text[i]);
        code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3Fu);
    }
    constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    valid = valid && code >= kLeast[length] && code <= 0x10FFFF && !(code >= 0xD800 && code < 0xE000);
    text.remove_prefix(valid ? length : 1);
    return valid ? code : kReplacement;
}

bool is_control(std::uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xFFFE || code == 0xFFFF;
}

double width_of(std::uint32_t code)
{
    if (code >= 0x20 && code < 0x20 + kWidths.size()) return kWidths[code - 0x20];
    if (code == 0xB2 || code == 0xB3 || code == 0xB9 || (code >= 0x2070 && code < 0x20A0)) return 401;  // ², ⁻, ₁
    if (code >= 0x2190 && code < 0x2300) return 838;  // arrows, operators
    return 640;
}

}  // namespace

double text_width(const std::string& text, const Font& font)
{
    double thousandths = 0;
    for (std::string_view rest = text; !rest.empty();) thousandths += width_of(take_character(rest));
    return thousandths / 1000 * font.size * (font.bold ? 1.09 : 1);
}

std::string detail::clean_text(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        const std::string_view before = text;
        const std::uint32_t code = take_character(text);
        if (code == kReplacement || is_control(code))
            out += "\xEF\xBF\xBD";
        else
            out += before.substr(0, before.size() - text.size());
    }
    return out;
}

std::string detail::escaped(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

}  // namespace xgrad::plot
