// One idea: momentum goes on as before and adds the slope where it stands; Nesterov first goes on, then looks at the
// slope there. One step of both from the same place with the same velocity, over f = (x^2 + 4 y^2) / 2, goes into
// momentum.svg and .png.
// Prints:
//   momentum: slope at (-2.00, 1.20), step to (0.00, 0.64)
//   Nesterov: slope at (-0.40, 1.60), step to (-0.32, 0.32)

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <string>

using namespace xgrad;

namespace {

Tensor bowl(const Tensor& w) { return sum(square(w) * tensor({2}, {0.5, 2}, w.dtype()), -1); }

plot::Point point(const Tensor& w) { return {w.to_vector<double>()[0], w.to_vector<double>()[1]}; }

void show(plot::Axes& axes, const char* name, bool look_ahead)
{
    const double lr = 0.2, momentum = 0.8;
    const Tensor w = tensor({2}, {-2, 1.2}, f64), velocity = tensor({2}, {2, 0.5}, f64);
    const Tensor ahead = w + velocity * momentum, seen_from = look_ahead ? ahead : w;
    const Tensor slope = grad(bowl)(seen_from) * -lr, end = ahead + slope;

    const plot::Grid grid{-3.2, 1.8, -1, 2.6, 100, 72};
    axes.title(name).x_range(-3.2, 1.8).y_range(-1, 2.6).equal_aspect();
    axes.contours(grid, bowl(grid.points(f64)),
                  {.levels = {0.1, 0.5, 1, 2, 4, 6, 9, 12}, .color = plot::Color{190, 190, 190}, .width = 1});
    axes.arrow(point(w), point(ahead), {.label = "\u03b1 v"});
    axes.arrow(point(seen_from), point(seen_from + slope),
               {.label = look_ahead ? "\u2212\u03b7 \u2207f(w + \u03b1 v)" : "\u2212\u03b7 \u2207f(w)"});
    if (!look_ahead)
        axes.line({point(ahead).x, point(end).x}, {point(ahead).y, point(end).y},
                  {.color = plot::palette(1), .width = 1.4, .dash = plot::Dash::dashed});
    axes.arrow(point(w), point(end), {.label = "step", .color = plot::kBlack, .width = 3});
    axes.scatter({0}, {0}, {.color = plot::kBlack, .radius = 5, .marker = plot::Marker::cross});
    fmt::print("{}: slope at ({:.2f}, {:.2f}), step to ({:.2f}, {:.2f})\n", name, point(seen_from).x,
               point(seen_from).y, point(end).x, point(end).y);
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    plot::Figure figure{{.columns = 2, .width = 480, .height = 390}};
    show(figure.axes(0, 0), "momentum", false);
    show(figure.axes(0, 1), "Nesterov", true);
    figure.save(folder + "/momentum.svg");
    figure.save(folder + "/momentum.png");
}
