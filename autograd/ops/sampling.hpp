#pragma once

// Linear maps along one axis, each output of which depends on few elements: means of windows, interpolation.

#include <xgrad/record.hpp>

#include <memory>

#include "autograd/kernels/sampling.hpp"

namespace xgrad::detail {

/// A sparse matrix that acts along an axis, and its transpose. Copies share.
class AxisMap {
public:
    explicit AxisMap(kernels::SparseRows rows);
    const kernels::SparseRows& rows() const { return *rows_; }
    AxisMap transposed() const { return {columns_, rows_}; }

private:
    using Shared = std::shared_ptr<const kernels::SparseRows>;
    AxisMap(Shared rows, Shared columns) : rows_(std::move(rows)), columns_(std::move(columns)) {}
    Shared rows_, columns_;
};

/// The map applied to each line of x along the axis, whose size is the number of columns. Elements with no weight are
/// not read, so that NaN stays where it has no say.
Tensor weigh_along(const Input& x, std::size_t axis, const AxisMap& map);

}  // namespace xgrad::detail
