#include <xgrad/ops/loss.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/tape.hpp>

#include <limits>

#include "autograd/kernels/loss.hpp"
#include "autograd/ops/along.hpp"
#include "autograd/ops/elementwise_kernels.hpp"

namespace xgrad {

using detail::Dims;
using detail::error_text;

// cross_entropy  y_r = sum_c t_rc (log sum_k exp(x_rk) - x_rc),  t = target weights of row r
//   shapes       x: (N, C, ...), labels: (N, ...)  ->  y: (N, ...), or () where reduced
//   vjp          dx = gy (softmax(x) sum_c t_rc - t), divided by the labels' weights for the mean
//   In the formula, axis is that of the classes; a sum or a mean runs over all axes, else over that one; total is the
//   sum of the labels' weights for the mean, else 1.
const Op kCrossEntropy{"cross_entropy",
                       "sum(t * (log(sum(exp(x), axis)) - x), axes) / total",
                       {"expand(gy, x, axes) / total * (exp(x) / sum(exp(x), axis) * sum(t, axis) - t)"}};

// mse_loss       y = mean of (a - b)^2
//   shapes       a, b: S  ->  y: ()
//   vjp          da = 2 gy (a - b) / total,  db = -da;  total is the count of elements, or 1 for the sum
const Op kMse{"mse_loss", "sum((a - b) * (a - b)) / total", {"2 * gy * (a - b) / total", "-2 * gy * (a - b) / total"}};

namespace {

static_assert(static_cast<int>(kernels::Reduction::none) == static_cast<int>(Reduction::none) &&
              static_cast<int>(kernels::Reduction::sum) == static_cast<int>(Reduction::sum) &&
              static_cast<int>(kernels::Reduction::mean) == static_cast<int>(Reduction::mean));

/// The axis of the classes: the second one; that of a single element is the first.
std::size_t class_axis(const Tensor& x) { return x.ndim() > 1 ? 1 : 0; }

void check_shapes(const char* operation, const Tensor& x, const Tensor& labels)
{
    if (!is_floating(x.dtype()))
        throw DtypeError(
            error_text(operation, "scores " + describe(x), "scores are f32 or f64", "convert them first: to(x, f32)"));
    if (labels.dtype() != i64)
        throw DtypeError(error_text(operation, "labels " + describe(labels),
                                    "labels are i64 class numbers, from 0 to the number of classes - 1",
                                    "convert them: to(labels, i64), or argmax(labels, 1) where one-hot"));
    Dims wanted = x.sizes();
    if (x.ndim() > 0) wanted.erase(class_axis(x));
    if (x.ndim() == 0 || !(labels.sizes() == Sizes(wanted)))
        throw ShapeError(error_text(
            operation, "scores " + to_string(x.sizes()) + " and labels " + to_string(labels.sizes()) + " do not fit",
            "scores (N, C, ...) go with labels (N, ...), scores (C) with labels ()",
            x.ndim() == 0 ? "give one score a class" : "labels of shape " + to_string(wanted)));
}

void check_options(const char* operation, const Tensor& x, const Tensor& weight, double label_smoothing)
{
    const std::int64_t classes = x.sizes()[class_axis(x)];
    if (weight.defined() && !(weight.sizes() == Sizes(&classes, 1)))
        throw ShapeError(error_text(
            operation, "weights " + to_string(weight.sizes()) + " for " + std::to_string(classes) + " classes",
            "one weight a class", "weights of shape (" + std::to_string(classes) + ",)"));
    if (!(label_smoothing >= 0 && label_smoothing <= 1))
        throw std::invalid_argument(error_text(operation, "label_smoothing " + std::to_string(label_smoothing),
                                               "it is a part of the label, from 0 to 1", "for example 0.1"));
}

void check_labels(const char* operation, const kernels::CrossEntropy& c, const Tensor& labels)
{
    std::int64_t rest = kernels::first_bad_label(c);
    if (rest < 0) return;
    const std::int64_t label = c.labels[rest];
    Dims position = labels.sizes();
    for (std::size_t i = position.size(); i-- > 0; rest /= labels.sizes()[i]) position[i] = rest % labels.sizes()[i];
    throw ShapeError(error_text(
        operation,
        "label " + std::to_string(label) + " at position " + to_string(position) + " of labels " +
            to_string(labels.sizes()),
        "labels run from 0 to " + std::to_string(c.n - 1) + ", or are ignore_index, " + std::to_string(c.ignore_index),
        "check the labels and the number of classes"));
}

/// The call of cross_entropy as the kernels take it, with the tensors that it points into.
struct Call {
    Call(const Tensor& x, const Tensor& given_labels, const CrossEntropyOptions& options)
        : labels(detail::contiguous_data(given_labels))
    {
        const detail::Along along(x.sizes(), class_axis(x));
        if (options.weight.defined()) weight = detail::contiguous_data(to(detach(options.weight), x.dtype()));
        arguments = {x.dtype(),
                     along.outer,
                     along.n,
                     along.inner,
                     labels.data<std::int64_t>(),
                     weight.defined() ? weight.raw() : nullptr,
                     options.ignore_index,
                     options.label_smoothing,
                     static_cast<kernels::Reduction>(options.reduction)};
    }
    Tensor labels, weight;
    kernels::CrossEntropy arguments;
};

/// The weights t that multiply -log softmax(x), in the shape of x.
Tensor target_weights(const Call& call, Sizes sizes)
{
    // With the log-sum-exp at infinity softmax is 0, and what is left of the vjp is -t.
    kernels::CrossEntropy c = call.arguments;
    c.reduction = kernels::Reduction::none;
    const Dims rows = call.labels.sizes();
    const Tensor one = ones(rows, c.dtype), lse = full(rows, std::numeric_limits<double>::infinity(), c.dtype);
    const Tensor scores = zeros(sizes, c.dtype), t = detail::empty(c.dtype, sizes);
    kernels::cross_entropy_vjp(c, one.raw(), scores.raw(), lse.raw(), 1, detail::mutable_data(t));
    return neg(t);
}

struct CrossEntropyVjp {
    void operator()(const Tensor& gy, Adjoints& gx) const
    {
        const kernels::CrossEntropy& c = call.arguments;
        if (detail::is_tracked(gy) || detail::is_tracked(x)) return gx.add(0, in_operations(gy));
        const Tensor g = detail::contiguous_data(gy), scores = detail::contiguous_data(x);
        const Tensor out = detail::empty_like(x);
        kernels::cross_entropy_vjp(c, g.raw(), scores.raw(), lse.raw(), weight_sum, detail::mutable_data(out));
        gx.add(0, out);
    }

