// Functions of matrices that formulas may call, by their definitions or the plainest method there is: Gauss and Jordan's
// elimination, Jacobi's rotations, a power series. Leading axes are batches.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "tests/formula_matrix.hpp"

namespace xgrad::testing {

Array each_matrix(const Array& x, const std::function<Matrix(const Matrix&)>& f)
{
    if (x.axes() < 2) throw std::invalid_argument("no matrix");
    const auto rows = static_cast<std::size_t>(x.sizes[x.sizes.size() - 2]);
    const auto columns = static_cast<std::size_t>(x.sizes.back());
    Array y;
    y.sizes = x.sizes;
    auto from = x.values.begin();
    for (std::size_t count = x.values.size() / (rows * columns); count-- > 0;) {
        Matrix a(rows, std::vector<double>(columns));
        for (auto& row : a)
            for (double& v : row) v = *from++;
        const Matrix out = f(a);
        y.sizes[y.sizes.size() - 2] = static_cast<std::int64_t>(out.size());
        y.sizes.back() = static_cast<std::int64_t>(out.at(0).size());
        for (const auto& row : out) y.values.insert(y.values.end(), row.begin(), row.end());
    }
    return y;
}

Array each_pair(const Array& g, const Array& x, const std::function<Matrix(const Matrix&, const Matrix&)>& f)
{
    std::vector<Matrix> matrices;
    (void)each_matrix(g, [&matrices](const Matrix& a) { return matrices.push_back(a), a; });
    std::size_t next = 0;
    return each_matrix(x, [&](const Matrix& a) { return f(matrices.at(next++), a); });
}

Matrix flipped(const Matrix& a)
{
    Matrix y(a[0].size(), std::vector<double>(a.size()));
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < a[0].size(); ++j) y[j][i] = a[i][j];
    return y;
}

Matrix product(const Matrix& a, const Matrix& b)
{
    Matrix y(a.size(), std::vector<double>(b[0].size(), 0));
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < y[i].size(); ++j)
            for (std::size_t k = 0; k < b.size(); ++k) y[i][j] += a[i][k] * b[k][j];
    return y;
}

Matrix unit(std::size_t n)
{
    Matrix y(n, std::vector<double>(n, 0));
    for (std::size_t i = 0; i < n; ++i) y[i][i] = 1;
    return y;
}

namespace {

Matrix inverse_of(Matrix a)
{
    const std::size_t n = a.size();
    Matrix y = unit(n);
    for (std::size_t k = 0; k < n; ++k) {
        std::size_t pivot = k;
        for (std::size_t i = k; i < n; ++i)
            if (std::fabs(a[i][k]) > std::fabs(a[pivot][k])) pivot = i;
        std::swap(a[k], a[pivot]), std::swap(y[k], y[pivot]);
        const double p = a[k][k];
        for (std::size_t j = 0; j < n; ++j) a[k][j] /= p, y[k][j] /= p;
        for (std::size_t i = 0; i < n; ++i) {
            const double factor = a[i][k];
            if (i == k) continue;
            for (std::size_t j = 0; j < n; ++j) a[i][j] -= factor * a[k][j], y[i][j] -= factor * y[k][j];
        }
    }
    return y;
}

Matrix cholesky(const Matrix& a)
{
    Matrix l(a.size(), std::vector<double>(a.size(), 0));
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            double rest = a[i][j];
            for (std::size_t k = 0; k < j; ++k) rest -= l[i][k] * l[j][k];
            l[i][j] = i == j ? std::sqrt(rest) : rest / l[j][j];
        }
    return l;
}

}  // namespace

Matrix eigen(Matrix a)
{
    const std::size_t n = a.size();
    Matrix v = unit(n);
    for (int sweep = 0; sweep < 60; ++sweep)
        for (std::size_t p = 0; p < n; ++p)
            for (std::size_t q = p + 1; q < n; ++q) {
                const double angle = 0.5 * std::atan2(2 * a[p][q], a[q][q] - a[p][p]);
                Matrix turn = unit(n);
                turn[p][p] = turn[q][q] = std::cos(angle);
                turn[p][q] = std::sin(angle);
                turn[q][p] = -turn[p][q];
                Matrix back = turn;
                std::swap(back[p][q], back[q][p]);
                a = product(back, product(a, turn));
                v = product(v, turn);
            }
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return a[i][i] < a[j][j]; });
    Matrix y(n + 1, std::vector<double>(n));
    for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t i = 0; i < n; ++i) y[i][j] = v[i][order[j]];
        y[n][j] = a[order[j]][order[j]];
    }
    return y;
}

namespace {

Matrix exp_of(Matrix a)
{
    constexpr int kHalvings = 6;
    for (auto& row : a)
        for (double& v : row) v = std::ldexp(v, -kHalvings);
    Matrix y = unit(a.size()), term = y;
    for (int k = 1; k < 30; ++k) {
        term = product(term, a);
        for (std::size_t i = 0; i < a.size(); ++i)
            for (std::size_t j = 0; j < a.size(); ++j) y[i][j] += term[i][j] /= k;
    }
    for (int k = 0; k < kHalvings; ++k) y = product(y, y);
    return y;
}

}  // namespace

