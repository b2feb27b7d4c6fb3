#include <xgrad/ops/statistics.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

#include <algorithm>
#include <limits>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/expand_reduced.hpp"

namespace xgrad {

using detail::AxisSet;
using detail::Dims;

const Op kVar{.name = "var",
              .formula = "sum(pow(x - sum(x, axes) / count(x, axes), 2), axes) / divisor",
              .shapes = "x: S -> y: S without the axes (keepdim: with size 1)",
              .derivatives = {"expand(gy, x, axes) * 2 * (x - sum(x, axes) / count(x, axes)) / divisor"},
              .where = "divisor is the count of elements less the correction"};

const Op kStd{.name = "std",
              .formula = "sqrt(sum(pow(x - sum(x, axes) / count(x, axes), 2), axes) / divisor)",
              .shapes = "x: S -> y: S without the axes (keepdim: with size 1)",
              .derivatives = {"expand(gy / y, x, axes) * (x - sum(x, axes) / count(x, axes)) / divisor"},
              .where = "divisor is the count of elements less the correction"};

const Op kLogsumexp{.name = "logsumexp",
                    .formula = "log(sum(exp(x), axes))",
                    .shapes = "x: S -> y: S without the axes (keepdim: with size 1)",
                    .derivatives = {"expand(gy, x, axes) * exp(x - expand(y, x, axes))"}};

namespace {

Tensor as_fraction(const char* operation, const Input& x)
{
    if (is_floating(x->dtype())) return *x;
    throw DtypeError(
        detail::error_text(operation, "a tensor " + describe(*x), "f32 or f64", "convert it first: to(x, f32)"));
}

AxisSet axes_or_all(const char* operation, Sizes axes, std::size_t ndim)
{
    return axes.empty() ? AxisSet::all(ndim) : AxisSet(operation, axes, ndim);
}

/// x - mean x. The mean is rounded in the last place of x, which is much beside small deviations from a large mean: what
/// is left of it is taken away as well, where it is a number: beside an infinite x it is not.
Tensor deviations(const Tensor& x, const AxisSet& axes)
{
    const Dims list = axes.list(x.ndim());
    const Tensor nearly = x - mean(x, list, true);
    return nearly - nan_to_num(mean(nearly, list, true), {.nan = 0, .posinf = 0, .neginf = 0});
}

/// Both of them.
Tensor var(const Op& op, const Input& given, const AxisSet& axes, VarOptions options, bool root)
{
    const Tensor x = as_fraction(op.name, given);
    if (detail::is_batched(x))
        return detail::of_all(given, [&](const Input& all) { return var(op, all, axes.behind_one(), options, root); });
    const auto correction = static_cast<double>(options.correction.value_or(options.unbiased ? 1 : 0));
    const double divisor = std::max(static_cast<double>(axes.count(x.sizes())) - correction, 0.0);
    Tensor y = detail::run_sum(square(deviations(detach(x), axes)), axes, options.keepdim) / divisor;
    if (root) y = sqrt(y);
    return record(op, {given}, y, [x, y = root ? y : Tensor(), axes, divisor](const Tensor& gy, Adjoints& gx) {
        Tensor factor = gy * (2 / divisor);
        if (y.defined()) factor = where(eq(y, 0), 0.0, gy / (y * divisor));
        gx.add(0, detail::expand_reduced(factor, axes, gx.sizes(0)) * deviations(x, axes));
    });
}

/// x other than 0, as bool.
Tensor truth(const Input& x) { return x->dtype() == boolean ? *x : ne(*x, 0); }

Tensor count_true(const Tensor& truth, const AxisSet& axes, bool keepdim)
{
    if (detail::is_batched(truth))
        return detail::of_all(truth, [&](const Input& all) { return count_true(all, axes.behind_one(), keepdim); });
    return detail::run_sum(to(truth, i64), axes, keepdim);
}

Tensor any(const Input& x, const AxisSet& axes, bool keepdim) { return gt(count_true(truth(x), axes, keepdim), 0); }

Tensor all(const Input& x, const AxisSet& axes, bool keepdim)
{
    return eq(count_true(truth(x), axes, keepdim), axes.count(x->sizes()));
}

Tensor nansum(const Input& x, const AxisSet& axes, bool keepdim)
{
    if (!is_floating(x->dtype())) return sum(x, axes.list(x->ndim()), keepdim);
    return sum(where(eq(*x, *x), x, 0.0), axes.list(x->ndim()), keepdim);
}

}  // namespace

// One record, whose gradient at the mean of nothing is NaN, as in PyTorch: a composition would make it 0.
const Op kNanmean{.name = "nanmean",
                  .formula = "sum(where(x == x, x, 0), axes) / sum(x == x, axes)",
                  .shapes = "x: S -> y: S without the axes (keepdim: with size 1)",
                  .derivatives = {"expand(gy / sum(x == x, axes), x, axes) * (x == x)"}};

namespace {

Tensor nanmean(const Input& given, const AxisSet& axes, bool keepdim)
{
    const Tensor x = as_fraction("nanmean", given);
    if (detail::is_batched(x))
        return detail::of_all(given, [&](const Input& all) { return nanmean(all, axes.behind_one(), keepdim); });
    const Tensor numbers = eq(x, x), count = to(count_true(numbers, axes, keepdim), x.dtype());
    const Tensor y = nansum(detach(x), axes, keepdim) / count;
    return record(kNanmean, {given}, y, [numbers, count, axes](const Tensor& gy, Adjoints& gx) {
        gx.add(0, detail::expand_reduced(gy / count, axes, gx.sizes(0)) * to(numbers, gy.dtype()));
    });
}

}  // namespace

Tensor var(const Input& x, Sizes axes, VarOptions options)
{
    return var(kVar, x, axes_or_all("var", axes, x->ndim()), options, false);
}
Tensor std(const Input& x, Sizes axes, VarOptions options)
{
    return var(kStd, x, axes_or_all("std", axes, x->ndim()), options, true);
}
Tensor var(const Input& x) { return var(x, Sizes()); }
Tensor std(const Input& x) { return std(x, Sizes()); }

SpreadAndMean var_mean(const Input& x, Sizes axes, VarOptions options)
{
    const Dims all = axes_or_all("var_mean", axes, x->ndim()).list(x->ndim());
    return {var(x, axes, options), mean(x, all, options.keepdim)};
}

SpreadAndMean std_mean(const Input& x, Sizes axes, VarOptions options)
{
    const Dims all = axes_or_all("std_mean", axes, x->ndim()).list(x->ndim());
    return {std(x, axes, options), mean(x, all, options.keepdim)};
}

Tensor logsumexp(const Input& x, Sizes given_axes, bool keepdim)
{
    if (!is_floating(x->dtype())) return logsumexp(to(x, default_dtype()), given_axes, keepdim);
    const AxisSet axes("logsumexp", given_axes, x->ndim());
    if (detail::is_batched(*x)) {
        const Dims from_back = detail::from_back("logsumexp", given_axes, *x);
        return detail::of_all(x, [&](const Input& all) { return logsumexp(all, from_back, keepdim); });
    }
    const Tensor from = detach(*x);
    Tensor y;
    if (axes.count(x->sizes()) == 0) {
        y = log(sum(from, given_axes, true));
    } else {
        const Tensor most = amax(from, given_axes, true);
        const Tensor shift = where(eq(abs(most), std::numeric_limits<double>::infinity()), 0.0, most);
        y = log(sum(exp(from - shift), given_axes, true)) + shift;
    }
    if (!keepdim) y = reshape(y, axes.dropped_sizes(x->sizes()));
    return record(kLogsumexp, {x}, y, [x = *x, y, axes](const Tensor& gy, Adjoints& gx) {
        const Dims kept = axes.kept_sizes(gx.sizes(0));
        gx.add(0, reshape(gy, kept) * exp(x - reshape(y, kept)));
    });
}

Tensor logsumexp(const Input& x, std::int64_t axis, bool keepdim) { return logsumexp(x, Sizes(&axis, 1), keepdim); }

Tensor any(const Input& x) { return any(x, AxisSet::all(x->ndim()), false); }
Tensor any(const Input& x, Sizes axes, bool keepdim) { return any(x, AxisSet("any", axes, x->ndim()), keepdim); }
Tensor any(const Input& x, std::int64_t axis, bool keepdim) { return any(x, Sizes(&axis, 1), keepdim); }
Tensor all(const Input& x) { return all(x, AxisSet::all(x->ndim()), false); }
Tensor all(const Input& x, Sizes axes, bool keepdim) { return all(x, AxisSet("all", axes, x->ndim()), keepdim); }
Tensor all(const Input& x, std::int64_t axis, bool keepdim) { return all(x, Sizes(&axis, 1), keepdim); }

Tensor count_nonzero(const Input& x) { return count_true(truth(x), AxisSet::all(x->ndim()), false); }
Tensor count_nonzero(const Input& x, Sizes axes)
{
    return count_true(truth(x), AxisSet("count_nonzero", axes, x->ndim()), false);
}

Tensor nansum(const Input& x) { return nansum(x, AxisSet::all(x->ndim()), false); }
Tensor nansum(const Input& x, Sizes axes, bool keepdim)
{
    return nansum(x, AxisSet("nansum", axes, x->ndim()), keepdim);
}
Tensor nanmean(const Input& x) { return nanmean(x, AxisSet::all(x->ndim()), false); }
Tensor nanmean(const Input& x, Sizes axes, bool keepdim)
{
    return nanmean(x, AxisSet("nanmean", axes, x->ndim()), keepdim);
}

}  // namespace xgrad
