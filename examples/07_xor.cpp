// One idea: no single neuron can represent the exclusive or; two hidden ones are enough.
// A perceptron learns by Rosenblatt's rule whatever a line separates, and goes on forever where none does. The network
// of 2 inputs, 2 hidden neurons and 1 output learns by gradient descent, if need be from another start.
// Prints:
//   and: learned in 6 epochs, the line -3 + 2 a + 1 b = 0
//   or: learned in 4 epochs, the line -1 + 1 a + 1 b = 0
//   xor: not learned in 1000 epochs
//   ...
//   2-2-1 network, start ...: 0 xor 0 = 0.0..., 0 xor 1 = 0.9..., 1 xor 0 = 0.9..., 1 xor 1 = 0.0...

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

namespace {

void show_perceptron(const char* name, const Tensor& y)
{
    const Tensor x = tensor({4, 3}, {1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1});  // the column of ones is the bias
    optim::PerceptronRule perceptron(3);
    if (perceptron.fit(x, y)) {
        const auto theta = perceptron.theta().to_vector<double>();
        fmt::print("{}: learned in {} epochs, the line {} + {} a + {} b = 0\n", name, perceptron.epochs(), theta[0],
                   theta[1], theta[2]);
    } else {
        fmt::print("{}: not learned in {} epochs\n", name, perceptron.epochs());
    }
}

/// A model is a plain struct whose members XGRAD_MODULE names.
struct Network {
    nn::Linear hidden{2, 2}, output{2, 1};
    XGRAD_MODULE(Network, hidden, output)

    Tensor operator()(const Input& x) const { return sigmoid(output(tanh(hidden(x)))); }
};

/// From random weights the network may end where half of the answers are 1/2: then another start has to do.
bool learn_by_gradient(std::uint64_t seed, const Tensor& y)
{
    manual_seed(seed);
    const Tensor x = tensor({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1});
    Network network;
    optim::Adam adam{nn::parameters(network), {.lr = 0.05}};
    for (int step = 0; step < 1000; ++step) {
        Tape tape;
        const Tensor loss = binary_cross_entropy(squeeze(network(x), -1), y);
        adam.zero_grad();
        tape.backward(loss);
        adam.step();
    }
    const auto z = network(x).to_vector<double>();
    fmt::print("2-2-1 network, start {}: 0 xor 0 = {:.3f}, 0 xor 1 = {:.3f}, 1 xor 0 = {:.3f}, 1 xor 1 = {:.3f}\n",
               seed, z[0], z[1], z[2], z[3]);
    return max(abs(network(x) - unsqueeze(y, -1))).item() < 0.1;
}

}  // namespace

int main()
{
    const Tensor y = tensor({4}, {0, 1, 1, 0});
    show_perceptron("and", tensor({4}, {0, 0, 0, 1}));
    show_perceptron("or", tensor({4}, {0, 1, 1, 1}));
    show_perceptron("xor", y);

    for (std::uint64_t seed = 1; !learn_by_gradient(seed, y); ++seed) {
    }
}
