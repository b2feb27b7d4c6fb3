// One idea: break the formula into nodes of one operation each; then the chain rule goes from the end backwards,
// upstream times local, edge by edge.
//   f = (x + y) z at (-2, 5, -4) (N1):  q = x + y = 3,  f = q z = -12
//   df/dq = z = -4,  df/dz = q = 3,  df/dx = df/dq dq/dx = -4,  df/dy = -4
// (S1:585-626 repeats df/dq = z = -4, also where it should say df/dz = q = 3.)
// Lecture: S1:553-641
// Prints:
//   value of    is          computed as                 local derivative     upstream x local
//   x           -2          variable
//   y           5           variable
//   z           -4          variable
//   q           3           add: x + y                  12_graph.cpp:36      df/dq = -4
//                           dq/dx                       1                    -4 * 1 = -4
//                           dq/dy                       1                    -4 * 1 = -4
//   f           -12         mul: q * z                  12_graph.cpp:37      df/df = 1
//                           df/dq                       z = -4               1 * -4 = -4
//                           df/dz                       q = 3                1 * 3 = 3
//   gradients
//     df/dx = -4
//     df/dy = -4
//     df/dz = 3
//   gates
//     add distributes: each operand receives the upstream gradient unchanged
//     mul swaps: each operand receives upstream times the other operand

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

int main()
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", -2.0), y = tape.variable("y", 5.0), z = tape.variable("z", -4.0);
    const Scalar q = x + y;
    const Scalar f = q * z;
    tape.name(q, "q");
    tape.name(f, "f");
    tape.backward(f);
    fmt::print("{}", explain(tape));
}
