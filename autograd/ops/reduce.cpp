#include <xgrad/ops/reduce.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>

#include "autograd/ops/reduce_kernels.hpp"

namespace xgrad {

using detail::Dims;

// sum            y = sum of x over the axes
//   shapes       x: S  ->  y: S without the axes (keepdim: with size 1)
//   vjp          dx = gy expanded to S
const Op kSum{"sum", "sum(x)", {"gy expanded to S"}};

namespace {

/// Expands the adjoint of a reduction over the axes of `reduced` to the shape of what was reduced.
Tensor expand_reduced(const Tensor& gy, const detail::AxisSet& reduced, Sizes sizes)
{
    return expand(reshape(gy, reduced.kept_sizes(sizes)), sizes);
}

}  // namespace

Tensor sum(const Input& x, Sizes axes, bool keepdim)
{
    if (!is_floating(x->dtype()) && x->dtype() != i64) return sum(to(x, i64), axes, keepdim);
    const detail::AxisSet reduced("sum", axes, x->ndim());
    const Tensor y = detail::run_sum(*x, reduced, keepdim);
    if (!is_floating(y.dtype())) return record_constant(kSum, {x}, y);
    return record(kSum, {x}, y,
                  [reduced](const Tensor& gy, Adjoints& gx) { gx.add(0, expand_reduced(gy, reduced, gx.sizes(0))); });
}

Tensor sum(const Input& x, std::int64_t axis, bool keepdim) { return sum(x, Sizes(&axis, 1), keepdim); }

Tensor sum(const Input& x)
{
    Dims all(x->ndim());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
    return sum(x, all);
}

}  // namespace xgrad
