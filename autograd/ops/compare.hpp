#pragma once

// Tensors compared as wholes, and elements looked up in sets.

#include <xgrad/ops/operand.hpp>

namespace xgrad {

/// Whether both have one shape and equal elements; NaN equals nothing.
bool equal(const Tensor& a, const Tensor& b);

struct CloseOptions {
    double rtol = 1e-5, atol = 1e-8;
    bool equal_nan = false;  ///< two NaN are close
};

/// Whether |a - b| <= atol + rtol |b|, or both are one infinity: for each element, broadcast (bool); and for all.
/// Throws ShapeError for tolerances that are negative or NaN.
Tensor isclose(const Tensor& a, const Tensor& b, CloseOptions options = {});
bool allclose(const Tensor& a, const Tensor& b, CloseOptions options = {});

/// For each element whether it is one of the others; `invert`: whether it is none of them. Bool.
Tensor isin(const Tensor& elements, const Tensor& test_elements, bool invert = false);

/// Between which of the ascending boundaries each element lies: searchsorted with the operands exchanged.
Tensor bucketize(const Input& x, const Tensor& boundaries, bool right = false);

}  // namespace xgrad
