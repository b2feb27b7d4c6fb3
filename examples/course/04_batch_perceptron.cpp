// One idea: the batch perceptron looks at all samples before it changes anything; such a round is an epoch.
//   Delta = sum of y x over the samples with y theta x <= 0, divided by n in the averaged rule;   theta += alpha Delta
// until Delta is 0. With alpha = 1 and without the division it is the fixed increment rule: the same steps, n times as
// long. The logical and, x = (1, x1, x2), labels -1 and 1 (N13): both need 10 epochs, the last of which finds nothing
// wrong.
// Lecture: S2:268-284
// Prints:
//   epoch  averaged               fixed increment
//       1  -0.50   0.00   0.00   -2  0  0
//       2  -0.25   0.25   0.25   -1  1  1
//       3  -0.75   0.00   0.00   -3  0  0
//       4  -0.50   0.25   0.25   -2  1  1
//       5  -0.25   0.50   0.50   -1  2  2
//       6  -0.75   0.25   0.25   -3  1  1
//       7  -0.50   0.50   0.50   -2  2  2
//       8  -1.00   0.25   0.25   -4  1  1
//       9  -0.75   0.50   0.50   -3  2  2
//      10  -0.75   0.50   0.50   -3  2  2
//   answers -1 -1 -1 1

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

int main()
{
    const Tensor x = tensor({4, 3}, {1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1}), y = tensor({4}, {-1, -1, -1, 1});
    optim::BatchPerceptron averaged(3), fixed_increment(3, {.average = false});
    fmt::print("epoch  averaged               fixed increment\n");
    for (double length = 1; length > 0;) {
        length = averaged.epoch(x, y) + fixed_increment.epoch(x, y);
        fmt::print("{:5}  {:5.2f}   {:2.0f}\n", averaged.epochs(),
                   fmt::join(averaged.theta().to_vector<double>(), "  "),
                   fmt::join(fixed_increment.theta().to_vector<double>(), " "));
    }
    fmt::print("answers {}\n", fmt::join(averaged.predict(x).to_vector<std::int64_t>(), " "));
}
