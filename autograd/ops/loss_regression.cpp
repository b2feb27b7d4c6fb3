// Losses of numbers against numbers.
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tape.hpp>

#include "autograd/kernels/loss.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/loss_check.hpp"

namespace xgrad {

const Op kMse{.name = "mse_loss",
              .formula = "sum((a - b) * (a - b)) / total",
              .shapes = "a, b: S -> y: ()",
              .derivatives = {"2 * gy * (a - b) / total", "-2 * gy * (a - b) / total"},
              .where = "total is the count of elements for the mean, 1 for the sum; with half twice that"};

namespace {

/// scale d^2 / 2 in the middle, the given line beyond. The square does not see what lies beyond, where it may overflow
/// and its slope, infinite, would become NaN.
Tensor square_then_line(const Tensor& d, const Tensor& beyond, const Tensor& line, double scale)
{
    return where(beyond, line, 0.5 * scale * square(where(beyond, 0, d)));
}

}  // namespace

Tensor mse_loss(const Input& a, const Input& b, MseOptions options)
{
    detail::check_pair("mse_loss", a, b);
    const bool fused = !detail::is_batched(*a, *b) && a->sizes() == b->sizes() && a->dtype() == b->dtype() &&
                       options.reduction != Reduction::none;
    if (!fused) {
        const Tensor squares = square(sub(a, b));
        return detail::reduce_losses(options.half ? 0.5 * squares : squares, options.reduction);
    }
    const double count = options.reduction == Reduction::mean ? static_cast<double>(a->numel()) : 1.0;
    const double total = options.half ? 2 * count : count;
    const Tensor from_a = detail::contiguous_data(*a), from_b = detail::contiguous_data(*b);
    const Tensor y = detail::empty(a->dtype(), {}, 1);
    kernels::squared_error(a->dtype(), total, a->numel(), from_a.raw(), from_b.raw(), detail::mutable_data(y));
    return record(kMse, {a, b}, y, [a = *a, b = *b, total](const Tensor& gy, Adjoints& gx) {
        Tensor g;
        if (detail::is_tracked(gy) || detail::is_tracked(a) || detail::is_tracked(b) || detail::is_batched(gy)) {
            g = gy * (2 / total) * (a - b);
        } else {
            const Tensor read_a = detail::contiguous_data(a), read_b = detail::contiguous_data(b);
            g = detail::empty_like(a);
            kernels::squared_error_vjp(a.dtype(), total, a.numel(), gy.raw(), read_a.raw(), read_b.raw(),
                                       detail::mutable_data(g));
        }
        if (gx.wants(1)) gx.add(1, neg(g));
        gx.add(0, std::move(g));
    });
}

Tensor l1_loss(const Input& a, const Input& b, L1Options options)
{
    detail::check_pair("l1_loss", a, b);
    return detail::reduce_losses(abs(sub(a, b)), options.reduction);
}

Tensor smooth_l1_loss(const Input& a, const Input& b, SmoothL1Options options)
{
    detail::check_pair("smooth_l1_loss", a, b);
    detail::check_option("smooth_l1_loss", "beta", options.beta, options.beta >= 0,
                         "it is where the square ends, 0 or more", "for example 1");
    if (options.beta == 0) return l1_loss(a, b, {options.reduction});
    const Tensor d = a - b, distance = abs(d);
    return detail::reduce_losses(
        square_then_line(d, ge(distance, options.beta), distance - 0.5 * options.beta, 1 / options.beta),
        options.reduction);
}

Tensor huber_loss(const Input& a, const Input& b, HuberOptions options)
{
    detail::check_pair("huber_loss", a, b);
    const double delta = options.delta;
    detail::check_option("huber_loss", "delta", delta, delta > 0, "it is where the square ends, above 0",
                         "for example 1");
    const Tensor d = a - b, distance = abs(d);
    return detail::reduce_losses(square_then_line(d, gt(distance, delta), delta * (distance - 0.5 * delta), 1),
                                 options.reduction);
}

}  // namespace xgrad
