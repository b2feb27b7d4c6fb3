// One idea: a gradient computed with create_graph is recorded too, so it can be differentiated again.
//   f(x) = sum x^3:    f' = 3 x^2,  f'' = 6 x
//   g(x) = exp(1/x):   g' = -exp(1/x) / x^2,  g'' = exp(1/x) (1 + 2 x) / x^4     at x = 2
// Scalars need a tape that keeps every operation: {.explain = true}.
// Prints:
//   f'  = tensor({3}, {3, 12, 27}) f32
//   f'' = tensor({3}, {6, 12, 18}) f32
//   g = 1.648721, g' = -0.412180, g'' = 0.515225

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

int main()
{
    {
        Tape tape;
        const Tensor x = tape.variable("x", tensor({3}, {1, 2, 3}));
        const Tensor first = tape.grad(sum(x * x * x), {x}, {.create_graph = true})[0];
        const Tensor second = tape.grad(sum(first), {x})[0];
        fmt::print("f'  = {}\nf'' = {}\n", to_string(first), to_string(second));
    }
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", 2.0);
    const Scalar g = exp(1 / x);
    const Scalar first = tape.grad(g, {x}, {.create_graph = true})[0];
    const Scalar second = tape.grad(first, {x})[0];
    fmt::print("g = {:.6f}, g' = {:.6f}, g'' = {:.6f}\n", g.value(), first.value(), second.value());
}
