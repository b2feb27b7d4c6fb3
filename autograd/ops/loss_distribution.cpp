// Negative log-likelihoods and divergences: compositions.
#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include <cmath>
#include <limits>
#include <numbers>

#include "autograd/ops/loss_check.hpp"

namespace xgrad {

using detail::error_text;
using detail::reduce_losses;

namespace {

/// Stirling's t log(t) - t + log(2 pi t) / 2 where t > 1, else 0.
Tensor stirling(const Tensor& target)
{
    const Tensor small = le(target, 1), t = where(small, 1, target);
    return where(small, 0, t * log(t) - t + 0.5 * log(2 * std::numbers::pi * t));
}

/// The variance with as many axes as x.
Tensor variance_beside(const Tensor& x, const Input& var)
{
    const Sizes sizes = x.sizes(), given = var->sizes();
    if (given == sizes) return var;
    if (!sizes.empty()) {
        const Sizes leading(sizes.data(), sizes.size() - 1);
        if (given == leading) return unsqueeze(var, -1);
        if (given.size() == sizes.size() && given.back() == 1 && Sizes(given.data(), given.size() - 1) == leading)
            return var;
    }
    throw ShapeError(error_text("gaussian_nll_loss", "variance " + to_string(given) + " for input " + to_string(sizes),
                                "it has the input's shape, or lacks its last axis, or has 1 there",
                                "expand(var, input.sizes())"));
}

}  // namespace

Tensor kl_div(const Input& x, const Input& target, KlDivOptions options)
{
    detail::check_pair("kl_div", x, target);
    const Tensor t = to(target, promote(x->dtype(), target->dtype()));
    const Tensor losses = options.log_target ? exp(t) * (t - x) : xlogy(t, t) - t * x;
    if (options.reduction == KlReduction::batchmean) {
        const double batch = x->ndim() == 0 ? 1 : static_cast<double>(x->sizes()[0]);
        return sum(losses) / batch;
    }
    return reduce_losses(losses, static_cast<Reduction>(options.reduction));
}

Tensor poisson_nll_loss(const Input& x, const Input& target, PoissonNllOptions options)
{
    detail::check_pair("poisson_nll_loss", x, target);
    const Tensor t = to(target, promote(x->dtype(), target->dtype()));
    Tensor losses = options.log_input ? exp(x) - t * x : x - t * log(x + options.eps);
    if (options.full) losses = losses + stirling(t);
    return reduce_losses(losses, options.reduction);
}

Tensor gaussian_nll_loss(const Input& x, const Input& target, const Input& var, GaussianNllOptions options)
{
    constexpr const char* name = "gaussian_nll_loss";
    detail::check_pair(name, x, target);
    detail::check_option(name, "eps", options.eps, options.eps > 0, "it is the smallest variance, above 0",
                         "for example 1e-6");
    const Tensor given = variance_beside(x, var);
    if (!detail::lies_between(where(ne(given, given), 0, given), 0, std::numeric_limits<double>::infinity()))
        throw ShapeError(
            error_text(name, "a negative variance", "variances are 0 or more", "exp or softplus of what gives them"));
    // As if the small variances had been overwritten: what depends on them has the slope at eps.
    const Tensor v = where(lt(given, options.eps), given - detach(given) + options.eps, given);
    Tensor losses = 0.5 * (log(v) + square(x - target) / v);
    if (options.full) losses = losses + 0.5 * std::log(2 * std::numbers::pi);
    return reduce_losses(losses, options.reduction);
}

}  // namespace xgrad
