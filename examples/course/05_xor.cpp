// One idea: no single neuron can tell the exclusive or; one hidden layer can, since it hands new features to the last
// neuron.
// No theta = (t0, t1, t2) does it: t0 < 0 and t0 + t1 >= 0, t0 + t2 >= 0 give t0 + t1 + t2 >= -t0 > 0, where it should
// be below. So the perceptron's rule goes round in circles for ever. With two hidden neurons it takes no more than
// thinking:
//   h1 = a or b = step(a + b - 1/2),  h2 = a and b = step(a + b - 3/2),  y = h1 and not h2 = step(h1 - h2 - 1/2)
// In the plane of (h1, h2) a line separates the classes. examples/07_xor.cpp learns such weights. The product a b as a
// third feature would do, too; of n features there are O(n^k) products of degree k, where S1:30 prints O(nk).
// Lecture: S1:163-171, S1:317-347, S4:38-46
// Prints:
//   theta after epochs 10, 11, 12: (0 -1 0), (0 -1 0), (0 -1 0)
//   a b  h1 h2  y
//   0 0   0  0  0
//   0 1   1  0  1
//   1 0   1  0  1
//   1 1   1  1  0

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

nn::Perceptron neuron(double w1, double w2, double bias)
{
    nn::Perceptron p(2);
    p.linear.weight = tensor({1, 2}, {w1, w2});
    p.linear.bias = tensor({1}, {bias});
    return p;
}

}  // namespace

int main()
{
    const Tensor x = tensor({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}), y = tensor({4}, {0, 1, 1, 0});
    optim::PerceptronRule single(3);
    const Tensor with_ones = cat({ones({4, 1}), x}, 1);
    fmt::print("theta after epochs 10, 11, 12:");
    for (int epoch = 1; epoch <= 12; ++epoch) {
        single.epoch(with_ones, y);
        if (epoch < 10) continue;
        const std::vector<double> theta = single.theta().to_vector<double>();
        fmt::print(" ({}){}", fmt::join(theta, " "), epoch < 12 ? "," : "\n");
    }

    const nn::Perceptron either = neuron(1, 1, -0.5), both = neuron(1, 1, -1.5), last = neuron(1, -1, -0.5);
    const Tensor h = stack({either(x), both(x)}, 1), answer = last(h);
    fmt::print("a b  h1 h2  y\n");
    for (std::int64_t i = 0; i < 4; ++i)
        fmt::print("{} {}   {}  {}  {}\n", x.scalar(i, 0).value(), x.scalar(i, 1).value(), h.scalar(i, 0).value(),
                   h.scalar(i, 1).value(), answer.scalar(i).value());
}
