// One idea: scalars and tensors are recorded on one tape, and gradients flow across the border in both directions.
// A point p is turned by an angle; L is the square of its height. Scalars enter a tensor, an element leaves it again.
//   q = R p with R = (c -s; s c), c = cos(angle) = 0.8, s = sin(angle) = 0.6, p = (1, 2)
//   h = s p0 + c p1 = 2.2,   L = h^2 = 4.84
//   dL/dangle = 2 h (c p0 - s p1) = -1.76,   dL/dp = 2 h (s, c) = (2.64, 3.52)
// Prints:
//   L = 4.84
//   dL/dangle = -1.76
//   dL/dp = tensor({2}, {2.64, 3.52}) f64

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <cmath>

int main()
{
    using namespace xgrad;
    Tape tape;
    const Scalar angle = tape.variable("angle", std::atan2(0.6, 0.8));
    const Tensor p = tape.variable("p", tensor({2}, {1, 2}, f64));

    const Scalar c = cos(angle), s = sin(angle);
    const Tensor rotation = tensor({2, 2}, std::vector<Scalar>{c, -s, s, c});
    const Tensor q = matmul(rotation, p);
    const Scalar height = q.scalar(1);
    const Scalar loss = height * height;

    tape.backward(loss);
    fmt::print("L = {:.2f}\ndL/dangle = {:.2f}\ndL/dp = {}\n", loss.value(), angle.grad(), to_string(p.grad()));
}
