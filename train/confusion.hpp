#pragma once

#include <xgrad/tensor.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace xgrad::train {

/// How often samples of each class were taken for each class. Classes are 0 to classes - 1.
class ConfusionMatrix {
public:
    /// Throws ShapeError unless `classes` is positive.
    explicit ConfusionMatrix(std::int64_t classes);

    /// Counts samples: what each was taken for and what it is, both i64 (n). Throws ShapeError, and counts nothing,
    /// when the shapes differ or a class is out of range; DtypeError unless both are i64.
    void add(const Tensor& guesses, const Tensor& labels);

    std::int64_t classes() const { return classes_; }
    std::int64_t samples() const;
    std::int64_t correct() const;

    /// Samples of class `label` that were taken for `guess`. Throws ShapeError for a class out of range.
    std::int64_t count(std::int64_t label, std::int64_t guess) const;

    double accuracy() const;                    ///< share of right ones in 0 to 1; NaN without samples
    double accuracy(std::int64_t label) const;  ///< the same among the samples of one class

private:
    std::int64_t cell(std::int64_t label, std::int64_t guess) const
    {
        return counts_[static_cast<std::size_t>(label * classes_ + guess)];
    }

    std::int64_t classes_;
    std::vector<std::int64_t> counts_;  // one row a label
};

/// A table with a row for each label, a column for each guess (a dot for none), and the share of right ones.
std::string to_string(const ConfusionMatrix& matrix);

}  // namespace xgrad::train
