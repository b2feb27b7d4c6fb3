// Perceptrons: full training steps (forward, loss, zero_grad, backward, step) and inference.
#include <xgrad/nn/linear.hpp>
#include <xgrad/ops/elementwise.hpp>

#include "benchmarks/training/training.hpp"

using namespace xgrad;

namespace bench {
namespace {

struct Mlp {
    std::vector<nn::Linear> layers;
    XGRAD_MODULE(Mlp, layers)

    Tensor operator()(Tensor x) const
    {
        for (std::size_t i = 0; i < layers.size(); ++i) {
            x = layers[i](x);
            if (i + 1 < layers.size()) x = relu(x);
        }
        return x;
    }
};

Mlp mlp(const std::vector<std::int64_t>& widths)
{
    Mlp model;
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) model.layers.emplace_back(widths[i], widths[i + 1]);
    return model;
}

}  // namespace

void add_perceptrons(Factories& factories)
{
    const auto small = [] { return mlp({784, 128, 64, 10}); };
    factories["mlp_small"] = [=] { return classify<optim::SGD>(small(), kMomentum, {64, 784}); };
    factories["mlp_adam"] = [=] { return classify<optim::Adam>(small(), optim::AdamOptions{.lr = 1e-3}, {64, 784}); };
    factories["mlp_tabular_b1"] = [] {
        const Tensor input = nn::init::normal({1, 13}, 0, 1), target = nn::init::normal({1, 1}, 0, 1);
        const auto loss = [](const Tensor& y, const Tensor& t) { return nn::mse_loss(y, t); };
        return training<optim::SGD>(mlp({13, 32, 32, 1}), optim::SGDOptions{.lr = 0.01}, input, target, loss, "sample");
    };
    factories["infer_mlp_small_b1"] = [=] { return inference(small(), {1, 784}); };
}

}  // namespace bench
