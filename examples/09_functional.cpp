// One idea: derivatives are functions of functions, so they combine: the gradient of a gradient, the Jacobian of a
// function over a batch, the Hessian of a function that keeps nothing in memory.
// Prints:
//   f = 10, gradient tensor({2}, {13, 2}) f32
//   Hessian tensor({2, 2}, {12, 1, 1, 0}) f32, times (1, 1): tensor({2}, {13, 1}) f32
//   forward over reverse: tensor({2}, {13, 1}) f32, checkpointed: tensor({2}, {13, 1}) f32
//   gradients of samples: tensor({2, 2}, {4, 1, 13, 2}) f32
//   Jacobian of a batch: tensor({2, 2, 2}, {4, 1, 0, 0, 0, 0, 13, 2}) f32
//   a program at (1, 2): 3.00, gradient (5.00, 1.00)

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

int main()
{
    // f = a^3 + a b: gradient (3 a^2 + b, a), Hessian ((6 a, 1), (1, 0)).
    const auto f = [](const Tensor& x) {
        const Tensor a = select(x, 0, 0), b = select(x, 0, 1);
        return a * a * a + a * b;
    };
    const Tensor x = tensor({2}, {2, 1}), v = tensor({2}, {1, 1});

    const auto [value, gradient] = value_and_grad(f)(x);
    fmt::print("f = {}, gradient {}\n", value.item(), to_string(gradient));
    fmt::print("Hessian {}, times (1, 1): {}\n", to_string(hessian(f)(x)), to_string(hvp(f, x, v)));

    const auto frugal = [&](const Tensor& t) { return checkpoint(f, t); };
    fmt::print("forward over reverse: {}, checkpointed: {}\n", to_string(jvp(grad(f), x, v).second),
               to_string(hvp(frugal, x, v)));

    const Tensor batch = tensor({2, 2}, {1, 1, 2, 1});
    fmt::print("gradients of samples: {}\n", to_string(vmap(grad(f))(batch)));
    fmt::print("Jacobian of a batch: {}\n", to_string(jacobian(vmap(f))(batch)));

    // The same with scalars: recorded once, computed elsewhere.
    const ScalarProgram program([](const std::vector<Scalar>& s) { return s[0] * s[0] * s[0] + s[0] * s[1]; },
                                std::vector<double>{2, 1});
    const std::vector<double> point{1, 2};
    const std::vector<double> g = program.gradient(point);
    fmt::print("a program at (1, 2): {:.2f}, gradient ({:.2f}, {:.2f})\n", program(point)[0], g[0], g[1]);
}
