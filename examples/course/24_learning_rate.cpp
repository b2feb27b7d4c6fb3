// One idea: too small a rate takes long, too large a one oscillates or climbs, and noise leaves a floor that grows with
// the rate.
// On f = w^2 / 2, whose gradient is w, a step is w = (1 - eta) w. Where the gradient is w plus noise of deviation 1, as
// from single samples, w comes to rest with mean w^2 = eta / (2 - eta): the error floor. So begin large, and let eta
// decay (next page).
// Lecture: S0:437-445, S1:865-869, S4:269-271
// Prints:
//   eta   w after 1, 2, 3 and 20 steps
//   0.01    0.990  0.980  0.970   0.818  slow
//   0.50    0.500  0.250  0.125   0.000
//   1.00    0.000  0.000  0.000   0.000
//   1.90   -0.900  0.810 -0.729   0.122  oscillates
//   2.10   -1.100  1.210 -1.331   6.727  climbs
//   with noise: mean of w^2, and eta / (2 - eta)
//   0.50   0.332  0.333
//   0.10   0.053  0.053
//   0.02   0.010  0.010

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

void descend(double eta, const char* verdict)
{
    Parameter w(tensor(1.0, f64));
    optim::SGD sgd{{w}, {.lr = eta}};
    std::string points;
    for (int step = 1; step <= 20; ++step) {
        Tape tape;
        sgd.zero_grad();
        tape.backward(square(w) / 2);
        sgd.step();
        if (step <= 3) points += fmt::format(" {:6.3f}", w.value().item());
    }
    fmt::print("{:.2f}  {}  {:6.3f}{}{}\n", eta, points, w.value().item(), *verdict ? "  " : "", verdict);
}

/// Steps of plain numbers: w -= eta (w + noise).
void floor_of(double eta)
{
    Generator generator(1);
    double w = 0, squares = 0;
    constexpr int kSteps = 200000;
    for (const double noise : randn({kSteps}, {f64, generator}).to_vector<double>()) {
        w -= eta * (w + noise);
        squares += w * w / kSteps;
    }
    fmt::print("{:.2f}   {:.3f}  {:.3f}\n", eta, squares, eta / (2 - eta));
}

}  // namespace

int main()
{
    fmt::print("eta   w after 1, 2, 3 and 20 steps\n");
    descend(0.01, "slow");
    descend(0.5, "");
    descend(1, "");
    descend(1.9, "oscillates");
    descend(2.1, "climbs");
    fmt::print("with noise: mean of w^2, and eta / (2 - eta)\n");
    for (const double eta : {0.5, 0.1, 0.02}) floor_of(eta);
}
