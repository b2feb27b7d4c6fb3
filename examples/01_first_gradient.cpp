// One idea: compute while a tape is alive, then ask the tape for gradients; numbers and tensors are recorded alike.
//   f = (x + y) z at (-2, 5, -4):  df/dx = df/dy = z = -4,  df/dz = x + y = 3
//   L = sum(w w):                  dL/dw = 2 w
// Prints:
//   f = -12, gradient -4 -4 3
//   tensor({2, 2}, {2, 4, 6, 8}) f32

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

int main()
{
    xgrad::Tape tape;
    auto x = tape.variable("x", -2.0), y = tape.variable("y", 5.0), z = tape.variable("z", -4.0);
    auto f = (x + y) * z;
    tape.backward(f);
    fmt::print("f = {}, gradient {} {} {}\n", f.value(), x.grad(), y.grad(), z.grad());

    auto w = tape.variable("w", xgrad::tensor({2, 2}, {1, 2, 3, 4}));
    tape.backward(sum(w * w));
    fmt::print("{}\n", to_string(w.grad()));
}
