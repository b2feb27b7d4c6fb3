// Perceptrons: full training steps (forward, loss, zero_grad, backward, step) and inference.
#include <xgrad/nn/models.hpp>

#include "benchmarks/training/training.hpp"

using namespace xgrad;

namespace bench {
void add_perceptrons(Factories& factories)
{
    const auto small = [] { return nn::MLP({784, 128, 64, 10}); };
    factories["mlp_small"] = [=] { return classify<optim::SGD>(small(), kMomentum, {64, 784}); };
    factories["mlp_adam"] = [=] { return classify<optim::Adam>(small(), optim::AdamOptions{.lr = 1e-3}, {64, 784}); };
    factories["mlp_large"] = [] {
        return classify<optim::Adam>(nn::MLP({1024, 2048, 2048, 1000}), optim::AdamOptions{.lr = 1e-3}, {256, 1024},
                                     1000);
    };
    factories["mlp_tabular_b1"] = [] {
        const Tensor input = nn::init::normal({1, 13}, 0, 1), target = nn::init::normal({1, 1}, 0, 1);
        const auto loss = [](const Tensor& y, const Tensor& t) { return nn::mse_loss(y, t); };
        return training<optim::SGD>(nn::MLP({13, 32, 32, 1}), optim::SGDOptions{.lr = 0.01}, input, target, loss,
                                    "sample");
    };
    factories["infer_mlp_small_b1"] = [=] { return inference(small(), {1, 784}); };
}

}  // namespace bench
