#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "autograd/ops/loss_check.hpp"

namespace xgrad {
namespace {

using detail::error_text;
using Numbers = std::vector<std::int64_t>;

/// The logarithm of a path that does not exist. Finite, so that sums of such paths have finite derivatives, which then are
/// multiplied by exp(-1e30) = 0.
constexpr double kNever = -1e30;

[[noreturn]] void refuse(const std::string& what, const char* rule)
{
    throw ShapeError(error_text("ctc_loss", what, rule,
                                "log_probs (T, N, C), targets (N, S) or (sum of target_lengths), lengths (N)"));
}

/// The labels of each sample, checked.
struct Labels {
    std::vector<Numbers> of_sample;
    std::int64_t longest = 0;

    Labels(const Tensor& targets, const Numbers& lengths, std::int64_t classes, std::int64_t blank)
    {
        const Numbers all = targets.to_vector<std::int64_t>();
        const bool padded = targets.ndim() == 2;
        std::size_t at = 0;
        for (std::size_t n = 0; n < lengths.size(); ++n) {
            if (padded) at = n * static_cast<std::size_t>(targets.size(1));
            const std::size_t end = at + static_cast<std::size_t>(std::max<std::int64_t>(lengths[n], 0));
            if (lengths[n] < 0 || end > all.size() || (padded && lengths[n] > targets.size(1)))
                refuse(
                    "a target length of " + std::to_string(lengths[n]) + " for targets " + to_string(targets.sizes()),
                    "a length counts labels that are there");
            of_sample.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(at),
                                   all.begin() + static_cast<std::ptrdiff_t>(end));
            for (const std::int64_t label : of_sample.back())
                if (label < 0 || label >= classes || label == blank)
                    refuse("a label of " + std::to_string(label) + " for " + std::to_string(classes) + " classes",
                           "labels are classes other than the blank");
            longest = std::max(longest, lengths[n]);
            at = end;
        }
    }
};

/// The labels with blanks around each, (N, 2 S + 1), and where a path may come from two places before: at labels that
/// differ from the one before them (equations 6 and 7 of the paper).
struct Lattice {
    Tensor symbols, skips;

