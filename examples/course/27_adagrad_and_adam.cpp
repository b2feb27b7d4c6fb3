// One idea: give every weight a rate of its own: divide by how large its gradients have been.
//   AdaGrad   s = s + g^2,  w -= eta / sqrt(s + eps) g             S0:470; libraries have sqrt(s) + eps
//   AdaDelta  running averages in place of the sum, and no eta     not the fixed window that S0:475 tells of
//   Adam      w -= eta m / (sqrt(v) + eps)                         m, v: averages of g and g^2 over 1 - beta^t
// On f = w^2 / 2 from w = 1, eta = 0.1, eps = 1e-8 (N15), and on f = 50 w^2: the size of the gradient does not matter.
// examples/20_optimizer_race.cpp has all of them on one network.
// Lecture: S0:463-475, S0:536-552, S2:605
// Prints:
//   AdaGrad, eps inside   0.9000000005 0.8331035275 0.7804561821
//   AdaGrad, eps outside  0.9000000010 0.8331035283 0.7804561831
//   AdaDelta              0.9968377382 0.9935981984 0.9903090828
//   Adam                  0.9000000010 0.8004122297 0.7015862745
//   Adam on 50 w^2        0.9000000000 0.8004122277 0.7015862714

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

template <class Options>
void show(const char* name, Options options, double curvature = 1)
{
    Parameter w(tensor(1.0, f64));
    optim::OptimizerOf<Options> optimizer{{w}, options};
    std::vector<double> points;
    for (int step = 0; step < 3; ++step) {
        Tape tape;
        optimizer.zero_grad();
        tape.backward(square(w) * (curvature / 2));
        optimizer.step();
        points.push_back(w.value().item());
    }
    fmt::print("{:20}  {:.10f}\n", name, fmt::join(points, " "));
}

}  // namespace

int main()
{
    show("AdaGrad, eps inside", optim::AdagradOptions{.lr = 0.1, .eps = 1e-8, .eps_inside_sqrt = true});
    show("AdaGrad, eps outside", optim::AdagradOptions{.lr = 0.1, .eps = 1e-8});
    show("AdaDelta", optim::AdadeltaOptions{});
    show("Adam", optim::AdamOptions{.lr = 0.1});
    show("Adam on 50 w^2", optim::AdamOptions{.lr = 0.1}, 100);
}
