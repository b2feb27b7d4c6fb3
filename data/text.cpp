#include "data/text.hpp"

#include <array>

namespace xgrad::data::detail {

std::string shown(std::string_view text)
{
    constexpr std::size_t kLongest = 80;
    std::string result(text.substr(0, kLongest));
    for (char& c : result)
        if (c < ' ' || c > '~') c = '?';
    return text.size() > kLongest ? result + "..." : result;
}

std::string byte_place(std::uint64_t position) { return "byte " + std::to_string(position); }

// Source: The Unicode Standard, table 3-7, "Well-Formed UTF-8 Byte Sequences".
bool is_utf8(std::string_view text)
{
    struct Row {
        unsigned char first, last, second_low, second_high;
        std::size_t length;
    };
    constexpr std::array<Row, 9> kRows = {{{0x00, 0x7F, 0, 0, 1},
                                           {0xC2, 0xDF, 0x80, 0xBF, 2},
                                           {0xE0, 0xE0, 0xA0, 0xBF, 3},
                                           {0xE1, 0xEC, 0x80, 0xBF, 3},
                                           {0xED, 0xED, 0x80, 0x9F, 3},
                                           {0xEE, 0xEF, 0x80, 0xBF, 3},
                                           {0xF0, 0xF0, 0x90, 0xBF, 4},
                                           {0xF1, 0xF3, 0x80, 0xBF, 4},
                                           {0xF4, 0xF4, 0x80, 0x8F, 4}}};
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (std::size_t i = 0; i < text.size();) {
        std::size_t length = 0;
        for (const Row& row : kRows) {
            if (byte(i) < row.first || byte(i) > row.last || row.length > text.size() - i) continue;
            bool good = row.length == 1 || (byte(i + 1) >= row.second_low && byte(i + 1) <= row.second_high);
            for (std::size_t k = 2; k < row.length; ++k) good = good && (byte(i + k) & 0xC0) == 0x80;
            if (good) length = row.length;
        }
        if (length == 0) return false;
        i += length;
    }
    return true;
}

}  // namespace xgrad::data::detail
