#include <xgrad/functional/scalar_program.hpp>

#include <xgrad/error.hpp>

#include <algorithm>

#include "autograd/functional/scalar_steps.hpp"
#include "autograd/kernels/step_block.hpp"
#include "autograd/recording.hpp"

namespace xgrad {
namespace detail {
namespace {

using kernels::StepBlock;
using kernels::Steps;

double* input(const StepBlock& block, std::size_t i) { return static_cast<double*>(block.input(i)); }

const double* gradient(const StepBlock& block, std::size_t i) { return static_cast<const double*>(block.gradient(i)); }

Scalars leaves_at(Tape& tape, std::span<const double> x)
{
    Scalars leaves(x.size());
    tape.variables(x, leaves);
    return leaves;
}

Tensor matrix(std::size_t rows, std::size_t columns)
{
    return zeros({static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)}, f64);
}

/// The derivatives of every output at one point: the lanes of a block are the outputs.
Tensor all_derivatives(const Steps& steps, std::span<const double> x)
{
    const std::size_t m = steps.outputs.size(), n = steps.inputs;
    const Tensor out = matrix(m, n);
    if (m == 0) return out;
    StepBlock block(steps, f64, StepBlock::lanes_for(steps, f64, m));
    for (std::size_t i = 0; i < n; ++i) std::fill_n(input(block, i), block.lanes(), x[i]);
    block.run(block.lanes());
    for (std::size_t first = 0; first < m; first += block.lanes()) {
        const std::size_t count = std::min(block.lanes(), m - first);
        block.clear_adjoints();
        for (std::size_t lane = 0; lane < count; ++lane) block.seed(first + lane, lane, 1.0);
        block.run_back(count);
        for (std::size_t i = 0; i < n; ++i) {
            const double* const g = gradient(block, i);
            for (std::size_t lane = 0; g && lane < count; ++lane)
                mutable_data<double>(out)[(first + lane) * n + i] = g[lane];
        }
    }
    return out;
}

/// Calls f(block, first, count) for the samples, rows of x, block by block, after the block has run.
template <class F>
void for_each_block(const Steps& steps, const double* x, std::size_t samples, F&& f)
{
    if (samples == 0) return;
    const std::size_t n = steps.inputs;
    StepBlock block(steps, f64, StepBlock::lanes_for(steps, f64, samples));
    for (std::size_t first = 0; first < samples; first += block.lanes()) {
        const std::size_t count = std::min(block.lanes(), samples - first);
        for (std::size_t lane = 0; lane < count; ++lane)
            for (std::size_t i = 0; i < n; ++i) input(block, i)[lane] = x[(first + lane) * n + i];
        block.run(count);
        f(block, first, count);
    }
}

void write_values(const Steps& steps, const double* x, std::size_t samples, double* y)
{
    const std::size_t m = steps.outputs.size();
    for_each_block(steps, x, samples, [&](const StepBlock& block, std::size_t first, std::size_t count) {
        for (std::size_t k = 0; k < m; ++k) {
            const auto* const value = static_cast<const double*>(block.value(steps.outputs[k]));
            const bool is_constant = steps.outputs[k].is_constant;
            for (std::size_t lane = 0; lane < count; ++lane) y[(first + lane) * m + k] = value[is_constant ? 0 : lane];
        }
    });
}

void write_gradients(const Steps& steps, const double* x, std::size_t samples, double* gx)
{
    const std::size_t n = steps.inputs;
    for_each_block(steps, x, samples, [&](StepBlock& block, std::size_t first, std::size_t count) {
        block.clear_adjoints();
        for (std::size_t lane = 0; lane < count; ++lane) block.seed(0, lane, 1.0);
        block.run_back(count);
        for (std::size_t i = 0; i < n; ++i) {
            const double* const g = gradient(block, i);
            for (std::size_t lane = 0; lane < count; ++lane) gx[(first + lane) * n + i] = g ? g[lane] : 0.0;
        }
    });
}

}  // namespace

Tensor scalar_jacobian(const ScalarMap& f, std::span<const double> x)
{
    Tape tape{{.explain = true, .isolated = true}};
    const Scalars leaves = leaves_at(tape, x);
    return all_derivatives(compile(leaves, f(leaves)), x);
}

Tensor scalar_hessian(const ScalarMap& f, std::span<const double> x)
{
    Tape tape{{.explain = true, .isolated = true}};
    const Scalars leaves = leaves_at(tape, x);
    const Scalar y = f(leaves).front();
    if (!tape.recording("hessian").holds(y.serial())) return matrix(x.size(), x.size());
    return all_derivatives(compile(leaves, tape.grad(y, leaves, {.create_graph = true})), x);
}

std::shared_ptr<const kernels::Steps> record_steps(const ScalarMap& f, std::span<const double> x)
{
    Tape tape{{.explain = true, .isolated = true}};
    const Scalars leaves = leaves_at(tape, x);
    return std::make_shared<const Steps>(compile(leaves, f(leaves)));
}

}  // namespace detail

