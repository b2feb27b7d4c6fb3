#include "tests/catalogue/disagreements.hpp"

#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/cumulative.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/interpolate.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/statistics.hpp>
#include <xgrad/ops/vector_norm.hpp>
#include <xgrad/tape.hpp>

#include <fmt/format.h>

#include <limits>
#include <vector>

namespace xgrad::catalogue {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Tensor row(std::initializer_list<double> values, Dtype dtype = f64)
{
    return tensor({static_cast<std::int64_t>(values.size())}, values, dtype);
}

/// The gradient of sum(gy f(x)), by default for gy = 1.
template <class F>
Tensor gradient(const Tensor& at, F f, const Tensor& gy = tensor(1.0, f64))
{
    Tape tape;
    const Tensor x = tape.variable(at), y = f(x);
    tape.backward(sum(y * gy));
    return x.grad();
}

Tensor of_trace()
{
    return reshape(gradient(ones({4, 1}, f64), [](const Tensor& x) { return trace(x); }), {4});
}

Tensor of_nearest()
{
    const auto larger = [](const Tensor& x) { return reshape(interpolate(x, {.scale_factor = {2.25}}), {-1}); };
    return reshape(gradient(ones({1, 1, 2}, f64), larger, row({1, 10, 100, 1000})), {2});
}

Tensor of_cosine()
{
    return gradient(row({1, 2}), [](const Tensor& x) {
        return cosine_similarity(x, row({3, 1}), {.dim = 0, .eps = 5});
    });
}

Tensor of_smooth_l1()
{
    const auto loss = [](const Tensor& x) { return smooth_l1_loss(x, row({1}), {.beta = 0}); };
    return gradient(row({1}), loss);
}

Tensor of_cumprod()
{
    return gradient(row({2, kInfinity, 3}), [](const Tensor& x) { return cumprod(x, 0); });
}

Tensor of_soft_margin() { return soft_margin_loss(row({800}), row({-1})); }

}  // namespace

std::span<const Disagreement> disagreements()
{
    static const std::vector<Disagreement> list{
        {"`trace` of (4, 1): gradient", "1, 0, 1, 0", of_trace, row({1, 0, 0, 0}),
         "PyTorch goes on below the diagonal where there are two rows more than columns"},
        {"`interpolate` (nearest) of 2 elements by 2.25, gy = 1, 10, 100, 1000: gradient", "11, 1100", of_nearest,
         row({111, 1000}),
         "the value reads the first element three times; PyTorch's gradient goes by the sizes, 4 / 2"},
        {"`cosine_similarity` of (1, 2) and (3, 1) with eps = 5: gradient", "0.112, 0.024", of_cosine,
         row({0.12, 0.04}), "a norm below eps counts as eps, a constant; PyTorch differentiates the norm all the same"},
        {"`smooth_l1_loss` with beta = 0 of x = target: gradient", "-1, and -1 of the target", of_smooth_l1, row({0}),
         "a loss of x - target has opposite gradients, and beta = 0 is l1_loss, whose slope here is 0"},
        {"`var` of one element: gradient", "inf without axes, nan with",
         [] { return gradient(row({1}), [](const Tensor& x) { return var(x); }); }, row({kNan}),
         "0 / 0, the value being 0 / 0 as well"},
        {"`cumprod` of (2, inf, 3): gradient", "inf, nan, inf", of_cumprod, row({kInfinity, 8, kInfinity}),
         "dx_1 = 2 + 2 3; PyTorch divides the products by x"},
        {"`pow` of -inf and 0.5", "nan for a number, inf for a tensor", [] { return pow(row({-kInfinity}), 0.5); },
         row({kInfinity}), "pow of the C library, also for numbers"},
        {"`sinh` f64 of 710.4", "1.666e+308 or inf, by the position", [] { return sinh(row({710.4})); },
         row({1.6663642832806494e+308}), "exp(x) overflows, the result does not"},
        {"`log1p` f32 of 3e38", "inf", [] { return log1p(row({3e38}, f32)); }, row({88.596848}, f32),
         "the result does not overflow"},
        {"`hardswish` f32 of 3e38", "inf", [] { return hardswish(row({3e38}, f32)); }, row({3e38}, f32),
         "x (x + 3) overflows, the result does not"},
        {"`soft_margin_loss` of x = 800, target = -1", "inf, with the gradient nan", of_soft_margin, tensor(800.0, f64),
         "exp(x) overflows, log(1 + exp(x)) does not"},
    };
    return list;
}

std::string disagreement_table()
{
    std::string text = "| operation | PyTorch | here | why |\n|---|---|---|---|\n";
    for (const Disagreement& d : disagreements()) {
        std::string here;
        for (const double v : to(d.computed(), f64).to_vector<double>())
            here += (here.empty() ? "" : ", ") + number_text(v);
        text += fmt::format("| {} | {} | {} | {} |\n", d.call, d.torch, here, d.reason);
    }
    return text;
}

}  // namespace xgrad::catalogue
