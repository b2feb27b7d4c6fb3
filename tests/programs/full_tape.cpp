// Fills a plain tape and an explaining one until they refuse, and uses them afterwards. A test runs it with little
// address space, so that what a tape reserves is soon full.
#include <xgrad/xgrad.hpp>

#include <cstdio>
#include <string>

namespace {

bool check(bool right, const char* what)
{
    if (!right) std::printf("wrong: %s\n", what);
    return right;
}

bool fill_and_use(bool explain)
{
    xgrad::Tape tape{{.explain = explain}};
    const auto x = tape.variable(1.0000001);
    const auto w = tape.variable(xgrad::tensor({2}, {3, 4}, xgrad::f64));
    const xgrad::Scalar first = x * x;
    const xgrad::Tensor square = sum(w * w);
    xgrad::Scalar y = x;
    long count = 0;
    std::string message;
    try {
        for (; count < 1L << 32; ++count) y = y * x;
    } catch (const xgrad::TapeError& error) {
        message = error.what();
    }
    bool right = check(message.find("tape: the tape is full") == 0, "the exception");
    try {
        (void)(w * w);
        right = check(false, "a tensor operation on a full tape");
    } catch (const xgrad::TapeError&) {
    }
    tape.backward(square, {.retain = true});
    right &= check(w.grad().to_vector<double>() == std::vector<double>({6, 8}), "the tensor's gradient");
    tape.backward(first, {.retain = true});
    right &= check(x.grad() == 2 * x.value(), "the scalar's gradient");
    tape.backward(y);  // y = x^(count + 1)
    const double slope = static_cast<double>(count + 1) * y.value() / x.value() + 2 * x.value();
    right &= check(x.grad() > slope * 0.999999 && x.grad() < slope * 1.000001, "the gradient over the whole tape");
    std::printf("%s tape: full after %ld products\n", explain ? "explaining" : "plain", count);
    return right;
}

}  // namespace

int main()
{
    bool right = fill_and_use(false);
    right &= fill_and_use(true);
    right &= fill_and_use(false);
    return right ? 0 : 1;
}
