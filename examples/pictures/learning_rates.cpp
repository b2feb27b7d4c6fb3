// One idea: too small a learning rate is slow, too large a one never arrives; a rate that shrinks in steps has both
// advantages. The loss of one network from one start by epoch, with different rates, goes into learning_rates.svg and
// .png.
// Prints:
//   rate 0.01: 2.2... after the first epoch, ... after the last
//   rate 0.2: ... after the first epoch, 0... after the last
//   rate 3: ... after the first epoch, ... after the last
//   rate 0.8, a fifth every 10 epochs: ... after the first epoch, 0.0... after the last

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <string>
#include <vector>

using namespace xgrad;

namespace {

std::vector<double> losses(nn::MLP network, const data::Dataset& digits, double rate, bool decay)
{
    optim::SGD sgd{nn::parameters(network), {.lr = rate}};
    optim::StepLR schedule(sgd, {.step_size = 10, .gamma = decay ? 0.2 : 1});
    data::Loader loader(digits, {.batch_size = 16, .seed = 1});
    std::vector<double> result;
    for (int epoch = 0; epoch < 30; ++epoch) {
        for (auto [x, labels] : loader) {
            Tape tape;
            const Tensor loss = cross_entropy(network(x), labels);
            sgd.zero_grad();
            tape.backward(loss);
            sgd.step();
        }
        schedule.step();
        result.push_back(train::evaluate(network, digits, 10).loss);
    }
    return result;
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    manual_seed(1);
    const data::Dataset images = data::digits().train.rows(0, 320);
    const data::Dataset digits{flatten(images.inputs(), 1), images.targets()};
    const nn::MLP start{{64, 24, 10}, {.activation = nn::MlpActivation::tanh}};

    plot::Figure figure{{.title = "Learning rates", .width = 620, .height = 420}};
    plot::Axes& axes =
        figure.axes().x_label("epoch").y_label("training loss").y_scale(plot::Scale::log).y_range(0.01, 1000);
    for (const double rate : {0.01, 0.2, 3.0, 0.8}) {
        const bool decay = rate == 0.8;
        const std::string name = fmt::format("rate {}{}", rate, decay ? ", a fifth every 10 epochs" : "");
        const std::vector<double> loss = losses(start, digits, rate, decay);
        axes.line(loss, {.label = name});
        fmt::print("{}: {:.4f} after the first epoch, {:.4f} after the last\n", name, loss.front(), loss.back());
    }
    figure.save(folder + "/learning_rates.svg");
    figure.save(folder + "/learning_rates.png");
}
