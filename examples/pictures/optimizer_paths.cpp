// One idea: down a narrow valley, plain gradient descent goes to and fro; momentum and rates for each weight go along
// it. The paths of four optimizers over f = (x^2 + 15 y^2) / 2 go into optimizer_paths.svg and .png.
// Prints:
//   SGD: 40 steps to (..., ...), y changed its sign ... times
//   momentum: 40 steps to (..., ...), y changed its sign ... times
//   RMSprop: 40 steps to (..., ...), y changed its sign ... times
//   Adam: 40 steps to (..., ...), y changed its sign ... times

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <string>
#include <vector>

using namespace xgrad;

namespace {

/// w: (..., 2)
Tensor valley(const Tensor& w) { return sum(square(w) * tensor({2}, {0.5, 7.5}, w.dtype()), -1); }

template <class Options>
void show(plot::Axes& axes, const char* name, const Options& options)
{
    Parameter w{tensor({2}, {-4, 1}, f64)};
    optim::OptimizerOf<Options> optimizer{{w}, options};
    std::vector<double> x{-4}, y{1};
    int turns = 0;
    for (int step = 0; step < 40; ++step) {
        Tape tape;
        const Tensor loss = valley(w);
        optimizer.zero_grad();
        tape.backward(loss);
        optimizer.step();
        const auto at = Tensor(w).to_vector<double>();
        turns += at[1] * y.back() < 0;
        x.push_back(at[0]);
        y.push_back(at[1]);
    }
    axes.line(x, y, {.label = name});
    fmt::print("{}: 40 steps to ({:.3f}, {:.3f}), y changed its sign {} times\n", name, x.back(), y.back(), turns);
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    plot::Figure figure{{.title = "Paths of optimizers down a narrow valley", .width = 720, .height = 400}};
    plot::Axes& axes = figure.axes().x_label("x").y_label("y");
    const plot::Grid grid{-4.5, 2, -1.6, 1.6, 130, 64};
    const Tensor heights = valley(grid.points(f64));
    axes.x_range(-4.5, 2).y_range(-1.6, 1.6);
    axes.contours(grid, heights,
                  {.levels = {0.1, 0.5, 1.5, 3, 5, 8, 12, 16, 20}, .color = plot::Color{170, 170, 170}, .width = 1});
    show(axes, "SGD", optim::SGDOptions{.lr = 0.12});
    show(axes, "momentum", optim::SGDOptions{.lr = 0.03, .momentum = 0.8});
    show(axes, "RMSprop", optim::RMSpropOptions{.lr = 0.1});
    show(axes, "Adam", optim::AdamOptions{.lr = 0.3});
    axes.scatter({-4}, {1}, {.label = "start", .color = plot::kBlack, .radius = 5});
    axes.scatter({0}, {0}, {.label = "minimum", .color = plot::kBlack, .radius = 6, .marker = plot::Marker::cross});
    figure.save(folder + "/optimizer_paths.svg");
    figure.save(folder + "/optimizer_paths.png");
}
