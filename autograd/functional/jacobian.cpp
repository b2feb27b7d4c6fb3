#include <xgrad/functional/jacobian.hpp>

#include <xgrad/ops/join.hpp>
#include <xgrad/ops/shape.hpp>

#include "autograd/functional/differentiation.hpp"

namespace xgrad::detail {
namespace {

/// 1 at one element, 0 elsewhere.
Tensor unit(const Tensor& like, std::int64_t element)
{
    const Tensor e = full(like.sizes(), 0, like.dtype());
    if (like.dtype() == f64)
        mutable_data<double>(e)[element] = 1;
    else
        mutable_data<float>(e)[element] = 1;
    return e;
}

Dims joined(Sizes a, Sizes b)
{
    Dims sizes;
    for (const std::int64_t size : a) sizes.push_back(size);
    for (const std::int64_t size : b) sizes.push_back(size);
    return sizes;
}

/// The gradients of root in the direction of each of its elements: one tensor of root's shape, then the input's, for
/// each input.
Tensors rows(Differentiation& d, const Tensor& root, const Tensors& inputs)
{
    std::vector<Tensors> of_input(inputs.size());
    for (std::int64_t element = 0; element < root.numel(); ++element) {
        const Tensor seed = unit(root, element);
        Tensors gradients = d.gradients({&root, 1}, {&seed, 1}, inputs, {.retain = true});
        for (std::size_t i = 0; i < inputs.size(); ++i) of_input[i].push_back(std::move(gradients[i]));
    }
    Tensors out;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Dims sizes = joined(root.sizes(), inputs[i].sizes());
        out.push_back(of_input[i].empty() ? zeros(sizes, inputs[i].dtype()) : reshape(stack(of_input[i]), sizes));
    }
    return out;
}

/// One column for each element of the input.
Tensor columns(Differentiation& d, const Tensor& y, const Tensor& x)
{
    const Tensor adjoint = d.adjoint_of(y);
    const Tensor gx = d.gradients({&y, 1}, {&adjoint, 1}, {&x, 1}, {.create_graph = true}).front();
    Tensors list;
    for (std::int64_t element = 0; element < x.numel(); ++element) {
        const Tensor tangent = unit(x, element);
        list.push_back(d.gradients({&gx, 1}, {&tangent, 1}, {&adjoint, 1}, {.retain = true}).front());
    }
    const Dims sizes = joined(y.sizes(), x.sizes());
    return list.empty() ? zeros(sizes, y.dtype()) : reshape(stack(list, -1), sizes);
}

/// The wanted inputs as values of their own, in the list of all.
Tensors own_inputs(Differentiation& d, const char* operation, Tensors& x, Block wanted)
{
    if (wanted.count > 0) check_argnum(operation, wanted.first + wanted.count - 1, x.size());
    Tensors own;
    for (std::size_t i = wanted.first; i < wanted.first + wanted.count; ++i) own.push_back(x[i] = d.input(x[i], i));
    return own;
}

}  // namespace

Tensors jacobians(FunctionView<Tensor> f, const Tensors& inputs, Block wanted, bool forward)
{
    Differentiation d("jacobian");
    Tensors x = inputs;
    const Tensors own = own_inputs(d, "jacobian", x, wanted);
    const Tensor y = f(x);
    d.check_floating(y);
    if (!forward) return rows(d, y, own);
    Tensors out;
    for (const Tensor& one : own) out.push_back(columns(d, y, one));
    return out;
}

std::vector<Tensors> hessians(FunctionView<Tensor> f, const Tensors& inputs, Block wanted)
{
    Differentiation d("hessian");
    Tensors x = inputs;
    const Tensors own = own_inputs(d, "hessian", x, wanted);
    const Tensor y = f(x), seed = ones_like(y);
    d.check_one_element(y);
    std::vector<Tensors> blocks;
    for (const Tensor& gradient : d.gradients({&y, 1}, {&seed, 1}, own, {.create_graph = true}))
        blocks.push_back(rows(d, gradient, own));
    return blocks;
}

}  // namespace xgrad::detail
