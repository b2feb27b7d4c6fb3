#include <xgrad/ops/diagonal.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matmul.hpp>

#include <vector>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/linalg_check.hpp"
#include "autograd/ops/sources.hpp"

namespace xgrad {

using detail::Dims;
using detail::error_text;

namespace {

constexpr const char* kPositivePivots = "a matrix whose determinant is 0 has no inverse, and a system no one solution";
constexpr const char* kUsePinv = "use linalg::pinv or linalg::lstsq, or add a small multiple of the identity";

/// The inverse of each matrix, nothing recorded.
template <class T>
Tensor run_inv(const Tensor& a)
{
    const Tensor y = detail::contiguous_copy(a);
    const std::int64_t n = a.size(-1);
    T* const all = detail::mutable_data<T>(y);
    const std::int64_t failed = detail::first_failure(detail::front_numel(a, 2), detail::cube(n), [&](std::int64_t i) {
        std::vector<int> pivots(static_cast<std::size_t>(n));
        T* const matrix = all + i * n * n;
        const int info = kernels::lu_factor<T>(n, matrix, pivots.data());
        return info != 0 ? info : kernels::lu_invert<T>(n, matrix, pivots.data());
    });
    if (failed >= 0) detail::throw_linalg("linalg.inv", a, failed, "is singular", kPositivePivots, kUsePinv);
    return y;
}

/// X of A X = B for batches of one shape, nothing recorded; columns lie behind each other in memory.
template <class T>
Tensor run_solve(const Tensor& a, const Tensor& b)
{
    const Tensor lu = detail::contiguous_copy(a), y = detail::contiguous_copy(detail::transposed_view(b));
    const std::int64_t n = a.size(-1), columns = b.size(-1);
    T *const matrices = detail::mutable_data<T>(lu), *const out = detail::mutable_data<T>(y);
    const std::int64_t failed = detail::first_failure(detail::front_numel(b, 2), detail::cube(n), [&](std::int64_t i) {
        std::vector<int> pivots(static_cast<std::size_t>(n));
        const int info = kernels::lu_factor<T>(n, matrices + i * n * n, pivots.data());
        if (info == 0) kernels::lu_solve<T>(n, columns, matrices + i * n * n, pivots.data(), out + i * n * columns);
        return info;
    });
    if (failed >= 0) detail::throw_linalg("linalg.solve", a, failed, "is singular", kPositivePivots, kUsePinv);
    return detail::transposed_view(y);
}

template <class T>
Tensor run_solve_triangular(const Tensor& a, const Tensor& b, kernels::TriangularSystem system)
{
    const Tensor matrices = detail::contiguous_data(a), y = detail::contiguous_copy(b);
    const std::int64_t n = a.size(-1), rows = b.size(-2), columns = b.size(-1);
    T* const out = detail::mutable_data<T>(y);
    const T* const from = matrices.data<T>();
    (void)detail::first_failure(detail::front_numel(b, 2), detail::cube(n), [&](std::int64_t i) {
        kernels::solve_triangular<T>(system, rows, columns, from + i * n * n, out + i * rows * columns);
        return 0;
    });
    return y;
}

/// Calls f of the element type of x.
template <class F>
Tensor typed(const Tensor& x, F&& f)
{
    return x.dtype() == f64 ? f(double()) : f(float());
}

/// Both of a system, of one dtype, seen with the batch to which they broadcast.
struct System {
    System(const char* operation, const Tensor& a_given, const Tensor& b_given)
    {
        const Dims batch =
            detail::broadcast_sizes(operation, detail::front_sizes(a_given, 2), detail::front_sizes(b_given, 2));
        a = detail::broadcast_view(operation, a_given, detail::with_sizes(batch, {a_given.size(-2), a_given.size(-1)}));
        b = detail::broadcast_view(operation, b_given, detail::with_sizes(batch, {b_given.size(-2), b_given.size(-1)}));
    }
    Tensor a, b;
};

void check_system(const char* operation, const Tensor& a, const Tensor& b, bool left)
{
    detail::check_square(operation, a);
    if (b.ndim() < 2 || b.size(left ? -2 : -1) != a.size(-1))
        throw ShapeError(error_text(operation,
                                    "shapes " + to_string(a.sizes()) + " and " + to_string(b.sizes()) + " do not fit",
                                    left ? "A: (..., n, n) and B: (..., n, k)" : "A: (..., n, n) and B: (..., k, n)",
                                    "transpose B, or unsqueeze a vector to a matrix"));
    if (a.dtype() != b.dtype())
        throw DtypeError(error_text(operation, "A " + describe(a) + " and B " + describe(b),
                                    "both are of one floating dtype", "convert one of them with to(x, dtype)"));
}

}  // namespace

namespace linalg {

const Op kInv{.name = "linalg.inv",
              .formula = "inv(x)",
              .shapes = "x: (..., n, n) -> y: (..., n, n)",
              .derivatives = {"-y^T @ gy @ y^T"},
              .source = detail::kGiles2008};

Tensor inv(const Input& a)
{
    detail::check_square("linalg.inv", *a);
    if (detail::is_batched(*a)) return detail::of_all(a, inv);
    const Tensor y = typed(*a, [&](auto zero) { return run_inv<decltype(zero)>(*a); });
    return record(kInv, {a}, y, [y](const Tensor& gy, Adjoints& gx) {
        const Tensor yt = transpose(y);
        gx.add(0, -matmul(yt, matmul(gy, yt)));
    });
}

const Op kSolve{.name = "linalg.solve",
                .formula = "inv(a) @ b",
                .shapes = "a: (..., n, n), b: (..., n, k) -> y: (..., n, k); batches broadcast",
                .derivatives = {"-inv(a)^T @ gy @ y^T", "inv(a)^T @ gy"},
                .source = detail::kGiles2008};

Tensor solve(const Input& a, const Input& b, SolveOptions options)
{
    detail::check_square("linalg.solve", *a);
    if (!options.left) {  // A^T X^T = B^T
        check_system("linalg.solve", *a, *b, false);
        return transpose(solve(transpose(a), transpose(b)));
    }
    const bool is_vector =
        b->ndim() == 1 || (b->ndim() + 1 == a->ndim() && b->sizes() == Sizes(detail::front_sizes(*a, 1)));
    if (is_vector) return squeeze(solve(a, unsqueeze(b, -1)), -1);
    check_system("linalg.solve", *a, *b, true);
    if (detail::is_batched(*a, *b)) {
        const detail::Batch batch({&*a, &*b});
        const std::size_t ndim = std::max(a->ndim(), b->ndim());  // as many axes: B is not taken for vectors
        return batch.result(solve(batch.expanded(*a, ndim), batch.expanded(*b, ndim)));
    }
    const System system("linalg.solve", *a, *b);
    const Tensor x = typed(*a, [&](auto zero) { return run_solve<decltype(zero)>(system.a, system.b); });
    return record(kSolve, {a, b}, x, [a = *a, x](const Tensor& gy, Adjoints& gx) {
        const Tensor gb = solve(transpose(a), gy);
        if (gx.wants(0)) gx.add(0, -matmul(gb, transpose(x)));
        if (gx.wants(1)) gx.add(1, gb);
    });
}

const Op kSolveTriangular{.name = "linalg.solve_triangular",
                          .formula = "inv(triangle(a, upper, unit)) @ b",
                          .shapes = "a: (..., n, n), b: (..., n, k) or (..., k, n) -> y: that of b; batches broadcast",
                          .derivatives = {"-triangle_part(inv(triangle(a, upper, unit))^T @ gy @ y^T, upper, unit)",
                                          "inv(triangle(a, upper, unit))^T @ gy"},
                          .where = "the formulas are those of a y = b; from the right, y a = b, they are turned around",
                          .source = detail::kGiles2008};

Tensor solve_triangular(const Input& a, const Input& b, bool upper, SolveTriangularOptions options)
{
    check_system("linalg.solve_triangular", *a, *b, options.left);
    if (detail::is_batched(*a, *b)) {
        const detail::Batch batch({&*a, &*b});
        const std::size_t ndim = std::max(a->ndim(), b->ndim());
        return batch.result(solve_triangular(batch.aligned(*a, ndim), batch.aligned(*b, ndim), upper, options));
    }
    const System system("linalg.solve_triangular", *a, *b);
    const kernels::TriangularSystem kind{upper, options.left, options.unitriangular};
    const Tensor x =
        typed(*a, [&](auto zero) { return run_solve_triangular<decltype(zero)>(system.a, system.b, kind); });
    return record(kSolveTriangular, {a, b}, x, [a = *a, x, upper, options](const Tensor& gy, Adjoints& gx) {
        const Tensor gb = solve_triangular(transpose(a), gy, !upper, options);
        if (gx.wants(1)) gx.add(1, gb);
        if (!gx.wants(0)) return;
        const Tensor ga = options.left ? matmul(gb, transpose(x)) : matmul(transpose(x), gb);
        const std::int64_t inside = options.unitriangular ? 1 : 0;
        gx.add(0, -(upper ? triu(ga, inside) : tril(ga, -inside)));
    });
}

namespace {

template <class T>
Tensor run_cholesky(const Tensor& a)
{
    const Tensor y = detail::contiguous_copy(a);
    const std::int64_t n = a.size(-1);
    T* const all = detail::mutable_data<T>(y);
    const std::int64_t failed = detail::first_failure(detail::front_numel(a, 2), detail::cube(n), [&](std::int64_t i) {
        return kernels::cholesky<T>(n, all + i * n * n);
    });
    if (failed >= 0)
        detail::throw_linalg("linalg.cholesky", a, failed, "is not positive definite",
                             "a symmetric matrix whose eigenvalues are all positive",
                             "check that it is symmetric, or add a small multiple of the identity");
    return y;
}

}  // namespace

const Op kCholesky{.name = "linalg.cholesky",
                   .formula = "cholesky(x)",
                   .shapes = "x: (..., n, n) -> y: (..., n, n), lower triangular",
                   .derivatives = {"inv(y)^T @ (lower(y^T @ gy) + strict_lower(y^T @ gy)^T) @ inv(y) / 2"},
                   .where = "x is symmetric, its lower triangle is read; the gradient is symmetric",
                   .source = "Murray, Differentiation of the Cholesky decomposition (2016)"};

Tensor cholesky(const Input& a, CholeskyOptions options)
{
    detail::check_square("linalg.cholesky", *a);
    if (detail::is_batched(*a))
        return detail::of_all(a, [options](const Input& all) { return cholesky(all, options); });
    if (options.upper) return transpose(cholesky(transpose(a)));
    const Tensor l = typed(*a, [&](auto zero) { return run_cholesky<decltype(zero)>(*a); });
    return record(kCholesky, {a}, l, [l](const Tensor& gl, Adjoints& gx) {
        const Tensor m = tril(matmul(transpose(l), gl));
        const Tensor s = m + transpose(tril(m, -1));
        const Tensor right = solve_triangular(l, s, false, {.left = false});
        gx.add(0, solve_triangular(transpose(l), right, true) * 0.5);
    });
}

}  // namespace linalg

Tensor cholesky_solve(const Input& b, const Input& l, CholeskySolveOptions options)
{
    check_system("cholesky_solve", *l, *b, true);
    if (options.upper) return linalg::solve_triangular(l, linalg::solve_triangular(transpose(l), b, false), true);
    return linalg::solve_triangular(transpose(l), linalg::solve_triangular(l, b, false), true);
}

TriangularSolution triangular_solve(const Input& b, const Input& a, TriangularSolveOptions options)
{
    check_system("triangular_solve", *a, *b, true);
    const linalg::SolveTriangularOptions kind{.unitriangular = options.unitriangular};
    if (options.transpose) return {linalg::solve_triangular(transpose(a), b, !options.upper, kind), *a};
    return {linalg::solve_triangular(a, b, options.upper, kind), *a};
}

}  // namespace xgrad
