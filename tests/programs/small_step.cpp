// A scalar and a tensor step; a test runs it with little address space.
#include <xgrad/xgrad.hpp>

#include <cstdio>

int main()
{
    xgrad::Tape tape;
    const auto x = tape.variable(3.0);
    const auto w = tape.variable(xgrad::ones({100, 100}));
    xgrad::Scalar y = x;
    for (int i = 0; i < 1000000; ++i) y = y * 1.000001;
    tape.backward(y);
    tape.backward(sum(matmul(w, w)));
    const bool right = x.grad() > 2.7 && x.grad() < 2.8 && w.grad().scalar(0, 0).value() == 200;
    std::printf("%s\n", right ? "gradients are right" : "gradients are wrong");
    return right ? 0 : 1;
}
