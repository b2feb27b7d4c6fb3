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
/// grad, jacobian, checkpoint and rules of one's own in any order, and is differentiable. Random numbers are drawn for
/// each sample.
///
/// What f cannot do with such a value is look at numbers: item() and scalar() throw TapeError. With {.loop = true} f is
/// called for each sample, in order, with views of its slices, and the results are stacked. The same happens by itself
/// where f uses what has no meaning for a batch: operations whose result has a shape that depends on the values (nonzero,
/// masked_select, unique, bincount, repeat_interleave with a tensor of numbers), on which autograd/ops/batch.hpp says
/// more, elements read through data() or to_vector(), and a gradient with respect to a value that the samples share,
/// such as a parameter (name it as an argument with kNoAxis). f has then been called once more, up to there.
///
/// A copy of f is called. Throws ShapeError when arguments have no such axis or different numbers of samples, or when
/// there are none.
template <class F>
auto vmap(F f, VmapOptions options = {})
{
    return detail::VmapFunction<F>(std::move(f), std::move(options));
}

}  // namespace xgrad
