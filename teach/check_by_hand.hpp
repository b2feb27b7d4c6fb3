#pragma once

// Gradients derived by hand, compared with autograd and with numbers; where they differ, what is likely wrong.
//
//   const auto loss = [&](const Tensor& w, const Tensor& b) { return mean(square(sigmoid(matmul(x, w) + b) - y)); };
//   const CheckReport report = check_by_hand(loss, {{"W", w}, {"b", b}}, {{"W", dw}, {"b", db}});
//   fmt::print("{}", report.message);
//   const CheckReport of_numbers = check_by_hand([](auto x, auto y) { return x * exp(y); }, {2.0, 0.5}, {dx, dy});

#include <xgrad/gradcheck.hpp>
#include <xgrad/teach/double_double.hpp>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad {

class Tape;
namespace detail {
class ProbeRun;
}

/// What is likely wrong with a gradient derived by hand.
enum class Mistake : unsigned char {
    none,
    sign_flipped,
    factor_two,                    ///< twice the gradient
    factor_half,                   ///< half of it: a - y for (a - y)^2
    one_over_n_missing,            ///< N times the gradient: the loss is a mean
    sum_against_mean,              ///< 1/N of it: the loss is a sum
    constant_factor,               ///< any other
    lambda_against_lambda_over_n,  ///< a penalty's weight with 1/n on one side alone
    penalty_factor,                ///< another multiple of the weights than the loss has
    penalty_missing,
    penalty_added,     ///< a multiple of the input that the loss has not
    bias_regularised,  ///< the same for a bias
    slope_missing,     ///< g'
    slope_at_target,   ///< g' of the target instead of the output
    slope_at_output,   ///< g'(y) instead of g'(u), with y = g(u)
    slope_twice,       ///< one g' too many
    factor_missing,    ///< the other factor of a product: dW = delta without the layer's input
    not_transposed,    ///< W where W^T is meant
    factors_swapped,   ///< g' behind the product with W^T instead of before it
    transposed,        ///< the whole gradient
    softmax_twice,
    all_zero,
    unknown,  ///< nothing of the above
};

/// "sign_flipped".
const char* name_of(Mistake mistake);

struct Suspicion {
    Mistake mistake;
    std::string text;
};

struct CheckOptions {
    /// Of |by hand - autograd| / the largest |autograd| of that input; 0: 1e-7, or 1e-4 where a gradient by hand is f32.
    double tolerance = 0;
    std::int64_t numeric_elements =
        64;  ///< so many of each input, evenly spread, are compared with the numeric derivative

    // What the diagnosis is told; most of it is read from what f records.
    std::int64_t samples = 0;              ///< N
    double lambda = 0;                     ///< weight of the penalty
    Tensor target = {};                    ///< y; undefined: constants that f records
    std::vector<std::string> biases = {};  ///< names of inputs; empty: vectors, and columns or rows of a matrix
};

/// What was found for one input or intermediate value.
struct CheckedGradient {
    std::string name;
    bool passed = true;
    double error =
        0;  ///< the largest of |by hand - autograd| / the largest |autograd|; of a kink only beyond its sides
    std::int64_t element = 0;                       ///< where, row-major
    double by_hand = 0, autograd = 0, numeric = 0;  ///< there; numeric is NaN where it was not taken
    std::vector<std::int64_t> kinks;                ///< elements where f has a kink
    bool autograd_agrees = true;                    ///< with the numeric derivative, but for kinks and rough places
    std::vector<Suspicion> suspicions;              ///< most likely first; all fit the numbers
    std::vector<std::string> notes;                 ///< of kinks, roughness, and where autograd and numbers disagree

    Mistake mistake() const
    {
        return passed ? Mistake::none : suspicions.empty() ? Mistake::unknown : suspicions.front().mistake;
    }
};

struct CheckReport {
    bool passed = true;
    std::vector<CheckedGradient> gradients;  ///< in the order in which they were given
    std::string message;                     ///< all of it in words, in at most 100 columns

    explicit operator bool() const { return passed; }
    /// The one of that name. Throws std::out_of_range.
    const CheckedGradient& operator[](const std::string& name) const;
};

/// Hands intermediate values of the function under check over to be checked, under names.
class Probe {
public:
    /// `u`, to go on with: what is computed from the result depends on the checked value. Throws ShapeError when the name
    /// was used before.
    [[nodiscard]] Tensor operator()(const std::string& name, const Tensor& u);

private:
    friend class detail::ProbeRun;
    NamedTensors seen_;
    Tape* tape_ = nullptr;  // names the values, and makes leaves of those that are constants
    std::string moved_;     // the name of a value of which one element is moved
    std::int64_t element_ = 0;
    double step_ = 0;
};

