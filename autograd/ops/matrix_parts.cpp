#include "autograd/ops/matrix_parts.hpp"
#include "autograd/ops/batch.hpp"

#include <xgrad/ops/elementwise.hpp>

#include <algorithm>

#include "autograd/kernels/copy.hpp"

namespace xgrad::detail {
namespace {

/// The diagonal of the last two axes, nothing recorded.
Tensor diagonal_view(const Tensor& x)
{
    const std::size_t n = x.ndim();
    Dims sizes(Sizes(x.sizes().data(), n - 2)), strides(Sizes(x.strides().data(), n - 2));
    sizes.push_back(std::min(x.sizes()[n - 2], x.sizes()[n - 1]));
    strides.push_back(x.strides()[n - 2] + x.strides()[n - 1]);
    return view(x, sizes, strides, 0);
}

}  // namespace

// take_diagonal  y[..., i] = x[..., i, i]
//   shapes       x: (..., m, n)  ->  y: (..., min(m, n))
//   vjp          dx = gy on the diagonal, 0 elsewhere
const Op kTakeDiagonal{"take_diagonal", "diagonal(x)", {"put_diagonal(gy, x)"}};

// put_diagonal   y[..., i, i] = d[..., i], 0 elsewhere: the vjp of take_diagonal, which is that of this one
const Op kPutDiagonal{"put_diagonal", "put_diagonal(x, y)", {"diagonal(gy)"}};

Tensor take_diagonal(const Input& x)
{
    if (is_batched(*x)) return of_all(x, take_diagonal);
    return record(kTakeDiagonal, {x}, diagonal_view(*x), [](const Tensor& gy, Adjoints& gx) {
        const Sizes sizes = gx.sizes(0);
        gx.add(0, put_diagonal(gy, sizes[sizes.size() - 2], sizes.back()));
    });
}

Tensor put_diagonal(const Input& d, std::int64_t m, std::int64_t n)
{
    if (is_batched(*d)) return of_all(d, [&](const Input& all) { return put_diagonal(all, m, n); });
    Dims sizes(Sizes(d->sizes().data(), d->ndim() - 1));
    sizes.push_back(m), sizes.push_back(n);
    const Tensor y = full(sizes, 0, d->dtype());
    const Tensor place = diagonal_view(y);
    kernels::copy(size_of(d->dtype()), {d->sizes().data(), d->ndim()}, d->raw(), d->strides().data(),
                  mutable_data(place), place.strides().data());
    return record(kPutDiagonal, {d}, y, [](const Tensor& gy, Adjoints& gx) { gx.add(0, take_diagonal(gy)); });
}

Tensor keep_triangle(const Input& x, Triangle side, bool strict)
{
    const std::int64_t m = x->size(-2), n = x->size(-1);
    const Tensor mask = empty(boolean, {m, n});
    bool* keep = mutable_data<bool>(mask);
    for (std::int64_t i = 0; i < m; ++i)
        for (std::int64_t j = 0; j < n; ++j) {
            const std::int64_t above = side == Triangle::upper ? j - i : i - j;
            *keep++ = strict ? above > 0 : above >= 0;
        }
    return where(mask, x, 0);
}

Tensor identity(std::int64_t n, Dtype dtype) { return put_diagonal(ones({n}, dtype), n, n); }

}  // namespace xgrad::detail
