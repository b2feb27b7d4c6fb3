#pragma once

// Functions of scalars: their derivatives in one call, and programs that are recorded once and computed again.
//
//   auto rosenbrock = [](const std::vector<Scalar>& x) { return square(1 - x[0]) + 100 * square(x[1] - x[0] * x[0]); };
//   std::vector<double> g = gradient(rosenbrock, point);
//   Tensor h = hessian(rosenbrock, point);
//   const ScalarProgram program(rosenbrock, point);       // calls the function once
//   std::vector<double> elsewhere = program.gradient(other_point);

#include <xgrad/callable.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/tensor.hpp>

#include <concepts>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace xgrad {

namespace kernels {
struct Steps;
}

namespace detail {

using Scalars = std::vector<Scalar>;
using ScalarMap = Callable<Scalars(const Scalars&)>;

template <class F>
concept ScalarToScalar =
    std::invocable<F&, const Scalars&> && std::convertible_to<std::invoke_result_t<F&, const Scalars&>, Scalar>;
template <class F>
concept ScalarToScalars =
    std::invocable<F&, const Scalars&> && std::convertible_to<std::invoke_result_t<F&, const Scalars&>, Scalars>;
template <class F>
concept ScalarFunction = ScalarToScalar<F> || ScalarToScalars<F>;

template <ScalarFunction F>
ScalarMap scalar_map(F& f)
{
    return [&f](const Scalars& x) -> Scalars {
        if constexpr (ScalarToScalar<F>)
            return {Scalar(f(x))};
        else
            return f(x);
    };
}

Tensor scalar_jacobian(const ScalarMap& f, std::span<const double> x);
Tensor scalar_hessian(const ScalarMap& f, std::span<const double> x);

std::shared_ptr<const kernels::Steps> record_steps(const ScalarMap& f, std::span<const double> x);

}  // namespace detail

/// The value and the gradient of f, a function of a `const std::vector<Scalar>&` (or a span) that returns a Scalar, at x.
/// Scalars of a tape around are constants here.
template <detail::ScalarToScalar F>
std::pair<double, std::vector<double>> value_and_gradient(F&& f, std::span<const double> x)
{
    Tape tape{{.isolated = true}};
    std::vector<Scalar> leaves(x.size());
    tape.variables(x, leaves);
    const Scalar y = f(std::as_const(leaves));
    if (detail::current->holds(y.serial())) tape.backward(y);
    std::vector<double> gradient(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) gradient[i] = leaves[i].grad();
    return {y.value(), std::move(gradient)};
}

/// The gradient alone.
template <detail::ScalarToScalar F>
std::vector<double> gradient(F&& f, std::span<const double> x)
{
    return value_and_gradient(f, x).second;
}

/// The Jacobian of an f that returns a vector of Scalars: f64, one row for each of them.
template <detail::ScalarFunction F>
Tensor jacobian(F&& f, std::span<const double> x)
{
    return detail::scalar_jacobian(detail::scalar_map(f), x);
}

/// The second derivatives of an f that returns a Scalar: f64 (n, n). Costs one recording of f with all its operations
/// and one of its gradient, then a walk over that for each input, many of them side by side.
template <detail::ScalarToScalar F>
Tensor hessian(F&& f, std::span<const double> x)
{
    return detail::scalar_hessian(detail::scalar_map(f), x);
}

/// A function of scalars, recorded once and computed at other inputs without calling it: its operations in order, run
/// over many samples side by side with vector instructions. Control flow is frozen: the program repeats the branches
/// that f took where it was recorded, also those inside elu, softplus and clamp (relu, abs, maximum and the like are
/// operations, not branches), and what f captures keeps its value. For many samples: one alone costs a call of a kernel for each operation, and gradient(f, x)
/// is the faster way then. May be used by many threads at once.
class ScalarProgram {
public:
    /// Calls f, which takes a `const std::vector<Scalar>&` and returns a Scalar or a vector of them, at `x`. Throws
    /// TapeError when values go through tensors on their way.
    template <detail::ScalarFunction F>
    ScalarProgram(F&& f, std::span<const double> x) : steps_(detail::record_steps(detail::scalar_map(f), x))
    {
    }

    std::size_t input_count() const;
    std::size_t output_count() const;
    std::size_t operation_count() const;  ///< those that lead from inputs to outputs

    /// The outputs at x. Throws ShapeError when x has another number of inputs.
    std::vector<double> operator()(std::span<const double> x) const;

    /// The gradient of the only output. Throws ShapeError when there are several.
    std::vector<double> gradient(std::span<const double> x) const;

    /// The derivatives of all outputs: f64 (outputs, inputs).
    Tensor jacobian(std::span<const double> x) const;

    /// The outputs for each sample: x is f64 (samples, inputs), the result f64 (samples, outputs); the result is a
    /// constant. Throws ShapeError, and DtypeError unless x is f64.
    Tensor values(const Tensor& x) const;

    /// The gradient of the only output for each sample, f64 (samples, inputs).
    Tensor gradients(const Tensor& x) const;

private:
    void check_one_output() const;
    void check_inputs(std::size_t given) const;
    std::int64_t check_samples(const Tensor& x) const;

    std::shared_ptr<const kernels::Steps> steps_;
};

}  // namespace xgrad
