// One idea: one hidden layer approximates any continuous function, the better the wider it is (Cybenko 1989).
// Fits three periods of the sine with growing numbers of hidden tanh neurons; of three starts the best one counts.
// Prints:
//   neurons  weights  largest error
//         1        4  1.1...
//         2        7  ...
//         4       13  0.0...
//         8       25  0.0...

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <numbers>

using namespace xgrad;

namespace {

/// Trains a network from a random start. Returns the largest error left.
double fit(std::int64_t neurons, const Tensor& x, const Tensor& y)
{
    nn::MLP net{{1, neurons, 1}, {.activation = nn::MlpActivation::tanh}};
    nn::to(net, f64);
    optim::LBFGS lbfgs{nn::parameters(net),
                       {.max_iter = 700,
                        .tolerance_grad = 1e-9,
                        .tolerance_change = 0,
                        .line_search_fn = optim::LineSearch::strong_wolfe}};
    lbfgs.step([&] {
        Tape tape;
        const Tensor loss = mse_loss(net(x), y);
        lbfgs.zero_grad();
        tape.backward(loss);
        return loss;
    });
    return max(abs(net(x) - y)).item();
}

}  // namespace

int main()
{
    manual_seed(1);
    const Tensor x = unsqueeze(linspace(-3, 3, 101, f64), -1), y = sin(x * std::numbers::pi);
    fmt::print("neurons  weights  largest error\n");
    for (const std::int64_t neurons : {1, 2, 4, 8}) {
        double least = 1e9;
        for (int start = 0; start < 3; ++start) least = std::min(least, fit(neurons, x, y));
        fmt::print("{:7}  {:7}  {:.4f}\n", neurons, 3 * neurons + 1, least);
    }
}
