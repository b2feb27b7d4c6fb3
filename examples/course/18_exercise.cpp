// One idea: an exercise on deltas, answered by hand and by autograd.
// The network of the exercise (N6):
//   y1 = s(0.5 x + 1),  y2 = s(w x + 0.5) with w = 1,  u = 0.5 y1 + 0.5 y2 + 0.25,  z = s(u),  E = (z - 1)^2 / 2
//   dE/du = (z - 1) z (1 - z),  dE/dy2 = 0.5 dE/du,  dE/du2 = dE/dy2 y2 (1 - y2),  dE/dw = dE/du2 x
// The slide says "suppose z = 0.9" (S0:323): then dE/du = -0.1 0.09 = -0.009, dE/dy2 = -0.0045. With these weights z is
// never 0.9: y1 and y2 lie between 0 and 1, so z lies between s(0.25) and s(1.25); 0.9 = s(2.1972).
// Lecture: S0:318-369
// Prints:
//   z is between 0.5622 and 0.7773
//   x = 1: y1 = 0.8175744762, y2 = 0.8175744762, u = 1.0675744762, z = 0.7441353747
//          dE/du = -0.048716092165, dE/dw = -0.003632916153 by hand, -0.003632916153 by autograd
//          with z = 0.9: dE/du = -0.009, dE/dw = -0.000671159034
//   x = 2: y1 = 0.8807970780, y2 = 0.9241418200, u = 1.1524694490, z = 0.7599616828
//          dE/du = -0.043787771458, dE/dw = -0.003069685518 by hand, -0.003069685518 by autograd
//          with z = 0.9: dE/du = -0.009, dE/dw = -0.000630933449

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

namespace {

void solve(double x)
{
    Tape tape;
    const Scalar w = tape.variable("w", 1.0);
    const Scalar y1 = sigmoid(Scalar(0.5 * x + 1)), y2 = sigmoid(w * x + 0.5), u = 0.5 * y1 + 0.5 * y2 + 0.25;
    const Scalar z = sigmoid(u), e = (z - 1) * (z - 1) / 2;
    tape.backward(e);

    const auto dw = [&](double du) { return du * 0.5 * y2.value() * (1 - y2.value()) * x; };
    const double du = (z.value() - 1) * z.value() * (1 - z.value()), supposed = (0.9 - 1) * 0.9 * (1 - 0.9);
    fmt::print("x = {}: y1 = {:.10f}, y2 = {:.10f}, u = {:.10f}, z = {:.10f}\n", x, y1.value(), y2.value(), u.value(),
               z.value());
    fmt::print("       dE/du = {:.12f}, dE/dw = {:.12f} by hand, {:.12f} by autograd\n", du, dw(du), w.grad());
    fmt::print("       with z = 0.9: dE/du = {:.3f}, dE/dw = {:.12f}\n", supposed, dw(supposed));
}

}  // namespace

int main()
{
    fmt::print("z is between {:.4f} and {:.4f}\n", sigmoid(Scalar(0.25)).value(), sigmoid(Scalar(1.25)).value());
    solve(1);
    solve(2);
}
