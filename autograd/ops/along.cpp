#include "autograd/ops/along.hpp"

#include "autograd/kernels/reduce.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"

namespace xgrad::detail {

const Op kPutAlong{.name = "put_along",
                   .formula = "put_along(x, indices, axis, y)",
                   .shapes = "x, indices: P -> y: S",
                   .derivatives = {"take_along(gy, indices, axis)"}};
const Op kTakeAlong{.name = "take_along",
                    .formula = "take_along(x, indices, axis)",
                    .shapes = "x: S, indices: P -> y: P",
                    .derivatives = {"put_along(gy, indices, axis, x)"}};

Tensor put_along(const Input& g, const Tensor& indices, std::size_t axis, Sizes sizes)
{
    if (is_batched(*g, indices)) {
        const Batch batch({&*g, &indices});
        return batch.result(put_along(batch.expanded(g), contiguous_data(batch.expanded(indices)), axis + 1,
                                      with_samples(batch.samples(), sizes)));
    }
    const Tensor from = contiguous_data(*g);
    const Along nest(sizes, axis);
    Tensor y = empty(g->dtype(), sizes);
    kernels::scatter_along(size_of(g->dtype()), nest.outer, nest.n, nest.inner, from.raw(),
                           indices.data<std::int64_t>(), mutable_data(y));
    return record(kPutAlong, {g}, y,
                  [indices, axis](const Tensor& gy, Adjoints& gx) { gx.add(0, take_along(gy, indices, axis)); });
}

Tensor take_along(const Input& x, const Tensor& indices, std::size_t axis)
{
    if (is_batched(*x, indices)) {
        const Batch batch({&*x, &indices});
        return batch.result(take_along(batch.expanded(x), contiguous_data(batch.expanded(indices)), axis + 1));
    }
    const Tensor from = contiguous_data(*x);
    const Along nest(x->sizes(), axis);
    Tensor y = empty(x->dtype(), indices.sizes());
    kernels::gather_along(size_of(x->dtype()), nest.outer, nest.n, nest.inner, from.raw(), indices.data<std::int64_t>(),
                          mutable_data(y));
    return record(kTakeAlong, {x}, y, [indices, axis](const Tensor& gy, Adjoints& gx) {
        gx.add(0, put_along(gy, indices, axis, gx.sizes(0)));
    });
}

}  // namespace xgrad::detail
