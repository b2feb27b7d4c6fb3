#include "tests/reference/binding.hpp"

#include <xgrad/ops/join.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

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
    {"squeeze", [](const Call& c) -> Outputs { return squeeze(c.tensor("input"), c.integer("dim")); }},
    {"unsqueeze", [](const Call& c) -> Outputs { return unsqueeze(c.tensor("input"), c.integer("dim")); }},
    {"narrow",
     [](const Call& c) -> Outputs {
         return narrow(c.tensor("input"), c.integer("dim"), c.integer("start"), c.integer("length"));
     }},
    {"select",
     [](const Call& c) -> Outputs { return select(c.tensor("input"), c.integer("dim"), c.integer("index")); }},
    {"Tensor.contiguous", [](const Call& c) -> Outputs { return contiguous(c.tensor("self")); }},
    {"full",
     [](const Call& c) -> Outputs { return full(c.integers("size"), c.number("fill_value"), c.dtype("dtype")); }},
};

}  // namespace

Bindings shape_bindings() { return kRows; }

}  // namespace xgrad::reference