    Lattice(const Labels& labels, std::int64_t blank)
    {
        const auto samples = static_cast<std::int64_t>(labels.of_sample.size());
        const std::int64_t places = 2 * labels.longest + 1;
        symbols = detail::empty(i64, {samples, places});
        skips = detail::empty(boolean, {samples, places});
        auto* symbol = detail::mutable_data<std::int64_t>(symbols);
        auto* skip = detail::mutable_data<bool>(skips);
        std::fill_n(symbol, samples * places, blank);
        std::fill_n(skip, samples * places, false);
        for (const Numbers& sample : labels.of_sample) {
            for (std::size_t i = 0; i < sample.size(); ++i) {
                symbol[2 * i + 1] = sample[i];
                skip[2 * i + 1] = i > 0 && sample[i] != sample[i - 1];
            }
            symbol += places, skip += places;
        }
    }
};

/// Row i of y is row i - places of x, with kNever before.
Tensor shifted(const Tensor& x, std::int64_t places)
{
    const std::int64_t kept = std::max<std::int64_t>(x.size(1) - places, 0);
    return cat({full({x.size(0), x.size(1) - kept}, kNever, x.dtype()), narrow(x, 1, 0, kept)}, 1);
}

/// log p(labels | x) of each sample: the forward variables alpha, step by step.
Tensor log_likelihood(const Tensor& log_probs, const Lattice& lattice, const Tensor& input_lengths,
                      const Tensor& target_lengths)
{
    const std::int64_t steps = log_probs.size(0), samples = log_probs.size(1), places = lattice.symbols.size(1);
    const Tensor emitted = gather(log_probs, 2, expand(unsqueeze(lattice.symbols, 0), {steps, samples, places}));
    const std::int64_t first = std::min<std::int64_t>(places, 2);
    Tensor alpha = narrow(select(emitted, 0, 0), 1, 0, first);
    if (places > first) alpha = cat({alpha, full({samples, places - first}, kNever, alpha.dtype())}, 1);
    for (std::int64_t t = 1; t < steps; ++t) {
        const Tensor jump = where(lattice.skips, shifted(alpha, 2), kNever);
        const Tensor next = logaddexp(logaddexp(alpha, shifted(alpha, 1)), jump) + select(emitted, 0, t);
        alpha = where(unsqueeze(gt(input_lengths, t), 1), next, alpha);
    }
    // a path ends on the last label or on the blank behind it
    const Tensor end = unsqueeze(target_lengths * 2, 1);
    const Tensor at_blank = gather(alpha, 1, end), at_label = gather(alpha, 1, maximum(end - 1, 0));
    return squeeze(where(gt(end, 0), logaddexp(at_blank, at_label), at_blank), 1);
}

Numbers lengths_of(const char* name, const Tensor& lengths, std::int64_t samples)
{
    if (lengths.dtype() != i64)
        throw DtypeError(
            error_text("ctc_loss", std::string(name) + " " + describe(lengths), "lengths are i64", "to(lengths, i64)"));
    if (lengths.numel() != samples || lengths.ndim() > 1)
        refuse(std::string(name) + " of shape " + to_string(lengths.sizes()) + " for " + std::to_string(samples) +
                   " samples",
               "a length for each sample");
    return lengths.to_vector<std::int64_t>();
}

void check(const Tensor& log_probs, const Tensor& targets, const CtcOptions& options)
{
    if (!is_floating(log_probs.dtype()) || targets.dtype() != i64)
        throw DtypeError(error_text("ctc_loss", "log_probs " + describe(log_probs) + ", targets " + describe(targets),
                                    "log_probs are f32 or f64, targets i64", "to(targets, i64)"));
    if (log_probs.ndim() != 3 || log_probs.size(0) < 1 || targets.ndim() < 1 || targets.ndim() > 2 ||
        (targets.ndim() == 2 && targets.size(0) != log_probs.size(1)))
        refuse("log_probs " + to_string(log_probs.sizes()) + ", targets " + to_string(targets.sizes()),
               "at least one step, and targets of the same samples");
    if (options.blank < 0 || options.blank >= log_probs.size(2))
        refuse("blank = " + std::to_string(options.blank) + " of " + std::to_string(log_probs.size(2)) + " classes",
               "the blank is one of the classes");
}

}  // namespace

Tensor ctc_loss(const Input& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, CtcOptions options)
{
    if (log_probs->ndim() == 2) {  // one sample
        const Tensor batch = unsqueeze(log_probs, 1), row = targets.ndim() == 1 ? unsqueeze(targets, 0) : targets;
        if (options.reduction == Reduction::none) options.reduction = Reduction::sum;
        return ctc_loss(batch, row, reshape(input_lengths, {1}), reshape(target_lengths, {1}), options);
    }
    check(*log_probs, targets, options);
    const std::int64_t samples = log_probs->size(1);
    for (const std::int64_t length : lengths_of("input_lengths", input_lengths, samples))
        if (length < 1 || length > log_probs->size(0))
            refuse(
                "an input length of " + std::to_string(length) + " of " + std::to_string(log_probs->size(0)) + " steps",
                "1 to T");
    const Labels labels(targets, lengths_of("target_lengths", target_lengths, samples), log_probs->size(2),
                        options.blank);
    const Tensor likelihood = log_likelihood(*log_probs, Lattice(labels, options.blank), input_lengths, target_lengths);
    const double impossible = options.zero_infinity ? 0 : std::numeric_limits<double>::infinity();
    const Tensor losses = where(gt(likelihood, kNever / 2), -likelihood, impossible);
    if (options.reduction != Reduction::mean) return detail::reduce_losses(losses, options.reduction);
    return mean(losses / to(maximum(target_lengths, 1), losses.dtype()));
}

}  // namespace xgrad
