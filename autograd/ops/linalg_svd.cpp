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

#include "autograd/ops/batch.hpp"
#include "autograd/ops/linalg_check.hpp"
#include "autograd/ops/sources.hpp"
#include "autograd/ops/spectral_gaps.hpp"

namespace xgrad::linalg {
namespace {

using detail::Dims;

/// Nothing recorded; without `vectors` only S.
template <class T>
Svd run_svd(const Tensor& a, bool full, bool vectors)
{
    const std::int64_t m = a.size(-2), n = a.size(-1), k = std::min(m, n), count = detail::front_numel(a, 2);
    const std::int64_t left = full ? m : k, right = full ? n : k;
    const Dims front = detail::front_sizes(a, 2);
    const Tensor copy = detail::contiguous_copy(a);
    Svd y{{}, detail::empty(a.dtype(), detail::with_sizes(front, {k})), {}};
    T *const matrices = detail::mutable_data<T>(copy), *const s = detail::mutable_data<T>(y.S);
    T *u = nullptr, *vh = nullptr;
    if (vectors) {
        y.U = detail::empty(a.dtype(), detail::with_sizes(front, {m, left}));
        y.Vh = detail::empty(a.dtype(), detail::with_sizes(front, {right, n}));
        u = detail::mutable_data<T>(y.U), vh = detail::mutable_data<T>(y.Vh);
    }
    if (k == 0 && vectors && full)  // nothing to factor: any orthonormal matrices
        return {detail::contiguous_copy(expand(eye(m, a.dtype()), y.U.sizes())), y.S,
                detail::contiguous_copy(expand(eye(n, a.dtype()), y.Vh.sizes()))};
    if (k == 0) return y;
    const std::int64_t failed = detail::first_failure(count, 10 * detail::cube(std::max(m, n)), [&](std::int64_t i) {
        return kernels::svd<T>(m, n, full, matrices + i * m * n, s + i * k, vectors ? u + i * m * left : nullptr,
                               vectors ? vh + i * right * n : nullptr);
    });
    if (failed >= 0)
        detail::throw_linalg("linalg.svd", a, failed, "has no singular values that LAPACK finds",
                             "a matrix of finite numbers", "check it for NaN and infinities");
    return y;
}

Svd run_svd(const Tensor& a, bool full, bool vectors)
{
    detail::check_matrix("linalg.svd", a);
    return a.dtype() == f64 ? run_svd<double>(a, full, vectors) : run_svd<float>(a, full, vectors);
}

/// X - X^T, each element divided by s_j^2 - s_i^2.
Tensor skew_over_gaps(const Tensor& x, const Tensor& s) { return detail::gaps(s * s) * (x - transpose(x)); }

/// The first k columns.
Tensor columns(const Tensor& x, std::int64_t k) { return narrow(x, -1, 0, k); }

}  // namespace

const Op kSingularValues{.name = "linalg.svdvals",
                         .formula = "singular_values(x)",
                         .shapes = "x: (..., m, n) -> y: (..., k), k = min(m, n)",
                         .derivatives = {"singular_values_gradient(gy, x)"},
                         .where = "x = U diag(y) Vh; singular_values_gradient = U diag(gy) Vh",
                         .source = detail::kGiles2008};

const Op kLeftVectors{
    .name = "linalg.left_vectors",
    .formula = "left_vectors(x, y)",
    .shapes = "x: (..., m, n) -> y: (..., m, k), k = min(m, n)",
    .derivatives = {"left_vectors_gradient(gy, x, y)"},
    .where =
        "x = y diag(s) Vh; left_vectors_gradient = y (F * (y^T gy - gy^T y)) diag(s) Vh + (1 - y y^T) gy "
        "diag(1 / s) Vh with F[i, j] = 1 / (s[j]^2 - s[i]^2), 0 where they are equal",
    .source = detail::kTownsend2016};

const Op kRightVectors{.name = "linalg.right_vectors",
                       .formula = "left_vectors(x^T, y^T)^T",
                       .shapes = "x: (..., m, n) -> y: (..., k, n), k = min(m, n)",
                       .derivatives = {"left_vectors_gradient(gy^T, x^T, y^T)^T"},
                       .where = "what left_vectors are of the transposed matrix",
                       .source = detail::kTownsend2016};

Svd svd(const Input& a, bool full_matrices)
{
    if (detail::is_batched(*a)) {
        const detail::Batch batch({&*a});
        const Svd y = svd(batch.all(*a), full_matrices);
        return {batch.result(y.U), batch.result(y.S), batch.result(y.Vh)};
    }
    const Svd y = run_svd(*a, full_matrices, true);
    record(kSingularValues, {a}, y.S, [y](const Tensor& gs, Adjoints& gx) {
        const std::int64_t k = y.S.size(-1);
        gx.add(0, matmul(columns(y.U, k) * unsqueeze(gs, -2), narrow(y.Vh, -2, 0, k)));
    });
    record(kLeftVectors, {a}, y.U, [y](const Tensor& all_gu, Adjoints& gx) {
        const std::int64_t k = y.S.size(-1), m = y.U.size(-2);
        const Tensor u = columns(y.U, k), vh = narrow(y.Vh, -2, 0, k), gu = columns(all_gu, k), s = unsqueeze(y.S, -2);
        const Tensor inner = matmul(transpose(u), gu);
        Tensor g = matmul(u, skew_over_gaps(inner, y.S) * s);
        if (m > k) g = g + (gu - matmul(u, inner)) / s;
        gx.add(0, matmul(g, vh));
    });
    record(kRightVectors, {a}, y.Vh, [y](const Tensor& all_gvh, Adjoints& gx) {
        const std::int64_t k = y.S.size(-1), n = y.Vh.size(-1);
        const Tensor u = columns(y.U, k), vh = narrow(y.Vh, -2, 0, k), gvh = narrow(all_gvh, -2, 0, k);
        const Tensor s = unsqueeze(y.S, -1), inner = matmul(vh, transpose(gvh));
        Tensor g = matmul(s * skew_over_gaps(inner, y.S), vh);
        if (n > k) g = g + (gvh - matmul(transpose(inner), vh)) / s;
        gx.add(0, matmul(u, g));
    });
    return y;
}

Tensor svdvals(const Input& a)
{
    if (detail::is_batched(*a)) return detail::of_all(a, svdvals);
    return detail::is_tracked(*a) ? svd(a, false).S : run_svd(*a, false, false).S;
}

namespace {

/// Singular values above this count.
Tensor threshold(const Tensor& a, const Tensor& s, PinvOptions options)
{
    const double eps =
        a.dtype() == f64 ? std::numeric_limits<double>::epsilon() : std::numeric_limits<float>::epsilon();
    const double given = options.atol > 0 ? 0 : eps * static_cast<double>(std::max(a.size(-1), a.size(-2)));
    const double rtol = options.rtol < 0 ? given : options.rtol;
    const Tensor largest =
        s.size(-1) > 0 ? narrow(s, -1, 0, 1) : zeros(detail::with_sizes(detail::front_sizes(s, 1), {1}), s.dtype());
    return maximum(largest * rtol, options.atol);
}

/// The pseudoinverse from the factors of a.
Tensor pinv_from(const Tensor& a, const Svd& f, PinvOptions options)
{
    const Tensor counts = gt(f.S, threshold(a, f.S, options));
    const Tensor reciprocals = where(counts, 1 / where(counts, f.S, 1), 0);
    return matmul(transpose(f.Vh) * unsqueeze(reciprocals, -2), transpose(f.U));
}

}  // namespace

const Op kPinv{
    .name = "linalg.pinv",
    .formula = "pinv(x)",
    .shapes = "x: (..., m, n) -> y: (..., n, m)",
    .derivatives = {"(identity(y) - x @ y) @ gy^T @ y @ y^T + y^T @ y @ gy^T @ (identity(x) - y @ x) - y^T @ gy @ y^T"},
    .source =
        "Golub, Pereyra, The differentiation of pseudo-inverses and nonlinear least squares problems whose variables "
        "separate (1973)"};

Tensor pinv(const Input& a, PinvOptions options)
{
    detail::check_matrix("linalg.pinv", *a);
    if (detail::is_batched(*a)) return detail::of_all(a, [options](const Input& all) { return pinv(all, options); });
    const Tensor constant = detach(*a), p = pinv_from(constant, run_svd(constant, false, true), options);
    return record(kPinv, {a}, p, [a = *a, p](const Tensor& gp, Adjoints& gx) {
        const Tensor pt = transpose(p), gpt = transpose(gp);
        const Tensor outside = matmul(gpt, matmul(p, pt)), inside = matmul(matmul(pt, p), gpt);
        gx.add(0, outside - matmul(a, matmul(p, outside)) + inside - matmul(inside, matmul(p, a)) -
                      matmul(pt, matmul(gp, pt)));
    });
}

Tensor matrix_rank(const Tensor& a, PinvOptions options)
{
    detail::check_matrix("linalg.matrix_rank", a);
    if (detail::is_batched(a))
        return detail::of_all(a, [options](const Input& all) { return matrix_rank(all, options); });
    const Tensor constant = detach(a), s = run_svd(constant, false, false).S;
    return sum(gt(s, threshold(constant, s, options)), -1);
}

LeastSquares lstsq(const Input& a, const Input& b, double rcond)
{
    detail::check_matrix("linalg.lstsq", *a);
    const bool is_vector = b->ndim() + 1 == a->ndim();
    if (b->ndim() < (is_vector ? 1 : 2) || b->size(is_vector ? -1 : -2) != a->size(-2) || b->dtype() != a->dtype())
        throw ShapeError(detail::error_text("linalg.lstsq", "A " + describe(*a) + " and B " + describe(*b),
                                            "A: (..., m, n) and B: (..., m, k) or (..., m), of one dtype",
                                            "transpose B, or unsqueeze a vector to a matrix"));
    if (is_vector) {
        LeastSquares y = lstsq(a, unsqueeze(b, -1), rcond);
        y.solution = squeeze(y.solution, -1);
        return y;
    }
    const PinvOptions options{.rtol = rcond};
    const Tensor x = matmul(pinv(a, options), b), s = run_svd(detach(*a), false, false).S;
    const Tensor rank = sum(gt(s, threshold(detach(*a), s, options)), -1);
    bool full_rank = a->size(-2) > a->size(-1);
    for (const double r : rank.to_vector<double>()) full_rank = full_rank && r == static_cast<double>(a->size(-1));
    const Tensor residuals = full_rank ? sum(square(matmul(a, x) - b), -2) : zeros({0}, a->dtype());
    return {x, residuals, rank, s};
}

namespace {

/// Q and R, nothing recorded.
template <class T>
QR run_qr(const Tensor& a)
{
    const std::int64_t m = a.size(-2), n = a.size(-1), k = std::min(m, n);
    const Dims front = detail::front_sizes(a, 2);
    const Tensor at = detail::contiguous_copy(detail::transposed_view(a));
    const Tensor r = detail::empty(a.dtype(), detail::with_sizes(front, {k, n}));
    T *const matrices = detail::mutable_data<T>(at), *const upper = detail::mutable_data<T>(r);
    (void)detail::first_failure(
        k == 0 ? 0 : detail::front_numel(a, 2), detail::cube(std::max(m, n)),
        [&](std::int64_t i) { return kernels::qr<T>(m, n, matrices + i * m * n, upper + i * k * n); });
    return {columns(detail::transposed_view(at), k), r};
}

/// M + M^T without its diagonal twice, for the upper triangle M of x.
Tensor mirrored_upper(const Tensor& x) { return triu(x) + transpose(triu(x, 1)); }

/// X R^-T.
Tensor times_inverse(const Tensor& x, const Tensor& r)
{
    return solve_triangular(transpose(r), x, false, {.left = false});
}

}  // namespace

const Op kQrQ{.name = "linalg.qr_q",
              .formula = "orthonormal(x, y)",
              .shapes = "x: (..., m, n), m >= n -> y: (..., m, n)",
              .derivatives = {"(gy - y @ (upper(y^T @ gy) + strict_upper(y^T @ gy)^T)) @ inv(y^T @ x)^T"},
              .where = "x = Q R, Q^T Q = 1, R upper triangular; orthonormal(x, y) is Q",
              .source = detail::kWalterLehmann2010};

const Op kQrR{.name = "linalg.qr_r",
              .formula = "triangular(x, y)",
              .shapes = "x: (..., m, n), m >= n -> y: (..., n, n)",
              .derivatives = {"x @ inv(y) @ (upper(gy @ y^T) + strict_upper(gy @ y^T)^T) @ inv(y)^T"},
              .where = "x = Q R, Q^T Q = 1, R upper triangular; triangular(x, y) is R",
              .source = detail::kWalterLehmann2010};

QR qr(const Input& a)
{
    detail::check_matrix("linalg.qr", *a);
    if (detail::is_batched(*a)) return detail::pair_of_all<QR>(a, qr);
    if (a->size(-1) > a->size(-2) && detail::is_tracked(*a)) {
        // The square part decides on Q; the other columns of R are Q^T A.
        const std::int64_t m = a->size(-2);
        const QR part = qr(columns(a, m));
        return {part.Q, cat({part.R, matmul(transpose(part.Q), slice(a, -1, m))}, -1)};
    }
    const QR y = a->dtype() == f64 ? run_qr<double>(detach(*a)) : run_qr<float>(detach(*a));
    record(kQrQ, {a}, y.Q, [y](const Tensor& gq, Adjoints& gx) {
        gx.add(0, times_inverse(gq - matmul(y.Q, mirrored_upper(matmul(transpose(y.Q), gq))), y.R));
    });
    record(kQrR, {a}, y.R, [y](const Tensor& gr, Adjoints& gx) {
        gx.add(0, times_inverse(matmul(y.Q, mirrored_upper(matmul(gr, transpose(y.R)))), y.R));
    });
    return y;
}

}  // namespace xgrad::linalg
