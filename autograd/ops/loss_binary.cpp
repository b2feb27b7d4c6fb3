#include <xgrad/error.hpp>
#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

#include "autograd/ops/loss_check.hpp"

namespace xgrad {

using detail::error_text;

// With a vjp of its own because that of the bounded logarithms would be 0 at a = 0 and a = 1.
const Op kBinaryCrossEntropy{
    .name = "binary_cross_entropy",
    .formula = "(b - 1) * where(log1p(-a) > -100, log1p(-a), -100) - b * where(log(a) > -100, log(a), -100)",
    .shapes = "a, b: S -> y: S",
    .derivatives = {"gy * (a - b) / where(a * (1 - a) > 1e-12, a * (1 - a), 1e-12)",
                    "gy * (where(log1p(-a) > -100, log1p(-a), -100) - where(log(a) > -100, log(a), -100))"}};

// With a vjp of its own because that of the bounded divisor would be wrong at a = 0 and a = 1; 1e-12 is PyTorch's.
const Op kBinaryCrossEntropySlope{
    .name = "binary_cross_entropy_slope",
    .formula = "(a - b) / where(a * (1 - a) > 1e-12, a * (1 - a), 1e-12)",
    .shapes = "a, b: S -> y: S",
    .derivatives = {"gy * (a * a - 2 * a * b + b) / ((a + 1e-12) * (1 - a + 1e-12) * (a + 1e-12) * (1 - a + 1e-12))",
                    "-gy / where(a * (1 - a) > 1e-12, a * (1 - a), 1e-12)"}};

// With a vjp of its own because it keeps its inputs alone, and is exact where sigmoid(c) is near 0.
const Op kBinaryCrossEntropyWithLogits{
    .name = "binary_cross_entropy_with_logits",
    .formula = "(1 - a) * c + (1 + (b - 1) * a) * log(1 + exp(-c))",
    .shapes = "c, a: S, b: any that broadcasts -> y: S",
    .derivatives = {"gy * ((1 + (b - 1) * a) / (1 + exp(-c)) - b * a)", "gy * ((b - 1) * log(1 + exp(-c)) - c)",
                    "gy * a * log(1 + exp(-c))"},
    .where = "c are the raw scores, a the targets, b the weight of positives"};

namespace {

constexpr float kLeastDivisor = 1e-12F;  // f32 also for f64, as in PyTorch: 4e-9 below 1e-12

Tensor bounded_log(const Tensor& x) { return maximum(log(x), -100); }
Tensor bounded_log_of_rest(const Tensor& x) { return maximum(log1p(-x), -100); }

/// a (1 - a), but no divisor so small that a quotient becomes infinite.
Tensor divisor(const Tensor& a) { return maximum(a * (1 - a), kLeastDivisor); }

/// The derivative of binary_cross_entropy by the probabilities.
Tensor slope(const Tensor& a, const Tensor& b)
{
    Tensor y;
    {
        const NoGrad value_only;
        y = (a - b) / divisor(a);
    }
    return record(kBinaryCrossEntropySlope, {a, b}, y, [a, b](const Tensor& gy, Adjoints& gx) {
        constexpr double e = 1e-12;
        if (gx.wants(0)) gx.add(0, gy * (square(a) - 2 * a * b + b) / square((a + e) * (1 - a + e)));
        if (gx.wants(1)) gx.add(1, -gy / divisor(a));
    });
}

/// The losses times the weights, where there are any.
Tensor weighted(const char* operation, const Tensor& losses, const Tensor& weight)
{
    if (!weight.defined()) return losses;
    (void)detail::broadcast_sizes(operation, losses.sizes(), weight.sizes());
    return losses * to(weight, losses.dtype());
}

/// 1 + (w - 1) t; undefined weights are 1.
Tensor weight_of_log(const Tensor& t, const Tensor& w) { return w.defined() ? 1 + (w - 1) * t : Tensor(); }

Tensor times(const Tensor& x, const Tensor& factor) { return factor.defined() ? x * factor : x; }

Tensor logits_value(const Tensor& x, const Tensor& t, const Tensor& w)
{
    const NoGrad value_only;
    return (1 - t) * x - times(logsigmoid(x), weight_of_log(t, w));
}

}  // namespace

Tensor binary_cross_entropy(const Input& x, const Input& target, const BinaryCrossEntropyOptions& options)
{
    detail::check_same_sizes("binary_cross_entropy", x, target);
    if (!detail::lies_between(x, 0, 1))
        throw ShapeError(error_text("binary_cross_entropy", "a probability outside [0, 1], or NaN",
                                    "the input is a probability, from 0 to 1",
                                    "binary_cross_entropy_with_logits, which takes raw scores"));
    Tensor y;
    {
        const NoGrad value_only;
        y = (target - 1) * bounded_log_of_rest(x) - target * bounded_log(x);
    }
    y = record(kBinaryCrossEntropy, {x, target}, y, [a = *x, b = *target](const Tensor& gy, Adjoints& gx) {
        if (gx.wants(0)) gx.add(0, gy * slope(a, b));
        if (gx.wants(1)) gx.add(1, gy * (bounded_log_of_rest(a) - bounded_log(a)));
    });
    return detail::reduce_losses(weighted("binary_cross_entropy", y, options.weight), options.reduction);
}

Tensor binary_cross_entropy_with_logits(const Input& x, const Input& target,
                                        const BinaryCrossEntropyWithLogitsOptions& options)
{
    constexpr const char* name = "binary_cross_entropy_with_logits";
    detail::check_same_sizes(name, x, target);
    const Dtype dtype = promote(x->dtype(), target->dtype());
    const Tensor t = to(target, dtype);
    Tensor w;
    if (options.pos_weight.defined()) {
        (void)detail::broadcast_sizes(name, x->sizes(), options.pos_weight.sizes());
        w = to(options.pos_weight, dtype);
    }
    const Tensor b = w.defined() ? w : tensor(1.0, dtype);
    Tensor y = record(kBinaryCrossEntropyWithLogits, {x, t, b}, logits_value(x, t, w),
                      [x = *x, t, w](const Tensor& gy, Adjoints& gx) {
                          if (gx.wants(0)) gx.add(0, gy * (times(sigmoid(x), weight_of_log(t, w)) - times(t, w)));
                          if (gx.wants(1)) gx.add(1, gy * (w.defined() ? (1 - w) * logsigmoid(x) - x : -x));
                          if (gx.wants(2)) gx.add(2, -gy * t * logsigmoid(x));
                      });
    return detail::reduce_losses(weighted(name, y, options.weight), options.reduction);
}

Tensor soft_margin_loss(const Input& x, const Input& target, SoftMarginOptions options)
{
    detail::check_pair("soft_margin_loss", x, target);
    return detail::reduce_losses(-logsigmoid(x * target), options.reduction);
}

Tensor multilabel_soft_margin_loss(const Input& x, const Input& target, const MultilabelSoftMarginOptions& options)
{
    constexpr const char* name = "multilabel_soft_margin_loss";
    detail::check_pair(name, x, target);
    if (x->ndim() == 0)
        throw ShapeError(
            error_text(name, "scores of shape ()", "(..., C) with C classes", "unsqueeze a single score to (1,)"));
    const Tensor t = to(target, promote(x->dtype(), target->dtype()));
    const Tensor each = -(t * logsigmoid(x) + (1 - t) * logsigmoid(-x));
    return detail::reduce_losses(mean(weighted(name, each, options.weight), -1), options.reduction);
}

}  // namespace xgrad
