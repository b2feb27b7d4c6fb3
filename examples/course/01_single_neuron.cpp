// One idea: a neuron weighs its inputs, adds a bias and applies an activation; the bias is one more weight, of an input
// that is always 1.
//   z = w x + b,  a = g(z);  or, with w_0 = b and x_0 = 1,  z = theta x.   g the sigmoid, g' = a (1 - a)
//   da/dw_i = g'(z) x_i,  da/db = g'(z)
// w = (0.5, -0.25), b = 0.5 and x = (1, 2) give z = 0.5.
// Lecture: S0:18-30, S1:200-207, S3:166-177
// Prints:
//   bias apart   a = 0.6225, da/dw = 0.2350 0.4700, da/db = 0.2350
//   bias folded  a = 0.6225, da/dtheta = 0.2350 0.2350 0.4700
//   nn::Linear   a = 0.6225, da/dw = 0.2350 0.4700, da/db = 0.2350

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

void show(const char* name, const Tensor& a, const Tensor& dw, const Tensor& db)
{
    fmt::print("{:11}  a = {:.4f}, da/dw = {:.4f}, da/db = {:.4f}\n", name, a.item(),
               fmt::join(dw.to_vector<double>(), " "), db.item());
}

}  // namespace

int main()
{
    Tape tape;
    const Tensor x = tensor({2}, {1, 2}, f64);

    const Tensor w = tape.variable("w", tensor({2}, {0.5, -0.25}, f64)), b = tape.variable("b", tensor(0.5, f64));
    const Tensor apart = sigmoid(dot(w, x) + b);
    tape.backward(apart);
    show("bias apart", apart, w.grad(), b.grad());

    const Tensor theta = tape.variable("theta", tensor({3}, {0.5, 0.5, -0.25}, f64));
    const Tensor folded = sigmoid(dot(theta, cat({ones({1}, f64), x})));
    tape.backward(folded);
    fmt::print("bias folded  a = {:.4f}, da/dtheta = {:.4f}\n", folded.item(),
               fmt::join(theta.grad().to_vector<double>(), " "));

    nn::Linear neuron{2, 1};
    nn::to(neuron, f64);
    neuron.weight = tensor({1, 2}, {0.5, -0.25}, f64);
    neuron.bias = tensor({1}, {0.5}, f64);
    const Tensor layer = sigmoid(neuron(x));
    tape.backward(layer);
    show("nn::Linear", layer, neuron.weight.grad(), neuron.bias.grad());
}
