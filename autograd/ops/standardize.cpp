#include "autograd/ops/standardize.hpp"

#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"

namespace xgrad {

const Op kStandardize{
    .name = "standardize",
    .formula =
        "(x - sum(x, axes) / count(x, axes)) /"
        " sqrt(sum(pow(x - sum(x, axes) / count(x, axes), 2), axes) / count(x, axes) + eps)",
    .shapes = "x: S -> y: S",
    .derivatives = {"(gy - sum(gy, axes) / count(x, axes) - y * sum(gy * y, axes) / count(x, axes)) /"
                    " sqrt(sum(pow(x - sum(x, axes) / count(x, axes), 2), axes) / count(x, axes) + eps)"},
    .source = "Ioffe, Szegedy, Batch normalization (2015)"};

const Op kAffineStandardize{
    .name = "affine_standardize",
    .formula =
        "(x - sum(x, axes) / count(x, axes)) /"
        " sqrt(sum(pow(x - sum(x, axes) / count(x, axes), 2), axes) / count(x, axes) + eps) * W + b",
    .shapes = "x: S, W and b broadcast to S -> y: S",
    .derivatives = {"(gy * W - sum(gy * W, axes) / count(x, axes) - (x - sum(x, axes) / count(x, axes)) *"
                    " sum(gy * W * (x - sum(x, axes) / count(x, axes)), axes) / count(x, axes) /"
                    " (sum(pow(x - sum(x, axes) / count(x, axes), 2), axes) / count(x, axes) + eps)) /"
                    " sqrt(sum(pow(x - sum(x, axes) / count(x, axes), 2), axes) / count(x, axes) + eps)",
                    "gy * (x - sum(x, axes) / count(x, axes)) /"
                    " sqrt(sum(pow(x - sum(x, axes) / count(x, axes), 2), axes) / count(x, axes) + eps)",
                    "1"},
    .source = "Ioffe, Szegedy, Batch normalization (2015)"};

namespace detail {

Tensor inverse_deviation(const Tensor& var, double eps) { return 1 / sqrt(var + eps); }

namespace {

/// What both vjps keep: of the size of x nothing but x itself.
struct Kept {
    Tensor x, weight, statistics;
    kernels::NormGroups groups;
    PackedAxes axes;
};

/// In operations: x without its mean, and 1 / sqrt(var + eps). The mean is taken away before squares are formed. What
/// rounding left of it, which counts beside a large mean, is taken away as well.
struct Centred {
    Centred(const Tensor& of, const Dims& axes, double eps)
        : about(xgrad::mean(of, axes, true)),
          near(of - about),
          rest(xgrad::mean(near, axes, true)),
          x(near - rest),
          var(xgrad::mean(square(x), axes, true)),
          r(inverse_deviation(var, eps))
    {
    }
    Tensor about, near, rest, x, var, r;
};

/// The vjp in operations, which can be differentiated again.
void add_operations(const Kept& k, const Tensor& gy, Adjoints& gx)
{
    const Dims axes = k.axes.unpack();
    kernels::NormGroups plain = k.groups;
    plain.weights = kernels::Weights::none;
    const Tensor z = standardize(k.x, axes, plain, {}, {}).y, g = k.weight.defined() ? gy * k.weight : gy;
    if (gx.wants(0)) {
        const Tensor r = Centred(k.x, axes, k.groups.eps).r;
        gx.add(0, r * (g - mean(g, axes, true) - z * mean(g * z, axes, true)));
    }
    if (gx.count() > 1 && gx.wants(1)) gx.add(1, gy * z);
    if (gx.count() > 2 && gx.wants(2)) gx.add(2, gy);
}

/// The vjp in one kernel, which goes over gy and x once from memory.
void add_adjoints(const Kept& k, const Tensor& given, Adjoints& gx)
{
    if (is_tracked(given) || is_tracked(k.x) || (k.weight.defined() && is_tracked(k.weight)))
        return add_operations(k, given, gx);
    const Tensor gy = contiguous_data(given), x = contiguous_data(k.x);
    const Tensor weight = k.weight.defined() ? contiguous_data(k.weight) : Tensor();
    const auto made = [&](std::size_t i) {
        return i < gx.count() && gx.wants(i) ? empty(x.dtype(), gx.sizes(i)) : Tensor();
    };
    const auto data = [](const Tensor& g) { return g.defined() ? mutable_data(g) : nullptr; };
    const Tensor to_x = made(0), to_w = made(1), to_b = made(2);
    kernels::normalize_vjp(x.dtype(), k.groups, gy.raw(), x.raw(), weight.defined() ? weight.raw() : nullptr,
                           k.statistics.raw(), data(to_x), data(to_w), data(to_b));
    if (to_x.defined()) gx.add(0, to_x);
    if (to_w.defined()) gx.add(1, to_w);
    if (to_b.defined()) gx.add(2, to_b);
}

Tensor value_of(const Tensor& given, const kernels::NormGroups& groups, const Tensor& given_weight,
                const Tensor& given_bias, const Tensor& statistics)
{
    const Tensor x = contiguous_data(given), y = empty(x.dtype(), x.sizes());
    const auto contiguous_or_none = [](const Tensor& v) { return v.defined() ? contiguous_data(v) : v; };
    const Tensor weight = contiguous_or_none(given_weight), bias = contiguous_or_none(given_bias);
    const auto data = [](const Tensor& v) { return v.defined() ? v.raw() : nullptr; };
    kernels::normalize(x.dtype(), groups, x.raw(), data(weight), data(bias), mutable_data(y), mutable_data(statistics));
    return y;
}

/// For values under vmap: each operation takes all samples.
Standardized standardize_in_operations(const Tensor& x, const Dims& axes, const kernels::NormGroups& groups,
                                       const Tensor& weight, const Tensor& bias)
{
    const Centred centred(x, axes, groups.eps);
    Tensor y = centred.x * centred.r;
    if (weight.defined()) y = y * weight;
    if (bias.defined()) y = y + bias;
    const NoGrad untracked;
    const auto of_groups = [&](const Tensor& v) { return reshape(v, {groups.groups}); };
    return {y, stack({of_groups(centred.about), of_groups(centred.rest), of_groups(centred.var)})};
}

}  // namespace

Standardized standardize(const Input& x, const Dims& axes, kernels::NormGroups groups, const Tensor& weight,
                         const Tensor& bias)
{
    if (is_batched(*x, weight, bias)) return standardize_in_operations(x, axes, groups, weight, bias);
    const bool fused = weight.defined() && groups.weights != kernels::Weights::none;
    if (!fused) groups.weights = kernels::Weights::none;
    const Tensor w = fused ? weight : Tensor(), b = fused ? bias : Tensor();
    const Tensor statistics = empty(x->dtype(), {3, groups.groups});
    const Tensor value = value_of(*x, groups, w, b, statistics);
    const auto vjp = [kept = Kept{*x, w, statistics, groups, PackedAxes(axes)}](const Tensor& gy, Adjoints& gx) {
        add_adjoints(kept, gy, gx);
    };
    Tensor y = !fused        ? record(kStandardize, {x}, value, vjp)
               : b.defined() ? record(kAffineStandardize, {x, w, b}, value, vjp)
                             : record(kAffineStandardize, {x, w}, value, vjp);
    if (!fused && weight.defined()) y = y * weight;
    if (!fused && bias.defined()) y = y + bias;
    return {y, statistics};
}

Tensor Standardized::mean() const { return select(statistics, 0, 0) + select(statistics, 0, 1); }
Tensor Standardized::var() const { return select(statistics, 0, 2); }

}  // namespace detail
}  // namespace xgrad
