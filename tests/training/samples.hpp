#pragma once

// The data that a training run reads.

#include <xgrad/tensor.hpp>

#include <string>

#include "tests/training/report.hpp"

namespace xgrad::training {

struct Samples {
    Tensor inputs;  ///< (count, ...), f64
    Tensor labels;  ///< (count), i64
};

/// What a "data" entry describes. Files are named relative to `root`. Throws std::invalid_argument for a description that
/// is unknown, DataError for a file that cannot be read.
Samples read_samples(const Json& data, const std::string& root);

}  // namespace xgrad::training
