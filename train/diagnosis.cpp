#include <xgrad/error.hpp>
#include <xgrad/train/diagnosis.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>
#include <utility>

namespace xgrad::train {

namespace {

using xgrad::detail::error_text;

/// The line of least squares through losses of epochs one after the other.
struct Line {
    double fall;    // from the first to the last of its points
    double end;     // at the last one
    double mean;    // of the losses
    double jitter;  // root of their mean squared distance from the line, as a part of the mean
};

Line line_through(std::span<const double> losses)
{
    const auto n = static_cast<double>(losses.size());
    const double middle = (n - 1) / 2;
    double mean = 0, slope = 0, squares = 0, distance = 0;
    for (const double loss : losses) mean += loss / n;
    for (std::size_t i = 0; i < losses.size(); ++i) {
        const double t = static_cast<double>(i) - middle;
        slope += t * losses[i];
        squares += t * t;
    }
    slope /= squares;
    for (std::size_t i = 0; i < losses.size(); ++i) {
        const double d = losses[i] - mean - slope * (static_cast<double>(i) - middle);
        distance += d * d / n;
    }
    return {-slope * (n - 1), mean + slope * middle, mean, std::sqrt(distance) / std::abs(mean)};
}

/// What the judgement looks at.
struct Curves {
    Line training, validation;  // of the last quarter, at least 4 epochs
    double of_nothing, best;    // loss of a model that knows nothing; smallest validation loss
    std::int64_t best_epoch;

