// One idea: the perceptron learns from its mistakes alone.
//   h(x) = 1 where theta x >= 0, else 0;   theta += alpha (y - h(x)) x,   one sample after the other
// Right: nothing changes. Too low (0 in place of 1): x is added to the weights; too high: it is taken away. Where a
// line separates the classes, here the logical or, it comes to an end (Rosenblatt 1958).
// Labels are 0 and 1 as in S2:252; S2:276 and S4:55 have -1 and 1, which the rule of the next page takes.
// Lecture: S1:150-171, S1:200-207, S2:250-262, S4:21-26
// Prints:
//   epoch 1: 2 wrong, theta  0  0  1
//   epoch 2: 2 wrong, theta  0  1  1
//   epoch 3: 1 wrong, theta -1  1  1
//   epoch 4: 0 wrong, theta -1  1  1
//   0 or 0 = 0, 0 or 1 = 1, 1 or 0 = 1, 1 or 1 = 1

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

int main()
{
    const Tensor x = tensor({4, 3}, {1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1});  // the first column is the input of the bias
    const Tensor y = tensor({4}, {0, 1, 1, 1});
    optim::PerceptronRule perceptron(3);
    for (std::int64_t wrong = 1; wrong > 0;) {
        wrong = perceptron.epoch(x, y);
        fmt::print("epoch {}: {} wrong, theta {:2.0f}\n", perceptron.epochs(), wrong,
                   fmt::join(perceptron.theta().to_vector<double>(), " "));
    }
    const auto h = perceptron.predict(x).to_vector<std::int64_t>();
    fmt::print("0 or 0 = {}, 0 or 1 = {}, 1 or 0 = {}, 1 or 1 = {}\n", h[0], h[1], h[2], h[3]);
}
