#include <xgrad/functional/vmap.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/random.hpp>

#include "autograd/functional/differentiation.hpp"
#include "autograd/ops/batch.hpp"

namespace xgrad::detail {
namespace {

std::vector<std::int64_t> axes_of(const VmapOptions& options, std::size_t arguments)
{
    if (options.in_axes.empty()) return std::vector<std::int64_t>(arguments, 0);
    if (options.in_axes.size() == arguments) return options.in_axes;
    throw ShapeError(error_text(
        "vmap", std::to_string(options.in_axes.size()) + " in_axes for " + std::to_string(arguments) + " arguments",
        "one axis for each argument, kNoAxis for one that has no samples",
        "give as many axes, or leave them out for axis 0 everywhere"));
}

/// How many samples the arguments have.
std::int64_t count_samples(const Tensors& inputs, const std::vector<std::int64_t>& axes)
{
    std::int64_t count = -1;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (axes[i] == kNoAxis) continue;
        const auto ndim = static_cast<std::int64_t>(inputs[i].ndim());
        if (axes[i] < -ndim || axes[i] >= ndim)
            throw ShapeError(error_text("vmap",
                                        "axis " + std::to_string(axes[i]) + " of argument " + std::to_string(i) +
                                            ", which has shape " + to_string(inputs[i].sizes()),
                                        "in_axes name axes of the arguments, or kNoAxis",
                                        "give the argument an axis of samples, or kNoAxis in its place"));
        const std::int64_t size = inputs[i].size(axes[i]);
        if (count >= 0 && size != count)
            throw ShapeError(error_text("vmap",
                                        "argument " + std::to_string(i) + " of shape " + to_string(inputs[i].sizes()) +
                                            " has " + std::to_string(size) + " samples, others have " +
                                            std::to_string(count),
                                        "all arguments have the same number of samples",
                                        "check in_axes; kNoAxis for an argument that all samples share"));
        count = size;
    }
    if (count > 0) return count;
    throw ShapeError(error_text("vmap",
                                count < 0 ? "no argument has an axis of samples" : "the axis of samples is empty",
                                "the function is called once for each sample, at least once",
                                count < 0 ? "name an axis in in_axes" : "handle an empty batch before vmap"));
}

/// The argument as f sees it: without the axis of the samples.
Tensor one_of(const Tensor& x, std::int64_t axis, const VmapLevel& level)
{
    if (axis == kNoAxis) return x;
    Tensor all = normal_axis("vmap", axis, x.ndim()) == 0 ? x : movedim(x, axis, 0);
    const LeafCell* const leaf = all.header().leaf;
    if (leaf && leaf->is_trained_parameter()) all = alias(all);  // it is recorded where it is used first: here
    return hide_samples(std::move(all), level);
}

/// f, called once with all samples.
Tensors call_once(const ListFunction& f, const Tensors& inputs, const std::vector<std::int64_t>& axes,
                  const VmapLevel& level, std::int64_t out_axis)
{
    Tensors x;
    for (std::size_t i = 0; i < inputs.size(); ++i) x.push_back(one_of(inputs[i], axes[i], level));
    const LevelScope scope(level);
    Tensors out = f(x);
    for (Tensor& y : out) {
        const std::size_t axis = normal_axis("vmap", out_axis, y.ndim() + 1);
        const Tensor all =
            is_batched_at(y, level) ? batched_parts(y).whole : expand(y, with_samples(level.samples, y.sizes()));
        y = axis == 0 ? all : movedim(all, 0, static_cast<std::int64_t>(axis));
    }
    return out;
}

/// f, called for each sample with views of its slices.
Tensors call_for_each(const ListFunction& f, const Tensors& inputs, const std::vector<std::int64_t>& axes,
                      std::int64_t samples, std::int64_t out_axis)
{
    std::vector<Tensors> results;  // by value, then by sample
    for (std::int64_t sample = 0; sample < samples; ++sample) {
        Tensors x;
        for (std::size_t i = 0; i < inputs.size(); ++i)
            x.push_back(axes[i] == kNoAxis ? inputs[i] : select(inputs[i], axes[i], sample));
        Tensors y = f(x);
        results.resize(sample == 0 ? y.size() : results.size());
        if (y.size() != results.size())
            throw ShapeError(error_text("vmap",
                                        "the function returns " + std::to_string(y.size()) + " values for sample " +
                                            std::to_string(sample) + ", " + std::to_string(results.size()) + " before",
                                        "it returns as many values for each sample", "return lists of one length"));
        for (std::size_t k = 0; k < y.size(); ++k) results[k].push_back(std::move(y[k]));
    }
    Tensors out;
    for (const Tensors& values : results) out.push_back(stack(values, out_axis));
    return out;
}

}  // namespace

Tensors map_over_axis(const ListFunction& f, const Tensors& inputs, const VmapOptions& options)
{
    const std::vector<std::int64_t> axes = axes_of(options, inputs.size());
    const std::int64_t samples = count_samples(inputs, axes);
    if (!options.loop) {
        const VmapLevel level = new_level(samples);
        const Generator numbers = default_generator();
        try {
            return call_once(f, inputs, axes, level, options.out_axis);
        } catch (const NeedsLoop& needs) {
            if (needs.level.id != level.id) throw;
        }
        default_generator() = numbers;
    }
    return call_for_each(f, inputs, axes, samples, options.out_axis);
}

}  // namespace xgrad::detail
