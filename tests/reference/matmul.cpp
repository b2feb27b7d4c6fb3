#include "tests/reference/binding.hpp"

#include <xgrad/ops/einsum.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/product.hpp>
#include <xgrad/ops/vector_norm.hpp>

#include <nlohmann/json.hpp>

namespace xgrad::reference {
namespace {

AddProductOptions add_options(const Call& c) { return {.beta = c.number("beta", 1), .alpha = c.number("alpha", 1)}; }

Tensor tensordot_of(const Call& c)
{
    const Tensor a = c.tensor("a"), b = c.tensor("b");
    const nlohmann::json& dims = c.json("dims");
    if (!dims.is_array()) return tensordot(a, b, dims.get<std::int64_t>());
    return tensordot(a, b, dims.at(0).get<Integers>(), dims.at(1).get<Integers>());
}

constexpr Binding kRows[] = {
    {"matmul", [](const Call& c) -> Outputs { return matmul(c.tensor("input"), c.tensor("other")); }},
    {"mm", [](const Call& c) -> Outputs { return mm(c.tensor("input"), c.tensor("mat2")); }},
    {"bmm", [](const Call& c) -> Outputs { return bmm(c.tensor("input"), c.tensor("mat2")); }},
    {"mv", [](const Call& c) -> Outputs { return mv(c.tensor("input"), c.tensor("vec")); }},
    {"dot", [](const Call& c) -> Outputs { return dot(c.tensor("input"), c.tensor("tensor")); }},
    {"outer", [](const Call& c) -> Outputs { return outer(c.tensor("input"), c.tensor("vec2")); }},
    {"addmm",
     [](const Call& c) -> Outputs {
         return addmm(c.tensor("input"), c.tensor("mat1"), c.tensor("mat2"), add_options(c));
     }},
    {"addmv",
     [](const Call& c) -> Outputs {
         return addmv(c.tensor("input"), c.tensor("mat"), c.tensor("vec"), add_options(c));
     }},
    {"baddbmm",
     [](const Call& c) -> Outputs {
         return baddbmm(c.tensor("input"), c.tensor("batch1"), c.tensor("batch2"), add_options(c));
     }},
    {"einsum", [](const Call& c) -> Outputs { return einsum(c.text("equation"), c.tensors("operands")); }},
    {"tensordot", [](const Call& c) -> Outputs { return tensordot_of(c); }},
    {"kron", [](const Call& c) -> Outputs { return kron(c.tensor("input"), c.tensor("other")); }},
    {"linalg.multi_dot", [](const Call& c) -> Outputs { return linalg::multi_dot(c.tensors("tensors")); }},
    {"linalg.cross",
     [](const Call& c) -> Outputs {
         return linalg::cross(c.tensor("input"), c.tensor("other"), c.integer("dim", -1));
     }},
    {"cdist",
     [](const Call& c) -> Outputs {
         (void)c.text("compute_mode", "");  // by which formula, not what
         return cdist(c.tensor("x1"), c.tensor("x2"), c.number("p", 2));
     }},
    {"nn.functional.linear",
     [](const Call& c) -> Outputs { return linear(c.tensor("input"), c.tensor("weight"), c.tensor_if_any("bias")); }},
    {"nn.functional.bilinear",
     [](const Call& c) -> Outputs {
         return bilinear(c.tensor("input1"), c.tensor("input2"), c.tensor("weight"), c.tensor_if_any("bias"));
     }},
    {"nn.functional.pairwise_distance",
     [](const Call& c) -> Outputs {
         return pairwise_distance(
             c.tensor("x1"), c.tensor("x2"),
             {.p = c.number("p", 2), .eps = c.number("eps", 1e-6), .keepdim = c.flag("keepdim", false)});
     }},
    {"nn.functional.cosine_similarity",
     [](const Call& c) -> Outputs {
         return cosine_similarity(c.tensor("x1"), c.tensor("x2"),
                                  {.dim = c.integer("dim", 1), .eps = c.number("eps", 1e-8)});
     }},
};

}  // namespace

Bindings matmul_bindings() { return kRows; }

}  // namespace xgrad::reference
