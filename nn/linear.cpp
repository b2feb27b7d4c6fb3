#include <xgrad/error.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/product.hpp>

#include <cmath>

#include "nn/check.hpp"

namespace xgrad::nn {

Linear::Linear(std::int64_t in_features, std::int64_t out_features, LinearOptions options)
{
    detail::check_positive("Linear", "in_features", in_features);
    detail::check_positive("Linear", "out_features", out_features);
    const double bound = 1 / std::sqrt(static_cast<double>(in_features));
    weight = Parameter(init::uniform({out_features, in_features}, -bound, bound), "Linear.weight");
    if (options.bias) bias = Parameter(init::uniform({out_features}, -bound, bound), "Linear.bias");
}

Tensor Linear::operator()(const Input& x) const
{
    detail::check_dtype("Linear", *x, weight);
    if (x->ndim() == 0 || x->sizes().back() != in_features())
        throw ShapeError(
            xgrad::detail::error_text("Linear",
                                      "input of shape " + to_string(x->sizes()) + " into Linear(" +
                                          std::to_string(in_features()) + ", " + std::to_string(out_features()) + ")",
                                      "x: (..., in_features)", "check in_features, or flatten(x, 1) before the layer"));
    return bias.defined() ? linear(x, {weight, x.file(), x.line()}, {bias, x.file(), x.line()})
                          : linear(x, {weight, x.file(), x.line()});
}

Bilinear::Bilinear(std::int64_t in1, std::int64_t in2, std::int64_t out, LinearOptions options)
{
    detail::check_positive("Bilinear", "in1_features", in1);
    detail::check_positive("Bilinear", "in2_features", in2);
    detail::check_positive("Bilinear", "out_features", out);
    const double bound = 1 / std::sqrt(static_cast<double>(in1));
    weight = Parameter(init::uniform({out, in1, in2}, -bound, bound), "Bilinear.weight");
    if (options.bias) bias = Parameter(init::uniform({out}, -bound, bound), "Bilinear.bias");
}

Tensor Bilinear::operator()(const Input& x1, const Input& x2) const
{
    detail::check_dtype("Bilinear", *x1, weight);
    detail::check_dtype("Bilinear", *x2, weight);
    const Input w(weight, x1.file(), x1.line());
    return bias.defined() ? bilinear(x1, x2, w, {bias, x1.file(), x1.line()}) : bilinear(x1, x2, w);
}

}  // namespace xgrad::nn
