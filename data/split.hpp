#pragma once

// Sets taken apart for training, choosing and judging. Every split keeps inputs and targets together and copies rows.

#include <xgrad/data/dataset.hpp>
#include <xgrad/random.hpp>

#include <cstdint>
#include <vector>

namespace xgrad::data {

/// Rows in the order of the numbers, an i64 tensor (n). Throws ShapeError for a row that is not there.
Dataset take_rows(const Dataset& set, const Tensor& rows);

struct ThreeWaySplit {
    Dataset train, validation, test;
};

/// Rows in random order, the given parts for validation and test, the rest for training. Throws std::invalid_argument
/// unless both parts are at least 0 and together less than 1.
ThreeWaySplit random_split(const Dataset& set, double validation, double test,
                           Generator& generator = default_generator());

struct Fold {
    Dataset train, validation;
};

/// k-fold cross-validation: each row is in the validation set of exactly one fold; folds differ by one row at most. Throws
/// std::invalid_argument unless k is 2 to the number of rows.
std::vector<Fold> k_fold(const Dataset& set, std::int64_t k, bool shuffle = true,
                         Generator& generator = default_generator());

/// As many rows as there are, drawn with replacement: the different subsets of data of an ensemble (Breiman 1996).
Dataset bootstrap(const Dataset& set, Generator& generator = default_generator());

}  // namespace xgrad::data
