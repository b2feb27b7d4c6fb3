// One idea: the first filters of a convolutional network become detectors of strokes and edges, and its maps show where
// they are. LeNet-5 is trained on 700 digits; what it has learned, and what it sees in one of them, goes into
// features.svg and .png.
// Prints:
//   test accuracy 0...
//   filters (6, 1, 5, 5), maps (1, 6, 28, 28) and (1, 16, 10, 10)

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <string>

using namespace xgrad;

namespace {

Tensor enlarged(const Tensor& images)
{
    return interpolate(images, {.size = {28, 28}, .mode = InterpolateMode::bilinear});
}

std::string shape(const Tensor& x) { return fmt::format("({})", fmt::join(x.sizes(), ", ")); }

}  // namespace

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    manual_seed(1);
    const data::Split digits = data::digits();
    const data::Dataset training = digits.train.rows(0, 700), test = digits.test.rows(0, 200);
    nn::LeNet5 network;
    optim::Adam adam{nn::parameters(network), {.lr = 4e-3}};
    data::Loader loader({enlarged(training.inputs()), training.targets()}, {.batch_size = 25, .seed = 1});
    for (int epoch = 0; epoch < 2; ++epoch) {
        for (auto [x, labels] : loader) {
            Tape tape;
            const Tensor loss = cross_entropy(network(x), labels);
            adam.zero_grad();
            tape.backward(loss);
            adam.step();
        }
    }
    fmt::print("test accuracy {:.3f}\n",
               train::evaluate(network, {enlarged(test.inputs()), test.targets()}, 10).accuracy());

    const Tensor digit = enlarged(slice(test.inputs(), 0, 3, 4));  // (1, 1, 28, 28)
    const Tensor filters = network.conv1.weight;
    const Tensor first = relu(network.conv1(digit)), second = relu(network.conv2(max_pool2d(first, 2)));
    fmt::print("filters {}, maps {} and {}\n", shape(filters), shape(first), shape(second));

    plot::Figure figure{
        {.title = "LeNet-5: filters and what they answer to", .rows = 3, .columns = 7, .width = 130, .height = 150}};
    const double strongest = max(abs(filters)).item();
    figure.axes(0, 0).title("input").image(select(select(digit, 0, 0), 0, 0));
    for (int i = 0; i < 6; ++i) {
        figure.axes(0, i + 1)
            .title(fmt::format("filter {}", i + 1))
            .image(select(select(filters, 0, i), 0, 0),
                   {.colors = plot::ColorMap::diverging, .low = -strongest, .high = strongest});
        figure.axes(1, i + 1)
            .title(fmt::format("map {}", i + 1))
            .image(select(select(first, 0, 0), 0, i), {.low = 0, .high = max(first).item()});
    }
    for (int i = 0; i < 7; ++i)
        figure.axes(2, i)
            .title(fmt::format("2nd: {}", i + 1))
            .image(select(select(second, 0, 0), 0, i), {.low = 0, .high = max(second).item()});
    figure.save(folder + "/features.svg");
    figure.save(folder + "/features.png");
}
