#pragma once

// Gradients compared with central differences, in f64: for the library's own tests and for yours.
//
//   auto report = gradcheck([](const Tensor& x) { return sum(tanh(x) * x); }, {t});
//   EXPECT_TRUE(report.ok) << report.message;

#include <xgrad/callable.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tensor.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <vector>

namespace xgrad {

struct GradcheckOptions {
    double eps = 1e-6;          ///< each element moves by this to both sides
    double tolerance = 1e-6;    ///< of |autograd - numeric| / max(1, |autograd|, |numeric|)
    bool explain = false;       ///< record on explaining tapes: second derivatives through scalars need them
    bool allow_unused = false;  ///< pass although an input reaches the output neither by records nor by value
};

/// The worst element that a check found, and whether it is good enough. A NaN is not.
struct GradcheckReport {
    bool ok = true;
    std::size_t input = 0;     ///< which input it belongs to
    std::int64_t element = 0;  ///< its row-major position in that input
    double autograd = 0, numeric = 0, error = 0;
    std::string message;  ///< "input 0 of shape (2, 3), element 5: autograd 1, numeric -1, error 2 > 1e-06"

    explicit operator bool() const { return ok; }
};

namespace detail {

using CheckedFunction = Callable<Tensor(const std::vector<Tensor>&)>;
using CheckedScalarFunction = Callable<Scalar(const std::vector<Scalar>&)>;

GradcheckReport check_gradients(const CheckedFunction& f, const std::vector<Tensor>& inputs, GradcheckOptions options);
GradcheckReport check_second_gradients(const CheckedFunction& f, const std::vector<Tensor>& inputs,
                                       GradcheckOptions options);
GradcheckReport check_gradients(const CheckedScalarFunction& f, const std::vector<double>& inputs,
                                GradcheckOptions options);
GradcheckReport check_second_gradients(const CheckedScalarFunction& f, const std::vector<double>& inputs,
                                       GradcheckOptions options);

/// Throws ShapeError: a function of `takes` tensors was given another number of them.
void check_input_count(std::size_t takes, std::size_t given);

/// The number of single tensors that F takes; 0 when it takes them as a vector.
template <class F>
constexpr std::size_t tensor_arity()
{
    using T = const Tensor&;
    if constexpr (std::is_invocable_r_v<Tensor, F, T>)
        return 1;
    else if constexpr (std::is_invocable_r_v<Tensor, F, T, T>)
        return 2;
    else if constexpr (std::is_invocable_r_v<Tensor, F, T, T, T>)
        return 3;
    else if constexpr (std::is_invocable_r_v<Tensor, F, T, T, T, T>)
        return 4;
    else
        return 0;
}

template <class F>
concept TakesTensors = tensor_arity<F>()
> 0 || std::is_invocable_r_v<Tensor, F, const std::vector<Tensor>&>;

template <class F>
concept TakesScalars = tensor_arity<F>()
== 0 && std::is_invocable_r_v<Scalar, F, const std::vector<Scalar>&>;

template <TakesTensors F>
CheckedFunction as_function(F f)
{
    return [f = std::move(f)](const std::vector<Tensor>& x) -> Tensor {
        constexpr std::size_t n = tensor_arity<F>();
        if constexpr (n > 0) check_input_count(n, x.size());
        if constexpr (n == 0)
            return f(x);
        else if constexpr (n == 1)
            return f(x[0]);
        else if constexpr (n == 2)
            return f(x[0], x[1]);
        else if constexpr (n == 3)
            return f(x[0], x[1], x[2]);
        else
            return f(x[0], x[1], x[2], x[3]);
    };
}

}  // namespace detail

/// Compares the gradient of f, a function of a `const std::vector<Tensor>&` or of one to four `const Tensor&`, with
/// central differences. Floating inputs are taken as f64 and keep their strides; integer and bool inputs are
/// constants. Every element of the output has another weight, so that no two errors cancel and no transposition goes
/// unseen. Also not ok: a function that gives other values when called again or for the same input in contiguous form,
/// a vjp that throws (an adjoint of a wrong shape, for example), and an input that the output does not depend on.
/// Throws DtypeError when the output is not f64; what f itself throws goes on to the caller.
template <detail::TakesTensors F>
GradcheckReport gradcheck(F f, const std::vector<Tensor>& inputs, GradcheckOptions options = {})
{
    return detail::check_gradients(detail::as_function(std::move(f)), inputs, options);
}

/// The same for a weighted sum of the gradients of f, with respect to the inputs and to the adjoint of the output:
/// checks that f can be differentiated twice. First-order gradients from plain and from recorded walks must agree too.
template <detail::TakesTensors F>
GradcheckReport gradgradcheck(F f, const std::vector<Tensor>& inputs, GradcheckOptions options = {})
{
    return detail::check_second_gradients(detail::as_function(std::move(f)), inputs, options);
}

/// The same for a function of a `const std::vector<Scalar>&` that returns a Scalar.
template <detail::TakesScalars F>
GradcheckReport gradcheck(F f, const std::vector<double>& inputs, GradcheckOptions options = {})
{
    return detail::check_gradients(detail::CheckedScalarFunction(std::move(f)), inputs, options);
}
template <detail::TakesScalars F>
GradcheckReport gradgradcheck(F f, const std::vector<double>& inputs, GradcheckOptions options = {})
{
    return detail::check_second_gradients(detail::CheckedScalarFunction(std::move(f)), inputs, options);
}

}  // namespace xgrad
