#pragma once

// A function of one sample becomes one of a batch:
//   auto f = [](const Tensor& x, const Tensor& w) { return sum(x * w); };
//   Tensor y = vmap(f, {.in_axes = {0, kNoAxis}})(batch, w);

#include <xgrad/functional/function.hpp>

#include <limits>

namespace xgrad {

/// In in_axes: every sample sees the whole argument.
constexpr std::int64_t kNoAxis = std::numeric_limits<std::int64_t>::min();

struct VmapOptions {
    std::vector<std::int64_t> in_axes = {};  ///< for each argument the axis of the samples; empty: 0 for all
    std::int64_t out_axis = 0;               ///< where the values' axis of the samples stands
    bool loop = false;                       ///< call f for each sample: where its way depends on their values
};

namespace detail {
Tensors map_over_axis(const ListFunction& f, const Tensors& inputs, const VmapOptions& options);

template <class F>
class VmapFunction {
public:
    VmapFunction(F f, VmapOptions options) : f_(std::move(f)), options_(std::move(options)) {}

    template <TensorLike... X>
    requires(sizeof...(X) > 0) auto operator()(const X&... x) const
    {
        constexpr std::size_t n = sizeof...(X);
        static_assert(FunctionOfTensors<F, n>, "vmap: the function does not take so many tensors and return tensors");
        return result_from<ReturnsTensor<F, n>>(
            map_over_axis(list_function<n>(f_), {static_cast<const Tensor&>(x)...}, options_));
    }
    auto operator()(const Tensors& x) const
    {
        static_assert(FunctionOfTensors<F, 0>, "vmap: the function does not take a list and return tensors");
        return result_from<ReturnsTensor<F, 0>>(map_over_axis(list_function<0>(f_), x, options_));
    }

private:
    F f_;
    VmapOptions options_;
};

}  // namespace detail

/// A function of the same arguments with an axis more, that of the samples. f is called once, with values that have the
/// shape of one sample and stand for all of them: each operation runs once, on the whole batch. It nests, goes with
/// grad, jacobian, checkpoint, tapes and rules of one's own in any order, and is differentiable. Random numbers are drawn
/// for each sample, in another order than by a loop.
///
/// f cannot look at the numbers of such a value: item() and scalar() throw TapeError. With {.loop = true} f is called for
/// each sample, in order, with views of its slices, and the results are stacked. The same happens by itself, after f was
/// called in vain, where it uses something that has no meaning for a batch:
///   - a result whose shape depends on values: nonzero, masked_select, masked_scatter, unique, bincount, linalg::lstsq,
///     one_hot without a number of classes, repeat_interleave and quantile with a tensor that differs between samples
///   - elements read through data(), array() or to_vector(), also by operations of one's own
///   - a gradient with respect to a value that the samples share, such as a parameter: Tape::grad inside f. The forms
///     give one for each sample, vmap(grad(f), {.in_axes = {kNoAxis, 0}})(w, x)
/// These are done for one sample after the other while f is called once: scatter_reduce, embedding_bag, searchsorted,
/// index_select and index_add where the indices differ between samples, embedding where the table does as well or with
/// scale_grad_by_freq.
///
/// A copy of f is called. Throws ShapeError when arguments have no such axis or different numbers of samples, or when
/// there are none.
template <class F>
auto vmap(F f, VmapOptions options = {})
{
    return detail::VmapFunction<F>(std::move(f), std::move(options));
}

}  // namespace xgrad
