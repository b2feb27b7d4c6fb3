#pragma once

// Looking at adjoints while a backward runs, and changing them:
//   auto handle = register_hook(h, [](const Tensor& gh) { return clamp(gh, -1, 1); });

#include <xgrad/callable.hpp>
#include <xgrad/tensor.hpp>

#include <concepts>
#include <memory>

namespace xgrad {

namespace detail {
struct Hook;
std::shared_ptr<Hook> add_hook(const Tensor& x, Callable<Tensor(const Tensor&)> function);
}  // namespace detail

/// Takes a hook away again. The hook stays when the handle goes.
class HookHandle {
public:
    HookHandle() = default;
    explicit HookHandle(std::weak_ptr<detail::Hook> hook) : hook_(std::move(hook)) {}
    void remove();

private:
    std::weak_ptr<detail::Hook> hook_;
};

/// From now on each walk back over the running tape, by backward or grad, calls `hook` with the adjoint of x when it is
/// complete. A Tensor that the hook returns takes its place, on the way down and in x's grad; an undefined one, or
/// nothing, keeps it. Hooks of one value run in the order in which they were registered. x is recorded on the tape, or
/// a parameter, whose hook ends with the tape, too. Throws TapeError for any other value; the walk throws ShapeError
/// when the hook gives an adjoint of another shape or dtype.
template <class F>
requires std::invocable<F&, const Tensor&> HookHandle register_hook(const Tensor& x, F hook)
{
    if constexpr (std::is_void_v<std::invoke_result_t<F&, const Tensor&>>)
        return HookHandle(detail::add_hook(x, [hook = std::move(hook)](const Tensor& gy) mutable {
            hook(gy);
            return Tensor();
        }));
    else
        return HookHandle(detail::add_hook(x, std::move(hook)));
}

}  // namespace xgrad
