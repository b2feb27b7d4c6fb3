// One idea: reverse mode fits on two pages. <xgrad/teach/micro.hpp> is an engine to read aloud: values that know their
// inputs and local derivatives, and a walk from the end backwards that hands on upstream times local.
// The library gives the same numbers. Below, the slide's graph (N1), and a neuron with a loss, written once for both
// engines.
// Lecture: S1:553-712, S1:235-237
// Prints:
//   slide   micro: f = -12, gradient -4 -4 3
//   slide   xgrad: f = -12, gradient -4 -4 3
//   neuron  micro: L = 0.3221, dL/dw = -1.5427, dL/db = -0.7714
//   neuron  xgrad: L = 0.3221, dL/dw = -1.5427, dL/db = -0.7714

#include <xgrad/teach/micro.hpp>
#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

namespace {

template <class T>
T slide(const T& x, const T& y, const T& z)
{
    return (x + y) * z;
}

/// Half the squared distance of tanh(w x + b) and the target 1 at x = 2.
template <class T>
T loss(const T& w, const T& b)
{
    const T error = tanh(w * 2 + b) - 1;
    return error * error / 2;
}

template <class T>
void show_slide(const char* name, const T& f, const T& x, const T& y, const T& z)
{
    fmt::print("slide   {}: f = {}, gradient {} {} {}\n", name, f.value(), x.grad(), y.grad(), z.grad());
}

template <class T>
void show_neuron(const char* name, const T& l, const T& w, const T& b)
{
    fmt::print("neuron  {}: L = {:.4f}, dL/dw = {:.4f}, dL/db = {:.4f}\n", name, l.value(), w.grad(), b.grad());
}

}  // namespace

int main()
{
    {
        const xgrad::micro::Value x = -2, y = 5, z = -4, f = slide(x, y, z);
        f.backward();
        show_slide("micro", f, x, y, z);
    }
    xgrad::Tape tape;
    {
        const xgrad::Scalar x = tape.variable(-2), y = tape.variable(5), z = tape.variable(-4), f = slide(x, y, z);
        tape.backward(f);
        show_slide("xgrad", f, x, y, z);
    }
    {
        const xgrad::micro::Value w = 0.25, b = -0.3, l = loss(w, b);
        l.backward();
        show_neuron("micro", l, w, b);
    }
    {
        const xgrad::Scalar w = tape.variable(0.25), b = tape.variable(-0.3), l = loss(w, b);
        tape.backward(l);
        show_neuron("xgrad", l, w, b);
    }
}