    double part(double loss) const { return loss / of_nothing; }
};

std::vector<std::string> remedies_for(Fit fit)
{
    switch (fit) {
        case Fit::good:
            return {"keep the weights of the best epoch (S1, how many epochs)",
                    "not much overfitting: a larger network may do better still (S1, validation/training accuracy)"};
        case Fit::underfitting:
            return {"increase model complexity: more layers or neurons (S4)",
                    "reduce regularization: lower dropout or L2 penalty (S4)", "train longer (S4)",
                    "look whether the network can learn one batch by heart (S1): overfit_one_batch"};
        case Fit::overfitting:
            return {"early stopping: halt when the validation loss stops improving (S4)",
                    "increase regularization: L2 penalty or dropout (S4)",
                    "decrease complexity: fewer layers or neurons (S4)", "get more data, or augment it (S0)",
                    "average many different models (S0)"};
        case Fit::still_falling:
            return {"train longer by increasing the number of epochs (S4)",
                    "increase the learning rate where the loss goes down very slowly (S1)",
                    "momentum or Adam, batch normalization, another batch size (S2)"};
        case Fit::learning_rate_too_high:
            return {"decrease the learning rate, typically to between 1e-2 and 1e-5 (S1)",
                    "batch norm or residual connections where gradients blow up (S2), or clip_grad_norm"};
        case Fit::error_floor:
            return {"decay the learning rate: by a factor of 5 when the curve flattens (S0: ReduceLROnPlateau)",
                    "or by 0.5 every 5 epochs, or by 0.1 every 20 (S1: StepLR)",
                    "larger batches: small ones are noisy (S4)"};
    }
    return {};
}

/// How many epochs go before one whose loss is NaN or infinite.
std::ptrdiff_t finite_epochs(const std::vector<double>& losses)
{
    const auto is_finite = [](double loss) { return std::isfinite(loss); };
    return std::find_if_not(losses.begin(), losses.end(), is_finite) - losses.begin();
}

void check_curves(const std::vector<double>& training, const std::vector<double>& validation)
{
    if (training.size() != validation.size())
        throw std::invalid_argument(error_text(
            "diagnose", fmt::format("{} training and {} validation losses", training.size(), validation.size()),
            "both have one a epoch", "leave out epochs that lack one of them"));
    const auto epochs = static_cast<std::ptrdiff_t>(training.size());
    const bool all_finite = std::min(finite_epochs(training), finite_epochs(validation)) == epochs;
    if (epochs < 4 && all_finite)
        throw std::invalid_argument(
            error_text("diagnose", fmt::format("{} epochs", epochs), "a curve has at least 4", "train for some more"));
}

Curves look_at(const std::vector<double>& training, const std::vector<double>& validation,
               const DiagnosisOptions& options)
{
    const std::size_t tail = std::max<std::size_t>(4, training.size() / 4);
    const auto best = std::min_element(validation.begin(), validation.end());
    return {line_through(std::span(training).last(tail)), line_through(std::span(validation).last(tail)),
            std::isnan(options.of_nothing) ? training[0] : options.of_nothing, *best, best - validation.begin()};
}

std::string numbers(const Curves& c)
{
    return fmt::format("training loss {:.3g}, validation loss {:.3g}", c.training.end, c.validation.end);
}

/// Fit and reason, from curves that are finite.
std::pair<Fit, std::string> judge(const Curves& c, const DiagnosisOptions& o)
{
    const bool is_high = c.part(c.training.end) > o.low;
    const double jitter = c.training.jitter;
    const bool grows = c.part(c.training.fall)<-o.falling, is_above = c.part(c.training.end)> 1;
    if ((grows && is_above) || c.part(c.training.end) > 1 + o.rise)
        return {Fit::learning_rate_too_high, fmt::format("the training loss went up to {:.3g}, a model that knows "
                                                         "nothing has {:.3g}",
                                                         c.training.end, c.of_nothing)};
    if (is_high && jitter > o.oscillation)
        return {Fit::learning_rate_too_high,
                fmt::format("the training loss oscillates by {:.0f} % around {:.3g}", 100 * jitter, c.training.mean)};
    if (c.part(c.validation.end - c.best) > o.rise)
        return {Fit::overfitting, fmt::format("the validation loss was {:.3g} in epoch {} and rose to {:.3g}, training "
                                              "loss {:.3g}",
                                              c.best, c.best_epoch, c.validation.end, c.training.end)};
    if (c.part(c.validation.end - c.training.end) > o.wedge)
        return {Fit::overfitting, "a wedge between training and validation: " + numbers(c)};
    if (c.part(c.training.fall) > o.falling && c.training.fall > 2 * jitter * c.training.mean)
        return {Fit::still_falling, "the training loss still falls: " + numbers(c)};
    if (is_high && jitter > o.jitter)
        return {Fit::error_floor, fmt::format("the training loss is flat at {:.3g} and jitters by {:.0f} %",
                                              c.training.mean, 100 * jitter)};
    if (is_high) return {Fit::underfitting, "large training error that does not fall any more: " + numbers(c)};
    return {Fit::good, "small training error and no wedge: " + numbers(c)};
}

}  // namespace

const char* name_of(Fit fit)
{
    constexpr const char* kNames[] = {"good",          "underfitting",           "overfitting",
                                      "still falling", "learning rate too high", "error floor"};
    return kNames[static_cast<int>(fit)];
}

Diagnosis diagnose(const std::vector<double>& training, const std::vector<double>& validation,
                   const DiagnosisOptions& options)
{
    check_curves(training, validation);
    const std::ptrdiff_t finite = std::min(finite_epochs(training), finite_epochs(validation));
    const auto epochs = static_cast<std::ptrdiff_t>(training.size());
    if (finite < epochs) {
        const std::size_t bad = static_cast<std::size_t>(finite);
        return {Fit::learning_rate_too_high,
                fmt::format("in epoch {} the training loss is {}, the validation loss {}", bad, training[bad],
                            validation[bad]),
                remedies_for(Fit::learning_rate_too_high),
                std::min_element(validation.begin(), validation.begin() + finite) - validation.begin()};
    }
    const Curves curves = look_at(training, validation, options);
    auto [fit, reason] = judge(curves, options);
    return {fit, std::move(reason), remedies_for(fit), curves.best_epoch};
}

std::string to_string(const Diagnosis& diagnosis)
{
    std::string text = fmt::format("{}: {}\n", name_of(diagnosis.fit), diagnosis.reason);
    for (const std::string& remedy : diagnosis.remedies) text += "  - " + remedy + "\n";
    return text;
}

}  // namespace xgrad::train
