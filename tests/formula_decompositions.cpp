// Functions of matrices that formulas may call: singular values and vectors through the eigenvectors of A A^T, Gram and
// Schmidt's process, cofactors by Laplace's expansion, the derivative of the exponential as a power series.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/formula_matrix.hpp"

namespace xgrad::testing {
namespace {

/// Rows and columns of a matrix without one of each.
Matrix minor_of(Matrix a, std::size_t row, std::size_t column)
{
    a.erase(a.begin() + static_cast<std::ptrdiff_t>(row));
    for (auto& r : a) r.erase(r.begin() + static_cast<std::ptrdiff_t>(column));
    return a;
}

double determinant(const Matrix& a)
{
    if (a.empty()) return 1;
    double det = 0;
    for (std::size_t j = 0; j < a.size(); ++j) det += (j % 2 ? -1 : 1) * a[0][j] * determinant(minor_of(a, 0, j));
    return det;
}

Matrix cofactors(const Matrix& a)
{
    Matrix y = a;
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < a.size(); ++j) y[i][j] = ((i + j) % 2 ? -1 : 1) * determinant(minor_of(a, i, j));
    return y;
}

/// The sum over k of 1 / k! times the sum over i + j = k - 1 of (A^T)^i G (A^T)^j.
Matrix exp_gradient(const Matrix& g, const Matrix& a)
{
    const Matrix at = flipped(a);
    Matrix y = g, term = g, power = at;  // term: the k-th inner sum
    double factorial = 1;
    for (int k = 2; k < 60; ++k) {
        factorial *= k;
        const Matrix left = product(at, term), right = product(g, power);
        for (std::size_t i = 0; i < a.size(); ++i)
            for (std::size_t j = 0; j < a.size(); ++j) y[i][j] += (term[i][j] = left[i][j] + right[i][j]) / factorial;
        power = product(power, at);
    }
    return y;
}

/// Left singular vectors, as many as rows, and below them in one row more the squares of the singular values;
/// descending.
Matrix left_system(const Matrix& a)
{
    Matrix y = eigen(product(a, flipped(a)));
    for (auto& row : y) std::reverse(row.begin(), row.end());
    return y;
}

Matrix left_vectors(const Matrix& like, const Matrix& a)
{
    Matrix u = left_system(a);
    u.pop_back();
    for (auto& row : u) row.resize(like[0].size());
    return u;
}

Matrix singular_values(const Matrix& a)
{
    std::vector<double> squares = left_system(a).back();
    squares.resize(std::min(a.size(), a[0].size()));
    for (double& v : squares) v = std::sqrt(v);
    return {squares};
}

/// The sum of factor(k, w_k) u_k u_k^T, where w_k is the square of a singular value.
Matrix weighted(const Matrix& system, std::size_t count, const std::function<double(std::size_t, double)>& factor)
{
    const std::size_t n = system.size() - 1;
    Matrix y(n, std::vector<double>(n, 0));
    for (std::size_t k = 0; k < count; ++k)
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) y[i][j] += factor(k, system[n][k]) * system[i][k] * system[j][k];
    return y;
}

/// A^T u_k = s_k v_k, so u_k v_k^T = u_k u_k^T A / s_k.
Matrix singular_values_gradient(const Matrix& g, const Matrix& a)
{
    return product(
        weighted(left_system(a), g[0].size(), [&g](std::size_t k, double w) { return g[0][k] / std::sqrt(w); }), a);
}

/// A+ = A^T (A A^T)+.
Matrix pinv(const Matrix& a)
{
    const auto reciprocal = [](std::size_t, double w) { return w > 1e-9 ? 1 / w : 0; };
    return product(flipped(a), weighted(left_system(a), a.size(), reciprocal));
}

