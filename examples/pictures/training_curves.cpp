// One idea: the loss on data that a network has not seen says when it begins to learn by heart.
// A network with far more weights than its 150 digits need; loss and accuracy go into training_curves.svg and .png.
// Prints:
//   validation loss is least after epoch ...: 0...
//   after the last one it is 0..., the training loss 0.00...

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace xgrad;

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    manual_seed(1);
    const data::Dataset digits = data::digits().train;
    const data::Dataset flat{flatten(digits.inputs(), 1), digits.targets()};
    const data::Dataset training = flat.rows(0, 150), validation = flat.rows(900, 1400);

    nn::MLP network{{64, 128, 10}};
    optim::SGD sgd{nn::parameters(network), {.lr = 0.1, .momentum = 0.9}};
    data::Loader loader(training, {.batch_size = 30, .seed = 1});
    std::vector<double> loss[2], accuracy[2];
    for (int epoch = 0; epoch < 60; ++epoch) {
        for (auto [x, labels] : loader) {
            Tape tape;
            const Tensor batch_loss = cross_entropy(network(x), labels);
            sgd.zero_grad();
            tape.backward(batch_loss);
            sgd.step();
        }
        for (int i = 0; i < 2; ++i) {
            const train::Evaluation judged = train::evaluate(network, i ? validation : training, 10);
            loss[i].push_back(judged.loss);
            accuracy[i].push_back(100 * judged.accuracy());
        }
    }
    const auto best = std::min_element(loss[1].begin(), loss[1].end()) - loss[1].begin();
    fmt::print("validation loss is least after epoch {}: {:.3f}\n", best, loss[1][static_cast<std::size_t>(best)]);
    fmt::print("after the last one it is {:.3f}, the training loss {:.4f}\n", loss[1].back(), loss[0].back());

    plot::Figure figure{{.columns = 2, .width = 480, .height = 360}};
    figure.axes(0, 0)
        .title("Loss")
        .x_label("epoch")
        .y_label("cross-entropy")
        .line(loss[0], {.label = "training"})
        .line(loss[1], {.label = "validation"});
    figure.axes(0, 1)
        .title("Accuracy")
        .x_label("epoch")
        .y_label("%")
        .line(accuracy[0], {.label = "training"})
        .line(accuracy[1], {.label = "validation"});
    figure.axes(0, 0).vertical_line(
        static_cast<double>(best),
        {.label = "stop here", .color = plot::kGray, .width = 1.4, .dash = plot::Dash::dashed});
    figure.save(folder + "/training_curves.svg");
    figure.save(folder + "/training_curves.png");
}
