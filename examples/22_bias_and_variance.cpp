// One idea: too simple a model is wrong in the same way every time, too free a model in another way each time.
// Polynomials are fitted to 12 noisy values of a sine, 1000 times with other noise. Bias^2 is how far the mean of all fits
// is from the sine (0.0002 at degree 9 is chance: 1/1000 of the variance is to be expected), variance how far fits are from
// their mean; both add up to the squared error. A penalty on the weights,
//   J = |F w - y|^2 + lambda |w|^2 without w_0,   whose gradient is 0 where (F^T F + lambda I') w = F^T y,
// takes freedom away again: a little of it helps, much is bias.
// Prints:
//   degree  lambda  bias^2  variance  error   gradient is 0
//        1       0  0.2172  0.0140    0.2312  true
//        3       0  0.0061  0.0257    0.0319  true
//        5       0  0.0001  0.0392    0.0392  true
//        9       0  0.0002  0.1161    0.1163  true
//        9   0.001  0.0005  0.0470    0.0474  true
//        9     0.1  0.0337  0.0262    0.0599  true
//        9      10  0.3617  0.0097    0.3714  true

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <numbers>

using namespace xgrad;

namespace {

Tensor sine(const Tensor& x) { return sin(x * std::numbers::pi); }

/// The gradient of J at w, which the closed form makes 0.
double largest_slope(const Tensor& features, const Tensor& y, const Tensor& w, double lambda)
{
    const auto j = [&](const Tensor& v) {
        return sum(square(matmul(features, v) - y)) + sum(square(slice(v, 0, 1))) * lambda;
    };
    return max(abs(grad(j)(w))).item();
}

void judge(std::int64_t degree, double lambda)
{
    const Tensor x = unsqueeze(linspace(-1, 1, 12, f64), -1), grid = unsqueeze(linspace(-1, 1, 101, f64), -1);
    Generator generator(1);
    const Tensor y = sine(x) + randn({12, 1000}, {f64, generator}) * 0.3;  // a column for each time
    const Tensor features = data::polynomial_features(x, degree);
    Tensor penalised = eye(degree + 1, f64);
    penalised = index_put(penalised, {0, 0}, 0);
    const Tensor ft = transpose(features);
    const Tensor w = linalg::solve(matmul(ft, features) + penalised * lambda, matmul(ft, y));

    const Tensor fits = matmul(data::polynomial_features(grid, degree), w), center = mean(fits, 1, true);
    const double bias = mean(square(center - sine(grid))).item(), variance = mean(square(fits - center)).item();
    const double error = mean(square(fits - sine(grid))).item();
    fmt::print("{:6}  {:6}  {:.4f}  {:.4f}    {:.4f}  {}\n", degree, lambda, bias, variance, error,
               largest_slope(features, y, w, lambda) < 1e-8);
}

}  // namespace

int main()
{
    fmt::print("degree  lambda  bias^2  variance  error   gradient is 0\n");
    for (const std::int64_t degree : {1, 3, 5, 9}) judge(degree, 0);
    for (const double lambda : {0.001, 0.1, 10.0}) judge(9, lambda);
}
