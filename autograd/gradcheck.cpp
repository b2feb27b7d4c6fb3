#include <xgrad/gradcheck.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <exception>

#include "autograd/moved.hpp"

namespace xgrad::detail {
namespace {

/// A fault that is no number: carries the report's message out of the check.
struct Fault {
    std::string message;
};

struct Evaluation {
    Tensor value;
    std::vector<Tensor> gradients;  // of the weighted sum of the value; undefined: no adjoint arrived
};

/// What is compared: a function, and the gradients that autograd gives for the weighted sum of its elements.
struct Subject {
    CheckedFunction value;
    Callable<Evaluation(const std::vector<Tensor>&)> gradients;
    std::size_t n_inputs;  // without the adjoint of the output, which second-order checks put behind them
};

/// Fixed pseudo-random weights, in size between 0.5 and 1.5 and of both signs; splitmix64 of the element's position.
Tensor weights(Sizes sizes, std::uint64_t salt)
{
    const Tensor w = empty(f64, sizes);
    for (std::int64_t i = 0; i < w.numel(); ++i) {
        std::uint64_t z = (static_cast<std::uint64_t>(i) + 1 + (salt << 40)) * 0x9E3779B97F4A7C15u;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        z ^= z >> 31;
        const double size = 0.5 + static_cast<double>(z >> 11) * 0x1p-53;
        mutable_data<double>(w)[i] = z & 1 ? size : -size;
    }
    return w;
}

constexpr std::uint64_t kOutputSalt = 1;  // inputs follow

/// The same values in f64 and the same strides, in storage that covers them.
Tensor in_f64(const Tensor& x)
{
    std::int64_t lowest = 0, highest = 0;
    for (std::size_t i = 0; i < x.ndim(); ++i) {
        const std::int64_t reach = x.strides()[i] * std::max<std::int64_t>(x.sizes()[i] - 1, 0);
        (reach < 0 ? lowest : highest) += reach;
    }
    const Tensor storage = zeros({highest - lowest + 1}, f64);
    const std::vector<double> values = x.to_vector<double>();
    Dims index(x.ndim(), 0);
    std::int64_t offset = -lowest;
    for (const double value : values) {
        mutable_data<double>(storage)[offset] = value;
        for (std::size_t axis = x.ndim(); axis-- > 0;) {
            offset += x.strides()[axis];
            if (++index[axis] < x.sizes()[axis]) break;
            offset -= index[axis] * x.strides()[axis];
            index[axis] = 0;
        }
    }
    return view(storage, x.sizes(), x.strides(), -lowest);
}

/// Floating inputs as constants in f64; the others as they are.
std::vector<Tensor> checked_inputs(const std::vector<Tensor>& inputs)
{
    std::vector<Tensor> out;
    for (const Tensor& x : inputs) out.push_back(is_floating(x.dtype()) ? in_f64(x) : x);
    return out;
}

std::vector<Tensor> leaves_of(Tape& tape, const std::vector<Tensor>& inputs)
{
    std::vector<Tensor> leaves;
    for (const Tensor& x : inputs) leaves.push_back(is_floating(x.dtype()) ? tape.variable(x) : x);
    return leaves;
}

void check_output(const Tensor& y)
{
    if (y.dtype() == f64) return;
    throw DtypeError(error_text("gradcheck", "the function gives " + describe(y) + " for f64 inputs",
                                "gradients are compared in f64: other types are too coarse, or have none",
                                "write constants as f64, and reduce or convert the result in the function"));
}

/// Runs a walk back. What a vjp throws is a fault of the function under check, not of the caller.
template <class F>
auto walked(F&& walk)
{
    try {
        return walk();
    } catch (const std::exception& error) {
        throw Fault{std::string("the walk back threw: ") + error.what()};
    }
}

// ---- comparing ------------------------------------------------------------------------------------------------------

double relative_error(double a, double b) { return std::abs(a - b) / std::max({1.0, std::abs(a), std::abs(b)}); }

std::string input_text(const Subject& subject, const std::vector<Tensor>& inputs, std::size_t i)
{
    const std::string shape = to_string(inputs[i].sizes());
    return i < subject.n_inputs ? fmt::format("input {} of shape {}", i, shape)
                                : "the adjoint of the output, of shape " + shape;
}

/// Throws Fault unless both have one shape and the same values up to the tolerance.
void check_same(const Tensor& a, const Tensor& b, double tolerance, const char* what)
{
    if (!(a.sizes() == b.sizes()))
        throw Fault{fmt::format("{}: shapes {} and {}", what, to_string(a.sizes()), to_string(b.sizes()))};
    const std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
    for (std::size_t i = 0; i < x.size(); ++i) {
        const bool same = x[i] == y[i] || (std::isnan(x[i]) && std::isnan(y[i]));
        if (!same && !(relative_error(x[i], y[i]) <= tolerance))
            throw Fault{fmt::format("{}: {} and {} at element {} of the output", what, x[i], y[i], i)};
    }
}

void check_deterministic(const Tensor& a, const Tensor& b)
{
    const std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
    const auto has_same_bits = [](double p, double q) {
        return std::bit_cast<std::uint64_t>(p) == std::bit_cast<std::uint64_t>(q);
    };
    if (!(a.sizes() == b.sizes()) || !std::equal(x.begin(), x.end(), y.begin(), has_same_bits))
        throw Fault{"the function is not deterministic: called twice for the same input, it gives other values"};
}

/// sum(w * (f(x + e) - f(x - e))) / (2 |e|) for one element of one input.
double numeric_derivative(const Subject& subject, std::vector<Tensor> inputs, std::size_t i, std::int64_t element,
                          double eps)
{
    const Tensor x = inputs[i];
    double at[2];
    std::vector<double> y[2];
    for (int side = 0; side < 2; ++side) {
        inputs[i] = moved(x, element, side == 0 ? eps : -eps, &at[side]);
        y[side] = subject.value(inputs).to_vector<double>();
    }
    const std::vector<double> w = weights({static_cast<std::int64_t>(y[0].size())}, kOutputSalt).to_vector<double>();
    double sum = 0;
    for (std::size_t k = 0; k < w.size(); ++k) sum += w[k] * (y[0][k] - y[1][k]);
    return sum / (at[0] - at[1]);
}

/// Keeps the worst element in the report.
void compare_input(GradcheckReport& report, const Subject& subject, const std::vector<Tensor>& inputs,
                   const Tensor& gradient, std::size_t i, GradcheckOptions options)
{
    const bool reached = gradient.defined();
    const std::vector<double> autograd =
        reached ? gradient.to_vector<double>() : std::vector<double>(static_cast<std::size_t>(inputs[i].numel()), 0.0);
    bool matters = reached || autograd.empty() || options.allow_unused;
    for (std::size_t k = 0; k < autograd.size(); ++k) {
        const auto element = static_cast<std::int64_t>(k);
        const double numeric = numeric_derivative(subject, inputs, i, element, options.eps);
        const double error = relative_error(autograd[k], numeric);
        matters |= numeric != 0;
        if (std::isnan(report.error) || (error <= report.error && !report.message.empty())) continue;
        report.input = i;
        report.element = element;
        report.autograd = autograd[k];
        report.numeric = numeric;
        report.error = error;
        report.ok = error <= options.tolerance;  // false for NaN
        report.message = fmt::format("{}, element {}: autograd {:g}, numeric {:g}, error {:g} {} {:g}",
                                     input_text(subject, inputs, i), element, autograd[k], numeric, error,
                                     report.ok ? "<=" : ">", options.tolerance);
    }
    if (!matters) throw Fault{input_text(subject, inputs, i) + ": the output does not depend on it"};
}

GradcheckReport check(const Subject& subject, const std::vector<Tensor>& inputs, GradcheckOptions options)
{
    GradcheckReport report;
    try {
        const Tensor y = subject.value(inputs);
        check_deterministic(y, subject.value(inputs));
        std::vector<Tensor> contiguous_inputs;
        for (const Tensor& x : inputs) contiguous_inputs.push_back(contiguous_copy(x));
        check_same(y, subject.value(contiguous_inputs), options.tolerance,
                   "the function gives other values for the same input in contiguous form");
        const Evaluation autograd = subject.gradients(inputs);
        check_same(y, autograd.value, options.tolerance,
                   "the function gives other values where they are recorded for differentiation");
        for (std::size_t i = 0; i < inputs.size(); ++i)
            if (is_floating(inputs[i].dtype()))
                compare_input(report, subject, contiguous_inputs, autograd.gradients[i], i, options);
    } catch (const Fault& fault) {
        report.ok = false;
        report.message = fault.message;
    }
    return report;
}

// ---- functions of tensors -------------------------------------------------------------------------------------------

Evaluation first_gradients(const CheckedFunction& f, const std::vector<Tensor>& inputs, bool explain)
{
    Tape tape{{.explain = explain, .isolated = true}};
    const std::vector<Tensor> leaves = leaves_of(tape, inputs);
    const Tensor y = f(leaves);
    check_output(y);
    if (is_tracked(y)) walked([&] { tape.backward(y, weights(y.sizes(), kOutputSalt)); });
    Evaluation out{detach(y), {}};
    for (const Tensor& leaf : leaves) out.gradients.push_back(is_floating(leaf.dtype()) ? leaf.grad() : Tensor());
    return out;
}

/// The weighted sum of the gradients of f at `leaves`, the last of which is the adjoint of f's output.
Tensor weighted_gradients(Tape& tape, const CheckedFunction& f, const std::vector<Tensor>& leaves,
                          BackwardOptions options)
{
    const std::vector<Tensor> inputs(leaves.begin(), leaves.end() - 1);
    std::vector<Tensor> wanted;
    std::copy_if(inputs.begin(), inputs.end(), std::back_inserter(wanted),
                 [](const Tensor& x) { return is_floating(x.dtype()); });
    const Tensor y = f(inputs);
    check_output(y);
    Tensor total = zeros({}, f64);
    if (!is_tracked(y)) return total;
    const std::vector<Tensor> gradients = walked([&] { return tape.grad(y, wanted, leaves.back(), options); });
    for (std::size_t i = 0; i < gradients.size(); ++i)
        total = total + sum(gradients[i] * weights(gradients[i].sizes(), kOutputSalt + 1 + i));
    return total;
}

Evaluation second_gradients(const CheckedFunction& f, const std::vector<Tensor>& inputs, bool explain)
{
    Tape tape{{.explain = explain, .isolated = true}};
    const std::vector<Tensor> leaves = leaves_of(tape, inputs);
    const Tensor total = weighted_gradients(tape, f, leaves, {.create_graph = true});
    if (is_tracked(total)) walked([&] { tape.backward(total, weights({}, kOutputSalt)); });
    Evaluation out{detach(total), {}};
    for (const Tensor& leaf : leaves) out.gradients.push_back(is_floating(leaf.dtype()) ? leaf.grad() : Tensor());
    return out;
}

Tensor unrecorded(const CheckedFunction& f, const std::vector<Tensor>& inputs)
{
    const NoGrad off;
    const Tensor y = f(inputs);
    check_output(y);
    return y;
}

// ---- functions of scalars -------------------------------------------------------------------------------------------

std::vector<Tensor> as_tensors(const std::vector<double>& numbers)
{
    std::vector<Tensor> out;
    for (const double x : numbers) out.push_back(tensor(x, f64));
    return out;
}

std::vector<Scalar> variables_of(Tape& tape, const std::vector<Tensor>& inputs, std::size_t count)
{
    std::vector<Scalar> leaves;
    for (std::size_t i = 0; i < count; ++i) leaves.push_back(tape.variable(inputs[i].item()));
    return leaves;
}

std::vector<Tensor> gradients_of(const std::vector<Scalar>& leaves)
{
    std::vector<Tensor> out;
    for (const Scalar& leaf : leaves) out.push_back(tensor(leaf.grad(), f64));
    return out;
}

/// The weighted sum of the gradients times `seed`, which stands for the adjoint of the output.
Scalar weighted_gradients(Tape& tape, const CheckedScalarFunction& f, const std::vector<Scalar>& leaves,
                          const Scalar& seed, BackwardOptions options)
{
    const Scalar y = f(leaves);
    Scalar total = 0.0;
    if (y.serial() == 0) return total;
    const std::vector<Scalar> gradients = tape.grad(y, leaves, options);
    const std::vector<double> w =
        weights({static_cast<std::int64_t>(leaves.size())}, kOutputSalt + 1).to_vector<double>();
    for (std::size_t i = 0; i < w.size(); ++i) total = total + seed * gradients[i] * w[i];
    return total;
}

}  // namespace

void check_input_count(std::size_t takes, std::size_t given)
{
    if (takes == given) return;
    throw ShapeError(error_text("gradcheck", fmt::format("{} inputs for a function of {} tensors", given, takes),
                                "one input for each argument", "give as many tensors as the function takes"));
}

GradcheckReport check_gradients(const CheckedFunction& f, const std::vector<Tensor>& inputs, GradcheckOptions options)
{
    const Subject subject{[&f](const std::vector<Tensor>& x) { return unrecorded(f, x); },
                          [&](const std::vector<Tensor>& x) { return first_gradients(f, x, options.explain); },
                          inputs.size()};
    return check(subject, checked_inputs(inputs), options);
}

GradcheckReport check_second_gradients(const CheckedFunction& f, const std::vector<Tensor>& inputs,
                                       GradcheckOptions options)
{
    options.allow_unused = true;  // of a linear function, gradients do not depend on the input
    const auto value = [&f](const std::vector<Tensor>& x) {
        Tape tape{{.isolated = true}};
        return detach(weighted_gradients(tape, f, leaves_of(tape, x), {}));
    };
    const Subject subject{value, [&](const std::vector<Tensor>& x) { return second_gradients(f, x, options.explain); },
                          inputs.size()};
    std::vector<Tensor> all = checked_inputs(inputs);
    all.push_back(weights(unrecorded(f, all).sizes(), kOutputSalt));
    return check(subject, all, options);
}

GradcheckReport check_gradients(const CheckedScalarFunction& f, const std::vector<double>& inputs,
                                GradcheckOptions options)
{
    options.allow_unused = true;  // a derivative of 0 says nothing about a scalar
    const double weight = weights({}, kOutputSalt).item();
    const auto value = [&f](const std::vector<Tensor>& x) {
        const NoGrad off;
        std::vector<Scalar> numbers;
        for (const Tensor& number : x) numbers.emplace_back(number.item());
        return tensor(f(numbers).value(), f64);
    };
    const auto gradients = [&f, weight](const std::vector<Tensor>& x) {
        Tape tape{{.isolated = true}};
        const std::vector<Scalar> leaves = variables_of(tape, x, x.size());
        const Scalar y = f(leaves);
        if (y.serial() != 0) tape.backward(y, weight);
        return Evaluation{tensor(y.value(), f64), gradients_of(leaves)};
    };
    return check({value, gradients, inputs.size()}, as_tensors(inputs), options);
}

GradcheckReport check_second_gradients(const CheckedScalarFunction& f, const std::vector<double>& inputs,
                                       GradcheckOptions options)
{
    options.allow_unused = true;
    const double weight = weights({}, kOutputSalt).item();
    const auto value = [&f, n = inputs.size()](const std::vector<Tensor>& x) {
        Tape tape{{.isolated = true}};
        const Scalar total = weighted_gradients(tape, f, variables_of(tape, x, n), x[n].item(), {});
        return tensor(total.value(), f64);
    };
    const auto gradients = [&f, weight, n = inputs.size()](const std::vector<Tensor>& x) {
        Tape tape{{.explain = true, .isolated = true}};
        std::vector<Scalar> leaves = variables_of(tape, x, n);
        const Scalar seed = tape.variable(x[n].item());
        const Scalar total = weighted_gradients(tape, f, leaves, seed, {.create_graph = true});
        if (total.serial() != 0) tape.backward(total, weight);
        leaves.push_back(seed);
        return Evaluation{tensor(total.value(), f64), gradients_of(leaves)};
    };
    std::vector<double> all = inputs;
    all.push_back(1.25);  // any adjoint of the output but 0 and 1
    return check({value, gradients, inputs.size()}, as_tensors(all), options);
}

}  // namespace xgrad::detail
