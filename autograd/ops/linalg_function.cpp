#include <xgrad/ops/create.hpp>
#include <xgrad/ops/diagonal.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <algorithm>
#include <cmath>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/linalg_check.hpp"

namespace xgrad {
namespace {

/// The largest sum of a column's absolute values in the batch.
double largest_norm(const Tensor& a)
{
    double largest = 0;
    for (const double norm : sum(abs(a), -2).to_vector<double>()) {
        if (!std::isfinite(norm)) return norm;
        largest = std::max(largest, norm);
    }
    return largest;
}

/// Nothing recorded, in f64. Higham, The Scaling and Squaring Method for the Matrix Exponential Revisited (2005): the
/// Pade approximant of degree 13, for norms up to 5.37.
Tensor run_matrix_exp(const Tensor& given)
{
    constexpr double b[] = {64764752532480000,
                            32382376266240000,
                            7771770303897600,
                            1187353796428800,
                            129060195264000,
                            10559470521600,
                            670442572800,
                            33522128640,
                            1323241920,
                            40840800,
                            960960,
                            16380,
                            182,
                            1};
    constexpr double kLargest = 5.371920351148152;
    const double norm = largest_norm(given);
    if (!std::isfinite(norm)) return full(given.sizes(), std::nan(""), f64);
    const int halvings = norm > kLargest ? static_cast<int>(std::ceil(std::log2(norm / kLargest))) : 0;
    const Tensor a = given * std::ldexp(1.0, -halvings), one = eye(a.size(-1), f64);
    const Tensor a2 = matmul(a, a), a4 = matmul(a2, a2), a6 = matmul(a4, a2);
    const Tensor odd =
        matmul(a, matmul(a6, b[13] * a6 + b[11] * a4 + b[9] * a2) + b[7] * a6 + b[5] * a4 + b[3] * a2 + b[1] * one);
    const Tensor even =
        matmul(a6, b[12] * a6 + b[10] * a4 + b[8] * a2) + b[6] * a6 + b[4] * a4 + b[2] * a2 + b[0] * one;
    Tensor y = linalg::solve(even - odd, even + odd);
    for (int i = 0; i < halvings; ++i) y = matmul(y, y);
    return y;
}

}  // namespace

const Op kMatrixExp{.name = "matrix_exp",
                    .formula = "exp_of_matrix(x)",
                    .shapes = "x: (..., n, n) -> y: (..., n, n)",
                    .derivatives = {"exp_of_matrix_gradient(gy, x)"},
                    .where =
                        "exp_of_matrix(x) = sum x^k / k!; its gradient is the upper right block of exp_of_matrix([x^T, "
                        "gy; 0, x^T])",
                    .source =
                        "Higham, The scaling and squaring method for the matrix exponential revisited (2005); the "
                        "derivative by blocks: Mathias, A Chain Rule for Matrix Functions and Applications (1996)"};

Tensor matrix_exp(const Input& a)
{
    detail::check_square("matrix_exp", *a);
    if (detail::is_batched(*a)) return detail::of_all(a, matrix_exp);
    const Tensor y = to(run_matrix_exp(to(detach(*a), f64)), a->dtype());
    return record(kMatrixExp, {a}, y, [a = *a](const Tensor& gy, Adjoints& gx) {
        const std::int64_t n = a.size(-1);
        const Tensor at = transpose(a), upper = cat({at, gy}, -1), lower = cat({zeros_like(at), at}, -1);
        gx.add(0, narrow(narrow(matrix_exp(cat({upper, lower}, -2)), -2, 0, n), -1, n, n));
    });
}

Tensor trace(const Input& x)
{
    if (x->ndim() != 2)
        throw ShapeError(detail::error_text("trace", "a tensor of shape " + to_string(x->sizes()), "a matrix (m, n)",
                                            "use einsum(\"...ii->...\", {x}) for batches"));
    return sum(diagonal(x, 0, -2, -1));
}

namespace linalg {

Tensor matrix_power(const Input& a, std::int64_t n)
{
    detail::check_square("linalg.matrix_power", *a);
    if (detail::is_batched(*a)) return detail::of_all(a, [n](const Input& all) { return matrix_power(all, n); });
    if (n == 0) return detail::contiguous_copy(expand(eye(a->size(-1), a->dtype()), a->sizes()));
    Tensor square = n < 0 ? inv(a) : *a, y;
    // By the binary digits of n; unsigned, since -n of the smallest number is none.
    for (auto left = n < 0 ? -static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);;) {
        if (left % 2 == 1) y = y.defined() ? matmul(y, square) : square;
        left /= 2;
        if (left == 0) return y;
        square = matmul(square, square);
    }
}

}  // namespace linalg
}  // namespace xgrad
