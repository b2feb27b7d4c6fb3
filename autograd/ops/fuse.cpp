#include <xgrad/ops/fuse.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>

#include <algorithm>
#include <string>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/fused_pass.hpp"
#include "autograd/ops/step_tensors.hpp"
#include "autograd/ops/step_text.hpp"
#include "autograd/ops/symbol_trace.hpp"
#include "autograd/recording.hpp"

namespace xgrad::detail {
namespace {

using kernels::Marks;
using kernels::Steps;

Steps trace(SymbolFunction f, std::size_t count, Dtype dtype)
{
    SymbolTrace trace(count, dtype);
    PooledList<Symbol> symbols;
    symbols.reserve(count);
    for (std::size_t i = 0; i < count; ++i) symbols.push_back(trace.input(i));
    return trace.take(f.call(f.object, symbols.data()));
}

Dtype common_dtype(Inputs inputs)
{
    Dtype dtype = f32;
    for (std::size_t i = 0; i < inputs.count; ++i) {
        const Tensor& x = *inputs.first[i].tensor();
        if (!is_floating(x.dtype()))
            throw DtypeError(error_text("fuse", "argument " + std::to_string(i) + " is " + describe(x),
                                        "all is computed in f32 or f64",
                                        "convert it first: to(x, f32); a condition is to(x, f32) > 0 in the function"));
        dtype = promote(dtype, x.dtype());
    }
    return dtype;
}

/// The arguments in one dtype, and the shape that all broadcast to.
struct Arguments {
    explicit Arguments(Inputs inputs)
    {
        const Dtype dtype = common_dtype(inputs);
        x.reserve(inputs.count);
        refs.reserve(inputs.count);
        for (std::size_t i = 0; i < inputs.count; ++i) {
            const InputRef& input = inputs.first[i];
            x.push_back(to({*input.tensor(), input.file(), input.line()}, dtype));
            refs.push_back(InputRef(x[i], input.file(), input.line()));
            const Sizes more = x[i].sizes();
            if (i == 0)
                sizes = more;
            else if (!(more == Sizes(sizes)))
                sizes = broadcast_sizes("fuse", sizes, more);
        }
    }
    PooledList<Tensor> x;
    PooledList<InputRef> refs;
    Dims sizes;
};

/// Marks the inputs whose gradient is asked for.
struct Wanted {
    bool input[kMaxFused] = {};
    bool any = false;
};

/// The values of those steps that take long and are read by the walk back.
PooledList<KeptValue> values_to_keep(const Steps& steps, const Wanted& wanted, const Tensor& y)
{
    const Marks needed =
        kernels::mark_needed_back(steps, kernels::mark_takers(steps, wanted.input), Marks(steps.registers(), 0));
    PooledList<KeptValue> kept;
    for (std::size_t i = 0; i < steps.steps.size(); ++i) {
        const std::size_t place = steps.inputs + i;
        if (!needed[place] || !kernels::is_costly(steps.steps[i])) continue;
        kept.push_back({place, place == steps.outputs[0].at ? y : empty_like(y)});
    }
    return kept;
}

/// The adjoints by ordinary operations, which can be differentiated again.
void add_recorded(const Steps& steps, const PooledList<Tensor>& x, const Tensor& gy, const Wanted& wanted, Adjoints& gx)
{
    PooledList<Tensor> expanded;
    for (const Tensor& one : x) expanded.push_back(expand(one, gy.sizes()));
    StepTensors tensors(steps, expanded);
    tensors.run_back(gy, kernels::mark_takers(steps, wanted.input));
    for (std::size_t i = 0; i < x.size(); ++i)
        if (tensors.gradient(i).defined()) gx.add(i, tensors.gradient(i));
}

struct FusedVjp {
    void operator()(const Tensor& gy, Adjoints& gx) const
    {
        Wanted wanted;
        for (std::size_t i = 0; i < x.size(); ++i) wanted.any |= wanted.input[i] = gx.wants(i);
        if (!wanted.any) return;
        if (is_tracked(gy) || is_batched(gy) ||
            std::any_of(x.begin(), x.end(), [](const Tensor& one) { return is_tracked(one); }))
            return add_recorded(steps, x, gy, wanted, gx);
        PooledList<Tensor> gradients = run_fused_back(steps, x, kept, gy, wanted.input);
        for (std::size_t i = 0; i < x.size(); ++i)
            if (wanted.input[i]) gx.add(i, std::move(gradients[i]));
    }

    Steps steps;
    PooledList<Tensor> x;
    PooledList<KeptValue> kept;
};

Tensor fused(Steps steps, Arguments arguments);

/// What is recorded; explaining tapes show the expression.
const Op& op_of(const Steps& steps)
{
    static const Op& plain = custom_op("fuse");
    const Recording* const r = running();
    return r && r->log ? custom_op("fuse", text_of(steps).c_str()) : plain;
}

/// For values under vmap: all samples in one pass.
Tensor fused_of_all(Steps steps, const Arguments& one)
{
    const Batch batch(one.x.data(), one.x.size());
    PooledList<Tensor> all;
    PooledList<InputRef> refs;
    all.reserve(one.x.size());
    refs.reserve(one.x.size());
    for (std::size_t i = 0; i < one.x.size(); ++i) {
        all.push_back(batch.aligned(one.x[i], one.sizes.size()));
        refs.push_back(InputRef(all[i], one.refs[i].file(), one.refs[i].line()));
    }
    return batch.result(fused(std::move(steps), Arguments(Inputs(refs.data(), refs.size()))));
}

// fuse           y = f(x...) element by element
//   shapes       x... broadcast to y
//   vjp          that of f, from the inputs and from the values of its costly steps; all in one pass over memory
Tensor fused(Steps steps, Arguments arguments)
{
    const PooledList<Tensor>& x = arguments.x;
    if (std::any_of(x.begin(), x.end(), [](const Tensor& one) { return is_batched(one); }))
        return fused_of_all(std::move(steps), arguments);
    Tensor y = empty(x[0].dtype(), arguments.sizes);
    Wanted wanted;
    for (std::size_t i = 0; i < x.size(); ++i) wanted.any |= wanted.input[i] = is_tracked(x[i]);
    PooledList<KeptValue> kept;
    if (wanted.any) kept = values_to_keep(steps, wanted, y);
    run_fused(steps, x, kept, y);
    if (!wanted.any) return y;
    FusedVjp vjp{std::move(steps), std::move(arguments.x), std::move(kept)};
    return record(op_of(vjp.steps), Inputs(arguments.refs.data(), arguments.refs.size()), std::move(y), std::move(vjp));
}

}  // namespace

Tensor fused(SymbolFunction f, Inputs inputs)
{
    Arguments arguments(inputs);
    Steps steps = trace(f, inputs.count, arguments.x[0].dtype());
    return fused(std::move(steps), std::move(arguments));
}

}  // namespace xgrad::detail
