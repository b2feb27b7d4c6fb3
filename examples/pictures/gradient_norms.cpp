// One idea: behind many layers the gradient is a product of many factors; below 1 it vanishes, above 1 it explodes. A
// network of 15 layers at its start: the size of the gradient at the output of each layer, and at its weights, for
// sigmoid, for ReLU with weights of the right size, and for ReLU with weights three times as large, into
// gradient_norms.svg and .png. Too large weights make activations grow forward as gradients do backward: their product,
// at the weights, is large everywhere.
// Prints:
//   sigmoid: outputs, first / last layer ...e-..., weights ...e-...
//   ReLU, He: outputs, first / last layer ..., weights ...
//   ReLU, 3 x He: outputs, first / last layer ...e+06, weights ...

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace xgrad;

namespace {

constexpr int kLayers = 15;

struct GradientSizes {
    std::vector<double> outputs, weights;  // of gradients, as root mean square
};

GradientSizes gradients(bool is_relu, double factor)
{
    manual_seed(1);
    std::vector<nn::Linear> layers;
    for (int i = 0; i < kLayers; ++i) {
        layers.emplace_back(64, 64);
        const Tensor start = is_relu ? nn::init::kaiming_normal({64, 64}) : nn::init::xavier_normal({64, 64});
        layers.back().weight = start * factor;
        layers.back().bias = zeros({64});
    }
    const data::Dataset digits = data::digits().train.rows(0, 100);
    Tape tape;
    Tensor h = flatten(digits.inputs(), 1);
    std::vector<Tensor> outputs;
    for (const nn::Linear& layer : layers) {
        h = is_relu ? relu(layer(h)) : sigmoid(layer(h));
        retain_grad(h);
        outputs.push_back(h);
    }
    tape.backward(cross_entropy(h, digits.targets()));
    const auto size = [](const Tensor& g) { return sqrt(mean(square(g))).item(); };
    GradientSizes result;
    for (int i = 0; i < kLayers; ++i) {
        result.outputs.push_back(size(outputs[static_cast<std::size_t>(i)].grad()));
        result.weights.push_back(size(layers[static_cast<std::size_t>(i)].weight.grad()));
    }
    return result;
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    struct Case {
        const char* name;
        bool is_relu;
        double factor;
    };
    plot::Figure figure{{.title = "Gradients vanish and explode", .columns = 2, .width = 480, .height = 390}};
    std::vector<double> layers;
    for (int i = 1; i <= kLayers; ++i) layers.push_back(i);
    for (const Case& c : {Case{"sigmoid", false, 1}, Case{"ReLU, He", true, 1}, Case{"ReLU, 3 x He", true, 3}}) {
        const GradientSizes sizes = gradients(c.is_relu, c.factor);
        figure.axes(0, 0).line(layers, sizes.outputs, {.label = c.name});
        figure.axes(0, 1).line(layers, sizes.weights, {.label = c.name});
        fmt::print("{}: outputs, first / last layer {:.1e}, weights {:.1e}\n", c.name,
                   sizes.outputs.front() / sizes.outputs.back(), sizes.weights.front() / sizes.weights.back());
    }
    figure.axes(0, 0).title("at the outputs of layers");
    figure.axes(0, 1).title("at their weights");
    for (int i = 0; i < 2; ++i)
        figure.axes(0, i).x_label("layer").y_label("gradient, root mean square").y_scale(plot::Scale::log);
    figure.save(folder + "/gradient_norms.svg");
    figure.save(folder + "/gradient_norms.png");
}
