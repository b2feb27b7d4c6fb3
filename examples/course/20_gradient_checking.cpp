// One idea: compare the gradient with what a small step says, then leave the check out: it costs two passes for each
// weight.
//   dJ/dw is about (J(w + eps) - J(w - eps)) / (2 eps): off by J''' eps^2 / 6, and by rounding, which grows as 1 / eps
// So neither the largest nor the smallest eps is the best one. gradcheck does it for all inputs, each element of the
// output with a weight of its own, and names the worst element. examples/03 checks an operation of one's own with it.
// Lecture: S2:680-688
// Prints:
//   eps      difference from autograd
//   1e-01    7e-04
//   1e-03    7e-08
//   1e-05    ...
//   1e-11    ...
//   gradcheck: ok
//   with a forgotten factor 2:
//   input 0 of shape (3,), element 1: autograd 0.5..., numeric 1.0..., error 0.5 > 1e-06

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <cmath>

using namespace xgrad;

namespace {

/// A neuron and its loss, of the weight alone.
template <class T>
T cost(const T& w)
{
    const T error = sigmoid(w * 2.0 - 0.5) - 1;
    return error * error / 2;
}

Tensor network(const Tensor& x, const Tensor& w, const Tensor& v) { return matmul(v, tanh(matmul(w, x))); }

/// x^2 with the derivative x.
Tensor wrong_square(const Tensor& x)
{
    return record("wrong_square", {x}, square(detach(x)), [x](const Tensor& gy, Adjoints& gx) { gx.add(0, gy * x); });
}

}  // namespace

int main()
{
    Tape tape;
    const Scalar w = tape.variable("w", 0.3);
    tape.backward(cost(w));
    fmt::print("eps      difference from autograd\n");
    for (const double eps : {1e-1, 1e-3, 1e-5, 1e-11}) {
        const double numeric = (cost(Scalar(0.3 + eps)).value() - cost(Scalar(0.3 - eps)).value()) / (2 * eps);
        fmt::print("{:.0e}    {:.0e}\n", eps, std::abs(numeric - w.grad()));
    }

    const Tensor x = tensor({3}, {0.5, -1, 2}, f64), weights = tensor({2, 3}, {0.1, 0.4, -0.2, 0.3, 0, 0.5}, f64);
    fmt::print("gradcheck: {}\n", gradcheck(network, {x, weights, tensor({2}, {1, -2}, f64)}).ok ? "ok" : "wrong");
    fmt::print("with a forgotten factor 2:\n{}\n", gradcheck(wrong_square, {x}).message);
}
