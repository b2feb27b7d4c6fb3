// One idea: a hidden layer makes learnable what no single neuron can represent, the exclusive or.
// A model is a plain struct whose members XGRAD_MODULE names.
// Prints:
//   0 xor 0 = 0.0...
//   0 xor 1 = 0.9...
//   1 xor 0 = 0.9...
//   1 xor 1 = 0.0...

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

namespace {

struct Network {
    nn::Linear hidden{2, 4}, output{4, 1};
    XGRAD_MODULE(Network, hidden, output)

    Tensor operator()(const Input& x) const { return sigmoid(output(tanh(hidden(x)))); }
};

}  // namespace

int main()
{
    manual_seed(1);
    const Tensor x = tensor({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}), y = tensor({4, 1}, {0, 1, 1, 0});
    Network network;
    optim::Adam adam{nn::parameters(network), {.lr = 0.05}};
    for (int step = 0; step < 500; ++step) {
        Tape tape;
        const Tensor loss = mse_loss(network(x), y);
        adam.zero_grad();
        tape.backward(loss);
        adam.step();
    }
    const Tensor guess = network(x);
    for (int row = 0; row < 4; ++row)
        fmt::print("{} xor {} = {:.3f}\n", row / 2, row % 2, guess.scalar(row, 0).value());
}
