#pragma once

// Between tensors and the elementwise kernels: results are new contiguous tensors, nothing is recorded. Functions are
// named by their position in elementary::UnaryOps (those of ParametricOps behind them) and BinaryOps.

#include <xgrad/tensor.hpp>

#include "autograd/kernels/table.hpp"

namespace xgrad::detail {

/// `parameters` are those of a function of ParametricOps; null for others.
Tensor run_unary(std::size_t function, const Tensor& x, const double* parameters = nullptr);

/// Whether gy's storage may become the result's, if nobody else holds it.
enum class MayOverwrite : bool { no, yes };

/// gy times the derivative, which reads `kept`, x or y; overwrites gy if nobody else holds it.
Tensor run_unary_vjp(std::size_t function, const Tensor& gy, const Tensor& kept, const double* parameters = nullptr);

/// Throws ShapeError, naming `operation`, where the shapes do not broadcast, and DtypeError where the kernel is
/// missing.
Tensor run_binary(const char* operation, std::size_t function, const Tensor& a, const Tensor& b);

/// Operands and result of a function of two. Those that a derivative does not read may be undefined.
struct BinaryValues {
    Tensor a, b, y;
};

/// gy times the derivative with respect to `operand` (0 or 1), of gy's shape.
Tensor run_binary_vjp(std::size_t function, int operand, const Tensor& gy, const BinaryValues& values,
                      MayOverwrite overwrite);

/// factor * gy.
Tensor run_scale(const Tensor& gy, double factor, MayOverwrite overwrite);

Tensor run_compare(const char* operation, kernels::Comparison comparison, const Tensor& a, const Tensor& b);
Tensor run_where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor run_cast(const Tensor& x, Dtype dtype);

/// `x` itself if it is contiguous (or batched: it has no elements), else a contiguous copy; nothing is recorded.
inline Tensor contiguous_data(const Tensor& x) { return x.is_contiguous() || is_batched(x) ? x : contiguous_copy(x); }

/// Throws ShapeError, naming `operation`, unless x broadcasts to the sizes.
void check_expands(const char* operation, const Tensor& x, Sizes sizes);

/// `x` seen with the given sizes: stride 0 where it is broadcast. Throws ShapeError naming `operation`.
Tensor broadcast_view(const char* operation, const Tensor& x, Sizes sizes);

}  // namespace xgrad::detail
