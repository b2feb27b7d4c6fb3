// One idea: a layer is a function with parameters, and training is gradient descent on them.
// Learns y = 2 a - 3 b + 1 from 64 points. Prints the loss every 50 steps, then the weights.
// Prints:
//   step   0  loss ...
//   step  50  loss 0.000000
//   step 100  loss 0.000000
//   step 150  loss 0.000000
//   step 200  loss 0.000000
//   weights 2.000 -3.000, bias 1.000

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

int main()
{
    manual_seed(1);
    std::vector<float> points(2 * 64);
    fill_normal(points, 0, 1);
    const Tensor x = from_values({64, 2}, points);
    const Tensor y = matmul(x, tensor({2, 1}, {2, -3})) + 1;

    nn::Linear layer{2, 1};
    optim::SGD sgd{nn::parameters(layer), {.lr = 0.1}};
    for (int step = 0; step <= 200; ++step) {
        Tape tape;
        const Tensor loss = mse_loss(layer(x), y);
        sgd.zero_grad();
        tape.backward(loss);
        sgd.step();
        if (step % 50 == 0) fmt::print("step {:3}  loss {:.6f}\n", step, loss.item());
    }
    const auto weights = layer.weight.value().to_vector<double>();
    fmt::print("weights {:.3f} {:.3f}, bias {:.3f}\n", weights[0], weights[1], layer.bias.value().item());
}
