#pragma once

// How the functional forms see a user's function: as a function of a list of tensors.

#include <xgrad/callable.hpp>
#include <xgrad/tensor.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad {

using Tensors = std::vector<Tensor>;

namespace detail {

template <class T>
concept TensorLike = std::convertible_to<const T&, const Tensor&>;

template <std::size_t>
using TensorAt = const Tensor&;

template <class F, class Indices>
inline constexpr bool kAccepts = false;
template <class F, std::size_t... i>
inline constexpr bool kAccepts<F, std::index_sequence<i...>> = std::invocable<F&, TensorAt<i>...>;

/// F takes n single tensors, or a list for n = 0.
template <class F, std::size_t n>
concept Accepts = (n == 0 && std::invocable<F&, const Tensors&>) || (n > 0 && kAccepts<F, std::make_index_sequence<n>>);

template <std::size_t n, class F>
decltype(auto) call_with(F& f, const Tensors& x)
{
    if constexpr (n == 0)
        return f(x);
    else
        return [&]<std::size_t... i>(std::index_sequence<i...>)->decltype(auto) { return f(x[i]...); }
    (std::make_index_sequence<n>());
}
template <class F, std::size_t n>
using ResultOf = decltype(call_with<n>(std::declval<F&>(), std::declval<const Tensors&>()));

template <class F, std::size_t n>
concept ReturnsTensor = Accepts<F, n> && std::convertible_to<ResultOf<F, n>, Tensor>;
template <class F, std::size_t n>
concept ReturnsTensors = Accepts<F, n> && std::convertible_to<ResultOf<F, n>, Tensors>;
template <class F, std::size_t n>
concept FunctionOfTensors = ReturnsTensor<F, n> || ReturnsTensors<F, n>;

/// How many single tensors F takes, up to eight; 0: it takes a list. Ask TakesTensors first.
template <class F, std::size_t n = 1>
constexpr std::size_t arity()
{
    if constexpr (n > 8)
        return 0;
    else if constexpr (Accepts<F, n>)
        return n;
    else
        return arity<F, n + 1>();
}

/// Throws ShapeError: a function of `takes` tensors (0: any number) was given another number of them.
void check_count(const char* operation, std::size_t takes, std::size_t given);

/// A function as one of a list of tensors. Does not own it: lives as long as a call.
template <class R>
class FunctionView {
public:
    template <std::size_t n, class F>
    static FunctionView of(F& f)
    {
        return FunctionView(&f, [](const void* object, const Tensors& x) -> R {
            return call_with<n>(*static_cast<F*>(const_cast<void*>(object)), x);
        });
    }
    R operator()(const Tensors& x) const { return call_(object_, x); }

private:
    FunctionView(const void* object, R (*call)(const void*, const Tensors&)) : object_(object), call_(call) {}
    const void* object_;
    R (*call_)(const void*, const Tensors&);
};

/// The same, returning a list, and owning the function.
using ListFunction = Callable<Tensors(const Tensors&)>;
template <std::size_t n, class F>
ListFunction list_function(F f)
{
    return [f = std::move(f)](const Tensors& x) mutable -> Tensors {
        if constexpr (ReturnsTensor<F, n>)
            return {Tensor(call_with<n>(f, x))};
        else
            return call_with<n>(f, x);
    };
}

/// What a list of results is for the caller: the one tensor, or the list.
template <bool single>
auto result_from(Tensors list)
{
    if constexpr (single)
        return Tensor(std::move(list.front()));
    else
        return list;
}

}  // namespace detail
}  // namespace xgrad
