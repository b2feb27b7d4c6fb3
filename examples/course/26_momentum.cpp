// One idea: momentum goes on in the direction of the last steps; lectures and libraries write it in ways that are not
// the same.
// On f = w^2 / 2 from w = 1, eta = 0.1, gamma = 0.9 (N14):
//   classical  v = gamma v + eta g,          w -= v        S0:495
//   PyTorch    v = gamma v + g,              w -= eta v    the same as long as eta stays as it is
//   average    v = gamma v + (1 - gamma) g,  w -= eta v    S1:899, mended
//   Nesterov   the gradient is taken ahead, at w - gamma v S0:509; libraries keep that point in place of w
// S1:899 adds the gradient, which climbs, has no learning rate, and means the last step, dw^t, by dw^(t-1). The
// "decaying sum" of weights of S1:851 has to be such an average, too (optim/averaging.hpp).
// Lecture: S0:477-534, S1:890-899
// Prints:
//   classical             0.900000  0.720000  0.486000  0.226800 -0.029160
//   PyTorch               0.900000  0.720000  0.486000  0.226800 -0.029160
//   average               0.990000  0.971100  0.944379  0.910886  0.871634
//   Nesterov              0.900000  0.729000  0.517590  0.294589  0.084499
//   eta halved each step
//   classical             0.900000  0.765000  0.624375  0.490008  0.366015
//   PyTorch               0.900000  0.810000  0.749250  0.712547  0.691577
//   S1:899 as printed     1.100000  1.300000  1.610000  2.050000  2.651000

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;
using optim::MomentumForm;

namespace {

void show(const char* name, optim::SGDOptions options, bool halve = false)
{
    Parameter w(tensor(1.0, f64));
    optim::SGD sgd{{w}, options};
    std::vector<double> points;
    for (int step = 0; step < 5; ++step) {
        sgd.step([&] {
            Tape tape;
            const Tensor f = square(w) / 2;
            sgd.zero_grad();
            tape.backward(f);
            return f;
        });
        if (halve) sgd.set_lr(sgd.lr() / 2);
        points.push_back(w.value().item());
    }
    fmt::print("{:20} {:9.6f}\n", name, fmt::join(points, " "));
}

}  // namespace

int main()
{
    const optim::SGDOptions torch = {.lr = 0.1, .momentum = 0.9};
    optim::SGDOptions classical = torch, average = torch, nesterov = torch;
    classical.form = MomentumForm::classical;
    average.form = MomentumForm::ema;
    nesterov.nesterov = nesterov.look_ahead = true;
    show("classical", classical);
    show("PyTorch", torch);
    show("average", average);
    show("Nesterov", nesterov);
    fmt::print("eta halved each step\n");
    show("classical", classical, true);
    show("PyTorch", torch, true);

    double w = 1, dw = 0;
    std::vector<double> points;
    for (int step = 0; step < 5; ++step) {
        dw = 0.1 * w + 0.9 * dw;
        points.push_back(w += dw);
    }
    fmt::print("{:20} {:9.6f}\n", "S1:899 as printed", fmt::join(points, " "));
}
