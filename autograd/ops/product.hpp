#pragma once

// Products of vectors, matrices and batches of them, under PyTorch's names. Operands promote to a common dtype. Shapes
// that do not fit throw ShapeError.

#include <xgrad/ops/join.hpp>

namespace xgrad {

Tensor mm(const Input& a, const Input& b);     ///< (m, k) x (k, n) -> (m, n), without broadcasting
Tensor bmm(const Input& a, const Input& b);    ///< (batch, m, k) x (batch, k, n) -> (batch, m, n)
Tensor mv(const Input& a, const Input& v);     ///< (m, n) x (n) -> (m)
Tensor dot(const Input& a, const Input& b);    ///< (n) . (n) -> ()
Tensor vdot(const Input& a, const Input& b);   ///< as dot, since there are no complex numbers
Tensor outer(const Input& a, const Input& b);  ///< (m), (n) -> (m, n)

/// Sums of products over the last axis of both: (..., k), (***, k) -> (..., ***). With a 0-dimensional operand a * b.
Tensor inner(const Input& a, const Input& b);

/// Factors of operations that add a product to something.
struct AddProductOptions {
    double beta = 1;   ///< of what is added to; with 0 it is not read, so that a NaN there is gone
    double alpha = 1;  ///< of the product
};

/// beta x + alpha (product), where x broadcasts to the product's shape. Throws DtypeError for factors with a fraction
/// beside integers.
Tensor addmm(const Input& x, const Input& a, const Input& b, AddProductOptions options = {});    ///< of mm
Tensor addmv(const Input& x, const Input& a, const Input& v, AddProductOptions options = {});    ///< of mv
Tensor addr(const Input& x, const Input& a, const Input& b, AddProductOptions options = {});     ///< of outer
Tensor baddbmm(const Input& x, const Input& a, const Input& b, AddProductOptions options = {});  ///< of bmm
Tensor addbmm(const Input& x, const Input& a, const Input& b,
              AddProductOptions options = {});  ///< of bmm, batch summed

/// Sums of products over the last `axes` axes of a and the first of b; or over the axes listed, in pairs. Of a pair
/// one may have size 1: the other is summed, then. The result has the other axes of a, then those of b.
Tensor tensordot(const Input& a, const Input& b, std::int64_t axes = 2);
Tensor tensordot(const Input& a, const Input& b, Sizes axes_a, Sizes axes_b);

/// The Kronecker product: each element of a times all of b. Axes are aligned at the last one; sizes multiply.
Tensor kron(const Input& a, const Input& b);

/// y[..., k] = x1[..., i] weight[k, i, j] x2[..., j] + bias[k].
///   x1: (..., in1)   x2: (..., in2)   weight: (out, in1, in2)   bias: (out) or undefined   y: (..., out)
Tensor bilinear(const Input& x1, const Input& x2, const Input& weight);
Tensor bilinear(const Input& x1, const Input& x2, const Input& weight, const Input& bias);

namespace linalg {

/// The product of two matrices or more, multiplied in the order that takes the fewest multiplications. The first may be
/// 1-D, a row, and the last, a column; the axis is dropped from the result.
Tensor multi_dot(const TensorList& matrices);

/// The vector product along an axis of size 3; the other axes broadcast. Both have the same number of axes.
Tensor cross(const Input& a, const Input& b, std::int64_t axis = -1);

}  // namespace linalg
}  // namespace xgrad
