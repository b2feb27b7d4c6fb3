// One idea: arrays come from xtensor and go back to it; between the two they are tensors.
// A least-squares gradient: L = mean (X w - y)^2, dL/dw = 2/n X^T (X w - y), checked by xtensor itself.
// Prints:
//   dL/dw from the tape   {-2.5, -1.5}
//   dL/dw from xtensor    {-2.5, -1.5}
//   moved in without a copy: true

#include <xgrad/xgrad.hpp>
#include <xgrad/xtensor.hpp>

#include <fmt/core.h>
#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif

using namespace xgrad;

int main()
{
    const xt::xtensor<double, 2> x{{1, 2}, {3, 4}, {1, 0}, {0, 1}};
    const xt::xtensor<double, 1> w{0.5, 1}, noise{0.1, -0.1, 0.2, -0.2};
    const xt::xtensor<double, 1> y = xt::sum(x * w, {1}) + 1 + noise * 10;

    Tape tape;
    const Tensor weights = tape.variable("w", from_xtensor(w));
    const Tensor error = matmul(from_xtensor(x), weights) - from_xtensor(y);  // any expression may stand here
    tape.backward(mean(square(error)));
    const auto gradient = weights.grad().array<double>();  // a view: it lives as long as weights
    fmt::print("dL/dw from the tape   {{{}, {}}}\n", gradient(0), gradient(1));

    const xt::xtensor<double, 1> e = xt::sum(x * w, {1}) - y;
    const xt::xtensor<double, 1> expected = 2.0 / 4 * xt::sum(x * xt::view(e, xt::all(), xt::newaxis()), {0});
    fmt::print("dL/dw from xtensor    {{{}, {}}}\n", expected(0), expected(1));

    xt::xarray<double> large = xt::ones<double>({1000, 1000});
    const double* first = large.data();
    const Tensor taken = from_xtensor(std::move(large));
    fmt::print("moved in without a copy: {}\n", taken.data<double>() == first);
}
