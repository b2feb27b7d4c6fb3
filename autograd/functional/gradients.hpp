#pragma once

// Derivatives as functions of functions. They nest in any order, and a tape around them can differentiate what they
// return; whatever the function captures (parameters, values of the tape around) takes part in that.
//
//   auto f = [](const Tensor& x) { return sum(tanh(x) * x); };
//   Tensor g = grad(f)(x);
//   auto [y, gradient] = value_and_grad(f)(x);
//   Tensor second = grad([&](const Tensor& t) { return sum(grad(f)(t)); })(x);
//
// A function takes one or several tensors, or one `const Tensors&`, and may be called more than once.

#include <xgrad/functional/function.hpp>
#include <xgrad/tape.hpp>

#include <initializer_list>
#include <memory>
#include <span>

namespace xgrad {

namespace detail {

struct ValueAndGradients {
    Tensor value;
    Tensors gradients;
};
/// The value only if it is asked for.
ValueAndGradients value_and_gradients(const char* operation, FunctionView<Tensor> f, Tensors inputs,
                                      std::span<const std::size_t> argnums, bool with_value);

/// Every input.
Tensors all_gradients(const char* operation, FunctionView<Tensor> f, const Tensors& inputs, Tensor* value);

/// What grad() returns. With `kOne`, one gradient.
template <class F, bool kOne, bool kWithValue>
class GradientFunction {
public:
    GradientFunction(F f, Tensors::size_type argnum) : f_(std::move(f)), argnums_{argnum} {}
    GradientFunction(F f, std::initializer_list<std::size_t> argnums) : f_(std::move(f)), argnums_(argnums) {}

    /// At single tensors.
    template <TensorLike... X>
    requires(sizeof...(X) > 0) auto operator()(const X&... x) const
    {
        constexpr std::size_t n = sizeof...(X);
        static_assert(Accepts<F, n>, "grad: the function does not take so many tensors");
        static_assert(ReturnsTensor<F, n>, "grad: the function returns something else than one Tensor");
        Tensors inputs;
        inputs.reserve(n);
        (inputs.push_back(static_cast<const Tensor&>(x)), ...);
        ValueAndGradients out = value_and_gradients(kName, FunctionView<Tensor>::template of<n>(f_), std::move(inputs),
                                                    argnums_, kWithValue);
        if constexpr (kWithValue)
            return std::pair(std::move(out.value), result_from<kOne>(std::move(out.gradients)));
        else
            return result_from<kOne>(std::move(out.gradients));
    }

    /// At a list: the gradients with respect to every tensor in it.
    auto operator()(const Tensors& x) const
    {
        static_assert(ReturnsTensor<F, 0>, "grad: the function does not return one Tensor for a list");
        Tensor value;
        Tensors gradients = all_gradients(kName, FunctionView<Tensor>::of<0>(f_), x, kWithValue ? &value : nullptr);
        if constexpr (kWithValue)
            return std::pair(std::move(value), std::move(gradients));
        else
            return gradients;
    }

private:
    static constexpr const char* kName = kWithValue ? "value_and_grad" : "grad";
    mutable F f_;
    std::vector<std::size_t> argnums_;
};

}  // namespace detail

/// A function of the same arguments as f that returns the gradient of f with respect to argument `argnum`, or those of
/// a list of arguments; for an f of a list, the gradients with respect to all of it. f returns one element. Zeros where
/// it does not depend on an argument; the grads of leaves stay as they are. The function throws ShapeError when f
/// returns more than one element or there is no such argument, DtypeError for integer arguments or results.
template <class F>
auto grad(F f, std::size_t argnum = 0)
{
    return detail::GradientFunction<F, true, false>(std::move(f), argnum);
}
template <class F>
auto grad(F f, std::initializer_list<std::size_t> argnums)
{
    return detail::GradientFunction<F, false, false>(std::move(f), argnums);
}

/// The same, returning the pair of f's value and the gradient or gradients.
template <class F>
auto value_and_grad(F f, std::size_t argnum = 0)
{
    return detail::GradientFunction<F, true, true>(std::move(f), argnum);
}
template <class F>
auto value_and_grad(F f, std::initializer_list<std::size_t> argnums)
{
    return detail::GradientFunction<F, false, true>(std::move(f), argnums);
}

namespace detail {

struct Pullback;  // what was recorded
std::pair<Tensors, std::shared_ptr<Pullback>> pull_back_of(ListFunction f, const Tensors& inputs);
Tensors pull_back(const std::shared_ptr<Pullback>& from, const Tensors& adjoints);

}  // namespace detail

/// What vjp() returns beside the value: takes the adjoint of the value, or of each one, to those of the inputs. It can
/// be called many times. It keeps what f recorded: outside of tapes for as long as it lives, inside a tape as long as
/// that is open; afterwards it throws TapeError.
template <bool kOneInput>
class PullBackFunction {
public:
    explicit PullBackFunction(std::shared_ptr<detail::Pullback> recorded) : recorded_(std::move(recorded)) {}

