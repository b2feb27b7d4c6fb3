#pragma once

#include <xgrad/tensor.hpp>

#include <cstdint>
#include <string>

namespace xgrad::data {

/// Inputs and targets with one row a sample along axis 0.
class Dataset {
public:
    Dataset() = default;
    /// Throws ShapeError unless both have at least one axis and the same number of rows.
    Dataset(Tensor inputs, Tensor targets);

    const Tensor& inputs() const { return inputs_; }
    const Tensor& targets() const { return targets_; }
    std::int64_t size() const { return inputs_.defined() ? inputs_.size(0) : 0; }

    /// Rows `from` to `to` - 1, sharing the storage. Throws ShapeError for rows that are not there.
    Dataset rows(std::int64_t from, std::int64_t to) const;

private:
    Tensor inputs_, targets_;
};

struct Split {
    Dataset train, test;
};

/// The 1797 real handwritten digits that the library carries inside itself (data/digits/README.md says where they come
/// from): images f32 (n, 1, 8, 8) in 0 to 1, labels i64 (n). Rows 0 to 1436 train, rows 1437 to 1796 test.
Split digits();

/// A folder with the four files of MNIST or of a set in its format (train-images-idx3-ubyte and so on, plain or .gz):
/// images f32 (n, 1, height, width) in 0 to 1, labels i64 (n). Throws DataError for a file that is missing or damaged,
/// for labels outside 0 to `classes` - 1, and when images and labels do not fit each other.
Split read_mnist(const std::string& folder, std::int64_t classes = 10);

}  // namespace xgrad::data
