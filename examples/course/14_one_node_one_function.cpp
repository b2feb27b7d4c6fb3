// One idea: a node knows one function and its derivative, and whole formulas follow from that.
//   f = exp(1/x) (N3):  a = 1/x, da/dx = -1/x^2;  f = exp(a), df/da = f;   df/dx = -exp(1/x) / x^2
// A gradient is computed by nodes as well, so it can be differentiated again: f'' = exp(1/x) (1 + 2 x) / x^4.
// Lecture: S1:707-710
// Prints:
//   x      f            df/da        da/dx        df/dx        f''
//   1.0     2.718281828  2.718281828 -1.000000000 -2.718281828  8.154845
//   2.0     1.648721271  1.648721271 -0.250000000 -0.412180318  0.515225
//   0.5     7.389056099  7.389056099 -4.000000000 -29.556224396 236.449795

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

int main()
{
    fmt::print("x      f            df/da        da/dx        df/dx        f''\n");
    for (const double at : {1.0, 2.0, 0.5}) {
        Tape tape;
        const Tensor x = tape.variable("x", tensor(at, f64)), a = reciprocal(x), f = exp(a);
        const Tensor df_da = tape.grad(f, {a}, {.retain = true})[0], da_dx = tape.grad(a, {x}, {.retain = true})[0];
        const Tensor df_dx = tape.grad(f, {x}, {.create_graph = true})[0];
        const Tensor second = tape.grad(df_dx, {x})[0];
        fmt::print("{:.1f}    {:12.9f} {:12.9f} {:12.9f} {:12.9f} {:9.6f}\n", at, f.item(), df_da.item(), da_dx.item(),
                   df_dx.item(), second.item());
    }
}
