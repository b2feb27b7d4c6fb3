#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matmul.hpp>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/linalg_check.hpp"
#include "autograd/ops/sources.hpp"
#include "autograd/ops/spectral_gaps.hpp"

namespace xgrad {
namespace detail {

Tensor gaps(const Tensor& v)
{
    const Tensor gap = unsqueeze(v, -2) - unsqueeze(v, -1), none = eq(gap, 0);
    return where(none, 0, 1 / where(none, 1, gap));
}

}  // namespace detail

namespace linalg {
namespace {

/// Eigenvalues and, if asked for, eigenvectors as columns; nothing recorded.
template <class T>
Eigen run_eigh(const Tensor& a, Uplo uplo, bool vectors)
{
    const Tensor rows = detail::contiguous_copy(a), w = detail::empty(a.dtype(), detail::front_sizes(a, 1));
    const std::int64_t n = a.size(-1);
    T *const matrices = detail::mutable_data<T>(rows), *const values = detail::mutable_data<T>(w);
    const std::int64_t failed =
        detail::first_failure(detail::front_numel(a, 2), 10 * detail::cube(n), [&](std::int64_t i) {
            return kernels::eigh<T>(n, uplo == Uplo::upper, vectors, matrices + i * n * n, values + i * n);
        });
    if (failed >= 0)
        detail::throw_linalg("linalg.eigh", a, failed, "has no eigenvalues that LAPACK finds",
                             "a symmetric matrix of finite numbers", "check it for NaN and infinities");
    return {w, vectors ? detail::transposed_view(rows) : Tensor()};
}

Eigen run_eigh(const Tensor& a, Uplo uplo, bool vectors)
{
    return a.dtype() == f64 ? run_eigh<double>(a, uplo, vectors) : run_eigh<float>(a, uplo, vectors);
}

}  // namespace

const Op kEigenvalues{.name = "linalg.eigenvalues",
                      .formula = "eigenvalues(x)",
                      .shapes = "x: (..., n, n) -> y: (..., n)",
                      .derivatives = {"eigenvectors(x, x) @ put_diagonal(gy, x) @ eigenvectors(x, x)^T"},
                      .where = "x is symmetric: x = V diag(y) V^T; the gradient is taken among symmetric matrices",
                      .source = detail::kGiles2008};

const Op kEigenvectors{.name = "linalg.eigenvectors",
                       .formula = "eigenvectors(x, y)",
                       .shapes = "x: (..., n, n) -> y: (..., n, n)",
                       .derivatives = {"symmetric(y @ (gaps(eigenvalues(x)) * (y^T @ gy)) @ y^T)"},
                       .where = "x = y diag(w) y^T; gaps(w)[i, j] = 1 / (w[j] - w[i]), 0 where they are equal",
                       .source = detail::kGiles2008};

Eigen eigh(const Input& a, Uplo uplo)
{
    detail::check_square("linalg.eigh", *a);
    if (detail::is_batched(*a))
        return detail::pair_of_all<Eigen>(a, [uplo](const Input& all) { return eigh(all, uplo); });
    auto [w, v] = run_eigh(*a, uplo, true);
    record(kEigenvalues, {a}, w,
           [v = v](const Tensor& gw, Adjoints& gx) { gx.add(0, matmul(v * unsqueeze(gw, -2), transpose(v))); });
    record(kEigenvectors, {a}, v, [w = w, v = v](const Tensor& gv, Adjoints& gx) {
        const Tensor vt = transpose(v), inner = detail::gaps(w) * matmul(vt, gv);
        gx.add(0, matmul(v, matmul(0.5 * (inner + transpose(inner)), vt)));
    });
    return {w, v};
}

Tensor eigvalsh(const Input& a, Uplo uplo)
{
    if (detail::is_batched(*a)) return detail::of_all(a, [uplo](const Input& all) { return eigvalsh(all, uplo); });
    if (detail::is_tracked(*a)) return eigh(a, uplo).eigenvalues;
    detail::check_square("linalg.eigvalsh", *a);
    return run_eigh(*a, uplo, false).eigenvalues;
}

}  // namespace linalg
}  // namespace xgrad