Array with_signs_of(Array x, const Array& like)
{
    Array sign(Index(x.sizes), 0);
    for_each_index(x.sizes, [&](Index i) {
        const double projection = x.at(i) * like.at(i);
        for (i[i.size() - 2] = 0; i[i.size() - 2] < x.sizes[x.sizes.size() - 2]; ++i[i.size() - 2])
            sign.at(i) += projection;
    });
    for_each_index(x.sizes, [&](const Index& i) { x.at(i) = sign.at(i) < 0 ? -x.at(i) : x.at(i); });
    return x;
}

Array where_places(Array x, const std::function<bool(std::int64_t, std::int64_t)>& keep)
{
    for_each_index(x.sizes, [&](const Index& i) {
        if (!keep(i[i.size() - 2], i.back())) x.at(i) = 0;
    });
    return x;
}

namespace {

Array put_diagonal(Array d, const Array& like)
{
    Array y(like.sizes, 0);
    for_each_index(y.sizes, [&](Index i) {
        double& out = y.at(i);
        if (i[i.size() - 2] != i.back()) return;
        i.pop_back();
        out = d.at(i);
    });
    return y;
}

Array cross(const Array& a, const Array& b, const Array& axis_number)
{
    Array y = elementwise({a, b}, [](const auto&) { return 0.0; });
    const double given = axis_number.values.at(0);
    const auto axis = static_cast<std::size_t>(given < 0 ? given + static_cast<double>(y.axes()) : given);
    for_each_index(y.sizes, [&](const Index& i) {
        Index next = i, after = i;
        next[axis] = (i[axis] + 1) % 3, after[axis] = (i[axis] + 2) % 3;
        y.at(i) = a.at(next) * b.at(after) - a.at(after) * b.at(next);
    });
    return y;
}

Array gaps(const Array& v)
{
    Array y;
    y.sizes = v.sizes;
    y.sizes.push_back(v.sizes.back());
    y = Array(y.sizes, 0);
    for_each_index(y.sizes, [&](const Index& i) {
        Index row(i.begin(), i.end() - 1), column = row;
        column.back() = i.back();
        const double gap = v.at(column) - v.at(row);
        y.at(i) = gap == 0 ? 0 : 1 / gap;
    });
    return y;
}

void add_triangle_functions(Functions& f)
{
    f["triangle/3"] = [](const Arguments& x) {
        const bool upper = x[1].at({}) != 0, unit_diagonal = x[2].at({}) != 0;
        Array y = where_places(x[0], [=](auto i, auto j) { return upper ? i <= j : i >= j; });
        for_each_index(y.sizes, [&](const Index& i) {
            if (unit_diagonal && i[i.size() - 2] == i.back()) y.at(i) = 1;
        });
        return y;
    };
    f["triangle_part/3"] = [](const Arguments& x) {
        const bool upper = x[1].at({}) != 0, strict = x[2].at({}) != 0;
        return where_places(x[0], [=](auto i, auto j) { return (i == j && !strict) || (upper ? i < j : i > j); });
    };
    f["as_matrices/1"] = [](const Arguments& x) {
        Array y = x[0];
        y.sizes.insert(y.sizes.end(), 2, 1);
        return y;
    };
}

}  // namespace

void add_matrix_functions(Functions& f)
{
    f["put_diagonal/2"] = [](const Arguments& x) { return put_diagonal(x[0], x[1]); };
    f["lower/1"] = [](const Arguments& x) { return where_places(x[0], std::greater_equal<>()); };
    f["upper/1"] = [](const Arguments& x) { return where_places(x[0], std::less_equal<>()); };
    f["strict_lower/1"] = [](const Arguments& x) { return where_places(x[0], std::greater<>()); };
    f["strict_upper/1"] = [](const Arguments& x) { return where_places(x[0], std::less<>()); };
    f["symmetric/1"] = [](const Arguments& x) {
        return elementwise({x[0], transposed(x[0])}, [](const auto& v) { return (v[0] + v[1]) / 2; });
    };
    f["identity/1"] = [](const Arguments& x) {
        return each_matrix(x[0], [](const Matrix& a) { return unit(a[0].size()); });
    };
    f["cross/3"] = [](const Arguments& x) { return cross(x[0], x[1], x[2]); };
    f["inv/1"] = [](const Arguments& x) { return each_matrix(x[0], inverse_of); };
    f["cholesky/1"] = [](const Arguments& x) { return each_matrix(x[0], cholesky); };
    f["exp_of_matrix/1"] = [](const Arguments& x) { return each_matrix(x[0], exp_of); };
    f["eigenvalues/1"] = [](const Arguments& x) {
        Array w = each_matrix(x[0], [](const Matrix& a) { return Matrix{eigen(a).back()}; });
        w.sizes.erase(w.sizes.end() - 2);
        return w;
    };
    f["eigenvectors/2"] = [](const Arguments& x) {
        const auto vectors = [](const Matrix& a) {
            Matrix v = eigen(a);
            v.pop_back();
            return v;
        };
        return with_signs_of(each_matrix(x[0], vectors), x[1]);
    };
    add_triangle_functions(f);
    add_decomposition_functions(f);
    f["gaps/1"] = [](const Arguments& x) { return gaps(x[0]); };
}

}  // namespace xgrad::testing
