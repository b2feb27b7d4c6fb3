#include "tests/reference/binding.hpp"

#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/diagonal.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/pad.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include <nlohmann/json.hpp>

#include <cmath>

namespace xgrad::reference {
namespace {

// One number: the size of all parts; a list: the size of each.
Outputs split_like_torch(const Call& c)
{
    const Tensor& x = c.tensor("tensor");
    const std::int64_t axis = c.integer("dim", 0);
    const Integers parts = c.integers("split_size_or_sections");
    return parts.size() == 1 ? split(x, parts[0], axis) : split(x, parts, axis);
}

std::int64_t bound(const nlohmann::json& item, std::int64_t otherwise)
{
    return item.is_null() ? otherwise : item.get<std::int64_t>();
}

std::vector<IndexItem> index_items(const Call& c)
{
    std::vector<IndexItem> items;
    for (const nlohmann::json& item : c.json("index")) {
        if (item.is_object()) {
            const nlohmann::json& slice = item.at("slice");
            items.push_back(Slice{bound(slice[0], 0), bound(slice[1], kToEnd), bound(slice[2], 1)});
        } else if (item.is_number()) {
            items.push_back(item.get<std::int64_t>());
        } else if (item == "...") {
            items.push_back(kEllipsis);
        } else if (item == "None") {
            items.push_back(kNewAxis);
        } else if (item.is_boolean()) {
            items.push_back(tensor(item.get<bool>() ? 1 : 0, boolean));
        } else if (item.is_array()) {
            const auto positions = item.get<Integers>();
            items.push_back(from_values({static_cast<std::int64_t>(positions.size())}, positions));
        } else {
            items.push_back(c.tensor(item.get<std::string>().substr(1)));
        }
    }
    return items;
}

PadMode pad_mode(const Call& c)
{
    const std::string name = c.text("mode", "constant");
    if (name == "constant") return PadMode::constant;
    if (name == "reflect") return PadMode::reflect;
    if (name == "replicate") return PadMode::replicate;
    if (name == "circular") return PadMode::circular;
    throw CallError("mode = " + name + " is none that the library has");
}

Outputs repeat_interleave_like_torch(const Call& c)
{
    const Tensor& x = c.tensor("input");
    (void)c.integer("output_size", 0);  // follows from the repeats
    if (c.has_tensor("repeats")) {
        const Tensor& repeats = c.tensor("repeats");
        return c.has("dim") ? repeat_interleave(x, repeats, c.integer("dim")) : repeat_interleave(x, repeats);
    }
    const std::int64_t repeats = c.integer("repeats");
    return c.has("dim") ? repeat_interleave(x, repeats, c.integer("dim")) : repeat_interleave(x, repeats);
}

Outputs roll_like_torch(const Call& c) { return roll(c.tensor("input"), c.integers("shifts"), c.integers("dims", {})); }

Outputs squeeze_like_torch(const Call& c)
{
    return c.has("dim") ? squeeze(c.tensor("input"), c.integers("dim")) : squeeze(c.tensor("input"));
}

Outputs rot90_like_torch(const Call& c)
{
    const Integers axes = c.integers("dims", {0, 1});
    return rot90(c.tensor("input"), c.integer("k", 1), axes[0], axes[1]);
}

Outputs scatter_like_torch(const Call& c)
{
    const Tensor &x = c.tensor("input"), &index = c.tensor("index");
    const std::int64_t axis = c.integer("dim");
    const bool is_tensor = c.has_tensor("src");
    const Tensor source = is_tensor ? c.tensor("src") : full(index.sizes(), c.number("value"), x.dtype());
    if (c.has("reduce")) {
        const bool adds = c.text("reduce") == "add";
        return scatter_reduce(x, axis, index, source, adds ? ScatterReduction::sum : ScatterReduction::prod);
    }
    return is_tensor ? scatter(x, axis, index, source) : scatter(x, axis, index, c.number("value"));
}

SortOptions sort_options(const Call& c)
{
    return {.descending = c.flag("descending", false), .stable = c.flag("stable", false)};
}

Outputs arange_like_torch(const Call& c)
{
    const double start = c.number("start", 0), end = c.number("end"), step = c.number("step", 1);
    const bool whole = start == std::floor(start) && end == std::floor(end) && step == std::floor(step);
    return arange(start, end, step, c.has("dtype") ? c.dtype("dtype") : whole ? i64 : default_dtype());
}

template <Tensor (*F)(const Input&, std::int64_t, std::int64_t, std::int64_t)>
Outputs along_diagonal(const Call& c, std::int64_t axis0, std::int64_t axis1)
{
    return F(c.tensor("input"), c.integer("offset", 0), c.integer("dim1", axis0), c.integer("dim2", axis1));
}

template <Tensor (*F)(const Input&, std::int64_t)>
Outputs with_diagonal(const Call& c)
{
    return F(c.tensor("input"), c.integer("diagonal", 0));
}

constexpr Binding kRows[] = {
    {"Tensor.reshape", [](const Call& c) -> Outputs { return reshape(c.tensor("self"), c.integers("shape")); }},
    {"flatten",
     [](const Call& c) -> Outputs {
         return flatten(c.tensor("input"), c.integer("start_dim", 0), c.integer("end_dim", -1));
     }},
    {"permute", [](const Call& c) -> Outputs { return permute(c.tensor("input"), c.integers("dims")); }},
    {"transpose",
     [](const Call& c) -> Outputs { return transpose(c.tensor("input"), c.integer("dim0"), c.integer("dim1")); }},
    {"Tensor.expand", [](const Call& c) -> Outputs { return expand(c.tensor("self"), c.integers("size")); }},
    {"cat", [](const Call& c) -> Outputs { return cat(c.tensors("tensors"), c.integer("dim", 0)); }},
    {"stack", [](const Call& c) -> Outputs { return stack(c.tensors("tensors"), c.integer("dim", 0)); }},
    {"split", split_like_torch},
    {"chunk",
     [](const Call& c) -> Outputs { return chunk(c.tensor("input"), c.integer("chunks"), c.integer("dim", 0)); }},
    {"squeeze", squeeze_like_torch},
    {"unsqueeze", [](const Call& c) -> Outputs { return unsqueeze(c.tensor("input"), c.integer("dim")); }},
    {"narrow",
     [](const Call& c) -> Outputs {
         return narrow(c.tensor("input"), c.integer("dim"), c.integer("start"), c.integer("length"));
     }},
    {"select",
     [](const Call& c) -> Outputs { return select(c.tensor("input"), c.integer("dim"), c.integer("index")); }},
    {"Tensor.unflatten",
     [](const Call& c) -> Outputs { return unflatten(c.tensor("self"), c.integer("dim"), c.integers("sizes")); }},
    {"movedim",
     [](const Call& c) -> Outputs {
         return movedim(c.tensor("input"), c.integers("source"), c.integers("destination"));
     }},
    {"Tensor.repeat", [](const Call& c) -> Outputs { return repeat(c.tensor("self"), c.integers("repeats")); }},
    {"repeat_interleave", repeat_interleave_like_torch},
    {"tile", [](const Call& c) -> Outputs { return tile(c.tensor("input"), c.integers("dims")); }},
    {"unbind", [](const Call& c) -> Outputs { return unbind(c.tensor("input"), c.integer("dim", 0)); }},
    {"flip", [](const Call& c) -> Outputs { return flip(c.tensor("input"), c.integers("dims")); }},
    {"roll", roll_like_torch},
    {"rot90", rot90_like_torch},
    {"Tensor.__getitem__", [](const Call& c) -> Outputs { return index(c.tensor("self"), index_items(c)); }},
    {"index_select",
     [](const Call& c) -> Outputs { return index_select(c.tensor("input"), c.integer("dim"), c.tensor("index")); }},
    {"gather",
     [](const Call& c) -> Outputs {
         c.expect("sparse_grad", false);
         return gather(c.tensor("input"), c.integer("dim"), c.tensor("index"));
     }},
    {"scatter_add",
     [](const Call& c) -> Outputs {
         return scatter_add(c.tensor("input"), c.integer("dim"), c.tensor("index"), c.tensor("src"));
     }},
    {"index_add",
     [](const Call& c) -> Outputs {
         return index_add(c.tensor("input"), c.integer("dim"), c.tensor("index"), c.tensor("source"),
                          c.number("alpha", 1));
     }},
    {"scatter", scatter_like_torch},
    {"take", [](const Call& c) -> Outputs { return take(c.tensor("input"), c.tensor("index")); }},
    {"take_along_dim",
     [](const Call& c) -> Outputs {
         const Tensor &x = c.tensor("input"), &indices = c.tensor("indices");
         return c.has("dim") ? take_along_dim(x, indices, c.integer("dim")) : take_along_dim(x, indices);
     }},
    {"Tensor.masked_fill",
     [](const Call& c) -> Outputs {
         const Tensor &x = c.tensor("self"), &mask = c.tensor("mask");
         if (c.has_tensor("value")) return masked_fill(x, mask, c.tensor("value"));
         return masked_fill(x, mask, c.number("value"));
     }},
    {"masked_select", [](const Call& c) -> Outputs { return masked_select(c.tensor("input"), c.tensor("mask")); }},
    {"nn.functional.pad",
     [](const Call& c) -> Outputs {
         return pad(c.tensor("input"), c.integers("pad"), {.mode = pad_mode(c), .value = c.number("value", 0)});
     }},
    {"tril", with_diagonal<tril>},
    {"triu", with_diagonal<triu>},
    {"diagonal", [](const Call& c) { return along_diagonal<diagonal>(c, 0, 1); }},
    {"diag", with_diagonal<diag>},
    {"diag_embed", [](const Call& c) { return along_diagonal<diag_embed>(c, -2, -1); }},
    {"sort", [](const Call& c) -> Outputs { return sort(c.tensor("input"), c.integer("dim", -1), sort_options(c)); }},
    {"argsort",
     [](const Call& c) -> Outputs { return argsort(c.tensor("input"), c.integer("dim", -1), sort_options(c)); }},
    {"topk",
     [](const Call& c) -> Outputs {
         return topk(
             c.tensor("input"), c.integer("k"),
             {.axis = c.integer("dim", -1), .largest = c.flag("largest", true), .sorted = c.flag("sorted", true)});
     }},
    {"meshgrid",
     [](const Call& c) -> Outputs {
         return meshgrid(c.tensors("tensors"), c.text("indexing", "ij") == "xy" ? Indexing::xy : Indexing::ij);
     }},
    {"Tensor.unfold",
     [](const Call& c) -> Outputs {
         return unfold(c.tensor("self"), c.integer("dimension"), c.integer("size"), c.integer("step"));
     }},
    {"arange", arange_like_torch},
    {"linspace",
     [](const Call& c) -> Outputs {
         return linspace(c.number("start"), c.number("end"), c.integer("steps"), c.dtype("dtype"));
     }},
    {"logspace",
     [](const Call& c) -> Outputs {
         return logspace(c.number("start"), c.number("end"), c.integer("steps"), c.number("base", 10),
                         c.dtype("dtype"));
     }},
    {"eye",
     [](const Call& c) -> Outputs { return eye(c.integer("n"), c.integer("m", c.integer("n")), c.dtype("dtype")); }},
    {"tril_indices",
     [](const Call& c) -> Outputs { return tril_indices(c.integer("row"), c.integer("col"), c.integer("offset", 0)); }},
    {"triu_indices",
     [](const Call& c) -> Outputs { return triu_indices(c.integer("row"), c.integer("col"), c.integer("offset", 0)); }},
    {"Tensor.contiguous", [](const Call& c) -> Outputs { return contiguous(c.tensor("self")); }},
    {"full",
     [](const Call& c) -> Outputs { return full(c.integers("size"), c.number("fill_value"), c.dtype("dtype")); }},
};

}  // namespace

Bindings shape_bindings() { return kRows; }

}  // namespace xgrad::reference