/// Left singular vectors are eigenvectors of A A^T; those beside the ones asked for have no adjoint.
Matrix left_vectors_gradient(const Matrix& g, const Matrix& like, const Matrix& a)
{
    Matrix u = left_system(a);
    const std::vector<double> w = u.back();
    u.pop_back();
    for (std::size_t k = 0; k < like[0].size(); ++k) {
        double projection = 0;
        for (std::size_t i = 0; i < a.size(); ++i) projection += u[i][k] * like[i][k];
        for (std::size_t i = 0; i < a.size(); ++i) u[i][k] = projection < 0 ? -u[i][k] : u[i][k];
    }
    Matrix wide = g;
    for (auto& row : wide) row.resize(a.size(), 0);
    Matrix middle = product(flipped(u), wide);
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < a.size(); ++j)
            middle[i][j] *= std::fabs(w[j] - w[i]) < 1e-9 ? 0 : 1 / (w[j] - w[i]);
    Matrix ga = product(u, product(middle, flipped(u)));
    const Matrix back = flipped(ga);
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < a.size(); ++j) ga[i][j] += back[i][j];
    return product(ga, a);
}

Matrix orthonormal(Matrix a)
{
    for (std::size_t k = 0; k < a[0].size(); ++k) {
        for (std::size_t j = 0; j < k; ++j) {
            double projection = 0;
            for (auto& row : a) projection += row[j] * row[k];
            for (auto& row : a) row[k] -= projection * row[j];
        }
        double square = 0;
        for (auto& row : a) square += row[k] * row[k];
        for (auto& row : a) row[k] /= std::sqrt(square);
    }
    return a;
}

Matrix triangular(const Matrix& like, const Matrix& a)
{
    Matrix r = product(flipped(orthonormal(a)), a);
    for (std::size_t i = 0; i < r.size(); ++i)
        for (std::size_t j = 0; j < r[0].size(); ++j) r[i][j] = j < i ? 0 : like[i][i] < 0 ? -r[i][j] : r[i][j];
    return r;
}

Array without_row_axis(Array x)
{
    x.sizes.erase(x.sizes.end() - 2);
    return x;
}

Array all_left_vectors_gradient(const Arguments& x)
{
    std::vector<Matrix> like;
    (void)each_matrix(x[2], [&like](const Matrix& a) { return like.push_back(a), a; });
    std::size_t next = 0;
    return each_pair(x[0], x[1],
                     [&](const Matrix& g, const Matrix& a) { return left_vectors_gradient(g, like.at(next++), a); });
}

}  // namespace

void add_decomposition_functions(Functions& f)
{
    f["det/1"] = [](const Arguments& x) {
        Array y = each_matrix(x[0], [](const Matrix& a) { return Matrix{{determinant(a)}}; });
        y.sizes.resize(y.sizes.size() - 2);
        return y;
    };
    f["cofactors/1"] = [](const Arguments& x) { return each_matrix(x[0], cofactors); };
    f["exp_of_matrix_gradient/2"] = [](const Arguments& x) { return each_pair(x[0], x[1], exp_gradient); };
    f["singular_values/1"] = [](const Arguments& x) { return without_row_axis(each_matrix(x[0], singular_values)); };
    f["singular_values_gradient/2"] = [](const Arguments& x) {
        Array rows = x[0];
        rows.sizes.insert(rows.sizes.end() - 1, 1);
        return each_pair(rows, x[1], singular_values_gradient);
    };
    f["left_vectors/2"] = [](const Arguments& x) { return with_signs_of(each_pair(x[1], x[0], left_vectors), x[1]); };
    f["left_vectors_gradient/3"] = all_left_vectors_gradient;
    f["pinv/1"] = [](const Arguments& x) { return each_matrix(x[0], pinv); };
    f["orthonormal/2"] = [](const Arguments& x) { return with_signs_of(each_matrix(x[0], orthonormal), x[1]); };
    f["triangular/2"] = [](const Arguments& x) { return each_pair(x[1], x[0], triangular); };
}

}  // namespace xgrad::testing
