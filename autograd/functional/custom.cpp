#include <xgrad/functional/custom.hpp>

#include <xgrad/error.hpp>

#include "autograd/functional/differentiation.hpp"

namespace xgrad::detail {

Tensors rule_arguments(const Tensors& x, const Tensor& y, const Tensors& rest)
{
    Tensors all = x;
    all.push_back(y);
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
}

std::vector<InputRef> input_refs(const Tensors& x)
{
    std::vector<InputRef> refs;
    refs.reserve(x.size());
    for (const Tensor& one : x) refs.emplace_back(one);
    return refs;
}

void add_from_rule(const char* name, Tensors gradients, Adjoints& gx)
{
    if (gradients.size() != gx.count())
        throw ShapeError(error_text(name,
                                    "its rule gave " + std::to_string(gradients.size()) + " adjoints for " +
                                        std::to_string(gx.count()) + " inputs",
                                    "a rule gives one adjoint for each input",
                                    "return an undefined Tensor for an input that has none"));
    for (std::size_t i = 0; i < gradients.size(); ++i)
        if (gradients[i].defined()) gx.add(i, std::move(gradients[i]));
}

void transpose_jvp(const char* name, const JvpRule& rule, const Tensors& x, const Tensor& y, const Tensor& gy,
                   Adjoints& gx)
{
    Differentiation d(name);
    Tensors tangents, wanted;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (!gx.wants(i)) {
            tangents.push_back(zeros_like(x[i]));
            continue;
        }
        tangents.push_back(d.adjoint_of(x[i]));
        wanted.push_back(tangents.back());
        places.push_back(i);
    }
    const Tensor ty = rule(x, y, tangents);
    check_alike(name, "tangent", {ty}, {y});
    Tensors gradients = d.gradients({&ty, 1}, {&gy, 1}, wanted, {});
    for (std::size_t k = 0; k < places.size(); ++k) gx.add(places[k], std::move(gradients[k]));
}

}  // namespace xgrad::detail
