// One idea: a convolutional network turns few large maps into many small ones, then into a vector of scores.
// The layers of LeNet-5, each as large as what it gives for one image, go into lenet5.svg and .png.
// Prints:
//   image: (1, 28, 28)
//   convolution 5 x 5: (6, 28, 28)
//   pooling: (6, 14, 14)
//   convolution 5 x 5: (16, 10, 10)
//   pooling: (16, 5, 5)
//   full: (120)
//   full: (84)
//   full: (10)

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

using namespace xgrad;

namespace {

const plot::Font kLabel{.size = 12, .anchor = plot::Anchor::middle};

/// A stack of maps (channels, height, width), or a bar for a vector, around the height `middle`. Returns its width.
double draw_layer(plot::Drawing& drawing, double x, double middle, const Tensor& output)
{
    const plot::Pen rim{plot::kBlack, 0.8, plot::Dash::solid};
    if (output.ndim() == 1) {
        const double height = 30 + 1.2 * static_cast<double>(output.numel());
        drawing.rectangle({x, middle - height / 2, 14, height}, mix(plot::palette(4), plot::kWhite, 0.4), rim);
        return 14;
    }
    const double side = 3.6 * static_cast<double>(output.size(2)), shift = 6;
    const auto maps = static_cast<int>(output.size(0));
    const double whole = side + shift * (maps - 1);
    for (int i = 0; i < maps; ++i) {
        const double place = shift * i;
        drawing.rectangle({x + place, middle - whole / 2 + place, side, side},
                          mix(plot::palette(0), plot::kWhite, 0.75), rim);
    }
    return whole;
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    const nn::LeNet5 model;
    struct Layer {
        const char* name;
        Tensor output;  // for one image
    };
    std::vector<Layer> layers{{"image", zeros({1, 28, 28})}};
    const auto add = [&](const char* name, auto f) {
        layers.push_back({name, squeeze(f(unsqueeze(layers.back().output, 0)), 0)});
    };
    const auto pool = [](const Tensor& x) { return max_pool2d(x, 2); };
    add("convolution 5 x 5", [&](const Tensor& x) { return relu(model.conv1(x)); });
    add("pooling", pool);
    add("convolution 5 x 5", [&](const Tensor& x) { return relu(model.conv2(x)); });
    add("pooling", pool);
    add("full", [&](const Tensor& x) { return relu(model.fc1(flatten(x, 1))); });
    add("full", [&](const Tensor& x) { return relu(model.fc2(x)); });
    add("full", [&](const Tensor& x) { return model.fc3(x); });

    plot::Drawing drawing(950, 330);
    drawing.text({475, 28}, "LeNet-5", {.size = 17, .anchor = plot::Anchor::middle, .bold = true});
    const double middle = 170;
    double x = 30;
    for (const Layer& layer : layers) {
        const std::string shape = fmt::format("{}", fmt::join(layer.output.sizes(), " \u00d7 "));
        drawing.begin_group("layer", {{"name", layer.name}, {"shape", shape}});
        const double width = draw_layer(drawing, x, middle, layer.output);
        drawing.text({x + width / 2, 282}, shape, kLabel);
        drawing.text({x + width / 2, 300}, layer.name, kLabel);
        drawing.end_group();
        x += width + 40;
        if (&layer != &layers.back())
            drawing.arrow({x - 34, middle}, {x - 6, middle}, {plot::kGray, 1.6, plot::Dash::solid}, 8);
        fmt::print("{}: ({})\n", layer.name, fmt::join(layer.output.sizes(), ", "));
    }
    drawing.save(folder + "/lenet5.svg");
    drawing.save(folder + "/lenet5.png");
}
