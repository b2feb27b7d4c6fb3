#include <xgrad/ops/statistics.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include <cmath>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/reduce_kernels.hpp"

namespace xgrad {

using detail::AxisSet;

// norm           y = (sum |x|^p)^(1/p), max |x| for p = infinity, min |x| for -infinity, the count of x != 0 for 0
//   shapes       x: S  ->  y: S without the axes (keepdim: with size 1)
//   vjp          dx = gy sign(x) (|x| / y)^(p-1), 0 where y = 0;  p = 0: 0
//                infinite p: dx = gy sign(x) / m where |x| = y; m elements share it
const Op kNorm{"norm", "pow(sum(pow(abs(x), p), axes), 1 / p)", {"gy * x * pow(abs(x), p - 2) / pow(y, p - 1)"}};

namespace {

/// -1, 0 or 1, without derivative; NaN stays.
Tensor sign_of(const Tensor& x)
{
    const Tensor v = detach(x);
    return where(ne(v, v), v, to(gt(v, 0), x.dtype()) - to(lt(v, 0), x.dtype()));
}

/// The value, with the reduced axes.
Tensor norm_of(const Tensor& x, double p, Sizes axes)
{
    if (p == 0) return sum(to(ne(x, 0), x.dtype()), axes, true);
    if (p == 1) return sum(abs(x), axes, true);
    if (p == 2) return sqrt(sum(square(x), axes, true));
    if (std::isinf(p)) return p > 0 ? amax(abs(x), axes, true) : amin(abs(x), axes, true);
    const double rounded = static_cast<float>(p);  // as PyTorch has it in the value, but not in the derivative
    return pow(sum(pow(abs(x), rounded), axes, true), 1 / rounded);
}

/// dy/dx in operations, with y of the kept axes.
Tensor derivative(const Tensor& x, const Tensor& y, double p, Sizes axes)
{
    if (p == 1) return sign_of(x);
    const Tensor is_zero = eq(y, 0);
    if (p == 2) return where(is_zero, 0.0, x / y);
    if (std::isinf(p)) {
        const Tensor v = abs(detach(x)), equal = to(eq(v, detach(y)), x.dtype());
        const Tensor nan = to(ne(v, v), x.dtype()), chosen = maximum(equal, nan);
        return sign_of(x) * (chosen / sum(chosen, axes, true));
    }
    // In the order that leaves no power of 0 below 1 in the way of second derivatives.
    if (p < 1) return where(eq(x, 0), 0.0, sign_of(x) * pow(abs(x), p - 1)) * pow(y, 1 - p);
    const Tensor scaled = p < 2 ? sign_of(x) * pow(abs(x), p - 1) : x * pow(abs(x), p - 2);
    return scaled * where(is_zero, 0.0, pow(y, 1 - p));
}

Tensor norm(const Input& x, double p, const AxisSet& set, bool keepdim)
{
    if (!is_floating(x->dtype()))
        throw DtypeError(
            detail::error_text("norm", "a tensor " + describe(*x), "f32 or f64", "convert it first: to(x, f32)"));
    if (detail::is_batched(*x))
        return detail::of_all(x, [&](const Input& all) { return norm(all, p, set.behind_one(), keepdim); });
    Tensor y = norm_of(detach(*x), p, set.list(x->ndim()));
    const auto vjp = [x = *x, y, p, set](const Tensor& gy, Adjoints& gx) {
        gx.add(0, p == 0 ? gy * zeros_like(x) : gy * derivative(x, y, p, set.list(x.ndim())));
    };
    y = record(kNorm, {x}, y, vjp);
    return keepdim ? y : reshape(y, set.dropped_sizes(x->sizes()));
}

}  // namespace

Tensor norm(const Input& x, double p) { return norm(x, p, AxisSet::all(x->ndim()), false); }
Tensor norm(const Input& x, double p, Sizes axes, bool keepdim)
{
    return norm(x, p, axes.empty() ? AxisSet::all(x->ndim()) : AxisSet("norm", axes, x->ndim()), keepdim);
}

}  // namespace xgrad
