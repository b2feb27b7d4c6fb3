#include "autograd/formula_names.hpp"

#include <cctype>
#include <cstring>

namespace xgrad::detail {
namespace {

bool is_layer(const Op& op, std::size_t count) { return count > 1 && std::strchr(op.formula, 'W'); }

}  // namespace

std::string with_names(const char* formula, const Names& names)
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

std::string letter_of(const Op& op, std::size_t i, std::size_t count)
{
    static const char* const kPlain[] = {"", "x", "ab", "cab"};
    const std::string order = count > 3 ? "" : is_layer(op, count) ? "xWb" : kPlain[count];
    return i < order.size() ? std::string(1, order[i]) : "";
}

Names names_of(const Op& op, const std::vector<std::string>& inputs, const std::string& output)
{
    Names names{{"y", output}};
    if (std::strstr(op.formula, "inputs")) {
        std::string& list = names["inputs"];
        for (const std::string& input : inputs) list += (list.empty() ? "[" : ", ") + input;
        list += "]";
    }
    const bool is_fused = std::strcmp(op.name, "fuse") == 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (is_fused) names["x" + std::to_string(i)] = inputs[i];
        const std::string letter = letter_of(op, i, inputs.size());
        if (letter.empty()) continue;
        names[letter] = inputs[i];
        if (!is_layer(op, inputs.size())) names[std::string(1, static_cast<char>(std::toupper(letter[0])))] = inputs[i];
    }
    return names;
}

std::string name_or_number(const std::string& name, std::uint32_t slot)
{
    return name.empty() ? "%" + std::to_string(slot) : name;
}

const char* file_name(const char* path)
{
    const char* slash = std::strrchr(path, '/');
    return slash ? slash + 1 : path;
}

std::string place_text(const char* file, int line)
{
    return file && *file ? file_name(file) + (":" + std::to_string(line)) : "";
}

std::string at_line(const char* file, int line)
{
    const std::string place = place_text(file, line);
    return place.empty() ? "" : " (" + place + ")";
}

}  // namespace xgrad::detail
