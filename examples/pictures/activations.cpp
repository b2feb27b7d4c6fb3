// One idea: a neuron that is far from 0 learns slowly where its activation function is flat. Draws sigmoid, tanh, ReLU
// and softplus with their derivatives, which the tape computes, into activations.svg and .png.
// Prints:
//   sigmoid: slope 0.2500 at 0, 0.0066 at 5
//   tanh: slope 1.0000 at 0, 0.0002 at 5
//   ReLU: slope 0.0000 at 0, 1.0000 at 5
//   softplus: slope 0.5000 at 0, 0.9933 at 5

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <string>

using namespace xgrad;

namespace {

void show(plot::Axes& axes, const char* name, Tensor (*f)(const Tensor&))
{
    const Tensor x = linspace(-6, 6, 241, f64);
    const Tensor slope = grad([f](const Tensor& v) { return sum(f(v)); })(x);
    axes.title(name).x_label("u");
    axes.line(x, f(x), {.label = name, .width = 2.6});
    axes.line(x, slope, {.label = "derivative", .dash = plot::Dash::dashed});
    const auto slopes = slope.to_vector<double>();  // 20 a unit, the middle one at 0
    fmt::print("{}: slope {:.4f} at 0, {:.4f} at 5\n", name, slopes[120], slopes[220]);
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    plot::Figure figure{
        {.title = "Activation functions and their derivatives", .rows = 2, .columns = 2, .width = 460, .height = 320}};
    show(figure.axes(0, 0), "sigmoid", [](const Tensor& u) { return sigmoid(u); });
    show(figure.axes(0, 1), "tanh", [](const Tensor& u) { return tanh(u); });
    show(figure.axes(1, 0), "ReLU", [](const Tensor& u) { return relu(u); });
    show(figure.axes(1, 1), "softplus", [](const Tensor& u) { return softplus(u); });
    figure.axes(0, 0).text({4.3, 0.12}, "saturated", {.color = plot::palette(1), .anchor = plot::Anchor::middle});
    figure.axes(1, 1).curve(-6, 6, [](double u) { return u > 0 ? u : 0; },
                            {.label = "ReLU", .color = plot::kGray, .width = 1.4});
    figure.save(folder + "/activations.svg");
    figure.save(folder + "/activations.png");
}
