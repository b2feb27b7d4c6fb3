// One idea: layers without activations are one layer: W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2).
// So a network with linear activations is no more than a perceptron, however deep it is. A bend between the layers
// changes that: f(x) + f(-x) = 2 f(0) holds for every f = W x + b, and not with a ReLU between.
// (The sum of S4:64 ends in v_n x_in, an input, where the last hidden neuron is meant.)
// Lecture: S1:293-296, S4:57-65
// Prints:
//   two layers at (1, 2)      22   -8
//   one matrix at (1, 2)      22   -8
//   f(x) + f(-x) - 2 f(0)      0    0
//   the same with a ReLU      13   -3

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

const Tensor w1 = tensor({3, 2}, {1, 2, 3, -1, 0, 1}), b1 = tensor({3}, {1, 0, -1});
const Tensor w2 = tensor({2, 3}, {2, 1, 4, -1, 0, 1}), b2 = tensor({2}, {5, -3});

Tensor layers(const Tensor& x) { return linear(linear(x, w1, b1), w2, b2); }
Tensor with_relu(const Tensor& x) { return linear(relu(linear(x, w1, b1)), w2, b2); }

void show(const char* name, const Tensor& y)
{
    fmt::print("{:22}  {:4}\n", name, fmt::join(y.to_vector<double>(), " "));
}

}  // namespace

int main()
{
    const Tensor x = tensor({2}, {1, 2}), zero = zeros({2});
    show("two layers at (1, 2)", layers(x));
    show("one matrix at (1, 2)", linear(x, matmul(w2, w1), matmul(w2, b1) + b2));
    show("f(x) + f(-x) - 2 f(0)", layers(x) + layers(-x) - 2 * layers(zero));
    show("the same with a ReLU", with_relu(x) + with_relu(-x) - 2 * with_relu(zero));
}
