// One idea: behind many layers the gradient is a product of many factors; below 1 it vanishes, above 1 it explodes.
// The size of the gradient in each of 15 layers at the start, for sigmoid, for ReLU with weights of the right size, and for ReLU
// with weights three times as large, goes into gradient_norms.svg and .png.
// Prints:
//   sigmoid: first layer / last layer ...e-...
//   ReLU, He: first layer / last layer ...
//   ReLU, 3 x He: first layer / last layer ...e+...

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <string>
#include <vector>

using namespace xgrad;

namespace {

constexpr int kLayers = 15;

std::vector<double> norms(nn::MlpActivation activation, double factor)
{
    manual_seed(1);
    std::vector<std::int64_t> sizes(kLayers, 64);
    sizes.push_back(10);
    nn::MLP network{sizes, {.activation = activation}};
    for (nn::Linear& layer : network.layers) {
        const Tensor start = activation == nn::MlpActivation::relu ? nn::init::kaiming_normal(layer.weight.sizes())
                                                                   : nn::init::xavier_normal(layer.weight.sizes());
        layer.weight = start * factor;
        layer.bias = zeros(layer.bias.sizes());
    }
    const data::Dataset digits = data::digits().train.rows(0, 100);
    Tape tape;
    tape.backward(cross_entropy(network(flatten(digits.inputs(), 1)), digits.targets()));
    std::vector<double> result;
    for (const train::GradientNorm& layer : train::gradient_norms(network)) result.push_back(layer.rms());
    return result;
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    struct Case {
        const char* name;
        nn::MlpActivation activation;
        double factor;
        plot::Dash dash;
    };
    const Case cases[] = {{"sigmoid", nn::MlpActivation::sigmoid, 1, plot::Dash::solid},
                          {"ReLU, He", nn::MlpActivation::relu, 1, plot::Dash::solid},
                          {"ReLU, 3 x He", nn::MlpActivation::relu, 3, plot::Dash::dashed}};
    plot::Figure figure{{.title = "Gradients vanish and explode", .width = 620, .height = 420}};
    plot::Axes& axes = figure.axes()
                           .x_label("layer, the first one at the left")
                           .y_label("gradient, root mean square")
                           .y_scale(plot::Scale::log);
    std::vector<double> layers;
    for (int i = 1; i <= kLayers; ++i) layers.push_back(i);
    for (const Case& c : cases) {
        const std::vector<double> sizes = norms(c.activation, c.factor);
        axes.line(layers, sizes, {.label = c.name, .dash = c.dash});
        fmt::print("{}: first layer / last layer {:.1e}\n", c.name, sizes.front() / sizes.back());
    }
    figure.save(folder + "/gradient_norms.svg");
    figure.save(folder + "/gradient_norms.png");
}
