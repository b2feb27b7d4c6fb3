#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/vector_norm.hpp>
#include <xgrad/optim/clip.hpp>
#include <xgrad/tape.hpp>

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "optim/method.hpp"

namespace xgrad::optim {
namespace {

using xgrad::detail::error_text;

void check_bound(const char* function, const char* what, double bound)
{
    if (bound >= 0) return;
    throw std::invalid_argument(
        error_text(function, fmt::format("{} is {}", what, bound), "it is at least 0", "check it"));
}

double checked_norm(const char* function, double norm, const ClipOptions& options)
{
    if (options.error_if_nonfinite && !std::isfinite(norm))
        throw AnomalyError(error_text(function, fmt::format("the norm of the gradients is {}", norm),
                                      "error_if_nonfinite lets none through",
                                      "lower lr, or look for the operation with a "
                                      "tape of {.detect_anomaly = true}"));
    return norm;
}

void scale(const ParameterRef& p, double factor) { p.set_grad(p.grad() * factor); }

// 1 leaves gradients as they are.
double factor_for(double norm, double max_norm)
{
    const double factor = max_norm / (norm + 1e-6);
    return factor > 1 ? 1 : factor;
}

}  // namespace

double grad_norm(const std::vector<ParameterRef>& parameters, double norm_type)
{
    const NoGrad nothing_is_recorded;
    const bool largest = std::isinf(norm_type);
    double total = 0;
    for (const ParameterRef& p : parameters) {
        if (!p.grad().defined()) continue;
        const double norm = linalg::vector_norm(p.grad(), norm_type).item();
        if (largest)
            total = std::isnan(norm) || norm > total ? norm : total;
        else
            total += std::pow(norm, norm_type);
    }
    return largest ? total : std::pow(total, 1 / norm_type);
}

double clip_grad_norm(const std::vector<ParameterRef>& parameters, double max_norm, ClipOptions options)
{
    check_bound("clip_grad_norm", "max_norm", max_norm);
    const double norm = checked_norm("clip_grad_norm", grad_norm(parameters, options.norm_type), options);
    const double factor = factor_for(norm, max_norm);
    if (factor == 1) return norm;
    const NoGrad nothing_is_recorded;
    for (const ParameterRef& p : parameters)
        if (p.grad().defined()) scale(p, factor);
    return norm;
}

void clip_grad_norm_each(const std::vector<ParameterRef>& parameters, double max_norm, ClipOptions options)
{
    check_bound("clip_grad_norm_each", "max_norm", max_norm);
    const NoGrad nothing_is_recorded;
    std::vector<double> factors;
    for (const ParameterRef& p : parameters)
        factors.push_back(
            factor_for(checked_norm("clip_grad_norm_each", grad_norm({p}, options.norm_type), options), max_norm));
    for (std::size_t i = 0; i < parameters.size(); ++i)
        if (parameters[i].grad().defined() && factors[i] != 1) scale(parameters[i], factors[i]);
}

void clip_grad_value(const std::vector<ParameterRef>& parameters, double clip_value)
{
    check_bound("clip_grad_value", "clip_value", clip_value);
    const NoGrad nothing_is_recorded;
    for (const ParameterRef& p : parameters)
        if (p.grad().defined()) p.set_grad(clamp(p.grad(), -clip_value, clip_value));
}

Accumulation::Accumulation(Optimizer& optimizer, std::int64_t batches, Of of)
    : optimizer_(optimizer), batches_(batches), of_(of)
{
    const Check check("Accumulation");
    check(batches >= 1, "batches", static_cast<double>(batches), "it is at least 1");
}

bool Accumulation::step()
{
    if (++pending_ < batches_) return false;
    return finish();
}

bool Accumulation::finish()
{
    if (pending_ == 0) return false;
    Optimizer& optimizer = optimizer_.get("Accumulation");
    if (of_ == Of::mean && pending_ > 1) {
        const NoGrad nothing_is_recorded;
        for (const ParameterRef& p : optimizer.parameters())
            if (p.grad().defined()) scale(p, 1 / static_cast<double>(pending_));
    }
    pending_ = 0;
    optimizer.step();
    optimizer.zero_grad();
    return true;
}

}  // namespace xgrad::optim
