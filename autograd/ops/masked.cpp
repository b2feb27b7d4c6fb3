// The operations of gather.hpp that choose by a mask.
#include <xgrad/ops/gather.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/places.hpp"

namespace xgrad {

using detail::error_text;

namespace {

void check_mask(const char* operation, const Tensor& mask)
{
    if (mask.dtype() != boolean)
        throw DtypeError(
            error_text(operation, "a mask " + describe(mask), "a mask is bool", "compare first, for example x > 0"));
}

}  // namespace

Tensor masked_fill(const Input& x, const Tensor& mask, const Operand& value)
{
    check_mask("masked_fill", mask);
    // In x's dtype, whatever the value's is.
    if (!value.tensor()) return where(mask, tensor(value.number(), x->dtype()), x);
    if (value.tensor()->ndim() != 0)
        throw ShapeError(error_text("masked_fill", "a value of shape " + to_string(value.tensor()->sizes()),
                                    "it is one number", "use where to choose from two tensors"));
    return where(mask, to({*value.tensor(), value.file(), value.line()}, x->dtype()), x);
}

Tensor masked_select(const Input& x, const Tensor& mask)
{
    check_mask("masked_select", mask);
    const detail::Dims sizes = detail::broadcast_sizes("masked_select", x->sizes(), mask.sizes());
    return detail::take_at(expand(x, sizes), detail::places_of_true(expand(mask, sizes)));
}

Tensor masked_scatter(const Input& x, const Tensor& mask, const Input& source)
{
    check_mask("masked_scatter", mask);
    const Tensor places = detail::places_of_true(detail::broadcast_view("masked_scatter", mask, x->sizes()));
    if (source->dtype() != x->dtype())
        throw DtypeError(error_text("masked_scatter", describe(*source) + " into " + describe(*x),
                                    "both have one dtype", "convert one of them with to"));
    if (source->numel() < places.numel())
        throw ShapeError(error_text(
            "masked_scatter",
            std::to_string(source->numel()) + " elements for " + std::to_string(places.numel()) + " places",
            "the source has at least as many elements as the mask has true ones", "give each place a value"));
    return detail::put_at(x, places, narrow(reshape(source, {-1}), 0, 0, places.numel()));
}

Tensor nonzero(const Input& x)
{
    const Tensor places = detail::places_of_true(x->dtype() == boolean ? *x : ne(x, 0));
    const auto ndim = static_cast<std::int64_t>(x->ndim());
    const Tensor y = detail::empty(i64, {places.numel(), ndim});
    auto* out = detail::mutable_data<std::int64_t>(y);
    for (std::int64_t k = 0; k < places.numel(); ++k) {
        std::int64_t place = places.data<std::int64_t>()[k];
        for (std::int64_t i = ndim; i-- > 0; place /= x->size(i)) out[k * ndim + i] = place % x->size(i);
    }
    return y;
}

}  // namespace xgrad
