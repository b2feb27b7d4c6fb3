// One idea: the stronger the penalty on weights, the smoother the boundary; too strong, and it no longer fits anything.
// A network learns 80 points of two classes, of which some lie on the wrong side; boundaries for four strengths go into
// regularisation.svg and .png.
// Prints:
//   lambda 0: ... of 80 right, sum of squared weights ...
//   lambda 0.003: ... of 80 right, sum of squared weights ...
//   lambda 0.03: ... of 80 right, sum of squared weights ...
//   lambda 0.1: ... of 80 right, sum of squared weights ...

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <string>

using namespace xgrad;

namespace {

Tensor squared_weights(const nn::MLP& network)
{
    Tensor total = zeros({});
    for (const nn::Linear& layer : network.layers) total = total + sum(square(layer.weight));
    return total;
}

/// J = L + lambda/2 |W|^2, biases left out.
nn::MLP fit(const Tensor& x, const Tensor& y, double lambda)
{
    manual_seed(1);
    nn::MLP network{{2, 24, 24, 1}, {.activation = nn::MlpActivation::tanh}};
    optim::Adam adam{nn::parameters(network), {.lr = 0.03}};
    for (int step = 0; step < 500; ++step) {
        Tape tape;
        const Tensor loss =
            binary_cross_entropy_with_logits(squeeze(network(x), -1), y) + squared_weights(network) * (lambda / 2);
        adam.zero_grad();
        tape.backward(loss);
        adam.step();
    }
    return network;
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    Generator generator(5);
    const Tensor x = randn({80, 2}, {.generator = generator});
    const Tensor noise = randn({80}, {.generator = generator}) * 0.55;
    const Tensor y = to(gt(select(x, 1, 1) + noise, sin(select(x, 1, 0) * 1.5)), f32);  // above a wave, roughly

    plot::Figure figure{{.title = "Strength of regularisation", .columns = 4, .width = 290, .height = 310}};
    const plot::Grid grid{-2.6, 2.6, -2.6, 2.6, 80, 80};
    int column = 0;
    for (const double lambda : {0.0, 0.003, 0.03, 0.1}) {
        const nn::MLP network = fit(x, y, lambda);
        const Tensor shown = squeeze(sigmoid(network(grid.points())), -1);
        plot::Axes& axes = figure.axes(0, column++).title(fmt::format("\u03bb = {}", lambda)).equal_aspect();
        axes.heat_map(grid, shown, {.colors = plot::ColorMap::classes, .low = 0, .high = 1}).contours(grid, shown);
        for (int label = 0; label < 2; ++label)
            axes.scatter(index_select(x, 0, masked_select(arange(80), eq(y, label))), {.radius = 3.5});
        const double right = sum(to(eq(gt(squeeze(network(x), -1), 0), gt(y, 0.5)), f64)).item();
        fmt::print("lambda {}: {} of 80 right, sum of squared weights {:.3f}\n", lambda, right,
                   squared_weights(network).item());
    }
    figure.save(folder + "/regularisation.svg");
    figure.save(folder + "/regularisation.png");
}
