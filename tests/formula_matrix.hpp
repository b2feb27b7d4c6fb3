#pragma once

// What the functions of matrices in formulas share: tests/formula_matrices.cpp, tests/formula_decompositions.cpp.

#include "tests/formula_array.hpp"

namespace xgrad::testing {

using Matrix = std::vector<std::vector<double>>;

/// Calls f(matrix) for each matrix of x; all results have one shape.
Array each_matrix(const Array& x, const std::function<Matrix(const Matrix&)>& f);

/// f(matrix of g, matrix of x).
Array each_pair(const Array& g, const Array& x, const std::function<Matrix(const Matrix&, const Matrix&)>& f);

Matrix product(const Matrix& a, const Matrix& b);
Matrix flipped(const Matrix& a);  ///< the transpose
Matrix unit(std::size_t n);

/// Eigenvectors of a symmetric matrix as columns, and below them, in one row more, the eigenvalues, ascending.
Matrix eigen(Matrix a);

/// Columns of x, turned around where they point away from those of like.
Array with_signs_of(Array x, const Array& like);

/// x where keep(row, column), else 0.
Array where_places(Array x, const std::function<bool(std::int64_t, std::int64_t)>& keep);

/// Singular vectors and values, QR, derivatives of determinant and exponential.
void add_decomposition_functions(Functions& functions);

}  // namespace xgrad::testing
