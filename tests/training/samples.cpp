#include "tests/training/samples.hpp"

#include <xgrad/data/csv.hpp>
#include <xgrad/data/idx.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include <regex>
#include <stdexcept>

namespace xgrad::training {
namespace {

/// "shape [batch, 8 rows as time steps, 8]" -> 8, 8
std::vector<std::int64_t> shape_of(const std::string& text)
{
    std::smatch list;
    if (!std::regex_search(text, list, std::regex(R"(shape \[batch, ([^\]]*)\])")))
        throw std::invalid_argument("the input \"" + text + "\" names no shape");
    std::vector<std::int64_t> sizes;
    std::istringstream items(list[1]);
    for (std::string item; std::getline(items, item, ',');) sizes.push_back(std::stoll(item));
    return sizes;
}

/// "column / 16" or "(pixel / 255 - 0.1307) / 0.3081", in f64.
Tensor scaled(const Tensor& raw, const std::string& text)
{
    std::smatch m;
    if (std::regex_search(text, m, std::regex(R"(^\((?:column|pixel) / ([0-9.]+) - ([0-9.]+)\) / ([0-9.]+))")))
        return (raw / std::stod(m[1]) - std::stod(m[2])) / std::stod(m[3]);
    if (std::regex_search(text, m, std::regex(R"(^(?:column|pixel) / ([0-9.]+))"))) return raw / std::stod(m[1]);
    if (std::regex_search(text, m, std::regex(R"(^(?:column|pixel)\b)"))) return raw;
    throw std::invalid_argument("the input \"" + text + "\" is unknown");
}

}  // namespace

Samples read_samples(const Json& data, const std::string& root)
{
    const std::int64_t first = data.at("first"), count = data.at("count");
    const std::string input = data.at("input");
    Tensor raw, labels;
    if (data.contains("images")) {
        raw = to_tensor(data::read_idx(root + "/" + data.at("images").get<std::string>()), f64);
        labels = to_tensor(data::read_idx(root + "/" + data.at("labels").get<std::string>()), i64);
    } else {
        if (data.at("labels") != "last column") throw std::invalid_argument("labels are in the last column of a table");
        const data::CsvTable table = data::read_csv(root + "/" + data.at("file").get<std::string>());
        raw = to_tensor(table, 0, table.columns - 1, f64);
        labels = to_tensor(table, table.columns - 1, table.columns, i64);
    }
    std::vector<std::int64_t> sizes = shape_of(input);
    sizes.insert(sizes.begin(), count);
    return {reshape(contiguous(scaled(narrow(raw, 0, first, count), input)), sizes),
            reshape(contiguous(narrow(labels, 0, first, count)), {count})};
}

}  // namespace xgrad::training
