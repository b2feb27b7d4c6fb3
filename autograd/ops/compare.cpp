#include <xgrad/ops/compare.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/statistics.hpp>
#include <xgrad/tape.hpp>

namespace xgrad {

bool equal(const Tensor& a, const Tensor& b)
{
    const NoGrad off;
    return a.sizes() == b.sizes() && all(eq(a, b)).item() != 0;
}

Tensor isclose(const Tensor& a, const Tensor& b, CloseOptions options)
{
    if (!(options.rtol >= 0 && options.atol >= 0))
        throw ShapeError(detail::error_text(
            "isclose", "rtol " + std::to_string(options.rtol) + " and atol " + std::to_string(options.atol),
            "tolerances are 0 or more", "compare with eq for no tolerance"));
    const NoGrad off;
    if (a.dtype() == boolean && b.dtype() == boolean) return eq(a, b);
    const Tensor distance = abs(a - b);
    Tensor close =
        logical_or(eq(a, b), logical_and(isfinite(distance), le(distance, options.atol + options.rtol * abs(b))));
    if (options.equal_nan) close = logical_or(close, logical_and(isnan(a), isnan(b)));
    return close;
}

bool allclose(const Tensor& a, const Tensor& b, CloseOptions options)
{
    return all(isclose(a, b, options)).item() != 0;
}

Tensor isin(const Tensor& elements, const Tensor& test_elements, bool invert)
{
    const NoGrad off;
    if (test_elements.numel() == 0) return full(elements.sizes(), invert, boolean);
    const Dtype dtype = promote(elements.dtype(), test_elements.dtype());
    const Dtype number = dtype == boolean ? i64 : dtype;
    const Tensor x = to(elements, number), sorted = sort(reshape(to(test_elements, number), {-1})).values;
    const Tensor place = clamp(searchsorted(sorted, x), 0.0, static_cast<double>(sorted.numel() - 1));
    const Tensor found = eq(take(sorted, place), x);
    return invert ? logical_not(found) : found;
}

Tensor bucketize(const Input& x, const Tensor& boundaries, bool right) { return searchsorted(boundaries, x, right); }

}  // namespace xgrad
