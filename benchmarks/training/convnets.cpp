// Convolutional networks.
#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/shape.hpp>

#include "benchmarks/training/training.hpp"

using namespace xgrad;

namespace bench {
namespace {

struct LeNet5 {
    nn::Conv2d conv1{1, 6, 5, {.padding = 2}}, conv2{6, 16, 5};
    nn::Linear fc1{400, 120}, fc2{120, 84}, fc3{84, 10};
    XGRAD_MODULE(LeNet5, conv1, conv2, fc1, fc2, fc3)

    Tensor operator()(Tensor x) const
    {
        x = max_pool2d(relu(conv1(x)), 2);
        x = max_pool2d(relu(conv2(x)), 2);
        return fc3(relu(fc2(relu(fc1(flatten(x, 1))))));
    }
};

}  // namespace

void add_convnets(Factories& factories)
{
    factories["lenet5"] = [] { return classify<optim::SGD>(LeNet5(), kMomentum, {64, 1, 28, 28}); };
    factories["infer_lenet5_b1"] = [] { return inference(LeNet5(), {1, 1, 28, 28}); };
}

}  // namespace bench
