// What somebody else's program looks like: xtensor first, then xgrad. Under g++ -std=c++20 the reductions of an xarray
// crash with xtensor 0.24 unless the flag that the target carries has arrived here.
#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>

#include <xgrad/xgrad.hpp>

#include <array>
#include <cstdio>

int main()
{
    const xt::xarray<double> a{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
    const double total = xt::sum(a, xt::evaluation_strategy::immediate)();
    const xt::xarray<double> columns = xt::sum(a, {0}, xt::evaluation_strategy::immediate);
    const xt::xarray<double> largest = xt::amax(a, {1}, xt::keep_dims | xt::evaluation_strategy::immediate);
    const auto block = xgrad::philox4x32({0, 0, 0, 0}, {0, 0});
    std::printf("xgrad %s: sum %g, columns %g %g %g, largest %g %g, random %08x\n", xgrad::kVersion, total, columns(0),
                columns(1), columns(2), largest(0, 0), largest(1, 0), block[0]);
    // The tape is thread-local: a shared library and its program must see the same one.
    xgrad::Tape tape;
    auto x = tape.variable("x", -2.0), y = tape.variable("y", 5.0), z = tape.variable("z", -4.0);
    auto f = (x + y) * z;
    tape.backward(f);
    auto w = tape.variable("w", xgrad::tensor({2}, {1, 2}));
    tape.backward(sum(w * w));
    const std::vector<double> gradient = w.grad().to_vector<double>();
    std::printf("f %g, gradient %g %g %g, of w %g %g\n", f.value(), x.grad(), y.grad(), z.grad(), gradient[0],
                gradient[1]);
    if (f.value() != -12 || x.grad() != -4 || z.grad() != 3 || gradient[1] != 4) return 1;
    return total == 21 && columns(2) == 9 && largest(1, 0) == 6 && block[0] == 0x6627e8d5U ? 0 : 1;
}
