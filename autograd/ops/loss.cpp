#include <xgrad/ops/loss.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/tape.hpp>

#include <limits>

#include "autograd/kernels/loss.hpp"
#include "autograd/ops/along.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/loss_check.hpp"

namespace xgrad {

using detail::Dims;
using detail::error_text;

const Op kCrossEntropy{
    .name = "cross_entropy",
    .formula = "sum(t * (log(sum(exp(x), axis)) - x), axes) / total",
    .shapes = "x: (N, C, ...), labels: (N, ...) -> y: (N, ...), or () where reduced",
    .derivatives = {"expand(gy, x, axes) / total * (exp(x) / sum(exp(x), axis) * sum(t, axis) - t)"},
    .where =
        "t holds the target weights of each class; axis is that of the classes; a sum or a mean runs "
        "over all axes, else over that one; total is the sum of the labels' weights for the mean, else 1"};

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
        throw ShapeError(error_text(operation, "label_smoothing " + std::to_string(label_smoothing),
                                    "it is a part of the label, from 0 to 1", "for example 0.1"));
}

bool is_class(const kernels::CrossEntropy& c, std::int64_t label) { return label >= 0 && label < c.n; }

void check_labels(const char* operation, const kernels::CrossEntropy& c, const Tensor& labels)
{
    std::int64_t rest = kernels::first_bad_label(c);
    if (rest < 0) return;
    const std::int64_t label = c.labels[rest];
    Dims position = labels.sizes();
    for (std::size_t i = position.size(); i-- > 0; rest /= labels.sizes()[i]) position[i] = rest % labels.sizes()[i];
    throw ShapeError(
        error_text(operation,
                   "label " + std::to_string(label) + " at position " + to_string(position) + " of labels " +
                       to_string(labels.sizes()),
                   "labels run from 0 to " + std::to_string(c.n - 1) +
                       (is_class(c, c.ignore_index) ? "" : ", or are ignore_index, " + std::to_string(c.ignore_index)),
                   "check the labels and the number of classes"));
}

/// One number a class in the shape that broadcasts to x.
Tensor beside(const Tensor& weight, const Tensor& x)
{
    Dims sizes(x.ndim(), 1);
    sizes[class_axis(x)] = -1;
    return reshape(weight, sizes);
}

/// The weights of the labels.
Tensor weights_at(const Tensor& weight, const Tensor& x, const Tensor& labels)
{
    return detail::take_along(expand(beside(weight, x), x.sizes()), labels, class_axis(x));
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
    const Tensor one = ones(rows, c.dtype);
    const Tensor lse = full({2, one.numel()}, std::numeric_limits<double>::infinity(), c.dtype);
    const Tensor scores = zeros(sizes, c.dtype), t = detail::empty(c.dtype, sizes);
    kernels::cross_entropy_vjp(c, one.raw(), scores.raw(), lse.raw(), 1, detail::mutable_data(t));
    return neg(t);
}

struct CrossEntropyVjp {
    void operator()(const Tensor& gy, Adjoints& gx) const
    {
        const kernels::CrossEntropy& c = call.arguments;
        if (detail::is_tracked(gy) || detail::is_tracked(x) || detail::is_batched(gy))
            return gx.add(0, in_operations(gy));
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
        return gy * (call.arguments.reduction == kernels::Reduction::mean ? shared(each) : each);
    }

    /// The part of each element in the mean. Rows that do not count get none, even of nothing.
    Tensor shared(const Tensor& each) const
    {
        if (weight_sum != 0) return each / weight_sum;
        const Tensor counts = ne(call.labels, call.arguments.ignore_index);
        const Tensor share = where(counts, 1 / weight_sum, zeros({}, each.dtype()));
        return each * unsqueeze(share, static_cast<std::int64_t>(class_axis(x)));
    }

    Tensor x, lse;
    Call call;
    double weight_sum;
};

/// cross_entropy with probabilities t, in the shape of x: a composition, of which t gets its gradient, too.
Tensor of_probabilities(const Input& x, const Input& target, const CrossEntropyOptions& options)
{
    if (options.ignore_index >= 0)
        throw ShapeError(error_text("cross_entropy",
                                    "ignore_index " + std::to_string(options.ignore_index) + " with probabilities",
                                    "only labels can be ignored", "give rows that count nothing the probabilities 0"));
    const auto axis = static_cast<std::int64_t>(class_axis(x));
    const double spread = options.label_smoothing / static_cast<double>(x->sizes()[class_axis(x)]);
    Tensor t = options.label_smoothing == 0 ? *target : target * (1 - options.label_smoothing) + spread;
    if (options.weight.defined()) t = t * beside(to(detach(options.weight), x->dtype()), x);
    return detail::reduce_losses(-sum(log_softmax(x, axis) * t, axis), options.reduction);
}

/// The losses of scores and labels of which some are batched, from a function that gives one for each row.
template <class F>
Tensor losses_of_samples(const Tensor& x, const Tensor& labels, F&& losses)
{
    if (x.ndim() > 1)
        return detail::Batch({&x, &labels}).merged({&x, &labels}, [&](const std::vector<Tensor>& all) {
            return losses(all[0], all[1]);
        });
    const detail::Batch batch({&x, &labels});  // samples of one row each
    return batch.result(losses(batch.expanded(x), batch.expanded(labels)));
}

