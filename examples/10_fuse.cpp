// One idea: fuse makes an expression, element by element, one operation: one record, one pass over memory forward and
// one back. The function is called once, with symbols in place of elements; `where` takes the place of branches.
//   y = x^2 where x > 0, else s x:    dy/dx = 2 x, else s;    dy/ds = 0, else x
// Prints:
//   y = tensor({2, 2}, {1, 9, -0.5, -1}) f32
//   dy/dx = tensor({2, 2}, {2, 6, 0.5, 0.25}) f32
//   dy/ds = tensor({2}, {-1, -4}) f32
//   d(dy/dx)/dx = tensor({2, 2}, {2, 2, 0, 0}) f32

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

int main()
{
    Tape tape;
    const Tensor x = tape.variable("x", tensor({2, 2}, {1, 3, -1, -4}));
    const Tensor s = tape.variable("s", tensor({2}, {0.5, 0.25}));
    const Tensor y = fuse([](auto a, auto slope) { return where(a > 0, a * a, slope * a); }, x, s);
    fmt::print("y = {}\n", to_string(y));

    const std::vector<Tensor> g = tape.grad(sum(y), {x, s}, {.create_graph = true});
    fmt::print("dy/dx = {}\ndy/ds = {}\n", to_string(g[0]), to_string(g[1]));
    fmt::print("d(dy/dx)/dx = {}\n", to_string(tape.grad(sum(g[0]), {x})[0]));
}
