// One idea: start values should neither blow signals up nor let them die out on their way through the layers.
// A unit adds n products, so its variance is n times that of a weight, and a ReLU cuts half of it off: the variance of
// the weights should be 2 / n, the deviation sqrt(2 / n) (He et al. 2015), for n = 100 inputs 0.1414 (N16). The slide,
// S1:861, has randn(n) 2 / sqrt(n), which is 0.2: sqrt 2 too much in every layer, 2^5 = 32 in ten. "Small random
// numbers" (S1:860) die out. Biases start at 0, behind a ReLU sometimes at 0.1 (S1:863).
// Lecture: S1:854-863, S2:602, S4:264-268
// Prints:
//   deviation of 100 inputs: sqrt(2 / n) = 0.141421, measured 0.1414, the slide's 0.200000
//   size of the signal behind ReLU layers 1, 5, 10
//   sqrt(2 / n)       1.0  1.0  0.9
//   2 / sqrt(n)       1.4  5.5  2...
//   0.01              0.1  0.0  0.0

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <cmath>

using namespace xgrad;

namespace {

constexpr std::int64_t kUnits = 100;

double size_of_signal(const Tensor& x) { return std::sqrt(mean(square(x)).item()); }

template <class Weights>
void go_forward(const char* name, Weights weights)
{
    manual_seed(1);
    Tensor x = randn({500, kUnits});
    fmt::print("{:16}", name);
    for (int layer = 1; layer <= 10; ++layer) {
        x = relu(linear(x, weights()));
        if (layer == 1 || layer == 5 || layer == 10) fmt::print("  {:.1f}", size_of_signal(x));
    }
    fmt::print("\n");
}

}  // namespace

int main()
{
    manual_seed(1);
    const Tensor w = nn::init::kaiming_normal({2000, kUnits});
    fmt::print("deviation of {} inputs: sqrt(2 / n) = {:.6f}, measured {:.4f}, the slide's {:.6f}\n", kUnits,
               std::sqrt(2.0 / kUnits), size_of_signal(w), 2 / std::sqrt(double{kUnits}));
    fmt::print("size of the signal behind ReLU layers 1, 5, 10\n");
    go_forward("sqrt(2 / n)", [] { return nn::init::kaiming_normal({kUnits, kUnits}); });
    go_forward("2 / sqrt(n)", [] { return nn::init::normal({kUnits, kUnits}, 0, 0.2); });
    go_forward("0.01", [] { return nn::init::normal({kUnits, kUnits}, 0, 0.01); });
}
