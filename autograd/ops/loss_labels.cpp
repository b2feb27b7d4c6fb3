#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "autograd/ops/loss_check.hpp"

namespace xgrad {
namespace {

using detail::error_text;

/// What multilabel_margin_loss needs of its targets, a list of classes for each sample that ends at -1.
struct LabelLists {
    Tensor classes;  // (N, T): the longest list's length
    Tensor counts;   // (N, T): whether a place holds a label
    Tensor others;   // (N, C): classes that are no label of the sample

    LabelLists(const Tensor& targets)
    {
        const std::int64_t samples = targets.size(0), number = targets.size(1);
        const std::vector<std::int64_t> all = targets.to_vector<std::int64_t>();
        std::vector<std::int64_t> lengths;
        std::int64_t longest = 0;
        for (std::int64_t n = 0; n < samples; ++n) {
            const auto begin = all.begin() + n * number;
            lengths.push_back(std::find_if(begin, begin + number, [](std::int64_t c) { return c < 0; }) - begin);
            longest = std::max(longest, lengths.back());
        }
        classes = zeros({samples, longest}, i64);
        counts = zeros({samples, longest}, boolean);
        others = ones({samples, number}, boolean);
        auto* c = detail::mutable_data<std::int64_t>(classes);
        auto* counted = detail::mutable_data<bool>(counts);
        auto* other = detail::mutable_data<bool>(others);
        for (std::int64_t n = 0; n < samples; ++n)
            for (std::int64_t i = 0; i < lengths[static_cast<std::size_t>(n)]; ++i) {
                const std::int64_t label = all[static_cast<std::size_t>(n * number + i)];
                if (label >= number)
                    throw ShapeError(error_text(
                        "multilabel_margin_loss",
                        "a label of " + std::to_string(label) + " for " + std::to_string(number) + " classes",
                        "labels are classes, and -1 ends a list", "check the labels"));
                c[n * longest + i] = label;
                counted[n * longest + i] = true;
                other[n * number + label] = false;
            }
    }
};

}  // namespace

Tensor multilabel_margin_loss(const Input& x, const Tensor& target, MultilabelMarginOptions options)
{
    constexpr const char* name = "multilabel_margin_loss";
    if (!is_floating(x->dtype()) || target.dtype() != i64)
        throw DtypeError(error_text(name, describe(*x) + " with targets " + describe(target),
                                    "x is f32 or f64, targets are i64", "to(target, i64)"));
    if ((x->ndim() != 1 && x->ndim() != 2) || !(x->sizes() == target.sizes()))
        throw ShapeError(error_text(name, "x " + to_string(x->sizes()) + " with targets " + to_string(target.sizes()),
                                    "both (N, C) or (C)", "end each list of labels with -1"));
    if (x->ndim() == 1) {
        const Reduction kept = options.reduction == Reduction::none ? Reduction::sum : options.reduction;
        return multilabel_margin_loss(unsqueeze(x, 0), unsqueeze(target, 0), {kept});
    }
    const LabelLists labels(target);
    const Tensor own = unsqueeze(gather(x, 1, labels.classes), 2);  // (N, T, 1)
    const Tensor short_of = relu(1 - own + unsqueeze(x, 1));        // (N, T, C)
    const Tensor counts = logical_and(unsqueeze(labels.counts, 2), unsqueeze(labels.others, 1));
    const Tensor losses = sum(where(counts, short_of, 0), {1, 2}) / static_cast<double>(x->size(1));
    return detail::reduce_losses(losses, options.reduction);
}

Tensor sigmoid_focal_loss(const Input& x, const Input& target, FocalOptions options)
{
    constexpr const char* name = "sigmoid_focal_loss";
    detail::check_same_sizes(name, x, target);
    detail::check_option(name, "gamma", options.gamma, options.gamma >= 0, "gamma is 0 or more", "2 is the paper's");
    const Tensor p = sigmoid(x);
    const Tensor missed = p + target - 2 * p * target;  // 1 - p of the class that it is
    Tensor losses =
        binary_cross_entropy_with_logits(x, target, {.reduction = Reduction::none}) * pow(missed, options.gamma);
    if (options.alpha >= 0) losses = losses * (options.alpha * target + (1 - options.alpha) * (1 - target));
    return detail::reduce_losses(losses, options.reduction);
}

Tensor dice_loss(const Input& x, const Input& target, DiceOptions options)
{
    detail::check_same_sizes("dice_loss", x, target);
    if (x->ndim() < 2)
        throw ShapeError(error_text("dice_loss", "x of shape " + to_string(x->sizes()), "x: (N, ...)",
                                    "unsqueeze(x, 0) for one sample"));
    const Tensor a = flatten(x, 1), b = flatten(target, 1);
    const Tensor both = sum(a * b, 1);
    const Tensor all = options.squared ? sum(square(a), 1) + sum(square(b), 1) : sum(a, 1) + sum(b, 1);
    return detail::reduce_losses(1 - (2 * both + options.smooth) / (all + options.smooth), options.reduction);
}

}  // namespace xgrad