    /// Throws ShapeError or DtypeError when the adjoints do not look like the values.
    auto operator()(const Tensor& gy) const { return (*this)(Tensors{gy}); }
    auto operator()(const Tensors& gy) const
    {
        return detail::result_from<kOneInput>(detail::pull_back(recorded_, gy));
    }

private:
    std::shared_ptr<detail::Pullback> recorded_;
};

/// The value of f (or its values, if it returns a list) and the function that pulls adjoints back:
///   auto [y, pull_back] = vjp(f, x);
///   Tensor gx = pull_back(gy);          // of several inputs, or a list: Tensors
/// Throws DtypeError unless every input is f32 or f64.
template <class F, detail::TensorLike... X>
requires(sizeof...(X) > 0 && detail::FunctionOfTensors<F, sizeof...(X)>) auto vjp(F f, const X&... x)
{
    constexpr std::size_t n = sizeof...(X);
    auto [values, recorded] =
        detail::pull_back_of(detail::list_function<n>(std::move(f)), {static_cast<const Tensor&>(x)...});
    return std::pair(detail::result_from<detail::ReturnsTensor<F, n>>(std::move(values)),
                     PullBackFunction<n == 1>(std::move(recorded)));
}
template <class F>
requires detail::FunctionOfTensors<F, 0>
auto vjp(F f, const Tensors& x)
{
    auto [values, recorded] = detail::pull_back_of(detail::list_function<0>(std::move(f)), x);
    return std::pair(detail::result_from<detail::ReturnsTensor<F, 0>>(std::move(values)),
                     PullBackFunction<false>(std::move(recorded)));
}

namespace detail {
std::pair<Tensors, Tensors> push_forward(FunctionView<Tensors> f, const Tensors& inputs, const Tensors& tangents);
Tensors hessian_product(FunctionView<Tensor> f, const Tensors& inputs, const Tensors& directions);
}  // namespace detail

/// The value of f at the inputs and its derivative in the direction of the tangents, (y, J t): forward mode. There is
/// one tangent for each input, of its shape and dtype. A vjp is linear in the adjoint and written in differentiable
/// operations, so its own vjp is the forward derivative (Griewank and Walther 2008, section 3.2, transposition): this
/// costs a recorded forward pass, a recorded walk and a walk over that, and the memory of both records.
template <class F>
requires detail::FunctionOfTensors<F, 1>
auto jvp(F f, const Tensor& x, const Tensor& tangent)
{
    auto g = detail::list_function<1>(std::move(f));
    auto out = detail::push_forward(detail::FunctionView<Tensors>::of<0>(g), {x}, {tangent});
    constexpr bool single = detail::ReturnsTensor<F, 1>;
    return std::pair(detail::result_from<single>(std::move(out.first)),
                     detail::result_from<single>(std::move(out.second)));
}

namespace detail {

template <std::size_t n, class F>
auto jvp_of_list(F& f, const Tensors& x, const Tensors& tangents)
{
    auto g = list_function<n>(std::move(f));
    auto out = push_forward(FunctionView<Tensors>::of<0>(g), x, tangents);
    constexpr bool single = ReturnsTensor<F, n>;
    return std::pair(result_from<single>(std::move(out.first)), result_from<single>(std::move(out.second)));
}

}  // namespace detail

/// For several inputs, or a list. Throws ShapeError when the counts do not fit.
template <class F>
auto jvp(F f, const Tensors& x, const Tensors& tangents)
{
    constexpr std::size_t n = detail::arity<F>();
    detail::check_count("jvp", n, x.size());
    return detail::jvp_of_list<n>(f, x, tangents);
}

/// The Hessian of f, a function of one element, times a vector v of x's shape: the gradient of the gradient in
/// that direction, without the matrix.
template <class F>
requires detail::ReturnsTensor<F, 1> Tensor hvp(F f, const Tensor& x, const Tensor& v)
{
    return detail::hessian_product(detail::FunctionView<Tensor>::of<1>(f), {x}, {v}).front();
}
/// With respect to several inputs, or a list, at once: the products for each of them.
template <class F>
Tensors hvp(F f, const Tensors& x, const Tensors& v)
{
    constexpr std::size_t n = detail::arity<F>();
    detail::check_count("hvp", n, x.size());
    return detail::hessian_product(detail::FunctionView<Tensor>::template of<n>(f), x, v);
}

/// The same value as a constant: gradients stop here. JAX's name of detach.
inline Tensor stop_gradient(const Tensor& x) { return detach(x); }

}  // namespace xgrad
