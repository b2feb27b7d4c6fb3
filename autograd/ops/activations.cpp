#include <xgrad/ops/activations.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include "autograd/ops/elementwise_impl.hpp"

namespace xgrad {
namespace detail {

Parameters hardtanh_parameters(double min_val, double max_val)
{
    if (!(min_val <= max_val))
        throw ShapeError(error_text("hardtanh", "bounds " + std::to_string(min_val) + " and " + std::to_string(max_val),
                                    "min_val <= max_val", "give the lower bound first"));
    return {min_val, max_val};
}

Parameters celu_parameters(double alpha)
{
    if (alpha == 0) throw ShapeError(error_text("celu", "alpha = 0", "x is divided by alpha", "relu(x) is its limit"));
    return {alpha, 1 / alpha, 1.0 / static_cast<float>(alpha)};
}

Parameters selu_parameters()
{
    const double alpha = 1.6732632423543772, scale = 1.0507009873554805;  // Klambauer et al. (2017), equation 14
    return {alpha * scale, scale, 1};
}

Parameters softshrink_parameters(double lambd)
{
    if (!(lambd >= 0))
        throw ShapeError(error_text("softshrink", "lambd = " + std::to_string(lambd), "lambd >= 0",
                                    "give half the width of the interval that becomes 0"));
    return {lambd};
}

}  // namespace detail

using detail::parametric;
using detail::unary;
namespace el = elementary;

Tensor silu(const Input& x) { return unary<el::Silu>(x); }
Tensor mish(const Input& x) { return unary<el::Mish>(x); }
Tensor softsign(const Input& x) { return unary<el::Softsign>(x); }
Tensor tanhshrink(const Input& x) { return unary<el::Tanhshrink>(x); }
Tensor logsigmoid(const Input& x) { return unary<el::LogSigmoid>(x); }
Tensor hardsigmoid(const Input& x) { return unary<el::Hardsigmoid>(x); }
Tensor hardswish(const Input& x) { return unary<el::Hardswish>(x); }

Tensor gelu(const Input& x, GeluApproximation approximate)
{
    return approximate == GeluApproximation::none ? unary<el::Gelu>(x) : unary<el::GeluTanh>(x);
}

Tensor relu6(const Input& x) { return hardtanh(x, 0, 6); }

Tensor hardtanh(const Input& x, double min_val, double max_val)
{
    return parametric<el::Hardtanh>(x, detail::hardtanh_parameters(min_val, max_val));
}

Tensor leaky_relu(const Input& x, double negative_slope) { return parametric<el::LeakyRelu>(x, {negative_slope}); }
Tensor rrelu(const Input& x, double lower, double upper) { return leaky_relu(x, (lower + upper) / 2); }

Tensor elu(const Input& x, double alpha) { return parametric<el::Elu>(x, {alpha, 1, 1}); }

Tensor celu(const Input& x, double alpha) { return parametric<el::Celu>(x, detail::celu_parameters(alpha)); }
Tensor selu(const Input& x) { return parametric<el::Elu>(x, detail::selu_parameters()); }

Tensor softplus(const Input& x, double beta, double threshold)
{
    return parametric<el::Softplus>(x, {beta, threshold});
}

Tensor hardshrink(const Input& x, double lambd) { return parametric<el::Hardshrink>(x, {lambd}); }
Tensor softshrink(const Input& x, double lambd)
{
    return parametric<el::Softshrink>(x, detail::softshrink_parameters(lambd));
}
Tensor threshold(const Input& x, double threshold, double value)
{
    return parametric<el::Threshold>(x, {threshold, value});
}

Tensor prelu(const Input& x, const Input& weight)
{
    if (weight->numel() == 1 && weight->ndim() <= 1)
        return detail::binary<el::Prelu>(x, reshape(weight, Sizes{}), true);
    if (weight->ndim() != 1 || x->ndim() < 2 || weight->numel() != x->sizes()[1])
        throw ShapeError(detail::error_text(
            "prelu", "x of shape " + to_string(x->sizes()) + " and weight of shape " + to_string(weight->sizes()),
            "weight has one element, or one for each channel: axis 1 of x",
            "give a weight of shape (1,) or (channels,)"));
    detail::Dims sizes(x->ndim() - 1);
    for (std::int64_t& size : sizes) size = 1;
    sizes[0] = weight->numel();
    return detail::binary<el::Prelu>(x, reshape(weight, sizes), true);
}

Tensor glu(const Input& x, std::int64_t dim)
{
    const std::int64_t size = x->size(dim);
    if (size % 2 != 0)
        throw ShapeError(detail::error_text(
            "glu", "shape " + to_string(x->sizes()) + " along axis " + std::to_string(dim),
            "the axis has an even size: one half is gated by the other", "give an axis of even size"));
    return mul(narrow(x, dim, 0, size / 2), sigmoid(narrow(x, dim, size / 2, size / 2)));
}

}  // namespace xgrad
