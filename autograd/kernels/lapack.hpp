// Factorisations of dense matrices by LAPACK. Matrices are row-major and contiguous; LAPACK, which reads columns first,
// sees them transposed, and every function here is written for that, so that nothing is copied. T is float or double.
//
// Functions return LAPACK's info: 0 when all went well, i > 0 when step i (counted from 1) failed.
//
// OpenBLAS keeps threads of its own. OneBlasThread keeps them out while ours work.
#pragma once

#include <cstdint>

namespace xgrad::kernels {

/// While one lives, an OpenBLAS computes each call on the calling thread alone; then it gets its setting back.
class OneBlasThread {
public:
    OneBlasThread();
    ~OneBlasThread();
    OneBlasThread(const OneBlasThread&) = delete;
    OneBlasThread& operator=(const OneBlasThread&) = delete;
};

/// The largest number of rows or columns that LAPACK counts.
constexpr std::int64_t kMaxLapackSize = 0x7fffffff;

/// a, (n, n), becomes the factors of its transpose: a^T = P L U, with n pivots. info i: U[i, i] is 0.
template <class T>
int lu_factor(std::int64_t n, T* a, int* pivots);

/// b, (columns, n), each row a right-hand side, becomes the solutions of A x = b, from the factors of A^T.
template <class T>
void lu_solve(std::int64_t n, std::int64_t columns, const T* lu, const int* pivots, T* b);

/// The factors of a matrix become its inverse.
template <class T>
int lu_invert(std::int64_t n, T* lu, const int* pivots);

/// The lower triangle of a, (n, n), becomes that of L with a = L L^T; zeros above. info i: the leading minor of order i is
/// not positive.
template <class T>
int cholesky(std::int64_t n, T* a);

/// X of A X = B (left), or of X A = B, in place of b, (rows, columns). A is triangular; a zero on its diagonal gives
/// infinities.
struct TriangularSystem {
    bool upper, left, unit_diagonal;
};
template <class T>
void solve_triangular(TriangularSystem system, std::int64_t rows, std::int64_t columns, const T* a, T* b);

/// Eigenvalues w, ascending, of the symmetric matrix whose one triangle stands in a, (n, n). With `vectors` row i of a
/// becomes the eigenvector of w[i], else a is destroyed.
template <class T>
int eigh(std::int64_t n, bool upper, bool vectors, T* a, T* w);

/// a = u diag(s) vh; a, (m, n), is destroyed. With k = min(m, n): s: (k), u: (m, k), vh: (k, n); `full`: u: (m, m), vh:
/// (n, n). With u null s alone.
template <class T>
int svd(std::int64_t m, std::int64_t n, bool full, T* a, T* s, T* u, T* vh);

/// at, (n, m), the transpose of A, of which Q R is to be found, becomes the transpose of Q: (k, m), k = min(m, n). r, (k,
/// n), becomes R, zeros below its diagonal.
template <class T>
int qr(std::int64_t m, std::int64_t n, T* at, T* r);

}  // namespace xgrad::kernels
