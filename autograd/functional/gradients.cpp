#include <xgrad/functional/gradients.hpp>

#include <xgrad/error.hpp>

#include <numeric>

#include "autograd/batched.hpp"
#include "autograd/functional/differentiation.hpp"
#include "autograd/open_tapes.hpp"
#include "autograd/walk.hpp"

namespace xgrad::detail {

ValueAndGradients value_and_gradients(const char* operation, FunctionView<Tensor> f, Tensors inputs,
                                      std::span<const std::size_t> argnums, bool with_value)
{
    Differentiation d(operation);
    for (const std::size_t argnum : argnums) {
        check_argnum(operation, argnum, inputs.size());
        inputs[argnum] = d.input(inputs[argnum], argnum);
    }
    const Tensor y = f(inputs);
    d.check_one_element(y);
    const Tensor seed = default_seed(y);
    const auto with_respect_to = [&](std::span<const Tensor> wanted) -> ValueAndGradients {
        return {with_value ? d.result(y) : Tensor(), d.gradients({&y, 1}, {&seed, 1}, wanted, {})};
    };
    if (argnums.size() == 1) return with_respect_to({&inputs[argnums[0]], 1});  // without another list
    Tensors wanted;
    for (const std::size_t argnum : argnums) wanted.push_back(inputs[argnum]);
    return with_respect_to(wanted);
}

Tensors all_gradients(const char* operation, FunctionView<Tensor> f, const Tensors& inputs, Tensor* value)
{
    std::vector<std::size_t> all(inputs.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    ValueAndGradients out = value_and_gradients(operation, f, inputs, all, value != nullptr);
    if (value) *value = std::move(out.value);
    return std::move(out.gradients);
}

std::pair<Tensors, Tensors> push_forward(FunctionView<Tensors> f, const Tensors& inputs, const Tensors& tangents)
{
    check_alike("jvp", "tangent", tangents, inputs);
    Differentiation d("jvp");
    const Tensors x = d.inputs(inputs), values = f(x);
    Tensors adjoints, y;
    for (const Tensor& value : values) {
        d.check_floating(value);
        adjoints.push_back(d.adjoint_of(value));
        y.push_back(d.result(value));
    }
    const Tensors gx = d.gradients(values, adjoints, x, {.create_graph = true});
    return {y, d.gradients(gx, tangents, adjoints, {})};
}

Tensors hessian_product(FunctionView<Tensor> f, const Tensors& inputs, const Tensors& directions)
{
    check_alike("hvp", "direction", directions, inputs);
    Differentiation d("hvp");
    const Tensors x = d.inputs(inputs);
    const Tensor y = f(x), seed = ones_like(y);
    d.check_one_element(y);
    return d.gradients(d.gradients({&y, 1}, {&seed, 1}, x, {.create_graph = true}), directions, x, {});
}

// ---- vjp ------------------------------------------------------------------------------------------------------------

/// What a pull-back walks: records of its own, or those of the tape that was open.
struct Pullback {
    ListFunction f;
    Tensors inputs, x, values;  // x: the inputs as values on the recording
    std::unique_ptr<Recording> own;

    ~Pullback()
    {
        if (!own) return;
        own->below = current;  // which closing it makes current
        own->close();
    }
};

namespace {

/// A recording that stays when the form has ended: it is current for a while, but no tape.
std::unique_ptr<Recording> new_recording()
{
    auto recording = std::make_unique<Recording>();
    recording->open(false, false);
    current = recording->below;
    return recording;
}

Tensors walk_back(Recording& r, const Pullback& from, const Tensors& adjoints, BackwardOptions options)
{
    Tensors roots, seeds;
    for (std::size_t i = 0; i < adjoints.size(); ++i) {
        if (!r.holds(from.values[i].header().serial)) continue;
        roots.push_back(from.values[i]);
        seeds.push_back(adjoints[i]);
    }
    std::vector<std::uint32_t> nodes;
    for (const Tensor& x : from.x) nodes.push_back(x.header().node);
    const WholeRoots whole(r, roots, seeds, from.x);
    Tensors gradients = pull(r, whole.roots(), whole.seeds(), nodes, 0, options);
    for (std::size_t i = 0; i < gradients.size(); ++i)
        gradients[i] =
            gradients[i].defined() ? with_levels_of(from.x[i], std::move(gradients[i])) : zeros_like(from.x[i]);
    return gradients;
}

void check_inputs_floating(const Tensors& inputs)
{
    for (std::size_t i = 0; i < inputs.size(); ++i)
        if (!is_floating(inputs[i].dtype()))
            throw DtypeError(error_text("vjp", "argument " + std::to_string(i) + " is " + describe(inputs[i]),
                                        "derivatives are taken with respect to f32 or f64 values",
                                        "convert it, to(x, f64), or let the function capture it"));
}

}  // namespace

std::pair<Tensors, std::shared_ptr<Pullback>> pull_back_of(ListFunction f, const Tensors& inputs)
{
    check_inputs_floating(inputs);
    auto recorded = std::make_shared<Pullback>();
    recorded->f = std::move(f);
    recorded->inputs = inputs;
    Recording* r = running();
    if (!r) r = (recorded->own = new_recording()).get();
    const CurrentTape recorder(*r);
    for (const Tensor& given : inputs) {
        const Tensor input = at_all_levels(given);
        if (is_tracked(*r, input.header())) {
            recorded->x.push_back(alias(input));
            continue;
        }
        recorded->x.push_back(on_all_samples(input, [&](const Tensor& whole) {
            const Tensor leaf = make_leaf(whole, "");
            r->add_leaf(leaf, *leaf.header().leaf);
            return leaf;
        }));
    }
    recorded->values = recorded->f(recorded->x);
    Tensors values;
    for (const Tensor& y : recorded->values) values.push_back(recorded->own ? detach(y) : y);
    return {std::move(values), std::move(recorded)};
}

Tensors pull_back(const std::shared_ptr<Pullback>& from, const Tensors& adjoints)
{
    check_alike("vjp", "adjoint", adjoints, from->values);
    Recording* const r = running();
    if (!from->own) {
        if (r && (from->x.empty() || r->holds(from->x.front().header().serial)))
            return walk_back(*r, *from, adjoints, {.create_graph = true});
        throw TapeError(error_text("vjp", "the tape that was open when vjp was called has ended, or does not record",
                                   "inside a tape, a pull-back lives as long as that tape",
                                   "call it before the tape ends, or call vjp where no tape is open"));
    }
    for (const Tensor& gy : adjoints)  // to be differentiated with respect to gy
        if (is_tracked(gy)) return pull_back(pull_back_of(from->f, from->inputs).second, adjoints);
    return walk_back(*from->own, *from, adjoints, {.retain = true});
}

}  // namespace xgrad::detail
