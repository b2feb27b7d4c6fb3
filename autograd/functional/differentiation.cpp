#include "autograd/functional/differentiation.hpp"

#include <xgrad/error.hpp>

#include <algorithm>

#include "autograd/batched.hpp"
#include "autograd/walk.hpp"

namespace xgrad::detail {

const Op kAlias{.name = "alias", .formula = "x", .shapes = "x: S -> y: S", .derivatives = {"gy"}};

Tensor alias(const Input& x)
{
    return on_all_samples(*x, [&](const Tensor& whole) {
        return record(kAlias, {{whole, x.file(), x.line()}}, view(whole, whole.sizes(), whole.strides(), 0),
                      [](const Tensor& gy, Adjoints& gx) { gx.add(0, gy); });
    });
}

Tensor Differentiation::input(const Tensor& x, std::size_t argument)
{
    if (!is_floating(x.dtype()))
        throw DtypeError(error_text(operation_, "argument " + std::to_string(argument) + " is " + describe(x),
                                    "derivatives are taken with respect to f32 or f64 values",
                                    "convert it, to(x, f64), or take the derivative with respect to another argument"));
    return is_nested_ && is_tracked(recording_, x.header()) ? alias(at_all_levels(x)) : tape_.variable(x);
}

Tensors Differentiation::inputs(const Tensors& x)
{
    Tensors own;
    own.reserve(x.size());
    for (const Tensor& one : x) own.push_back(input(one, own.size()));
    return own;
}

void Differentiation::check_one_element(const Tensor& y) const
{
    if (y.numel() != 1)
        throw ShapeError(error_text(operation_, "the function returns a value of shape " + to_string(y.sizes()),
                                    "the function returns one element",
                                    "reduce it in the function, for example with sum, or use jacobian or vjp"));
    check_floating(y);
}

void Differentiation::check_floating(const Tensor& y) const
{
    if (is_floating(y.dtype())) return;
    throw DtypeError(error_text(operation_, "the function returns " + describe(y), "only f32 and f64 have derivatives",
                                "convert the inputs, not the result: integers have no derivative"));
}

Tensors Differentiation::gradients(std::span<const Tensor> roots, std::span<const Tensor> seeds,
                                   std::span<const Tensor> inputs, BackwardOptions options)
{
    Tensors recorded_roots, recorded_seeds;
    const auto is_recorded = [this](const Tensor& root) { return recording_.holds(root.header().serial); };
    if (!std::all_of(roots.begin(), roots.end(), is_recorded)) {
        for (std::size_t i = 0; i < roots.size(); ++i) {
            if (!is_recorded(roots[i])) continue;
            recorded_roots.push_back(roots[i]);
            recorded_seeds.push_back(seeds[i]);
        }
        roots = recorded_roots;
        seeds = recorded_seeds;
    }
    options.create_graph |= is_nested_;
    std::vector<std::uint32_t> nodes(inputs.size());
    std::uint32_t first = Node::kNone;
    for (std::size_t i = 0; i < nodes.size(); ++i) first = std::min(first, nodes[i] = inputs[i].header().node);
    const WholeRoots whole(recording_, roots, seeds, inputs);
    Tensors found = pull(recording_, whole.roots(), whole.seeds(), nodes, first, options);
    for (std::size_t i = 0; i < found.size(); ++i)
        found[i] = found[i].defined() ? with_levels_of(inputs[i], std::move(found[i])) : zeros_like(inputs[i]);
    return found;
}

void check_count(const char* operation, std::size_t takes, std::size_t given)
{
    if (takes == 0 || takes == given) return;
    throw ShapeError(
        error_text(operation, std::to_string(given) + " inputs for a function of " + std::to_string(takes) + " tensors",
                   "one input for each argument", "give as many tensors as the function takes"));
}

void check_argnum(const char* operation, std::size_t argnum, std::size_t arguments)
{
    if (argnum < arguments) return;
    throw ShapeError(error_text(
        operation,
        "argnum " + std::to_string(argnum) + " for a function called with " + std::to_string(arguments) + " arguments",
        "arguments are counted from 0", "correct argnum"));
}

void check_alike(const char* operation, const char* what, const Tensors& given, const Tensors& values)
{
    const std::string name = what, one = (name[0] == 'a' ? "an " : "a ") + name;
    if (given.size() != values.size())
        throw ShapeError(error_text(
            operation, std::to_string(given.size()) + " " + name + "s for " + std::to_string(values.size()) + " values",
            "there is one " + name + " for each value", "give as many"));
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (given[i].dtype() != values[i].dtype())
            throw DtypeError(error_text(operation,
                                        one + " " + describe(given[i]) + " for a value " + describe(values[i]),
                                        one + " has the dtype of its value", "convert it: to(" + name + ", dtype)"));
        if (!(given[i].sizes() == values[i].sizes()))
            throw ShapeError(error_text(operation,
                                        one + " of shape " + to_string(given[i].sizes()) + " for a value of shape " +
                                            to_string(values[i].sizes()),
                                        one + " has the shape of its value", "reshape it, or use ones_like(value)"));
    }
}

}  // namespace xgrad::detail
