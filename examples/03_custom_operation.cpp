// One idea: an operation of your own is a value and a vjp given to record(), and gradcheck tells whether they fit.
//   squash   y = x / (1 + |x|)
//   vjp        dx = gy / (1 + |x|)^2     written in operations, so that it can be differentiated again
// Prints:
//   squash(1) = 0.5, derivative 0.25
//   first derivatives right: true, second: true
//   with a forgotten square: false
//   input 0 of shape (3,), element 2: autograd ..., numeric ..., error ... > 1e-06

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

namespace {

Tensor squash_value(const Tensor& x)
{
    const NoGrad value_only;
    return x / (1 + abs(x));
}

Tensor squash(const Input& x)
{
    return record("squash", {x}, squash_value(x), [x = *x](const Tensor& gy, Adjoints& gx) {
        if (gx.wants(0)) gx.add(0, gy / square(1 + abs(x)));
    });
}

Tensor wrong_squash(const Input& x)
{
    return record("wrong_squash", {x}, squash_value(x), [x = *x](const Tensor& gy, Adjoints& gx) {
        if (gx.wants(0)) gx.add(0, gy / (1 + abs(x)));
    });
}

}  // namespace

int main()
{
    Tape tape;
    const Tensor x = tape.variable("x", tensor(1.0));
    const Tensor y = squash(x);
    tape.backward(y);
    fmt::print("squash(1) = {}, derivative {}\n", y.item(), x.grad().item());

    const Tensor points = tensor({3}, {-1.5, 0.5, 2}, f64);
    const auto f = [](const Tensor& t) { return squash(t); };
    fmt::print("first derivatives right: {}, second: {}\n", gradcheck(f, {points}).ok, gradgradcheck(f, {points}).ok);

    const auto report = gradcheck([](const Tensor& t) { return wrong_squash(t); }, {points});
    fmt::print("with a forgotten square: {}\n{}\n", report.ok, report.message);
}