/// The sum of losses, divided by that of the labels' weights for the mean.
Tensor reduce_by_weights(const Tensor& losses, const Tensor& x, const Tensor& labels, const Tensor& weight,
                         std::int64_t ignore_index, Reduction reduction)
{
    if (reduction == Reduction::none) return losses;
    if (reduction == Reduction::sum) return sum(losses);
    const Tensor counted = ne(labels, ignore_index);
    Tensor factor = to(counted, x.dtype());
    if (weight.defined()) factor = factor * weights_at(to(detach(weight), x.dtype()), x, where(counted, labels, 0));
    return sum(losses) / sum(factor);
}

}  // namespace

Tensor cross_entropy(const Input& x, const Input& target, const CrossEntropyOptions& options)
{
    const Tensor& labels = *target;
    const bool is_probability = is_floating(labels.dtype()) && labels.sizes() == x->sizes() && x->ndim() > 0;
    if (!is_probability || !is_floating(x->dtype())) check_shapes("cross_entropy", *x, labels);
    check_options("cross_entropy", *x, options.weight, options.label_smoothing);
    if (is_probability) return of_probabilities(x, target, options);
    if (detail::is_batched(*x, labels)) {
        CrossEntropyOptions of_rows = options;
        of_rows.reduction = Reduction::none;
        const Tensor losses = losses_of_samples(x, labels, [&](const Tensor& all, const Tensor& all_labels) {
            return cross_entropy(all, all_labels, of_rows);
        });
        return reduce_by_weights(losses, x, labels, options.weight, options.ignore_index, options.reduction);
    }
    const Call call(*x, labels, options);
    check_labels("cross_entropy", call.arguments, labels);
    const Tensor scores = detail::contiguous_data(*x), lse = detail::empty(x->dtype(), {2, labels.numel()});
    const Tensor y = detail::empty(x->dtype(), options.reduction == Reduction::none ? labels.sizes() : Sizes());
    const double weight_sum =
        kernels::cross_entropy(call.arguments, scores.raw(), detail::mutable_data(y), detail::mutable_data(lse));
    return record(kCrossEntropy, {x}, y, CrossEntropyVjp{*x, lse, call, weight_sum});
}

Tensor nll_loss(const Input& x, const Tensor& labels, const NllOptions& options)
{
    check_shapes("nll_loss", *x, labels);
    check_options("nll_loss", *x, options.weight, 0);
    if (detail::is_batched(*x, labels)) {
        NllOptions of_rows = options;
        of_rows.reduction = Reduction::none;
        const Tensor losses = losses_of_samples(
            x, labels, [&](const Tensor& all, const Tensor& all_labels) { return nll_loss(all, all_labels, of_rows); });
        return reduce_by_weights(losses, x, labels, options.weight, options.ignore_index, options.reduction);
    }
    const Call call(*x, labels, {options.weight, options.ignore_index, Reduction::none, 0});
    check_labels("nll_loss", call.arguments, labels);
    // Ignored labels may be no class: they read class 0 and count nothing.
    const Tensor counted = ne(call.labels, options.ignore_index), read = where(counted, call.labels, 0);
    const std::size_t axis = class_axis(*x);
    Tensor factor = to(counted, x->dtype());
    if (call.weight.defined()) factor = factor * weights_at(call.weight, *x, read);
    const Tensor losses = where(counted, -detail::take_along(x, read, axis) * factor, 0.0);
    if (options.reduction == Reduction::none) return losses;
    return options.reduction == Reduction::sum ? sum(losses) : sum(losses) / sum(factor);
}

Tensor multi_margin_loss(const Input& x, const Tensor& labels, const MultiMarginOptions& options)
{
    constexpr const char* name = "multi_margin_loss";
    if (x->ndim() == 1 && labels.ndim() == 1) return multi_margin_loss(unsqueeze(x, 0), labels, options);
    check_shapes(name, *x, labels);
    if (x->ndim() > 2)
        throw ShapeError(error_text(name, "scores " + to_string(x->sizes()), "scores are (N, C) or (C)",
                                    "move the other axes in front of the classes and reshape to (-1, C)"));
    check_options(name, *x, options.weight, 0);
    detail::check_option(name, "p", options.p, options.p == 1 || options.p == 2, "the power is 1 or 2", "p = 1");
    if (detail::is_batched(*x, labels)) {
        MultiMarginOptions of_rows = options;
        of_rows.reduction = Reduction::none;
        const auto losses = [&](const Tensor& all, const Tensor& all_labels) {
            return multi_margin_loss(all, all_labels, of_rows);
        };
        return detail::reduce_losses(losses_of_samples(x, labels, losses), options.reduction);
    }
    // An index that is a class ignores nothing: multi_margin_loss has no ignored labels.
    const Call call(*x, labels, {options.weight, 0, Reduction::none, 0});
    check_labels(name, call.arguments, labels);
    const auto axis = static_cast<std::int64_t>(class_axis(*x));
    const Tensor is_other = ne(arange(call.arguments.n), unsqueeze(call.labels, axis));
    const Tensor own = unsqueeze(detail::take_along(x, call.labels, class_axis(*x)), axis);
    const Tensor missing = options.margin - own + x;
    Tensor hinge = where(logical_and(is_other, gt(missing, 0)), missing, 0);
    if (options.p == 2) hinge = square(hinge);
    Tensor losses = mean(hinge, axis);
    if (call.weight.defined()) losses = losses * weights_at(call.weight, *x, call.labels);
    return detail::reduce_losses(losses, options.reduction);
}

}  // namespace xgrad
