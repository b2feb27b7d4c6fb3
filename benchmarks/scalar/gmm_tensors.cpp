#include "gmm_tensors.hpp"

#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include <cmath>

namespace workloads::gmm {

using namespace xgrad;

namespace {

/// Row e holds a 1 where entry e of a factor stands: the diagonal first, then the columns below it.
Tensor placement(std::int64_t d)
{
    const std::int64_t entries = d * (d + 1) / 2;
    std::vector<double> ones(static_cast<std::size_t>(entries * d * d), 0.0);
    std::int64_t entry = 0;
    const auto place = [&](std::int64_t row, std::int64_t column) {
        ones[static_cast<std::size_t>(entry++ * d * d + row * d + column)] = 1;
    };
    for (std::int64_t i = 0; i < d; ++i) place(i, i);
    for (std::int64_t column = 0; column < d; ++column)
        for (std::int64_t row = column + 1; row < d; ++row) place(row, column);
    return from_values({entries, d * d}, ones);
}

/// Sum over the rows of log sum exp: the cross-entropy of class 0 is log sum exp(x) - x_0.
Tensor sum_of_logsumexp(const Tensor& x, const Tensor& first)
{
    return cross_entropy(x, first, {.reduction = Reduction::sum}) + sum(slice(x, -1, 0, 1));
}

}  // namespace

WithTensors::WithTensors(const Instance& instance)
    : in_(instance),
      points_(from_values({instance.n, instance.d}, instance.points)),
      placement_(placement(instance.d)),
      first_(zeros({instance.n}, i64))
{
}

Tensor WithTensors::operator()(const Tensor& parameters) const
{
    const std::int64_t d = in_.d, k = in_.k, n = in_.n, entries = in_.triangle();
    const Tensor alphas = slice(parameters, 0, 0, k);
    const Tensor means = reshape(slice(parameters, 0, k, k + k * d), {k, d});
    const Tensor factors = reshape(slice(parameters, 0, k + k * d), {k, entries});
    const Tensor log_diagonal = slice(factors, 1, 0, d);
    const Tensor filled = cat({exp(log_diagonal), slice(factors, 1, d)}, 1);  // (k, entries)
    const Tensor q = reshape(matmul(filled, placement_), {k, d, d});

    // All components at once: Q_j (x - mean_j) = Q_j x - Q_j mean_j is one linear layer with k d outputs.
    const Tensor offset = reshape(matmul(q, unsqueeze(means, -1)), {k * d});
    const Tensor y = linear(points_, reshape(q, {k * d, d}), -offset);
    const Tensor distance = sum(square(reshape(y, {n, k, d})), -1);  // (n, k)
    const Tensor log_det = sum(log_diagonal, 1);
    const Tensor likelihood = sum_of_logsumexp(alphas + log_det - 0.5 * distance, first_);

    const double gamma2 = in_.wishart_gamma * in_.wishart_gamma;
    const Tensor prior = 0.5 * gamma2 * sum(square(filled)) - in_.wishart_m * sum(log_det);
    const Tensor weights = sum_of_logsumexp(reshape(alphas, {1, k}), zeros({1}, i64));
    return likelihood - n * weights + prior + in_.prior_constant();
}

}  // namespace workloads::gmm