using detail::error_text;

std::size_t ScalarProgram::input_count() const { return steps_->inputs; }
std::size_t ScalarProgram::output_count() const { return steps_->outputs.size(); }
std::size_t ScalarProgram::operation_count() const { return steps_->steps.size(); }

std::vector<double> ScalarProgram::operator()(std::span<const double> x) const
{
    check_inputs(x.size());
    std::vector<double> y(output_count());
    detail::write_values(*steps_, x.data(), 1, y.data());
    return y;
}

std::vector<double> ScalarProgram::gradient(std::span<const double> x) const
{
    check_inputs(x.size());
    check_one_output();
    std::vector<double> gx(input_count());
    detail::write_gradients(*steps_, x.data(), 1, gx.data());
    return gx;
}

Tensor ScalarProgram::jacobian(std::span<const double> x) const
{
    check_inputs(x.size());
    return detail::all_derivatives(*steps_, x);
}

Tensor ScalarProgram::values(const Tensor& x) const
{
    const std::int64_t samples = check_samples(x);
    const Tensor from = detail::contiguous_copy(x);
    const Tensor y = detail::empty(f64, {samples, static_cast<std::int64_t>(output_count())});
    detail::write_values(*steps_, from.data<double>(), static_cast<std::size_t>(samples),
                         detail::mutable_data<double>(y));
    return y;
}

Tensor ScalarProgram::gradients(const Tensor& x) const
{
    const std::int64_t samples = check_samples(x);
    check_one_output();
    const Tensor from = detail::contiguous_copy(x);
    const Tensor gx = detail::empty(f64, x.sizes());
    detail::write_gradients(*steps_, from.data<double>(), static_cast<std::size_t>(samples),
                            detail::mutable_data<double>(gx));
    return gx;
}

void ScalarProgram::check_one_output() const
{
    if (output_count() == 1) return;
    throw ShapeError(error_text("ScalarProgram", "a gradient of " + std::to_string(output_count()) + " outputs",
                                "only a function with one output has a gradient", "use jacobian"));
}

void ScalarProgram::check_inputs(std::size_t given) const
{
    if (given == input_count()) return;
    throw ShapeError(
        error_text("ScalarProgram",
                   std::to_string(given) + " values for a program of " + std::to_string(input_count()) + " inputs",
                   "one value for each input that it was recorded with", "give as many, or record the function again"));
}

std::int64_t ScalarProgram::check_samples(const Tensor& x) const
{
    if (x.dtype() != f64)
        throw DtypeError(
            error_text("ScalarProgram", "samples " + describe(x), "scalars are f64", "convert: to(x, f64)"));
    if (x.ndim() == 2 && static_cast<std::size_t>(x.size(1)) == input_count()) return x.size(0);
    throw ShapeError(error_text(
        "ScalarProgram",
        "samples of shape " + to_string(x.sizes()) + " for a program of " + std::to_string(input_count()) + " inputs",
        "samples have the shape (samples, inputs)", "reshape them"));
}

}  // namespace xgrad
