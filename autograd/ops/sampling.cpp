#include "autograd/ops/sampling.hpp"
#include "autograd/ops/batch.hpp"

#include "autograd/ops/along.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/float_type.hpp"

namespace xgrad::detail {
AxisMap::AxisMap(kernels::SparseRows rows)
    : rows_(std::make_shared<const kernels::SparseRows>(std::move(rows))),
      columns_(std::make_shared<const kernels::SparseRows>(kernels::transposed(*rows_)))
{
}

const Op kWeighAlong{.name = "weigh_along",
                     .formula = "weigh_along(x, axis, weights)",
                     .shapes = "x: (..., n, ...), weights: (m, n) -> y: (..., m, ...)",
                     .derivatives = {"weigh_along(gy, axis, weights^T)"},
                     .where = "y is weights @ x along the axis"};

Tensor weigh_along(const Input& x, std::size_t axis, const AxisMap& map)
{
    if (is_batched(*x)) return of_all(x, [&](const Input& all) { return weigh_along(all, axis + 1, map); });
    const Along nest(x->sizes(), axis);
    Dims sizes = x->sizes();
    sizes[axis] = map.rows().rows();
    const Tensor xc = contiguous_data(*x), y = empty(x->dtype(), sizes);
    with_float_type(y.dtype(), [&]<class T>(T*) {
        kernels::weigh_along<T>(map.rows(), nest.outer, nest.inner, elements<T>(xc), mutable_data<T>(y));
    });
    return record(kWeighAlong, {x}, y,
                  [axis, map](const Tensor& gy, Adjoints& gx) { gx.add(0, weigh_along(gy, axis, map.transposed())); });
}

}  // namespace xgrad::detail
