// Convolutional networks.
#include <xgrad/nn/models.hpp>

#include "benchmarks/training/training.hpp"

using namespace xgrad;

namespace bench {

void add_convnets(Factories& factories)
{
    factories["lenet5"] = [] { return classify<optim::SGD>(nn::LeNet5(), kMomentum, {64, 1, 28, 28}); };
    factories["cnn_bn"] = [] {
        return classify<optim::SGD>(nn::VGG(3, 32, 10, {64, 128}), optim::SGDOptions{.lr = 0.01}, {32, 3, 32, 32});
    };
    factories["resnet20"] = [] { return classify<optim::SGD>(nn::ResNet::resnet20(), kMomentum, {32, 3, 32, 32}); };
    factories["infer_lenet5_b1"] = [] { return inference(nn::LeNet5(), {1, 1, 28, 28}); };
}

}  // namespace bench
