#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace xgrad {

template <class Signature>
class Callable;

/// A function object of any type behind one signature. It does what std::function does, whose header takes a fifth of the
/// time that all public headers together take to compile. Copies share the function object and what it keeps.
template <class R, class... Arguments>
class Callable<R(Arguments...)> {
public:
    Callable() = default;
    Callable(std::nullptr_t) {}

    template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Callable> &&
             std::is_invocable_r_v<R, std::decay_t<F>&, Arguments...>) Callable(F&& f)
        : object_(std::make_shared<std::decay_t<F>>(std::forward<F>(f))),
          call_([](void* object, Arguments... arguments) -> R {
              return (*static_cast<std::decay_t<F>*>(object))(std::forward<Arguments>(arguments)...);
          })
    {
    }

    /// Calls the function; there must be one.
    R operator()(Arguments... arguments) const { return call_(object_.get(), std::forward<Arguments>(arguments)...); }

    explicit operator bool() const { return call_ != nullptr; }

private:
    std::shared_ptr<void> object_;
    R (*call_)(void*, Arguments...) = nullptr;
};

}  // namespace xgrad
