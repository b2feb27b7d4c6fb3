// Precision, recall, F1 and top-k by hand.
#include <xgrad/error.hpp>
#include <xgrad/train/classify.hpp>
#include <xgrad/train/metrics.hpp>

#include <cmath>
#include <limits>

#include "tests/expect_throw.hpp"

using namespace xgrad;
using namespace xgrad::train;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Tensor labels(std::initializer_list<double> values)
{
    return tensor({static_cast<std::int64_t>(values.size())}, values, i64);
}

// scikit-learn's example of classification_report: labels (0, 1, 2, 2, 2) taken for (0, 0, 2, 2, 1).
//   class 0: tp 1, fp 1, fn 0    precision 1/2, recall 1,   f1 2/3
//   class 1: tp 0, fp 1, fn 1    precision 0,   recall 0,   f1 0
//   class 2: tp 2, fp 0, fn 1    precision 1,   recall 2/3, f1 4/5
ConfusionMatrix example()
{
    ConfusionMatrix matrix(3);
    matrix.add(labels({0, 0, 2, 2, 1}), labels({0, 1, 2, 2, 2}));
    return matrix;
}

void expect_scores(const ClassScores& s, double precision, double recall, double f1, std::int64_t support)
{
    EXPECT_DOUBLE_EQ(s.precision, precision);
    EXPECT_DOUBLE_EQ(s.recall, recall);
    EXPECT_DOUBLE_EQ(s.f1, f1);
    EXPECT_EQ(s.support, support);
}

}  // namespace

TEST(ClassScores, AreSharesOfWhatWasTakenForTheClassAndOfWhatIsOfIt)
{
    expect_scores(class_scores(example(), 0), 0.5, 1, 2.0 / 3, 1);
    expect_scores(class_scores(example(), 1), 0, 0, 0, 1);
    expect_scores(class_scores(example(), 2), 1, 2.0 / 3, 0.8, 3);
    EXPECT_THROW(class_scores(example(), 3), ShapeError);
}

TEST(AverageScores, MacroIsThePlainMeanWeightedThatBySupport)
{
    // (1/2 + 0 + 1) / 3, (1 + 0 + 2/3) / 3, (2/3 + 0 + 4/5) / 3; weights 1, 1, 3 of 5
    expect_scores(average_scores(example(), Average::macro), 0.5, 5.0 / 9, 22.0 / 45, 5);
    expect_scores(average_scores(example(), Average::weighted), 3.5 / 5, 3.0 / 5, (2.0 / 3 + 2.4) / 5, 5);
}

TEST(AverageScores, MicroIsTheAccuracy)
{
    // tp 3, fp 2, fn 2
    expect_scores(average_scores(example(), Average::micro), 0.6, 0.6, 0.6, 5);
    EXPECT_DOUBLE_EQ(example().accuracy(), 0.6);
}

TEST(ClassScores, OfAClassThatIsMissingAreZeroDivision)
{
    // Class 1 was guessed once and has no sample: precision 0 / 1, recall 0 / 0, f1 0 / 1. Class 2 does not occur.
    ConfusionMatrix matrix(3);
    matrix.add(labels({0, 1}), labels({0, 0}));
    expect_scores(class_scores(matrix, 1), 0, 0, 0, 0);
    expect_scores(class_scores(matrix, 1, 1), 0, 1, 0, 0);
    expect_scores(class_scores(matrix, 2, 1), 1, 1, 1, 0);
    // class 0: precision 1, recall 1/2, f1 2/3
    expect_scores(average_scores(matrix, Average::macro), 1.0 / 3, 0.5 / 3, 2.0 / 9, 2);
    expect_scores(average_scores(matrix, Average::macro, kNan), 0.5, 0.5, 1.0 / 3, 2);
    expect_scores(average_scores(ConfusionMatrix(2), Average::weighted, 1), 1, 1, 1, 0);
}

TEST(ClassificationReport, IsScikitLearnsTable)
{
    EXPECT_EQ(classification_report(example(), {.names = {"class 0", "class 1", "class 2"}}),
              "              precision    recall  f1-score   support\n"
              "\n"
              "     class 0       0.50      1.00      0.67         1\n"
              "     class 1       0.00      0.00      0.00         1\n"
              "     class 2       1.00      0.67      0.80         3\n"
              "\n"
              "    accuracy                           0.60         5\n"
              "   macro avg       0.50      0.56      0.49         5\n"
              "weighted avg       0.70      0.60      0.61         5\n");
    EXPECT_THROW_TEXT(classification_report(example(), {.names = {"a", "b"}}), ShapeError,
                      "classification_report: 2 names for 3 classes.\n  rule: one name a class, or none.\n"
                      "  try:  check the names.");
    const std::string numbered = classification_report(example(), {.digits = 3});
    EXPECT_NE(numbered.find("\n           2      1.000     0.667     0.800         3\n"), std::string::npos);
}

TEST(TopK, CountsRowsWhoseLabelIsAmongTheHighest)
{
    const Tensor scores = tensor({3, 4}, {4, 3, 2, 1, 1, 2, 3, 4, 1, 4, 2, 3});
    const Tensor right = labels({1, 1, 1});  // places 2, 3 and 1
    EXPECT_EQ(count_in_top(scores, right, 1), 1);
    EXPECT_EQ(count_in_top(scores, right, 2), 2);
    EXPECT_EQ(count_in_top(scores, right, 3), 3);
    EXPECT_DOUBLE_EQ(top_k_accuracy(scores, right, 2), 2.0 / 3);
    EXPECT_TRUE(std::isnan(top_k_accuracy(zeros({0, 4}), zeros({0}, i64), 1)));
}

TEST(TopK, OfOneCountsAsArgmaxDoesWithTiesAndNan)
{
    const Tensor scores = tensor({4, 3}, {1, 1, 0, 1, 1, 0, kNan, 5, kNan, 0, kNan, 7});
    for (std::int64_t label = 0; label < 3; ++label) {
        const Tensor all = xgrad::full({4}, static_cast<double>(label), i64);
        EXPECT_EQ(count_in_top(scores, all, 1), count_correct(scores, all)) << label;
        EXPECT_EQ(count_in_top(scores, all, 3), 4);
    }
    EXPECT_EQ(count_in_top(scores, labels({1, 1, 1, 2}), 2), 3);  // 5 comes after both NaN
}

TEST(TopK, BadInputIsNamed)
{
    const Tensor scores = zeros({2, 3});
    EXPECT_THROW_TEXT(count_in_top(scores, labels({0, 1}), 4), ShapeError,
                      "count_in_top: k is 4 of 3 classes.\n  rule: k is at least 1 and at most the number of classes.\n"
                      "  try:  for example 5.");
    EXPECT_THROW_TEXT(count_in_top(scores, labels({0, 3}), 1), ShapeError,
                      "count_in_top: label 3 of 3 classes.\n  rule: classes are 0 to 2.\n  try:  check the labels.");
    EXPECT_THROW(count_in_top(scores, labels({0}), 1), ShapeError);
    EXPECT_THROW(count_in_top(scores, zeros({2}), 1), DtypeError);
}
