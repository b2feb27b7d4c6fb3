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
    return total == 21 && columns(2) == 9 && largest(1, 0) == 6 && block[0] == 0x6627e8d5U ? 0 : 1;
}
