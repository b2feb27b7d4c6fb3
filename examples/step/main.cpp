// Back-propagation in the terminal, one key a step. ./dev step [GRAPH]
#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

#include <termios.h>
#include <unistd.h>

#include <cmath>
#include <iostream>
#include <map>
#include <string>

using namespace xgrad;

namespace {

/// While it lives, a key is read without Enter.
class SingleKeys {
public:
    SingleKeys()
    {
        if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before_) != 0) return;
        is_changed_ = true;
        termios now = before_;
        now.c_lflag &= ~static_cast<tcflag_t>(ICANON);
        tcsetattr(STDIN_FILENO, TCSANOW, &now);
    }
    SingleKeys(const SingleKeys&) = delete;
    SingleKeys& operator=(const SingleKeys&) = delete;
    ~SingleKeys()
    {
        if (is_changed_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
    }

private:
    termios before_{};
    bool is_changed_ = false;
};

/// f = (x + y) z at (-2, 5, -4).
void slide(Tape& tape)
{
    const Scalar x = tape.variable("x", -2.0), y = tape.variable("y", 5.0), z = tape.variable("z", -4.0);
    const Scalar q = x + y;
    const Scalar f = q * z;
    tape.name(q, "q");
    tape.name(f, "f");
    tape.backward(f);
}

/// a = w x, b = v y, h = a + b, c = u h with dL/dc = 3.
void staged(Tape& tape)
{
    const Scalar w = tape.variable("w", 1.0), x = tape.variable("x", 2.0), v = tape.variable("v", 3.0);
    const Scalar y = tape.variable("y", 4.0), u = tape.variable("u", 2.0);
    const Scalar a = w * x;
    const Scalar b = v * y;
    const Scalar h = a + b;
    const Scalar c = u * h;
    tape.name(a, "a");
    tape.name(b, "b");
    tape.name(h, "h");
    tape.name(c, "c");
    tape.backward(c, 3.0);
}

/// A neuron and its squared error: z = g(w1 x1 + w2 x2 + b), E = (z - t)^2 / 2.
void neuron(Tape& tape)
{
    const Scalar x1 = tape.variable("x1", 1.0), x2 = tape.variable("x2", -0.5);
    const Scalar w1 = tape.variable("w1", 0.4), w2 = tape.variable("w2", 0.8), b = tape.variable("b", 0.1);
    const Scalar u = w1 * x1 + w2 * x2 + b;
    const Scalar z = sigmoid(u);
    const Scalar e = square(z - 1.0) / 2.0;
    tape.name(u, "u");
    tape.name(z, "z");
    tape.name(e, "E");
    tape.backward(e);
}

/// A layer of tensors: h = relu(x W^T + b), loss = mean(h^2).
void layer(Tape& tape)
{
    const Tensor x = tape.variable("x", tensor({1, 2}, {1, -2}));
    const Tensor w = tape.variable("W", tensor({3, 2}, {0.5, 1, -1, 0.25, 2, 0.5}));
    const Tensor b = tape.variable("b", tensor({3}, {0.1, -0.2, 0.3}));
    const Tensor u = linear(x, w, b);
    const Tensor h = relu(u);
    const Tensor loss = mean(square(h));
    tape.name(u, "u");
    tape.name(h, "h");
    tape.name(loss, "loss");
    tape.backward(loss);
}

const std::map<std::string, void (*)(Tape&)> kGraphs{
    {"slide", slide}, {"staged", staged}, {"neuron", neuron}, {"layer", layer}};

}  // namespace

int main(int argc, char** argv)
{
    const std::string name = argc > 1 ? argv[1] : "slide";
    const auto graph = kGraphs.find(name);
    if (graph == kGraphs.end() || argc > 2) {
        fmt::print(stderr, "step [GRAPH], one of:");
        for (const auto& [known, make] : kGraphs) fmt::print(stderr, " {}", known);
        fmt::print(stderr, "\n");
        return 2;
    }
    Tape tape{{.explain = true}};
    graph->second(tape);
    std::cout << explain(tape) << '\n';
    teach::BackwardStepper stepper(tape);
    const SingleKeys keys;
    teach::step_through(stepper, std::cin, std::cout);
}
