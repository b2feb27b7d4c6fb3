#pragma once

// An expression of the user's, element by element, as one operation:
//   Tensor y = fuse([](auto a, auto b, auto c) { return tanh(a * b + c) * a; }, a, b, c);

#include <xgrad/ops/symbol.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace xgrad {

namespace detail {

/// A function of symbols, which it does not own.
struct SymbolFunction {
    const void* object;
    Symbol (*call)(const void* object, const Symbol* x);
};
Tensor fused(SymbolFunction f, Inputs x);

constexpr std::size_t kMaxFused = 8;

template <std::size_t>
using SymbolAt = Symbol;

template <class F, std::size_t... i>
Symbol call_with_symbols(F& f, const Symbol* x, std::index_sequence<i...>)
{
    static_assert(std::invocable<F&, SymbolAt<i>...>,
                  "fuse: the function does not take as many values as there are tensors, by value or by const&");
    static_assert(std::same_as<std::remove_cvref_t<std::invoke_result_t<F&, SymbolAt<i>...>>, Symbol>,
                  "fuse: the function returns something else than one value computed from its arguments");
    return f(Symbol(x[i])...);
}

template <class F, std::size_t n>
Tensor fuse_inputs(F& f, const InputRef (&x)[n])
{
    static_assert(n <= kMaxFused);
    const auto call = [](const void* object, const Symbol* symbols) -> Symbol {
        return call_with_symbols(*static_cast<F*>(const_cast<void*>(object)), symbols, std::make_index_sequence<n>());
    };
    return fused({std::addressof(f), call}, Inputs(x, n));
}

}  // namespace detail

/// y = f(x...) for each element: f is called once, with symbols (symbol.hpp) in place of elements, and what it computes
/// with them runs over the tensors as one recorded operation, in one pass over memory forward and one back, where the
/// same expression of tensors makes passes for each of its operations. Kept for the walk back are the tensors and what
/// costly functions (exp, tanh, pow ...) gave; the rest is computed again.
///
/// Up to eight tensors, which broadcast together and are promoted to one dtype, f32 or f64, in which all is computed.
/// f returns one symbol; control flow and numbers in it are those of the call; `where` chooses by value. Values and
/// gradients are to the last bit those of the operations. Differentiable to any order: with create_graph the adjoints
/// are computed by the ordinary operations.
/// Throws DtypeError for tensors of integers or bools, ShapeError where shapes do not broadcast, TapeError where f
/// reads a captured tensor or symbols of another call.
template <class F>
Tensor fuse(F&& f, const Input& a)
{
    return detail::fuse_inputs(f, {a});
}
template <class F>
Tensor fuse(F&& f, const Input& a, const Input& b)
{
    return detail::fuse_inputs(f, {a, b});
}
template <class F>
Tensor fuse(F&& f, const Input& a, const Input& b, const Input& c)
{
    return detail::fuse_inputs(f, {a, b, c});
}
template <class F>
Tensor fuse(F&& f, const Input& a, const Input& b, const Input& c, const Input& d)
{
    return detail::fuse_inputs(f, {a, b, c, d});
}
template <class F>
Tensor fuse(F&& f, const Input& a, const Input& b, const Input& c, const Input& d, const Input& e)
{
    return detail::fuse_inputs(f, {a, b, c, d, e});
}
template <class F>
Tensor fuse(F&& f, const Input& a, const Input& b, const Input& c, const Input& d, const Input& e, const Input& g)
{
    return detail::fuse_inputs(f, {a, b, c, d, e, g});
}
template <class F>
Tensor fuse(F&& f, const Input& a, const Input& b, const Input& c, const Input& d, const Input& e, const Input& g,
            const Input& h)
{
    return detail::fuse_inputs(f, {a, b, c, d, e, g, h});
}
template <class F>
Tensor fuse(F&& f, const Input& a, const Input& b, const Input& c, const Input& d, const Input& e, const Input& g,
            const Input& h, const Input& k)
{
    return detail::fuse_inputs(f, {a, b, c, d, e, g, h, k});
}

}  // namespace xgrad
