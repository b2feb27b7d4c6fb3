// One idea: loss and activation decide what delta of the output is; for sigmoid and cross entropy the slope cancels.
//   cross entropy   dL/da = (a - y) / (a (1 - a)),  da/dz = a (1 - a):  delta = a - y               (S3:360)
//   squared / 2     dL/da = a - y:                                      delta = (a - y) a (1 - a)    (S0:257)
// At a = 0.9 and y = 1, z = log 9: -0.1 and -0.009. Where the neuron is wrong and saturated, a = 0.01, the squared loss
// hardly learns. S4:213 prints y (1 - y) (a - y), the slope at the target: 0 for every label. The whiteboard's y - a
// (S3:262) and the delta of S2:430 belong to the log-likelihood, which is climbed; with + eta delta x (S4:223) one
// climbs the loss. "error" in S3:226 is the learning rate; S3:382 has w1 x for w1 a0; L is the loss and the number of
// layers (S2:107, S2:111), and the last delta has the number L + 1 in S2:430, L in S2:455.
// Lecture: S2:428-468, S3:214-377, S4:205-226
// Prints:
//   a = 0.90, y = 1:  cross entropy -0.1000  squared -0.0090  S4:213 0.0000
//   a = 0.50, y = 1:  cross entropy -0.5000  squared -0.1250  S4:213 0.0000
//   a = 0.01, y = 1:  cross entropy -0.9900  squared -0.0098  S4:213 0.0000

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

int main()
{
    const double y = 1;
    for (const double a : {0.9, 0.5, 0.01}) {
        Tape tape;
        const Scalar z = tape.variable("z", std::log(a / (1 - a))), output = sigmoid(z);
        const Scalar entropy = -y * log(output) - (1 - y) * log(1 - output);
        const Scalar squared = (output - y) * (output - y) / 2;
        const double delta = tape.grad(entropy, {z}, {.retain = true})[0].value(),
                     other = tape.grad(squared, {z})[0].value();
        fmt::print("a = {:.2f}, y = {}:  cross entropy {:.4f}  squared {:.4f}  S4:213 {:.4f}\n", a, y, delta, other,
                   y * (1 - y) * (y - a));
    }
}
