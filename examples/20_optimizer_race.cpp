// One idea: the same gradients make different steps. One network, one start, one order of batches, different optimizers.
// The loss over the training digits after some epochs: momentum is worth a rate that is larger by far, and methods that
// give each weight a rate of its own learn faster than plain descent. With the lecture's small rates all need longer.
// Prints:
//   optimizer                      rate  1 epoch  3      10
//   SGD, lecture's rate           0.010  2.2...  2.2...  2.0...
//   momentum, lecture's rate      0.010  2.1...  1.1...  0...
//   RMSprop, lecture's rate       0.001  1...  0.8...  0.2...
//   Adam, lecture's rate          0.001  2.1...  1.4...  0.3...
//   SGD                           0.100  2.0...  0.9...  0.1...
//   momentum                      0.100  0.3...  0.1...  0.0...
//   Nesterov                      0.100  0.2...  0.0...  0.0...
//   AdaGrad                       0.030  0.7...  0.3...  0.1...
//   AdaDelta                      1.000  1.4...  0.3...  0.1...
//   RMSprop                       0.005  0.5...  0.1...  0.0...
//   Adam                          0.010  0.5...  0.1...  0.0...

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

namespace {

/// The rate and the options are the caller's, everything else is the same for all.
template <class Options>
void race(const char* name, const Options& options, const nn::MLP& start, const data::Dataset& digits)
{
    nn::MLP net = start;  // a copy with parameters of its own
    optim::OptimizerOf<Options> optimizer{nn::parameters(net), options};
    data::Loader loader(digits, {.batch_size = 32, .seed = 1});
    fmt::print("{:28} {:6.3f}", name, optimizer.lr());
    for (int epoch = 1; epoch <= 10; ++epoch) {
        for (auto [x, labels] : loader) {
            Tape tape;
            const Tensor loss = cross_entropy(net(x), labels);
            optimizer.zero_grad();
            tape.backward(loss);
            optimizer.step();
        }
        if (epoch == 1 || epoch == 3 || epoch == 10) fmt::print("  {:.3f}", train::evaluate(net, digits, 10).loss);
    }
    fmt::print("\n");
}

}  // namespace

int main()
{
    manual_seed(1);
    const data::Dataset images = data::digits().train;
    const data::Dataset digits{flatten(images.inputs(), 1), images.targets()};
    const nn::MLP start{{64, 32, 10}};
    namespace lecture = optim::presets::lecture;
    using optim::SGDOptions;
    fmt::print("optimizer                      rate  1 epoch  3      10\n");
    race("SGD, lecture's rate", lecture::sgd(), start, digits);
    race("momentum, lecture's rate", lecture::momentum(), start, digits);
    race("RMSprop, lecture's rate", lecture::rmsprop(), start, digits);
    race("Adam, lecture's rate", lecture::adam(), start, digits);
    race("SGD", SGDOptions{.lr = 0.1}, start, digits);
    race("momentum", SGDOptions{.lr = 0.1, .momentum = 0.9}, start, digits);
    race("Nesterov", SGDOptions{.lr = 0.1, .momentum = 0.9, .nesterov = true}, start, digits);
    race("AdaGrad", optim::AdagradOptions{.lr = 0.03}, start, digits);
    race("AdaDelta", optim::AdadeltaOptions{}, start, digits);
    race("RMSprop", optim::RMSpropOptions{.lr = 0.005}, start, digits);
    race("Adam", optim::AdamOptions{.lr = 0.01}, start, digits);
}
