// One idea: what stands on an edge, a weight, is a node, too; and the derivatives on the way are needed only to go on.
//   a = w x,  b = v y,  h = a + b,  c = u h   with w = 1, x = 2, v = 3, y = 4, u = 2 and dL/dc = 3 given (N2)
//   dL/du = 3 h = 42,  dL/dh = 3 u = 6,  dL/da = dL/db = 6,  dL/dw = 6 x = 12,  dL/dx = 6 w = 6,
//   dL/dv = 6 y = 24,  dL/dy = 6 v = 18
// Gradient descent changes the weights u, v and w by theirs; dL/dh, dL/da and dL/db are intermediate (S1:699). A tape
// that explains keeps them. (The names a and b stand in for those of the figure.)
// Lecture: S1:674-705
// Prints:
//   forward   a = 2, b = 12, h = 14, c = 28
//   backward  dL/dc = 3, dL/dh = 6, dL/da = 6, dL/db = 6
//   weights   dL/du = 42, dL/dw = 12, dL/dv = 24
//   inputs    dL/dx = 6, dL/dy = 18

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

int main()
{
    Tape tape{{.explain = true}};
    const Scalar w = tape.variable("w", 1), x = tape.variable("x", 2), v = tape.variable("v", 3);
    const Scalar y = tape.variable("y", 4), u = tape.variable("u", 2);
    const Scalar a = w * x, b = v * y, h = a + b, c = u * h;
    tape.backward(c, 3);
    fmt::print("forward   a = {}, b = {}, h = {}, c = {}\n", a.value(), b.value(), h.value(), c.value());
    fmt::print("backward  dL/dc = {}, dL/dh = {}, dL/da = {}, dL/db = {}\n", c.grad(), h.grad(), a.grad(), b.grad());
    fmt::print("weights   dL/du = {}, dL/dw = {}, dL/dv = {}\n", u.grad(), w.grad(), v.grad());
    fmt::print("inputs    dL/dx = {}, dL/dy = {}\n", x.grad(), y.grad());
}
