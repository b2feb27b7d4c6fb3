#pragma once

// Memory for time: what a part of a model keeps for backward is computed again when it is needed.

#include <xgrad/functional/function.hpp>

namespace xgrad {

namespace detail {
Tensor checkpointed(Callable<Tensor(const Tensors&)> f, const Tensors& inputs);
}

/// f(inputs...), without keeping what its operations need for backward: when the adjoint arrives, f is called again
/// with the same inputs, and the default generator stands again where it stood at the first call, so that random
/// numbers repeat (not those of generators that f captures; other threads should not draw meanwhile). Gradients flow to
/// the inputs and to whatever else f reads: parameters, tensors of the tape that it captures. It must compute the same
/// again; differentiating twice works, keeping the second call's records. The tape keeps f, so f should own what it
/// captures or outlive the tape. Backward throws TapeError where f reads scalars of the tape: give them as a tensor,
/// stack({s}).
template <class F, detail::TensorLike... X>
requires(sizeof...(X) > 0 && detail::ReturnsTensor<F, sizeof...(X)>) Tensor checkpoint(F f, const X&... inputs)
{
    return detail::checkpointed(
        [f = std::move(f)](const Tensors& x) mutable -> Tensor { return detail::call_with<sizeof...(X)>(f, x); },
        {static_cast<const Tensor&>(inputs)...});
}
template <class F>
requires detail::ReturnsTensor<F, 0> Tensor checkpoint(F f, const Tensors& inputs)
{
    return detail::checkpointed(std::move(f), inputs);
}

}  // namespace xgrad
