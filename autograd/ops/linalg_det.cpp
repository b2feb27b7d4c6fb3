#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/linalg.hpp>

#include <cmath>
#include <limits>
#include <vector>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/linalg_check.hpp"
#include "autograd/ops/sources.hpp"

namespace xgrad {
namespace {

using detail::Dims;

/// What the LU factors of each matrix of a batch tell.
struct Determinants {
    Tensor det, sign, logabs;
};

template <class T>
Determinants run(const Tensor& a)
{
    const Tensor lu = detail::contiguous_copy(a);
    const std::int64_t n = a.size(-1);
    const Dims sizes = detail::front_sizes(a, 2);
    Determinants y{detail::empty(a.dtype(), sizes), detail::empty(a.dtype(), sizes), detail::empty(a.dtype(), sizes)};
    T *const all = detail::mutable_data<T>(lu), *const det = detail::mutable_data<T>(y.det),
             *const sign = detail::mutable_data<T>(y.sign), *const logabs = detail::mutable_data<T>(y.logabs);
    const auto one = [&](std::int64_t i) {
        std::vector<int> pivots(static_cast<std::size_t>(n));
        T* const matrix = all + i * n * n;
        (void)kernels::lu_factor<T>(n, matrix, pivots.data());
        T d = 1, s = 1, log_sum = 0;
        for (std::int64_t k = 0; k < n; ++k) {
            const T u = matrix[k * n + k];
            const bool exchanged = pivots[static_cast<std::size_t>(k)] != k + 1;
            d *= exchanged ? -u : u;
            s *= (exchanged ? T(-1) : T(1)) * (u < 0 ? T(-1) : u == 0 ? T(0) : u > 0 ? T(1) : u);
            log_sum += std::log(std::abs(u));
        }
        det[i] = d, sign[i] = s, logabs[i] = log_sum;
        return 0;
    };
    (void)detail::first_failure(detail::front_numel(a, 2), detail::cube(n), one);
    return y;
}

Determinants determinants(const char* operation, const Tensor& a)
{
    detail::check_square(operation, a);
    return a.dtype() == f64 ? run<double>(a) : run<float>(a);
}

/// x, (...), with two axes of size 1 behind.
Tensor as_matrices(const Tensor& x) { return reshape(x, detail::with_sizes(x.sizes(), {1, 1})); }

}  // namespace

namespace linalg {

const Op kDet{.name = "linalg.det",
              .formula = "det(x)",
              .shapes = "x: (..., n, n) -> y: (...)",
              .derivatives = {"as_matrices(gy) * cofactors(x)"},
              .source = detail::kGiles2008};

Tensor det(const Input& a)
{
    if (detail::is_batched(*a)) return detail::of_all(a, det);
    const Tensor y = determinants("linalg.det", *a).det;
    return record(kDet, {a}, y, [a = *a, y](const Tensor& gy, Adjoints& gx) {
        const Tensor regular = where(as_matrices(eq(y, 0)), eye(a.size(-1), a.dtype()), a);
        gx.add(0, as_matrices(gy * y) * transpose(inv(regular)));
    });
}

const Op kLogabsdet{.name = "linalg.logabsdet",
                    .formula = "log(abs(det(x)))",
                    .shapes = "x: (..., n, n) -> y: (...)",
                    .derivatives = {"as_matrices(gy) * inv(x)^T"},
                    .source = detail::kGiles2008};

SignAndLogdet slogdet(const Input& a)
{
    if (detail::is_batched(*a)) return detail::pair_of_all<SignAndLogdet>(a, slogdet);
    const Determinants d = determinants("linalg.slogdet", *a);
    return {d.sign, record(kLogabsdet, {a}, d.logabs, [a = *a](const Tensor& gy, Adjoints& gx) {
                gx.add(0, as_matrices(gy) * transpose(inv(a)));
            })};
}

}  // namespace linalg

Tensor logdet(const Input& a)
{
    const linalg::SignAndLogdet y = linalg::slogdet(a);
    return where(lt(y.sign, 0), std::numeric_limits<double>::quiet_NaN(), y.logabsdet);
}

}  // namespace xgrad
