#pragma once

// Linear algebra of matrices, (m, n), and batches of them, (..., m, n), by LAPACK, in f32 and f64. Throws
// ShapeError unless there are two axes or more, and as many rows as columns where that is needed; DtypeError unless
// floating; LinalgError for matrices that the operation cannot take.

#include <xgrad/record.hpp>

namespace xgrad {

/// The sum of the diagonal of a matrix (m, n).
Tensor trace(const Input& x);

/// log det A; NaN where the determinant is negative, -infinity where it is 0.
Tensor logdet(const Input& a);

/// The matrix exponential sum A^k / k!.
Tensor matrix_exp(const Input& a);

struct CholeskySolveOptions {
    bool upper = false;  ///< the triangle is U of U^T U
};

/// X of A X = B with A = L L^T, from B and L: (..., n, k), (..., n, n) -> (..., n, k). Reads one triangle of L.
Tensor cholesky_solve(const Input& b, const Input& l, CholeskySolveOptions options = {});

struct TriangularSolveOptions {
    bool upper = true;
    bool transpose = false;  ///< solve A^T X = B
    bool unitriangular = false;
};
struct TriangularSolution {
    Tensor solution, cloned_coefficient;
};

/// PyTorch's older form of linalg::solve_triangular: X of A X = B, and A itself.
TriangularSolution triangular_solve(const Input& b, const Input& a, TriangularSolveOptions options = {});

namespace linalg {

/// The inverse. Throws LinalgError for a singular matrix.
Tensor inv(const Input& a);

/// X of A X = B: (..., n, n), (..., n, k) -> (..., n, k); batches broadcast. B is a vector or a batch of them when it
/// has one axis, or the shape of A without its last axis; from the right, X A = B, B is (..., k, n) and no vector. Throws
/// LinalgError for a singular matrix.
struct SolveOptions {
    bool left = true;  ///< A X = B; false: X A = B
};
Tensor solve(const Input& a, const Input& b, SolveOptions options = {});

struct SolveTriangularOptions {
    bool left = true;            ///< A X = B; false: X A = B
    bool unitriangular = false;  ///< the diagonal counts as 1, whatever stands there
};

/// The same with a triangular A, of which the other triangle is not read and gets no gradient. Batches broadcast. A zero
/// on the diagonal gives infinities and NaN, as in PyTorch.
Tensor solve_triangular(const Input& a, const Input& b, bool upper, SolveTriangularOptions options = {});

/// The determinant; 1 for (0, 0). Where it comes out as exactly 0 its gradient is 0, as in PyTorch, though that of the
/// polynomial would be the cofactors.
Tensor det(const Input& a);

/// Sign (-1, 0 or 1, without derivative) and logarithm of the absolute value of the determinant; 0 and -infinity for a
/// singular matrix, whose gradient throws LinalgError.
struct SignAndLogdet {
    Tensor sign, logabsdet;
};
SignAndLogdet slogdet(const Input& a);

struct CholeskyOptions {
    bool upper = false;  ///< U of A = U^T U in place of L of A = L L^T
};

/// The Cholesky factor of a symmetric positive definite matrix, of which the lower triangle is read (upper: the upper
/// one). The differential is taken among symmetric matrices: the gradient is symmetric. Throws LinalgError for a matrix
/// that is not positive definite.
Tensor cholesky(const Input& a, CholeskyOptions options = {});

/// Which triangle of a symmetric matrix is read.
enum class Uplo : char { lower = 'L', upper = 'U' };

/// Eigenvalues of a symmetric matrix in ascending order, (..., n), and, as columns, its eigenvectors, (..., n, n). The
/// gradient is symmetric. Signs of eigenvectors, and rotations among those of equal eigenvalues, are arbitrary: a loss
/// that depends on them has no gradient, and such a part of it is left out.
struct Eigen {
    Tensor eigenvalues, eigenvectors;
};
Eigen eigh(const Input& a, Uplo uplo = Uplo::lower);
Tensor eigvalsh(const Input& a, Uplo uplo = Uplo::lower);

/// A = U diag(S) Vh: U (..., m, k), S (..., k) in descending order, Vh (..., k, n), k = min(m, n); with `full_matrices` U
/// (..., m, m) and Vh (..., n, n), of whose additional columns and rows the gradient is left out. Signs, and rotations
/// among vectors of equal singular values, are arbitrary, as those of eigh.
struct Svd {
    Tensor U, S, Vh;
};
Svd svd(const Input& a, bool full_matrices = true);
Tensor svdvals(const Input& a);

/// A = Q R: Q (..., m, k) with orthonormal columns, R (..., k, n) upper triangular, k = min(m, n). Differentiable where
/// the first k columns of A are independent.
struct QR {
    Tensor Q, R;
};
QR qr(const Input& a);

struct PinvOptions {
    double atol = 0;   ///< singular values below max(atol, rtol * the largest) count as 0
    double rtol = -1;  ///< negative: eps * max(m, n), or 0 where atol is given
};

/// The pseudoinverse of Moore and Penrose, (..., m, n) -> (..., n, m). Differentiable where the rank does not change.
Tensor pinv(const Input& a, PinvOptions options = {});

/// The number of singular values above the threshold of PinvOptions; i64, without derivative.
Tensor matrix_rank(const Tensor& a, PinvOptions options = {});

/// Least squares: of all X that minimise |A X - B| the one of least norm, with the rank of A and its singular values.
/// `residuals` holds the squared norms of the columns of A X - B when m > n and all ranks are n, else it is empty (0).
/// Batches broadcast. Singular values below rcond times the largest count as 0; rcond < 0: eps * max(m, n).
struct LeastSquares {
    Tensor solution, residuals, rank, singular_values;
};
LeastSquares lstsq(const Input& a, const Input& b, double rcond = -1);

/// A^n for a whole n; A^0 is the identity. Throws LinalgError for n < 0 and a singular matrix.
Tensor matrix_power(const Input& a, std::int64_t n);

/// The order of a norm: a number, "fro" (root of the sum of squares) or "nuc" (sum of the singular values).
class NormOrder {
public:
    NormOrder(double number) : number_(number) {}
    NormOrder(int number) : number_(number) {}
    NormOrder(const char* name) : name_(name) {}

    double number() const { return number_; }
    const char* name() const { return name_; }  ///< null for a number

private:
    double number_ = 0;
    const char* name_ = nullptr;
};

/// Norms of matrices that lie along two axes: "fro", "nuc", 1 and -1 (largest and smallest sum of a column's absolute
/// values), infinity and -infinity (of a row's), 2 and -2 (largest and smallest singular value). Equal extrema share the
/// gradient evenly. Throws ShapeError for another order and for axes that are equal.
Tensor matrix_norm(const Input& a, NormOrder ord = "fro");
Tensor matrix_norm(const Input& a, NormOrder ord, Sizes axes, bool keepdim = false);

/// vector_norm of all elements; with an order: vector_norm of a 1-D tensor, or along one axis; matrix_norm of a 2-D
/// tensor, or along two axes.
Tensor norm(const Input& a);
Tensor norm(const Input& a, NormOrder ord);
Tensor norm(const Input& a, NormOrder ord, Sizes axes, bool keepdim = false);

}  // namespace linalg
}  // namespace xgrad
