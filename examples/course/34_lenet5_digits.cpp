// One idea: everything together: a model, a loss, a loader, an optimizer and five steps again and again read
// handwriting.
// LeNet-5 learns the bundled digits, enlarged from 8 x 8 to 28 x 28 pixels, for three epochs; then it reads one that it
// has never seen. examples/14_lenet5.cpp trains the published form beside today's, and on MNIST where it is at hand;
// ./dev demo trains longer.
// Lecture: S0:150-176, S1:180
// Prints:
//   epoch 1: test accuracy 0.7...
//   epoch 2: test accuracy 0.8...
//   epoch 3: test accuracy 0.8...
//   an image of the test:
//     |  ..##++        |
//     |  ::++++..      |
//     |  ::::..++      |
//     |      ..++      |
//     |      ++::      |
//     |      ##..      |
//     |    ++##++##++  |
//     |  ..######++::  |
//   it is a 2, says the network with probability ..., and the label says 2

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

namespace {

data::Dataset enlarged(const data::Dataset& set)
{
    return {interpolate(set.inputs(), {.size = {28, 28}, .mode = InterpolateMode::bilinear}), set.targets()};
}

void draw(const Tensor& image)
{
    for (std::int64_t i = 0; i < 8; ++i) {
        std::string line;
        for (std::int64_t j = 0; j < 8; ++j)
            line += std::string(2, " .:+#"[static_cast<int>(image.scalar(0, i, j).value() * 4)]);
        fmt::print("  |{}|\n", line);
    }
}

}  // namespace

int main()
{
    manual_seed(1);
    const data::Split digits = data::digits();
    const data::Dataset training = enlarged(digits.train), test = enlarged(digits.test);
    nn::LeNet5 net;
    optim::Adam adam{nn::parameters(net), {.lr = 2e-3}};
    data::Loader loader(training, {.batch_size = 32, .seed = 1});
    for (int epoch = 1; epoch <= 3; ++epoch) {
        for (auto [images, labels] : loader) {
            Tape tape;
            const Tensor loss = cross_entropy(net(images), labels);
            adam.zero_grad();
            tape.backward(loss);
            adam.step();
        }
        fmt::print("epoch {}: test accuracy {:.3f}\n", epoch, train::evaluate(net, test, 10).accuracy());
    }

    const Tensor p = softmax(net(test.rows(0, 1).inputs()), 1);
    fmt::print("an image of the test:\n");
    draw(select(digits.test.inputs(), 0, 0));
    fmt::print("it is a {}, says the network with probability {:.2f}, and the label says {}\n", argmax(p).item(),
               max(p).item(), test.targets().to_vector<std::int64_t>()[0]);
}
