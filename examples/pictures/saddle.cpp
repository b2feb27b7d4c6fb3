// One idea: at a saddle the gradient is almost 0, and what stands near its ridge needs long to get away; rates for each
// weight make small slopes as long as steep ones. Optimizers start 0.01 beside the ridge of f = x^2 - y^2; their paths
// go into saddle.svg and .png.
// Prints:
//   SGD: y is ... after 40 steps, |y| > 1 ...
//   momentum: y is ... after 40 steps, |y| > 1 ...
//   Nesterov: y is ... after 40 steps, |y| > 1 ...
//   AdaGrad: y is ... after 40 steps, |y| > 1 ...
//   RMSprop: y is ... after 40 steps, |y| > 1 ...
//   Adam: y is ... after 40 steps, |y| > 1 ...

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <cmath>
#include <string>
#include <vector>

using namespace xgrad;

namespace {

/// w: (..., 2)
Tensor saddle(const Tensor& w) { return sum(square(w) * tensor({2}, {1, -1}, w.dtype()), -1); }

template <class Options>
void show(plot::Figure& figure, const char* name, const Options& options)
{
    Parameter w{tensor({2}, {-1, 0.01}, f64)};
    optim::OptimizerOf<Options> optimizer{{w}, options};
    std::vector<double> x{-1}, y{0.01};
    int escaped = 0;
    for (int step = 1; step <= 40; ++step) {
        Tape tape;
        const Tensor loss = saddle(w);
        optimizer.zero_grad();
        tape.backward(loss);
        optimizer.step();
        const auto at = Tensor(w).to_vector<double>();
        x.push_back(at[0]);
        y.push_back(at[1]);
        if (!escaped && std::abs(at[1]) > 1) escaped = step;
    }
    figure.axes(0, 0).line(x, y, {.label = name});
    figure.axes(0, 1).line(y, {.label = name});
    fmt::print("{}: y is {:.2f} after 40 steps, |y| > 1 {}\n", name, y.back(),
               escaped ? fmt::format("after {}", escaped) : "not yet");
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    plot::Figure figure{
        {.title = "Optimizers at a saddle, f = x\u00b2 \u2212 y\u00b2", .columns = 2, .width = 460, .height = 400}};
    const plot::Grid grid{-1.2, 1.2, -1.2, 1.2, 80, 80};
    plot::Axes& plane = figure.axes(0, 0).x_label("x").y_label("y").legend(plot::Legend::none);
    plane.heat_map(grid, saddle(grid.points(f64)), {.colors = plot::ColorMap::classes});
    plane.contours(
        grid, saddle(grid.points(f64)),
        {.levels = {-1, -0.6, -0.3, -0.1, 0, 0.1, 0.3, 0.6, 1}, .color = plot::Color{150, 150, 150}, .width = 0.8});
    figure.axes(0, 1).x_label("step").y_label("y").x_range(-1, 62).y_range(-0.1, 1.2);
    using optim::SGDOptions;
    show(figure, "SGD", SGDOptions{.lr = 0.05});
    show(figure, "momentum", SGDOptions{.lr = 0.05, .momentum = 0.9});
    show(figure, "Nesterov", SGDOptions{.lr = 0.05, .momentum = 0.9, .nesterov = true});
    show(figure, "AdaGrad", optim::AdagradOptions{.lr = 0.05});
    show(figure, "RMSprop", optim::RMSpropOptions{.lr = 0.02});
    show(figure, "Adam", optim::AdamOptions{.lr = 0.05});
    figure.save(folder + "/saddle.svg");
    figure.save(folder + "/saddle.png");
}