    Tensor in_operations(const Tensor& gy) const
    {
        const auto axis = static_cast<std::int64_t>(class_axis(x));
        const Tensor t = target_weights(call, x.sizes());
        const Tensor each = softmax(x, axis) * sum(t, axis, true) - t;
        if (call.arguments.reduction == kernels::Reduction::none) return unsqueeze(gy, axis) * each;
        return gy * (call.arguments.reduction == kernels::Reduction::mean ? each / weight_sum : each);
    }

    Tensor x, lse;
    Call call;
    double weight_sum;
};

}  // namespace

Tensor cross_entropy(const Input& x, const Tensor& labels, const CrossEntropyOptions& options)
{
    check_shapes("cross_entropy", *x, labels);
    check_options("cross_entropy", *x, options.weight, options.label_smoothing);
    const Call call(*x, labels, options);
    check_labels("cross_entropy", call.arguments, labels);
    const Tensor scores = detail::contiguous_data(*x), lse = detail::empty(x->dtype(), labels.sizes());
    const Tensor y = detail::empty(x->dtype(), options.reduction == Reduction::none ? labels.sizes() : Sizes());
    const double weight_sum =
        kernels::cross_entropy(call.arguments, scores.raw(), detail::mutable_data(y), detail::mutable_data(lse));
    return record(kCrossEntropy, {x}, y, CrossEntropyVjp{*x, lse, call, weight_sum});
}

Tensor nll_loss(const Input& x, const Tensor& labels, const NllOptions& options)
{
    check_shapes("nll_loss", *x, labels);
    check_options("nll_loss", *x, options.weight, 0);
    const Call call(*x, labels, {options.weight, options.ignore_index, Reduction::none, 0});
    check_labels("nll_loss", call.arguments, labels);
    // Ignored labels may be no class: they read class 0 and count nothing.
    const Tensor counted = ne(call.labels, options.ignore_index), read = where(counted, call.labels, 0);
    const std::size_t axis = class_axis(*x);
    Tensor factor = to(counted, x->dtype());
    if (call.weight.defined()) {
        Dims beside(x->ndim(), 1);
        beside[axis] = -1;
        factor = factor * detail::take_along(expand(reshape(call.weight, beside), x->sizes()), read, axis);
    }
    const Tensor losses = where(counted, -detail::take_along(x, read, axis) * factor, 0.0);
    if (options.reduction == Reduction::none) return losses;
    return options.reduction == Reduction::sum ? sum(losses) : sum(losses) / sum(factor);
}

Tensor mse_loss(const Input& a, const Input& b, MseOptions options)
{
    if (!is_floating(promote(a->dtype(), b->dtype())))
        throw DtypeError(error_text("mse_loss", "operands " + describe(*a) + " and " + describe(*b),
                                    "one of them is f32 or f64", "convert one first: to(x, f32)"));
    if (options.reduction == Reduction::none) return square(sub(a, b));
    const bool fused = a->sizes() == b->sizes() && a->dtype() == b->dtype();
    if (!fused) return options.reduction == Reduction::sum ? sum(square(sub(a, b))) : mean(square(sub(a, b)));
    const auto reduction = static_cast<kernels::Reduction>(options.reduction);
    const Tensor from_a = detail::contiguous_data(*a), from_b = detail::contiguous_data(*b);
    const Tensor y = detail::empty(a->dtype(), {}, 1);
    kernels::squared_error(a->dtype(), reduction, a->numel(), from_a.raw(), from_b.raw(), detail::mutable_data(y));
    return record(kMse, {a, b}, y, [a = *a, b = *b, reduction](const Tensor& gy, Adjoints& gx) {
        const double factor = reduction == kernels::Reduction::mean ? 2.0 / static_cast<double>(a.numel()) : 2.0;
        Tensor g;
        if (detail::is_tracked(gy) || detail::is_tracked(a) || detail::is_tracked(b)) {
            g = gy * factor * (a - b);
        } else {
            const Tensor read_a = detail::contiguous_data(a), read_b = detail::contiguous_data(b);
            g = detail::empty_like(a);
            kernels::squared_error_vjp(a.dtype(), reduction, a.numel(), gy.raw(), read_a.raw(), read_b.raw(),
                                       detail::mutable_data(g));
        }
        if (gx.wants(1)) gx.add(1, neg(g));
        gx.add(0, std::move(g));
    });
}

}  // namespace xgrad
