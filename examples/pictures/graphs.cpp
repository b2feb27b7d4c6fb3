// One idea: values go forward along the edges of a graph, gradients come back along the same edges, each gate with its
// rule. The lecture's f = (x + y) z, and a neuron with the sigmoid taken apart, go into graphs.svg and .png.
// Prints:
//   f = -12, gradient -4 -4 3
//   s = 0.7311, gradient with respect to w0 -0.1966, x0 0.3932

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <string>

using namespace xgrad;

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    plot::Drawing drawing(1000, 620);
    {
        Tape tape{{.explain = true}};
        auto x = tape.variable("x", -2.0), y = tape.variable("y", 5.0), z = tape.variable("z", -4.0);
        const Scalar q = x + y, f = q * z;
        tape.name(q, "q");
        tape.name(f, "f");
        tape.backward(f);
        plot::draw(drawing, {200, 10, 600, 230}, teach::graph_of(tape));
        fmt::print("f = {}, gradient {} {} {}\n", f.value(), x.grad(), y.grad(), z.grad());
    }
    {
        Tape tape{{.explain = true}};
        auto w0 = tape.variable("w0", 2.0), x0 = tape.variable("x0", -1.0), w1 = tape.variable("w1", -3.0);
        auto x1 = tape.variable("x1", -2.0), b = tape.variable("b", -3.0);
        const Scalar u = w0 * x0 + w1 * x1 + b, s = 1 / (1 + exp(-u));
        tape.name(u, "u");
        tape.name(s, "s");
        tape.backward(s);
        plot::draw(drawing, {10, 250, 980, 360}, teach::graph_of(tape));
        fmt::print("s = {:.4f}, gradient with respect to w0 {:.4f}, x0 {:.4f}\n", s.value(), w0.grad(), x0.grad());
    }
    drawing.save(folder + "/graphs.svg");
    drawing.save(folder + "/graphs.png");
}
