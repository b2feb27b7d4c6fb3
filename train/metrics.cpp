#include <xgrad/error.hpp>
#include <xgrad/train/metrics.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace xgrad::train {

namespace {

using xgrad::detail::error_text;

/// Samples of a class that were taken for it (tp), others that were (fp), and its own that were not (fn).
struct Counts {
    std::int64_t tp = 0, fp = 0, fn = 0;
};

Counts counts_of(const ConfusionMatrix& matrix, std::int64_t label)
{
    Counts c{matrix.count(label, label), 0, 0};
    for (std::int64_t other = 0; other < matrix.classes(); ++other) {
        if (other == label) continue;
        c.fp += matrix.count(other, label);
        c.fn += matrix.count(label, other);
    }
    return c;
}

ClassScores scores_of(const Counts& c, double zero_division)
{
    const auto share = [&](std::int64_t part, std::int64_t whole) {
        return whole == 0 ? zero_division : static_cast<double>(part) / static_cast<double>(whole);
    };
    return {share(c.tp, c.tp + c.fp), share(c.tp, c.tp + c.fn), share(2 * c.tp, 2 * c.tp + c.fp + c.fn), c.tp + c.fn};
}

/// The mean of what is not NaN.
class Mean {
public:
    void add(double value, double weight)
    {
        if (std::isnan(value)) return;
        sum_ += weight * value;
        weights_ += weight;
    }
    double value(double of_nothing) const { return weights_ == 0 ? of_nothing : sum_ / weights_; }

private:
    double sum_ = 0, weights_ = 0;
};

bool comes_before(double other, double own, bool is_earlier)
{
    if (std::isnan(own)) return std::isnan(other) && is_earlier;
    return std::isnan(other) || other > own || (other == own && is_earlier);
}

void check_top(const Tensor& scores, const Tensor& labels, std::int64_t k)
{
    constexpr const char* name = "count_in_top";
    if (!is_floating(scores.dtype()) || labels.dtype() != i64)
        throw DtypeError(error_text(name, "scores " + describe(scores) + " and labels " + describe(labels),
                                    "scores are f32 or f64, labels i64", "to(labels, i64)"));
    if (scores.ndim() != 2 || labels.ndim() != 1 || scores.size(0) != labels.size(0))
        throw ShapeError(error_text(
            name, "scores " + to_string(scores.sizes()) + " and labels " + to_string(labels.sizes()) + " do not fit",
            "scores (n, classes) go with labels (n)", "reshape them"));
    if (k < 1 || k > scores.size(1))
        throw ShapeError(error_text(name, fmt::format("k is {} of {} classes", k, scores.size(1)),
                                    "k is at least 1 and at most the number of classes", "for example 5"));
}

std::string row(const std::string& name, std::size_t width, const ClassScores& s, int digits)
{
    return fmt::format("{0:>{1}}  {2:>9.{6}f} {3:>9.{6}f} {4:>9.{6}f} {5:>9}\n", name, width, s.precision, s.recall,
                       s.f1, s.support, digits);
}

}  // namespace

ClassScores class_scores(const ConfusionMatrix& matrix, std::int64_t label, double zero_division)
{
    return scores_of(counts_of(matrix, label), zero_division);
}

ClassScores average_scores(const ConfusionMatrix& matrix, Average average, double zero_division)
{
    if (average == Average::micro) {
        const std::int64_t wrong = matrix.samples() - matrix.correct();
        return scores_of({matrix.correct(), wrong, wrong}, zero_division);
    }
    Mean precision, recall, f1;
    for (std::int64_t label = 0; label < matrix.classes(); ++label) {
        const ClassScores s = class_scores(matrix, label, zero_division);
        const double weight = average == Average::macro ? 1 : static_cast<double>(s.support);
        precision.add(s.precision, weight);
        recall.add(s.recall, weight);
        f1.add(s.f1, weight);
    }
    return {precision.value(zero_division), recall.value(zero_division), f1.value(zero_division), matrix.samples()};
}

std::string classification_report(const ConfusionMatrix& matrix, const ReportOptions& options)
{
    const std::int64_t classes = matrix.classes();
    std::vector<std::string> names = options.names;
    if (names.empty())
        for (std::int64_t label = 0; label < classes; ++label) names.push_back(std::to_string(label));
    if (static_cast<std::int64_t>(names.size()) != classes)
        throw ShapeError(error_text("classification_report",
                                    fmt::format("{} names for {} classes", names.size(), classes),
                                    "one name a class, or none", "check the names"));
    std::size_t width = std::string("weighted avg").size();
    for (const std::string& name : names) width = std::max(width, name.size());
    std::string text =
        fmt::format("{:>{}}  {:>9} {:>9} {:>9} {:>9}\n\n", "", width, "precision", "recall", "f1-score", "support");
    for (std::int64_t label = 0; label < classes; ++label)
        text += row(names[static_cast<std::size_t>(label)], width, class_scores(matrix, label, options.zero_division),
                    options.digits);
    text += fmt::format("\n{:>{}}  {:>9} {:>9} {:>9.{}f} {:>9}\n", "accuracy", width, "", "", matrix.accuracy(),
                        options.digits, matrix.samples());
    text += row("macro avg", width, average_scores(matrix, Average::macro, options.zero_division), options.digits);
    text +=
        row("weighted avg", width, average_scores(matrix, Average::weighted, options.zero_division), options.digits);
    return text;
}

std::int64_t count_in_top(const Tensor& scores, const Tensor& labels, std::int64_t k)
{
    check_top(scores, labels, k);
    const std::int64_t classes = scores.size(1);
    const std::vector<double> all = scores.to_vector<double>();
    const std::vector<std::int64_t> label = labels.to_vector<std::int64_t>();
    std::int64_t found = 0;
    for (std::size_t n = 0; n < label.size(); ++n) {
        if (label[n] < 0 || label[n] >= classes)
            throw ShapeError(error_text("count_in_top", fmt::format("label {} of {} classes", label[n], classes),
                                        fmt::format("classes are 0 to {}", classes - 1), "check the labels"));
        const std::span row_scores(all.data() + n * static_cast<std::size_t>(classes),
                                   static_cast<std::size_t>(classes));
        const auto own = static_cast<std::size_t>(label[n]);
        std::int64_t better = 0;
        for (std::size_t c = 0; c < row_scores.size(); ++c)
            if (c != own && comes_before(row_scores[c], row_scores[own], c < own)) ++better;
        if (better < k) ++found;
    }
    return found;
}

double top_k_accuracy(const Tensor& scores, const Tensor& labels, std::int64_t k)
{
    return static_cast<double>(count_in_top(scores, labels, k)) / static_cast<double>(labels.size(0));
}

}  // namespace xgrad::train
