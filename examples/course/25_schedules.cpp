// One idea: let the rate decay, when the loss has become flat or as epochs go by.
//   plateau       divide by 5 when the loss no longer falls: 0.1, 0.02, 0.004 (N11)
//   step decay    times 0.5 every 5 epochs, or times 0.1 every 20
//   exponential   alpha_0 e^(-k t); S1:876 has a second alpha behind it
//   1/t           alpha_0 / (1 + k t)
// All from alpha_0 = 0.1, k = 0.1 (N12).
// Lecture: S0:437-456, S1:871-879
// Prints:
//   loss  0.90  0.50  0.30  0.30  0.30  0.30  0.20  0.20  0.20  0.20
//   rate 0.100 0.100 0.100 0.100 0.100 0.020 0.020 0.020 0.020 0.004
//   epoch  half every 5  tenth every 20  exponential  1/t
//       0      0.100000        0.100000    0.1000000  0.100000
//       5      0.050000        0.100000    0.0606531  0.066667
//      10      0.025000        0.100000    0.0367879  0.050000
//      20      0.006250        0.010000    0.0135335  0.033333

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;
namespace lecture = optim::presets::lecture;

int main()
{
    Parameter w(tensor(1.0));
    const optim::SGDOptions start = {.lr = 0.1};

    optim::SGD sgd{{w}, start};
    optim::ReduceLROnPlateauOptions options = lecture::plateau();
    options.patience = 2;  // flat for longer than two epochs
    optim::ReduceLROnPlateau plateau{sgd, options};
    const std::vector<double> losses = {0.9, 0.5, 0.3, 0.3, 0.3, 0.3, 0.2, 0.2, 0.2, 0.2};
    std::vector<double> rates;
    for (const double loss : losses) {
        plateau.step(loss);
        rates.push_back(sgd.lr());
    }
    fmt::print("loss  {:.2f}\nrate {:.3f}\n", fmt::join(losses, "  "), fmt::join(rates, " "));

    optim::SGD a{{w}, start}, b{{w}, start}, c{{w}, start}, d{{w}, start};
    optim::StepLR half{a, lecture::half_every_5_epochs()}, tenth{b, lecture::tenth_every_20_epochs()};
    optim::ExponentialDecayLR exponential{c, {.k = 0.1}};
    optim::InverseTimeLR inverse{d, {.k = 0.1}};
    fmt::print("epoch  half every 5  tenth every 20  exponential  1/t\n");
    for (int epoch = 0; epoch <= 20; ++epoch) {
        if (epoch % 10 == 0 || epoch == 5)
            fmt::print("{:5}  {:12.6f}  {:14.6f}  {:11.7f}  {:.6f}\n", epoch, a.lr(), b.lr(), c.lr(), d.lr());
        half.step();
        tenth.step();
        exponential.step();
        inverse.step();
    }
}
