// One idea: with the same number of epochs, small batches make more steps; one batch of everything makes one step an
// epoch. The loss by epoch for several sizes of mini-batches goes into batch_sizes.svg and .png.
// Prints:
//   batches of 4: 80 steps an epoch, loss ... after 20 epochs
//   batches of 20: 16 steps an epoch, loss ... after 20 epochs
//   batches of 80: 4 steps an epoch, loss ... after 20 epochs
//   batches of 320: 1 steps an epoch, loss ... after 20 epochs

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <string>
#include <vector>

using namespace xgrad;

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    manual_seed(1);
    const data::Dataset images = data::digits().train.rows(0, 320);
    const data::Dataset digits{flatten(images.inputs(), 1), images.targets()};
    nn::MLP start{{64, 24, 10}};

    plot::Figure figure{{.title = "Loss by epoch and size of mini-batches", .width = 620, .height = 420}};
    plot::Axes& axes = figure.axes().x_label("epoch").y_label("training loss");
    for (const std::int64_t size : {4, 20, 80, 320}) {
        nn::MLP network = start;
        optim::SGD sgd{nn::parameters(network), {.lr = 0.05}};
        data::Loader loader(digits, {.batch_size = size, .seed = 1});
        std::vector<double> losses{train::evaluate(network, digits, 10).loss};
        for (int epoch = 0; epoch < 20; ++epoch) {
            for (auto [x, labels] : loader) {
                Tape tape;
                const Tensor loss = cross_entropy(network(x), labels);
                sgd.zero_grad();
                tape.backward(loss);
                sgd.step();
            }
            losses.push_back(train::evaluate(network, digits, 10).loss);
        }
        axes.line(losses, {.label = size == 320 ? "all 320 at once" : fmt::format("batches of {}", size)});
        fmt::print("batches of {}: {} steps an epoch, loss {:.4f} after 20 epochs\n", size, loader.size(),
                   losses.back());
    }
    figure.save(folder + "/batch_sizes.svg");
    figure.save(folder + "/batch_sizes.png");
}
