// One idea: too stiff a curve misses the points, too free a one runs after their noise.
// Polynomials of three degrees through 14 noisy values of a sine go into regression.svg and .png.
// Prints:
//   degree 1: error 0.5... at the points, 0.4... beside them
//   degree 3: error 0.1... at the points, 0.0... beside them
//   degree 11: error 0.0... at the points, 0.4... beside them

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <numbers>
#include <string>

using namespace xgrad;

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    Generator generator(4);
    const Tensor x = linspace(-1, 1, 14, f64), grid = linspace(-1, 1, 201, f64);
    const Tensor y = sin(x * std::numbers::pi) + randn({14}, {f64, generator}) * 0.2;

    plot::Figure figure{{.title = "Regression: underfitting, a good fit, overfitting", .width = 680, .height = 420}};
    plot::Axes& axes = figure.axes().x_label("x").y_label("y").y_range(-1.7, 1.7);
    for (const std::int64_t degree : {1, 3, 11}) {
        const Tensor features = data::polynomial_features(unsqueeze(x, -1), degree), transposed = transpose(features);
        const Tensor w = linalg::solve(matmul(transposed, features), matmul(transposed, unsqueeze(y, -1)));
        const auto fit = [&](const Tensor& at) {
            return squeeze(matmul(data::polynomial_features(unsqueeze(at, -1), degree), w), -1);
        };
        axes.line(grid, fit(grid), {.label = fmt::format("degree {}", degree)});
        const auto error = [](const Tensor& a, const Tensor& b) { return sqrt(mean(square(a - b))).item(); };
        fmt::print("degree {}: error {:.3f} at the points, {:.3f} beside them\n", degree, error(fit(x), y),
                   error(fit(grid), sin(grid * std::numbers::pi)));
    }
    axes.line(grid, sin(grid * std::numbers::pi),
              {.label = "sine", .color = plot::kGray, .width = 1.4, .dash = plot::Dash::dashed});
    axes.scatter(x, y, {.label = "data", .color = plot::kBlack});
    figure.save(folder + "/regression.svg");
    figure.save(folder + "/regression.png");
}