namespace detail {

using ProbedFunction = Callable<Tensor(const std::vector<Tensor>&, Probe&)>;
CheckReport check_tensors(const ProbedFunction& f, const NamedTensors& inputs, const NamedTensors& by_hand,
                          const CheckOptions& options);
NamedTensors numbered(const std::vector<Tensor>& tensors);
/// Throws ShapeError unless there is a gradient for each input.
void check_gradient_count(std::size_t inputs, std::size_t gradients);

/// A function of tensors, with a probe or without.
template <class F>
ProbedFunction as_probed(F f)
{
    using T = const Tensor&;
    using List = const std::vector<Tensor>&;
    if constexpr (tensor_arity<F>() > 0)
        return [f = as_function(std::move(f))](List x, Probe&) { return f(x); };
    else if constexpr (std::is_invocable_r_v<Tensor, F, T, Probe&>)
        return [f](List x, Probe& probe) { return check_input_count(1, x.size()), f(x[0], probe); };
    else if constexpr (std::is_invocable_r_v<Tensor, F, T, T, Probe&>)
        return [f](List x, Probe& probe) { return check_input_count(2, x.size()), f(x[0], x[1], probe); };
    else if constexpr (std::is_invocable_r_v<Tensor, F, T, T, T, Probe&>)
        return [f](List x, Probe& probe) { return check_input_count(3, x.size()), f(x[0], x[1], x[2], probe); };
    else if constexpr (std::is_invocable_r_v<Tensor, F, T, T, T, T, Probe&>)
        return [f](List x, Probe& probe) { return check_input_count(4, x.size()), f(x[0], x[1], x[2], x[3], probe); };
    else if constexpr (std::is_invocable_r_v<Tensor, F, List, Probe&>)
        return f;
    else {
        static_assert(TakesTensors<F>,
                      "check_by_hand: the function takes tensors, at most four or as a vector, and "
                      "gives one");
        return [f = as_function(std::move(f))](List x, Probe&) { return f(x); };
    }
}

/// A function of numbers, as Scalars and, if it takes them, as DoubleDoubles.
struct NumberFunction {
    Callable<Scalar(const std::vector<Scalar>&)> of_scalars;
    Callable<DoubleDouble(const std::vector<DoubleDouble>&)> of_double_doubles;  // may be empty
};
CheckReport check_numbers(const NumberFunction& f, const std::vector<double>& inputs,
                          const std::vector<double>& by_hand, const CheckOptions& options);
[[noreturn]] void throw_number_count(std::size_t given);

template <class T, class F>
constexpr bool takes_numbers()
{
    using X = const T&;
    return std::is_invocable_r_v<T, F, X> || std::is_invocable_r_v<T, F, X, X> ||
           std::is_invocable_r_v<T, F, X, X, X> || std::is_invocable_r_v<T, F, X, X, X, X>;
}

template <class T, class F>
Callable<T(const std::vector<T>&)> as_number_function(const F& f)
{
    using X = const T&;
    if constexpr (takes_numbers<T, F>())
        return [f](const std::vector<T>& x) -> T {
            if constexpr (std::is_invocable_r_v<T, F, X>)
                if (x.size() == 1) return f(x[0]);
            if constexpr (std::is_invocable_r_v<T, F, X, X>)
                if (x.size() == 2) return f(x[0], x[1]);
            if constexpr (std::is_invocable_r_v<T, F, X, X, X>)
                if (x.size() == 3) return f(x[0], x[1], x[2]);
            if constexpr (std::is_invocable_r_v<T, F, X, X, X, X>)
                if (x.size() == 4) return f(x[0], x[1], x[2], x[3]);
            throw_number_count(x.size());
        };
    else if constexpr (std::is_invocable_r_v<T, F, const std::vector<T>&>)
        return f;
    else {
        static_assert(!std::is_same_v<T, Scalar> || sizeof(F) == 0,
                      "check_by_hand: the function takes one to four Scalars, or a vector of them, and gives one");
        return nullptr;
    }
}

}  // namespace detail

/// Compares gradients of f derived by hand with autograd, and both with an independent numeric derivative (extrapolated
/// differences, in f64). f takes tensors, as gradcheck's does, and gives one number; gradients belong to the inputs in
/// their order, and an undefined one is not checked. Where they differ, the report says what is likely wrong: mistakes of
/// lectures and exercises are tried, and only those whose result is the gradient by hand are named. A function that has
/// a kink at the point, or whose autograd and numbers disagree, is said to; the gradient by hand is not blamed for it.
/// Floating inputs are taken as f64 unless f refuses them. Throws ShapeError where counts or shapes do not fit, TapeError
/// where the result of f is not recorded, DtypeError for gradients that are no floating numbers; what f throws goes on
/// to the caller.
template <class F>
CheckReport check_by_hand(F f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& by_hand,
                          const CheckOptions& options = {})
{
    detail::check_gradient_count(inputs.size(), by_hand.size());
    return detail::check_tensors(detail::as_probed(std::move(f)), detail::numbered(inputs), detail::numbered(by_hand),
                                 options);
}

/// The same for a function of one tensor.
template <class F>
CheckReport check_by_hand(F f, const Tensor& input, const Tensor& by_hand, const CheckOptions& options = {})
{
    return check_by_hand(std::move(f), std::vector<Tensor>{input}, std::vector<Tensor>{by_hand}, options);
}

/// The same with names, in any order. An f that takes a Probe& behind its tensors hands intermediate values over by
/// `u = probe("u", u)`; gradients by hand with such a name are the deltas dL/du. Inputs without a gradient by hand are not
/// checked. Throws ShapeError for a name that is neither.
template <class F>
CheckReport check_by_hand(F f, const NamedTensors& inputs, const NamedTensors& by_hand,
                          const CheckOptions& options = {})
{
    return detail::check_tensors(detail::as_probed(std::move(f)), inputs, by_hand, options);
}

/// The same for a function of one to four numbers, or of a vector of them, that takes and gives Scalars. One that takes
/// them as `auto`, or `template <class T> ... const std::vector<T>&`, is compared with a numeric derivative of more than
/// 20 digits, computed in DoubleDoubles.
template <class F>
CheckReport check_by_hand(F f, const std::vector<double>& inputs, const std::vector<double>& by_hand,
                          const CheckOptions& options = {})
{
    const detail::NumberFunction both{detail::as_number_function<Scalar>(f),
                                      detail::as_number_function<DoubleDouble>(f)};
    return detail::check_numbers(both, inputs, by_hand, options);
}
template <class F>
CheckReport check_by_hand(F f, double input, double by_hand, const CheckOptions& options = {})
{
    return check_by_hand(std::move(f), std::vector<double>{input}, std::vector<double>{by_hand}, options);
}

}  // namespace xgrad
