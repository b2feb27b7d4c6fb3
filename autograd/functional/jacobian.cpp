#include <xgrad/functional/jacobian.hpp>

#include <xgrad/ops/join.hpp>
#include <xgrad/ops/shape.hpp>

#include <algorithm>

#include "autograd/functional/differentiation.hpp"
#include "autograd/ops/batch.hpp"

namespace xgrad::detail {
namespace {

void set_one(const Tensor& fresh, std::int64_t element)
{
    if (fresh.dtype() == f64)
        mutable_data<double>(fresh)[element] = 1;
    else
        mutable_data<float>(fresh)[element] = 1;
}

/// 1 at one element, 0 elsewhere.
Tensor unit(const Tensor& like, std::int64_t element)
{
    const Tensor e = full(like.sizes(), 0, like.dtype());
    set_one(e, element);
    return e;
}

Dims joined(Sizes a, Sizes b)
{
    Dims sizes;
    for (const std::int64_t size : a) sizes.push_back(size);
    for (const std::int64_t size : b) sizes.push_back(size);
    return sizes;
}

constexpr std::int64_t kAtOnce = 64;  // walks in a batch: their adjoints are alive together

/// The gradients of root in the direction of some of its elements, for each input one behind the other.
Tensors rows_at_once(Differentiation& d, const Tensor& root, const Tensors& inputs, std::int64_t first,
                     const VmapLevel& level)
{
    const std::int64_t count = level.samples;
    const Tensor units = full(with_samples(count, root.sizes()), 0, root.dtype());
    for (std::int64_t i = 0; i < count; ++i) set_one(units, i * root.numel() + first + i);
    const Tensor seed = hide_samples(units, level);
    Tensors gradients = d.gradients({&root, 1}, {&seed, 1}, inputs, {.retain = true});
    for (Tensor& g : gradients)
        g = is_batched_at(g, level) ? batched_parts(g).whole : expand(g, with_samples(count, g.sizes()));
    return gradients;
}

Tensors rows_one_by_one(Differentiation& d, const Tensor& root, const Tensors& inputs, std::int64_t first,
                        std::int64_t count)
{
    std::vector<Tensors> of_input(inputs.size());
    for (std::int64_t element = first; element < first + count; ++element) {
        const Tensor seed = unit(root, element);
        Tensors gradients = d.gradients({&root, 1}, {&seed, 1}, inputs, {.retain = true});
        for (std::size_t i = 0; i < inputs.size(); ++i) of_input[i].push_back(std::move(gradients[i]));
    }
    Tensors out;
    for (const Tensors& rows : of_input) out.push_back(stack(rows));
    return out;
}

/// The gradients of root in the direction of each of its elements: one tensor of root's shape, then the input's, for
/// each input. Walks are done in batches where every vjp knows how to.
Tensors rows(Differentiation& d, const Tensor& root, const Tensors& inputs)
{
    std::vector<Tensors> of_input(inputs.size());
    bool at_once = root.numel() > 1;
    for (std::int64_t first = 0; first < root.numel(); first += kAtOnce) {
        const std::int64_t count = std::min(kAtOnce, root.numel() - first);
        Tensors part;
        const VmapLevel level = new_level(count);
        try {
            if (at_once) part = rows_at_once(d, root, inputs, first, level);
        } catch (const NeedsLoop& needs) {
            if (needs.level.id != level.id) throw;
            at_once = false;
        }
        if (!at_once) part = rows_one_by_one(d, root, inputs, first, count);
        for (std::size_t i = 0; i < inputs.size(); ++i) of_input[i].push_back(std::move(part[i]));
    }
    Tensors out;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Dims sizes = joined(root.sizes(), inputs[i].sizes());
        out.push_back(of_input[i].empty() ? zeros(sizes, inputs[i].dtype()) : reshape(cat(of_input[i]), sizes));
    }
    return out;
}

/// One column for each element of the input.
Tensor columns(Differentiation& d, const Tensor& y, const Tensor& x)
{
    const Tensor adjoint = d.adjoint_of(y);
    const Tensor gx = d.gradients({&y, 1}, {&adjoint, 1}, {&x, 1}, {.create_graph = true}).front();
    const Tensor by_element = reshape(rows(d, gx, {adjoint}).front(), {x.numel(), y.numel()});
    return reshape(transpose(by_element), joined(y.sizes(), x.sizes()));
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
