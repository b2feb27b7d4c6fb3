#pragma once

// How good a classifier is beyond its accuracy: precision, recall and F1 with scikit-learn's definitions, and top-k.

#include <xgrad/train/confusion.hpp>

#include <string>
#include <vector>

namespace xgrad::train {

/// Of one class: `precision` is the share of samples taken for it that are of it, tp / (tp + fp); `recall` the share of its
/// samples that were taken for it, tp / (tp + fn); `f1` their harmonic mean, 2 tp / (2 tp + fp + fn).
struct ClassScores {
    double precision, recall, f1;
    std::int64_t support;  ///< samples of the class
};

/// Over classes: the plain mean; that weighted by support; or from the sums of tp, fp and fn, which makes all three the
/// accuracy.
enum class Average : unsigned char { macro, weighted, micro };

/// A score whose denominator is 0 is `zero_division`: precision where nothing was taken for the class, recall where it has
/// no samples, f1 where neither. NaN leaves such scores out of averages.
/// Throws ShapeError for a class out of range.
ClassScores class_scores(const ConfusionMatrix& matrix, std::int64_t label, double zero_division = 0);

/// The average over all classes of the matrix, also those without samples: scikit-learn's with labels=range(classes).
ClassScores average_scores(const ConfusionMatrix& matrix, Average average, double zero_division = 0);

struct ReportOptions {
    std::vector<std::string> names = {};  ///< of the classes; none: their numbers
    int digits = 2;
    double zero_division = 0;
};

/// The table of scikit-learn's classification_report: a row for each class, the accuracy, both averages. Throws ShapeError
/// unless there are as many names as classes, or none.
std::string classification_report(const ConfusionMatrix& matrix, const ReportOptions& options = {});

/// In how many rows of `scores` (n, classes) the label (n) is among the k highest. Of equal scores the first counts, so that
/// k = 1 is count_correct; NaN is the highest. Throws ShapeError unless k is in [1, classes] and the shapes fit, DtypeError
/// unless scores are floating and labels i64.
std::int64_t count_in_top(const Tensor& scores, const Tensor& labels, std::int64_t k);

/// That as a share of the rows; NaN without rows.
double top_k_accuracy(const Tensor& scores, const Tensor& labels, std::int64_t k);

}  // namespace xgrad::train
